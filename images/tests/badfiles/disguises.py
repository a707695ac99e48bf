"""Files that are no pictures, pictures that are something else too, and names that want out of the header."""

import io
import struct
import zipfile
from collections.abc import Iterator
from functools import partial

from images.tests.badfiles.containers import (
    after_soi,
    box,
    chunk,
    gif,
    gif_comment,
    gif_frame,
    png,
    riff_chunk,
    segment,
    with_chunks,
    with_webp_chunks,
)
from images.tests.badfiles.pictures import SCRIPT, comment, good, photo
from images.tests.badfiles.recipe import Recipe
from images.tests.pictures import encoded

# Split, so that no scanner takes this source for what it stands for.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
EXTENSIONS = ("jpg", "png", "gif", "webp", "avif", "heic", "tiff")


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr(zipfile.ZipInfo("index.html"), SCRIPT)
    return out.getvalue()


def _pdf() -> bytes:
    return b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(" + SCRIPT + b")>>>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


def _svg() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>"


def _others() -> dict[str, bytes]:
    return {
        "pdf": _pdf(),
        "zip": archive(),
        "html": b"<!doctype html><html><body>" + SCRIPT + b"</body></html>",
        "html-indented": b"\n\n\t <HTML>" + SCRIPT,
        "html-marked": b"\xef\xbb\xbf<!-- GIF89a --><html>" + SCRIPT,
        "svg": _svg(),
        "svg-xml": b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + _svg(),
        "svg-gzip": b"\x1f\x8b\x08\0" + bytes(99),
        "script": b"#!/bin/sh\necho " + SCRIPT,
        "php": b"<?php echo '" + SCRIPT + b"'; ?>",
        "javascript": b"alert('" + SCRIPT + b"')",
        "eicar": EICAR,
        "bmp": encoded(photo(), "BMP"),
        "ico": encoded(photo(), "ICO"),
        "tga": encoded(photo(), "TGA"),
        "pcx": encoded(photo(), "PCX"),
        "ppm": encoded(photo(), "PPM"),
        "jpeg2000": encoded(photo(), "JPEG2000"),
        "dds": encoded(photo(), "DDS"),
        "icns": encoded(photo(), "ICNS"),
        "jxl": b"\xff\x0a" + bytes(200),
        "psd": b"8BPS\0\1" + bytes(200),
        "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n" + SCRIPT,
        "exe": b"MZ" + bytes(200) + EICAR,
        "elf": b"\x7fELF" + bytes(200),
        "mp4": box(b"ftyp", b"isom", bytes(4), b"isomavc1") + box(b"mdat", bytes(99)),
        "mov": box(b"ftyp", b"qt  ", bytes(4), b"qt  "),
        "avi": b"RIFF" + struct.pack("<I", 4) + b"AVI ",
        "wav": b"RIFF" + struct.pack("<I", 4) + b"WAVE",
        "cr2": b"II*\0\x10\0\0\0CR\x02\0" + bytes(200),
        "text": b"hello, world",
        "json": b'{"a": "' + SCRIPT + b'"}',
        "zeros": bytes(4096),
        "ones": b"\xff" * 4096,
        "byte": b"\0",
    }


def disguised() -> Iterator[Recipe]:
    """What isn't a picture, under the name of one."""
    for label, data in _others().items():
        for extension in EXTENSIONS:
            yield f"{label}.{extension}", partial(bytes, data)


def pretending() -> Iterator[Recipe]:
    """What isn't a picture, behind the first bytes of one."""
    heads = {"jpg": b"\xff\xd8\xff\xe0", "png": good("png")[:8], "gif": b"GIF89a", "webp": good("webp")[:12]}
    heads |= {"avif": good("avif")[:32], "heic": good("heic")[:32], "tiff": b"II*\0\x08\0\0\0"}
    for label, data in _others().items():
        for extension, head in heads.items():
            yield f"{label}.{extension}", partial(bytes, head + data)


def polyglots() -> Iterator[Recipe]:
    """Good pictures with something else in their metadata or behind their end; it may not come out again."""
    plain = {
        name: good(name) for name in ("cmyk.jpeg", "palette.png", "lossy.webp", "animated.webp", "gif", "avif", "heic")
    }
    for label, data in _others().items():
        carried = SCRIPT + data + SCRIPT
        for name, picture in plain.items():
            yield f"{label}-behind.{name}", partial(bytes, picture + carried)
        short = carried[:60_000]
        yield f"{label}-comment.jpg", partial(after_soi, plain["cmyk.jpeg"], comment(short))
        yield f"{label}-segment.jpg", partial(after_soi, plain["cmyk.jpeg"], segment(0xEF, short))
        yield f"{label}-jfif.jpg", partial(after_soi, encoded(photo(), "JPEG"), segment(0xE0, b"JFXX\0\x10" + short))
        yield f"{label}-text.png", partial(with_chunks, plain["palette.png"], chunk(b"tEXt", b"a\0" + carried))
        yield f"{label}-unknown.png", partial(with_chunks, plain["palette.png"], chunk(b"htMl", carried))
        yield f"{label}.gif", partial(gif, 1, 1, gif_comment(carried), gif_frame())
        yield (
            f"{label}-unknown.webp",
            partial(with_webp_chunks, plain["lossy.webp"], 64, 48, 0, riff_chunk(b"html", carried)),
        )
    yield "javascript-screen.gif", lambda: gif(0x2A2F, 1, gif_frame()) + b"*/=1;" + SCRIPT
    yield (
        "javascript-jpeg.jpg",
        lambda: after_soi(plain["cmyk.jpeg"], segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0" + b"*/=1;/*" + SCRIPT)),
    )
    yield "archive-behind-end.png", lambda: plain["palette.png"] + archive()


def pixel_texts() -> Iterator[Recipe]:
    """The text is the picture itself, so it stays: harmless as long as it is served as a picture."""
    row = b"\0" + SCRIPT
    yield "stored.png", lambda: _stored_png(row)
    yield "palette.png", lambda: png(1, 1, chunk(b"PLTE", SCRIPT.ljust(48, b" ")), depth=4, colour=3, data=b"\0\0")
    yield "table.gif", lambda: gif(1, 1, gif_frame(), flags=0x83, table=SCRIPT.ljust(48, b" ")[:48])
    yield "table.jpg", lambda: after_soi(good("cmyk.jpeg"), segment(0xDB, b"\x03" + SCRIPT.ljust(64, b" ")[:64]))
    yield (
        "raw.tiff",
        lambda: encoded(photo("L", (64, 1)), "TIFF").replace(photo("L", (64, 1)).tobytes(), SCRIPT.ljust(64)),
    )


def _stored_png(row: bytes) -> bytes:
    """The bytes lie open in the file, because they are not packed."""
    from zlib import adler32, compress

    packed = b"\x78\x01\x01" + struct.pack("<HH", len(row), len(row) ^ 0xFFFF) + row + struct.pack(">I", adler32(row))
    whole = png(len(row) - 1, 1, data=row)
    return whole.replace(chunk(b"IDAT", compress(row, 9)), chunk(b"IDAT", packed))


FILE_NAMES: tuple[bytes, ...] = (
    b"a\r\nSet-Cookie: a=1.jpg",
    b"a\nb.jpg",
    b"a\0b.jpg",
    SCRIPT + b".jpg",
    b'\\"><img src=x onerror=alert(1)>.jpg',
    b"../../../../etc/passwd",
    b"..\\..\\windows\\win.ini.jpg",
    b"/etc/passwd",
    b"C:\\fakepath\\photo.jpg",
    b".htaccess",
    b"..",
    b".",
    b"   ",
    b"",
    b"CON.jpg",
    b"photo.jpg.php",
    b"photo.php\0.jpg",
    b"photo.jpg;.php",
    "\u202egpj.exe".encode(),
    "\ufeff\u200b.jpg".encode(),
    "\U0001f304.jpg".encode(),
    b"\xff\xfe\xed\xa0\x80.jpg",
    b"a" * 5000 + b".jpg",
    b"." * 300,
    b"%00%0d%0a%2e%2e%2f.jpg",
    b"{{ 7*7 }}{% debug %}.jpg",
    b"'; DROP TABLE images_image; --.jpg",
    b"=cmd|' /C calc'!A0.jpg",
    b"http://example.com/a.jpg",
)
