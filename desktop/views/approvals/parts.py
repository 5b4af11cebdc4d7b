"""Small parts of the screens of an approval by telephone: numbered steps, letters in large, facts in rows."""

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRect, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from desktop.rules.phone_approvals import spaced
from desktop.views import paint
from desktop.views.compose import Line, column, holding, label, row
from desktop.views.look import Look
from desktop.words import Message, verbatim

NAMES = 96


class Step(QWidget):
    """The number of a step in a disc."""

    def __init__(self, look: Look, number: int) -> None:
        super().__init__()
        self._look, self._number = look, str(number)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As high as a line."""
        return QSize(self._look.px(20), self._look.px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        """White on the accent."""
        painter, look = QPainter(self), self._look
        paint.paint_disc(painter, look, QPointF(self.width() / 2, self.height() / 2), "accent", 20)
        paint.paint_text(
            painter,
            look,
            self.rect(),
            self._number,
            ink="on_accent",
            size="small",
            strong=True,
            align=paint.CENTRE,
        )


class Spelled(QWidget):
    """Letters to read aloud, in two groups and wide apart."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look, self.letters = look, ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_letters(self, letters: str) -> None:
        """Other letters."""
        self.letters = letters
        self.setAccessibleName(" ".join(letters))
        self.update()

    def sizeHint(self) -> QSize:
        """A line of the largest type."""
        return QSize(self._look.px(250), self._look.px(40))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Each letter in the middle of a place of its own."""
        painter, look = QPainter(self), self._look
        step, at = look.px(24), 0
        for letter in spaced(self.letters) if self.letters else "":
            box = QRect(at, 0, step, self.height())
            paint.paint_text(
                painter, look, box, letter, ink="accent_ink", size="display", strong=True, align=paint.CENTRE
            )
            at += step if letter != " " else step // 2


def fact_rows(look: Look, facts: Iterable[tuple[Message, Message, Message | None]]) -> QWidget:
    """What, how much of it strongly, and what is to be said of it; each under a hairline."""
    rows: list[QWidget] = []
    for words, value, below in facts:
        name = label(look, words, ink="ink_2")
        look.bind(name.setFixedWidth, lambda: look.px(NAMES))
        texts = [label(look, value, strong=True, wrap=True)]
        if below is not None:
            texts.append(label(look, below, size="small", ink="ink_2", wrap=True))
        line = row(
            look, holding(column(look, name, None, gap=0)), holding(column(look, *texts, gap=0)), gap=8
        )
        line.setStretch(1, 1)
        rows += [holding(line), Line(look)]
    return holding(column(look, *rows[:-1], gap=8))


def blank() -> Message:
    """Nothing yet."""
    return verbatim("")


def keep_inside(area: QScrollArea, inner: QWidget, width: int, most: int) -> None:
    """As high as its texts need at this width; beyond `most` it scrolls."""
    layout = inner.layout()
    wraps = layout is not None and layout.hasHeightForWidth()
    high = layout.totalHeightForWidth(width) if layout is not None and wraps else inner.sizeHint().height()
    area.setFixedHeight(max(min(high, most), 0))
