"""Short words for composing a screen: labels, lines, regions, rows and columns."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.views import paint
from desktop.views.look import Look
from desktop.views.theme import ROLES
from desktop.words import Message

Edge = tuple[int, int, int, int]


def label(
    look: Look,
    words: Message | str = "",
    *,
    size: str = "body",
    ink: str = "ink",
    strong: bool = False,
    wrap: bool = False,
    centre: bool = False,
) -> QLabel:
    """A text in one of five sizes and the inks of the tokens; plain text, never markup."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setForegroundRole(ROLES[ink])
    made.setWordWrap(wrap)
    look.bind(made.setFont, lambda: look.font(size, strong=strong))
    if centre:
        made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    if isinstance(words, Message):
        look.bind(made.setText, words)
    else:
        made.setText(words)
    return made


def set_ink(made: QLabel, ink: str) -> None:
    """Another ink for a label."""
    made.setForegroundRole(ROLES[ink])


def region(ground: str = "", edge: str = "") -> QWidget:
    """A part of the window with its own ground and perhaps a hairline on one side."""
    made = Edged(edge) if edge else QFrame()
    if ground:
        made.setBackgroundRole(ROLES[ground])
        made.setAutoFillBackground(True)
    return made


class Edged(QFrame):
    """A part with a hairline on one side, which its content leaves free."""

    def __init__(self, edge: str) -> None:
        super().__init__()
        self.setContentsMargins(*(int(edge == side) for side in ("left", "top", "right", "bottom")))

    def paintEvent(self, event: QPaintEvent) -> None:
        """One pixel."""
        line = QRegion(self.rect()).subtracted(QRegion(self.contentsRect())).boundingRect()
        _draw(QPainter(self), line, self.palette().color(ROLES["line"]))


def _draw(painter: QPainter, box: QRect, ink: QColor) -> None:
    """A filled box. Asked to *fill* one, Qt first makes the names of its 169 gradients: 2 ms of a start."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawRect(box)


def _fill(look: Look, layout: QBoxLayout, parts: tuple[object, ...], gap: int, edge: Edge) -> None:
    look.bind(layout.setSpacing, lambda: look.px(gap))
    look.bind(layout.setContentsMargins, lambda: tuple(look.px(side) for side in edge))
    for part in parts:
        if isinstance(part, QWidget):
            layout.addWidget(part)
        elif isinstance(part, QLayout):
            layout.addLayout(part)
        elif isinstance(part, int) and part:
            space = QWidget()
            across = isinstance(layout, QHBoxLayout)
            look.bind(space.setFixedWidth if across else space.setFixedHeight, _scaled(look, part))
            layout.addWidget(space)
        elif part is None:
            layout.addStretch(1)


def _scaled(look: Look, size: int) -> Callable[[], int]:
    return lambda: look.px(size)


def row(
    look: Look, *parts: QWidget | QLayout | int | None, gap: int = 8, edge: Edge = (0, 0, 0, 0)
) -> QHBoxLayout:
    """Side by side; None is a stretch, a number is a space."""
    layout = QHBoxLayout()
    _fill(look, layout, parts, gap, edge)
    return layout


def column(
    look: Look, *parts: QWidget | QLayout | int | None, gap: int = 8, edge: Edge = (0, 0, 0, 0)
) -> QVBoxLayout:
    """Under each other; None is a stretch, a number is a space."""
    layout = QVBoxLayout()
    _fill(look, layout, parts, gap, edge)
    return layout


def holding(layout: QLayout, widget: QWidget | None = None) -> QWidget:
    """A widget around a layout."""
    made = widget or QWidget()
    made.setLayout(layout)
    return made


def scrolling(inner: QWidget) -> QScrollArea:
    """`inner` in a frameless scroll area that scrolls downwards only."""
    area = QScrollArea()
    area.setViewport(QWidget())  # one that fills nothing; to ask for Qt's own is 14 ms of a start
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inner)
    inner.setAutoFillBackground(False)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


def settle(widget: QWidget) -> None:
    """Let what was put into a part that is not shown yet count in its size; the innermost first."""
    widget.ensurePolished()
    for part in reversed([widget, *widget.findChildren(QWidget)]):
        layout = part.layout()
        if layout is not None:
            layout.activate()


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and let it go."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)


def clear_children(parent: QWidget) -> None:
    """Let go of the widgets that lie in another without a layout."""
    for child in parent.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
        child.hide()
        child.deleteLater()


def tab_through(widgets: Sequence[QWidget]) -> None:
    """Tab goes through these widgets in this order."""
    for one, following in pairwise(widgets):
        QWidget.setTabOrder(one, following)


class Stack(QStackedWidget):
    """Pages of which one is shown; it asks for the room of that one alone."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(lambda _place: self.updateGeometry())

    def minimumSizeHint(self) -> QSize:
        """What the shown page needs."""
        page = self.currentWidget()
        return QSize() if page is None else page.minimumSizeHint().expandedTo(page.minimumSize())

    def sizeHint(self) -> QSize:
        """What the shown page would like."""
        page = self.currentWidget()
        return QSize() if page is None else page.sizeHint()

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """No: Qt would ask the highest of all pages."""
        return False


class Line(QWidget):
    """A hairline across."""

    def __init__(self, look: Look, colour: str = "line") -> None:
        super().__init__()
        self._look, self._colour = look, colour
        self.setFixedHeight(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """One pixel."""
        _draw(QPainter(self), self.rect(), self._look.colour(self._colour))


class Picture(QWidget):
    """An icon that is not a button."""

    def __init__(
        self, look: Look, icon: str, colour: str = "ink_2", size: str = "row", *, grow: float = 1
    ) -> None:
        super().__init__()
        self._look, self._icon, self._colour, self._size, self._grow = look, icon, colour, size, grow
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_icon(self, icon: str, colour: str) -> None:
        """Another icon or colour."""
        self._icon, self._colour = icon, colour
        self.update()

    def sizeHint(self) -> QSize:
        """The icon's size."""
        width = round(self._look.t.icon(self._size) * self._grow)
        return QSize(width, width)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The icon in the middle."""
        width = self.sizeHint().width()
        left, top = (self.width() - width) // 2, (self.height() - width) // 2
        QPainter(self).drawPixmap(left, top, self._look.pixmap(self._icon, self._colour, width))


class Avatar(QWidget):
    """Initials on the colour of a record."""

    def __init__(
        self, look: Look, name: str = "", key: object = "", *, person: bool = False, size: str = "header"
    ) -> None:
        super().__init__()
        self._look, self._name, self._key, self._person, self._size = look, name, key, person, size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_name(self, name: str, key: object, *, person: bool = False) -> None:
        """Another record."""
        self._name, self._key, self._person = name, key, person
        self.update()

    def sizeHint(self) -> QSize:
        """A square of the tokens' size."""
        size = self._look.t.avatar_size(self._size)
        return QSize(size, size)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The avatar."""
        paint.paint_avatar(
            QPainter(self), self._look, self.rect(), self._name, self._key, person=self._person
        )


class FactLine(QWidget):
    """Short facts in small type with drawn discs between them; the last ones leave first."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._facts: list[str] = []
        look.bind(self.setFixedHeight, lambda: look.t.line("body"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_facts(self, facts: Sequence[str]) -> None:
        """Other facts."""
        self._facts = [fact for fact in facts if fact]
        self.setAccessibleName(", ".join(self._facts))
        self.setToolTip(", ".join(self._facts))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """All facts side by side."""
        look = self._look
        wide = sum(look.t.width(fact, "small") for fact in self._facts) + look.px(13) * max(
            len(self._facts) - 1, 0
        )
        return QSize(wide + 1, look.t.line("body"))

    def minimumSizeHint(self) -> QSize:
        """They yield."""
        return QSize(self._look.px(40), self._look.t.line("body"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The facts that fit."""
        paint.paint_facts(QPainter(self), self._look, self.rect(), self._facts)


class Chip(QWidget):
    """A small label with a soft ground."""

    def __init__(self, look: Look, words: Message | str = "", tone: str = "neutral") -> None:
        super().__init__()
        self._look, self._words, self._tone = look, words, tone
        self._on_tint = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def stand_on(self, *, tint: bool) -> None:
        """On the ground of what is chosen it takes the plain ground itself."""
        self._on_tint = tint
        self.update()

    def show_words(self, words: Message | str, tone: str = "neutral") -> None:
        """Other words."""
        self._words, self._tone = words, tone
        self.updateGeometry()
        self.update()

    def words(self) -> str:
        """What it says now."""
        return self._look.text(self._words)

    def sizeHint(self) -> QSize:
        """Words and 6 px on each side."""
        return QSize(paint.chip_width(self._look, self._look.text(self._words)), self._look.t.control("chip"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The chip."""
        words = self._look.text(self._words)
        painter, tint = QPainter(self), self._on_tint
        paint.paint_chip(painter, self._look, 0, self.rect(), words, tone=self._tone, on_tint=tint)


class Keys(QWidget):
    """A shortcut as key caps."""

    def __init__(self, look: Look, shortcut: str) -> None:
        super().__init__()
        self._look, self._shortcut = look, shortcut
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """All the caps."""
        return QSize(paint.keys_width(self._look, self._shortcut) + 1, self._look.px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The caps."""
        paint.paint_keys(QPainter(self), self._look, 0, self.height() // 2, self._shortcut)
