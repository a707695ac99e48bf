"""ZIP files of galleries and selections."""

import io
import shutil
import subprocess
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from conftest import Upload
from galleries import archives, sharing
from galleries.archives import Entry
from galleries.models import Gallery, ShareLink
from images import deletion, storage
from images.models import Image, Status
from images.tests.pictures import jpeg, jpeg_with_position, png


@pytest.fixture
def gallery(owner: User) -> Gallery:
    return Gallery.objects.create(owner=owner, title="Norway: Fjords/2024", visibility="unlisted")


def opened(client: Client, path: str, **headers: str) -> tuple[zipfile.ZipFile, bytes]:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    data = answer.getvalue()
    return zipfile.ZipFile(io.BytesIO(data)), data


def test_the_owner_gets_the_originals_byte_for_byte(
    as_owner: Client, gallery: Gallery, upload: Upload, tmp_path: Path
) -> None:
    pictures = {"a.jpg": jpeg_with_position(), "fjord ü.PNG": png()}
    gallery.add(*(upload(data, name=name) for name, data in pictures.items()))
    archive, data = opened(as_owner, f"/g/{gallery.key}/zip")
    assert archive.testzip() is None
    assert {name: archive.read(name) for name in archive.namelist()} == pictures
    assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
    if shutil.which("unzip"):
        (tmp_path / "all.zip").write_bytes(data)
        subprocess.run(["unzip", "-tq", tmp_path / "all.zip"], check=True)


def test_others_get_full_size_pictures_without_metadata(visitor: Client, gallery: Gallery, upload: Upload) -> None:
    gallery.add(upload(jpeg_with_position(), name="a.jpg"), upload(jpeg(), name="b.jpg", visibility="private"))
    archive, _data = opened(visitor, f"/g/{gallery.key}/zip")
    assert archive.namelist() == ["a.jpg"]
    assert b"Nikon" not in archive.read("a.jpg")


def test_a_private_gallery_is_no_download_for_others(visitor: Client, gallery: Gallery, upload: Upload) -> None:
    gallery.add(upload())
    Gallery.objects.update(visibility="private")
    assert visitor.get(f"/g/{gallery.key}/zip").status_code == 404


def test_names_that_come_twice_are_numbered_also_when_only_case_differs(
    as_owner: Client, gallery: Gallery, upload: Upload
) -> None:
    gallery.add(*(upload(name=name) for name in ("IMG_1.jpg", "img_1.JPG", "IMG_1.jpg", "noextension")))
    archive, _data = opened(as_owner, f"/g/{gallery.key}/zip")
    assert archive.namelist() == ["IMG_1.jpg", "img_1 (2).JPG", "IMG_1 (3).jpg", "noextension.jpg"]


def test_galleries_inside_are_folders(as_owner: Client, owner: User, gallery: Gallery, upload: Upload) -> None:
    gallery.add(upload(name="top.jpg"))
    for title in ("Day 1", "Day 1", "../Day 2"):
        inner = Gallery.objects.create(owner=owner, title=title, parent=gallery)
        inner.add(upload(name="in.jpg"))
    archive, _data = opened(as_owner, f"/g/{gallery.key}/zip")
    assert archive.namelist() == ["top.jpg", "Day 1/in.jpg", "Day 1 (2)/in.jpg", "Day 2/in.jpg"]


def test_the_length_is_known_and_a_download_can_be_resumed(as_owner: Client, gallery: Gallery, upload: Upload) -> None:
    gallery.add(*(upload(name=f"{number}.jpg") for number in range(3)))
    path = f"/g/{gallery.key}/zip"
    whole = as_owner.get(path)
    data = whole.getvalue()
    assert whole.headers["Content-Length"] == str(len(data))
    assert whole.headers["Content-Disposition"].endswith('filename="2024.zip"')
    etag = whole.headers["ETag"]
    for start in (1, 700, len(data) - 1):
        rest = as_owner.get(path, headers={"Range": f"bytes={start}-", "If-Range": etag})
        assert (rest.status_code, rest.getvalue()) == (206, data[start:])
        assert rest.headers["Content-Range"] == f"bytes {start}-{len(data) - 1}/{len(data)}"
        assert rest.headers["Content-Length"] == str(len(data) - start)
    changed = as_owner.get(path, headers={"Range": "bytes=9-", "If-Range": '"other"'})
    assert (changed.status_code, changed.getvalue()) == (200, data)
    assert as_owner.get(path, headers={"Range": f"bytes={len(data)}-"}).status_code == 416


def test_a_missing_file_is_a_note_instead_of_a_broken_zip(as_owner: Client, gallery: Gallery, upload: Upload) -> None:
    gone, there = upload(name="gone.jpg"), upload(name="there.jpg")
    gallery.add(gone, there)
    storage.media().delete_many([gone.storage_name])
    archive, _data = opened(as_owner, f"/g/{gallery.key}/zip")
    assert archive.testzip() is None
    assert archive.namelist() == ["there.jpg", "missing photos.txt"]
    assert "gone.jpg" in archive.read("missing photos.txt").decode()


def test_a_selection_is_downloaded(as_owner: Client, upload: Upload) -> None:
    photos = [upload(name=f"{number}.jpg") for number in range(3)]
    answer = as_owner.post("/library/zip", {"keys": [photos[0].key, photos[2].key]})
    assert zipfile.ZipFile(io.BytesIO(answer.getvalue())).namelist() == ["0.jpg", "2.jpg"]


def test_nobody_downloads_another_person_s_selection(as_stranger: Client, upload: Upload) -> None:
    answer = as_stranger.post("/library/zip", {"keys": [upload().key]})
    assert answer.headers["Location"] == "/library/"


def test_five_thousand_photos_take_no_more_memory_than_their_names(
    as_owner: Client, owner: User, gallery: Gallery, media: Path
) -> None:
    made = []
    for number in range(5000):
        image = Image.new(owner=owner, original_name=f"{number}.jpg", size_bytes=50_000)
        image.status, image.format = Status.READY, "JPEG"
        made.append(image)
    Image.objects.bulk_create(made)
    gallery.add(*made)
    first = media / made[0].storage_name
    first.parent.mkdir(parents=True)
    first.write_bytes(b"x" * 50_000)
    for image in made[1:]:
        path = media / image.storage_name
        path.parent.mkdir(exist_ok=True)
        path.hardlink_to(first)
    answer = as_owner.get(f"/g/{gallery.key}/zip")
    tracemalloc.start()
    sent = sum(len(block) for block in answer)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    answer.close()
    assert sent == int(answer.headers["Content-Length"]) > 5000 * 50_000
    assert peak < 30 * 1024**2


def test_more_than_four_gigabytes_are_zip64(owner: User, upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = upload()
    path = Path(storage.media().path(photo.storage_name))
    path.unlink()
    with path.open("wb") as file:
        file.truncate(5 << 30)  # sparse
    from django.test import RequestFactory

    answer = archives.response(RequestFactory().get("/"), [Entry(photo), Entry(photo)], title="big", originals=True)
    assert int(answer.headers["Content-Length"]) > 10 << 30
    answer.close()


def shared(owner: User, **chosen: Any) -> ShareLink:
    return sharing.make(owner, expires_at=None, **chosen)


def test_a_share_link_s_zip_has_what_it_shows_with_galleries_as_folders(
    visitor: Client, owner: User, gallery: Gallery, upload: Upload
) -> None:
    day = Gallery.objects.create(owner=owner, title="Day 1", parent=gallery, visibility="private")
    original = jpeg_with_position()
    gallery.add(upload(original, name="a.jpg", visibility="private"))
    gallery.add(upload(jpeg((9, 9)), name="waits.jpg"), waits=True)
    day.add(upload(jpeg((8, 8)), name="b.jpg"))
    full, originals = (shared(owner, gallery=gallery, downloads=kind) for kind in ("full", "originals"))
    without, _data = opened(visitor, f"/s/{full.token}/zip")
    assert without.namelist() == ["a.jpg", "Day 1/b.jpg"]
    assert b"Nikon" not in without.read("a.jpg")
    whole, _data = opened(visitor, f"/s/{originals.token}/zip")
    assert whole.read("a.jpg") == original
    assert f"/s/{full.token}/zip" in visitor.get(f"/s/{full.token}").content.decode()


def test_the_zip_of_a_shared_selection_has_its_order_and_the_photos_that_are_left(
    visitor: Client, owner: User, upload: Upload
) -> None:
    first, second, gone = (upload(jpeg((20 + number, 20)), name=f"{number}.jpg") for number in range(3))
    link = shared(owner, images=[second, gone, first], name="Best of")
    deletion.delete(Image.objects.filter(pk=gone.pk))
    archive, _data = opened(visitor, f"/s/{link.token}/zip")
    assert archive.namelist() == ["1.jpg", "0.jpg"]
    disposition = visitor.get(f"/s/{link.token}/zip").headers["Content-Disposition"]
    assert disposition == 'attachment; filename="Best of.zip"'


def test_the_zip_of_a_link_counts_its_photos_once_and_only_for_others(
    visitor: Client, as_owner: Client, owner: User, upload: Upload
) -> None:
    link = shared(owner, images=[upload(jpeg((20, 20))), upload(jpeg((30, 20)))])
    opened(visitor, f"/s/{link.token}/zip")
    opened(as_owner, f"/s/{link.token}/zip")
    visitor.head(f"/s/{link.token}/zip")
    assert visitor.get(f"/s/{link.token}/zip", headers={"Range": "bytes=10-"}).status_code == 206
    link.refresh_from_db()
    assert link.download_count == 2


def test_a_link_without_downloads_or_photos_has_no_zip(
    visitor: Client, owner: User, gallery: Gallery, upload: Upload
) -> None:
    gallery.add(upload())
    links = [
        shared(owner, gallery=gallery, downloads="none"),
        shared(owner, gallery=gallery, additions="drop"),
        shared(owner, gallery=Gallery.objects.create(owner=owner, title="Empty")),
    ]
    for link in links:
        assert visitor.get(f"/s/{link.token}/zip").status_code == 404
        assert "/zip" not in visitor.get(f"/s/{link.token}").content.decode()


def test_visitors_take_photos_that_they_select_and_none_that_the_link_does_not_show(
    visitor: Client, owner: User, gallery: Gallery, upload: Upload
) -> None:
    day = Gallery.objects.create(owner=owner, title="Day 1", parent=gallery, visibility="private")
    first, second, elsewhere = (
        upload(jpeg((20 + number, 20)), name=f"{number}.jpg", visibility="private") for number in range(3)
    )
    gallery.add(first, second)
    day.add(first)
    link = shared(owner, gallery=gallery)
    page = visitor.get(f"/s/{link.token}").content.decode()
    assert f'<form method="post" action="/s/{link.token}/zip">' in page
    assert f'name="keys" value="{first.key}"' in page
    answer = visitor.post(f"/s/{link.token}/zip", {"keys": [first.key, elsewhere.key]})
    assert zipfile.ZipFile(io.BytesIO(answer.getvalue())).namelist() == ["0.jpg"]
    link.refresh_from_db()
    assert link.download_count == 1


def test_a_visitor_who_selects_nothing_comes_back_to_a_page_of_the_link(
    visitor: Client, owner: User, gallery: Gallery, upload: Upload
) -> None:
    gallery.add(upload())
    link = shared(owner, gallery=gallery)
    own = f"/s/{link.token}/g/{gallery.key}?before=3"
    for back, expected in ((own, own), ("/library/", f"/s/{link.token}"), ("//evil.example", f"/s/{link.token}")):
        assert visitor.post(f"/s/{link.token}/zip", {"next": back}).headers["Location"] == expected


def test_selected_photos_are_taken_only_where_the_link_is_open_and_allows_it(
    visitor: Client, owner: User, gallery: Gallery, upload: Upload
) -> None:
    photo = upload(name="fjord.jpg")
    gallery.add(photo)
    without, revoked, drop = (
        shared(owner, gallery=gallery, **chosen) for chosen in ({"downloads": "none"}, {}, {"additions": "drop"})
    )
    sharing.revoke(ShareLink.objects.filter(pk=revoked.pk))
    for link in (without, revoked, drop):
        assert visitor.post(f"/s/{link.token}/zip", {"keys": photo.key}).status_code == 404
        assert b'name="keys"' not in visitor.get(f"/s/{link.token}").content
    locked = shared(owner, gallery=gallery)
    sharing.set_password(locked, "open sesame")
    locked.save()
    asked = visitor.post(f"/s/{locked.token}/zip", {"keys": photo.key})
    assert b'type="password"' in asked.content
    assert b"fjord" not in asked.content
