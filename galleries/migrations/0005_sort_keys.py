from django.db import migrations, models


def fill(apps, schema_editor):
    """As `galleries.models.sort_keys`."""
    GalleryItem = apps.get_model("galleries", "GalleryItem")
    rows = GalleryItem.objects.select_related("image").only("image__title", "image__original_name", "image__taken_at")
    last = 0
    while items := list(rows.filter(pk__gt=last).order_by("pk")[:1000]):
        for item in items:
            item.taken_key = item.image.taken_at or "~"
            item.name_key = (item.image.title or item.image.original_name).lower()
        GalleryItem.objects.bulk_update(items, ["taken_key", "name_key"], batch_size=200)
        last = items[-1].pk


class Migration(migrations.Migration):

    dependencies = [
        ('galleries', '0004_guest_uploads'),
        ('images', '0006_trash'),
    ]

    operations = [
        migrations.AddField(
            model_name='galleryitem',
            name='name_key',
            field=models.CharField(default='', editable=False, max_length=400),
        ),
        migrations.AddField(
            model_name='galleryitem',
            name='taken_key',
            field=models.CharField(default='~', editable=False, max_length=32),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='galleryitem',
            index=models.Index(fields=['gallery', 'taken_key', 'id'], name='gallery_item_by_taken'),
        ),
        migrations.AddIndex(
            model_name='galleryitem',
            index=models.Index(fields=['gallery', 'name_key', 'id'], name='gallery_item_by_name'),
        ),
        migrations.AddIndex(
            model_name='galleryitem',
            index=models.Index(condition=models.Q(('waits', True)), fields=['gallery', '-id'], name='gallery_item_waiting'),
        ),
    ]
