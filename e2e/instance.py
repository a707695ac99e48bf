"""A PhotoCloud of its own for the stories: data, media, database, and gunicorn as in production."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import requests
from psycopg import sql

from photocloud.tests.stack import free_port

PROJECT = Path(__file__).resolve().parent.parent
START_SECONDS = 120

# One process for three commands: importing Django takes longer than the first two.
_PREPARE = """
from django.core.management import call_command
for command in ("migrate", "createcachetable", "collectstatic"):
    call_command(command, verbosity=0, **({"interactive": False} if command != "createcachetable" else {}))
"""

_MAKE_PEOPLE = """
import json
from accounts import tokens
from accounts.models import User
people = []
for person in json.loads({people!r}):
    make = User.objects.create_superuser if person.pop("superuser") else User.objects.create_user
    people.append(tokens.issue(make(**person), name="stories")[1])
print(json.dumps(people))
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account, and the secret of an API token."""

    username: str
    email: str
    password: str
    token: str


@dataclass(frozen=True, slots=True)
class Instance:
    """A running server. `folder` holds all that it writes."""

    url: str
    folder: Path
    environment: dict[str, str]

    @property
    def media(self) -> Path:
        return self.folder / "media"

    def manage(self, *arguments: str) -> str:
        """Runs manage.py against this instance and returns what it printed; raises with its words if it failed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {arguments[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def shell(self, code: str) -> str:
        """Runs Python inside the product and returns what it printed."""
        return self.manage("shell", "--no-imports", "-v", "0", "-c", code).strip()

    def make_people(self, *usernames: str, superuser: bool = False) -> list[Person]:
        people = [
            {
                "username": name,
                "email": f"{name}@example.com",
                "password": secrets.token_urlsafe(12),
                "superuser": superuser,
            }
            for name in usernames
        ]
        issued = json.loads(self.shell(_MAKE_PEOPLE.format(people=json.dumps(people))))
        return [
            Person(str(person["username"]), str(person["email"]), str(person["password"]), token)
            for person, token in zip(people, issued, strict=True)
        ]

    def upload(self, person: Person, *paths: Path, **fields: str) -> list[dict[str, Any]]:
        """Uploads as a script does, and returns the answer for each file."""
        answers = []
        for path in paths:
            answer = requests.post(
                f"{self.url}/upload",
                headers={"Authorization": f"Bearer {person.token}"},
                files={"file": (path.name, path.read_bytes())},
                data=fields,
                timeout=60,
            )
            assert answer.status_code == 200, f"{path.name}: {answer.status_code} {answer.text[:500]}"
            answers.append(answer.json())
        return answers

    def log(self) -> str:
        """The end of what the server said."""
        return (self.folder / "server.log").read_text(errors="replace")[-4000:]


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Instance]:
    """Starts the product in `folder`: on PostgreSQL with two processes if DATABASE_URL says so, else on SQLite."""
    with _database(folder) as database_url:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        environment = {
            **os.environ,
            "DEBUG": "false",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "SITE_URL": url,
            "CSRF_TRUSTED_ORIGINS": url,
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATA_DIR": str(folder / "data"),
            "MEDIA_ROOT": str(folder / "media"),
            "DATABASE_URL": database_url,
            "WEB_WORKERS": "2" if database_url.startswith("postgres") else "1",
            "WEB_THREADS": "8",
            "CACHE_URL": "db://django_cache",
            "TASKS_BACKEND": "immediate",
            "MEDIA_STORAGE": "local",
            "EMAIL_URL": "",
            "X_ACCEL_PREFIX": "",
            "TRUSTED_PROXY_COUNT": "0",
            "SIGNUP_OPEN": "true",
            "SITE_NAME": "PhotoCloud",
            "TIME_ZONE": "UTC",
            **settings,
        }
        (folder / "media").mkdir()
        instance = Instance(url, folder, environment)
        instance.shell(_PREPARE)
        with _served(instance):
            yield instance


@contextmanager
def _served(instance: Instance) -> Iterator[None]:
    with (instance.folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "photocloud.wsgi"],
            cwd=PROJECT,
            env=instance.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_healthy(instance, server)
        yield
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_healthy(instance: Instance, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            if requests.get(f"{instance.url}/healthz", timeout=5).ok:
                return
        except (requests.ConnectionError, requests.Timeout):  # the socket listens before a worker is up
            time.sleep(0.05)
    raise RuntimeError(f"PhotoCloud didn't start:\n{instance.log()}")


@contextmanager
def _database(folder: Path) -> Iterator[str]:
    """The URL of a new database: on the PostgreSQL server of DATABASE_URL, or a SQLite file in `folder`."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith(("postgres:", "postgresql:")):
        yield f"sqlite:///{folder / 'data' / 'photocloud.sqlite3'}"
        return
    name = f"photocloud_stories_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
