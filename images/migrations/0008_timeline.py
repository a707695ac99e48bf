from django.conf import settings
from django.db import migrations, models

import images.timeline

CHUNK = 2000


def show(apps, schema_editor):
    """Every photo gets its place in time: that of the camera, else that of its upload."""
    Image = apps.get_model('images', 'Image')
    last = 0
    while rows := list(Image.objects.filter(pk__gt=last).order_by('pk').only('taken_at', 'created_at')[:CHUNK]):
        for row in rows:
            row.shown_at = images.timeline.shown_at(row.taken_at, row.created_at)
        Image.objects.bulk_update(rows, ['shown_at'], batch_size=300)
        last = rows[-1].pk


class Migration(migrations.Migration):

    dependencies = [
        ('images', '0007_alt_text'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='image',
            name='shown_at',
            field=models.DateTimeField(default=images.timeline.clock, editable=False, help_text='See images.timeline.shown_at'),
        ),
        migrations.RunPython(show, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='image',
            index=models.Index(fields=['owner', '-shown_at', '-id'], name='image_timeline'),
        ),
    ]
