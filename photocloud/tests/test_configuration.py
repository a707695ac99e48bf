"""Every variable that is read is explained, and nothing is explained that nobody reads."""

import re

import pytest
from pytest_django import Settings

from photocloud.checks import lifetimes_make_sense
from photocloud.tests.stack import BASE_DIR

READ = re.compile(r'\benv\.\w+\(\s*"([A-Z][A-Z0-9_]+)"')
SOURCES = ("photocloud/settings.py", "deploy/gunicorn.conf.py")
DEPLOY = ("docker-compose.yml", "deploy/nginx.conf", "deploy/backup.sh", "deploy/cron.sh", "deploy/entrypoint.sh")


def variables() -> set[str]:
    return {name for source in SOURCES for name in READ.findall((BASE_DIR / source).read_text())}


def test_the_documentation_names_every_variable() -> None:
    documented = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", (BASE_DIR / "docs" / "configuration.md").read_text()))
    assert variables() - documented == set()


def test_the_example_names_every_variable_and_no_other() -> None:
    lines = (BASE_DIR / ".env.example").read_text().splitlines()
    examples = {match[1] for line in lines if (match := re.match(r"#? ?([A-Z][A-Z0-9_]+)=", line))}
    assert variables() - examples == set()
    deploy = " ".join((BASE_DIR / file).read_text() for file in DEPLOY)
    assert {name for name in examples - variables() if not re.search(rf"\b{name}\b", deploy)} == set()


@pytest.mark.parametrize(
    ("setting", "value", "error"),
    [
        ("DEFAULT_LIFETIME", "P3D", None),
        ("DEFAULT_LIFETIME", "a while", "photocloud.E004"),
        ("TRASH_DAYS", 0, None),
        ("TRASH_DAYS", -1, "photocloud.E005"),
        ("EXPIRY_NOTICE_DAYS", -1, "photocloud.E005"),
        ("PURGE_MOST_SHARE", 1.0, None),
        ("PURGE_MOST_SHARE", 0.0, "photocloud.E006"),
        ("PURGE_MOST_SHARE", 50.0, "photocloud.E006"),
    ],
)
def test_settings_of_lifetimes_that_make_no_sense_are_told(
    settings: Settings, setting: str, value: object, error: str | None
) -> None:
    setattr(settings, setting, value)
    assert [found.id for found in lifetimes_make_sense(None)] == ([error] if error else [])
