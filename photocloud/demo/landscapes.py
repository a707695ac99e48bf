"""Mountains, dunes and seas."""

import math
from collections.abc import Sequence
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from photocloud.demo.painting import (
    Colour,
    Curve,
    Picture,
    Size,
    clouds,
    disc,
    glow,
    gradient,
    levels,
    mirrored,
    mist,
    mix,
    ridge,
    spread,
    textured,
    tint_sky,
    under,
    waves,
)


def mountains(size: Size, chance: Random, colours: Sequence[Colour]) -> Picture:
    """Ranges behind each other in the haze. Colours: sky from the top, its last three the haze, the light, the dark."""
    *sky, haze, light, dark = colours
    picture = gradient(size, [*sky, haze], bend=0.9)
    tall = size[1] / size[0]
    tint_sky(picture, chance, mix(light, haze, 0.3), share=0.5, cells=(1.6, 5), bottom=0.45)
    sun = (chance.uniform(0.25, 0.75), chance.uniform(0.24, 0.36))
    glow(picture, sun, 0.75, mix(light, dark, 0.35), power=2.2)
    glow(picture, sun, 0.16, light, power=3)
    disc(picture, sun, 0.017, mix(light, (255, 255, 255), 0.6))
    layers = chance.choice([5, 6, 7])
    for number in range(layers):
        near = (number + 1) / layers
        base = 0.36 + 0.5 * near**1.15
        reach = (0.2 + 0.06 * chance.random()) * (1.15 - 0.45 * near) * min(1.0, 1.15 / tall)
        line = [base + reach * (0.35 - value) for value in ridge(chance, rough=0.47 + 0.04 * near)]
        top = mix(mix(haze, light, 0.12), dark, near**1.25)
        foot = mix(haze, top, 0.25 + 0.6 * near**2.5)
        if number == layers - 1:
            line = _firs(line, chance, size)
        mask = spread(picture, line, [top, mix(top, foot, 0.6), foot], foot=base + 0.19)
        textured(picture, mask, clouds(size, chance, cells=(14, 16), octaves=3), 0.05 * near)
        if number < layers - 1:
            tint = mix(haze, light, 0.25 * (1 - near))
            mist(picture, chance, tint, top=base + 0.01, bottom=base + 0.2, most=0.75 * (1 - 0.5 * near))
    return picture


def lake(size: Size, chance: Random, colours: Sequence[Colour]) -> Picture:
    """Snowy mountains over still water. Colours as `mountains`."""
    *sky, haze, light, dark = colours
    horizon = chance.uniform(0.55, 0.62)
    picture = gradient((size[0], round(size[1] * horizon)), [*sky, haze]).resize(size)
    picture = gradient(size, [*sky, haze, haze], bend=0.8)
    tint_sky(picture, chance, mix(light, (255, 255, 255), 0.3), share=0.75, cells=(1.4, 3.5), bottom=horizon * 0.8)
    sun = chance.uniform(0.1, 0.9)
    glow(picture, (sun, horizon - 0.1), 0.7, mix(light, dark, 0.45))
    for number, (rise, base) in enumerate([(0.36, 0.0), (0.26, 0.012), (0.13, 0.016)]):
        near = (number + 1) / 3
        heights = ridge(chance, rough=0.5 + 0.03 * number)
        line = [horizon + base - rise * (0.18 + 0.82 * value) for value in heights]
        body = mix(haze, dark, 0.45 + 0.5 * near)
        mask = spread(picture, line, [body, mix(body, haze, 0.35 * (1 - near))], foot=horizon)
        if number < 2:
            _snow(picture, mask, line, chance, light=mix(light, (255, 255, 255), 0.5), shade=body, rise=rise)
            mist(picture, chance, haze, top=horizon - 0.12, bottom=horizon + 0.02, most=0.55)
    shore = [horizon + 0.012 - 0.028 * value for value in ridge(chance, rough=0.6)]
    spread(picture, _firs(shore, chance, size, tall=0.03), [mix(dark, (8, 14, 18), 0.5), dark], foot=horizon)
    mirrored(picture, horizon, dim=0.22, tint=mix(dark, haze, 0.15), chance=chance, ripple=0.35)
    mist(picture, chance, mix(haze, light, 0.3), top=horizon - 0.02, bottom=horizon + 0.03, most=0.5)
    return picture


def dunes(size: Size, chance: Random, colours: Sequence[Colour]) -> Picture:
    """Sand in low light. Colours: sky from the top, its last three the horizon, the lit side, the side in shadow."""
    *sky, haze, lit, shadow = colours
    picture = gradient(size, [*sky, haze, haze], bend=0.75)
    sun = (chance.uniform(0.15, 0.85), 0.36)
    glow(picture, sun, 0.6, mix(lit, shadow, 0.25))
    disc(picture, sun, 0.024, mix(haze, (255, 250, 235), 0.75))
    layers = 5
    for number in range(layers):
        near = (number + 1) / layers
        base, reach = 0.4 + 0.42 * near, 0.05 + 0.17 * near
        crest = [base - reach * (value - 0.45) for value in waves(chance, most=3)]
        bright = mix(haze, lit, 0.35 + 0.65 * near)
        dim = mix(haze, shadow, 0.3 + 0.7 * near)
        body = spread(picture, crest, [bright, mix(bright, dim, 0.45), mix(bright, dim, 0.75)], foot=base + 0.3)
        # The lee side: below the crest, left of where the dune's spine runs down to its foot.
        spine, side = chance.uniform(0.35, 0.65), chance.choice([-1, 1])
        lee = Image.new("L", size)
        points = _spine(crest, chance, spine, side, base, reach)
        ImageDraw.Draw(lee).polygon([(x * size[0], y * size[1]) for x, y in points], fill=255)
        soft = lee.filter(ImageFilter.GaussianBlur(size[0] * 0.0012 * (1 + near)))
        shade = gradient(size, [dim, dim, mix(dim, bright, 0.4)])
        picture.paste(shade, mask=Image.composite(soft, Image.new("L", size), body))
        ripples = clouds(size, chance, cells=(5, 90 - 50 * near), octaves=3)
        textured(picture, body, ripples, 0.03 + 0.07 * near)
    return picture


def sea(size: Size, chance: Random, colours: Sequence[Colour]) -> Picture:
    """A horizon, sun or moon, and its light on the waves. Colours: sky from the top, then horizon, light, water."""
    *sky, haze, light, water = colours
    horizon = chance.uniform(0.5, 0.64)
    picture = gradient((size[0], round(size[1] * horizon)), [*sky, haze], bend=0.85)
    whole = Image.new("RGB", size, water)
    whole.paste(picture)
    picture = whole
    sun = (chance.choice([0.33, 0.38, 0.5, 0.62, 0.67]), horizon - chance.uniform(0.05, 0.2))
    tint_sky(picture, chance, mix(light, haze, 0.35), share=0.65, cells=(1.3, 6), bottom=horizon * 0.93)
    tint_sky(picture, chance, mix(water, sky[0], 0.5), share=0.35, cells=(1.8, 9), bottom=horizon)
    glow(picture, sun, 0.62, mix(light, water, 0.35), power=2.4)
    glow(picture, sun, 0.13, light, power=2.6)
    disc(picture, sun, 0.021, mix(light, (255, 255, 255), 0.7))
    if chance.random() < 0.6:
        far = [horizon + 0.004 - 0.045 * value * (step / 1024) ** 2 for step, value in enumerate(ridge(chance))]
        spread(picture, far if chance.random() < 0.5 else far[::-1], [mix(haze, water, 0.6)], foot=horizon)
    line = round(horizon * size[1])
    depth = size[1] - line
    picture.paste(
        gradient((size[0], depth), [mix(haze, water, 0.4), water, mix(water, (0, 0, 0), 0.45)], bend=0.6), (0, line)
    )
    swell = _swell((size[0], depth), chance)
    picture.paste(
        Image.new("RGB", (size[0], depth), mix(haze, light, 0.35)), (0, line), levels(swell, 0.5, 1.0, most=0.32)
    )
    picture.paste(
        Image.new("RGB", (size[0], depth), mix(water, (0, 0, 0), 0.6)),
        (0, line),
        levels(swell.point(lambda v: 255 - v), 0.5, 1.0, most=0.5),
    )
    _glitter(picture, chance, sun[0], line, light)
    if chance.random() < 0.5:
        _rocks(picture, chance, mix(water, (4, 5, 8), 0.75), horizon)
    return picture


def hills(size: Size, chance: Random, colours: Sequence[Colour]) -> Picture:
    """Rolling fields with single trees. Colours: sky from the top, then horizon, light, field."""
    *sky, haze, light, field = colours
    picture = gradient(size, [*sky, haze, haze], bend=0.8)
    tint_sky(picture, chance, mix(light, (255, 255, 255), 0.5), share=0.7, cells=(1.5, 3.5), bottom=0.4)
    sun = chance.uniform(0.2, 0.8)
    glow(picture, (sun, 0.34), 0.7, mix(light, field, 0.3))
    layers = 7
    for number in range(layers):
        near = (number + 1) / layers
        base = 0.4 + 0.46 * near**1.2
        line = [base - (0.05 + 0.07 * near) * (value - 0.4) for value in waves(chance, most=3)]
        tone = mix(field, light, chance.uniform(0.0, 0.3))
        top, foot = mix(haze, mix(tone, light, 0.25), 0.3 + 0.7 * near), mix(haze, tone, 0.18 + 0.72 * near)
        mask = spread(picture, line, [top, mix(foot, (10, 20, 16), 0.28 * near)], foot=base + 0.16)
        textured(picture, mask, clouds(size, chance, cells=(30, 70 * (1.2 - near)), octaves=3), 0.05 + 0.08 * near)
        if 1 < number < layers - 1:
            _trees(picture, line, chance, mix(haze, mix(field, (6, 18, 14), 0.75), 0.35 + 0.6 * near), near)
        if number < layers - 2:
            mist(picture, chance, mix(haze, light, 0.3), top=base, bottom=base + 0.12, most=0.5 * (1 - near))
    return picture


def _firs(line: Curve, chance: Random, size: Size, *, tall: float = 0.055) -> Curve:
    """The line with conifers on it: a finer curve of spikes with steps."""
    width = size[0]
    finer = [line[min(len(line) - 1, round(step * (len(line) - 1) / (width - 1)))] for step in range(width)]
    at = 0.0
    while at < width:
        height = tall * chance.uniform(0.35, 1.0) * (1.6 if chance.random() < 0.08 else 1.0)
        half = max(2.0, height * size[1] * 0.2)
        foot = finer[min(width - 1, int(at))]
        for x in range(max(0, int(at - half)), min(width, int(at + half) + 1)):
            away = abs(x - at) / half
            jag = 0.1 * math.sin(away * 22 + chance.random())
            finer[x] = min(finer[x], foot + 0.004 - height * max(0.0, 1 - away + jag * (away > 0.08)))
        at += half * chance.uniform(0.5, 1.5)
    return finer


def _snow(
    picture: Picture, mask: Picture, line: Curve, chance: Random, *, light: Colour, shade: Colour, rise: float
) -> None:
    """Snow on the upper slopes, brighter on the side that falls to the right."""
    size = picture.size
    rough = clouds(size, chance, cells=(34, 15), octaves=4)
    streaks = levels(rough, 0.38, 0.6)
    low = [value + rise * 0.34 for value in line]
    high = under(size, [min(one, min(line) + rise * 0.55) for one in low])
    slopes = Image.composite(Image.new("L", size), streaks, high.filter(ImageFilter.GaussianBlur(size[0] / 60)))
    slopes = Image.composite(slopes, Image.new("L", size), mask)
    picture.paste(Image.new("RGB", size, mix(light, shade, 0.12)), mask=slopes.point(lambda value: round(value * 0.85)))


def _spine(
    crest: Curve, chance: Random, spine: float, side: int, base: float, reach: float
) -> list[tuple[float, float]]:
    steps = len(crest)
    start = min(range(steps), key=lambda step: crest[step] + abs(step / steps - spine) * reach)
    points = []
    reach_down = 0.26 + reach
    for number in range(40):
        share = number / 39
        x = start / steps + side * (0.05 * math.sin(share * 4.5 + spine * 9) + 0.3 * share**1.7) * (0.5 + share)
        points.append((x, crest[start] + reach_down * share))
    edge = range(start, steps) if side < 0 else range(start, -1, -1)
    outside = [(step / steps, crest[step]) for step in edge]
    corner = (1.0, base + reach_down) if side < 0 else (0.0, base + reach_down)
    return [*reversed(points), *outside, corner]


def _swell(size: Size, chance: Random) -> Picture:
    """Waves in perspective: long at the bottom, fine at the horizon."""
    width, depth = size
    flat = clouds((width, depth), chance, cells=(10, 60), octaves=4)
    near = clouds((width, depth), chance, cells=(4, 16), octaves=4)
    fade = Image.linear_gradient("L").resize(size)
    return Image.composite(near, flat, fade)


def _glitter(picture: Picture, chance: Random, x: float, line: int, light: Colour) -> None:
    width, height = picture.size
    layer = Image.new("L", picture.size)
    draw = ImageDraw.Draw(layer)
    depth = height - line
    for _ in range(2600):
        down = chance.random() ** 1.7
        y = line + down * depth
        spread_px = width * (0.018 + 0.11 * down)
        middle = x * width + chance.gauss(0, 0.45) * spread_px
        away = abs(middle - x * width) / spread_px
        half = width * (0.002 + 0.011 * down) * chance.uniform(0.4, 1.3)
        tall = max(0.6, height * (0.0005 + 0.0017 * down) * chance.uniform(0.5, 1.2))
        strength = round(255 * max(0.0, 1 - away * 0.6) * chance.uniform(0.35, 1.0) * (1 - 0.45 * down))
        draw.ellipse((middle - half, y - tall, middle + half, y + tall), fill=strength)
    soft = layer.filter(ImageFilter.GaussianBlur(width / 1600))
    halo = layer.resize((width // 16, height // 16)).filter(ImageFilter.GaussianBlur(2.2)).resize(picture.size)
    picture.paste(Image.new("RGB", picture.size, light), mask=halo.point(lambda value: round(value * 0.5)))
    picture.paste(Image.new("RGB", picture.size, mix(light, (255, 255, 255), 0.55)), mask=soft)


def _rocks(picture: Picture, chance: Random, dark: Colour, horizon: float) -> None:
    side = chance.choice([0, 1])
    steps = 1024
    line = []
    for step, value in enumerate(ridge(chance, rough=0.5)):
        across = step / steps if side else 1 - step / steps
        line.append(1.02 - (1 - horizon) * 0.62 * max(0.0, across - 0.45) ** 0.9 * (0.45 + 0.9 * value))
    mask = spread(picture, line, [mix(dark, (255, 255, 255), 0.08), dark, dark])
    textured(picture, mask, clouds(picture.size, chance, cells=(30, 24), octaves=4), 0.12)


def _trees(picture: Picture, line: Curve, chance: Random, tint: Colour, near: float) -> None:
    width, height = picture.size
    layer = Image.new("L", (width, height))
    draw = ImageDraw.Draw(layer)
    for _ in range(chance.randrange(1, 4)):
        middle, count = chance.random(), chance.randrange(2, 9)
        for number in range(count):
            x = middle + number * 0.011 * near * chance.uniform(0.7, 1.3)
            if not 0 <= x < 1:
                continue
            y = line[int(x * (len(line) - 1))] + 0.006
            tall = 0.075 * near * chance.uniform(0.6, 1.0)
            half = tall * height * chance.choice([0.1, 0.12, 0.14])
            draw.ellipse((x * width - half, (y - tall) * height, x * width + half, y * height), fill=255)
    picture.paste(Image.new("RGB", picture.size, tint), mask=layer.filter(ImageFilter.GaussianBlur(width / 1800)))
