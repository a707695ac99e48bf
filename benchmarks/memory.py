"""Peak memory of the child that decodes the largest pictures that are accepted, step by step.

Makes pictures of 120 megapixels in a temporary folder and runs what `images.sandbox` runs on each, every step in a
process of its own under the address-space limit of DECODE_MEMORY_BYTES. Ends with 1 if a step fails.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
sys.path.insert(0, str(PROJECT))

from images import rendering, variants  # noqa: E402

LIMITS = rendering.Limits(max_pixels=120_000_000, max_frames=300)
SIZE = (12_000, 10_000)
PNG_LEVEL = 1

PICTURES: dict[str, tuple[str, str, dict[str, object]]] = {
    "JPEG 4:2:0": ("JPEG", "RGB", {"quality": 85}),
    "JPEG progressive": ("JPEG", "RGB", {"quality": 85, "progressive": True}),
    "JPEG CMYK": ("JPEG", "CMYK", {"quality": 85}),
    "PNG grey": ("PNG", "L", {"compress_level": PNG_LEVEL}),
    "PNG palette": ("PNG", "P", {"compress_level": PNG_LEVEL}),
    "PNG RGB": ("PNG", "RGB", {"compress_level": PNG_LEVEL}),
    "PNG RGBA": ("PNG", "RGBA", {"compress_level": PNG_LEVEL}),
    "TIFF RGB": ("TIFF", "RGB", {"compression": "tiff_deflate"}),
}
STEPS: dict[str, Callable[[str, str, bool], object]] = {
    "inspect": lambda path, name, _alpha: rendering.inspect(path, name, LIMITS),
    "render": lambda path, name, _alpha: rendering.render(path, name, variants.EAGER, LIMITS),
    "avif": lambda path, name, _alpha: rendering.render(path, name, (variants.AVIF_PREVIEW,), LIMITS),
    "full": lambda path, name, alpha: rendering.full(path, name, alpha, LIMITS),
}


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--picture", choices=PICTURES, action="append", help="this one alone; may be repeated")
    parser.add_argument("--memory", type=int, default=1536 * 1024**2, help="DECODE_MEMORY_BYTES (default: 1536 MiB)")
    parser.add_argument("--step", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step:
        _measure(*arguments.step, memory_bytes=arguments.memory)
        return
    failed = False
    print(f"{SIZE[0]} x {SIZE[1]} pixels; peak RSS in MiB and CPU seconds\n")
    print(f"{'':18}" + "".join(f"{step:>18}" for step in STEPS))
    for picture in arguments.picture or PICTURES:
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "picture")
            subprocess.run([sys.executable, "-c", _MAKE, path, json.dumps([SIZE, *PICTURES[picture]])], check=True)
            cells = [_run(step, path, picture, arguments.memory) for step in STEPS]
        failed |= "failed" in cells
        print(f"{picture:18}" + "".join(f"{cell:>18}" for cell in cells), flush=True)
    sys.exit(failed)


# Noise, enlarged: no run-length coding makes it easy, and it is made fast. In a process of its own for its memory.
_MAKE = """
import json, sys
from PIL import Image
size, name, mode, options = json.loads(sys.argv[2])
Image.MAX_IMAGE_PIXELS = None
small = Image.effect_noise((size[0] // 4, size[1] // 4), 40)
image = small.resize(size).convert(mode)
if mode == "RGBA":
    image.putalpha(small.point(lambda value: min(255, value + 60)).resize(size))
image.save(sys.argv[1], name, **options)
"""


def _run(step: str, path: str, picture: str, memory_bytes: int) -> str:
    format_name, mode, _ = PICTURES[picture]
    command = [sys.executable, __file__, "--memory", str(memory_bytes), "--step", step, path, f"{format_name} {mode}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return "failed"
    measured = json.loads(done.stdout)
    return f"{measured['peak_mib']:.0f} / {measured['cpu_seconds']:.1f} s"


def _measure(step: str, path: str, kind: str, *, memory_bytes: int) -> None:
    format_name, mode = kind.split()
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    start = time.process_time()
    STEPS[step](path, format_name, mode == "RGBA")
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"peak_mib": usage.ru_maxrss / 1024, "cpu_seconds": time.process_time() - start}))


if __name__ == "__main__":
    main()
