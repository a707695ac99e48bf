#!/usr/bin/env python
"""Purge of expired photos with their files: how fast, and the memory it takes with few and with many.

Works on a database of its own (SQLite in a temporary folder, or an empty one named by DATABASE_URL). Runs
`manage.py purge` as a process of its own and prints its time and peak memory, and what is left.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("counts", type=int, nargs="*", default=[100, 10_000], help="numbers of expired photos")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "photocloud.settings",
            "DATA_DIR": folder,
            "MEDIA_ROOT": f"{folder}/media",
            "SECRET_KEY": "only-for-this-benchmark",
            "LOG_LEVEL": "WARNING",
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        for count in options.counts:
            fill(count)
            measure(count, Path(folder, "media"))


def fill(count: int) -> None:
    from django.utils import timezone

    from accounts.models import User
    from images.models import Image, Status

    person = User.objects.create_user(email=f"{count}@example.com", username=f"person{count}")
    now = timezone.now()
    for start in range(0, count, 1000):
        images = []
        for number in range(start, min(count, start + 1000)):
            image = Image.new(owner=person, original_name=f"{number}.jpg", size_bytes=1000)
            image.status, image.format, image.expires_at = Status.READY, "JPEG", now - timedelta(seconds=1)
            images.append(image)
            for name in image.file_names():
                path = Path(os.environ["MEDIA_ROOT"], name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"x" * 1000)
        Image.objects.bulk_create(images)
    User.objects.filter(pk=person.pk).update(used_bytes=1000 * count, image_count=count)


def measure(count: int, media: Path) -> None:
    from accounts.models import User
    from images.models import Image

    started = time.perf_counter()
    subprocess.run([sys.executable, "manage.py", "purge", "--confirm"], cwd=ROOT, check=True)
    elapsed = time.perf_counter() - started
    peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    files = sum(1 for path in media.rglob("*") if path.is_file())
    used = sum(User.objects.values_list("used_bytes", flat=True))
    print(
        f"{count:>6} photos: {elapsed:5.1f} s, {count / elapsed:6.0f} photos/s, peak {peak_mib:.0f} MiB; "
        f"left: {Image.objects.count()} rows, {files} files, {used} bytes of quota"
    )


if __name__ == "__main__":
    main()
