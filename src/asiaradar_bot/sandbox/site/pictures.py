"""Draws a picture for each article of the sample site: a skyline in colours of its own, the same on every run."""

from __future__ import annotations

import functools
import io
import random

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1200, 675

_SKIES = (((18, 38, 74), (233, 150, 98)), ((22, 60, 92), (168, 205, 214)), ((60, 28, 64), (240, 178, 122)))
_TOWERS = 26
_BROKEN_BYTES = 1500


@functools.lru_cache(maxsize=64)
def draw_picture(slug: str) -> bytes:
    """
    A JPEG of 1200 x 675 pixels.
    """
    chance = random.Random(slug)
    top, bottom = chance.choice(_SKIES)
    image = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
    picture = Image.composite(Image.new("RGB", image.size, bottom), Image.new("RGB", image.size, top), image)
    draw = ImageDraw.Draw(picture)
    centre, radius = (chance.randint(200, 1000), chance.randint(150, 320)), chance.randint(40, 80)
    draw.circle(centre, radius, fill=(255, 236, 200))
    for layer in range(3):
        shade = tuple(round(part * (0.75 - layer * 0.22)) for part in top)
        for _ in range(_TOWERS):
            left = chance.randint(-40, WIDTH)
            roof = HEIGHT - chance.randint(60, 330 - layer * 80)
            draw.rectangle((left, roof, left + chance.randint(30, 90), HEIGHT), fill=shade)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=82)
    return file.getvalue()


def draw_broken_picture(slug: str) -> bytes:
    """
    A JPEG that breaks off.
    """
    return draw_picture(slug)[:_BROKEN_BYTES]
