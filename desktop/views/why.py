"""Why is it this price? The steps from the price book to the price on the line, in a popover."""

from typing import Any, Final

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.models.records import QuoteLine
from desktop.views import paint
from desktop.views.cells import unit_price
from desktop.views.compose import Line, label, row
from desktop.views.look import Look
from desktop.views.popover import RING, Popover
from desktop.words import Message, msg, verbatim

STEPS: Final = {
    "contract": msg("Contract price"),
    "customer": msg("Customer's price book"),
    "segment": msg("Price book of the grade"),
    "region": msg("Price book of the region"),
    "standard": msg("Standard price book"),
    "tier": msg("Quantity tier"),
    "discount": msg("Discount by hand"),
    "by_hand": msg("Price typed by hand"),
    "currency": msg("Exchange rate"),
    "floor": msg("Floor price check"),
}


def steps_of(line: QuoteLine) -> list[tuple[Message, str, str, bool]]:
    """Title, detail, price and whether it is the price that counts; steps without an answer are left out."""
    from decimal import Decimal

    found: list[tuple[Message, str, str, bool]] = []
    trace: list[dict[str, Any]] = [
        step for step in line.price_trace or () if step.get("price") or step.get("book")
    ]
    for place, step in enumerate(trace):
        title = STEPS.get(str(step.get("step")), verbatim(str(step.get("step", ""))))
        parts = [str(step[key]) for key in ("book", "by") if step.get(key)]
        price = unit_price(Decimal(str(step["price"]))) if step.get("price") else ""
        found.append((title, "，".join(parts), price, place == len(trace) - 1))
    if not found and line.list_price is not None:
        found.append((msg("List price of the product"), line.sku or "", unit_price(line.list_price), True))
    return found


class _Steps(QWidget):
    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.steps: list[tuple[Message, str, str, bool]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(self._look.px(330), self._look.px(46) * len(self.steps) + self._look.px(16))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, high = look.px(21), look.px(46)
        for place, (title, detail, price, counts) in enumerate(self.steps):
            top = look.px(10) + place * high
            centre = QPointF(left, top + look.px(10))
            if place + 1 < len(self.steps):
                painter.setPen(QPen(look.colour("line_strong"), 1))
                painter.drawLine(centre + QPointF(0, look.px(7)), centre + QPointF(0, high - look.px(7)))
            painter.setPen(QPen(look.colour("accent_mark" if counts else "line_control"), 1.5))
            painter.setBrush(look.colour("accent_mark") if counts else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(centre, look.px(4), look.px(4))
            box = QRect(left + look.px(16), top, self.width() - left - look.px(32), look.px(20))
            paint.paint_text(painter, look, box, price, strong=counts, align=paint.RIGHT)
            paint.paint_text(painter, look, box.adjusted(0, 0, -look.px(90), 0), look.text(title))
            paint.paint_text(painter, look, box.translated(0, look.px(18)), detail, ink="ink_2", size="small")


class WhyPrice(Popover):
    """The popover."""

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(look, window)
        look.bind(self.setAccessibleName, msg("Why this price?"))
        self._sku = label(look, size="small", ink="ink_3")
        head = row(
            look, label(look, msg("Why this price?"), strong=True), None, self._sku, edge=(16, 10, 16, 10)
        )
        self.inside.addLayout(head)
        self.inside.addWidget(Line(look))
        self._steps = _Steps(look)
        self.inside.addWidget(self._steps)
        self._none = label(
            look,
            msg("This line was typed by hand; no price book says anything about it."),
            ink="ink_2",
            wrap=True,
        )
        look.bind(self._none.setContentsMargins, lambda: (look.px(16), look.px(12), look.px(16), look.px(12)))
        self.inside.addWidget(self._none)

    def prices(self) -> list[str]:
        """The prices of the steps, from the book to the line."""
        return [price for _title, _detail, price, _counts in self._steps.steps]

    def explain(self, line: QuoteLine) -> None:
        """Fill it for a line."""
        self._steps.steps = steps_of(line)
        self._steps.setVisible(bool(self._steps.steps))
        self._steps.updateGeometry()
        self._none.setVisible(not self._steps.steps)
        self._sku.setText(line.sku or "")
        self.setFixedWidth(self._look.px(340) + 2 * RING)
