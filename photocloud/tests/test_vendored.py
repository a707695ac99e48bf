"""Libraries from elsewhere are the files that static/vendor/VENDORED.md lists, and nothing else."""

import hashlib
import re

from django.conf import settings

VENDOR = settings.BASE_DIR / "static" / "vendor"


def test_vendored_files_are_those_of_the_list() -> None:
    rows = re.findall(r"\| (\S+) \| `([0-9a-f]{64})` \|$", (VENDOR / "VENDORED.md").read_text(), re.MULTILINE)
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "VENDORED.md"
    }
    assert found == dict(rows)


def test_every_package_in_a_bundle_comes_with_its_licence() -> None:
    text = (VENDOR / "uppy" / "LICENSES.txt").read_text()
    for package in ("@uppy/core", "@uppy/dashboard", "tus-js-client", "cropperjs", "preact", "@noble/hashes"):
        assert re.search(rf"^{re.escape(package)} \d+\.\d+\.\d+ \(MIT\)", text, re.MULTILINE), package
    assert "The package holds no licence text." not in text
