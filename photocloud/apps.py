from django.apps import AppConfig


class PhotoCloudConfig(AppConfig):
    name = "photocloud"

    def ready(self) -> None:
        from photocloud import checks  # noqa: F401  registers
