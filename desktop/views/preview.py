"""The paper beside the quote: page images made from the PDF off this thread and swapped whole."""

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QRect, QSize, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from desktop.services.papers import Picture
from desktop.views.buttons import Button, Segments
from desktop.views.compose import column, label, region, row, scrolling
from desktop.views.empty import Empty
from desktop.views.look import Look
from desktop.words import msg

LANGUAGES: Final = (("zh", "中文"), ("en", "English"), ("both", msg("Both")))


def images(pictures: Sequence[Picture]) -> list[QImage]:
    """Pictures of pages as Qt's images."""
    kind = QImage.Format.Format_RGB32
    return [QImage(each.pixels, each.width, each.height, each.width * 4, kind).copy() for each in pictures]


class _Pages(QWidget):
    """The pages on the desk."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.images: list[QImage] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.bind(self.setAccessibleName, msg("Preview of the paper"))

    def show_images(self, shown: Sequence[QImage]) -> None:
        self.images = list(shown)
        self.setFixedHeight(max(self._places()[1], 1))
        self.update()

    def _places(self) -> tuple[list[QRect], int]:
        look = self._look
        edge, top, width = look.px(16), look.px(16), self.page_width()
        boxes = []
        for image in self.images:
            height = round(image.height() * width / max(image.width(), 1))
            boxes.append(QRect(edge, top, width, height))
            top += height + look.px(16)
        return boxes, top

    def page_width(self) -> int:
        """How wide a page is shown."""
        return max(self.width() - 2 * self._look.px(16), 100)

    def sizeHint(self) -> QSize:
        return QSize(self._look.t.column("preview"), self._places()[1])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for box, image in zip(self._places()[0], self.images, strict=True):
            painter.drawImage(box, image)


class Preview(QWidget):
    """Language of the paper, its pages, and what to do with the file."""

    language_chosen = Signal(str)
    file_wanted = Signal(str)  # text, save or copy
    closed = Signal()

    def __init__(self, look: Look, *, files: bool = True, more: Sequence[QWidget] = ()) -> None:
        super().__init__()
        self._look = look
        self.languages = Segments(look, LANGUAGES, current="zh", name=msg("Language of the paper"))
        self.languages.chosen.connect(self.language_chosen)
        self._count = label(look, size="small", ink="ink_2")
        self.pages = _Pages(look)
        buttons: list[QWidget] = [*more]
        for icon, name, what in (
            ("message-circle", msg("Copy as text"), "text"),
            ("copy", msg("Copy the file"), "copy"),
            ("download", msg("Save as PDF"), "save"),
        )[: None if files else 0]:
            button = Button(look, icon=icon, kind="flat", name=name)
            button.clicked.connect(self._asker(what))
            buttons.append(button)
        hide = Button(look, icon="panel-right-close", kind="flat", name=msg("Hide the paper"))
        hide.clicked.connect(self.closed)
        if not files:
            hide.hide()
        tools = region("surface", "bottom")
        tools.setLayout(
            row(look, self.languages, None, self._count, *buttons, hide, gap=4, edge=(16, 0, 10, 0))
        )
        look.bind(tools.setFixedHeight, lambda: look.t.bar("filter"))
        desk = region("desk")
        self._area: QScrollArea = scrolling(self.pages)
        self._asked = False
        self.hidden = Empty(
            look,
            "lock",
            msg("Names are hidden"),
            msg("The paper shows names and amounts, as your customer reads them."),
            button=msg("Show the paper all the same"),
            button_icon="eye",
            on_click=self._ask,
        )
        desk.setLayout(column(look, self._area, self.hidden, gap=0))
        look.changed.connect(self._hide)
        self._hide()
        ground = region("surface", "left")
        ground.setLayout(column(look, tools, desk, gap=0))
        self.setLayout(column(look, ground, gap=0))
        look.bind(self.setFixedWidth, lambda: look.t.column("preview"))

    def _ask(self) -> None:
        """Until names are hidden the next time."""
        self._asked = True
        self._hide()

    def _hide(self) -> None:
        """While names are hidden the pages are not shown, unless somebody asks for them."""
        self._asked = self._asked and self._look.private
        hidden = self._look.private and not self._asked
        self._area.setVisible(not hidden)
        self.hidden.setVisible(hidden)

    def _asker(self, what: str) -> Any:
        return lambda: self.file_wanted.emit(what)

    def width_wanted(self) -> int:
        """The pages' width in device pixels."""
        return round((self._look.t.column("preview") - 2 * self._look.px(16)) * self.devicePixelRatioF())

    def show_pages(self, shown: Sequence[QImage]) -> None:
        """Swap all pages at once; the place stays."""
        self.pages.show_images(shown)
        pages = msg("1 page") if len(shown) == 1 else msg("{count} pages").of(count=len(shown))
        self._look.bind(self._count.setText, pages)
