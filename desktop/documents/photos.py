"""Photos before they are kept: upright, no larger than needed, and without the place where they were taken.

Only formats that the window shows are read, and no picture is unpacked that would fill the memory.
"""

import io
from typing import Final

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from desktop.errors import Refused
from desktop.words import msg

FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
"""What is rewritten; other pictures are kept as they are."""
EDGE: Final = 2560
"""Pixels of the longer edge of a photo that was made smaller: a page of A4 at 220 dpi."""
QUALITY: Final = 85
MOST_PIXELS: Final = 120_000_000
"""Larger than any camera in a telephone makes; unpacked it needs 360 MB."""

UNREADABLE: Final = msg("This picture is damaged or of a kind that cannot be read.")
TOO_MANY_PIXELS: Final = msg("This picture has more than 120 megapixels; make it smaller first.")


def prepared(data: bytes, media_type: str, *, shrink: bool = True, keep_place: bool = False) -> bytes:
    """The photo as it is kept; the same bytes where nothing is to be done. Raises Refused for what is none.

    A photo that says where it was taken is written anew without it, unless `keep_place`.
    """
    kind = FORMATS.get(media_type)
    if kind is None:
        return data
    try:
        with Image.open(io.BytesIO(data), formats=(kind,)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Refused(TOO_MANY_PIXELS)
            if kind != "JPEG" and getattr(image, "is_animated", False):
                return data
            return _rewritten(image, data, kind, shrink=shrink, keep_place=keep_place)
    except Image.DecompressionBombError:
        raise Refused(TOO_MANY_PIXELS) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise Refused(UNREADABLE) from None


def _rewritten(image: Image.Image, data: bytes, kind: str, *, shrink: bool, keep_place: bool) -> bytes:
    exif = image.getexif()
    turned = exif.get(ExifTags.Base.Orientation, 1) != 1
    placed = ExifTags.IFD.GPSInfo in exif
    told = bool(image.info.get("xmp") or image.info.get("comment")) and not keep_place
    large = shrink and max(image.size) > EDGE
    if not (large or turned or (placed and not keep_place) or told):
        image.load()  # a file that cannot be read is refused now, not when somebody needs it
        return data
    if not keep_place:
        exif.pop(ExifTags.IFD.GPSInfo, None)
        exif.get_ifd(ExifTags.IFD.Exif).pop(ExifTags.Base.MakerNote, None)
    upright = ImageOps.exif_transpose(image)
    if large:
        upright.thumbnail((EDGE, EDGE), Image.Resampling.LANCZOS)
    exif.pop(ExifTags.Base.Orientation, None)
    out = io.BytesIO()
    settings: dict[str, object] = {"exif": exif.tobytes()} if len(exif) else {}
    profile = image.info.get("icc_profile")
    if profile:
        settings["icc_profile"] = profile
    if kind == "JPEG":
        untouched = not large and not turned and image.format == "JPEG"
        settings |= {"quality": "keep" if untouched else QUALITY, "optimize": True}
        (image if untouched else upright).save(out, kind, **settings)
    else:
        upright.save(out, kind, **settings)
    return out.getvalue()
