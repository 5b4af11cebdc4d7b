"""The page of a seal of the firm: its picture as it is printed, and to whom it is released."""

from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QFileDialog, QSizePolicy, QWidget

from desktop.services import attachments, seals
from desktop.views.buttons import Button
from desktop.views.compose import column, holding, label
from desktop.views.desk import Desk
from desktop.views.header_parts import park
from desktop.views.look import Look
from desktop.views.record_page import RecordPage
from desktop.words import msg

SIDE: Final = 180
FILES: Final = "*.png *.jpg *.jpeg *.webp"


class SealPicture(QWidget):
    """A seal on white, as paper shows it."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.image = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        look.bind(self.setAccessibleName, msg("Picture of the seal"))

    def show_png(self, png: bytes) -> None:
        """Another picture; without one the place stays blank."""
        self.image = QImage.fromData(png) if png else QImage()
        self.update()

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(self._look.px(SIDE), self._look.px(SIDE))

    def paintEvent(self, event: QPaintEvent) -> None:
        """White ground with the picture on it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), self._look.colour("paper"))
        painter.setPen(self._look.colour("line"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        edge = self._look.px(10)
        box: QRect = self.rect().adjusted(edge, edge, -edge, -edge)
        if not self.image.isNull():
            painter.drawImage(box, self.image)


class SealPage(RecordPage):
    """One seal; its releases stand at the right."""

    def __init__(self, look: Look, desk: Desk, kind: str, record_id: UUID) -> None:
        self.picture = SealPicture(look)
        self.choose = Button(look, msg("Choose the picture"), kind="primary", icon="upload")
        self._why = label(look, size="small", ink="ink_2", wrap=True)
        super().__init__(look, desk, kind, record_id)
        self.choose.clicked.connect(self.ask_picture)

    def _compose(self) -> None:
        super()._compose()
        shown = holding(column(self._look, self.picture, self._why, gap=8, edge=(20, 16, 14, 4)))
        self._beneath.insertWidget(0, shown)
        park(self.choose, self)

    def _fill(self) -> None:
        super()._fill()
        record: Any = self.shown.record
        png = seals.seal_picture(record)
        self.picture.show_png(png)
        words = (
            msg("It is printed 42 mm wide over the signature, and in slices across the pages.")
            if png
            else msg("Choose a PNG or JPEG of the seal; its white ground becomes transparent.")
        )
        self._look.bind(self._why.setText, words)
        self.choose.refuse(self._desk.refusal("company_seal.picture", record))

    def header_actions(self) -> list[QWidget]:
        """Its picture, and what every record has."""
        return [*super().header_actions(), self.choose]

    def ask_picture(self) -> None:
        """A file that a person chooses."""
        title = self._look.text(msg("Choose the picture"))
        path, _ = QFileDialog.getOpenFileName(self, title, "", FILES)
        if path:
            read = partial(attachments.read_file, Path(path))
            self._desk.runner.read(self, "picture", read, self._keep, failed=self._desk.refused.emit)

    def _keep(self, data: bytes) -> None:
        self._desk.do("company_seal.picture", self.record_id, told=msg("Picture kept"), data=data)
