"""`manage.py demo` fills an instance by the product's own ways, or leaves nothing behind."""

import io
import re
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from PIL import Image as Opened
from pytest_django import Settings

from accounts.models import User
from conftest import Commit
from galleries.models import Additions, Gallery, ShareLink
from images.models import Image, Status
from images.tests.pictures import jpeg
from photocloud.demo import filling, motifs
from photocloud.demo.filling import Source


def demo(*options: str) -> str:
    out = StringIO()
    call_command("demo", *options, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(motifs, "LONG_EDGE_PX", 240)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two photos, one of them in a folder of its own; a hidden one, half a one, and a file that is none."""
    found = tmp_path / "photos"
    (found / "trees").mkdir(parents=True)
    for name in ("red_kite.jpg", "trees/silver-fir.jpg", ".hidden.jpg"):
        (found / name).write_bytes(jpeg((320, 240)))
    (found / "cut.jpg").write_bytes(jpeg((320, 240))[:2000])
    (found / "notes.txt").write_text("no picture")
    return found


@pytest.mark.usefixtures("db", "small")
def test_a_person_signs_in_with_the_password_that_was_printed_and_finds_generated_photos(commit: Commit) -> None:
    with commit():
        said = demo("--count", "2")
    password = said.split("Password")[1].split()[0]
    client = Client()
    assert client.login(username="demo@example.com", password=password)
    assert len(client.get("/library/").context["photos"]) == 2
    for image in Image.objects.all():
        assert image.status == Status.READY
        assert {"camera", "lens", "exposure_seconds", "f_number", "iso"} <= set(image.exif)
        assert image.taken_at
        assert image.galleries.count() == 1
    assert Gallery.objects.get(title="Lakes").parent == Gallery.objects.get(title="Mountains and water")
    assert Gallery.objects.get(title="Mountains and water").cover is not None
    assert set(ShareLink.objects.values_list("additions", flat=True)) == {Additions.NONE, Additions.ADD}
    for link in ShareLink.objects.all():
        assert link.get_absolute_url() in said
        assert Client().get(link.get_absolute_url()).status_code == 200


@pytest.mark.usefixtures("db")
def test_photos_of_a_folder_are_taken_and_what_is_no_picture_is_named(
    folder: Path, commit: Commit, settings: Settings
) -> None:
    with commit():
        said = demo("--photos", str(folder), "--password", "six words")
    assert re.findall("Skipped (\\S+): .+", said) == ["cut.jpg", "notes.txt"]
    assert re.findall("Password +(.+)", said) == ["six words"]
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"  # as where mail is configured
    answer = Client().post("/accounts/login/", {"login": "demo", "password": "six words"})
    assert answer.headers["Location"] == "/library/"
    assert sorted(Image.objects.values_list("title", "status")) == [("Red kite", "ready"), ("Silver fir", "ready")]


@pytest.mark.usefixtures("db")
def test_of_a_folder_only_so_many_files_are_taken_as_one_asks_for(folder: Path, commit: Commit) -> None:
    with commit():
        demo("--photos", str(folder), "--count", "3")
    assert list(Image.objects.values_list("original_name", flat=True)) == ["red_kite.jpg"]


@pytest.mark.usefixtures("db")
def test_an_instance_with_photos_is_refused_unless_forced(folder: Path, commit: Commit) -> None:
    with commit():
        demo("--photos", str(folder))
    for options in ((), ("--photos", str(folder)), ("--count", "1")):
        with pytest.raises(CommandError, match="already"):
            demo(*options)
    with commit():
        demo("--photos", str(folder), "--force")
    assert set(User.objects.values_list("username", flat=True)) == {"demo", "demo2"}


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("option", "value", "said"),
    [("--count", "0", "from 1 up"), ("--photos", "nowhere", "is no folder"), ("--photos", ".", "no files in")],
)
def test_what_can_not_be_done_is_said_before_anything_is(option: str, value: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=said):
        demo(option, str(tmp_path / value) if option == "--photos" else value)
    assert not User.objects.exists()


@pytest.mark.usefixtures("db")
def test_nothing_stays_behind_when_it_is_interrupted(stored: Callable[[], list[str]], commit: Commit) -> None:
    def interrupted() -> Iterator[Source]:
        yield Source(jpeg(), "one.jpg", "One", "Lakes")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), commit():
        filling.fill(interrupted())
    assert not User.objects.exists()
    assert not Gallery.objects.exists()
    assert not Image.objects.exists()
    assert not stored()


@pytest.mark.usefixtures("small")
def test_every_scene_can_be_painted_and_comes_out_the_same_again() -> None:
    first: dict[str, motifs.Job] = {}
    for motif, taken, edge_px in motifs.jobs(60):
        first.setdefault(motif.kind, (motif, taken, edge_px))
    assert set(first) == set(motifs.BY_NAME)
    sea = first["sea"]
    assert motifs.paint(*sea) == motifs.paint(*sea)
    for job in first.values():
        assert Opened.open(io.BytesIO(motifs.paint(*job))).size[0] <= 240


def test_taken_times_spread_over_three_years() -> None:
    years = {taken.year for _motif, taken, _edge_px in motifs.jobs(60)}
    assert len(years) >= 3


def test_every_kind_of_picture_has_one_gallery() -> None:
    homes = [kind for plan in filling.PLANS for kind in plan.kinds]
    assert sorted(homes) == sorted(motifs.BY_NAME)
