"""Background work. Tasks take ids; the setting TASKS_BACKEND decides where they run."""

from django_tasks import task

from images import derivatives


@task()
def render(image_id: int) -> None:
    """Makes a photo's eager variants, queued again until they are made or have failed for good."""
    if derivatives.render(image_id) is derivatives.Outcome.RETRY:
        render.enqueue(image_id)
