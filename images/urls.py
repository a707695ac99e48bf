from django.urls import path, re_path

from images.views import avatar, explore, files, image, known, library, trash, tus

app_name = "images"

KEY = r"(?P<key>[1-9A-HJ-NP-Za-km-z]{16})"

urlpatterns = [
    path("explore/", explore.explore, name="explore"),
    path("u/<str:username>", explore.user, name="user"),
    path("library/", library.library, name="library"),
    path("library/months", library.months, name="months"),
    path("library/uploads", tus.create, name="tus_library"),
    path("library/change", library.bulk_change, name="bulk_change"),
    path("library/links", library.codes, name="codes"),
    path("library/extend", library.bulk_extend, name="bulk_extend"),
    path("library/delete", library.bulk_delete, name="bulk_delete"),
    path("trash/", trash.page, name="trash"),
    path("trash/restore", trash.restore, name="restore"),
    path("trash/delete", trash.delete, name="trash_delete"),
    path("trash/empty", trash.empty, name="trash_empty"),
    re_path(rf"^p/{KEY}$", image.photo, name="photo"),
    re_path(rf"^p/{KEY}/edit$", image.edit, name="edit"),
    re_path(rf"^p/{KEY}/extend$", image.extend, name="extend"),
    re_path(rf"^p/{KEY}/delete$", image.delete, name="delete"),
    re_path(rf"^p/{KEY}/download$", image.download, name="download"),
    re_path(rf"^p/{KEY}/full$", image.full, name="full"),
    re_path(rf"^i/{KEY}\.(?P<extension>[a-z0-9]{{2,5}})$", files.direct, name="direct"),
    re_path(
        rf"^i/{KEY}/(?P<variant>[a-z.]{{1,20}})\.(?P<extension>[a-z0-9]{{2,5}})$",
        files.direct_variant,
        name="direct_variant",
    ),
    path("api/v1/uploads", tus.create, name="tus_create"),
    path("api/v1/uploads/known", known.known, name="known"),
    path("api/v1/uploads/<str:key>", tus.resource, name="tus_upload"),
    path("files/<path:name>", files.signed_file, name="file"),
    path("accounts/avatar/", avatar.avatar, name="avatar"),
]
