"""What script/server does once Python packages are there: secret key, database, static files, help, gunicorn.

Each step looks first and works only when something changed. It all happens in one process, which becomes gunicorn's
master, because importing Django a second time would double the time that a start takes.
"""

import hashlib
import io
import os
import secrets
import shlex
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from environs import Env, EnvError
from gunicorn.app import wsgiapp  # type: ignore[import-untyped]

BASE_DIR = Path(__file__).resolve().parent.parent
FROM_ENVIRONMENT = [name for name in ("DATA_DIR", "MEDIA_ROOT", "DATABASE_URL") if name in os.environ]


def main() -> None:
    sys.path.insert(0, str(BASE_DIR))
    env = Env()
    env.read_env(BASE_DIR / ".env", recurse=False)
    host, port = env.str("HOST", "127.0.0.1"), env.int("PORT", 8000)
    refuse_taken_port(host, port)
    data_dir = (BASE_DIR / env.path("DATA_DIR", Path("var"))).resolve()
    if not env.str("SECRET_KEY", ""):
        make_secret_key(data_dir)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "photocloud.settings")
    django.setup()
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    with no_connection_left():
        call_command("check", stdout=io.StringIO())
        update_database()
    collect_static(data_dir)
    show_screen(host, port, data_dir)
    become_gunicorn()


def refuse_taken_port(host: str, port: int) -> None:
    """Asks the system for the address, so that the answer comes before any work and as a sentence."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as error:
        sys.exit(
            f"PhotoCloud can't listen on {host} port {port}: {error.strerror}. "
            f"Set PORT (or HOST) to something else, for example: PORT={port + 1} script/server"
        )


def make_secret_key(data_dir: Path) -> None:
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(data_dir / "secret_key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50) + "\n")


@contextmanager
def no_connection_left() -> Iterator[None]:
    """Connects without the pool, which would hide a refusal behind its timeout and doesn't survive a fork."""
    options = connection.settings_dict["OPTIONS"]
    pool = options.pop("pool", None)
    try:
        yield
    finally:
        connection.close()
        if pool is not None:
            options["pool"] = pool


def update_database() -> None:
    executor = MigrationExecutor(connection)
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print(f"Updating the database ({len(plan)} migrations).", flush=True)
        call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


def collect_static(data_dir: Path) -> None:
    """Collects when a source file is new, gone or changed, judged by size and time."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    stamp = data_dir / "static.stamp"
    collected = (settings.STATIC_ROOT / "staticfiles.json").is_file()
    if collected and stamp.is_file() and stamp.read_text() == digest.hexdigest():
        return
    print("Collecting static files.", flush=True)
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(digest.hexdigest())


def show_screen(host: str, port: int, data_dir: Path) -> None:
    # In another terminal the variables of this one are unknown, so the command carries them.
    carried = "".join(f"{name}={shlex.quote(os.environ[name])} " for name in FROM_ENVIRONMENT if name != "DATABASE_URL")
    if "DATABASE_URL" in FROM_ENVIRONMENT:
        carried += "DATABASE_URL=... "
    database = "in the data folder" if connection.vendor == "sqlite" else "PostgreSQL, see DATABASE_URL"
    print(
        f"""
PhotoCloud

  Open      {settings.SITE_URL}/
  Admin     {carried}.venv/bin/python manage.py createsuperuser
            in another terminal, in this folder; then sign in at {settings.SITE_URL}/admin/
  Photos    {settings.MEDIA_ROOT if settings.MEDIA_STORAGE == "local" else "in the S3 bucket"}
  Data      {data_dir}
  Database  {database}
  Listens   {host}:{port}; stop with Ctrl+C
""",
        flush=True,
    )


def become_gunicorn() -> None:
    sys.argv = ["gunicorn", "--config", str(BASE_DIR / "deploy" / "gunicorn.conf.py")]
    wsgiapp.run()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except (ImproperlyConfigured, EnvError, SystemCheckError) as error:
        sys.exit(f"PhotoCloud can't start: {error}")
    except PermissionError as error:
        sys.exit(f"PhotoCloud can't start: no permission to write {error.filename}.")
    except OperationalError as error:
        sys.exit(f"PhotoCloud can't start: the database doesn't answer. {error}")
