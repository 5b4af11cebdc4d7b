"""Buttons painted from the tokens: primary, plain, flat and link; icon, words and shortcut in one."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from desktop.views import paint
from desktop.views.look import Look
from desktop.views.privacy import veil_words
from desktop.words import Message

_GROUND = {"primary": ("accent", "accent_hover", "accent_pressed")}
_EDGED = ("plain", "search", "filter", "active_filter", "dashed")
_LINKS = ("link", "quiet_link")
_SMALL = ("filter", "active_filter", "dashed")


class _Keyed(QAbstractButton):
    """A button that shows its focus only when it came by key: a press already shows where one is."""

    _by_key = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remember how the focus came."""
        ways = (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
            Qt.FocusReason.ShortcutFocusReason,
        )
        self._by_key = event.reason() in ways
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses, as the space bar does."""
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self.click()
        else:
            super().keyPressEvent(event)

    def ringed(self) -> bool:
        """Whether a focus ring is due."""
        return self._by_key and self.hasFocus()


class Button(_Keyed):
    """One button; `kind` is primary, plain, flat, link, quiet_link, filter, active_filter or dashed.

    A disabled button says why in its tooltip (`refuse`).
    """

    def __init__(
        self,
        look: Look,
        words: Message | str = "",
        *,
        kind: str = "plain",
        icon: str = "",
        keys: str = "",
        name: Message | None = None,
        height: str = "height",
        trailing: str = "",
        value: Message | str = "",
    ) -> None:
        super().__init__()
        self._look, self._kind, self._icon, self._keys = look, kind, icon, keys
        self._trailing, self._height, self._value = trailing, height, value
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._name = name
        self.say(words)
        if name is not None:
            look.bind(self.setAccessibleName, name)
            look.bind(self.setToolTip, name)

    def say(self, words: Message | str) -> None:
        """Other words on the button, live in both languages."""
        look = self._look
        if isinstance(words, Message):
            look.bind(self.setText, words)
        else:
            self.setText(words)
        self.updateGeometry()

    def rename(self, words: Message, name: Message) -> None:
        """Another button: other words with another name."""
        self._name = name
        self.say(words)
        self._look.bind(self.setAccessibleName, name)
        self._look.bind(self.setToolTip, name)

    def show_value(self, value: Message | str) -> None:
        """The part in full ink behind the words of a filter."""
        self._value = value
        self.updateGeometry()
        self.update()

    def show_icon(self, icon: str) -> None:
        """Another icon."""
        self._icon = icon
        self.update()

    def become(self, kind: str) -> None:
        """Another kind, such as plain when an empty state offers the primary action."""
        self._kind = kind
        self.update()

    def shrink(self, on: bool) -> None:
        """The icon alone where there is no room for words and keys; the name stays."""
        if on != self._shrunk:
            self._shrunk = on
            self.updateGeometry()
            self.update()

    def shorten(self, on: bool) -> None:
        """The value alone where there is no room for its name."""
        if on != self._shortened:
            self._shortened = on
            self.updateGeometry()
            self.update()

    def short_width(self) -> int:
        """How wide it is without the name of its value."""
        return self.sizeHint().width() - (0 if self._shortened else self._look.t.width(self.text()))

    _shrunk = _shortened = False

    def _said(self) -> tuple[str, str]:
        """The words and keys that are shown."""
        if self._shrunk:
            return "", ""
        return "" if self._shortened and self._value else self.text(), self._keys

    def refuse(self, reason: Message | None) -> None:
        """Grey with a reason, or ready again with None."""
        self.setEnabled(reason is None)
        tip = reason or self._name
        if tip is None:
            self._look.release(self.setToolTip)
            self.setToolTip("")
        else:
            self._look.bind(self.setToolTip, lambda: veil_words(self._look, tip))

    def setText(self, text: str) -> None:
        """Qt's own, plus the new width, and the name where no other was given."""
        super().setText(text)
        if text and self.accessibleName() in ("", self._named):
            self._named = text
            self.setAccessibleName(text)
        self.updateGeometry()

    _named = ""
    """The name that came from the words, to be renewed with them."""

    def _words(self) -> str:
        return self._look.text(self._value) if self._value else ""

    def sizeHint(self) -> QSize:
        """Icon, words, value, trailing icon and key caps with their gaps; square for an icon alone."""
        look, (text, keys) = self._look, self._said()
        height = look.t.control("filter") if self._kind in _SMALL else look.t.control(self._height)
        if self._kind in _LINKS:
            width = look.t.width(text) + (look.t.icon() + look.px(6) if self._icon else 0)
            return QSize(width, max(look.t.control("target_min"), look.t.line("body")))
        if not text and not keys and not self._shortened:
            return QSize(max(height, look.t.control("target_min")), height)
        size = self._size()
        width = look.px(8 if self._kind in _SMALL else 10) * 2
        width += look.t.icon() + look.px(6) if self._icon else 0
        width += look.t.width(text, size)
        width += look.px(6) + look.t.width(self._words(), size) if self._value else 0
        width += look.px(6) + look.t.icon("small") if self._trailing else 0
        width += self._before_keys() + paint.keys_width(look, keys) if keys else 0
        width += look.px(16) if self._kind == "search" else 0
        return QSize(width, height)

    def _before_keys(self) -> int:
        """The gap between what a button says and its keys; keys alone have none."""
        return self._look.px(8) if self._said()[0] or self._icon else 0

    def minimumSizeHint(self) -> QSize:
        """A button is never squeezed."""
        return self.sizeHint()

    def _size(self) -> str:
        return "small" if self._kind in _SMALL else "body"

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the hover ground."""
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, focus ring, then icon, words, value and key caps from the left."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        ink = self._ink()
        look, (text, keys), middle = self._look, self._said(), self.height() // 2
        size = self._size()
        if not text and not keys and not self._shortened:
            width = look.t.icon()
            icon_ink = ink if self._kind in _GROUND else "ink_2" if self.isEnabled() else "ink_disabled"
            paint.paint_icon(painter, look, (self.width() - width) // 2, middle, self._icon, icon_ink)
            return
        hint = self.sizeHint().width()
        left = (self.width() - hint) // 2 + (
            0 if self._kind in _LINKS else look.px(8 if size == "small" else 10)
        )
        if self._kind in _LINKS:
            left = 0
        if self._icon:
            left = paint.paint_icon(painter, look, left, middle, self._icon, self._icon_ink(ink)) + look.px(6)
        box = QRect(left, 0, self.width() - left, self.height())
        words_ink = "ink_3" if self._value and ink == "ink" else ink
        left = paint.paint_text(painter, look, box, text, ink=words_ink, size=size)
        if self._value:
            box = QRect(left + look.px(6), 0, self.width() - left, self.height())
            value_ink = "ink" if ink == "ink_2" else ink
            left = paint.paint_text(painter, look, box, self._words(), ink=value_ink, size=size)
        if self._trailing:
            beside = self._icon_ink(ink)
            left = paint.paint_icon(painter, look, left + look.px(6), middle, self._trailing, beside, "small")
        if keys:
            on = self._kind in _GROUND and self.isEnabled()
            push = look.px(16) if self._kind == "search" else 0
            paint.paint_keys(
                painter,
                look,
                left + self._before_keys() + push,
                middle,
                keys,
                ink="on_accent" if on else "ink_3",
                edge="on_accent" if on else "line_strong",
            )

    def _ink(self) -> str:
        if not self.isEnabled():
            return "ink_disabled"
        if self._kind in _GROUND:
            return "on_accent"
        if self._kind in ("link", "active_filter"):
            return "accent_ink"
        inks = {"flat": "ink_2", "quiet_link": "ink_2", "search": "ink_3", "dashed": "ink_2"}
        return inks.get(self._kind, "ink")

    def _icon_ink(self, ink: str) -> str:
        return "ink_2" if ink == "ink" else ink

    def _paint_ground(self, painter: QPainter) -> None:
        look, kind = self._look, self._kind
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = look.t.radius("chip" if kind in _SMALL else "control")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        state = 2 if self.isDown() else 1 if self.underMouse() else 0
        if kind in _GROUND and self.isEnabled():
            painter.setBrush(look.colour(_GROUND[kind][state]))
        elif kind in _GROUND:
            painter.setBrush(look.colour("sunken"))
            painter.setPen(QPen(look.colour("line_strong"), 1))
        elif kind in _EDGED:
            active = kind == "active_filter"
            painter.setPen(QPen(look.colour("accent_line" if active else "line_strong"), 1))
            if kind == "dashed":
                painter.setPen(QPen(look.colour("line_strong"), 1, Qt.PenStyle.DashLine))
            painter.setBrush(look.colour("selected" if active else ("surface", "hover", "pressed")[state]))
        elif state and kind not in _LINKS and self.isEnabled():
            painter.setBrush(look.colour("hover" if state == 1 else "pressed"))
        painter.drawRoundedRect(box, radius, radius)
        if self.ringed():
            self._paint_focus(painter, box, radius)
        if kind in _LINKS and state:
            painter.setPen(QPen(look.colour("accent_ink"), 1))
            base = QPointF(0, self.height() / 2 + look.t.line("body") / 2 - 2)
            painter.drawLine(base, base + QPointF(look.t.width(self.text()), 0))

    def _paint_focus(self, painter: QPainter, box: QRectF, radius: int) -> None:
        look = self._look
        on_accent = self._kind in _GROUND
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(look.colour("on_accent" if on_accent else "focus"), 2))
        inset = 2.5 if on_accent else 0.5
        painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), radius, radius)


class Segments(QWidget):
    """A few choices side by side, one of them on: 中文 | English | 双语."""

    chosen = Signal(str)

    def __init__(
        self, look: Look, choices: Sequence[tuple[str, Message | str]], *, current: str, name: Message
    ) -> None:
        super().__init__()
        self._look = look
        self._group = QButtonGroup(self)
        self._buttons: dict[str, _Segment] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        look.bind(self.setAccessibleName, name)
        for number, (key, words) in enumerate(choices):
            place = (
                "only"
                if len(choices) == 1
                else "first"
                if not number
                else "last"
                if number == len(choices) - 1
                else "mid"
            )
            button = _Segment(look, words, place)
            button.clicked.connect(self._teller(key))
            self._group.addButton(button)
            self._buttons[key] = button
            row.addWidget(button)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.choose(current)

    def _teller(self, key: str) -> Callable[[], None]:
        return lambda: self.chosen.emit(key)

    def choose(self, key: str) -> None:
        """Show `key` as the one that is on, without telling."""
        if key in self._buttons:
            self._buttons[key].setChecked(True)

    def buttons(self) -> list[QAbstractButton]:
        """All of them, from the left."""
        return list(self._buttons.values())

    def button(self, key: str) -> QAbstractButton:
        """The button of a choice."""
        return self._buttons[key]

    def say(self, key: str, words: Message) -> None:
        """Other words for a choice, such as with how many there are."""
        self._look.bind(self._buttons[key].setText, words)
        self._buttons[key].updateGeometry()

    def current(self) -> str:
        """The choice that is on."""
        return next((key for key, button in self._buttons.items() if button.isChecked()), "")


class _Segment(_Keyed):
    def __init__(self, look: Look, words: Message | str, place: str) -> None:
        super().__init__()
        self._look, self._place = look, place
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        if isinstance(words, Message):
            look.bind(self.setText, words)
        else:
            self.setText(words)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """The words and 12 px on each side."""
        return QSize(self._look.t.width(self.text()) + self._look.px(24), self._look.t.control("filter"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """One cell of the row, with the outer corners round."""
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = look.t.radius("control")
        wide = box.adjusted(
            0 if self._place in ("first", "only") else -radius - 2,
            0,
            1 if self._place in ("first", "mid") else 0,
            0,
        )
        wide = wide.adjusted(0, 0, radius if self._place in ("first", "mid") else 0, 0)
        painter.setClipRect(self.rect())
        painter.setPen(QPen(look.colour("line_strong"), 1))
        painter.setBrush(
            look.colour("selected" if self.isChecked() else "hover" if self.underMouse() else "surface")
        )
        painter.drawRoundedRect(wide, radius, radius)
        if self._place not in ("first", "only"):
            painter.drawLine(QPointF(0.5, 0), QPointF(0.5, self.height()))
        if (self.isChecked() and look.theme_name == "high_contrast") or self.ringed():
            painter.setPen(QPen(look.colour("focus" if self.ringed() else "accent_mark"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), radius - 1, radius - 1)
        painter.setPen(look.colour("accent_ink" if self.isChecked() else "ink_2"))
        painter.setFont(look.font())
        painter.drawText(self.rect(), paint.CENTRE, self.text())


class Tab(_Keyed):
    """A saved view in the header: words, a count in ink 3, and a line under the current one."""

    def __init__(self, look: Look, words: Message | str) -> None:
        super().__init__()
        self._look = look
        self._count = ""
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        if isinstance(words, Message):
            look.bind(self.setText, words)
        else:
            self.setText(words)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def show_count(self, count: str) -> None:
        """The figure behind the words."""
        self._count = count
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Words and count."""
        look = self._look
        width = look.t.width(self.text(), strong=True)
        width += look.px(6) + look.t.width(self._count, "small") if self._count else 0
        return QSize(width, look.t.bar("header"))

    def minimumSizeHint(self) -> QSize:
        """A tab is never squeezed."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Strong ink and an accent line when current."""
        look, on = self._look, self.isChecked()
        painter = QPainter(self)
        box = self.rect()
        right = paint.paint_text(
            painter, look, box, self.text(), ink="ink" if on or self.underMouse() else "ink_2", strong=on
        )
        if self._count:
            rest = QRect(right + look.px(6), 0, self.width() - right, self.height())
            paint.paint_text(painter, look, rest, self._count, ink="ink_3", size="small")
        if on:
            painter.fillRect(QRect(0, self.height() - 2, self.width(), 2), look.colour("accent_mark"))
        if self.ringed():
            painter.setPen(QPen(look.colour("focus"), 2))
            painter.drawRoundedRect(box.adjusted(1, look.px(12), -1, -look.px(12)), 4, 4)
