"""What the pictures of the demo are painted with. Everything random comes from a generator with a seed."""

import itertools
import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from random import Random
from typing import TypeAlias

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

Picture: TypeAlias = Image.Image
Size: TypeAlias = tuple[int, int]
Colour: TypeAlias = tuple[int, int, int]
Curve: TypeAlias = list[float]
"""The height of a line at each step from the left edge to the right one, as a share of the picture's height."""

BLACK: Colour = (0, 0, 0)


def colour(text: str) -> Colour:
    """From hexadecimal digits: "f2c14e"."""
    return int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)


def palette(text: str) -> list[Colour]:
    return [colour(part) for part in text.split()]


def mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def between(colours: Sequence[Colour], place: float) -> Colour:
    """The colour at a place from 0 to 1 of a row of colours."""
    at = min(max(place, 0.0), 1.0) * (len(colours) - 1)
    first = min(int(at), len(colours) - 2)
    return mix(colours[first], colours[first + 1], at - first)


def gradient(size: Size, colours: Sequence[Colour], *, bend: float = 1.0) -> Picture:
    """From the first colour at the top to the last at the bottom; a `bend` above 1 keeps the first ones longer."""
    strip = Image.new("RGB", (1, 512))
    strip.putdata([between(colours, (row / 511) ** bend) for row in range(512)])
    return strip.resize(size, Image.Resampling.BICUBIC)


def clouds(size: Size, chance: Random, *, cells: tuple[float, float] = (3, 3), octaves: int = 5) -> Picture:
    """Fractal noise, grey; `cells` are the coarsest features across and down."""
    work = (max(2, size[0] // 3), max(2, size[1] // 3))
    whole: Picture | None = None
    for octave in range(octaves):
        across, down = (max(2, round(count * 2**octave)) for count in cells)
        across, down = min(across, work[0]), min(down, work[1])
        layer = Image.frombytes("L", (across, down), chance.randbytes(across * down))
        layer = layer.resize(work, Image.Resampling.BICUBIC)
        whole = layer if whole is None else Image.blend(whole, layer, 0.5 ** (octave + 0.2) * 0.75)
    assert whole is not None
    return ImageOps.autocontrast(whole).resize(size, Image.Resampling.BICUBIC)


def levels(mask: Picture, low: float, high: float, *, most: float = 1.0) -> Picture:
    """0 up to `low`, `most` from `high` on, smooth in between; all from 0 to 1."""

    def step(value: int) -> int:
        share = min(max((value / 255 - low) / (high - low), 0.0), 1.0)
        return round(255 * most * share * share * (3 - 2 * share))

    return mask.point([step(value) for value in range(256)])


@lru_cache(maxsize=8)
def _falloff(power: float) -> Picture:
    """1 in the middle, 0 from the edge of the inscribed circle on."""
    side = 384
    half = side / 2
    rows = bytearray()
    for y in range(side):
        for x in range(side):
            away = math.hypot(x - half, y - half) / half
            rows.append(round(255 * max(0.0, 1 - away) ** power))
    return Image.frombytes("L", (side, side), bytes(rows))


def glow(
    picture: Picture,
    centre: tuple[float, float],
    radius: float,
    tint: Colour,
    *,
    power: float = 2.0,
    flat: float = 1.0,
) -> None:
    """Adds light around a place; shares of width and height, the radius of the width. `flat` below 1 is an ellipse."""
    width, height = picture.size
    across, down = max(2, round(2 * radius * width)), max(2, round(2 * radius * width * flat))
    light = ImageOps.colorize(_falloff(power).resize((across, down), Image.Resampling.BICUBIC), BLACK, tint)
    box = (round(centre[0] * width - across / 2), round(centre[1] * height - down / 2))
    seen = (max(0, box[0]), max(0, box[1]), min(width, box[0] + across), min(height, box[1] + down))
    if seen[0] >= seen[2] or seen[1] >= seen[3]:
        return
    part = light.crop((seen[0] - box[0], seen[1] - box[1], seen[2] - box[0], seen[3] - box[1]))
    picture.paste(ImageChops.screen(picture.crop(seen), part), seen[:2])


def disc(picture: Picture, centre: tuple[float, float], radius: float, tint: Colour, *, soft: float = 0.0015) -> None:
    """A round body, as sun or moon."""
    width, height = picture.size
    mask = Image.new("L", picture.size)
    x, y, r = centre[0] * width, centre[1] * height, radius * width
    ImageDraw.Draw(mask).ellipse((x - r, y - r, x + r, y + r), fill=255)
    picture.paste(Image.new("RGB", picture.size, tint), mask=mask.filter(ImageFilter.GaussianBlur(soft * width)))


def ridge(chance: Random, *, rough: float = 0.55, peak: float = 1.0, steps: int = 1024) -> Curve:
    """A mountain line by midpoint displacement, from 0 to 1."""
    line = [chance.random() * 0.4, chance.random() * 0.4]
    reach = peak
    while len(line) < steps:
        longer: Curve = []
        for left, right in itertools.pairwise(line):
            longer += [left, (left + right) / 2 + chance.uniform(-reach, reach)]
        line = [*longer, line[-1]]
        reach *= rough
    low, high = min(line), max(line)
    return [(value - low) / (high - low) for value in line]


def waves(chance: Random, *, most: int = 4, steps: int = 512) -> Curve:
    """A soft line of a few sines, from 0 to 1."""
    parts = [(chance.uniform(0.4, 1.2) * number, chance.uniform(0, 6.3), 1 / number) for number in range(1, most + 1)]
    line = [
        sum(size * math.sin(6.283 * turns * step / steps + phase) for turns, phase, size in parts)
        for step in range(steps)
    ]
    low, high = min(line), max(line)
    return [(value - low) / (high - low) for value in line]


def under(size: Size, line: Curve) -> Picture:
    """A mask of what is below a line, with smooth edges."""
    width, height = size
    big = Image.new("L", (width * 2, height * 2) if width * height < 5_000_000 else size)
    points = [(big.width * step / (len(line) - 1), big.height * value) for step, value in enumerate(line)]
    ImageDraw.Draw(big).polygon([*points, (big.width, big.height), (0, big.height)], fill=255)
    return big.resize(size, Image.Resampling.BOX) if big.size != size else big


def spread(
    picture: Picture, line: Curve, colours: Sequence[Colour], *, foot: float | None = None, bend: float = 1.0
) -> Picture:
    """Fills what is below a line with a gradient from the line's top down to `foot`; returns the mask."""
    width, height = picture.size
    top = max(0, int(min(line) * height))
    bottom = min(height, max(top + 2, round((1.0 if foot is None else foot) * height)))
    fill = Image.new("RGB", picture.size, colours[-1])
    fill.paste(gradient((width, bottom - top), colours, bend=bend), (0, top))
    mask = under(picture.size, line)
    picture.paste(fill, mask=mask)
    return mask


def mist(picture: Picture, chance: Random, tint: Colour, *, top: float, bottom: float, most: float) -> None:
    """A bank of fog between two heights, thickest in the middle."""
    width, height = picture.size
    rows = range(256)
    strip = Image.new("L", (1, 256))
    strip.putdata([round(255 * most * math.sin(math.pi * row / 255) ** 1.5) for row in rows])
    box = (0, round(top * height), width, round(bottom * height))
    size = (width, max(2, box[3] - box[1]))
    shape = levels(clouds(size, chance, cells=(3, 1.5), octaves=4), 0.0, 0.9)
    mask = ImageChops.multiply(strip.resize(size), shape)
    picture.paste(Image.new("RGB", size, tint), box[:2], mask)


def tint_sky(
    picture: Picture, chance: Random, tint: Colour, *, share: float, cells: tuple[float, float], bottom: float
) -> None:
    """Clouds in the upper part of the picture, down to `bottom`."""
    width, height = picture.size
    size = (width, max(2, round(bottom * height)))
    shape = levels(clouds(size, chance, cells=cells, octaves=6), 0.45, 0.95, most=share)
    fade = Image.new("L", (1, 256))
    fade.putdata([round(255 * min(1.0, (255 - row) / 90)) for row in range(256)])
    picture.paste(Image.new("RGB", size, tint), (0, 0), ImageChops.multiply(shape, fade.resize(size)))


def stars(picture: Picture, chance: Random, count: int, *, bottom: float = 1.0, dense: Picture | None = None) -> None:
    """Points of light; where `dense` (grey, any size) is bright there are more."""
    width, height = picture.size
    scale = max(width, height) / 2400
    layer = Image.new("RGB", picture.size)
    draw = ImageDraw.Draw(layer)
    tints = palette("ffffff dfe8ff ffe9d2 cfdcff")
    done = 0
    while done < count:
        x, y = chance.random(), chance.random() * bottom
        done += 1
        if dense is not None and chance.random() * 255 > 25 + int(
            dense.getpixel((int(x * (dense.width - 1)), int(y * (dense.height - 1))))  # type: ignore[arg-type]
        ):
            continue
        light = chance.random() ** 5
        tint = mix(BLACK, chance.choice(tints), 0.25 + 0.75 * light)
        r = scale * (0.45 + 1.5 * light)
        draw.ellipse((x * width - r, y * height - r, x * width + r, y * height + r), fill=tint)
    layer = ImageChops.add(
        layer.filter(ImageFilter.GaussianBlur(0.7 * scale)), layer.filter(ImageFilter.GaussianBlur(3 * scale))
    )
    picture.paste(ImageChops.screen(picture, layer))


def mirrored(
    picture: Picture, horizon: float, *, dim: float, tint: Colour, chance: Random, ripple: float = 1.0
) -> None:
    """What is above the horizon, again in the water below it: darker, blurred down, with ripples that grow."""
    width, height = picture.size
    line = round(horizon * height)
    depth = height - line
    above = picture.crop((0, max(0, line - depth), width, line)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    above = above.resize((width, depth), Image.Resampling.BICUBIC)
    low = above.resize((max(2, width // 6), max(2, depth // 26)), Image.Resampling.BOX)
    above = Image.blend(above, low.resize((width, depth), Image.Resampling.BICUBIC), 0.55)
    above = Image.blend(above, Image.new("RGB", above.size, tint), dim)
    if ripple:
        moved = Image.new("RGB", above.size)
        row, phase = 0, chance.uniform(0, 6.3)
        while row < depth:
            tall = max(1, round(1 + 5 * row / depth))
            far = ripple * (1 + 9 * (row / depth) ** 1.3) * width / 2400
            shift = round(far * (math.sin(phase + row / (3 + row / 26)) + chance.uniform(-0.8, 0.8)))
            moved.paste(ImageChops.offset(above.crop((0, row, width, min(depth, row + tall))), shift, 0), (0, row))
            row += tall
        above = moved.filter(ImageFilter.GaussianBlur(width / 2400))
    picture.paste(above, (0, line))


def textured(picture: Picture, mask: Picture, noise: Picture, amount: float) -> None:
    """Lightens and darkens what is under a mask by grey noise."""
    rough = ImageChops.add(picture, Image.merge("RGB", [noise] * 3), 1, -128)
    picture.paste(Image.blend(picture, rough, amount), mask=mask)


def finished(picture: Picture, chance: Random, *, grain: float = 0.055, vignette: float = 0.22) -> Picture:
    """Darker corners and the grain of film."""
    width, height = picture.size
    edge = ImageOps.invert(_falloff(0.9).resize((round(width * 1.7), round(height * 1.7)), Image.Resampling.BICUBIC))
    left, top = (edge.width - width) // 2, (edge.height - height) // 2
    edge = levels(edge.crop((left, top, left + width, top + height)), 0.45, 1.0, most=vignette)
    picture.paste(Image.new("RGB", picture.size, (6, 6, 14)), mask=edge)
    tile = Image.frombytes("L", (640, 640), chance.randbytes(640 * 640)).filter(ImageFilter.GaussianBlur(0.7))
    noise = Image.new("L", picture.size)
    for x in range(0, width, 640):
        for y in range(0, height, 640):
            noise.paste(tile.transpose(Image.Transpose.ROTATE_90) if (x + y) // 640 % 2 else tile, (x, y))
    rough = ImageChops.add(picture, Image.merge("RGB", [noise] * 3), 1, -128)
    return Image.blend(picture, rough, grain)


Scene: TypeAlias = Callable[[Size, Random, Sequence[Colour]], Picture]
