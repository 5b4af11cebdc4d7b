"""Where each cent went: the lines of an order, batch by batch, with what is left of them."""

from decimal import Decimal
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from desktop.models.records import OrderLine
from desktop.rules.money import number
from desktop.rules.order_figures import Figures
from desktop.services import order_chain
from desktop.services.order_chain import Chain
from desktop.views.compose import Line, clear, column, holding, label, row
from desktop.views.look import Look
from desktop.views.orders.steps import amount
from desktop.views.privacy import veil_text
from desktop.words import Message, msg, verbatim

NAME: Final = 120
MOST: Final = 6
"""Batches that stand beside each other; of more the last ones do."""


class Shares(QWidget):
    """The table under the chain."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.grid = QGridLayout()
        look.bind(self.grid.setHorizontalSpacing, lambda: look.px(14))
        look.bind(self.grid.setVerticalSpacing, lambda: look.px(7))
        head = label(look, msg("Where each cent went"), strong=True)
        why = label(look, msg("shared out on cumulative figures; the last batch closes to zero"), ink="ink_2")
        title = row(look, head, why, None, gap=10, edge=(20, 12, 16, 6))
        self.setLayout(column(look, title, holding(_edged(look, self.grid)), gap=0))

    def show_chain(self, chain: Chain) -> None:
        """Another order."""
        clear(self.grid)
        look = self._look
        shown = chain.deliveries[-MOST:]
        heads: list[Message] = [msg("Line"), msg("Ordered")]
        heads += [
            (msg("Return {batch}") if one.kind == "return" else msg("Batch {batch}")).of(batch=one.batch)
            for one in shown
        ]
        heads += [msg("Together"), msg("Left")]
        for place, words in enumerate(heads):
            self._put(0, place, label(look, words, ink="ink_2", size="small"))
        self._rule(1, len(heads))
        sent, gone = chain.sent(), chain.gone()
        batches = [dict(order_chain.parts_of(one.lines)) for one in shown]
        for place, line in enumerate(chain.lines):
            parts = [each.get(line.id.hex) for each in batches]
            both = (sent.get(line.id.hex, Figures()), gone.get(line.id.hex, Figures()))
            self._line(2 * place + 2, chain, line, parts, both)
            self._rule(2 * place + 3, len(heads))
        sums = [sum(part.amount for part in each.values()) for each in (sent, gone)]
        self._total(2 * len(chain.lines) + 2, chain, [one.amount or 0 for one in shown], sums)
        self.grid.setColumnStretch(0, 1)

    def _line(
        self,
        at: int,
        chain: Chain,
        line: OrderLine,
        parts: list[Figures | None],
        both: tuple[Figures, Figures],
    ) -> None:
        """One line; `both`: what is there of it, and what needs not be sent any more."""
        look, english = self._look, self._look.language == "en"
        name = (line.name_en if english and line.name_en else line.name) or line.sku or ""
        said = f"{line.sku} {name}".strip() if line.sku != name else name
        unit = (line.unit_en if english and line.unit_en else line.unit) or ""
        many = f"{number(line.quantity or Decimal(0))} {unit}".strip()
        named = label(look, said, wrap=True)
        look.bind(named.setMinimumWidth, lambda: look.px(NAME))
        title = row(look, named, label(look, many, ink="ink_2", size="small"), gap=8)
        title.setStretch(0, 1)
        self.grid.addLayout(title, at, 0)
        self._put(at, 1, self._figure(amount(chain, line.amount)))
        for place, part in enumerate(parts):
            words = "—" if part is None else f"{number(part.quantity)} {unit}  {amount(chain, part.amount)}"
            self._put(at, place + 2, self._figure(words, ink="ink_3" if part is None else "ink"))
        self._put(at, len(parts) + 2, self._figure(amount(chain, both[0].amount)))
        left = (line.amount or 0) - both[1].amount
        self._put(at, len(parts) + 3, self._figure(amount(chain, left), ink="ink" if left else "good"))

    def _total(self, at: int, chain: Chain, batches: list[int], sums: list[int]) -> None:
        words = msg("Total, tax included") if chain.included else msg("Total before tax")
        self.grid.addWidget(label(self._look, words, strong=True), at, 0)
        whole = sum(line.amount or 0 for line in chain.lines)
        for place, value in enumerate((whole, *batches, sums[0], whole - sums[1])):
            self._put(at, place + 1, self._figure(amount(chain, value), strong=True))

    def _figure(self, text: str, *, ink: str = "ink", strong: bool = False) -> QLabel:
        made = label(self._look, verbatim(veil_text(self._look, text)), ink=ink, strong=strong)
        made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return made

    def _put(self, at: int, place: int, made: QLabel) -> None:
        if place:
            made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.grid.addWidget(made, at, place)

    def _rule(self, at: int, columns: int) -> None:
        self.grid.addWidget(Line(self._look), at, 0, 1, columns)


def _edged(look: Look, grid: QGridLayout) -> QGridLayout:
    look.bind(grid.setContentsMargins, lambda: (look.px(20), look.px(4), look.px(16), look.px(16)))
    return grid
