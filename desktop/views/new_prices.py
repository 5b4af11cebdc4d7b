"""New prices and the quotes they touch: a line above the page, the list with both totals, one renewal."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from shiboken6 import isValid

from desktop.documents.changes import signed
from desktop.documents.voice import MINUS, money
from desktop.models.records import Quote
from desktop.services import stale_prices
from desktop.services.stale_prices import Affected
from desktop.views import cells, paint
from desktop.views.buttons import Button
from desktop.views.card import MARGIN, Card
from desktop.views.compose import Line, Picture, column, holding, label, region, row
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.palette import Item
from desktop.views.popover import RING
from desktop.views.privacy import veil_text
from desktop.words import Message, msg

Index = QModelIndex | QPersistentModelIndex
ONE: Final = Qt.ItemDataRole.UserRole
WIDTH, SHOWN = 640, 8
SETTLED: Final = 1500
"""Milliseconds without another price before the quotes are looked at."""
NONE: Final = msg("No open quote would cost something else today.")
TITLE: Final = msg("Open quotes that new prices change")
RENEW: Final = msg("Renew at today's prices")


class PricesLine(QWidget):
    """One line; it is there from the moment when prices came until somebody looked or closed it."""

    opened = Signal(str, object)

    def __init__(self, look: Look, desk: Desk, window: QWidget) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        self._turns: dict[str, int] = {}
        self.list = PricesCard(look, desk, window)
        self.list.opened.connect(self.opened)
        self._words = label(look)
        self.see = Button(look, msg("See which"), kind="link")
        self.see.clicked.connect(self.ask)
        close = Button(look, icon="x", kind="flat", name=msg("Close"))
        close.clicked.connect(self.hide)
        inner = region("panel", "bottom")
        mark = Picture(look, "scale", "warn")
        inner.setLayout(row(look, mark, self._words, self.see, None, close, gap=8, edge=(20, 4, 12, 4)))
        self.setLayout(row(look, inner, gap=0))
        self.hide()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SETTLED)
        self._later.timeout.connect(partial(self._look_up, self._tell))
        desk.changed.connect(self._heard)

    def _heard(self, keys: frozenset[tuple[str, UUID]]) -> None:
        if stale_prices.touches_prices(keys):
            self._later.start()

    def _look_up(self, done: Callable[[Sequence[Affected]], None]) -> None:
        """The trial of a renewal takes the pen for a moment: on the thread of what is slow.

        It ends early where it is asked once more, or the window closes.
        """
        name, runner = done.__name__, self._desk.runner
        turn = self._turns[name] = self._turns.get(name, 0) + 1

        def going(_done: int, _of: int) -> bool:
            return self._turns[name] == turn and not runner.closed

        def arrive(found: Sequence[Affected]) -> None:
            if isValid(self) and self._turns[name] == turn:  # the window may have been closed meanwhile
                done(found)

        runner.write_slowly(partial(stale_prices.affected, self._desk.store, going), done=arrive)

    def _tell(self, found: Sequence[Affected]) -> None:
        words = msg("Open quotes of yours that new prices change: {count}").of(count=len(found))
        self._look.bind(self._words.setText, words)
        self.setVisible(bool(found))

    def ask(self) -> None:
        """The list as it is now."""
        self.hide()
        self._look_up(self._show)

    def _show(self, found: Sequence[Affected]) -> None:
        if found:
            self.list.ask(found)
        else:
            self._desk.told.emit(NONE, False)

    def items(self) -> list[Item]:
        """What the palette offers."""
        return [Item(self._look.text(TITLE), icon="scale", run=self.ask)]

    def words(self) -> str:
        """What it says now."""
        return "" if self.isHidden() else self._words.text()


class _Rows(QAbstractListModel):
    changed = Signal()

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look
        self.rows: list[Affected] = []
        self.names: dict[UUID, str] = {}
        self.chosen: set[UUID] = set()

    def show_rows(self, rows: Sequence[Affected], names: dict[UUID, str]) -> None:
        self.beginResetModel()
        self.rows, self.names = list(rows), names
        self.chosen = {one.quote for one in rows}
        self.endResetModel()

    def turn(self, index: Index) -> None:
        if not index.isValid():
            return
        self.chosen ^= {index.data(ONE).quote}
        self.dataChanged.emit(index, index)
        self.changed.emit()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        one = self.rows[index.row()]
        if role == ONE:
            return one
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if one.quote in self.chosen else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.DisplayRole:
            old, new, more = self.figures(one)
            return f"{self.title(one)}, {self.below(one)}: {old} → {new} ({more})"
        return None

    def title(self, one: Affected) -> str:
        """The number of the quote, or what it is for."""
        name = veil_text(self._look, one.name or self.names.get(one.quote, ""))
        return f"{one.number} R{one.changes.before['revision']}" if one.number else name

    def below(self, one: Affected) -> str:
        """Whose it is, how far it is, and what becomes of the margin."""
        look = self._look
        stage = cells.words_of(Quote.fields()["stage"].kind, one.stage)
        count = len(one.changes.lines)
        lines = msg("1 line") if count == 1 else msg("{count} lines").of(count=count)
        buyer = self.names.get(one.quote, "") if one.number or one.name else ""
        parts = [veil_text(look, buyer), look.text(stage) if stage else "", look.text(lines)]
        before, after = one.margins
        if before is not None and after is not None and not look.private:
            parts.append(look.text(msg("margin {old} → {new} %").of(old=_share(before), new=_share(after))))
        return " · ".join(part for part in parts if part)

    def figures(self, one: Affected) -> tuple[str, str, str]:
        """The total before, the total after, the difference."""
        changes, look = one.changes, self._look
        digits, currency = int(changes.after["digits"]), changes.after["currency"]
        old, new = (
            money(side["totals"]["payable"], currency, digits) for side in (changes.before, changes.after)
        )
        more = signed(changes.difference, digits)
        return veil_text(look, old), veil_text(look, new), veil_text(look, more)


def _share(value: Decimal) -> str:
    return f"{value:.1f}".replace("-", MINUS)


class _Delegate(QStyledItemDelegate):
    def __init__(self, look: Look, rows: _Rows, parent: QObject) -> None:
        super().__init__(parent)
        self._look, self._rows = look, rows

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self._look.px(120), self._look.t.row("two_line"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look, one = self._look, index.data(ONE)
        rect: QRect = option.rect
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.fillRect(rect, look.colour("selected"))
        paint.paint_hairline(painter, look, rect)
        size = look.px(16)
        box = QRect(rect.left() + look.px(20), rect.center().y() - size // 2, size, size)
        paint.paint_check(painter, look, box, checked=one.quote in self._rows.chosen)
        old, new, more = self._rows.figures(one)
        right = rect.right() - look.px(20)
        most = max(look.t.width(f"{old} → {new}", "small"), look.t.width(more, strong=True)) + look.px(4)
        upper = QRect(right - most, rect.top() + look.px(5), most, rect.height() // 2 - look.px(5))
        lower = upper.translated(0, upper.height())
        paint.paint_text(painter, look, upper, more, strong=True, align=paint.RIGHT)
        paint.paint_text(painter, look, lower, f"{old} → {new}", ink="ink_2", size="small", align=paint.RIGHT)
        left = box.right() + look.px(12)
        room = QRect(left, upper.top(), right - most - look.px(12) - left, upper.height())
        paint.paint_text(painter, look, room, self._rows.title(one), strong=True)
        room.moveTop(lower.top())
        paint.paint_text(painter, look, room, self._rows.below(one), ink="ink_2", size="small")


class PricesCard(Card):
    """Which quotes, what each costs now and then, and one button for the chosen ones."""

    opened = Signal(str, object)

    def __init__(self, look: Look, desk: Desk, window: QWidget) -> None:
        super().__init__(look, window, WIDTH)
        self._desk = desk
        close = Button(look, icon="x", kind="flat", name=msg("Close"))
        close.clicked.connect(self.dismiss)
        self.model = _Rows(look, self)
        self.model.changed.connect(self._count)
        self.view = QListView()
        self.view.setModel(self.model)
        self.view.setItemDelegate(_Delegate(look, self.model, self))
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.clicked.connect(self.model.turn)
        self.view.doubleClicked.connect(self._open)
        self.view.installEventFilter(self)
        look.bind(self.view.setAccessibleName, TITLE)
        look.bind(self.setAccessibleName, TITLE)
        self.renew = Button(look, RENEW, kind="primary", icon="refresh-cw")
        self.renew.clicked.connect(self._renew)
        later = Button(look, msg("Leave them as they are"), kind="flat", keys="Esc")
        later.clicked.connect(self.dismiss)
        why = msg(
            "A draft takes today's prices; of an issued quote a new revision begins. What was issued stays "
            "as it was printed, and prices typed by hand stay as typed. One undo takes all of it back."
        )
        head = row(look, label(look, TITLE, size="title", strong=True), None, close, edge=(20, 12, 12, 12))
        below = holding(row(look, label(look, why, ink="ink_2", wrap=True), edge=(20, 10, 20, 10)))
        foot = row(look, later, None, self.renew, gap=8, edge=(12, 12, 20, 12))
        ring = (RING + 1, RING + 1, RING + 1, RING + 1)
        parts = (head, Line(look), below, Line(look), self.view, Line(look), foot)
        self.setLayout(column(look, *parts, gap=0, edge=ring))

    def ask(self, found: Sequence[Affected]) -> None:
        """Show these quotes, all of them chosen."""
        rows, language = self._desk.rows([("quote", one.quote) for one in found]), self._look.language
        buyers = {each.id: getattr(each.record, "customer_id", None) for each in rows}
        names = {each.id: each.called(buyers[each.id], language) for each in rows}
        self.model.show_rows(found, names)
        self._count()
        self.lift()
        self.view.setCurrentIndex(self.model.index(0, 0))
        self.view.setFocus()

    def _count(self) -> None:
        chosen = len(self.model.chosen)
        self.renew.refuse(None if chosen else msg("Choose at least one quote."))
        words: Message = msg("Renew ({count})").of(count=chosen)
        self._look.bind(self.renew.setText, words)

    def _open(self, index: Index) -> None:
        self.dismiss()
        self.opened.emit("quote", index.data(ONE).quote)

    def fit(self) -> None:
        """Eight rows at most; the rest is scrolled to."""
        rows, high = min(max(self.model.rowCount(), 1), SHOWN), self._look.t.row("two_line")
        self.view.setFixedHeight(high * rows)
        layout = self.layout()
        if layout is not None:
            layout.activate()
            over = layout.totalHeightForWidth(self.width()) - (self._window.height() - 2 * MARGIN)
            if over > 0:
                self.view.setFixedHeight(high * max(2, rows - -(-over // high)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Space ticks, Enter renews."""
        if watched is self.view and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Space:
                self.model.turn(self.view.currentIndex())
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.renew.isEnabled():
                self._renew()
                return True
        return super().eventFilter(watched, event)

    def _renew(self) -> None:
        desk = self._desk
        wanted = [one.quote for one in self.model.rows if one.quote in self.model.chosen]

        running, fail = desk.begin(RENEW)

        def work() -> int:
            with desk.told_once():
                return stale_prices.renew_all(desk.store, desk.actor, wanted, running.progress)

        def done(count: int) -> None:
            running.ended.emit()
            desk.saved.emit(desk.store.clock())
            desk.told.emit(msg("Quotes renewed: {count}").of(count=count), True)

        self.dismiss()
        desk.runner.write_slowly(work, done=done, failed=fail)
