"""Where a photo was taken, if its owner shows that: both numbers or none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("images", "0003_resumable_uploads")]
    operations = [
        migrations.AddField(
            "image",
            "has_position",
            models.BooleanField(default=False, editable=False, help_text="Whether the original holds one"),
        ),
        migrations.AddField(
            "image", "latitude", models.FloatField(blank=True, editable=False, null=True, verbose_name="latitude")
        ),
        migrations.AddField(
            "image", "longitude", models.FloatField(blank=True, editable=False, null=True, verbose_name="longitude")
        ),
        migrations.AddConstraint(
            "image",
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(
                    latitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__isnull=False,
                    longitude__range=(-180, 180),
                ),
                name="image_position_whole",
            ),
        ),
    ]
