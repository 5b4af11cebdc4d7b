"""Icons: one SVG per name, drawn in any colour and size and kept as pixmaps."""

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop.words import RESOURCES

FOLDER: Final = RESOURCES / "icons"
_VIEW_BOX: Final = 24


@lru_cache(maxsize=256)
def _source(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=1024)
def pixmap(name: str, colour: str, size: int, ratio: float, stroke: float) -> QPixmap:
    """The icon `name` in `colour` (#RRGGBB), `size` logical px wide, with lines of `stroke` logical px."""
    width = stroke * _VIEW_BOX / size
    text = _source(name).replace("currentColor", colour)
    text = text.replace('stroke-width="2"', f'stroke-width="{width:.3f}"', 1)
    picture = QPixmap(round(size * ratio), round(size * ratio))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(text.encode())).render(painter, QRectF(0, 0, picture.width(), picture.height()))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def colour_name(colour: QColor) -> str:
    """A colour as the key of the cache."""
    return colour.name(QColor.NameFormat.HexRgb)
