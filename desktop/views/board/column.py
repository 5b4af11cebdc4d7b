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
WIDTH: Final = 190
SLIM, WIDEST = 124, 16_777_215


class ColumnHead(QWidget):
    """Ring, name, count, and what the cards come to."""

    def __init__(self, look: Look, kind: str, key: str, words: Message, *, ringed: bool) -> None:
        super().__init__()
        self._look, self._kind, self._key, self._words, self._ringed = look, kind, key, words, ringed
        self.count, self.sums = 0, ()
        look.changed.connect(lambda: self.show_figures(self.count, self.sums))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    count: int
    sums: tuple[Sum, ...]
    beside: Sequence["ColumnHead"] = ()
    """The heads of all columns: where one needs two lines, all of them take two."""

    def _named(self) -> int:
        """The width of ring, name and count."""
        look = self._look
        ring = look.px(22) if self._ringed else 0
        return ring + look.t.width(look.text(self._words), strong=True) + look.px(24) + self._counted()

    def _counted(self) -> int:
        return self._look.t.width(f"{self.count:,}", "small")

    def crowded(self) -> bool:
        """Whether the sum finds no room beside the name."""
        total = veil_text(self._look, sums_words(self.sums))
        room = self.width() - 2 * self._look.px(MARGIN + 4)
        return bool(total) and self._named() + self._look.t.width(total) > room

    def show_figures(self, count: int, sums: tuple[Sum, ...]) -> None:
        """Other figures."""
        self.count, self.sums = count, sums
        self.setAccessibleName(f"{self._look.text(self._words)} {count} {sums_words(sums)}")
        self.update()

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(self._look.px(WIDTH), self._look.px(42))

    def paintEvent(self, event: QPaintEvent) -> None:
        """One line."""
        look = self._look
        painter = QPainter(self)
        edge, box = look.px(MARGIN + 4), self.rect()
        left = edge
        if self._ringed:
            fraction, end = cells.ring_of(self._kind, self._key)
            paint.paint_stage_ring(
                painter, look, QPointF(left + look.px(7), box.center().y() + 0.5), fraction, end=end
            )
            left += look.px(22)
        total = veil_text(look, sums_words(self.sums))
        right = box.right() - edge
        if any(each.crowded() for each in self.beside or (self,)):
            lower = QRect(left, box.center().y() + 1, right - left, look.px(18))
            paint.paint_text(painter, look, lower, total, ink="ink_2", size="small")
            box = box.adjusted(0, 0, 0, -look.px(16))
        elif total:
            room = QRect(left, 0, right - left, box.height())
            paint.paint_text(painter, look, room, total, ink="ink_2", align=paint.RIGHT)
            right -= look.t.width(total) + look.px(8)
        count = f"{self.count:,}"
        room = QRect(left, 0, max(right - left - look.t.width(count, "small") - look.px(8), 0), box.height())
        after = paint.paint_text(painter, look, room, look.text(self._words), strong=True)
        rest = QRect(after + look.px(8), 0, look.px(80), box.height())
        paint.paint_text(painter, look, rest, count, ink="ink_3", size="small")


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
        """Put the selection on a card."""
        index = self.cards.index(max(0, min(place, len(self.cards.rows) - 1)))
        if index.isValid():
            self.setFocus()
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.scrollTo(index)

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
        width = self.viewport().width() - 2 * self._look.px(MARGIN)
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
        box = QRectF(look.px(MARGIN), top, self.viewport().width() - 2 * look.px(MARGIN), high)
        painter.setPen(QPen(look.colour("accent_line"), 1, Qt.PenStyle.DashLine))
        painter.setBrush(look.colour("accent_soft"))
        painter.drawRoundedRect(
            box.adjusted(0.5, 0.5, -0.5, -0.5), look.t.radius("control"), look.t.radius("control")
        )
        room = box.toRect().adjusted(look.px(8), 0, -look.px(8), 0)
        painter.setFont(look.font("small"))
        painter.setPen(look.colour("accent_ink"))
        wrapped = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
        painter.drawText(room, wrapped, look.text(self._coming))


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
        look.bind(self.setMinimumWidth, lambda: look.px(WIDTH))

    def be_slim(self, on: bool) -> None:
        """A column without cards gives its room to the others."""
        self.setMinimumWidth(self._look.px(SLIM if on else WIDTH))
        self.setMaximumWidth(self._look.px(SLIM) if on else WIDEST)
