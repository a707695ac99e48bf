"""Photos whose render was killed: found and rendered, by `manage.py render --waiting` and when a web process starts."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from conftest import Upload
from images import derivatives, sandbox, storage, tasks, variants
from images.models import Image, Status


@pytest.fixture
def waiting(upload: Upload) -> Image:
    """A photo whose process was killed before it was rendered."""
    image = upload()
    storage.media().delete_many(image.variant_name(variant) for variant in variants.EAGER)
    Image.objects.update(status=Status.PROCESSING, render_attempts=1)
    return image


@pytest.fixture
def queue(settings: Settings, waiting: Image) -> None:
    """TASKS_BACKEND=database."""
    settings.TASKS_BACKEND = "database"
    settings.TASKS = {**settings.TASKS, "default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def resume() -> str:
    out = StringIO()
    call_command("render", "--waiting", stdout=out)
    return out.getvalue().strip()


def work() -> None:
    call_command("db_worker", "--batch", "--no-startup-delay", verbosity=0)


def test_a_photo_that_waits_for_nobody_is_rendered(waiting: Image) -> None:
    assert resume() == "Resumed 1 photos."
    assert Image.objects.get().is_ready
    assert not derivatives.missing(waiting)
    assert resume() == "Resumed 0 photos."


def test_a_photo_that_takes_its_process_down_again_and_again_is_given_up(waiting: Image) -> None:
    """Else a web process that starts would die of it, and so would the next."""
    Image.objects.update(render_attempts=derivatives.MOST_STARTS)
    resume()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.failure) == (Status.FAILED, "The picture can't be read.")


@pytest.mark.django_db(transaction=True)  # the worker closes its connection
@pytest.mark.usefixtures("queue")
def test_a_photo_whose_task_was_never_queued_is_queued_once() -> None:
    """Its process was killed between the COMMIT and the queue."""
    assert resume() == "Resumed 1 photos."
    assert resume() == "Resumed 0 photos."
    work()
    assert Image.objects.get().is_ready
    assert DBTaskResult.objects.get().status == TaskResultStatus.SUCCESSFUL


@pytest.mark.django_db(transaction=True)  # the worker closes its connection
@pytest.mark.usefixtures("queue")
def test_a_task_that_a_dead_worker_had_taken_is_given_back_when_no_picture_takes_that_long(
    waiting: Image, settings: Settings
) -> None:
    tasks.render.enqueue(waiting.pk)
    slowest = timedelta(seconds=sandbox.longest_seconds())
    for age, is_given_back in ((timedelta(seconds=1), False), (slowest + timedelta(seconds=1), True)):
        DBTaskResult.objects.get().claim("a worker that dies")
        DBTaskResult.objects.update(started_at=timezone.now() - age)
        assert resume() == "Resumed 0 photos."
        work()
        assert Image.objects.get().is_ready is is_given_back
    assert DBTaskResult.objects.count() == 1
