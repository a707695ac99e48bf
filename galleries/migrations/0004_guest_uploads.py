import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("galleries", "0003_reminders"),
    ]

    operations = [
        migrations.AlterField(
            model_name="guestupload",
            name="image",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="images.image"),
        ),
        migrations.AddField(
            model_name="guestupload",
            name="item",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="galleries.galleryitem"
            ),
        ),
        migrations.AddField(
            model_name="guestupload",
            name="is_new",
            field=models.BooleanField(default=False),
        ),
    ]
