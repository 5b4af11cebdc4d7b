"""What the pages of the first start are made of: a meter, a card, a way to start, a place for a file."""

from pathlib import Path

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFileDialog, QLineEdit, QSizePolicy, QWidget

from desktop.views import paint
from desktop.views.buttons import Button
from desktop.views.compose import Chip, Picture, column, holding, label, row
from desktop.views.look import Look
from desktop.words import Message, msg, verbatim


class Meter(QWidget):
    """How strong the passphrase looks; the words below say it too."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._score = 0.0
        look.bind(self.setFixedHeight, lambda: look.px(6))

    def show_score(self, score: float) -> None:
        """From 0 to 1."""
        self._score = score
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A track in the colour of the score."""
        colour = "bad_mark" if self._score < 0.35 else "warn_mark" if self._score <= 0.7 else "good_mark"
        box = QRect(0, 1, self.width(), self.height() - 2)
        paint.paint_progress(QPainter(self), self._look, box, self._score, colour=colour)


class Card(QWidget):
    """A part of a group of choices: an edge all round, a tint when it is the chosen one."""

    pressed = Signal()

    def __init__(self, look: Look, *, selected: bool) -> None:
        super().__init__()
        self._look = look
        self.selected = selected

    def choose(self, on: bool) -> None:
        """Tint or plain."""
        self.selected = on
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press anywhere chooses it."""
        self.pressed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and edge."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._look.colour("accent_line" if self.selected else "line"), 1))
        painter.setBrush(self._look.colour("selected" if self.selected else "surface"))
        radius = self._look.t.radius("control")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


class Radio(QWidget):
    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.on = False
        look.bind(self.setFixedSize, lambda: (look.px(20), look.px(20)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A radio of 16 px."""
        paint.paint_radio(QPainter(self), self._look, self.rect(), checked=self.on)


class Way(Card):
    """One way to start: icon, title, sentence, radio, and what it needs."""

    def __init__(
        self, look: Look, icon: str, title: Message, why: Message, chip: Message | None, extra: QWidget | None
    ) -> None:
        super().__init__(look, selected=False)
        look.bind(self.setAccessibleName, title)
        look.bind(self.setAccessibleDescription, why)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._chip = Chip(look, chip, "accent") if chip else None
        words = label(look, title, strong=True)
        head = row(look, words, *([self._chip] if self._chip else []), None, gap=10)
        texts = column(look, head, label(look, why, ink="ink_2", wrap=True), gap=3)
        self._extra = None
        if extra is not None:
            self._extra = holding(row(look, extra, None, gap=0, edge=(0, 5, 0, 0)))
            texts.addWidget(self._extra)
        picture = Picture(look, icon, "accent_ink", "large")
        self._radio = Radio(look)
        line = row(look, gap=16)
        look.bind(line.setContentsMargins, self._margins)
        self._line = line
        line.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(holding(texts), 1)
        line.addWidget(self._radio, 0, Qt.AlignmentFlag.AlignTop)
        self.setLayout(line)

    def choose(self, on: bool) -> None:
        """Tint and radio."""
        super().choose(on)
        self._radio.on = on
        self._radio.update()
        if self._chip is not None:
            self._chip.stand_on(tint=on)
        self._show_extra()

    def be_short(self, short: bool) -> None:
        """Where there is little room, what a way needs is asked when it is chosen."""
        if short != self._short:
            self._short = short
            self._line.setContentsMargins(*self._margins())
            self._show_extra()

    _short = False

    def _margins(self) -> tuple[int, int, int, int]:
        across, down = self._look.px(20), self._look.px(10 if self._short else 14)
        return across, down, across, down

    def _show_extra(self) -> None:
        if self._extra is not None:
            self._extra.setVisible(self.selected or not self._short)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space chooses."""
        if event.key() == Qt.Key.Key_Space:
            self.pressed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The card, with a ring when it has the focus."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._look.colour("focus"), 2))
            radius = self._look.t.radius("control")
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)


class Address(QLineEdit):
    """An entry in which the address of a server can be read whole, where there is room for it."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look

    def sizeHint(self) -> QSize:
        """About 35 letters."""
        return QSize(self._look.px(260), super().sizeHint().height())


class Drop(QWidget):
    """A place to drop a file on, with a word to choose one instead."""

    dropped = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setAcceptDrops(True)
        self._words = label(look, msg("Drop a file here, or"), ink="ink_2")
        choose = Button(look, msg("choose one"), kind="link")
        choose.clicked.connect(self._choose)
        self.setLayout(
            row(look, Picture(look, "upload", "ink_2"), self._words, choose, gap=8, edge=(14, 6, 14, 6))
        )
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def _choose(self) -> None:
        kinds = "*.csv *.xlsx *.vcf *.txt"
        path, _ = QFileDialog.getOpenFileName(self, self._look.text(msg("Choose the file")), "", kinds)
        if path:
            self.take(path)

    def take(self, path: str) -> None:
        """Show the file's name and tell about it."""
        self._look.bind(self._words.setText, verbatim(Path(path).name))
        self.dropped.emit(path)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """One file is welcome."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the first file."""
        self.take(event.mimeData().urls()[0].toLocalFile())

    def paintEvent(self, event: QPaintEvent) -> None:
        """A dashed edge."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._look.colour("line_control"), 1, Qt.PenStyle.DashLine))
        painter.setBrush(self._look.colour("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
