"""script/server: what it says, what it makes, and when it refuses."""

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from photocloud.tests import stack

pytestmark = pytest.mark.program


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a command from a foreign folder and waits for its end."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "photocloud.settings", **variables}
    return subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("script", ["server", "test", "lock", "vendor"])
def test_a_script_explains_itself(script: str) -> None:
    done = run(str(stack.BASE_DIR / "script" / script), "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: script/{script}")


def test_the_server_takes_no_arguments() -> None:
    done = run(str(stack.BASE_DIR / "script" / "server"), "8000")
    assert done.returncode == 2
    assert "--help" in done.stderr


def test_a_port_in_use_is_a_sentence_and_nothing_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = serve(tmp_path, PORT=str(port))
    assert done.returncode == 1
    assert f"can't listen on 127.0.0.1 port {port}: Address already in use" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "the data").exists()


def test_a_setting_that_makes_no_sense_is_a_sentence(tmp_path: Path) -> None:
    for variables in ({"UPLOAD_MAX_BYTES": "a lot"}, {"UPLOAD_MAX_BYTES": "9", "UPLOAD_REQUEST_MAX_BYTES": "1"}):
        done = serve(tmp_path, **variables)
        assert done.returncode == 1
        assert done.stderr.startswith("PhotoCloud can't start: ")
        assert "UPLOAD_MAX_BYTES" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_database_that_does_not_answer_is_a_sentence(tmp_path: Path) -> None:
    done = serve(tmp_path, DATABASE_URL=f"postgres://nobody:top-secret@127.0.0.1:{stack.free_port()}/nothing")
    assert done.returncode == 1
    assert "the database doesn't answer" in done.stderr
    assert "Traceback" not in done.stderr
    assert "top-secret" not in done.stderr + done.stdout


def test_the_first_start_makes_a_secret_key_that_only_the_owner_reads_and_the_second_keeps_it(tmp_path: Path) -> None:
    app = stack.configured(tmp_path, SECRET_KEY="")
    key = app.data_dir / "secret_key"
    # The script itself where it needn't install first.
    installed = (stack.BASE_DIR / ".venv" / "stamp-requirements.txt").is_file()
    command = ["script/server"] if installed else [sys.executable, "script/serve.py"]
    screens, keys = [], []
    for end in (signal.SIGTERM, signal.SIGINT):
        log = tmp_path / end.name
        with stack.process(command, ready=f"{app.url}/healthz", log=log, env=app.environment, end=end) as server:
            assert requests.get(f"{app.url}/healthz", timeout=30).json() == {"status": "ok"}
        assert server.returncode == 0
        screens.append(log.read_text())
        keys.append(key.read_text())
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert keys[0] == keys[1]
    assert len(keys[0].strip()) > 60
    for screen in screens:
        for told in (f"{app.url}/", "manage.py createsuperuser", str(app.data_dir), str(app.media_root)):
            assert told in screen
        assert keys[0].strip() not in screen
        assert "Traceback" not in screen
    assert "Updating the database" in screens[0]
    assert "Updating the database" not in screens[1]
    assert "Collecting static files" not in screens[1]


def serve(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """What script/server runs once the packages are there, for starts that fail."""
    environment = stack.configured(folder, **variables).environment
    return run(sys.executable, str(stack.BASE_DIR / "script" / "serve.py"), **environment)
