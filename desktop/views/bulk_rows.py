"""What would become of each row: its name, old → new and a tick, or why it stays as it is."""

from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyledItemDelegate, QStyleOptionViewItem

from desktop.models.kinds import Amount, Number, Whole
from desktop.services.bulk import Line, Plan
from desktop.views import paint
from desktop.views.look import Look
from desktop.views.privacy import veil_text
from desktop.words import msg

Index = QModelIndex | QPersistentModelIndex
LINE: Final = Qt.ItemDataRole.UserRole
MEASURED: Final = 200
LEAST: Final = 22
"""px of the list that stay where a small window shows large text: one line of it."""
COUNTED: Final = (Amount, Number, Whole)
NOTHING: Final = "\N{EM DASH}"
CENTS: Final = ".00"
UNBOUND: Final = 10_000
WRAPPED: Final = int(Qt.TextFlag.TextWordWrap)
SO_ALREADY: Final = msg("is so already")
STAYS: Final = msg("Stays: {why}")


class PreviewRows(QAbstractListModel):
    """The lines of a plan: what is refused first, then what changes, then what is so already."""

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.plan: Plan | None = None
        self.lines: list[Line] = []
        self.widths = (0, 0)
        """How much room values before and after want, by the first lines."""
        self._whole = False
        """No amount has cents: none are written, as in the list."""

    def show_plan(self, plan: Plan | None) -> None:
        """Another plan, or none yet."""
        self.beginResetModel()
        self.plan = plan
        self.lines = sorted(plan.lines, key=_rank) if plan is not None else []
        self._whole = plan is not None and _has_no_cents(plan)
        said = [self.words(line) for line in self.lines[:MEASURED]]
        wide = self._look.t.width
        self.widths = (
            max((wide(old) for _, old, _ in said), default=0),
            max((wide(new, strong=True) for _, _, new in said), default=0),
        )
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        """How many lines."""
        return 0 if parent.isValid() else len(self.lines)

    def words(self, line: Line) -> tuple[str, str, str]:
        """Title, before and after as they are read."""
        look, plan = self._look, self.plan
        if plan is None:
            return "", "", ""
        old, new = (
            plan.shown(line, value, look.language).replace("\n", " ") for value in (line.old, line.new)
        )
        if self._whole:
            old, new = old.removesuffix(CENTS), new.removesuffix(CENTS)
        title = veil_text(look, look.text(line.title))
        return title, veil_text(look, old) or NOTHING, veil_text(look, new) or NOTHING

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The line for the delegate, words for a reader."""
        line = self.lines[index.row()]
        if role == LINE:
            return line
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            title, old, new = self.words(line)
            if line.refused is not None:
                return f"{title}: {self._look.text(STAYS.of(why=line.refused))}"
            return f"{title}: {old} \N{RIGHTWARDS ARROW} {new}"
        return None


def _has_no_cents(plan: Plan) -> bool:
    if not plan.field or not isinstance(plan.described.kind, Amount):
        return False
    values = (value for line in plan.lines for value in (line.old, line.new))
    return all(not isinstance(value, int) or value % 100 == 0 for value in values)


def _rank(line: Line) -> int:
    return 0 if line.refused is not None else 2 if line.same else 1


class _Delegate(QStyledItemDelegate):
    def __init__(self, look: Look, rows: PreviewRows, view: QListView) -> None:
        super().__init__(view)
        self._look, self._rows, self._view = look, rows, view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line: Line = index.data(LINE)
        if line.refused is None:
            return QSize(self._look.px(120), self._look.t.row("list"))
        more = self._why_high(line, self._view.viewport().width()) - self._look.t.line("small")
        return QSize(self._look.px(120), self._look.t.row("two_line") + max(more, 0))

    def _why_high(self, line: Line, width: int) -> int:
        """How high a reason is where it finds so much room."""
        look = self._look
        room = width - look.px(20 + 16 + 6) - look.t.icon("small")
        box = QRectF(0, 0, max(room, 1), UNBOUND)
        words = look.text(STAYS.of(why=line.refused))
        return round(look.t.metrics("small").boundingRect(box, WRAPPED, words).height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look, line = self._look, index.data(LINE)
        rect: QRect = option.rect
        paint.paint_hairline(painter, look, rect)
        title, old, new = self._rows.words(line)
        left, right = rect.left() + look.px(20), rect.right() - look.px(16)
        if line.refused is not None:
            self._paint_refused(painter, QRect(left, rect.top(), right - left, rect.height()), title, line)
            return
        marks = look.px(76)  # the arrow, the tick and the gaps
        plan = self._rows.plan
        counts = plan is not None and bool(plan.field) and isinstance(plan.described.kind, COUNTED)
        most = (right - left - marks) * (4 if counts else 3) // 10  # an amount is not cut, a name may be
        was_wide, becomes_wide = (min(wide + 2, most) for wide in self._rows.widths)
        ink = "ink_3" if line.same else "ink"
        name = QRect(left, rect.top(), right - left - marks - was_wide - becomes_wide, rect.height())
        paint.paint_text(painter, look, name, title, ink=ink)
        middle = rect.center().y() + 1
        was = QRect(name.right() + look.px(12), rect.top(), was_wide, rect.height())
        ink, align = "ink_3" if line.same else "ink_2", paint.RIGHT if counts else paint.LEFT
        paint.paint_text(painter, look, was, old, ink=ink, align=align)
        if line.same:
            rest = QRect(
                was.right() + look.px(8), rect.top(), right - was.right() - look.px(8), rect.height()
            )
            words = look.text(SO_ALREADY)
            paint.paint_text(painter, look, rest, words, ink="ink_3", size="small", align=paint.RIGHT)
            return
        end = paint.paint_icon(
            painter, look, was.right() + look.px(6), middle, "arrow-right", "ink_3", "small"
        )
        becomes = QRect(end + look.px(8), rect.top(), right - look.px(20) - end - look.px(8), rect.height())
        paint.paint_text(painter, look, becomes, new, strong=True)
        paint.paint_icon(painter, look, right - look.px(12), middle, "check", "good", "small")

    def _paint_refused(self, painter: QPainter, box: QRect, title: str, line: Line) -> None:
        look = self._look
        half = look.t.row("two_line") // 2
        upper = QRect(box.left(), box.top() + look.px(5), box.width(), half - look.px(5))
        lower = upper.translated(0, half - look.px(5))
        paint.paint_text(painter, look, upper, title)
        middle = lower.center().y() + 1
        left = paint.paint_icon(painter, look, box.left(), middle, "circle-alert", "warn", "small")
        lower.setLeft(left + look.px(6))
        top = lower.center().y() - look.t.line("small") // 2
        room = QRect(lower.left(), top, lower.width(), box.bottom() - top)
        painter.setFont(look.font("small"))
        painter.setPen(look.colour("warn"))
        painter.drawText(room, WRAPPED, look.text(STAYS.of(why=line.refused)))


class Preview(QListView):
    """The painted list of a plan."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.rows = PreviewRows(look, self)
        self.setModel(self.rows)
        self.setItemDelegate(_Delegate(look, self.rows, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        look.bind(self.setMinimumHeight, lambda: look.px(LEAST))
        self.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setLayoutMode(QListView.LayoutMode.Batched)  # thousands of rows are laid out piece by piece
        look.bind(self.setAccessibleName, msg("What would change"))
        look.changed.connect(self.viewport().update)
