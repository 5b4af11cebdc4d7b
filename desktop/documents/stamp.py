"""A seal of the firm on paper: at 42 mm over the line for signatures, and in slices across the pages."""

import io
from functools import lru_cache
from itertools import pairwise
from typing import Final

from PIL import Image, ImageChops, UnidentifiedImageError

from desktop.documents.draw import Block, Page, Picture
from desktop.documents.theme import A4, MM, paper
from desktop.errors import Refused
from desktop.rules import seal_releases as rules
from desktop.words import msg

EDGE: Final = 640
"""Pixels of the longer side of a kept picture: 390 to an inch at 42 mm."""
MOST_PIXELS: Final = 40_000_000
LEAST: Final = 40
UNREADABLE: Final = msg("This is no picture that can be read. Choose a PNG or JPEG of the seal.")
TOO_LARGE: Final = msg("This picture has too many pixels.")
BLANK: Final = msg("Nothing of a seal is to be seen in this picture.")
_SIZE: Final = rules.SIZE_MM * MM
_DOWN: Final = 0.42
"""Where the slices stand, as a part of the page's height."""


def prepared(data: bytes) -> bytes:
    """A picture of a seal as it is kept: PNG, its ground transparent, cut to what is printed.

    Raises Refused for what is no picture, and for a blank one. The same picture gives the same bytes.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as found:
            if found.width * found.height > MOST_PIXELS:
                raise Refused(TOO_LARGE)
            image = found.convert("RGBA")
    except Image.DecompressionBombError:
        raise Refused(TOO_LARGE) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise Refused(UNREADABLE) from None
    image = _on_nothing(image)
    box = image.getchannel("A").point(lambda value: 255 if value > 24 else 0).getbbox()
    if box is None or box[2] - box[0] < LEAST or box[3] - box[1] < LEAST:
        raise Refused(BLANK)
    image = image.crop(box)
    image.thumbnail((EDGE, EDGE), Image.Resampling.LANCZOS)
    square = Image.new("RGBA", (max(image.size),) * 2, (0, 0, 0, 0))
    square.paste(image, ((square.width - image.width) // 2, (square.height - image.height) // 2))
    return _png(square)


def _on_nothing(image: Image.Image) -> Image.Image:
    """White turns into nothing where the picture has no transparency of its own."""
    if min(image.getchannel("A").tobytes()) < 250:
        return image
    red, green, blue, _ = image.split()
    light = ImageChops.darker(ImageChops.darker(red, green), blue)
    image.putalpha(light.point(lambda value: min(255, max(0, round((245 - value) * 1.6)))))
    return image


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=9)
    return buffer.getvalue()


@lru_cache(maxsize=64)
def sliced(png: bytes, count: int) -> tuple[bytes, ...]:
    """The picture in so many upright slices from left to right; together they are the whole."""
    with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
        edges = [round(image.width * place / count) for place in range(count + 1)]
        return tuple(_png(image.crop((left, 0, right, image.height))) for left, right in pairwise(edges))


def over_signature(block: Block, png: bytes, room: float, line: float) -> None:
    """Print it on the signatures' block: in the middle of our place, over the line at `line`."""
    block.add(Picture((room - _SIZE) / 2, line - _SIZE * 0.72, _SIZE, _SIZE, png))


def shift(pages: int) -> float:
    """Points by which the text of a paper with slices moves to the left."""
    return rules.shift_mm(pages, (A4[0] - paper().right) / MM) * MM


def across_pages(pages: list[Page], png: bytes) -> None:
    """A slice at the right edge of each page: laid a little apart they are one seal (骑缝章)."""
    count = len(pages)
    if count < 2:
        return
    wide = rules.slice_mm(count) * MM
    left = A4[0] - wide - paper().left + shift(count)
    for page, part in zip(pages, sliced(png, count), strict=True):
        block = Block(height=_SIZE)
        block.add(Picture(left, 0.0, wide, _SIZE, part))
        page.placed.append((A4[1] * _DOWN, block))
