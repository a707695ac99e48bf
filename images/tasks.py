"""Background work. Tasks take ids; the setting TASKS_BACKEND decides where they run."""

from datetime import timedelta

from django.conf import settings
from django.db import connections
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from images import derivatives, sandbox
from images.derivatives import Outcome
from images.models import Image, Status


@task()
def render(image_id: int) -> None:
    """Makes a photo's eager variants, queued again until they are made or have failed for good."""
    outcome = derivatives.render(image_id)
    if outcome is Outcome.RETRY:
        render.enqueue(image_id)
    elif outcome is Outcome.READY:
        render_avif.enqueue(image_id)


@task(priority=-50, backend=settings.TASKS_SPARE_TIME)
def render_avif(image_id: int) -> None:
    """Makes the smaller preview when nothing else is to be done; `manage.py render` makes what got lost."""
    derivatives.render_avif(image_id)


def resume() -> int:
    """Renders, or queues, the photos that wait although no task will come for them: its process was killed.

    Returns how many. One that is being rendered elsewhere right now may be among them; a second render does no harm.
    """
    waiting = Image.objects.filter(status=Status.PROCESSING, deleted_at__isnull=True)
    left = set(waiting.values_list("pk", flat=True)) - _queued()
    for image_id in sorted(left):
        render.enqueue(image_id)
    return len(left)


def resume_in_thread() -> None:
    """`resume` as the target of a thread, which leaves no connection behind."""
    try:
        resume()
    finally:
        connections.close_all()


def _queued() -> set[int]:
    """The photos that a task of the database queue will come for. What a dead worker had taken is given back first.

    The queue doesn't know whether a worker lives, so a task is given back when no picture can take that long.
    """
    if settings.TASKS_BACKEND != "database":
        return set()
    renders = DBTaskResult.objects.filter(task_path=render.module_path)
    slowest = timedelta(seconds=sandbox.longest_seconds())
    lost = renders.filter(status=TaskResultStatus.RUNNING, started_at__lt=timezone.now() - slowest)
    lost.update(status=TaskResultStatus.READY, started_at=None)
    coming = renders.filter(status__in=(TaskResultStatus.READY, TaskResultStatus.RUNNING))
    return {arguments["args"][0] for arguments in coming.values_list("args_kwargs", flat=True).iterator()}
