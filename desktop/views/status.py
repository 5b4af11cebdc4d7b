"""The status bar: one calm chip for the network, when it was saved, figures of the page."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop.views import paint
from desktop.views.announce import announce
from desktop.views.compose import region, row
from desktop.views.look import Look
from desktop.views.network import Network, saying, waiting, word
from desktop.views.privacy import veil_text
from desktop.words import Message, msg


class NetworkChip(QAbstractButton):
    """Offline · 12 waiting; a press opens the outbox."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.network = Network()
        self._waiting = 0
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        look.changed.connect(self._name)
        self._name()

    def show_state(self, network: Network | str, waiting: int) -> None:
        """How it stands, and how many changes wait."""
        before, self.network = self.network, Network(network) if isinstance(network, str) else network
        self._waiting = waiting
        self._name()
        if self.network.key not in (before.key, "syncing"):
            announce(self, ", ".join(self.facts()))
        self.updateGeometry()
        self.update()

    def facts(self) -> list[str]:
        """The words it shows."""
        look = self._look
        words = [look.text(word(self.network))]
        if self._waiting and self.network.key != "alone":
            words.append(look.text(waiting(self.network, self._waiting)))
        return words

    def _name(self) -> None:
        self.setAccessibleName(", ".join(self.facts()))
        self.setToolTip(self._look.text(msg("What waits to be sent")))

    def sizeHint(self) -> QSize:
        """Icon and facts."""
        look = self._look
        width = sum(look.t.width(fact, "small") for fact in self.facts()) + look.px(13) * (
            len(self.facts()) - 1
        )
        return QSize(look.px(8 + 6 + 8) + look.t.icon("small") + width, look.px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Icon, word, disc, count."""
        look = self._look
        painter = QPainter(self)
        said = saying(self.network)
        if self.underMouse() or self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(look.colour("focus") if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("pressed"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 2.5, -0.5, -2.5), 4, 4)
        left = paint.paint_icon(
            painter, look, look.px(8), self.height() // 2, said.icon, said.colour, "small"
        ) + look.px(6)
        ink = said.colour if said.colour in ("warn", "bad") else "ink_2"
        box = QRect(left, 0, self.width() - left, self.height())
        for number, fact in enumerate(self.facts()):
            if number:
                paint.paint_disc(
                    painter, look, QPointF(box.left() + look.px(6.5), self.height() / 2), "ink_disabled"
                )
                box.setLeft(box.left() + look.px(13))
            box.setLeft(paint.paint_text(painter, look, box, fact, ink=ink, size="small"))


class Hint(str):
    """A shortcut in the place of a figure: painted as key caps before its words."""

    __slots__ = ()


class Figures(QWidget):
    """Facts about the page at the right end: what is selected, sums, how many."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._figures: list[tuple[Message | str, str]] = []
        look.changed.connect(self.update)

    def show_figures(self, figures: Sequence[tuple[Message | str, str]]) -> None:
        """Pairs of words in ink 2 and a figure in ink."""
        self._figures = list(figures)
        self.update()

    def words(self) -> list[str]:
        """What it says, from the left."""
        return [f"{self._look.text(words)} {figure}".strip() for words, figure in self._figures]

    def _wide(self, words: Message | str, figure: str) -> int:
        look = self._look
        wide = look.t.width(look.text(words), "small")
        if isinstance(figure, Hint):
            return wide + look.px(6) + paint.keys_width(look, figure)
        shown = veil_text(look, figure)
        return wide + (look.px(4) + look.t.width(shown, "small") if shown else 0)

    def _fitting(self) -> list[tuple[Message | str, str]]:
        """What there is room for: hints leave first, then what stands at the left."""
        shown = list(self._figures)
        while shown and sum(self._wide(*each) + self._look.px(18) for each in shown) > self.width():
            hint = next((each for each in reversed(shown) if isinstance(each[1], Hint)), shown[0])
            shown.remove(hint)
        return shown

    def paintEvent(self, event: QPaintEvent) -> None:
        """From the right end leftwards; never half a fact."""
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        right = self.width()
        for words, figure in reversed(self._fitting()):
            left = right - self._wide(words, figure)
            at = left
            if isinstance(figure, Hint):
                at = paint.paint_keys(painter, look, at, self.height() // 2, figure) + look.px(3)
            box = QRect(at, 0, right - at, self.height())
            at = paint.paint_text(painter, look, box, look.text(words), ink="ink_2", size="small")
            if figure and not isinstance(figure, Hint):
                box = QRect(at + look.px(4), 0, right - at, self.height())
                paint.paint_text(painter, look, box, veil_text(look, figure), size="small")
            right = left - look.px(18)


class StatusBar(QWidget):
    """28 px along the lower edge."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.network = NetworkChip(look)
        self._saved = _Saved(look)
        self.figures = Figures(look)
        ground = region("ground", "top")
        line = row(look, self.network, self._saved, self.figures, gap=14, edge=(8, 0, 14, 0))
        line.setStretch(2, 1)
        ground.setLayout(line)
        self.setLayout(row(look, ground, gap=0))
        look.bind(self.setFixedHeight, lambda: look.t.bar("status"))

    def show_saved(self, at: datetime | None) -> None:
        """When the last change became durable."""
        self._saved.show_time(at)


class _Saved(QWidget):
    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._at: datetime | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def show_time(self, at: datetime | None) -> None:
        self._at = at
        self.updateGeometry()
        self.update()

    def _words(self) -> str:
        return self._look.text(msg("Saved {time}").of(time=f"{self._at:%H:%M}")) if self._at else ""

    def sizeHint(self) -> QSize:
        """Tick and time."""
        look = self._look
        return QSize(look.t.icon("small") + look.px(6) + look.t.width(self._words(), "small"), look.px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A tick and the time."""
        if self._at is None:
            return
        look = self._look
        painter = QPainter(self)
        left = paint.paint_icon(painter, look, 0, self.height() // 2, "check", "ink_2", "small") + look.px(6)
        box = QRect(left, 0, self.width() - left, self.height())
        paint.paint_text(painter, look, box, self._words(), ink="ink_2", size="small")
