"""Lighthouse's judgement of the public pages of a demo instance, on a phone. Run by `script/lighthouse`."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import requests

PROJECT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from e2e.instance import Instance, running  # noqa: E402  needs the path
from e2e.windows import ARGUMENTS, find_browser  # noqa: E402

LIGHTHOUSE: Final = PROJECT / "benchmarks" / "lighthouse" / "node_modules" / ".bin" / "lighthouse"
DOCUMENT: Final = PROJECT / "docs" / "performance.md"
MARKERS: Final = ("<!-- lighthouse -->", "<!-- /lighthouse -->")
CATEGORIES: Final = ("performance", "accessibility", "best-practices", "seo")
LEAST: Final = {"performance": 97, "accessibility": 100, "best-practices": 100, "seo": 100}
MOST_SCRIPT_BYTES: Final = 40_000
NO_TRACE: Final = "NO_NAVSTART"
"""Chromium sometimes records a page without the moment in which it was asked for: no judgement, so another try."""
TRIES: Final = 3
NOT_LISTED: Final = "share link"
"""A page that asks search engines to stay away, for which Lighthouse takes points."""

_ADDRESSES = """
import json
from galleries.models import Gallery, ShareLink
gallery = Gallery.objects.get(title="Mountains and water")
photo = gallery.images.filter(visibility="public").first()
link = ShareLink.objects.get(additions="none")
print(json.dumps({"explore": "/explore/", "gallery": gallery.get_absolute_url(), "photo": photo.get_absolute_url(),
    "share link": link.get_absolute_url(), "sign in": "/accounts/login/"}))
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Scores from 0 to 100, and what else has a limit."""

    scores: dict[str, int]
    lcp_ms: float
    lcp_element: str
    cls: float
    script_bytes: int
    other_hosts: int
    remarks: list[str]


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/lighthouse", description=__doc__)
    parser.add_argument("--count", type=int, default=40, help="photos of the demo (default: 40)")
    parser.add_argument("--runs", type=int, default=3, help="of each page; the middle one counts (default: 3)")
    parser.add_argument("--page", action="append", help="this page alone; may be repeated")
    parser.add_argument("--record", action="store_true", help="writes the table into docs/performance.md")
    options = parser.parse_args()
    browser = find_browser()
    if browser is None:
        sys.exit("Lighthouse needs Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory(prefix="photocloud-lighthouse-") as folder, running(Path(folder)) as instance:
        instance.manage("demo", "--count", str(options.count))
        addresses: dict[str, str] = json.loads(instance.shell(_ADDRESSES))
        verdicts = {}
        for name, path in addresses.items():
            if options.page and name not in options.page:
                continue
            verdicts[name] = middle([judged(instance, path, browser) for _ in range(options.runs)])
            show(name, verdicts[name])
    if options.record:
        record(verdicts)
    sys.exit(0 if all(passes(name, verdict) for name, verdict in verdicts.items()) else 1)


def judged(instance: Instance, path: str, browser: str) -> Verdict:
    flags = " ".join(["--headless=new", *ARGUMENTS])
    command = [str(LIGHTHOUSE), instance.url + path, "--quiet", "--output=json", f"--chrome-flags={flags}"]
    environment = {**os.environ, "CHROME_PATH": browser}
    for _ in range(TRIES):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
        if not done.returncode:
            return read(json.loads(done.stdout), urlsplit(instance.url).netloc)
        if NO_TRACE not in done.stdout + done.stderr:
            break
    raise RuntimeError(f"Lighthouse ended with {done.returncode} on {path}:\n{done.stderr[-2000:]}")


def read(report: dict[str, Any], host: str) -> Verdict:
    audits = report["audits"]
    items = audits["network-requests"]["details"]["items"]
    web = [item for item in items if item["url"].startswith("http")]
    return Verdict(
        scores={name: round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES},
        lcp_ms=audits["largest-contentful-paint"]["numericValue"],
        lcp_element=lcp_element(audits),
        cls=audits["cumulative-layout-shift"]["numericValue"],
        script_bytes=sum(compressed_bytes(item["url"]) for item in web if item["resourceType"] == "Script"),
        other_hosts=sum(urlsplit(item["url"]).netloc != host for item in web),
        remarks=[
            f"{reference['id']}: {audits[reference['id']]['title']}"
            for name in CATEGORIES
            for reference in report["categories"][name]["auditRefs"]
            if reference["weight"] and (audits[reference["id"]]["score"] or 0) < 0.9
            if audits[reference["id"]]["scoreDisplayMode"] in {"binary", "numeric", "metricSavings"}
        ],
    )


def compressed_bytes(url: str) -> int:
    """What is sent for the file besides the header, which Lighthouse counts too."""
    with requests.get(url, headers={"Accept-Encoding": "gzip"}, stream=True, timeout=10) as answer:
        return len(answer.raw.read())


def lcp_element(audits: dict[str, Any]) -> str:
    """The start tag of the largest thing that was painted first."""
    found: list[str] = []

    def look(part: Any) -> None:
        if isinstance(part, dict):
            if part.get("type") == "node" and "snippet" in part:
                found.append(part["snippet"])
            for value in part.values():
                look(value)
        elif isinstance(part, list):
            for value in part:
                look(value)

    for name in ("largest-contentful-paint-element", "lcp-breakdown-insight"):
        look(audits.get(name, {}).get("details"))
    return found[0] if found else ""


def middle(verdicts: list[Verdict]) -> Verdict:
    """The run whose performance is the median."""
    scores = [verdict.scores["performance"] for verdict in verdicts]
    return verdicts[scores.index(statistics.median_low(scores))]


def passes(name: str, verdict: Verdict) -> bool:
    wanted = {key: least for key, least in LEAST.items() if key != "seo" or name != NOT_LISTED}
    return (
        all(verdict.scores[key] >= least for key, least in wanted.items())
        and verdict.cls < 0.001
        and verdict.script_bytes <= MOST_SCRIPT_BYTES
        and verdict.other_hosts == 0
    )


def show(name: str, verdict: Verdict) -> None:
    scores = ", ".join(f"{key} {score}" for key, score in verdict.scores.items())
    print(
        f"{name}: {scores}; CLS {verdict.cls:.3f}, LCP {verdict.lcp_ms:.0f} ms by {verdict.lcp_element[:90]}, "
        f"scripts {verdict.script_bytes / 1000:.1f} kB, {verdict.other_hosts} requests elsewhere"
    )
    for remark in verdict.remarks:
        print(f"    {remark}")
    sys.stdout.flush()


def record(verdicts: dict[str, Verdict]) -> None:
    lines = [
        "| page | performance | accessibility | best practices | SEO | CLS | LCP | largest element | scripts |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, verdict in verdicts.items():
        scores = " | ".join(str(score) for score in verdict.scores.values())
        element = verdict.lcp_element[1:].split(" ")[0].split(">")[0]
        lines.append(
            f"| {name} | {scores} | {verdict.cls:.3f} | {verdict.lcp_ms / 1000:.1f} s | `{element}` "
            f"| {verdict.script_bytes / 1000:.1f} kB |"
        )
    before, _start, rest = DOCUMENT.read_text().partition(MARKERS[0])
    _old, _end, after = rest.partition(MARKERS[1])
    DOCUMENT.write_text(before + MARKERS[0] + "\n" + "\n".join(lines) + "\n" + MARKERS[1] + after)


if __name__ == "__main__":
    main()
