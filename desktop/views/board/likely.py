"""Above a board of deals: what they come to when each is counted with its chance."""

from collections.abc import Iterable, Sequence
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.documents.chart_marks import inks
from desktop.rules import stages
from desktop.services.figures import Share, Shares
from desktop.services.lists import Sum
from desktop.views import cells, paint
from desktop.views.group_heads import sums_words
from desktop.views.look import Look
from desktop.words import msg

HEIGHT, BAR, FIGURE, LEAST = 72, 12, 250, 560
"""px at 100 %: of the line, of its bar, of the figure at the left, and of a board that has room for it."""
INKS: Final = ("ramp_1", "ramp_2", "ramp_3", "ramp_4")
SUREST: Final = tuple(
    sorted((s for s in stages.OPPORTUNITY.stages if s.open), key=lambda s: -(s.percent or 0))
)


class Likely(QWidget):
    """A figure, a bar of its parts from the surest on, and what each of them is."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._parts: list[tuple[stages.Stage, Share]] = []
        self._found: Sequence[Shares] = ()
        self._currency, self._room = "", True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.bind(self.setFixedHeight, lambda: look.px(HEIGHT))
        look.changed.connect(self._show)
        self._show()

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(self._look.px(FIGURE * 2), self._look.px(HEIGHT))

    def show_shares(self, found: Sequence[Shares]) -> None:
        """What each stage comes to, in each currency; the bar is of the first."""
        self._found = [each for each in found if any(share.amount > 0 for share in each[1].values())]
        self._currency, shares = self._found[0] if self._found else ("", {})
        self._parts = [
            (stage, shares[stage.code])
            for stage in SUREST
            if stage.code in shares and shares[stage.code].amount > 0
        ]
        self._look.bind(self.setAccessibleName, lambda: " ".join(self._said()))
        self._show()
        self.update()

    def fit(self, height: int) -> None:
        """For a board that is so high."""
        self._room = height >= self._look.px(LEAST)
        self._show()

    def _show(self) -> None:
        self.setVisible(self._room and bool(self._parts) and not self._look.private)

    def _said(self) -> tuple[str, str, str]:
        look = self._look
        likely, whole = (
            sums_words([Sum(currency, of(shares.values()), 0, 0) for currency, shares in self._found])
            for of in (_likely, _amount)
        )
        said = msg("of {amount}").of(amount=whole)
        return look.text(msg("Likely, by the chance of each deal")), likely, look.text(said)

    def _figure_width(self) -> int:
        """As much as the figure needs; half of the line where several currencies need more."""
        look, (_words, likely, _whole) = self._look, self._said()
        wide = look.t.width(likely, "figure", strong=True)
        return max(look.px(FIGURE), min(wide, self.width() // 2 - look.px(20)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words over the figure at the left; bar over legend at the right."""
        look = self._look
        painter = QPainter(self)
        painter.fillRect(self.rect(), look.colour("surface"))
        paint.paint_hairline(painter, look, self.rect())
        words, likely, whole = self._said()
        left, wide = look.px(20), self._figure_width()
        box = QRect(left, look.px(12), wide, look.t.line("small"))
        paint.paint_text(painter, look, box, words, ink="ink_2", size="small")
        box = QRect(left, look.px(32), wide, look.t.line("figure"))
        end = paint.paint_text(painter, look, box, likely, size="figure", strong=True)
        rest = QRect(end + look.px(8), box.top() + look.px(2), left + wide - end - look.px(8), box.height())
        if look.t.width(whole, "small") <= rest.width():
            paint.paint_text(painter, look, rest, whole, ink="ink_2", size="small")
        self._paint_parts(painter, left + wide + look.px(24))

    def _paint_parts(self, painter: QPainter, left: int) -> None:
        look = self._look
        right, named = self.width() - look.px(20), inks(look.theme_name)
        whole = sum(each.likely for _stage, each in self._parts) or 1
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        at, gap = float(left), look.px(2)
        for place, (_stage, each) in enumerate(self._parts):
            wide = max((right - left) * each.likely / whole - gap, 1.0)
            ink = QColor(named[INKS[min(place, len(INKS) - 1)]])
            painter.fillRect(QRectF(at, look.px(16), wide, look.px(BAR)), ink)
            at += wide + gap
        legend, middle = left, look.px(46)
        for place, (words, amount) in enumerate(self._named(right - left)):
            box = QRect(legend + look.px(14), middle - look.px(10), right - legend, look.px(20))
            ink = QColor(named[INKS[min(place, len(INKS) - 1)]])
            painter.fillRect(QRectF(legend, middle - look.px(4), look.px(8), look.px(8)), ink)
            end = paint.paint_text(painter, look, box, words, ink="ink_2", size="small")
            box.setLeft(end + look.px(6))
            legend = paint.paint_text(painter, look, box, amount, size="small") + look.px(18)

    def _named(self, room: int) -> list[tuple[str, str]]:
        """Each part with its words and amount; those that find no room are one: so many more, so much."""
        look = self._look
        said = [
            (f"{look.text(stage.label)} × {round(100 * each.likely / each.amount)} %", each.likely)
            for stage, each in self._parts
        ]
        for kept in range(len(said), 0, -1):
            shown, rest = said[:kept], said[kept:]
            if rest:
                more = look.text(msg("{count} more").of(count=len(rest)))
                shown = [*shown, (more, sum(part for _words, part in rest))]
            texts = [(words, cells.money(part // 100 * 100, self._currency)) for words, part in shown]
            if sum(self._wide(*each) for each in texts) - look.px(18) <= room:
                return texts
        return []

    def _wide(self, words: str, amount: str) -> int:
        look = self._look
        return look.px(14 + 6 + 18) + look.t.width(words, "small") + look.t.width(amount, "small")


def _likely(shares: Iterable[Share]) -> int:
    return sum(share.likely for share in shares) // 100 * 100


def _amount(shares: Iterable[Share]) -> int:
    return sum(share.amount for share in shares)
