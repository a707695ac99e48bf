"""Northern lights, stars and cities."""

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
    mirrored,
    mix,
    ridge,
    spread,
    stars,
    textured,
    tint_sky,
    waves,
)


def aurora(size: Size, chance: Random, colours: Sequence[Colour]) -> Picture:
    """Curtains of light over a dark land. Colours: sky from the top, then the lower and the upper edge, the land."""
    *sky, low, high, land = colours
    picture = gradient(size, sky)
    stars(picture, chance, size[0] * size[1] // 2600, bottom=0.8)
    for number in range(3):
        _curtain(picture, chance, low, high, strength=1.0 - 0.22 * number)
    horizon = chance.uniform(0.7, 0.78)
    glow(picture, (chance.random(), horizon), 0.8, mix(low, land, 0.55), flat=0.45)
    for number in range(3):
        near = (number + 1) / 3
        line = [horizon + 0.012 * number - (0.2 - 0.05 * number) * value * 0.7 for value in ridge(chance, rough=0.5)]
        top = mix(mix(sky[-1], low, 0.16), land, 0.45 + 0.5 * near)
        mask = spread(picture, line, [mix(top, low, 0.12 * (1 - near)), top, land], foot=horizon)
        textured(picture, mask, clouds(size, chance, cells=(18, 16), octaves=4), 0.09)
    mirrored(picture, horizon, dim=0.3, tint=land, chance=chance, ripple=0.6)
    return picture


def galaxy(size: Size, chance: Random, colours: Sequence[Colour]) -> Picture:
    """The Milky Way. Colours: sky from the top, then dust, core, land."""
    *sky, dust, core, land = colours
    picture = gradient(size, sky)
    width, height = size
    wide = Image.new("L", size)
    lean, middle = chance.uniform(-0.5, 0.5), chance.uniform(0.4, 0.6)
    strip = round(width * 0.2)
    draw = ImageDraw.Draw(wide)
    top, bottom = (middle + lean) * width, (middle - lean) * width
    draw.polygon([(top - strip, 0), (top + strip, 0), (bottom + strip, height), (bottom - strip, height)], fill=255)
    small = wide.resize((width // 12, height // 12))
    band = small.filter(ImageFilter.GaussianBlur(width / 220)).resize(size, Image.Resampling.BICUBIC)
    noise = clouds(size, chance, cells=(4, 5), octaves=6)
    shape = ImageChops.multiply(band, levels(noise, 0.0, 1.0))
    picture.paste(Image.new("RGB", size, dust), mask=shape.point(lambda value: round(value * 0.75)))
    inner = ImageChops.multiply(shape, levels(clouds(size, chance, cells=(5, 5), octaves=6), 0.35, 0.9))
    picture.paste(Image.new("RGB", size, core), mask=inner.point(lambda value: round(value * 0.85)))
    lanes = ImageChops.multiply(band, levels(clouds(size, chance, cells=(3, 6), octaves=6), 0.55, 0.8))
    picture.paste(Image.new("RGB", size, sky[0]), mask=lanes.point(lambda value: round(value * 0.7)))
    count = width * height // 260
    stars(picture, chance, count, dense=band.resize((240, 240)))
    glow(picture, (chance.random(), 0.95), 0.7, mix(core, land, 0.3), flat=0.5)
    for number in range(2):
        line = [0.93 + 0.04 * number - 0.16 * value * (1 - 0.4 * number) for value in ridge(chance, rough=0.5)]
        spread(picture, line, [mix(mix(dust, land, 0.75), land, number), land])
    return picture


def city(size: Size, chance: Random, colours: Sequence[Colour]) -> Picture:
    """A skyline at dusk and its lights in the water. Colours: sky from the top, then horizon, windows, walls."""
    *sky, haze, window, wall = colours
    horizon = chance.uniform(0.66, 0.74)
    picture = gradient((size[0], round(size[1] * horizon)), [*sky, haze])
    whole = Image.new("RGB", size, wall)
    whole.paste(picture)
    picture = whole
    tint_sky(picture, chance, mix(haze, window, 0.3), share=0.6, cells=(1.4, 5), bottom=horizon)
    tint_sky(picture, chance, mix(sky[0], wall, 0.4), share=0.4, cells=(2, 8), bottom=horizon * 0.9)
    glow(picture, (chance.uniform(0.3, 0.7), horizon), 0.75, mix(window, haze, 0.5), flat=0.55)
    heart = chance.uniform(0.35, 0.65)
    for number in range(4):
        near = (number + 1) / 4
        _buildings(
            picture, chance, horizon, heart, near, tint=mix(mix(haze, sky[0], 0.35), wall, near**0.8), window=window
        )
        glow(picture, (heart, horizon + 0.02), 0.55, mix((0, 0, 0), window, 0.12), flat=0.3)
    mirrored(picture, horizon, dim=0.3, tint=mix(wall, sky[0], 0.3), chance=chance, ripple=1.1)
    return picture


def _curtain(picture: Picture, chance: Random, low: Colour, high: Colour, *, strength: float) -> None:
    """One band of light: rays that stand on a wandering line."""
    across, down = 900, 500
    layer = Image.new("RGB", (across, down))
    base, flicker = waves(chance, most=4, steps=across), waves(chance, most=12, steps=across)
    fine = clouds((across, 8), chance, cells=(40, 1), octaves=4)
    level, lean = chance.uniform(0.42, 0.62), chance.uniform(-0.4, 0.4)
    rays = [
        between([low, low, mix(low, high, 0.5), high, mix(high, (0, 0, 0), 0.6)], share / 99) for share in range(100)
    ]
    for x in range(across):
        bright = strength * (0.2 + 0.8 * flicker[x]) * (0.35 + 0.65 * int(fine.getpixel((x, 4))) / 255)  # type: ignore[arg-type]
        foot = (level + 0.2 * (base[x] - 0.5)) * down
        tall = down * (0.18 + 0.34 * flicker[x])
        strip = Image.new("RGB", (1, 100))
        strip.putdata(
            [
                mix((0, 0, 0), rays[share], bright * min(1.0, share / 7) * (1 - share / 100) ** 1.5)
                for share in range(99, -1, -1)
            ]
        )
        box = (x, round(foot - tall))
        layer.paste(strip.resize((1, max(2, round(tall))), Image.Resampling.BILINEAR), box)
    layer = layer.transform(
        layer.size, Image.Transform.AFFINE, (1, lean, -lean * level * down, 0, 1, 0), Image.Resampling.BILINEAR
    )
    sharp = layer.filter(ImageFilter.GaussianBlur(1.6)).resize(picture.size, Image.Resampling.BICUBIC)
    soft = layer.filter(ImageFilter.GaussianBlur(16)).resize(picture.size, Image.Resampling.BICUBIC)
    picture.paste(ImageChops.screen(ImageChops.screen(picture, sharp), soft))


def _buildings(
    picture: Picture, chance: Random, horizon: float, heart: float, near: float, *, tint: Colour, window: Colour
) -> None:
    width, height = picture.size
    draw = ImageDraw.Draw(picture)
    line, x = horizon * height, -0.02 * width
    warm = [
        window,
        mix(window, (255, 255, 255), 0.4),
        mix(window, (255, 150, 70), 0.4),
        mix(window, (190, 220, 255), 0.6),
    ]
    while x < width:
        wide = width * chance.uniform(0.018, 0.05) * (0.6 + 0.5 * near)
        pull = math.exp(-(((x / width - heart) / 0.22) ** 2))
        tall = height * horizon * chance.uniform(0.1, 0.22 + 0.42 * pull) * (1.25 - 0.62 * near)
        top = line - tall
        side = mix(tint, window, 0.04 + 0.05 * chance.random())
        draw.rectangle((x, top, x + wide, line), fill=side)
        draw.rectangle((x + wide * 0.62, top, x + wide, line), fill=mix(side, (0, 0, 0), 0.18))
        if pull > 0.4 and chance.random() < 0.3:
            spire = wide * 0.06
            draw.rectangle((x + wide / 2 - spire, top - tall * 0.22, x + wide / 2 + spire, top), fill=side)
        elif chance.random() < 0.4:
            draw.rectangle((x + wide * 0.2, top - tall * 0.06, x + wide * 0.7, top), fill=side)
        if near > 0.3:
            _windows(draw, chance, (x, top, wide, tall), warm, side, near, width / 2400)
        x += wide * chance.uniform(0.75, 1.25)


def _windows(
    draw: ImageDraw.ImageDraw,
    chance: Random,
    box: tuple[float, float, float, float],
    warm: Sequence[Colour],
    side: Colour,
    near: float,
    scale: float,
) -> None:
    x, top, wide, tall = box
    step_x, step_y = scale * (8 + 5 * near), scale * (11 + 6 * near)
    lit, tone = chance.uniform(0.12, 0.5), chance.choice(warm)
    rows, columns = int((tall - step_y) / step_y), int((wide - step_x) / step_x)
    for row in range(rows):
        if chance.random() < 0.12:
            continue
        for column in range(columns):
            if chance.random() > lit:
                continue
            left, upper = x + step_x * (0.7 + column), top + step_y * (0.7 + row)
            shade = mix(
                side,
                tone if chance.random() < 0.8 else chance.choice(warm),
                chance.uniform(0.35, 0.95) * (0.4 + 0.6 * near),
            )
            draw.rectangle((left, upper, left + step_x * 0.52, upper + step_y * 0.5), fill=shade)
