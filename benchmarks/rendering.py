"""Photos per CPU second of `images.rendering.render` and of sharp, side by side, and how good ours look.

Both make the same thumb (480 px, WebP q75, effort 2) and preview (1600 px, JPEG q82) on one thread, in turns, so
that a busy machine slows both. Ours also makes placeholder and colour. sharp runs in two ways, `once` and `clone`
(sharp/render.mjs); the ratio is to the faster of the two in the same round. Needs `npm install` in benchmarks/sharp.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from array import array
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageMath
from PIL.Image import Resampling

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
sys.path.insert(0, str(PROJECT))

from images import formats, rendering, variants  # noqa: E402

LIMITS = rendering.Limits(max_pixels=200_000_000, max_frames=300)
SSIM_WINDOW_PX = 8
SHARP_WAYS = ("once", "clone")


class Round(NamedTuple):
    """What one process measured over all photos."""

    photos_per_cpu_second: float
    peak_mib: float


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "folder", nargs="?", type=Path, default=PROJECT.parent / "shared/samples/camera", help="photos to render"
    )
    parser.add_argument("--rounds", type=int, default=5, help="turns of each (default: 5)")
    parser.add_argument("--no-sharp", action="store_true", help="ours alone")
    parser.add_argument("--ours", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    photos = [str(path) for path in sorted(arguments.folder.iterdir()) if _format_name(str(path))]
    if not photos:
        parser.error(f"no photos in {arguments.folder}")
    if arguments.ours:
        _measure_ours(photos)
    else:
        _compare(arguments.folder, photos, arguments.rounds, () if arguments.no_sharp else SHARP_WAYS)


def _format_name(path: str) -> str | None:
    if not Path(path).is_file():
        return None
    with Path(path).open("rb") as file:
        format_ = formats.sniff(file.read(64))
    return format_.name if format_ else None


def _measure_ours(photos: list[str]) -> None:
    """Run in a process of its own, as sharp is; the first photo warms up."""
    named = [(photo, _format_name(photo) or "") for photo in photos]
    rendering.render(*named[0], variants.EAGER, LIMITS)
    start = time.process_time()
    for photo, format_name in named:
        rendering.render(photo, format_name, variants.EAGER, LIMITS)
    cpu_seconds = time.process_time() - start
    print(json.dumps({"cpu_seconds": cpu_seconds, "peak_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))


def _round(command: list[str], photos: int) -> Round:
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    measured = json.loads(result.stdout)
    return Round(photos / measured["cpu_seconds"], measured["peak_kib"] / 1024)


def _compare(folder: Path, photos: list[str], rounds: int, ways: tuple[str, ...]) -> None:
    commands = {"ours": [sys.executable, str(Path(__file__).resolve()), "--ours", str(folder)]}
    for way in ways:
        commands[f"sharp {way}"] = ["node", str(HERE / "sharp/render.mjs"), way, *photos]
    measured: dict[str, list[Round]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            measured[name].append(_round(command, len(photos)))
    print(f"{len(photos)} photos, {rounds} rounds in turns, one thread; min / median / max\n")
    for name, results in measured.items():
        rates = [result.photos_per_cpu_second for result in results]
        peak = max(result.peak_mib for result in results)
        print(f"{name:12} photos per CPU second {_spread(rates)}   peak RSS {peak:.0f} MiB")
    if ways:
        rivals = zip(*(measured[f"sharp {way}"] for way in ways), strict=True)
        ratios = [
            ours.photos_per_cpu_second / max(rival.photos_per_cpu_second for rival in both)
            for ours, both in zip(measured["ours"], rivals, strict=True)
        ]
        print(f"{'ratio':12} ours to the faster way   {_spread(ratios)}")
    _report_likeness(photos)


def _spread(values: list[float]) -> str:
    return f"{min(values):.2f} / {statistics.median(values):.2f} / {max(values):.2f}"


def _report_likeness(photos: list[str]) -> None:
    """SSIM of the resized pixels and of the encoded files to LANCZOS from a full decode."""
    print("\nSSIM to a full decode with LANCZOS; mean, worst photo")
    pixels = tuple(variant._replace(format="JPEG", quality=100) for variant in variants.EAGER)
    for label, made in (("resized", pixels), ("as encoded", variants.EAGER)):
        scores: dict[str, list[float]] = {variant.name: [] for variant in made}
        for photo in photos:
            files = rendering.render(photo, _format_name(photo) or "", made, LIMITS).files
            for name, data in files.items():
                scores[name].append(_likeness(photo, data))
        for name, values in scores.items():
            print(f"{label:12} {name:8} {statistics.mean(values):.4f}  {min(values):.4f}")


def _likeness(photo: str, data: bytes) -> float:
    ours = Image.open(BytesIO(data)).convert("L")
    full = rendering.full_picture(photo, _format_name(photo) or "", LIMITS).convert("RGB")
    return _ssim(ours, full.resize(ours.size, Resampling.LANCZOS).convert("L"))


def _ssim(first: Image.Image, second: Image.Image) -> float:
    """Mean structural similarity (Wang et al. 2004) of two greyscale pictures over windows of 8 x 8 pixels."""
    a, b = first.convert("F"), second.convert("F")
    mean_a, mean_b = a.reduce(SSIM_WINDOW_PX), b.reduce(SSIM_WINDOW_PX)
    values = ImageMath.lambda_eval(
        lambda of: (
            ((of["a"] * of["b"] * 2 + 6.5025) * ((of["ab"] - of["a"] * of["b"]) * 2 + 58.5225))
            / (
                (of["a"] * of["a"] + of["b"] * of["b"] + 6.5025)
                * (of["aa"] - of["a"] * of["a"] + of["bb"] - of["b"] * of["b"] + 58.5225)
            )
        ),
        a=mean_a,
        b=mean_b,
        aa=_product(a, a).reduce(SSIM_WINDOW_PX),
        bb=_product(b, b).reduce(SSIM_WINDOW_PX),
        ab=_product(a, b).reduce(SSIM_WINDOW_PX),
    )
    return statistics.fmean(array("f", values.tobytes()))


def _product(first: Image.Image, second: Image.Image) -> Image.Image:
    product = ImageMath.lambda_eval(lambda of: of["a"] * of["b"], a=first, b=second)
    if not isinstance(product, Image.Image):
        raise TypeError("ImageMath did not answer with a picture.")
    return product


if __name__ == "__main__":
    main()
