#!/usr/bin/env python
"""kill -9 under uploads: how many acknowledged photos are lost or doubled, which has to be none.

    benchmarks/crashes.py points --runs 20             every named point of an upload, 20 times each
    benchmarks/crashes.py random --kills 200           web processes and workers at random, under a load of uploads
    benchmarks/crashes.py random --restart 'COMMAND'   runs COMMAND instead, which restarts the database

On SQLite in a temporary folder, or on a new database of the PostgreSQL server that DATABASE_URL names. Exit code 0
when nothing was lost, doubled or left.
"""

import argparse
import os
import random
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, closing
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from images.failpoints import POINTS, Point  # noqa: E402  needs the path
from images.tests.pictures import jpeg  # noqa: E402
from photocloud.tests import crashing  # noqa: E402
from photocloud.tests.uploading import Client  # noqa: E402

WORKER = (sys.executable, "manage.py", "db_worker", "--interval", "0.1", "--no-startup-delay")
DECODE_TIMEOUT_SECONDS = 5
GIVEN_BACK_AFTER_SECONDS = 4 * DECODE_TIMEOUT_SECONDS + 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["points", "random"])
    parser.add_argument("--runs", type=int, default=20, help="how often each point is killed at (%(default)s)")
    parser.add_argument("--kills", type=int, default=200, help="random kills or restarts (%(default)s)")
    parser.add_argument(
        "--every",
        type=float,
        default=0.5,
        metavar="SECONDS",
        help="mean time between them, besides that of 0 to 2 photos (%(default)s)",
    )
    parser.add_argument("--clients", type=int, default=4, help="clients that upload at the same time (%(default)s)")
    parser.add_argument("--tasks", choices=["immediate", "database"], default="database", help="TASKS_BACKEND")
    parser.add_argument("--seed", type=int, default=1, help="of what is random (%(default)s)")
    parser.add_argument("--restart", metavar="COMMAND", help="restart the database instead of killing processes")
    options = parser.parse_args()
    random.seed(options.seed)
    postgres = os.environ.get("DATABASE_URL", "").startswith("postgres")
    variables = {"WEB_WORKERS": "2" if postgres else "1", "DECODE_TIMEOUT_SECONDS": str(DECODE_TIMEOUT_SECONDS)}
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        if options.what == "points":
            with crashing.prepared(Path(folder), None, **variables | {"WEB_WORKERS": "1"}) as site:
                kills = kill_at_points(site, options.runs)
                verdict = site.settle()
        else:
            with crashing.prepared(Path(folder), None, **variables, TASKS_BACKEND=options.tasks) as site:
                kills = kill_at_random(site, options)
                verdict = settled(site)
    print(
        f"{'PostgreSQL' if postgres else 'SQLite'}, {options.what}, {options.tasks}: {kills} in "
        f"{time.monotonic() - started:.0f} s; acknowledged {len(site.acknowledged)}, photos {verdict.photos}, "
        f"lost {len(verdict.lost)}, doubled {len(verdict.doubled)}, not ready {len(verdict.not_ready)}, "
        f"check_files {'found: ' + verdict.check_files if verdict.check_files else 'clean'}"
    )
    sys.exit(0 if verdict.is_clean else 1)


def kill_at_points(site: crashing.Site, runs: int) -> str:
    deaths = 0
    with crashing.running(site), closing(Client(site.app.url, site.token)) as client:
        for run in range(runs):
            for point in POINTS:
                for way in ("tus", "post"):
                    deaths += one_photo(site, client, point, way, f"{point}-{way}-{run}.jpg")
    return f"{deaths} kills at {len(POINTS)} points"


def one_photo(site: crashing.Site, client: Client, point: Point, way: str, name: str) -> int:
    """Uploads one photo, twice where the point is about duplicates; how often the server died."""
    data, before = jpeg((400, 300)), client.losses
    for failpoint in ("", point) if point.startswith("duplicate.") else (point,):
        client.failpoint = failpoint
        if way == "tus":
            client.tus(data, name, piece_bytes=len(data) // 2 + 1)
        else:
            client.post(data, name)
    client.failpoint = ""
    site.acknowledge(name, data)
    return client.losses - before


def kill_at_random(site: crashing.Site, options: argparse.Namespace) -> str:
    over, broken = threading.Event(), list[BaseException]()
    clients = [threading.Thread(target=load, args=(site, number, over, broken)) for number in range(options.clients)]
    with ExitStack() as processes:
        server = processes.enter_context(crashing.running(site, log="server"))
        workers = [worker(site) for _ in range(2)] if options.tasks == "database" else []
        for client in clients:
            client.start()
        for number in range(options.kills):
            wait_for_photos(site, random.randint(0, 2))
            time.sleep(random.uniform(0, 2 * options.every))
            if options.restart:
                subprocess.run(shlex.split(options.restart), check=True, stdout=subprocess.DEVNULL)
            elif number % 20 == 19:  # the whole web server
                for victim in (server.pid, *children(server.pid)):
                    os.kill(victim, signal.SIGKILL)
                server.wait()
                server = processes.enter_context(crashing.running(site, log=f"server{number}"))
            else:
                os.kill(random.choice([*children(server.pid), *(process.pid for process in workers)]), signal.SIGKILL)
            workers = [worker(site) if process.poll() is not None else process for process in workers]
        over.set()
        for client in clients:
            client.join()
        for process in workers:
            process.kill()
            process.wait()
    if broken:
        raise broken[0]
    return f"{options.kills} {'restarts' if options.restart else 'kills'}"


def wait_for_photos(site: crashing.Site, count: int) -> None:
    """Lets some uploads come through between two kills, however slow the machine is."""
    wanted, deadline = len(site.acknowledged) + count, time.monotonic() + 60
    while len(site.acknowledged) < wanted and time.monotonic() < deadline:
        time.sleep(0.05)


def load(site: crashing.Site, number: int, over: threading.Event, broken: list[BaseException]) -> None:
    """One client: by turns in pieces, by multipart, and bytes that are there already."""
    with closing(Client(site.app.url, site.token)) as client:
        count = 0
        while not over.is_set():
            count += 1
            data, name = jpeg((800, 600)), f"{number}-{count}.jpg"
            try:
                if count % 2:
                    client.tus(data, name, piece_bytes=len(data) // 3 + 1)
                else:
                    client.post(data, name)
                site.acknowledge(name, data)
                if count % 5 == 0:
                    client.tus(data, f"again-{name}", piece_bytes=len(data))
            except BaseException as error:
                broken.append(error)
                raise


def worker(site: crashing.Site) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        WORKER, cwd=ROOT, env=site.app.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def children(pid: int) -> list[int]:
    """Linux only."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if found := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            return [int(child) for child in found]
        time.sleep(0.05)
    raise TimeoutError(f"gunicorn {pid} has no worker")


def settled(site: crashing.Site) -> crashing.Verdict:
    """Waits until a task that a dead worker had taken is given back, and does what is queued."""
    if site.app.environment["TASKS_BACKEND"] == "database":
        time.sleep(GIVEN_BACK_AFTER_SECONDS)
        site.app.manage("render", "--waiting")
        site.app.manage("db_worker", "--batch", "--no-startup-delay")
    return site.settle()


if __name__ == "__main__":
    main()
