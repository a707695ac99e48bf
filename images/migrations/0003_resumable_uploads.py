from django.db import migrations, models

import images.models


class Migration(migrations.Migration):
    """Uploads get an address of their own. Those that are under way have to begin again."""

    dependencies = [("images", "0002_search_index")]

    operations = [
        migrations.RunSQL(
            "UPDATE images_image SET deleted_at = CURRENT_TIMESTAMP WHERE status = 'receiving'",
            migrations.RunSQL.noop,
        ),
        migrations.DeleteModel("Upload"),
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "key",
                    models.CharField(
                        default=images.models.new_upload_key,
                        editable=False,
                        max_length=22,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("length", models.PositiveBigIntegerField()),
                ("offset", models.PositiveBigIntegerField(default=0)),
                ("metadata", models.TextField(blank=True)),
                ("duplicate", models.BooleanField(default=False)),
                ("finished_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "image",
                    models.ForeignKey(
                        on_delete=models.deletion.CASCADE, related_name="uploads", to="images.image"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("offset__lte", models.F("length"))), name="upload_offset_within_length"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("finished_at__isnull", True)),
                        fields=("image",),
                        name="upload_once_per_image",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImageAlias",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=16, unique=True)),
                (
                    "image",
                    models.ForeignKey(
                        on_delete=models.deletion.CASCADE, related_name="aliases", to="images.image"
                    ),
                ),
            ],
        ),
    ]
