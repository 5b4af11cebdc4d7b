"""The head of a group in a list: what its records share, how many they are, and what they come to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QPainter

from desktop.models import figures
from desktop.models.kinds import Choice, Flag
from desktop.models.record import RECORDS
from desktop.services.lists import Bucket, Sum
from desktop.views import cells, paint
from desktop.views.look import Look
from desktop.views.privacy import veil_text
from desktop.words import Message, msg, verbatim

if TYPE_CHECKING:
    from desktop.views.row_delegate import RecordList
    from desktop.views.tables import Head

NOTHING = msg("Nothing entered")


def group_words(kind: str, by: str, bucket: Bucket, titles: Any = None) -> Message:
    """What the records of a group share."""
    name = by.partition(":")[0]
    described = figures.kind_of(RECORDS[kind], name)
    if bucket.key is None:
        return NOTHING
    if isinstance(described, Flag):
        return msg("Yes") if bucket.key else msg("No")
    if isinstance(described, Choice):
        return next((word for code, word in described.options if code == bucket.key), verbatim(bucket.key))
    return verbatim((titles or {}).get(bucket.key, str(bucket.key)))


def sums_words(sums: Sequence[Sum], name: str = "") -> str:
    """Amounts in their currencies, one after the other, as the cells of the column `name` write them."""
    said = cells.exact if name in cells.OWED else cells.money
    return " + ".join(said(each.total, each.currency) for each in sums)


def paint_head(painter: QPainter, look: Look, view: "RecordList", cell: QRect, head: "Head") -> None:
    """Over the whole row: an arrow, the name, the count, and sums under their columns."""
    box = QRect(0, cell.top(), view.viewport().width(), cell.height())
    painter.fillRect(box, look.colour("ground"))
    if view.currentIndex().row() == view.rowAt(cell.top() + 1) and view.hasFocus():
        painter.fillRect(QRect(0, cell.top(), 2, cell.height()), look.colour("accent_mark"))
    paint.paint_hairline(painter, look, box)
    middle = box.center().y() + 1
    arrow = "chevron-right" if head.folded else "chevron-down"
    left = paint.paint_icon(painter, look, look.px(12), middle, arrow, "ink_3", "small") + look.px(6)
    table, by = view.table, view.by
    if by == "stage" and head.bucket.key is not None:
        fraction, end = cells.ring_of(table.kind, str(head.bucket.key))
        paint.paint_stage_ring(painter, look, QPointF(left + look.px(7), middle - 0.5), fraction, end=end)
        left += look.px(22)
    edges = _paint_sums(painter, look, view, box, head.bucket)
    count = f"{head.bucket.count:,}"
    room = QRect(
        left, box.top(), max(edges - left - look.px(16) - look.t.width(count, "small"), 10), box.height()
    )
    words = look.text(group_words(table.kind, by, head.bucket, view.titles))
    right = paint.paint_text(painter, look, room, words, strong=True)
    rest = QRect(right + look.px(8), box.top(), look.px(90), box.height())
    paint.paint_text(painter, look, rest, count, ink="ink_3", size="small")


def _paint_sums(painter: QPainter, look: Look, view: "RecordList", box: QRect, bucket: Bucket) -> int:
    """The sums under their columns; returns where the first of them begins."""
    first = box.right()
    for number, column in enumerate(view.table.columns):
        sums = bucket.sums.get(column.name)
        if not sums or view.isColumnHidden(number):
            continue
        rect = QRect(view.columnViewportPosition(number), box.top(), view.columnWidth(number), box.height())
        inner = view.inner(rect, number)
        words = veil_text(look, sums_words(sums, column.name))
        wide = inner.adjusted(-max(look.t.width(words) - inner.width(), 0), 0, 0, 0)
        paint.paint_text(painter, look, wide, words, ink="ink_2", align=paint.RIGHT)
        first = min(first, wide.left())
    return first
