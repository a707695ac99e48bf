import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest
from pebble.pool.base_pool import Task
from pebble.pool.process import Acknowledgement, TaskManager, WorkerManager
from PIL import Image
from pytest_django import Settings

from images import rendering, sandbox, variants
from images.rendering import Limits, Unreadable

PROJECT = Path(__file__).resolve().parents[2]

# One that was being born when the script ended would complain.
ONE_CHILD = "settings.DECODE_WORKERS = 1\n"
SCRIPT_START = f"""
import os, sys, threading, time, warnings
sys.path.insert(0, {str(PROJECT)!r})
from django.conf import settings
settings.configure(
    DECODE_WORKERS=2, DECODE_MEMORY_BYTES=1 << 30, DECODE_CPU_SECONDS=9, DECODE_TIMEOUT_SECONDS=20,
    IMAGE_MAX_PIXELS=10**8, IMAGE_MAX_FRAMES=9,
)
from images import sandbox
print("main runs", flush=True)
"""


@pytest.fixture(autouse=True)
def pool(settings: Settings) -> Iterator[None]:
    """A pool of its own for each test, since limits are read when a child starts."""
    settings.DECODE_WORKERS = 2
    settings.DECODE_MEMORY_BYTES = 1 << 30
    settings.DECODE_CPU_SECONDS = 9
    settings.DECODE_TIMEOUT_SECONDS = 20
    settings.IMAGE_MAX_PIXELS = 10_000_000
    settings.IMAGE_MAX_FRAMES = 9
    sandbox.close()
    yield
    sandbox.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo"
    Image.linear_gradient("L").convert("RGB").resize((900, 600)).save(path, "JPEG")
    return path


def is_running(pid: int) -> bool:
    """Neither gone nor a zombie that nobody has collected."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def wait_until_ended(pids: list[int], seconds: float = 5) -> list[int]:
    """Those that still run after the time."""
    deadline = time.monotonic() + seconds
    while (running := [pid for pid in pids if is_running(pid)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return running


def test_results_are_those_of_rendering(photo: Path) -> None:
    limits = Limits(10_000_000, 9)

    assert sandbox.inspect(photo, "JPEG") == rendering.inspect(str(photo), "JPEG", limits)
    assert sandbox.render(str(photo), "JPEG", variants.EAGER) == rendering.render(
        str(photo), "JPEG", variants.EAGER, limits
    )
    assert sandbox.full(photo, "JPEG", False) == rendering.full(str(photo), "JPEG", False, limits)


def test_work_is_done_by_another_process() -> None:
    assert sandbox._run(os.getpid) != os.getpid()


def test_what_rendering_refuses_comes_back_with_its_limit(photo: Path, settings: Settings) -> None:
    settings.IMAGE_MAX_PIXELS = 900 * 600 - 1

    with pytest.raises(Unreadable, match="megapixels") as refused:
        sandbox.inspect(photo, "JPEG")

    assert (refused.value.code, refused.value.limit) == ("too_many_pixels", 900 * 600 - 1)


def test_a_missing_file_is_told_apart_from_a_damaged_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sandbox.inspect(tmp_path / "gone", "JPEG")


def test_children_know_neither_django_nor_the_main_module() -> None:
    modules = sandbox._run(eval, "sorted(__import__('sys').modules)")
    main = sandbox._run(eval, "getattr(__import__('__main__'), '__file__', None)")

    assert "images.rendering" in modules
    assert not [name for name in modules if name.partition(".")[0] in ("django", "photocloud", "pytest")]
    assert main is None


def test_a_killed_child_costs_its_own_file_alone(photo: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        sandbox._run(signal.raise_signal, signal.SIGKILL)

    assert refused.value.code == "unreadable"
    assert sandbox.inspect(photo, "JPEG").width == 900


def test_a_child_killed_while_idle_costs_nothing(photo: Path) -> None:
    for _ in range(3):
        os.kill(sandbox._run(os.getpid), signal.SIGKILL)
        time.sleep(0.15)
        assert sandbox.inspect(photo, "JPEG").width == 900


def test_a_child_that_spins_is_ended_by_its_cpu_seconds(photo: Path, settings: Settings) -> None:
    settings.DECODE_CPU_SECONDS = 1

    with pytest.raises(Unreadable) as refused:
        sandbox._run(eval, "sum(iter(int, 1))")

    assert refused.value.code == "unreadable"
    assert sandbox.inspect(photo, "JPEG").width == 900


def test_cpu_seconds_are_counted_for_each_file(settings: Settings) -> None:
    settings.DECODE_WORKERS = 1
    settings.DECODE_CPU_SECONDS = 1
    busy = "[sum(range(100_000)) for _ in iter(lambda: __import__('time').process_time() < %s, False)]"

    for used in (0.6, 1.1, 1.6):
        sandbox._run(eval, busy % used)

    assert sandbox._run(time.process_time) > 1.5


def test_a_child_that_stalls_is_ended_by_the_clock(photo: Path, settings: Settings) -> None:
    settings.DECODE_TIMEOUT_SECONDS = 1

    with pytest.raises(Unreadable) as refused:
        sandbox._run(time.sleep, 60)

    assert refused.value.code == "unreadable"
    assert sandbox.inspect(photo, "JPEG").width == 900


def test_a_child_that_wants_too_much_memory_is_refused_it(photo: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        sandbox._run(bytearray, 2 << 30)

    assert refused.value.code == "unreadable"
    assert sandbox.inspect(photo, "JPEG").width == 900


def test_a_picture_that_needs_too_much_memory_is_unreadable(tmp_path: Path, settings: Settings) -> None:
    settings.DECODE_MEMORY_BYTES = 230 << 20
    settings.IMAGE_MAX_PIXELS = 200_000_000
    path = tmp_path / "large"
    Image.new("P", (10_000, 10_000)).save(path, "PNG")

    with pytest.raises(Unreadable, match="memory") as refused:
        sandbox.render(path, "PNG", variants.EAGER)

    assert refused.value.code == "unreadable"


def test_limits_hold_in_the_child() -> None:
    assert sandbox._run(resource.getrlimit, resource.RLIMIT_AS) == (1 << 30, 1 << 30)
    assert sandbox._run(resource.getrlimit, resource.RLIMIT_CORE) == (0, 0)
    assert sandbox._run(os.nice, 0) >= os.nice(0) + 5


def test_many_threads_share_the_children_while_some_are_killed(photo: Path) -> None:
    def work(number: int) -> int | str:
        if number in (3, 11):
            try:
                sandbox._run(signal.raise_signal, signal.SIGKILL)
            except Unreadable as error:
                return error.code
        return sandbox.inspect(photo, "JPEG").width

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(work, range(24)))

    assert results == ["unreadable" if number in (3, 11) else 900 for number in range(24)]


def test_a_call_that_a_breaking_pool_was_being_given_is_made_again(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = TaskManager.register

    def break_first(self: TaskManager, task: Task) -> None:
        monkeypatch.setattr(TaskManager, "register", register)
        manager = sandbox._pools[False]._pool_manager
        manager.handle_broken_pool(BrokenProcessPool("All workers expired"))
        register(self, task)

    monkeypatch.setattr(TaskManager, "register", break_first)
    assert sandbox.inspect(photo, "JPEG").width == 900


def test_a_call_that_a_child_took_to_its_grave_is_made_again(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "START_SECONDS", 1)
    dispatch = WorkerManager.dispatch

    def lose(self: WorkerManager, task: Task) -> None:
        monkeypatch.setattr(WorkerManager, "dispatch", dispatch)

    monkeypatch.setattr(WorkerManager, "dispatch", lose)
    assert sandbox.inspect(photo, "JPEG").width == 900


def test_a_child_killed_in_the_middle_of_its_answer_holds_up_nobody_for_long(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes after half an answer is taken for its rest."""
    monkeypatch.setattr(sandbox, "START_SECONDS", 2)
    receive = WorkerManager.receive
    answering: list[int] = []

    def kill_while_it_answers(self: WorkerManager, timeout: float) -> Any:
        if answering:
            assert self.pool_channel is not None
            assert self.pool_channel.poll(5)
            os.kill(answering.pop(), signal.SIGKILL)
            monkeypatch.setattr(WorkerManager, "receive", receive)
        message = receive(self, timeout)
        if isinstance(message, Acknowledgement):
            answering.append(message.worker)
        return message

    monkeypatch.setattr(WorkerManager, "receive", kill_while_it_answers)
    with pytest.raises(Unreadable):
        sandbox._run(bytes, 10 << 20)
    assert answering == []
    assert sandbox.inspect(photo, "JPEG").width == 900


def test_closing_ends_the_children_and_the_next_call_starts_new_ones(photo: Path) -> None:
    old = sandbox._run(os.getpid)

    sandbox.close()

    assert not wait_until_ended([old])
    assert sandbox._run(os.getpid) != old
    sandbox.close()
    sandbox.close()


def run_script(tmp_path: Path, body: str) -> subprocess.Popen[str]:
    """A script that, like many, has no guard around what it does when it is run."""
    path = tmp_path / "script.py"
    path.write_text(SCRIPT_START + body)
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return subprocess.Popen(
        [sys.executable, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=environment,
    )


def test_the_script_that_uses_it_is_not_run_again_in_the_children(photo: Path, tmp_path: Path) -> None:
    script = run_script(tmp_path, f"{ONE_CHILD}print(sandbox.inspect({str(photo)!r}, 'JPEG').width)")

    output, errors = script.communicate(timeout=30)

    assert output.split("\n") == ["main runs", "900", ""]
    assert errors == ""


def test_a_fork_of_a_process_that_has_children_makes_its_own(photo: Path, tmp_path: Path) -> None:
    look = f"print(sandbox.inspect({str(photo)!r}, 'JPEG').width, flush=True)"
    body = f"""
{ONE_CHILD}{look}
warnings.simplefilter("ignore")  # Python 3.12 warns of forks beside threads, which servers make all the same
if os.fork() == 0:
    {look}
    sandbox.close()
    os._exit(0)
os.wait()
{look}
"""
    output, errors = run_script(tmp_path, body).communicate(timeout=30)

    assert output.split() == ["main", "runs", "900", "900", "900"]
    assert errors == ""


def test_no_child_outlives_a_parent_that_was_killed(photo: Path, tmp_path: Path) -> None:
    body = f"""
sandbox.inspect({str(photo)!r}, 'JPEG')
busy = "(open('busy', 'w').close(), __import__('time').sleep(60))"
threading.Thread(target=sandbox._run, args=(eval, busy)).start()
while not os.path.exists("busy"):
    time.sleep(0.01)
workers = sandbox._pools[False]._pool_manager.worker_manager.workers
print(*workers, sandbox._fork_server._forkserver_pid, flush=True)
"""
    script = run_script(tmp_path, body)
    assert script.stdout is not None
    assert script.stdout.readline() == "main runs\n"
    pids = [int(pid) for pid in script.stdout.readline().split()]
    assert len(pids) == 3
    assert all(is_running(pid) for pid in pids)

    script.kill()
    script.wait()

    survivors = wait_until_ended(pids)
    for pid in survivors:
        os.kill(pid, signal.SIGKILL)
    script.communicate()
    assert survivors == []
