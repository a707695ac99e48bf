"""Resumable uploads that go into a gallery."""

from django.test import Client

from accounts.models import User
from conftest import Commit, Upload
from galleries.models import Gallery
from images.models import Image
from images.tests.pictures import jpeg
from images.tests.tus import Tus


def test_a_duplicate_ends_in_the_photo_that_was_there_with_its_galleries_and_the_link_that_was_told(
    as_owner: Client, commit: Commit, upload: Upload, owner: User
) -> None:
    tus, data = Tus(as_owner, commit), jpeg()
    first = upload(data)
    gallery = Gallery.objects.create(owner=owner, title="Norway")
    made = tus.create(len(data), door=f"/g/{gallery.key}/uploads", body=data, filename="again.jpg")
    assert made.headers["X-Image-Id"] == first.key
    assert made.headers["X-Image-Duplicate"] == "true"
    assert list(gallery.images.all()) == [first]
    assert Image.objects.count() == 1
    assert first.aliases.count() == 1
    assert tus.client.get(f"/p/{first.aliases.get().key}").status_code == 200
    assert tus.client.get(f"/i/{first.aliases.get().key}.jpg").getvalue()
    owner.refresh_from_db()
    assert (owner.used_bytes, owner.image_count) == (len(data), 1)
