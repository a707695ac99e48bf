"""A task backend for one process without a worker: tasks wait for a thread of their own instead of the request."""

import threading
from collections import deque
from typing import Any

from django.db import connections
from django_tasks.backends.immediate import ImmediateBackend
from django_tasks.base import Task, TaskResult, TaskResultStatus
from django_tasks.utils import get_random_id

# Of the process: django-tasks makes a backend for each thread.
_lock = threading.Lock()
_waiting: deque[tuple["ThreadBackend", TaskResult[Any]]] = deque()
_thread: threading.Thread | None = None


class ThreadBackend(ImmediateBackend):
    """Runs one task after the other on a thread that ends when none is left. What a process leaves is lost."""

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        self.validate_task(task)
        result: TaskResult[Any] = TaskResult(
            task=task,
            id=get_random_id(),
            status=TaskResultStatus.READY,
            enqueued_at=None,
            started_at=None,
            last_attempted_at=None,
            finished_at=None,
            args=list(args),
            kwargs=dict(kwargs),
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
        _put(self, result)
        return result

    def run(self, result: TaskResult[Any]) -> None:
        """Run a task that was enqueued; its exceptions are logged."""
        self._execute_task(result)


def wait(timeout_seconds: float) -> bool:
    """Whether all that was enqueued in this process is done within the time."""
    with _lock:
        thread = _thread
    if thread is not None:
        thread.join(timeout_seconds)
    return thread is None or not thread.is_alive()


def _put(backend: ThreadBackend, result: TaskResult[Any]) -> None:
    global _thread
    with _lock:
        _waiting.append((backend, result))
        if _thread is None or not _thread.is_alive():  # a fork copies the object, not the thread
            _thread = threading.Thread(target=_work, name="spare time", daemon=True)
            _thread.start()


def _work() -> None:
    while (item := _next()) is not None:
        backend, result = item
        backend.run(result)
        connections.close_all()


def _next() -> tuple[ThreadBackend, TaskResult[Any]] | None:
    global _thread
    with _lock:
        if _waiting:
            return _waiting.popleft()
        _thread = None
        return None
