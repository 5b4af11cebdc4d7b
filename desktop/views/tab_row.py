"""The views of a list side by side in the header; those that find no room wait behind a menu."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from desktop.views import paint
from desktop.views.buttons import Button, Tab
from desktop.views.look import Look
from desktop.words import Message, msg

GAP = 22


class TabRow(QWidget):
    """Shows as many tabs as fit, the current one always."""

    def __init__(self, look: Look, tabs: Sequence[Tab]) -> None:
        super().__init__()
        self._look, self._tabs = look, list(tabs)
        for tab in self._tabs:
            tab.setParent(self)
        self.more = Button(look, icon="chevron-down", kind="flat", name=msg("More views"))
        self.more.setParent(self)
        self.more.clicked.connect(self._offer)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        look.changed.connect(self.lay_out)

    def sizeHint(self) -> QSize:
        """All of them."""
        gap = self._look.px(GAP)
        width = sum(tab.sizeHint().width() + gap for tab in self._tabs) - gap
        return QSize(max(width, 0), self._look.t.bar("header"))

    def minimumSizeHint(self) -> QSize:
        """One tab and the menu."""
        return QSize(self._look.px(110), 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out again."""
        super().resizeEvent(event)
        self.lay_out()

    def lay_out(self) -> None:
        """Show what fits."""
        look, gap = self._look, self._look.px(GAP)
        room = self.width() + gap
        need = sum(tab.sizeHint().width() + gap for tab in self._tabs)
        hidden: list[Tab] = []
        if need > room:
            room -= self.more.sizeHint().width() + gap
            for tab in reversed(self._tabs):
                if need <= room:
                    break
                if not tab.isChecked():
                    hidden.append(tab)
                    need -= tab.sizeHint().width() + gap
        left = 0
        for tab in self._tabs:
            tab.setVisible(tab not in hidden)
            if tab not in hidden:
                width = tab.sizeHint().width()
                tab.setGeometry(QRect(left, 0, width, self.height()))
                left += width + gap
        self.more.setVisible(bool(hidden))
        size = self.more.sizeHint()
        top = (self.height() - size.height()) // 2
        self.more.setGeometry(QRect(left - gap + look.px(8), top, size.width(), size.height()))

    def _offer(self) -> None:
        menu = QMenu(self)
        for tab in self._tabs:
            if not tab.isVisible():
                menu.addAction(tab.text()).triggered.connect(tab.click)
        menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height())))


class FaceButton(QAbstractButton):
    """One face of a list as an icon; the row of them is one control."""

    def __init__(self, look: Look, icon: str, words: Message, place: str) -> None:
        super().__init__()
        self._look, self._icon, self._place = look, icon, place
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.bind(self.setAccessibleName, words)
        look.bind(self.setToolTip, words)

    def sizeHint(self) -> QSize:
        """A little wider than high."""
        return QSize(self._look.px(34), self._look.t.control("height"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """One cell of the row, with the outer corners round."""
        look, on = self._look, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = look.t.radius("control")
        wide = box.adjusted(
            0 if self._place == "first" else -radius - 2, 0, 0 if self._place == "last" else radius + 2, 0
        )
        painter.setPen(QPen(look.colour("line_strong"), 1))
        painter.setBrush(look.colour("selected" if on else "hover" if self.underMouse() else "surface"))
        painter.drawRoundedRect(wide, radius, radius)
        if self._place != "first":
            painter.drawLine(QPointF(0.5, 0.5), QPointF(0.5, self.height() - 0.5))
        ink = "accent_ink" if on else "ink_2"
        left = (self.width() - look.t.icon()) // 2
        paint.paint_icon(painter, look, left, self.height() // 2, self._icon, ink)
        if self.hasFocus() or (on and look.theme_name == "high_contrast"):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(look.colour("focus" if self.hasFocus() else "accent_mark"), 2))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), radius - 1, radius - 1)


class FaceSwitch(QWidget):
    """List, board, calendar side by side, one of them on."""

    def __init__(
        self, look: Look, faces: Sequence[tuple[str, str, Message]], choose: Callable[[str], object]
    ) -> None:
        super().__init__()
        self.buttons: dict[str, FaceButton] = {}
        left = 0
        for number, (key, icon, words) in enumerate(faces):
            place = "first" if not number else "last" if number == len(faces) - 1 else "mid"
            button = FaceButton(look, icon, words, place)
            button.setParent(self)
            button.setGeometry(QRect(QPoint(left, 0), button.sizeHint()))
            left += button.sizeHint().width()
            button.clicked.connect(partial(self._chosen, choose, key))
            self.buttons[key] = button
        look.bind(self.setFixedSize, lambda: self._fit(look))

    def _fit(self, look: Look) -> QSize:
        left = 0
        for button in self.buttons.values():
            button.setGeometry(QRect(QPoint(left, 0), button.sizeHint()))
            left += button.sizeHint().width()
        return QSize(left, look.t.control("height"))

    def _chosen(self, choose: Callable[[str], object], key: str, _on: bool = False) -> None:
        self.mark(key)
        choose(key)

    def mark(self, key: str) -> None:
        """The one that is on."""
        for each, button in self.buttons.items():
            button.setChecked(each == key)
