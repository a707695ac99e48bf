"""The structure of a JPEG file, ITU-T T.81 annex B: its segments, its end, and what is wrong with it.

The bytes are hostile: each length is checked, and the work grows linearly with the size of the file.
"""

import re
import struct
from collections import defaultdict
from typing import Final, NamedTuple

SOI: Final = b"\xff\xd8"
EOI: Final = b"\xff\xd9"
SOS: Final = 0xDA
STANDALONE: Final = frozenset((0x01, *range(0xD0, 0xD8)))
FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SEQUENTIAL: Final = frozenset((0xC0, 0xC1))
_END_OF_SCAN: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_COEFFICIENTS: Final = 64


class Segment(NamedTuple):
    """A marker, its payload, and after a start of scan the entropy-coded data."""

    marker: int
    payload: bytes
    entropy: bytes


class Structure(NamedTuple):
    """The segments of the first image; `end` is where it ends in the file, None when the file is cut off in a scan.

    `has_stray_bytes` tells of bytes between segments that belong to none.
    """

    segments: list[Segment]
    end: int | None
    has_stray_bytes: bool

    @property
    def frame(self) -> Segment:
        """The header that tells the coding and the components."""
        return next(segment for segment in self.segments if segment.marker in FRAMES)

    @property
    def scans(self) -> list[Segment]:
        return [segment for segment in self.segments if segment.marker == SOS]

    @property
    def has_one_scan(self) -> bool:
        """Whether the rows come one after the other, each complete: sequential, Huffman-coded, interleaved."""
        return self.frame.marker in _SEQUENTIAL and self.scans[0].payload[:1] == self.frame.payload[5:6]


def read(data: bytes) -> Structure:
    """The segments up to the first end of image, or of the file; ValueError when that makes no picture."""
    if not data.startswith(SOI):
        raise ValueError("The JPEG file has no start of image.")
    segments: list[Segment] = []
    at, end, has_stray_bytes = 2, None, False
    while True:
        start, at = at, data.find(b"\xff", at)
        while 0 <= at < len(data) - 1 and data[at + 1] == 0xFF:
            at += 1
        if not 0 <= at < len(data) - 1:
            break
        has_stray_bytes |= data[start] != 0xFF
        marker = data[at + 1]
        at += 2
        if marker == EOI[1]:
            end = at
            break
        if marker == SOI[1]:
            raise ValueError("The JPEG file starts a second image inside the first.")
        if marker == 0 or marker in STANDALONE:
            has_stray_bytes |= marker == 0
            continue
        if at + 2 > len(data):
            break
        (length,) = struct.unpack_from(">H", data, at)
        stop = at + length
        if length < 2 or stop > len(data):
            raise ValueError("A segment of the JPEG file is longer than the file.")
        payload, entropy = data[at + 2 : stop], b""
        if marker == SOS:
            match = _END_OF_SCAN.search(data, stop)
            entropy_end = match.start() if match else len(data)
            entropy, stop = data[stop:entropy_end], entropy_end
        segments.append(Segment(marker, payload, entropy))
        at = stop
    markers = {segment.marker for segment in segments}
    if SOS not in markers or not markers & FRAMES:
        raise ValueError("The JPEG file has no picture.")
    return Structure(segments, end, has_stray_bytes)


def trailing_bytes(data: bytes, structure: Structure) -> int:
    """How many bytes follow the first image, zero padding not counted."""
    return 0 if structure.end is None else len(data[structure.end :].rstrip(b"\0"))


def segment_bytes(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def written(structure: Structure, *, end: bytes = EOI) -> bytes:
    """The first image as a file of its own: every segment, nothing between them, and an end."""
    parts = [SOI]
    for segment in structure.segments:
        parts += (segment_bytes(segment.marker, segment.payload), segment.entropy)
    return b"".join((*parts, end))


def is_all_but_complete(structure: Structure) -> bool:
    """Whether a file of several scans that is cut off lacks at most the last bit of some coefficients.

    That is so when it ends in a refining scan, and all scans that it has bring every coefficient to full precision.
    """
    frame = structure.frame.payload
    components = {frame[at] for at in range(6, len(frame) - 2, 3)}
    precise: defaultdict[int, set[int]] = defaultdict(set)
    is_refining = False
    for _, payload, _ in structure.scans:
        count = payload[0] if payload else 0
        if len(payload) < 4 + 2 * count:
            return False
        first, last, bits = payload[1 + 2 * count : 4 + 2 * count]
        is_refining = bits >> 4 > 0
        if bits & 15 == 0:
            for at in range(count):
                precise[payload[1 + 2 * at]].update(range(first, min(last, _COEFFICIENTS - 1) + 1))
    return is_refining and all(len(precise[component]) == _COEFFICIENTS for component in components)
