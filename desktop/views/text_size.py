"""The text size as a slider from 80 to 200 %; what it will look like is shown beside it while one drags."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QSlider, QStyle, QStyleOptionSlider, QWidget

from desktop.views.compose import label, row
from desktop.views.look import Look
from desktop.views.theme import SCALE_STEP, SCALES, Tokens
from desktop.words import msg, verbatim

WIDTH = 200
KNOB, DOT = 16, 3
MARKED = 20
"""Percent from one dot of the track to the next."""


class _Slider(QSlider):
    """A track with a knob, painted from the tokens; its width does not grow: it stays under the hand."""

    def __init__(self, look: Look) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._look = look
        self.setRange(SCALES[0], SCALES[-1])
        self.setSingleStep(SCALE_STEP)
        self.setPageStep(2 * SCALE_STEP)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        look.bind(self.setAccessibleName, msg("Text size"))

    def sizeHint(self) -> QSize:
        """The same at every text size."""
        return QSize(WIDTH, max(self._look.t.control("target_min"), self._look.t.control("height")))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The track, how far it has come, the knob."""
        look, painter = self._look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        share = (self.sliderPosition() - self.minimum()) / (self.maximum() - self.minimum())
        middle, left = self.height() / 2, KNOB / 2
        at = left + share * (self.width() - KNOB)
        painter.setPen(Qt.PenStyle.NoPen)
        radius = look.t.radius("track")
        painter.setBrush(look.colour("line_strong"))
        painter.drawRoundedRect(QRectF(left, middle - 2, self.width() - KNOB, 4), radius, radius)
        painter.setBrush(look.colour("accent_mark"))
        painter.drawRoundedRect(QRectF(left, middle - 2, at - left, 4), radius, radius)
        painter.setBrush(look.colour("line_control"))
        for scale in range(self.minimum(), self.maximum() + 1, MARKED):
            x = left + (scale - self.minimum()) / (self.maximum() - self.minimum()) * (self.width() - KNOB)
            if x > at:
                painter.drawEllipse(QRectF(x - DOT / 2, middle - DOT / 2, DOT, DOT))
        on = bool(option.state & QStyle.StateFlag.State_HasFocus)
        painter.setPen(QPen(look.colour("focus" if on else "accent_mark"), 4 if on else 2))
        painter.setBrush(look.colour("surface"))
        inset = 2 if on else 1
        knob = QRectF(at - KNOB / 2, middle - KNOB / 2, KNOB, KNOB)
        painter.drawEllipse(knob.adjusted(inset, inset, -inset, -inset))


class TextSize(QWidget):
    """The slider with its percent; `chosen` when it came to rest, by key at once."""

    chosen = Signal(int)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.slider = _Slider(look)
        self._percent = label(look)
        look.bind(self._percent.setMinimumWidth, lambda: look.t.width("200 %", strong=True))
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.slider.valueChanged.connect(self._moved)
        self.slider.sliderReleased.connect(self._tell)
        small, large = label(look, verbatim("A"), size="small"), label(look, verbatim("A"), size="figure")
        self.setLayout(row(look, small, self.slider, large, 8, self._percent, None, gap=10))
        self.choose(look.t.scale)

    def choose(self, scale: int) -> None:
        """Show a text size without telling."""
        self.slider.blockSignals(True)
        self.slider.setValue(scale)
        self.slider.blockSignals(False)
        self._preview(scale)

    def _moved(self, value: int) -> None:
        snapped = round(value / SCALE_STEP) * SCALE_STEP
        if snapped != value:
            self.slider.setValue(snapped)
            return
        self._preview(value)
        if not self.slider.isSliderDown():
            self._tell()

    def _tell(self) -> None:
        self.chosen.emit(self.slider.value())

    def _preview(self, scale: int) -> None:
        self._percent.setText(f"{scale} %")
        self._percent.setFont(Tokens(self._look.theme_name, scale).font())
