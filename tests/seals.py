"""Seals of a firm for tests: a red ring with a star, drawn here and like nobody's."""

import io
import math
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from desktop.words import RESOURCES

RED = (214, 40, 40)


@lru_cache(maxsize=4)
def picture(words: str = "合同专用章", *, ground: str = "white", kind: str = "PNG") -> bytes:
    """A photograph of a seal on paper: red on white, without transparency."""
    size = 720
    image = Image.new("RGB", (size, size), ground)
    draw = ImageDraw.Draw(image)
    draw.ellipse((30, 30, 690, 690), outline=RED, width=20)
    points = []
    for corner in range(10):
        far = 130 if corner % 2 == 0 else 52
        angle = math.pi * (corner / 5 - 0.5)
        points.append((360 + far * math.cos(angle), 350 + far * math.sin(angle)))
    draw.polygon(points, fill=RED)
    found = sorted((RESOURCES / "fonts").glob("*SC*SemiBold*.ttf"))
    font = ImageFont.truetype(str(found[0]), 78) if found else ImageFont.load_default()
    draw.text((360, 570), words, RED, font=font, anchor="mm")
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()
