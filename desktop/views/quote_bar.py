"""The facts above the lines of a quote: each with its name where there is room, else the values alone."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.views.buttons import Button
from desktop.views.compose import column, region, row
from desktop.views.look import Look


class QuoteBar(QWidget):
    """Facts at the left, tools at the right."""

    def __init__(self, look: Look, facts: Sequence[Button], tools: Sequence[QWidget]) -> None:
        super().__init__()
        self._look, self._facts, self._tools = look, facts, tools
        ground = region("surface", "bottom")
        ground.setLayout(row(look, *facts, None, *tools, gap=4, edge=(10, 0, 12, 0)))
        self.setLayout(column(look, ground, gap=0))
        look.bind(self.setFixedHeight, lambda: look.t.bar("filter"))
        look.changed.connect(self.fit)

    def minimumSizeHint(self) -> QSize:
        """All of it, the facts without their names."""
        return QSize(self._needed(fact.short_width() for fact in self._facts), self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Names leave before values do."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """As wide as there is room for, after other values too."""
        for fact in self._facts:
            fact.shorten(on=False)
        whole = self._needed(fact.sizeHint().width() for fact in self._facts)
        for fact in self._facts:
            fact.shorten(on=whole > self.width())

    def _needed(self, facts: Iterable[int]) -> int:
        tools = [tool.sizeHint().width() for tool in self._tools if not tool.isHidden()]
        gaps = self._look.px(4) * (len(self._facts) + len(tools))
        return sum(facts) + sum(tools) + gaps + self._look.px(22)
