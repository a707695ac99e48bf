"""Every language says everything: nothing is left out, doubtful, compiled long ago, or without its placeholders."""

import gettext
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import to_locale

LOCALE = settings.BASE_DIR / "locale"
TRANSLATED = sorted(to_locale(code) for code, _name in settings.LANGUAGES if code != "en")

SCRIPTS = ("benchmarks", "e2e", "script")

needs_gettext = pytest.mark.skipif(shutil.which("xgettext") is None, reason="gettext isn't installed")


def catalog(path: Path) -> dict[object, str]:
    with path.open("rb") as file:
        return dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]


def gettext_tool(*command: str | Path) -> str:
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def test_each_language_of_the_settings_has_a_folder_and_the_other_way_round() -> None:
    assert sorted(path.name for path in LOCALE.iterdir()) == TRANSLATED


@needs_gettext
@pytest.mark.parametrize("language", TRANSLATED)
def test_a_language_is_complete(language: str, tmp_path: Path) -> None:
    po = LOCALE / language / "LC_MESSAGES" / "django.po"
    assert gettext_tool("msgattrib", "--untranslated", "--no-obsolete", po) == ""
    assert gettext_tool("msgattrib", "--only-fuzzy", "--no-obsolete", po) == ""
    gettext_tool("msgfmt", "--check", "--output-file", tmp_path / "new.mo", po)
    assert catalog(tmp_path / "new.mo") == catalog(po.with_suffix(".mo")), "run script/messages"


@needs_gettext
def test_no_string_of_the_code_is_missing_from_the_languages(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns(".*", "node_modules", "var", "media", "vendor", "tests", *SCRIPTS)
    code = Path(shutil.copytree(settings.BASE_DIR, tmp_path / "code", ignore=ignored))
    environment = {**os.environ, "DATA_DIR": str(tmp_path / "data"), "SECRET_KEY": "only-for-tests"}
    command = [sys.executable, "manage.py", "makemessages", "--locale=ru", "--no-obsolete", "--no-wrap"]
    subprocess.run(command, cwd=code, env=environment, check=True, capture_output=True)
    new, kept = (messages_of(root / "locale/ru/LC_MESSAGES/django.po") for root in (code, settings.BASE_DIR))
    assert new == kept, "run script/messages"


def messages_of(po: Path) -> set[str]:
    return {line for line in gettext_tool("msgattrib", "--no-wrap", po).splitlines() if line.startswith("msgid")}


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_the_browser_fills_in_is_in_every_language(language: str) -> None:
    """`{count}` and `%{count}` are nothing that msgfmt knows of."""
    found = catalog(LOCALE / language / "LC_MESSAGES" / "django.mo")
    for message, text in found.items():
        source = message[0] if isinstance(message, tuple) else message
        assert isinstance(source, str)
        if source and not source.startswith("1 photo"):
            assert placeholders(text) == placeholders(source), (source, text)


def placeholders(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}
