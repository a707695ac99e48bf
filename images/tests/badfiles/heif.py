"""AVIF and HEIC made of derived pictures: grids, identities and overlays (ISO/IEC 23008-12, section 6.6)."""

import struct
from collections.abc import Sequence
from functools import cache

from images.tests.badfiles.containers import box, find_box, full_box
from images.tests.badfiles.pictures import photo
from images.tests.pictures import encoded

TILE_PX = 64
_CODINGS = {"avif": ("AVIF", b"av01", b"av1C"), "heic": ("HEIF", b"hvc1", b"hvcC")}


@cache
def _tile(name: str) -> tuple[bytes, bytes]:
    """The coded picture of one tile, and the box that configures its decoder."""
    format_name, _type, configuration = _CODINGS[name]
    options = {"speed": 9, "max_threads": 1} if name == "avif" else {}
    data = encoded(photo(size=(TILE_PX, TILE_PX)), format_name, **options)
    start, end = find_box(data, b"mdat")
    first, last = find_box(data, configuration)
    return data[start + 8 : end], data[first:last]


def derived(
    name: str,
    *,
    size: tuple[int, int],
    description: bytes,
    kind: bytes = b"grid",
    sources: Sequence[int] = (2,),
    references: Sequence[tuple[bytes, int, Sequence[int]]] = (),
    tiles: int = 1,
    derivations: Sequence[int] = (),
) -> bytes:
    """Item 1 is derived from `sources`; items 2, 3 ... are `tiles` pictures, all the same bytes.

    Those of `derivations` are derived as item 1 is, by `references` of (type, from, to).
    """
    _format_name, coding, _configuration = _CODINGS[name]
    data, configuration = _tile(name)
    items = range(1, tiles + 2)
    is_derived = {1, *derivations}
    edges = [(b"dimg", 1, sources), *references] if sources else list(references)
    brand = name.encode()
    head = box(b"ftyp", brand, bytes(4), brand, b"mif1", b"miaf")

    def meta(mdat: int) -> bytes:
        places = []
        for item in items:
            method, at, length = (1, 0, len(description)) if item in is_derived else (0, mdat, len(data))
            places.append(struct.pack(">HHHHII", item, method, 0, 1, at, length))
        entries = [
            full_box(b"infe", struct.pack(">HH", item, 0), kind if item in is_derived else coding, b"\0", version=2)
            for item in items
        ]
        links = [
            box(type_, struct.pack(">HH", source, len(targets)), *(struct.pack(">H", target) for target in targets))
            for type_, source, targets in edges
        ]
        properties = box(
            b"ipco",
            full_box(b"ispe", struct.pack(">II", *size)),
            full_box(b"ispe", struct.pack(">II", TILE_PX, TILE_PX)),
            configuration,
            full_box(b"pixi", b"\x03\x08\x08\x08"),
        )
        assigned = [
            struct.pack(">HB", item, 2) + b"\x01\x04"
            if item in is_derived
            else struct.pack(">HB", item, 3) + b"\x02\x83\x04"
            for item in items
        ]
        return full_box(
            b"meta",
            full_box(b"hdlr", bytes(4), b"pict", bytes(13)),
            full_box(b"pitm", struct.pack(">H", 1)),
            full_box(b"iloc", b"\x44\0", struct.pack(">H", len(items)), *places, version=1),
            full_box(b"iinf", struct.pack(">H", len(items)), *entries),
            full_box(b"iref", *links),
            box(b"iprp", properties, full_box(b"ipma", struct.pack(">I", len(items)), *assigned)),
            box(b"idat", description),
        )

    at = len(head) + len(meta(0)) + 8
    return head + meta(at) + box(b"mdat", data)


def grid(name: str, *, rows: int, columns: int, size: tuple[int, int], tiles: int | None = None) -> bytes:
    """A grid of `rows` x `columns` that all show one tile or, when given, so many; the size is what it claims."""
    number = tiles or 1
    sources = [2 + at % number for at in range(rows * columns)] if tiles is None else list(range(2, 2 + number))
    description = struct.pack(">BBBBII", 0, 1, rows - 1, columns - 1, *size)
    return derived(name, size=size, description=description, sources=sources, tiles=number)
