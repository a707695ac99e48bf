"""The smaller preview: made when there is time, offered first, and gone with its photo."""

import os
import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django_tasks import task_backends
from PIL import Image as Pillow
from pytest_django import Settings

from accounts.models import User
from conftest import Commit, Upload
from images import background, derivatives, sandbox, storage, tasks, variants, visibility
from images.models import Image, Status
from images.tests.pictures import encoded, gif

SOURCE = re.compile(r'<source type="image/avif" srcset="([^"]+)">')


def photo(size: tuple[int, int] = (900, 600)) -> bytes:
    """Large enough that AVIF pays."""
    noise = Pillow.effect_noise((size[0] // 9, size[1] // 9), 60).resize(size, Pillow.Resampling.BICUBIC)
    return encoded(noise.convert("RGB"), "JPEG", quality=95)


def waiting() -> list[int]:
    """Ids of the photos that wait for spare time."""
    return [result.args[0] for result in task_backends["thread"].results]  # type: ignore[attr-defined]


def source(client: Client, image: Image) -> str:
    """The URL that the page offers first, "" for none."""
    found = SOURCE.search(client.get(image.get_absolute_url()).content.decode())
    return found[1].replace("&amp;", "&") if found else ""


def avif_files(stored: Callable[[], list[str]]) -> list[str]:
    return [name for name in stored() if name.endswith("preview.avif")]


def test_a_photo_is_ready_before_its_avif_is_made_and_then_the_page_offers_it(
    upload: Upload, visitor: Client, stored: Callable[[], list[str]]
) -> None:
    image = upload(photo())
    assert (image.status, image.has_avif, waiting()) == (Status.READY, None, [image.pk])
    assert source(visitor, image) == ""

    tasks.render_avif.call(image.pk)

    image.refresh_from_db()
    assert image.has_avif is True
    answer = visitor.get(source(visitor, image))
    assert answer.headers["Content-Type"] == "image/avif"
    made = answer.getvalue()
    with Pillow.open(BytesIO(made)) as shown:
        assert (shown.format, shown.size) == ("AVIF", (900, 600))
    assert len(made) < storage.media().size(image.variant_name(variants.PREVIEW))
    assert not derivatives.render_avif(image.pk)
    assert len(avif_files(stored)) == 1


def test_an_avif_that_is_not_smaller_is_not_kept(
    upload: Upload, visitor: Client, stored: Callable[[], list[str]]
) -> None:
    image = upload(encoded(Pillow.new("RGB", (2, 2)), "JPEG"))
    name = image.variant_name(variants.PREVIEW)
    storage.media().delete_many([name])
    storage.write(name, b"tiny")
    assert not derivatives.render_avif(image.pk)
    image.refresh_from_db()
    assert image.has_avif is False
    assert not image.wants_avif
    assert (source(visitor, image), avif_files(stored)) == ("", [])


def test_animations_have_none(upload: Upload) -> None:
    image = upload(gif(3))
    assert not derivatives.render_avif(image.pk)
    image.refresh_from_db()
    assert image.has_avif is None


@pytest.mark.parametrize(
    "change",
    [
        {"deleted_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"status": Status.FAILED},
        {"status": Status.PROCESSING},
    ],
)
def test_what_is_not_to_be_shown_is_left_alone(
    upload: Upload, stored: Callable[[], list[str]], change: dict[str, Any]
) -> None:
    image = upload(photo())
    Image.objects.filter(pk=image.pk).update(**change)
    assert not derivatives.render_avif(image.pk)
    assert not derivatives.render_avif(image.pk + 1000)
    assert avif_files(stored) == []


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Something happens while the child works."""
    render = sandbox.render

    def slow(*arguments: Any, **options: Any) -> Any:
        rendering = render(*arguments, **options)
        act()
        return rendering

    monkeypatch.setattr(sandbox, "render", slow)


def test_a_photo_deleted_meanwhile_leaves_no_file(
    upload: Upload, commit: Commit, as_owner: Client, stored: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    image = upload(photo())
    meanwhile(monkeypatch, lambda: as_owner.post(f"/p/{image.key}/delete", {"now": "1", "confirm": "yes"}))
    with commit():
        assert not derivatives.render_avif(image.pk)
    assert stored() == []


def test_a_photo_renamed_meanwhile_leaves_no_file_and_waits_again(
    upload: Upload, commit: Commit, stored: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    image = upload(photo())
    meanwhile(monkeypatch, lambda: visibility.change(Image.objects.get(pk=image.pk), "private"))
    with commit():
        assert not derivatives.render_avif(image.pk)
    assert not [name for name in stored() if image.file_key in name]
    assert avif_files(stored) == []
    assert waiting() == [image.pk, image.pk]
    monkeypatch.undo()
    assert derivatives.render_avif(image.pk)
    assert len(avif_files(stored)) == 1


def test_an_avif_takes_the_new_name_with_its_photo(
    upload: Upload, commit: Commit, as_owner: Client, visitor: Client, stored: Callable[[], list[str]]
) -> None:
    image = upload(photo())
    derivatives.render_avif(image.pk)
    before = source(visitor, image)
    with commit():
        as_owner.post("/library/change", {"keys": image.key, "visibility": "private"})
    assert visitor.get(before).status_code == 404
    (name,) = avif_files(stored)
    image.refresh_from_db()
    assert image.has_avif is True
    assert name == image.variant_name(variants.AVIF_PREVIEW)
    assert as_owner.get(source(as_owner, image)).getvalue()


def test_a_rename_by_somebody_who_did_not_see_the_avif_forgets_it(
    upload: Upload, commit: Commit, visitor: Client, stored: Callable[[], list[str]]
) -> None:
    stale = upload(photo(), visibility="public")
    derivatives.render_avif(stale.pk)
    with commit():
        visibility.quarantine(stale)
    stale.refresh_from_db()
    assert (stale.has_avif, avif_files(stored)) == (None, [])
    visibility.release(stale)
    assert source(visitor, stale) == ""


def test_deletion_takes_the_avif_along(
    upload: Upload, commit: Commit, as_owner: Client, stored: Callable[[], list[str]]
) -> None:
    image = upload(photo())
    derivatives.render_avif(image.pk)
    with commit():
        as_owner.post(f"/p/{image.key}/delete", {"now": "1", "confirm": "yes"})
    assert stored() == []


def run_command() -> str:
    out = StringIO()
    call_command("render", stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_makes_what_is_missing_and_only_that(upload: Upload, stored: Callable[[], list[str]]) -> None:
    first, _ = upload(photo()), upload(photo((1000, 600)))
    assert "Made 2 AVIF previews." in run_command()
    assert "Made 0 AVIF previews." in run_command()
    storage.media().delete_many([first.variant_name(variants.AVIF_PREVIEW)])
    assert "Made 1 AVIF previews." in run_command()
    assert len(avif_files(stored)) == 2


def test_the_help_of_the_command_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("render", "--help")
    assert "AVIF" in capsys.readouterr().out


def test_the_page_offers_true_sizes(upload: Upload, as_owner: Client) -> None:
    image = upload(photo((3000, 1500)))
    derivatives.render_avif(image.pk)
    page = as_owner.get(image.get_absolute_url()).content.decode()
    picture = re.search(r'<picture><source type="image/avif" srcset="\S+"><img ([^>]+)>', page)
    assert picture is not None
    assert 'width="3000" height="1500"' in picture[1]  # the room that it fills
    grid = as_owner.get("/library/").content.decode()
    srcset = re.search(r'srcset="(\S+) 480w, (\S+) 1600w" sizes="([^"]+)"', grid)
    assert srcset is not None
    for url, width in ((srcset[1], 480), (srcset[2], 1600)):
        with Pillow.open(BytesIO(as_owner.get(url.replace("&amp;", "&")).getvalue())) as shown:
            assert shown.width == width
    assert srcset[3] == "min(100vw, 2.24 * clamp(5.5rem, 4.25rem + 8vw, 17rem))"


def test_a_small_photo_has_one_size_in_the_grid(upload: Upload, as_owner: Client) -> None:
    upload(photo((400, 300)))
    upload(gif(3, (600, 500)))
    assert "srcset" not in as_owner.get("/library/").content.decode()


def test_spare_time_is_of_the_lowest_priority_and_stands_in_nobody_s_way() -> None:
    waited_for = {sandbox._run(os.getpid) for _ in range(4)}
    assert sandbox._run(os.getpid, spare_time=True) not in waited_for
    assert sandbox._run(os.nice, 0, spare_time=True) == 19
    assert sandbox._run(os.nice, 0) < 19


@pytest.fixture
def threaded(settings: Settings) -> Iterator[None]:
    """What is for spare time runs, as in a server of one process."""
    settings.TASKS = {**settings.TASKS, "thread": {"BACKEND": "images.background.ThreadBackend"}}
    yield
    assert background.wait(20)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("threaded")
def test_one_thread_works_after_the_answer_and_ends(upload: Upload, owner: User) -> None:
    images = [upload(photo((900 + 30 * number, 600))) for number in range(3)]

    assert background.wait(20)

    assert [image.has_avif for image in Image.objects.filter(pk__in=[image.pk for image in images])] == [True] * 3
    assert "spare time" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("threaded")
def test_a_task_that_fails_does_not_end_the_others(
    upload: Upload, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    render_avif = derivatives.render_avif
    seen: list[tuple[int, str]] = []

    def sometimes(image_id: int) -> bool:
        seen.append((image_id, threading.current_thread().name))
        if len(seen) == 1:
            raise RuntimeError("no luck")
        return render_avif(image_id)

    monkeypatch.setattr(derivatives, "render_avif", sometimes)
    first, second = upload(photo()), upload(photo((930, 600)))
    assert background.wait(20)
    assert [image_id for image_id, _ in seen] == [first.pk, second.pk]
    assert {name for _, name in seen} == {"spare time"}
    second.refresh_from_db()
    assert second.has_avif
    assert "no luck" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_worker_does_it_last(upload: Upload, settings: Settings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    from django_tasks_db.models import DBTaskResult

    image = upload(photo())
    tasks.render_avif.using(backend="default").enqueue(image.pk)
    tasks.render.enqueue(image.pk)
    queue = DBTaskResult.objects.ready()
    assert [entry.task_name.rpartition(".")[2] for entry in queue][-1] == "render_avif"


def test_the_media_type_of_every_variant_is_known() -> None:
    for variant in variants.EVERY:
        assert storage.content_type(f"x.{variant.extension}").startswith("image/")
