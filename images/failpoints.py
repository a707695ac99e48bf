"""Named points at which a test kills the process, as a crash would: FAILPOINT=<name> or FAILPOINT=<name>:<nth time>.

For tests alone: `manage.py check`, so script/server and every command, refuses to run with the variable set.
"""

import os
import signal
from itertools import count
from typing import Final, Literal, get_args

Point = Literal[
    "start.committed",
    "append.written",
    "append.synced",
    "append.saved",
    "receive.moved",
    "finish.begun",
    "finish.inspected",
    "put.linked",
    "finish.stored",
    "commit.open",
    "commit.done",
    "commit.unlinked",
    "duplicate.found",
    "duplicate.open",
    "duplicate.merged",
    "render.begun",
    "render.first",
    "render.stored",
    "render.ready",
    "delete.marked",
    "delete.emptied",
    "rekey.copied",
    "rekey.committed",
]
POINTS: Final[tuple[Point, ...]] = get_args(Point)


def reach(point: Point) -> None:
    """Marks a point. Does nothing unless FAILPOINT names it."""


def kill(point: Point) -> None:
    """Kills this process when it reaches the point that FAILPOINT names, the nth time that it does."""
    if point == _name and next(_times) == _nth:
        os.kill(os.getpid(), signal.SIGKILL)


if "FAILPOINT" in os.environ:
    _name, _, _text = os.environ["FAILPOINT"].partition(":")
    if _name not in POINTS:
        raise ValueError(f"FAILPOINT names no point of images/failpoints.py: {_name}")
    _nth, _times = int(_text or 1), count(1)
    reach = kill
