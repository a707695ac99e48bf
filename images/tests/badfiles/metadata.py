"""Pictures that are fine, and metadata that is not: loops, broken profiles, odd orientations, markup."""

import struct
from collections.abc import Iterator
from functools import partial

from images.tests.badfiles import heif
from images.tests.badfiles.containers import (
    Entry,
    after_soi,
    big_tiff,
    chunk,
    directory,
    exif_segment,
    gif,
    gif_blocks,
    gif_comment,
    gif_frame,
    icc_segments,
    picture_tags,
    riff_chunk,
    segment,
    tiff,
    tiff_picture,
    with_chunks,
    with_webp_chunks,
    xmp_segment,
)
from images.tests.badfiles.pictures import SCRIPT, XMP, comment, exif, good, icc_profile, photo, srgb
from images.tests.badfiles.recipe import Recipe
from images.tests.pictures import encoded

_EXIF_IFD, _GPS_IFD, _INTEROP_IFD, _SUB_IFDS, _MAKER_NOTE = 0x8769, 0x8825, 0xA005, 0x014A, 0x927C


def _with_exif(tiff_bytes: bytes, extension: str) -> bytes:
    """A good picture with this EXIF."""
    if extension == "jpg":
        return after_soi(encoded(photo(), "JPEG"), exif_segment(tiff_bytes))
    if extension == "png":
        return with_chunks(good("palette.png"), chunk(b"eXIf", tiff_bytes))
    return with_webp_chunks(good("lossy.webp"), 64, 48, 8, riff_chunk(b"EXIF", tiff_bytes))


def loops() -> Iterator[Recipe]:
    """Directories, references and segments that lead back to themselves or out of the file."""
    for name, entries, following in _circles():
        for order in "<>":
            for extension in ("jpg", "png", "webp"):
                data = tiff(directory(entries, following=following, order=order), order=order)
                end = "little" if order == "<" else "big"
                yield f"{name}-{end}.{extension}", partial(_with_exif, data, extension)
    for name, entries, following in _circles():
        more = [entry for entry in entries if entry[0] in (_EXIF_IFD, _GPS_IFD, _SUB_IFDS)]
        yield f"{name}.tiff", partial(tiff_picture, 4, 4, bytes(16), more=more, following=following)
    for following in (1, 8, 16, 0xFFFFFFFF, (1 << 64) - 1):
        tags = picture_tags(4, 4, at=16, size=16)
        yield f"next-{following:x}-big.tiff", partial(big_tiff, tags, following=following)
    for offset in (0, 4, 8, 0x7FFFFFFF, 0xFFFFFFFF):
        yield f"mpf-{offset:x}.jpg", partial(_multi_picture, [offset, offset])
    yield "mpf-many.jpg", partial(_multi_picture, [0] * 4000)
    yield "mpf-own-directory.jpg", lambda: after_soi(good("jpeg"), segment(0xE2, b"MPF\0" + tiff(first=0)))
    yield (
        "mpf-claimed.jpg",
        lambda: after_soi(
            good("jpeg"), segment(0xE2, b"MPF\0" + tiff(directory([(0xB001, 4, 1, 0xFFFFFFFF), (0xB002, 7, 16, 8)])))
        ),
    )
    yield "xmp-extended.jpg", partial(_extended_xmp)
    yield (
        "xmp-entities.png",
        lambda: with_chunks(good("palette.png"), chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + _entities())),
    )
    yield "xmp-entities.webp", lambda: with_webp_chunks(good("lossy.webp"), 64, 48, 4, riff_chunk(b"XMP ", _entities()))
    yield "xmp-entities.jpg", lambda: after_soi(good("jpeg"), xmp_segment(_entities()))
    yield "xmp-nested.jpg", lambda: after_soi(good("jpeg"), xmp_segment(b"<a>" * 20_000))
    for name in ("avif", "heic"):
        for kind in (b"grid", b"iden", b"iovl"):
            make = partial(heif.derived, name, size=(64, 64), description=_description(kind), kind=kind)
            label = kind.decode()
            yield f"{label}-of-itself.{name}", partial(make, sources=(1,))
            yield f"{label}-of-nothing.{name}", partial(make, sources=())
            yield f"{label}-of-missing.{name}", partial(make, sources=(77,))
            yield (
                f"{label}-circle.{name}",
                partial(make, sources=(3,), references=[(b"dimg", 3, (1,))], tiles=2, derivations=(3,)),
            )
            yield (
                f"{label}-chain.{name}",
                partial(
                    make,
                    sources=(3,),
                    references=[(b"dimg", at, (at + 1,)) for at in range(3, 2000)],
                    tiles=1999,
                    derivations=tuple(range(3, 2000)),
                ),
            )
        for type_ in (b"thmb", b"auxl", b"cdsc", b"prem"):
            yield (
                f"{type_.decode()}-of-itself.{name}",
                partial(
                    heif.derived,
                    name,
                    size=(64, 64),
                    description=_description(b"grid"),
                    references=[(type_, 1, (1,)), (type_, 2, (1,)), (type_, 1, (2,))],
                ),
            )


def _circles() -> list[tuple[str, list[Entry], int]]:
    """Entries and the offset of the next directory, in a structure whose first directory is at 8."""
    every = [_EXIF_IFD, _GPS_IFD, _INTEROP_IFD, _SUB_IFDS]
    return [
        ("exif-is-itself", [(_EXIF_IFD, 4, 1, 8)], 0),
        ("position-is-itself", [(_GPS_IFD, 4, 1, 8)], 0),
        ("all-are-itself", [(tag, 4, 1, 8) for tag in sorted(every)], 0),
        ("next-is-itself", [(0x0112, 3, 1, 6)], 8),
        ("next-is-inside", [(0x0112, 3, 1, 6)], 10),
        ("everything", [(tag, 4, 1, 8) for tag in sorted(every)], 8),
        ("sub-directories", [(_SUB_IFDS, 4, 0x10000000, 8)], 8),
        ("beyond", [(_EXIF_IFD, 4, 1, 0xFFFFFFF0), (_GPS_IFD, 4, 1, 0x7FFFFFFF)], 0xFFFFFFFF),
        ("types", [(tag, type_, 1, 8) for tag, type_ in ((_EXIF_IFD, 2), (_GPS_IFD, 12), (_INTEROP_IFD, 99))], 0),
        ("maker-note", [(_EXIF_IFD, 4, 1, 8), (_MAKER_NOTE, 7, 0xFFFF, 8)], 0),
        ("unsorted", [(0x9003, 2, 20, 8), (0x0112, 3, 1, 3), (0x010F, 2, 0, 8), (0x0112, 3, 1, 8)], 0),
        ("too-long", [(0x010F, 2, 0xFFFFFFFF, 8), (0x0110, 2, 0x7FFFFFFF, 8), (0x829A, 5, 0x20000000, 8)], 0),
    ]


def _description(kind: bytes) -> bytes:
    if kind == b"grid":
        return struct.pack(">BBBBHH", 0, 0, 0, 0, 64, 64)
    if kind == b"iovl":
        return bytes(2) + bytes(8) + struct.pack(">HHHH", 64, 64, 0, 0)
    return b""


def _multi_picture(offsets: list[int]) -> bytes:
    """CIPA DC-007: pictures that lie at these offsets from the MPF header."""
    entries: list[Entry] = [
        (0xB000, 7, 4, 0x30303130),
        (0xB001, 4, 1, len(offsets)),
        (0xB002, 7, 16 * len(offsets), 8 + 2 + 36 + 4),
    ]
    rows = b"".join(struct.pack("<IIIHH", 0x030000, 0xFFFF, offset, 1, 1) for offset in offsets)
    return after_soi(good("jpeg"), segment(0xE2, b"MPF\0" + tiff(directory(entries), rows)))


def _extended_xmp() -> bytes:
    """XMP, part 3, section 1.1.3.1: parts that name their own packet as the extension, and lie about its size."""
    guid = b"0" * 32
    head = b"http://ns.adobe.com/xmp/extension/\0" + guid
    note = XMP.replace(b"dc:source", b'xmpNote:HasExtendedXMP="' + guid + b'" dc:source')
    parts = [segment(0xE1, head + struct.pack(">II", 0xFFFFFFFF, offset) + note) for offset in (0, 0, 0xFFFFFFFF)]
    return after_soi(good("jpeg"), xmp_segment(note), *parts)


def _entities() -> bytes:
    """XML whose entities would expand to a billion words, and one that would read a file."""
    lines = [b'<!ENTITY a0 "ha"><!ENTITY f SYSTEM "file:///etc/passwd">']
    lines += [b"<!ENTITY a%d '%s'>" % (number, b"&a%d;" % (number - 1) * 10) for number in range(1, 10)]
    return b"<!DOCTYPE x [" + b"".join(lines) + b"]><x>&a9;&f;</x>"


def profiles() -> Iterator[Recipe]:
    """ICC profiles that are none, lie, or are made for another kind of picture."""
    whole = srgb()
    broken = {
        "empty": b"",
        "text": SCRIPT * 20,
        "cut": whole[:140],
        "head": whole[:128],
        "zeros": bytes(4096),
        "count": whole[:128] + b"\xff\xff\xff\xff" + whole[132:],
        "offsets": whole[:132] + (whole[132:136] + b"\xff" * 8) * 9 + whole[240:],
        "size": icc_profile([(b"desc", SCRIPT)], size=0xFFFFFFFF),
        "no-tags": icc_profile([]),
        "cmyk": icc_profile([(b"cprt", b"text\0\0\0\0none")], b"CMYK"),
        "grey": icc_profile([(b"kTRC", b"curv" + bytes(8))], b"GRAY"),
        "lab": icc_profile([(b"A2B0", b"mft1" + bytes(44))], b"Lab "),
        "curve": whole.replace(struct.pack(">IHH", 1, 0x0233, 0), struct.pack(">IHH", 0x7FFFFFFF, 0x0233, 0)),
        "table": icc_profile([(b"A2B0", b"mft2\0\0\0\0\x0f\x0f\xff\0" + bytes(4096))]),
        "longer": whole + SCRIPT,
        "srgb": whole,
    }
    pictures = {"jpg": ("RGB", "JPEG"), "cmyk.jpg": ("CMYK", "JPEG"), "grey.jpg": ("L", "JPEG"), "png": ("RGBA", "PNG")}
    pictures |= {"grey.png": ("L", "PNG"), "webp": ("RGB", "WEBP"), "tiff": ("RGB", "TIFF"), "avif": ("RGB", "AVIF")}
    pictures |= {"deep.png": ("I;16", "PNG"), "cmyk.tiff": ("CMYK", "TIFF"), "palette.png": ("P", "PNG")}
    for label, profile in broken.items():
        for ending, (mode, format_name) in pictures.items():
            yield f"{label}.{ending}", partial(_with_profile, mode, format_name, profile)
    yield "part-0-of-0.jpg", lambda: after_soi(good("jpeg"), segment(0xE2, b"ICC_PROFILE\0\0\0" + whole))
    yield "part-9-of-1.jpg", lambda: after_soi(good("jpeg"), segment(0xE2, b"ICC_PROFILE\0\x09\x01" + whole))
    yield "parts-of-1.jpg", lambda: after_soi(good("jpeg"), *icc_segments(whole) * 50)
    yield "large.jpg", lambda: after_soi(encoded(photo(), "JPEG"), *icc_segments(whole + bytes(16_000_000)))


def _with_profile(mode: str, format_name: str, profile: bytes) -> bytes:
    options = {"speed": 9, "max_threads": 1} if format_name == "AVIF" else {}
    return encoded(photo(mode), format_name, icc_profile=profile, **options)


def orientations() -> Iterator[Recipe]:
    """Orientations outside of 1 to 8, of the wrong type, or said twice."""
    for value in (0, 1, 6, 8, 9, 255, 65_535):
        for type_, count in ((3, 1), (4, 1), (1, 1), (8, 1), (2, 1), (3, 0), (3, 2), (3, 0xFFFFFFFF), (12, 1), (5, 1)):
            data = tiff(directory([(0x0112, type_, count, value)]))
            for extension in ("jpg", "png", "webp"):
                yield f"{value}-type{type_}-{count:x}.{extension}", partial(_with_exif, data, extension)
        yield f"{value}.tiff", partial(tiff_picture, 4, 2, bytes(8), more=[(0x0112, 3, 1, value)])
        xmp = XMP.replace(b"dc:source", b'tiff:Orientation="%d" dc:source' % value)
        yield f"{value}-xmp.jpg", partial(after_soi, good("cmyk.jpeg"), xmp_segment(xmp))
    twice = tiff(directory([(0x0112, 3, 1, 6), (0x0112, 3, 1, 8)], following=8))
    yield "twice.jpg", partial(_with_exif, twice, "jpg")


TEXTS = {
    "script": SCRIPT.decode(),
    "break": "\r\nSet-Cookie: a=" + SCRIPT.decode() + "\r\n\r\n",
    "quote": '"><img src=x onerror=' + SCRIPT.decode() + ">",
    "template": "{{ 7*7 }}{% debug %}" + SCRIPT.decode(),
    "path": "../../../../" + SCRIPT.decode(),
    "bidi": "\u202e\u2066\u200f\ufeff" + SCRIPT.decode(),
    "zero": "a\0b" + SCRIPT.decode(),
    "long": SCRIPT.decode() * 900,
    "query": "'; DROP TABLE images_image; --" + SCRIPT.decode(),
}


def texts() -> Iterator[Recipe]:
    """Line breaks, markup and control characters in every field that holds a text."""
    for label, text in TEXTS.items():
        data = text.encode()
        short = data[:60_000]
        for format_name, extension in (("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("TIFF", "tiff")):
            yield f"{label}-exif.{extension}", partial(_with_texts, format_name, text)
        yield f"{label}-exif.avif", partial(_with_texts, "AVIF", text)
        yield f"{label}-comment.jpg", partial(after_soi, good("cmyk.jpeg"), comment(short))
        yield f"{label}-iptc.jpg", partial(after_soi, good("cmyk.jpeg"), segment(0xED, _iptc(short[:30_000])))
        yield f"{label}-xmp.jpg", partial(after_soi, good("cmyk.jpeg"), xmp_segment(short))
        yield (
            f"{label}-xmp.webp",
            partial(
                with_webp_chunks, good("lossy.webp"), 64, 48, 4, riff_chunk(b"XMP ", data), riff_chunk(b"note", data)
            ),
        )
        yield (
            f"{label}-text.png",
            partial(
                with_chunks,
                good("palette.png"),
                chunk(b"tEXt", b"Title\0" + data),
                chunk(b"iTXt", b"Comment\0\0\0en\0" + data.replace(b"\0", b"") + b"\0" + data),
                chunk(b"prVt", data),
            ),
        )
        yield f"{label}-key.png", partial(with_chunks, good("palette.png"), chunk(b"tEXt", data[:79] + b"\0value"))
        yield (
            f"{label}-comment.gif",
            partial(
                gif,
                1,
                1,
                gif_comment(data),
                b"\x21\xff\x0bXMP DataXMP" + gif_blocks(data),
                gif_frame(),
                gif_comment(data),
            ),
        )


def _with_texts(format_name: str, text: str) -> bytes:
    options = {"speed": 9, "max_threads": 1} if format_name == "AVIF" else {}
    return encoded(photo(), format_name, exif=exif(text[:8000]), **options)


def _iptc(text: bytes) -> bytes:
    """IIM 4.2 inside of a Photoshop resource; several data sets with the same text."""
    sets = b"".join(b"\x1c\x02" + bytes((number,)) + struct.pack(">H", len(text)) + text for number in (5, 120))
    return b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + struct.pack(">I", len(sets)) + sets + b"\0" * (len(sets) % 2)
