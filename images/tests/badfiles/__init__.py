"""Thousands of bad files of every accepted format, always the same, made one at a time.

A kind is a way to be bad. `generate` gives (name, bytes), the name as "kind/what-extension".
"""

from collections.abc import Callable, Iterator

from images.tests.badfiles import bombs, damage, disguises, metadata, modes
from images.tests.badfiles.recipe import Recipe

KINDS: dict[str, Callable[[], Iterator[Recipe]]] = {
    "truncated": damage.truncated,
    "flipped": damage.flipped,
    "repeated": damage.repeated,
    "mislabelled": damage.mislabelled,
    "wrong-magic": damage.wrong_magic,
    "zero-size": damage.zero_size,
    "lengths": damage.lengths,
    "unfinished": damage.unfinished,
    "pixels": bombs.pixels,
    "claims": bombs.claims,
    "full-size": bombs.full_size,
    "frames": bombs.frames,
    "slow": bombs.slow,
    "text": bombs.text,
    "loops": metadata.loops,
    "profiles": metadata.profiles,
    "orientations": metadata.orientations,
    "texts": metadata.texts,
    "palettes": modes.palettes,
    "codes": modes.codes,
    "samples": modes.samples,
    "pages": modes.pages,
    "disguised": disguises.disguised,
    "pretending": disguises.pretending,
    "polyglots": disguises.polyglots,
    "pixel-texts": disguises.pixel_texts,
}


def generate(kind: str, wanted: range | None = None) -> Iterator[tuple[str, bytes]]:
    """The files of a kind, by default all; those whose number isn't wanted are not even made."""
    for number, (name, make) in enumerate(KINDS[kind]()):
        if wanted is None or number in wanted:
            yield f"{kind}/{name}", make()


def count(kind: str) -> int:
    return sum(1 for _recipe in KINDS[kind]())
