"""Background work. Tasks take ids; the setting TASKS_BACKEND decides where they run."""

from django.conf import settings
from django_tasks import task

from images import derivatives
from images.derivatives import Outcome


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
