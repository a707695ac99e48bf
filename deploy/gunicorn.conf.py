"""How gunicorn runs PhotoCloud, the same on a laptop, in a container and under systemd."""

from pathlib import Path
from threading import Thread

from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
env.read_env(BASE_DIR / ".env", recurse=False)

wsgi_app = "photocloud.wsgi"
chdir = str(BASE_DIR)
bind = f"{env.str('HOST', '127.0.0.1')}:{env.int('PORT', 8000)}"
worker_class = "gthread"
workers = env.int("WEB_WORKERS", 1)
threads = env.int("WEB_THREADS", 8)
timeout = 120
graceful_timeout = 30
# Longer than nginx keeps an idle connection, so that nginx never sends a request into one that is being closed.
keepalive = 75
# A signed URL carries the photo's own name, which percent-encoding makes up to twelve times longer.
limit_request_line = 8190
# Query strings may carry credentials. PhotoCloud writes its own log.
accesslog = None
# The heartbeat file of a worker must not wait for a disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# Two instances of one user would share the default path of this socket.
control_socket_disable = True


def post_worker_init(_worker: object) -> None:
    """A process that takes the place of a killed one renders what that one left half done."""
    from images import tasks

    Thread(target=tasks.resume_in_thread, daemon=True).start()
