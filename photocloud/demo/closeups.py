"""Lights out of focus, folds of colour, petals, leaves and woods in the fog."""

import itertools
import math
from collections.abc import Sequence
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from photocloud.demo.painting import (
    Colour,
    Picture,
    Size,
    between,
    clouds,
    glow,
    gradient,
    levels,
    mist,
    mix,
    textured,
    under,
    waves,
)


def bokeh(size: Size, chance: Random, colours: Sequence[Colour]) -> Picture:
    """Lights far behind the focus. Colours: two of the ground, then those of the lights."""
    picture = gradient(size, colours[:2])
    width, height = size
    for _ in range(5):
        glow(picture, (chance.random(), chance.random()), 0.5, mix((0, 0, 0), chance.choice(colours[2:]), 0.35))
    for depth, count in ((0.075, 26), (0.048, 40), (0.026, 50)):
        layer = Image.new("RGB", size)
        for _ in range(count):
            r = depth * width * chance.uniform(0.7, 1.15)
            x, y = chance.random() * width, height * (0.5 + chance.gauss(0, 0.26))
            tint = mix((0, 0, 0), chance.choice(colours[2:]), chance.uniform(0.15, 0.62))
            box = (round(x - r - 4), round(y - r - 4), round(x + r + 4), round(y + r + 4))
            spot = Image.new("RGB", (box[2] - box[0], box[3] - box[1]))
            draw = ImageDraw.Draw(spot)
            draw.ellipse((4, 4, 4 + 2 * r, 4 + 2 * r), fill=mix(tint, (255, 255, 255), 0.14))
            rim = max(r * 0.07, 0.0008 * width)
            draw.ellipse((4 + rim, 4 + rim, 4 + 2 * r - rim, 4 + 2 * r - rim), fill=tint)
            seen = (max(0, box[0]), max(0, box[1]), min(width, box[2]), min(height, box[3]))
            if seen[0] < seen[2] and seen[1] < seen[3]:
                part = spot.crop((seen[0] - box[0], seen[1] - box[1], seen[2] - box[0], seen[3] - box[1]))
                layer.paste(ImageChops.screen(layer.crop(seen), part), seen[:2])
        picture = ImageChops.screen(picture, layer.filter(ImageFilter.GaussianBlur(1 + 60 * (0.08 - depth))))
    return picture


def folds(size: Size, chance: Random, colours: Sequence[Colour]) -> Picture:
    """Sheets of colour that overlap, each with light on its edge and shadow under it."""
    width, height = size
    picture = gradient(size, colours[:2])
    count = 9
    lean = chance.uniform(-0.35, 0.35)
    for number in range(count):
        share = (number + 1) / count
        base = waves(chance, most=2, steps=400)
        line = [share * 1.15 - 0.2 + 0.3 * (value - 0.5) + lean * (step / 400 - 0.5) for step, value in enumerate(base)]
        tint = between(colours, share)
        mask = under(size, line)
        shadow = mask.resize((width // 8, height // 8)).filter(ImageFilter.GaussianBlur(width / 170))
        shadow = ImageChops.offset(shadow, 0, -height // 220).resize(size, Image.Resampling.BICUBIC)
        picture.paste(
            Image.new("RGB", size, mix(tint, (0, 0, 0), 0.75)), mask=shadow.point(lambda value: round(value * 0.55))
        )
        fill = Image.new("RGB", size, mix(tint, colours[0], 0.25))
        top, low = int(min(line) * height), int(max(line) * height + height * 0.25)
        sheet = gradient(
            (width, max(2, low - top)), [mix(tint, (255, 255, 255), 0.22), tint, mix(tint, colours[0], 0.3)]
        )
        fill.paste(sheet, (0, top))
        picture.paste(fill, mask=mask)
    return picture


def flower(size: Size, chance: Random, colours: Sequence[Colour]) -> Picture:
    """A dahlia, seen from close by. Colours: two of the ground, then the petals from the outside in."""
    picture = gradient(size, colours[:2])
    width, height = size
    for _ in range(7):
        glow(picture, (chance.random(), chance.random()), 0.3, mix((0, 0, 0), colours[1], 0.5), power=1.4)
    x, y = chance.uniform(0.42, 0.58) * width, chance.uniform(0.46, 0.54) * height
    reach = max(width, height) * chance.uniform(0.44, 0.52)
    petal = _petal()
    rings, turn = 15, 0.0
    for ring in range(rings):
        share = ring / (rings - 1)
        length = reach * (1 - share) ** 0.92 + reach * 0.035
        count = max(8, round(21 - 9 * share))
        turn += math.pi / count + 0.04
        for number in range(count):
            angle = turn + 6.2832 * number / count + chance.uniform(-0.03, 0.03)
            tint = between(colours[2:], share + chance.uniform(-0.05, 0.05))
            _lay(picture, petal, (x, y), angle, length * chance.uniform(0.94, 1.04), 3.6 * length / count, tint)
    heart = colours[-1]
    glow(picture, (x / width, y / height), 0.1, mix((0, 0, 0), heart, 0.5), power=1.6)
    return picture


def leaf(size: Size, chance: Random, colours: Sequence[Colour]) -> Picture:
    """A leaf against the light. Colours: dark, middle, bright, veins."""
    dark, middle, bright, vein = colours
    width, height = size
    picture = gradient(size, [middle, dark])
    glow(picture, (chance.uniform(0.3, 0.7), chance.uniform(0.3, 0.6)), 0.75, mix((0, 0, 0), bright, 0.6), power=1.3)
    cells = levels(clouds(size, chance, cells=(130, 95), octaves=2), 0.3, 0.8)
    picture.paste(Image.new("RGB", size, mix(middle, dark, 0.5)), mask=cells.point(lambda value: round(value * 0.35)))
    veins = Image.new("L", (width, height))
    draw = ImageDraw.Draw(veins)
    rib = [(t, 1.06 - 1.12 * t + 0.1 * math.sin(3 * t)) for t in (step / 60 for step in range(-3, 64))]
    _stroke(draw, rib, size, width * 0.013, width * 0.005)
    for number in range(-2, 15):
        t = number / 13
        start = (t, 1.06 - 1.12 * t + 0.1 * math.sin(3 * t))
        for side in (-1, 1):
            branch = [
                (
                    start[0] + (0.36 if side > 0 else 0.12) * s + 0.1 * side * s * s,
                    start[1] + side * (0.12 + 0.24 * (side > 0)) * s - 0.4 * (side < 0) * s - 0.08 * s * s,
                )
                for s in (step / 30 for step in range(31))
            ]
            _stroke(draw, branch, size, width * 0.0055, width * 0.0012)
    halo = veins.resize((width // 4, height // 4)).filter(ImageFilter.GaussianBlur(width / 380)).resize(size)
    picture.paste(Image.new("RGB", size, bright), mask=halo.point(lambda value: round(value * 0.5)))
    picture.paste(
        Image.new("RGB", size, vein),
        mask=veins.filter(ImageFilter.GaussianBlur(1.4)).point(lambda value: round(value * 0.85)),
    )
    focus = Image.linear_gradient("L").rotate(chance.choice([0, 90, 180])).resize(size)
    return Image.composite(picture.filter(ImageFilter.GaussianBlur(width / 260)), picture, levels(focus, 0.55, 1.0))


def forest(size: Size, chance: Random, colours: Sequence[Colour]) -> Picture:
    """Trunks in the fog, light from behind. Colours: top, fog, light, bark."""
    top, fog, light, bark = colours
    width, height = size
    picture = gradient(size, [top, fog, mix(fog, light, 0.4), mix(fog, bark, 0.35)])
    sun = (chance.uniform(0.25, 0.75), chance.uniform(0.3, 0.5))
    glow(picture, sun, 0.65, light, power=1.8)
    layers = 5
    for number in range(layers):
        near = (number + 1) / layers
        mask = Image.new("L", size)
        draw = ImageDraw.Draw(mask)
        foot = (0.68 + 0.3 * near) * height
        for _ in range(round(30 * (1.15 - near))):
            x = chance.random() * width
            half = width * 0.0035 * (0.5 + 3.2 * near**1.8) * chance.uniform(0.6, 1.35)
            lean = chance.gauss(0, 0.006) * width
            draw.polygon(
                [(x - half, foot), (x + half, foot), (x + lean + half * 0.55, -5), (x + lean - half * 0.55, -5)],
                fill=255,
            )
            for _ in range(round(9 * chance.random())):
                y = chance.random() * foot * 0.75
                long = half * chance.uniform(4, 13) * chance.choice([-1, 1])
                at = x + lean * (1 - y / foot)
                draw.line(
                    [(at, y), (at + long * 0.6, y - abs(long) * 0.14), (at + long, y - abs(long) * 0.42)],
                    fill=255,
                    width=max(1, round(half * 0.22)),
                )
        ground = waves(chance, most=5)
        points = [(width * step / 511, foot - height * 0.03 * value) for step, value in enumerate(ground)]
        draw.polygon([*points, (width, height), (0, height)], fill=255)
        soft = mask.filter(ImageFilter.GaussianBlur(width / 2400 * (1.4 - near) * 2.2))
        tint = mix(mix(fog, light, 0.2), bark, 0.12 + 0.86 * near**1.5)
        picture.paste(gradient(size, [tint, tint, mix(tint, fog, 0.35 * (1 - near))]), mask=soft)
        textured(picture, soft, clouds(size, chance, cells=(70, 12), octaves=3), 0.08 * near)
        if number < layers - 1:
            mist(picture, chance, mix(fog, light, 0.35), top=0.3, bottom=1.05, most=0.42 * (1.1 - near))
            glow(picture, sun, 0.5, mix((0, 0, 0), light, 0.28 * (1.1 - near)))
    return picture


def _petal() -> tuple[Picture, Picture]:
    """The shape of a petal that points up, and its light: bright at the edges, a fold in the middle."""
    wide, tall = 160, 400
    shape = Image.new("L", (wide, tall))
    points = []
    for step in range(101):
        t = step / 100
        points.append((wide / 2 * (1 + math.sin(math.pi * t**1.25) ** 0.62 * 0.96), tall * (1 - t)))
    ImageDraw.Draw(shape).polygon([*points, *((wide - x, y) for x, y in reversed(points))], fill=255)
    light = Image.new("L", (wide, tall))
    data = []
    for y in range(tall):
        for x in range(wide):
            across, up = (x - wide / 2) / (wide / 2), 1 - y / tall
            fold = 0.1 * math.cos(across * 9) + 0.2 * abs(across)
            data.append(round(255 * min(1.0, max(0.0, 0.24 + 0.5 * up**0.9 + fold))))
    light.putdata(data)
    return shape.filter(ImageFilter.GaussianBlur(1.2)), light


def _lay(
    picture: Picture,
    petal: tuple[Picture, Picture],
    heart: tuple[float, float],
    angle: float,
    length: float,
    broad: float,
    tint: Colour,
) -> None:
    size = (max(3, round(broad)), max(4, round(length)))
    shape, light = (part.resize(size, Image.Resampling.BILINEAR) for part in petal)
    strip = gradient((1, 256), [mix(tint, (0, 0, 0), 0.8), tint, mix(tint, (255, 255, 255), 0.5)])
    channels = [light.point(list(strip.getchannel(band).tobytes())) for band in range(3)]
    body = Image.merge("RGBA", [*channels, shape])
    tile = body.rotate(math.degrees(angle), Image.Resampling.BICUBIC, expand=True)
    middle = (heart[0] - math.sin(angle) * length / 2, heart[1] - math.cos(angle) * length / 2)
    box = (round(middle[0] - tile.width / 2), round(middle[1] - tile.height / 2))
    alpha = tile.getchannel("A")
    shade = alpha.resize((alpha.width // 8 or 1, alpha.height // 8 or 1)).filter(ImageFilter.GaussianBlur(2.5))
    shade = shade.resize(tile.size, Image.Resampling.BICUBIC).point(lambda value: round(value * 0.4))
    picture.paste(Image.new("RGB", tile.size, mix(tint, (0, 0, 0), 0.85)), box, shade)
    picture.paste(tile.convert("RGB"), box, alpha)


def _stroke(
    draw: ImageDraw.ImageDraw, points: Sequence[tuple[float, float]], size: Size, first: float, last: float
) -> None:
    """A line that gets thinner."""
    for number, (start, end) in enumerate(itertools.pairwise(points)):
        thick = first + (last - first) * number / len(points)
        draw.line(
            (start[0] * size[0], start[1] * size[1], end[0] * size[0], end[1] * size[1]),
            fill=255,
            width=max(1, round(thick)),
        )
