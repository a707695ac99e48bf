#!/usr/bin/env python
"""check_files with few photos and with many: how fast, and the memory it takes.

Works on a database of its own (SQLite in a temporary folder, or an empty one named by DATABASE_URL) and runs
`manage.py check_files`, which reads every original, as a process of its own. Originals are of 1,000 bytes, so this is
the cost of rows and files, and not that of hashing.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("counts", type=int, nargs="*", default=[1000, 20_000], help="numbers of photos")
    options = parser.parse_args()
    for count in options.counts:
        with tempfile.TemporaryDirectory() as folder:
            environment = os.environ | {
                "DATA_DIR": folder,
                "MEDIA_ROOT": f"{folder}/media",
                "SECRET_KEY": "only-for-this-benchmark",
                "DJANGO_SETTINGS_MODULE": "photocloud.settings",
                "LOG_LEVEL": "WARNING",
            }
            subprocess.run([sys.executable, __file__, "--fill", str(count)], env=environment, check=True)
            started = time.perf_counter()
            process = subprocess.Popen([sys.executable, "manage.py", "check_files"], cwd=ROOT, env=environment)
            _pid, status, usage = os.wait4(process.pid, 0)
            elapsed = time.perf_counter() - started
            print(
                f"{count:>7} photos: {elapsed:6.1f} s, {count / elapsed:6.0f} photos/s, "
                f"peak {usage.ru_maxrss / 1024:.0f} MiB, exit code {os.waitstatus_to_exitcode(status)}"
            )


def fill(count: int) -> None:
    """A person with as many photos, each with an original, a thumbnail and a preview."""
    import django

    django.setup()
    from django.core.management import call_command

    from accounts.models import User
    from images.models import Image, Status
    from images.variants import PREVIEW, THUMB

    call_command("migrate", verbosity=0)
    person = User.objects.create_user(email="one@example.com", username="one")
    for start in range(0, count, 1000):
        images = []
        for number in range(start, min(count, start + 1000)):
            data = f"{number:1000}".encode()
            image = Image.new(owner=person, original_name=f"{number}.jpg", size_bytes=len(data))
            image.status, image.format, image.sha256 = Status.READY, "JPEG", sha256(data).hexdigest()
            images.append(image)
            for name in (image.storage_name, image.variant_name(THUMB), image.variant_name(PREVIEW)):
                path = Path(os.environ["MEDIA_ROOT"], name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        Image.objects.bulk_create(images)
    User.objects.filter(pk=person.pk).update(used_bytes=1000 * count, image_count=count)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--fill"]:
        fill(int(sys.argv[2]))
    else:
        main()
