"""A PhotoCloud whose processes get killed, and what has to be true of it afterwards."""

import hashlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from photocloud.tests import stack

# A day passes: abandoned uploads end, and what lies in the staging folder is old.
SETTLE = """
import json
from django.core.management import call_command
from django.utils import timezone
from images.models import Image, Upload
Upload.objects.unfinished().update(expires_at=timezone.now())
call_command("purge")
call_command("render", "--waiting")
print(json.dumps(list(Image.objects.values("key", "original_name", "sha256", "status"))))
call_command("check_files", "--grace=0")
"""
POINTS_SERVER = (sys.executable, "-m", "gunicorn", "--config", "photocloud/tests/gunicorn_failpoints.py")


@dataclass
class Site:
    """`acknowledged` is what the clients were told: the SHA-256 of each photo by its name."""

    app: stack.App
    token: str
    acknowledged: dict[str, str] = field(default_factory=dict)

    def acknowledge(self, name: str, data: bytes) -> None:
        self.acknowledged[name] = hashlib.sha256(data).hexdigest()

    def settle(self) -> "Verdict":
        """Lets a day pass, purges, checks, and compares with what was acknowledged."""
        environment = dict(self.app.environment) | {"UPLOAD_IDLE_SECONDS": "0"}
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", SETTLE]
        done = subprocess.run(command, cwd=stack.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
        rows = [line for line in done.stdout.splitlines() if line.startswith("[")]
        assert rows, done.stderr
        photos = json.loads(rows[0])
        kept = {(photo["original_name"], photo["sha256"]) for photo in photos}
        return Verdict(
            photos=len(photos),
            lost=sorted(name for name, sha256 in self.acknowledged.items() if (name, sha256) not in kept),
            doubled=sorted(name for name, times in Counter(p["original_name"] for p in photos).items() if times > 1),
            not_ready=sorted(photo["original_name"] for photo in photos if photo["status"] != "ready"),
            check_files="" if done.returncode == 0 else done.stdout + done.stderr,
        )


@dataclass(frozen=True)
class Verdict:
    """`lost` and so on are names of photos; `check_files` is what it printed when something was wrong."""

    photos: int
    lost: list[str]
    doubled: list[str]
    not_ready: list[str]
    check_files: str

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.not_ready or self.check_files)


@contextmanager
def prepared(folder: Path, ready_made: Path | None = None, **variables: str) -> Iterator[Site]:
    """A database with one person in it, and nothing that runs yet."""
    with stack.prepared(folder, ready_made, **variables) as app:
        yield Site(app, app.token)


@contextmanager
def running(
    site: Site, command: tuple[str, ...] = POINTS_SERVER, *, log: str = "app", more: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The web server, until the context ends."""
    environment = dict(site.app.environment) | dict(more or {})
    path = site.app.data_dir.parent / log
    with stack.process(list(command), ready=f"{site.app.url}/healthz", log=path, env=environment) as process:
        yield process
