"""Draws a picture for each article of the sample site: a landscape in colours of its own, the same on every run."""

from __future__ import annotations

import functools
import io
import math
import random
from collections.abc import Callable

from PIL import ExifTags, Image, ImageDraw, ImageFilter

from asiaradar_bot.sandbox.site.articles import ImageKind

WIDTH, HEIGHT = 1200, 675
HUGE_SIZE = (6000, 5000)

Colour = tuple[int, int, int]

_SKIES: tuple[tuple[Colour, Colour, Colour], ...] = (
    ((18, 38, 74), (236, 150, 98), (255, 226, 184)),
    ((24, 66, 104), (176, 212, 220), (255, 250, 236)),
    ((58, 30, 70), (242, 176, 124), (255, 222, 170)),
    ((12, 56, 66), (238, 204, 150), (255, 240, 206)),
    ((30, 34, 60), (120, 140, 180), (236, 240, 250)),
)
_BROKEN_BYTES = 1500
_LAYERS = 3


def draw(kind: ImageKind, slug: str) -> tuple[str, bytes] | None:
    """
    Content type and bytes of an article's picture; None: there is none.
    """
    drawer = _DRAWERS.get(kind)
    return None if drawer is None else (_TYPES.get(kind, "image/jpeg"), drawer(slug))


@functools.lru_cache(maxsize=64)
def draw_picture(slug: str) -> bytes:
    """
    A JPEG of 1200 x 675 pixels.
    """
    return _packed(_landscape(slug), "JPEG")


def _packed(picture: Image.Image, form: str, **options: Image.Exif) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, quality=84, **options)
    return file.getvalue()


def _with_exif(slug: str) -> bytes:
    """
    Turned to lie on its side, which its EXIF says, with a camera and a place.
    """
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "Sample Camera"
    exif[ExifTags.Base.Artist] = "A photographer who would rather not be named"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLatitude: (19.0, 53.0, 24.0),
            ExifTags.GPS.GPSLongitudeRef: "E",
            ExifTags.GPS.GPSLongitude: (102.0, 8.0, 6.0),
        }
    )
    return _packed(_landscape(slug).rotate(90, expand=True), "JPEG", exif=exif)


@functools.lru_cache(maxsize=1)
def _huge(_: str) -> bytes:
    return _packed(Image.linear_gradient("L").resize(HUGE_SIZE), "JPEG")


def _text(_: str) -> bytes:
    return b"<!DOCTYPE html><title>Sign in</title><p>Please sign in to see this picture.</p>"


def _broken(slug: str) -> bytes:
    return draw_picture(slug)[:_BROKEN_BYTES]


def _png(slug: str) -> bytes:
    return _packed(_landscape(slug), "PNG")


def _webp(slug: str) -> bytes:
    return _packed(_landscape(slug), "WEBP")


def _landscape(slug: str) -> Image.Image:
    chance = random.Random(slug)
    top, bottom, light = chance.choice(_SKIES)
    picture = _sky(chance, top=top, bottom=bottom, light=light)
    scene = chance.choice((_towers, _hills, _harbour))
    scene(ImageDraw.Draw(picture), chance, shades=_shades(top, bottom))
    return picture


def _sky(chance: random.Random, *, top: Colour, bottom: Colour, light: Colour) -> Image.Image:
    """
    A gradient with a sun and its glow.
    """
    fall = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
    sky = Image.composite(Image.new("RGB", fall.size, bottom), Image.new("RGB", fall.size, top), fall)
    centre, radius = (chance.randint(200, 1000), chance.randint(170, 330)), chance.randint(36, 64)
    # The glow is drawn small and blurred there: a large blur costs a tenth of a second.
    glow = Image.new("L", (WIDTH // 8, HEIGHT // 8))
    ImageDraw.Draw(glow).circle((centre[0] / 8, centre[1] / 8), radius / 8 * 2.2, fill=150)
    glow = glow.filter(ImageFilter.GaussianBlur(9)).resize((WIDTH, HEIGHT))
    sky.paste(Image.new("RGB", sky.size, light), mask=glow)
    ImageDraw.Draw(sky).circle(centre, radius, fill=light)
    return sky


def _shades(top: Colour, bottom: Colour) -> list[Colour]:
    """
    From the far layer, which the air tints, to the near one.
    """
    mixes = [(0.62, 0.30), (0.62, 0.08), (0.34, 0.0)]
    return [
        (round(top[0] * a + bottom[0] * b), round(top[1] * a + bottom[1] * b), round(top[2] * a + bottom[2] * b))
        for a, b in mixes
    ]


def _towers(draw: ImageDraw.ImageDraw, chance: random.Random, *, shades: list[Colour]) -> None:
    for layer, shade in enumerate(shades):
        left = -30
        while left < WIDTH:
            width = chance.randint(44, 96)
            roof = HEIGHT - chance.randint(90, 350 - layer * 85)
            draw.rectangle((left, roof, left + width, HEIGHT), fill=shade)
            if layer == _LAYERS - 1:
                _windows(draw, chance, box=(left, roof, left + width))
            left += width + chance.randint(-18, 26)


def _windows(draw: ImageDraw.ImageDraw, chance: random.Random, *, box: tuple[int, int, int]) -> None:
    left, roof, right = box
    for x in range(left + 8, right - 8, 13):
        for y in range(roof + 12, HEIGHT, 19):
            if chance.random() < 0.28:  # noqa: PLR2004  a bit more than a quarter of the rooms are lit
                draw.rectangle((x, y, x + 5, y + 8), fill=(255, 214, 140))


def _hills(draw: ImageDraw.ImageDraw, chance: random.Random, *, shades: list[Colour]) -> None:
    for layer, shade in enumerate(shades):
        ridge = HEIGHT - 330 + layer * 105
        waves = [(chance.uniform(20, 62) / n, chance.uniform(1.2, 2.4) * n, chance.uniform(0, 6.3)) for n in (1, 2, 5)]
        line = [
            (x, ridge - sum(height * math.sin(turns * x / WIDTH * math.pi + at) for height, turns, at in waves))
            for x in range(0, WIDTH + 8, 8)
        ]
        draw.polygon([*line, (WIDTH, HEIGHT), (0, HEIGHT)], fill=shade)


def _harbour(draw: ImageDraw.ImageDraw, chance: random.Random, *, shades: list[Colour]) -> None:
    _hills(draw, chance, shades=shades[:1])
    sea = HEIGHT - 190
    draw.rectangle((0, sea, WIDTH, HEIGHT), fill=shades[1])
    for _ in range(90):
        x, y = chance.randint(0, WIDTH), chance.randint(sea + 8, HEIGHT - 6)
        length = (y - sea) // 2 + 12
        draw.line((x, y, x + length, y), fill=shades[0], width=2)
    for _ in range(3):
        x, y = chance.randint(60, WIDTH - 260), chance.randint(sea + 10, HEIGHT - 70)
        draw.polygon([(x, y), (x + 170, y), (x + 145, y + 34), (x + 22, y + 34)], fill=shades[2])
        draw.rectangle((x + 40, y - 26, x + 120, y), fill=shades[2])
        draw.rectangle((x + 88, y - 52, x + 102, y - 26), fill=shades[2])


_TYPES = {ImageKind.PNG: "image/png", ImageKind.WEBP: "image/webp"}
_DRAWERS: dict[ImageKind, Callable[[str], bytes]] = {
    ImageKind.PHOTO: draw_picture,
    ImageKind.PNG: _png,
    ImageKind.WEBP: _webp,
    ImageKind.EXIF: _with_exif,
    ImageKind.HUGE: _huge,
    ImageKind.TEXT: _text,
    ImageKind.BROKEN: _broken,
}
