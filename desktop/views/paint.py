"""Small painters that rows, buttons and widgets share: avatars, chips, rings, key caps, yielding texts.

Each takes a painter, a rectangle or point and the look; sizes come from the tokens.
"""

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from math import floor
from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPixmap, QPolygonF

from desktop.views.look import Look
from desktop.views.theme import Tokens

LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE: Final = Qt.AlignmentFlag.AlignCenter
_ONE_LINE: Final = {each: each | Qt.TextFlag.TextSingleLine for each in (LEFT, RIGHT, CENTRE)}
AVATARS: Final = 8
"""How many colours avatars have."""


@lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """One Chinese character that tells firms apart, or two Latin letters."""
    text = name.strip()
    if not text:
        return "?"
    if "\u4e00" <= text[0] <= "\u9fff":
        from desktop.rules import names  # not before the unlock window, which knows no names

        return names.core(text)[:1] or text[0]
    words = [word for word in re.split(r"[\s.,&/()-]+", text) if word]
    return "".join(word[0] for word in words[:2]).upper() or "?"


@lru_cache(maxsize=4096)
def avatar_index(key: object) -> int:
    """A stable colour number for a record id or a name."""
    raw = key.bytes if hasattr(key, "bytes") else str(key).encode()
    return zlib.crc32(raw)


def paint_avatar(
    painter: QPainter,
    look: Look,
    box: QRect,
    name: str,
    key: object,
    *,
    person: bool = False,
    on_tint: bool = False,
) -> None:
    """Initials on a colour that never changes: a circle for a person, a rounded square for a firm."""
    ratio = painter.device().devicePixelRatio()
    index = avatar_index(key) % AVATARS
    picture = _avatar(look.t, initials(name), index, box.height(), person, on_tint, ratio)
    painter.drawPixmap(box.topLeft(), picture)


@lru_cache(maxsize=512)
def _avatar(
    tokens: Tokens, text: str, index: int, side: int, person: bool, on_tint: bool, ratio: float
) -> QPixmap:
    """The picture of an avatar; a list shows the same ones again and again."""
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    box, header = QRect(0, 0, side, side), tokens.avatar_size("header")
    ground, ink = tokens.avatar(index)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens.colour("surface") if on_tint else ground)
    radius = side / 2 if person else tokens.radius("control")
    painter.drawRoundedRect(QRectF(box), radius, radius)
    font = QFont(tokens.font("small", strong=True))
    small = side < tokens.avatar_size("list")
    share = 0.5 if small else 0.42
    if small and len(text) == 1:
        share = 0.64
    elif text[0] >= "\u4e00" or side >= header:
        share = (0.5 if side < header else 0.42) if len(text) == 1 else 0.38
    font.setPixelSize(round(side * share))
    painter.setFont(font)
    painter.setPen(ink)
    painter.drawText(box, CENTRE, text)
    painter.end()
    return picture


def chip_width(look: Look, text: str, *, icon: bool = False) -> int:
    """How wide `paint_chip` will be."""
    return look.t.width(text, "small") + look.px(12) + (look.t.icon("inline") + look.px(4) if icon else 0)


def paint_chip(
    painter: QPainter,
    look: Look,
    left: int,
    box: QRect,
    text: str,
    *,
    tone: str = "neutral",
    on_tint: bool = False,
) -> int:
    """A small label with a soft ground, centred in `box`'s height; returns its right edge."""
    ground, ink = {
        "accent": ("accent_soft", "accent_ink"),
        "good": ("good_soft", "good"),
        "warn": ("warn_soft", "warn"),
        "bad": ("bad_soft", "bad"),
    }.get(tone, ("sunken", "ink_2"))
    height = look.t.control("chip")
    width = chip_width(look, text)
    chip = QRect(left, box.center().y() - height // 2 + 1, width, height)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    edged = look.theme_name == "high_contrast"  # its soft grounds are black
    painter.setPen(QPen(look.colour(ink), 1) if edged else Qt.PenStyle.NoPen)
    painter.setBrush(look.colour("surface" if on_tint else ground))
    shape = QRectF(chip).adjusted(0.5, 0.5, -0.5, -0.5) if edged else QRectF(chip)
    painter.drawRoundedRect(shape, look.t.radius("chip"), look.t.radius("chip"))
    painter.setFont(look.font("small"))
    painter.setPen(look.colour(ink))
    painter.drawText(chip, CENTRE, text)
    painter.restore()
    return chip.right() + 1


def paint_stage_ring(
    painter: QPainter, look: Look, centre: QPointF, fraction: float, *, end: str = ""
) -> None:
    """A ring filled from 12 o'clock by `fraction`; `end` is `won` (tick) or `lost` (cross)."""
    size = look.px(14)
    left, top = centre.x() - size / 2, centre.y() - size / 2
    rest = (left - floor(left), top - floor(top))
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(QPoint(floor(left), floor(top)), _ring(look.t, size, rest, fraction, end, ratio))


@lru_cache(maxsize=256)
def _ring(
    tokens: Tokens, size: int, rest: tuple[float, float], fraction: float, end: str, ratio: float
) -> QPixmap:
    """The picture of a ring that stands so far from a whole pixel; a list shows the same few again."""
    side = size + 2
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    box = QRectF(*rest, size, size)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if end:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.colour("good_mark" if end == "won" else "line_control"))
        painter.drawEllipse(box)
        _stroke(painter, tokens, 1.5, "surface")
        paint_tick(painter, box) if end == "won" else _paint_cross(painter, box)
    else:
        _stroke(painter, tokens, 1.5, "stage_ring")
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inset = tokens.px(100) / 133
        painter.drawEllipse(box.adjusted(inset, inset, -inset, -inset))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.colour("stage_ring"))
        inner = box.adjusted(size * 0.2, size * 0.2, -size * 0.2, -size * 0.2)
        painter.drawPie(inner, 90 * 16, -round(360 * 16 * min(max(fraction, 0.04), 1)))
    painter.end()
    return picture


def _stroke(painter: QPainter, tokens: Tokens, width: float, colour: str) -> None:
    pen = QPen(tokens.colour(colour), width * tokens.scale / 100)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)


def paint_tick(painter: QPainter, box: QRectF) -> None:
    """A tick in the current pen."""
    points = ((0.28, 0.53), (0.44, 0.68), (0.73, 0.35))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(
        QPolygonF([QPointF(box.left() + x * box.width(), box.top() + y * box.height()) for x, y in points])
    )


def _paint_cross(painter: QPainter, box: QRectF) -> None:
    inset = box.width() * 0.33
    inner = box.adjusted(inset, inset, -inset, -inset)
    painter.drawLine(inner.topLeft(), inner.bottomRight())
    painter.drawLine(inner.topRight(), inner.bottomLeft())


def keycap_width(look: Look, key: str) -> int:
    """How wide one key cap is."""
    return max(look.t.width(key, "small") + look.px(10), look.px(18))


def paint_keycap(
    painter: QPainter,
    look: Look,
    left: int,
    middle: int,
    key: str,
    *,
    ink: str = "ink_3",
    edge: str = "line_strong",
) -> int:
    """One key as a small cap, centred on `middle`; returns its right edge."""
    height = look.px(18)
    cap = QRectF(left + 0.5, middle - height / 2 + 0.5, keycap_width(look, key) - 1, height - 1)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    line = QColor(look.colour(edge))
    if edge == "on_accent":
        line.setAlphaF(0.5)
    painter.setPen(line)
    painter.setBrush(look.colour("panel") if edge == "line_strong" else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(cap, look.t.radius("key"), look.t.radius("key"))
    painter.setFont(look.font("small"))
    painter.setPen(look.colour(ink))
    painter.drawText(cap, CENTRE, key)
    painter.restore()
    return int(cap.right()) + 1


def keys_width(look: Look, shortcut: str) -> int:
    """How wide `paint_keys` will be."""
    keys = split_keys(look.keys.get(shortcut, shortcut))
    return sum(keycap_width(look, key) for key in keys) + look.px(3) * max(len(keys) - 1, 0)


ARROWS: Final = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓"}
"""Keys that are called in one language only, as they stand on the keyboard."""


def split_keys(shortcut: str) -> list[str]:
    """`Ctrl+Shift+Q` as its keys."""
    return [ARROWS.get(key, key) for key in shortcut.replace("++", "+Plus").split("+") if key]


def paint_keys(
    painter: QPainter,
    look: Look,
    left: int,
    middle: int,
    shortcut: str,
    *,
    ink: str = "ink_3",
    edge: str = "line_strong",
) -> int:
    """A shortcut as key caps; returns its right edge."""
    for key in split_keys(look.keys.get(shortcut, shortcut)):
        left = paint_keycap(painter, look, left, middle, key, ink=ink, edge=edge) + look.px(3)
    return left


def paint_hairline(painter: QPainter, look: Look, box: QRect, *, colour: str = "line") -> None:
    """One device pixel along the lower edge of `box`."""
    smooth = painter.testRenderHint(QPainter.RenderHint.Antialiasing)
    if smooth:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    thin = 1 / painter.device().devicePixelRatioF()
    painter.fillRect(QRectF(box.left(), box.bottom(), box.width(), thin), look.colour(colour))
    if smooth:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def paint_disc(
    painter: QPainter, look: Look, centre: QPointF, colour: str = "ink_3", size: float = 3
) -> None:
    """A filled disc; the separator between short facts."""
    radius = look.px(size) / 2
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour(colour))
    painter.drawEllipse(centre, radius, radius)
    painter.restore()


def paint_text(
    painter: QPainter,
    look: Look,
    box: QRect,
    text: str,
    *,
    ink: str = "ink",
    size: str = "body",
    strong: bool = False,
    align: Qt.AlignmentFlag = LEFT,
) -> int:
    """One line, elided at its end if it must be; returns the right edge of what was drawn."""
    width = look.t.advance(text, size, strong=strong)
    if width > box.width() + 0.5:
        text = look.t.elided(text, box.width(), size, strong=strong)
        width = look.t.advance(text, size, strong=strong)
    painter.setFont(look.font(size, strong=strong))
    painter.setPen(look.colour(ink))
    painter.drawText(box, _ONE_LINE[align], text)
    return box.right() + 1 if align == RIGHT else box.left() + int(width + 0.999)


def shortened(look: Look, text: str, room: int, size: str = "body") -> str:
    """A sentence that has no room loses whole words at its end; one without spaces is left to be cut."""
    words = text
    while look.t.advance(words, size) > room and " " in words:
        words = f"{words.rstrip('…').rpartition(' ')[0].rstrip(',;:')}…"
    return words if look.t.advance(words, size) <= room else text


def fitted(look: Look, title: str, room: int) -> str:
    """A strong title for its room: numbers differ at their end, so of them the middle gives way."""
    if " " in title or not title.isascii() or look.t.width(title, strong=True) <= room:
        return title
    return look.t.metrics("body", strong=True).elidedText(title, Qt.TextElideMode.ElideMiddle, room)


def paint_balanced(painter: QPainter, room: QRect, text: str) -> None:
    """Some lines in the middle of a room, as few as it needs and about as wide as each other."""
    wrapped = int(CENTRE | Qt.TextFlag.TextWordWrap)
    high = painter.boundingRect(room, wrapped, text).height()
    best = room
    for less in range(4, room.width() // 2, 4):
        tried = room.adjusted(less // 2, 0, less // 2 - less, 0)
        found = painter.boundingRect(tried, wrapped, text)
        if found.height() > high or found.width() > tried.width():
            break
        best = tried
    painter.drawText(best, wrapped, text)


def paint_yielding(
    painter: QPainter,
    look: Look,
    box: QRect,
    text: str,
    extras: Sequence[str],
    *,
    ink: str = "ink",
    extra_ink: str = "ink_3",
    strong: bool = False,
    extra_size: str = "small",
) -> int:
    """A text and what may stand behind it: extras leave whole, last first, before the text is elided."""
    gap = look.px(10)
    room = box.width() - look.t.width(text, strong=strong)
    shown: list[str] = []
    for extra in extras:
        need = gap + look.t.width(extra, extra_size)
        if need > room:
            break
        shown.append(extra)
        room -= need
    right = paint_text(painter, look, box, text, ink=ink, strong=strong)
    for extra in shown:
        rest = QRect(right + gap, box.top(), box.right() - right - gap + 1, box.height())
        right = paint_text(painter, look, rest, extra, ink=extra_ink, size=extra_size)
    return right


def paint_facts(
    painter: QPainter, look: Look, box: QRect, facts: Sequence[str], *, ink: str = "ink_3"
) -> int:
    """Short facts in small type, parted by drawn discs; the last ones leave first."""
    left = box.left()
    for number, fact in enumerate(facts):
        width = look.t.width(fact, "small")
        start = left + (look.px(13) if number else 0)
        if number and start + width > box.right() + 1:
            break
        if number:
            paint_disc(painter, look, QPointF(left + look.px(6.5), box.center().y() + 1), "ink_disabled")
        rest = QRect(start, box.top(), box.right() - start + 1, box.height())
        left = paint_text(painter, look, rest, fact, ink=ink, size="small")
    return left


def paint_icon(
    painter: QPainter, look: Look, left: int, middle: int, name: str, colour: str = "ink_2", size: str = "row"
) -> int:
    """An icon centred on `middle`; returns its right edge."""
    width = look.t.icon(size)
    painter.drawPixmap(left, round(middle - width / 2), look.pixmap(name, colour, width))
    return left + width


def paint_badge(painter: QPainter, look: Look, centre: QPointF) -> None:
    """The dot that says that something waits."""
    paint_disc(painter, look, centre, "accent_mark", 6)


def paint_progress(
    painter: QPainter, look: Look, box: QRect, fraction: float, *, colour: str = "accent_mark"
) -> None:
    """A track and how far it has come."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    radius = look.t.radius("track")
    painter.setBrush(look.colour("pressed"))
    painter.drawRoundedRect(QRectF(box), radius, radius)
    painter.setBrush(look.colour(colour))
    done = QRectF(box)
    done.setWidth(box.width() * min(max(fraction, 0.0), 1.0))
    painter.drawRoundedRect(done, radius, radius)
    painter.restore()


def paint_check(painter: QPainter, look: Look, box: QRect, *, checked: bool, enabled: bool = True) -> None:
    """A check box of the tokens' size, centred in `box`."""
    size = look.t.control("check_box")
    square = QRectF(box.center().x() - size / 2 + 0.5, box.center().y() - size / 2 + 0.5, size, size)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(look.colour("accent" if checked else "line_control"), 1))
    painter.setBrush(look.colour("accent" if checked else "surface" if enabled else "sunken"))
    painter.drawRoundedRect(square, look.t.radius("check_box"), look.t.radius("check_box"))
    if checked:
        _stroke(painter, look.t, 1.5, "on_accent")
        paint_tick(painter, square)
    painter.restore()


def paint_radio(painter: QPainter, look: Look, box: QRect, *, checked: bool) -> None:
    """A radio button, centred in `box`."""
    size = look.t.control("radio")
    circle = QRectF(box.center().x() - size / 2 + 0.5, box.center().y() - size / 2 + 0.5, size, size)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(look.colour("accent" if checked else "line_control"), 1))
    painter.setBrush(look.colour("accent" if checked else "surface"))
    painter.drawEllipse(circle)
    if checked:
        paint_disc(painter, look, circle.center(), "on_accent", 6)
    painter.restore()


def paint_float(painter: QPainter, look: Look, box: QRect) -> None:
    """The ground of what floats: an edge, radius 8 and two rings; `box` includes the rings' 4 px."""
    inner = QRectF(box).adjusted(3.5, 3.5, -3.5, -3.5)
    radius = look.t.radius("popover")
    alpha = look.t.alpha("shadow_alpha")
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    shadow = QColor(look.colour("scrim"))
    for spread, share in ((2, 0.6), (1, 1.0)):
        shadow.setAlphaF(alpha * share)
        painter.setBrush(shadow)
        ring = inner.adjusted(-spread - 0.5, -spread + spread - 0.5, spread + 0.5, 2 * spread - 0.5)
        painter.drawRoundedRect(ring, radius + spread, radius + spread)
    painter.setBrush(look.colour("raised"))
    painter.setPen(QPen(look.colour("line_strong"), 1))
    painter.drawRoundedRect(inner, radius, radius)
    painter.restore()
