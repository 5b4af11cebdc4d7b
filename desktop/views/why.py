"""Why is it this price? The steps from the price book to the price on the line, in a popover."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.models.records import Adjustment, QuoteLine
from desktop.models.records.bundles import PRICINGS
from desktop.rules.money import number
from desktop.views import paint
from desktop.views.cells import unit_price
from desktop.views.compose import FactLine, Line, column, holding, label, row
from desktop.views.look import Look
from desktop.views.popover import RING, Popover
from desktop.words import Message, msg, verbatim

BOOKS: Final = {
    "contract": msg("Contract price"),
    "customer": msg("Customer's price book"),
    "segment": msg("Price book of the grade"),
    "region": msg("Price book of the region"),
    "standard": msg("Standard price book"),
}
MISSING: Final = {
    "contract": msg("No contract price"),
    "customer": msg("no price book of the customer"),
    "segment": msg("none for the grade"),
    "region": msg("none for the region"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step to the price; `price` is empty where the step only names the book."""

    title: Message
    detail: Message | None = None
    price: str = ""
    counts: bool = False


def steps_of(line: QuoteLine, discounts: Sequence[Adjustment]) -> list[Step]:
    """From the list price and the book over the tier and the hand to what is charged."""
    steps: list[Step] = []
    abroad = any(told.get("step") == "currency" for told in line.price_trace or ())
    if line.list_price is not None:
        steps.append(Step(msg("List price of the product"), None, unit_price(line.list_price)))
    for told in line.price_trace or ():
        step = _step(told, abroad=abroad)
        if step is not None and told.get("step") == "tier" and step.detail is None and steps:
            steps[-1] = replace(steps[-1], price=step.price)  # a tier from nothing on is the book's price
        elif step is not None:
            steps.append(step)
    price = line.unit_price or Decimal(0)
    for discount in discounts:
        if discount.kind == "percent" and discount.value:
            price = price * (100 + discount.value) / 100
            percent = f"{number(discount.value)} %".replace("-", "−")
            steps.append(Step(msg("Discount by hand"), verbatim(percent), unit_price(round(price, 6))))
    priced = [place for place, step in enumerate(steps) if step.price]
    if priced:
        steps[priced[-1]] = replace(steps[priced[-1]], counts=True)
    return steps


def _step(told: Mapping[str, Any], *, abroad: bool) -> Step | None:
    name, price = str(told.get("step")), told.get("price")
    shown = unit_price(Decimal(str(price))) if price else ""
    if name in BOOKS:
        said_of = (str(told.get("book") or ""), str(told.get("currency") or "") if abroad else "")
        book = " · ".join(part for part in said_of if part)
        return Step(BOOKS[name], verbatim(book) if book else None) if "entry" in told else None
    if name == "tier":
        detail = msg("{count} in this quote, the tier begins at {start}")
        said = detail.of(count=told.get("quantity"), start=told.get("from"))
        return Step(msg("Quantity tier"), said if told.get("from") != "0" else None, shown)
    if name == "by_hand":
        return Step(msg("Price typed by hand"), verbatim(str(told.get("by") or "")), shown)
    if name in ("promotion", "not_beside", "gift"):
        return _offer(told, shown)
    if name == "bundle":
        price = dict(PRICINGS).get(str(told.get("pricing")), verbatim(""))
        said = msg("{bundle}: {each} for each, {price}")
        return Step(
            msg("Part of the bundle"), said.of(bundle=told.get("name"), each=told.get("each"), price=price)
        )
    if name == "used_up":
        left = msg("{book}: {left} of {agreed} left")
        said = left.of(book=told.get("book"), left=told.get("left"), agreed=told.get("agreed"))
        return Step(msg("Framework agreement does not last"), said)
    if name == "currency":
        rate = msg("1 {source} = {rate} {target} on {day}")
        named = {"source": told.get("from"), "rate": told.get("rate"), "target": told.get("to")}
        return Step(msg("Exchange rate"), rate.of(day=told.get("on"), **named), shown)
    titles = {"floor": msg("Floor price check")}
    return Step(titles.get(name, verbatim(name)), None, shown)


def _offer(told: Mapping[str, Any], shown: str) -> Step:
    """A promotion that changed the price, or that another one kept out, or the gift that this line is."""
    named = verbatim(str(told.get("name") or ""))
    if told.get("step") == "gift":
        return Step(msg("Gift"), named, shown)
    if told.get("step") == "not_beside":
        return Step(msg("Promotion not beside another"), named)
    percent = f"−{told.get('percent')} %"
    said = msg("{name}: {percent}").of(name=named, percent=percent)
    if told.get("kind") == "nth":
        item = msg("{name}: every item no. {every} {percent}")
        said = item.of(name=named, every=told.get("every"), percent=percent)
    return Step(msg("Promotion"), said, shown)


def missing_of(line: QuoteLine) -> list[Message]:
    """The books that were asked and had no price."""
    names = [str(told.get("step")) for told in line.price_trace or () if "entry" not in told]
    return [MISSING[name] for name in names if name in MISSING]


class _Steps(QWidget):
    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.steps: list[Step] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(self._look.px(330), sum(map(self._high, self.steps)) + self._look.px(12))

    def _high(self, step: Step) -> int:
        return self._look.px(46 if step.detail is not None else 34)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, top = look.px(21), look.px(10)
        for place, step in enumerate(self.steps):
            high = self._high(step)
            centre = QPointF(left, top + look.px(10))
            if place + 1 < len(self.steps):
                painter.setPen(QPen(look.colour("line_strong"), 1))
                painter.drawLine(centre + QPointF(0, look.px(7)), centre + QPointF(0, high - look.px(7)))
            painter.setPen(QPen(look.colour("accent_mark" if step.counts else "line_control"), 1.5))
            painter.setBrush(look.colour("accent_mark") if step.counts else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(centre, look.px(4), look.px(4))
            box = QRect(left + look.px(16), top, self.width() - left - look.px(32), look.px(20))
            paint.paint_text(painter, look, box, step.price, strong=step.counts, align=paint.RIGHT)
            paint.paint_text(painter, look, box.adjusted(0, 0, -look.px(90), 0), look.text(step.title))
            if step.detail is not None:
                below = box.translated(0, look.px(18))
                paint.paint_text(painter, look, below, look.text(step.detail), ink="ink_2", size="small")
            top += high


class WhyPrice(Popover):
    """The popover."""

    tells = True

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
        self._missing = FactLine(look)
        foot = column(look, Line(look), row(look, self._missing, edge=(16, 6, 16, 8)), gap=0)
        self._foot = holding(foot)
        look.bind(self._none.setContentsMargins, lambda: (look.px(16), look.px(12), look.px(16), look.px(12)))
        self.inside.addWidget(self._none)
        self.inside.addWidget(self._foot)

    def prices(self) -> list[str]:
        """The prices of the steps, from the book to the line."""
        return [step.price for step in self._steps.steps if step.price]

    def explain(self, line: QuoteLine, discounts: Sequence[Adjustment]) -> None:
        """Fill it for a line with its own discounts."""
        self._steps.steps = steps_of(line, discounts)
        look, missing = self._look, missing_of(line)
        look.bind(self._missing.show_facts, lambda: [look.text(words) for words in missing])
        self._foot.setVisible(bool(missing))
        self._steps.setVisible(bool(self._steps.steps))
        self._steps.updateGeometry()
        self._none.setVisible(not self._steps.steps)
        self._sku.setText(line.sku or "")
        self.setFixedWidth(self._look.px(340) + 2 * RING)
