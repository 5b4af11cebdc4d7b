"""Leaving the customer's screen: the PIN of whose laptop it is, on a pad of digits or by the keys."""

from typing import Final

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from desktop.services.pins import TRIES, Answer
from desktop.views import paint
from desktop.views.buttons import Button
from desktop.views.compose import Picture, column, holding, label, row, set_ink
from desktop.views.customer_screen.parts import TALL
from desktop.views.look import Look
from desktop.words import Message, msg

WIDE: Final = 344


class Dots(QWidget):
    """How many digits were typed, of how many."""

    def __init__(self, look: Look, count: int) -> None:
        super().__init__()
        self._look, self._count, self._typed = look, count, 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        look.bind(self.setAccessibleName, msg("PIN"))

    def show_typed(self, typed: int) -> None:
        """So many."""
        self._typed = typed
        self.update()

    def sizeHint(self) -> QSize:
        """A row of discs."""
        return QSize(self._look.px(26) * self._count, self._look.px(14))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Full and empty ones."""
        look, painter = self._look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.colour("ink_2"), 1))
        half, step = look.px(12) / 2 - 0.5, look.px(26)
        for place in range(self._count):
            painter.setBrush(look.colour("ink" if place < self._typed else "raised"))
            painter.drawEllipse(QPointF(step * (place + 0.5), self.height() / 2), half, half)


class Leave(QWidget):
    """Over the whole screen; what was written below stays."""

    typed = Signal(str)
    given_up = Signal()

    def __init__(self, look: Look, screen: QWidget, length: int, person: str) -> None:
        super().__init__(screen)
        self._look, self._length, self._digits = look, length, ""
        self._screen = screen
        self._dots = Dots(look, length)
        self._why = label(look, size="small", ink="warn")
        self._mark = Picture(look, "circle-alert", "warn", "small")
        self.keys: dict[str, Button] = {}
        title = label(look, msg("Leave this screen"), size="title", strong=True, centre=True)
        ask = label(look, msg("{name}, please type your PIN").of(name=person), ink="ink_2", centre=True)
        after = msg("After {count} wrong ones it locks; the passphrase opens it").of(count=TRIES)
        notes = [
            label(look, words, size="small", ink="ink_2", centre=True, wrap=True)
            for words in (msg("What is written and not confirmed stays"), after)
        ]
        why = row(look, None, self._mark, self._why, None, gap=6)
        self._card = QWidget(self)
        parts = column(
            *(look, row(look, None, Picture(look, "lock", "ink_2", "empty_state"), None), 4, title, ask, 12),
            *(row(look, None, self._dots, None), why, 4, self._pad(), 8),
            *notes,
            gap=4,
            edge=(28, 24, 28, 20),
        )
        self._card.setLayout(parts)
        look.bind(self._card.setFixedWidth, lambda: look.px(WIDE))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.bind(self.setAccessibleName, msg("Leave this screen"))
        self.hide()

    def _pad(self) -> QWidget:
        look, grid = self._look, QGridLayout()
        look.bind(grid.setSpacing, lambda: look.px(8))
        grid.setContentsMargins(0, 0, 0, 0)
        for place, digit in enumerate("123456789"):
            grid.addWidget(self._key(digit), place // 3, place % 3)
        back = Button(look, msg("Return"), kind="flat", height=TALL)
        back.clicked.connect(self.give_up)
        erase = Button(look, icon="delete", kind="flat", name=msg("Erase the last digit"), height=TALL)
        erase.clicked.connect(self._erase)
        for column_, made in enumerate((back, self._key("0"), erase)):
            grid.addWidget(made, 3, column_)
            _fill(made)
        self.keys |= {"return": back, "erase": erase}
        return holding(grid)

    def _key(self, digit: str) -> Button:
        made = self.keys[digit] = Button(self._look, digit, height=TALL)
        made.clicked.connect(lambda: self._press(digit))
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        _fill(made)
        return made

    def ask(self) -> None:
        """Show it, with nothing typed."""
        self._start()
        self.tell(None)
        self._cover()
        self.show()
        self.raise_()
        self.setFocus()

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802
        """Tab goes round among the keys: nothing behind the veil is reached."""
        there = list(self.keys.values())
        now = self.focusWidget()
        place = there.index(now) if isinstance(now, Button) and now in there else (-1 if forward else 0)
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        there[(place + (1 if forward else -1)) % len(there)].setFocus(reason)
        return True

    def answered(self, answer: Answer) -> None:
        """What became of the PIN that was typed."""
        self._start()
        if not answer.right and answer.left:
            left = answer.left
            self.tell(
                msg("That was wrong; 1 try is left") if left == 1
                else msg("That was wrong; {count} tries are left").of(count=left)
            )  # fmt: skip

    def tell(self, words: Message | None) -> None:
        """A line under the dots."""
        set_ink(self._why, "warn")
        self._mark.setVisible(words is not None)
        if words is None:
            self._look.release(self._why.setText)
            self._why.setText(" ")
        else:
            self._look.bind(self._why.setText, words)

    def give_up(self) -> None:
        """Back to the document."""
        self.hide()
        self._start()
        self.given_up.emit()

    def _start(self) -> None:
        self._digits = ""
        self._dots.show_typed(0)
        self.setEnabled(True)

    def _press(self, digit: str) -> None:
        if len(self._digits) >= self._length:
            return
        self._digits += digit
        self._dots.show_typed(len(self._digits))
        if len(self._digits) == self._length:
            self.setEnabled(False)
            self.typed.emit(self._digits)

    def _erase(self) -> None:
        self._digits = self._digits[:-1]
        self._dots.show_typed(len(self._digits))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits, Backspace, Escape; every other key ends here."""
        if event.text().isascii() and event.text().isdigit():
            self._press(event.text())
        elif event.key() == Qt.Key.Key_Backspace:
            self._erase()
        elif event.key() == Qt.Key.Key_Escape:
            self.give_up()
        event.accept()

    def _cover(self) -> None:
        self.setGeometry(self._screen.rect())
        self._card.adjustSize()
        high = min(self._card.sizeHint().height(), self.height())
        self._card.resize(self._card.width(), high)
        self._card.move((self.width() - self._card.width()) // 2, max(0, (self.height() - high) // 3))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The card stays in the middle."""
        super().resizeEvent(event)
        self._cover()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A veil, and the ground of the card."""
        look, painter = self._look, QPainter(self)
        painter.fillRect(self.rect(), look.t.faded("scrim", look.t.alpha("scrim_alpha")))
        paint.paint_float(painter, look, self._card.geometry().adjusted(-4, -4, 4, 4))


def _fill(made: Button) -> None:
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
