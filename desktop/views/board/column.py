"""One column of a board: its head with count and sum, its cards, and the place for one that is dropped."""

import json
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from PySide6.QtCore import QItemSelectionModel, QMimeData, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QApplication, QListView, QSizePolicy, QWidget

from desktop.services.lists import Sum
from desktop.views import cells, paint
from desktop.views.board.cards import GAP, LOW, MARGIN, CardDelegate, Cards, CardSpec
from desktop.views.cells import Row
from desktop.views.compose import column, region
from desktop.views.group_heads import sums_words
from desktop.views.look import Look
from desktop.views.privacy import veil_text
from desktop.words import Message

CARD: Final = "application/x-satchel-cards"
WIDTH: Final = 178
"""px at 100 %: seven columns find room beside the rail of a window of 1440."""
SLIM, WIDEST = 92, 16_777_215


class ColumnHead(QWidget):
    """Ring, name, count, and what the cards come to."""

    def __init__(self, look: Look, kind: str, key: str, words: Message, *, ringed: bool) -> None:
        super().__init__()
        self._look, self._kind, self._key, self._words, self._ringed = look, kind, key, words, ringed
        self.count, self.sums = 0, ()
        self.of = ""
        """The column whose sums these are: it says how amounts are written."""
        look.changed.connect(self._say_again)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    count: int
    sums: tuple[Sum, ...]
    beside: Sequence["ColumnHead"] = ()
    """The heads of all columns: where one needs two lines, all of them take two."""

    def _room(self) -> int:
        """For words and figures beside the ring."""
        look = self._look
        return self.width() - 2 * look.px(MARGIN + 4) - (look.px(22) if self._ringed else 0)

    def _named(self) -> int:
        """The width of name and count."""
        look = self._look
        count = look.t.width(f"{self.count:,}", "small")
        return look.t.width(look.text(self._words), strong=True) + look.px(8) + count

    def crowded(self) -> bool:
        """Whether the sum finds no room beside name and count."""
        total = veil_text(self._look, sums_words(self.sums, self.of))
        return bool(total) and self._named() + self._look.px(16) + self._look.t.width(total) > self._room()

    def least(self) -> int:
        """The width of a column that has nothing but its name and count."""
        return self.width() - self._room() + self._named() + 1

    def overfull(self) -> bool:
        """Whether not even the count does."""
        return self._named() > self._room()

    def _below(self, room: int) -> bool:
        """Whether the count finds room beside the sum, where that has a line of its own."""
        look = self._look
        total = veil_text(look, sums_words(self.sums, self.of))
        both = look.t.width(total, "small") + look.t.width(f"{self.count:,}", "small")
        return both + look.px(8) <= room

    def show_figures(self, count: int, sums: tuple[Sum, ...]) -> None:
        """Other figures."""
        self.count, self.sums = count, sums
        self.setAccessibleName(f"{self._look.text(self._words)} {count} {sums_words(sums, self.of)}")
        self.update()

    def _say_again(self) -> None:
        self.show_figures(self.count, self.sums)

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(self._look.px(WIDTH), self._look.px(42))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ring, name, count and sum in one line; where one column has no room for that, in two."""
        look = self._look
        painter = QPainter(self)
        heads = self.beside or (self,)
        left, right = look.px(MARGIN + 4), self.width() - look.px(MARGIN + 4)
        total, count = veil_text(look, sums_words(self.sums, self.of)), f"{self.count:,}"
        crowded = any(each.crowded() for each in heads)
        upper = QRect(0, 0, self.width(), look.px(22)) if crowded else self.rect()
        lower = QRect(0, look.px(19), self.width(), look.px(18))
        if self._ringed:
            fraction, end = cells.ring_of(self._kind, self._key)
            middle = QPointF(left + look.px(7), upper.center().y() + 1.5)
            paint.paint_stage_ring(painter, look, middle, fraction, end=end)
            left += look.px(22)
        below = crowded and any(each.overfull() for each in heads) and self._below(right - left)
        below = below and (bool(total) or self.overfull())
        wide = look.t.width(total, "small" if crowded else "body") if total else 0
        if crowded:
            paint.paint_text(painter, look, within(lower, left, right), total, ink="ink_2", size="small")
        else:
            paint.paint_text(painter, look, within(upper, left, right), total, ink="ink_2", align=paint.RIGHT)
            right -= wide + look.px(8) if total else 0
        counted = look.t.width(count, "small")
        name = within(upper, left, right if below else right - counted - look.px(8))
        after = paint.paint_text(painter, look, name, look.text(self._words), strong=True) + look.px(8)
        if not below:
            rest = within(upper, after, after + counted + 1)
            paint.paint_text(painter, look, rest, count, ink="ink_3", size="small")
        else:
            rest = within(lower, left, right)
            paint.paint_text(painter, look, rest, count, ink="ink_3", size="small", align=paint.RIGHT)


class CardList(QListView):
    """The cards of a column; they are dragged out, dropped in, and walked by keys."""

    moved = Signal(object, str)  # ids, key of the column they were dropped on
    stepped = Signal(int)  # to the column at the left or right
    shifted = Signal(int)  # the chosen cards to the column at the left or right
    opened = Signal(object)  # Row
    entered = Signal()  # the focus came here
    peeked = Signal()  # Space

    def __init__(
        self, look: Look, cards: Cards, spec: CardSpec, promise: Callable[[Sequence[UUID], str], Message]
    ) -> None:
        super().__init__()
        self._look, self.cards, self._promise = look, cards, promise
        self._from: QPoint | None = None
        self._coming: Message | None = None
        self.delegate = CardDelegate(look, spec, self)
        self.setModel(cards)
        self.setItemDelegate(self.delegate)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.activated.connect(lambda index: self.opened.emit(cards.rows[index.row()]))
        look.changed.connect(self.doItemsLayout)

    def chosen(self) -> list[Row]:
        """The selected cards, from the top."""
        places = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return [self.cards.rows[place] for place in places if place < len(self.cards.rows)]

    def current(self) -> Row | None:
        """The card one is on."""
        place = self.currentIndex().row()
        return self.cards.rows[place] if 0 <= place < len(self.cards.rows) else None

    def choose(self, place: int) -> None:
        """Put the selection and the keys on a card."""
        if self.cards.rows:
            self.setFocus()
            self.mark([max(0, min(place, len(self.cards.rows) - 1))])

    def mark(self, places: Sequence[int]) -> None:
        """Put the selection on cards; the keys stay where they are."""
        flags, model = QItemSelectionModel.SelectionFlag, self.selectionModel()
        for place in places[:1]:
            model.setCurrentIndex(self.cards.index(place), flags.ClearAndSelect)
            self.scrollTo(self.cards.index(place))
        for place in places[1:]:
            model.select(self.cards.index(place), flags.Select)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Only one column has a selection."""
        super().focusInEvent(event)
        self.entered.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right walk the columns; brackets, or Ctrl with them, move the card."""
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        shift = {Qt.Key.Key_BracketLeft: -1, Qt.Key.Key_BracketRight: 1}.get(Qt.Key(event.key()), 0)
        side = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if shift or (side and control):
            self.shifted.emit(shift or side)
        elif side:
            self.stepped.emit(side)
        elif event.key() == Qt.Key.Key_Space:
            self.peeked.emit()
        else:
            super().keyPressEvent(event)

    # Dragging

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A drag may begin here."""
        super().mousePressEvent(event)
        at = event.position().toPoint()
        on_card = self.indexAt(at).isValid() and event.button() == Qt.MouseButton.LeftButton
        self._from = at if on_card else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Far enough with the button down: the card is in the hand."""
        at = event.position().toPoint()
        held = bool(event.buttons() & Qt.MouseButton.LeftButton) and self._from is not None
        if not held or self._from is None:
            super().mouseMoveEvent(event)
            return
        if (at - self._from).manhattanLength() >= QApplication.startDragDistance():
            index, start = self.indexAt(self._from), self._from
            self._from = None
            self._drag(self.cards.rows[index.row()], start - self.visualRect(index).topLeft())

    def _drag(self, row: Row, grip: QPoint) -> None:
        ids = [each.id for each in self.chosen()] or [row.id]
        data = QMimeData()
        data.setData(CARD, json.dumps([each.hex for each in ids]).encode())
        drag = QDrag(self)
        drag.setMimeData(data)
        width = self.viewport().width() - self._look.px(MARGIN) - self.delegate.right_margin()
        drag.setPixmap(self.delegate.picture(row, width))
        drag.setHotSpot(grip - QPoint(self._look.px(MARGIN) - 4, -4))
        self.take_in_hand(ids)
        drag.exec(Qt.DropAction.MoveAction)
        self.take_in_hand(())

    def take_in_hand(self, ids: Sequence[UUID]) -> None:
        """These cards have left their places."""
        self.delegate.dragged = frozenset(ids)
        self.viewport().update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Cards of another column are welcome; say what the move changes."""
        ids = cards_in(event.mimeData())
        if ids and event.source() is not self:
            self._coming = self._promise(ids, self.cards.key)
            self.viewport().update()
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Still here."""
        if self._coming is not None:
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """It went away again."""
        self._coming = None
        self.viewport().update()

    def dropEvent(self, event: QDropEvent) -> None:
        """The cards are moved here."""
        ids = cards_in(event.mimeData())
        self._coming = None
        self.viewport().update()
        if ids:
            event.acceptProposedAction()
            self.moved.emit(ids, self.cards.key)

    def show_coming(self, words: Message | None) -> None:
        """The place that a card will take, with what that changes."""
        self._coming = words
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The cards, and the place for one that comes."""
        super().paintEvent(event)
        if self._coming is None:
            return
        look = self._look
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        last = self.cards.index(len(self.cards.rows) - 1)
        below = self.visualRect(last).bottom() + 1 if last.isValid() else 0
        high = look.px(LOW + GAP)
        top = min(below, self.viewport().height() - high - look.px(GAP))
        wide = self.viewport().width() - look.px(MARGIN) - self.delegate.right_margin()
        box = QRectF(look.px(MARGIN), top, wide, high)
        painter.setPen(QPen(look.colour("accent_line"), 1, Qt.PenStyle.DashLine))
        painter.setBrush(look.colour("accent_soft"))
        painter.drawRoundedRect(
            box.adjusted(0.5, 0.5, -0.5, -0.5), look.t.radius("control"), look.t.radius("control")
        )
        room = box.toRect().adjusted(look.px(8), 0, -look.px(8), 0)
        painter.setFont(look.font("small"))
        painter.setPen(look.colour("accent_ink"))
        paint.paint_balanced(painter, room, look.text(self._coming))


def within(line: QRect, left: int, right: int) -> QRect:
    """A part of a line."""
    return QRect(left, line.top(), max(right - left, 0), line.height())


def cards_in(data: QMimeData) -> list[UUID]:
    """The records in a drag."""
    if not data.hasFormat(CARD):
        return []
    return [UUID(hex=each) for each in json.loads(bytes(data.data(CARD).data()))]


class Column(QWidget):
    """Head and cards."""

    def __init__(self, look: Look, head: ColumnHead, cards: CardList) -> None:
        super().__init__()
        self.head, self.list = head, cards
        ground = region("ground", "right")
        ground.setLayout(column(look, head, cards, gap=0))
        self._look = look
        self.setLayout(column(look, ground, gap=0))
        self._slim = False
        look.changed.connect(self._fit)
        self._fit()

    def be_slim(self, on: bool) -> None:
        """A column without cards gives its room to the others."""
        self._slim = on
        self._fit()

    def _fit(self) -> None:
        whole = self._look.px(WIDTH)
        slim = min(max(self.head.least(), self._look.px(SLIM)), whole)
        self.setMinimumWidth(slim if self._slim else whole)
        self.setMaximumWidth(slim if self._slim else WIDEST)
