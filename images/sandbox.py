"""The only door to decoding: runs `rendering` in child processes that have limits and can be lost.

Pools and fork server belong to one process and are made when first used, so a web worker that was forked from
a loaded parent makes its own. One pool is for what people wait for, one of a single child for spare time. The
children come from a fresh interpreter that has imported `rendering`: they know neither Django nor its settings,
and `__main__` (gunicorn, manage.py, pytest) is not run again in them.
"""

import io
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import forkserver, popen_forkserver, reduction, spawn, util
from multiprocessing.context import ForkServerContext, ForkServerProcess, set_spawning_popen
from multiprocessing.process import BaseProcess
from typing import Any, Final, TypeVar

from django.conf import settings
from pebble import ProcessExpired, ProcessPool

from images import rendering
from images.metadata import Position
from images.rendering import Inspection, Limits, Rendering, Unreadable
from images.variants import Variant

Result = TypeVar("Result")

TASKS_PER_CHILD: Final = 50
START_SECONDS: Final = 30
"""How long a call may wait for its child to take it, which may have to start on a busy machine."""
POOLS_TRIED: Final = 4
_PRELOADED: Final = ["images.rendering", "pebble.pool.process"]


def inspect(path: str | os.PathLike[str], format_name: str) -> Inspection:
    """As `rendering.inspect`; Unreadable also for a file that kills its child or stalls it."""
    return _run(rendering.inspect, os.fspath(path), format_name, _limits())


def render(
    path: str | os.PathLike[str], format_name: str, variants: tuple[Variant, ...], *, spare_time: bool = False
) -> Rendering:
    """As `rendering.render`; Unreadable also for a file that kills its child or stalls it.

    With `spare_time` in a child that people who upload don't wait for, and that runs when theirs leave room.
    """
    return _run(rendering.render, os.fspath(path), format_name, variants, _limits(), spare_time=spare_time)


def full(path: str | os.PathLike[str], format_name: str, has_alpha: bool) -> bytes:
    """As `rendering.full`; Unreadable also for a file that kills its child or stalls it."""
    return _run(rendering.full, os.fspath(path), format_name, has_alpha, _limits())


def position(path: str | os.PathLike[str], format_name: str) -> Position | None:
    """As `rendering.position`; Unreadable also for a file that kills its child or stalls it."""
    return _run(rendering.position, os.fspath(path), format_name, _limits())


def close() -> None:
    """End the children of this process; the next call starts new ones."""
    with _lock:
        pools = list(_pools.values())
    for pool in pools:
        _discard(pool)


def longest_seconds() -> int:
    """No call takes longer, but for its wait for a free child."""
    return POOLS_TRIED * (settings.DECODE_TIMEOUT_SECONDS + START_SECONDS)


def _limits() -> Limits:
    return Limits(max_pixels=settings.IMAGE_MAX_PIXELS, max_frames=settings.IMAGE_MAX_FRAMES)


def _run(function: Callable[..., Result], *arguments: Any, spare_time: bool = False) -> Result:
    """Call the function in a child; its own exceptions come through.

    A lost child is the fault of its own file; a lost pool may be that of others, so new ones get a try.
    """
    for _ in range(POOLS_TRIED):
        pool = _current_pool(spare_time)
        try:
            result: Result = pool.call(function, *arguments)
        except BrokenProcessPool:
            _discard(pool)
        except (ProcessExpired, TimeoutError, MemoryError):
            break
        else:
            return result
    raise Unreadable("unreadable", "Decoding the file takes too much time or memory.")


class _Pool(ProcessPool):
    """Pebble's, but every call ends: Pebble 5.2.3 forgets some when a child is killed at the wrong moment."""

    def __init__(self, children: int, niceness: int) -> None:
        super().__init__(
            max_workers=children,
            max_tasks=TASKS_PER_CHILD,
            initializer=rendering.confine,
            initargs=(settings.DECODE_MEMORY_BYTES, niceness),
            context=_Context(),
        )
        self._free = threading.BoundedSemaphore(children)

    def call(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """The function's result or exception; BrokenProcessPool when the pool is over or has lost the call.

        Calls wait here for a child and not in the pool. So one that no child takes, or that has no result in its
        time, is known to be lost: a child was killed with it, with the pool's lock or with half a result in its hands.
        """
        with self._free:
            try:
                future = self.schedule(
                    rendering.run_within,
                    args=(settings.DECODE_CPU_SECONDS, function, *arguments),
                    timeout=settings.DECODE_TIMEOUT_SECONDS,
                )
            except RuntimeError as error:  # stopped or broken since it was fetched
                raise BrokenProcessPool from error
            start = time.monotonic()
            # A pool that breaks forgets the call that it is being given at that moment.
            while not wait([future], timeout=1).done and self.active:
                allowed = START_SECONDS + (settings.DECODE_TIMEOUT_SECONDS if future.running() else 0)
                if time.monotonic() - start > allowed:
                    break
            if not future.done():
                raise BrokenProcessPool
            result: Result = future.result()
            return result


def _current_pool(spare_time: bool) -> _Pool:
    with _lock:
        if spare_time not in _pools:
            _pools[spare_time] = _Pool(1, 19) if spare_time else _Pool(settings.DECODE_WORKERS, 5)
        return _pools[spare_time]


def _discard(pool: _Pool) -> None:
    with _lock:
        for spare_time in [key for key, value in _pools.items() if value is pool]:
            del _pools[spare_time]
    pool.stop()  # type: ignore[no-untyped-call]
    with suppress(BrokenProcessPool, OSError, RuntimeError):
        pool.join()


def _start_afresh() -> None:
    """What the parent had, its locks included, is of no use after a fork."""
    global _lock, _pools, _fork_server
    _lock = threading.Lock()
    _pools = {}
    _fork_server = forkserver.ForkServer()
    _fork_server.set_forkserver_preload(_PRELOADED)


class _Popen(popen_forkserver.Popen):
    """As its base class, but with the fork server of this module and without word of `__main__`."""

    _fds: list[int]

    def _launch(self, process: BaseProcess) -> None:
        preparation = spawn.get_preparation_data(process.name)
        preparation.pop("init_main_from_name", None)
        preparation.pop("init_main_from_path", None)
        message = io.BytesIO()
        set_spawning_popen(self)
        try:
            reduction.dump(preparation, message)
            reduction.dump(process, message)
        finally:
            set_spawning_popen(None)
        self.sentinel, writer = _fork_server.connect_to_new_process(self._fds)
        # The duplicate stays open for as long as this process lives: by that the child sees it die.
        self.finalizer = util.Finalize(self, _close_both, (os.dup(writer), self.sentinel))
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(message.getbuffer())
        self.pid = forkserver.read_signed(self.sentinel)


def _close_both(first: int, second: int) -> None:
    os.close(first)
    os.close(second)


class _Process(ForkServerProcess):
    @staticmethod
    def _Popen(process_obj: BaseProcess) -> _Popen:  # noqa: N802 the name is multiprocessing's
        return _Popen(process_obj)

    def __reduce__(self) -> tuple[Any, ...]:
        """Arrives in the child as its base class, so that this module and Django are not imported there."""
        return object.__new__, (ForkServerProcess,), self.__dict__


class _Context(ForkServerContext):
    Process = _Process


_lock: threading.Lock
_pools: dict[bool, _Pool]
_fork_server: forkserver.ForkServer
_start_afresh()
os.register_at_fork(after_in_child=_start_afresh)
