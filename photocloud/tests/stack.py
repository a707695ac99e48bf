"""Real processes for tests: PhotoCloud as script/server starts it, what stands around it, and a person who uses it."""

import fcntl
import getpass
import os
import random
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import requests

BASE_DIR = Path(__file__).resolve().parents[2]
EMAIL, USERNAME, PASSWORD = "ada@example.com", "ada", "a long enough passphrase"
START_SECONDS = 120
TOKEN = "token"

COLLECT = """
from django.conf import settings
from script import serve
serve.collect_static(settings.DATA_DIR)
"""
NGINX_REQUEST_MAX_BYTES = 400_000
PREPARE = f"""
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
call_command("createsuperuser", interactive=False, email="{EMAIL}", username="{USERNAME}", verbosity=0)
call_command("create_token", "{EMAIL}", name="test")
"""


@dataclass(frozen=True)
class App:
    """A running PhotoCloud; `url` is where it answers by itself, `data_dir` and `media_root` are its folders.

    `token` is of the person EMAIL, USERNAME, PASSWORD and may do everything; empty when there is nobody yet.
    """

    url: str
    environment: Mapping[str, str]
    data_dir: Path
    media_root: Path
    token: str = ""

    def manage(self, *arguments: str) -> str:
        """Runs manage.py with the app's environment and returns what it prints."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=BASE_DIR, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def run(self, script: str) -> str:
        """Runs Python with the app's environment and returns the last line that it prints."""
        printed = self.manage("shell", "--no-imports", "-c", script)
        return printed.strip().rpartition("\n")[2]


@contextmanager
def app(folder: Path, ready_made: Path, **variables: str) -> Iterator[App]:
    """Starts PhotoCloud on a free port with its data in `folder` and one person, and stops it."""
    with prepared(folder, ready_made, **variables) as ready:
        command = [sys.executable, "script/serve.py"]
        with process(command, ready=f"{ready.url}/healthz", log=folder / "app", env=ready.environment):
            yield ready


@contextmanager
def prepared(folder: Path, ready_made: Path | None = None, **variables: str) -> Iterator[App]:
    """What `app` runs, before it runs: a database of its own with one person in it."""
    with database() as database_url:
        ready = configured(folder, **({"DATABASE_URL": database_url} if database_url else {}), **variables)
        if ready_made is not None:
            shutil.copytree(ready_made, ready.data_dir)
        token = ready.data_dir / TOKEN
        yield replace(ready, token=token.read_text() if token.is_file() else ready.run(PREPARE))


def make_ready(folder: Path) -> Path:
    """A data folder for `prepared` to copy, made in `folder` by the first process that asks.

    Static files are in it, and with SQLite the database with the person. Collecting and migrating take longer than
    all else that a start does.
    """
    with (folder / "ready.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = configured(folder / "ready")
        if not ready.data_dir.is_dir():
            ready.run(COLLECT)
            if not on_postgres():
                (ready.data_dir / TOKEN).write_text(ready.run(PREPARE))
    return ready.data_dir


def configured(folder: Path, **variables: str) -> App:
    """An app that has no folders yet, for who wants to start it in another way. SQLite if `variables` don't say so."""
    port = variables.get("PORT") or str(free_port())
    # Spaces, because people's folders have them.
    data_dir, media_root = folder / "the data", folder / "the media"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "photocloud.settings",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        "DEBUG": "false",
        "SECRET_KEY": secrets.token_urlsafe(45),
        "DATA_DIR": str(data_dir),
        "MEDIA_ROOT": str(media_root),
        "DATABASE_URL": f"sqlite:///{data_dir / 'photocloud.sqlite3'}",
        "CACHE_URL": "db://django_cache",
        "HOST": "127.0.0.1",
        "PORT": port,
        "SITE_URL": f"http://127.0.0.1:{port}",
        "WEB_WORKERS": "2",
        **variables,
    }
    return App(f"http://127.0.0.1:{port}", environment, data_dir, media_root)


@contextmanager
def process(
    command: list[str],
    *,
    ready: str,
    log: Path,
    env: Mapping[str, str] | None = None,
    end: signal.Signals = signal.SIGTERM,
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a server until the context ends. It is up as soon as `ready` answers with anything but 502 or 503."""
    with (
        log.open("w+") as output,
        subprocess.Popen(command, cwd=BASE_DIR, env=env, stdout=output, stderr=output) as run,
    ):
        try:
            wait_until_up(run, ready, log=log)
            yield run
            run.send_signal(end)
            # gunicorn gives a worker that was just being born, and so missed the signal, its graceful_timeout of 30 s.
            run.wait(timeout=60)
        finally:
            run.kill()  # does nothing when it has ended


def wait_until_up(run: "subprocess.Popen[bytes]", url: str, *, log: Path) -> None:
    """Fails with what the server wrote to `log` when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while not answers(url):
        assert run.poll() is None, f"The server ended: {log.read_text()}"
        assert time.monotonic() < deadline, f"The server isn't up in time: {log.read_text()}"
        time.sleep(0.05)


@contextmanager
def nginx(folder: Path, *, listen: int, upstream: int, media_root: Path) -> Iterator[Path]:
    """Runs nginx on deploy/nginx.conf; gives the path of its access log."""
    run = folder / "nginx run"
    run.mkdir()
    variables: Mapping[str, str] = {
        "NGINX_USER": getpass.getuser(),
        "LISTEN": f"127.0.0.1:{listen}",
        "UPSTREAM": f"127.0.0.1:{upstream}",
        "MEDIA_ROOT": str(media_root),
        "UPLOAD_REQUEST_MAX_BYTES": str(NGINX_REQUEST_MAX_BYTES),
        "FORWARDED_PROTO": "$scheme",
        "TEMP_DIR": str(run),
        "ACCESS_LOG": str(run / "access.log"),
    }
    template = (BASE_DIR / "deploy" / "nginx.conf").read_text()
    config = run / "nginx.conf"
    config.write_text(re.sub(r"\$\{([A-Z_]+)\}", lambda match: variables[match[1]], template))
    binary = program("nginx", "apt-get install nginx-light")
    command = [binary, "-p", str(run), "-c", str(config), "-g", f'daemon off; pid "{run}/pid";']
    # A page that nginx answers by itself: the test may want the app to be away.
    with process(command, ready=f"http://127.0.0.1:{listen}/_media/", log=run / "log"):
        yield run / "access.log"


@contextmanager
def database() -> Iterator[str]:
    """A database of its own on the PostgreSQL server that DATABASE_URL names; empty when that is SQLite."""
    if not on_postgres():
        yield ""
        return
    server = urlsplit(os.environ["DATABASE_URL"])
    name = f"stack_{secrets.token_hex(4)}"
    with psycopg.connect(server.geturl(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield server._replace(path=f"/{name}").geturl()
    finally:
        # A new connection, because the server may have been restarted.
        with psycopg.connect(server.geturl(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def on_postgres() -> bool:
    return urlsplit(os.environ.get("DATABASE_URL", "")).scheme in {"postgres", "postgresql"}


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).status_code not in {502, 503}
    except (requests.ConnectionError, requests.Timeout):
        return False


def free_port() -> int:
    """A port below those that systems give to outgoing connections, which may take a free one any moment."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port")


def program(name: str, package: str) -> str:
    """The path of a program. Without it the test is skipped, which CI doesn't accept."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin")
    if found is not None:
        return found
    refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
    refuse(f"{name} is missing: {package}")


def signed_in(url: str) -> requests.Session:
    """A browser's session of the person EMAIL."""
    session = requests.Session()
    form = session.get(f"{url}/accounts/login/", timeout=30)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
    assert token, form.text
    fields = {"csrfmiddlewaretoken": token[1], "login": EMAIL, "password": PASSWORD}
    answer = session.post(f"{url}/accounts/login/", fields, headers={"Referer": url}, timeout=30)
    assert "sessionid" in session.cookies, answer.text
    return session


def sources(page: str) -> list[str]:
    """Every `src` of a page."""
    return [unescape(source) for source in re.findall(r'\bsrc="([^"]+)"', page)]
