"""A page of the manual as a page of a book: measured lines, room between the parts, tables of hairlines."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QFocusEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QFrame, QTextBrowser

from desktop.views.look import Look

WIDE: Final = 680
"""How wide a line of text may be: the eye finds the next one."""
STRONG: Final = 600
BY_KEY: Final = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class GuidePage(QTextBrowser):
    """Shows Markdown; whoever comes by key sees by a ring that the arrow keys scroll it."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._ringed = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setLineWrapMode(QTextBrowser.LineWrapMode.FixedPixelWidth)

    def show_page(self, words: str) -> None:
        """Another page, from its beginning."""
        look, document = self._look, self.document()
        document.setDefaultFont(look.font())
        self.setMarkdown(words)
        document.setDocumentMargin(look.px(8))
        self._measure()
        block = document.begin()
        while block.isValid():
            self._space(block)
            self._ink(block)
            block = block.next()
        for frame in document.rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                self._rule(frame)
        cursor = QTextCursor(document)
        self.setTextCursor(cursor)

    def _measure(self) -> None:
        self.setLineWrapColumnOrWidth(min(self._look.px(WIDE), max(self.viewport().width(), 1)))

    def _space(self, block: QTextBlock) -> None:
        look, cursor, form = self._look, QTextCursor(block), block.blockFormat()
        if cursor.currentTable() is None:
            level, listed = form.headingLevel(), block.textList() is not None
            form.setTopMargin(look.px(14 if level else 0))
            form.setBottomMargin(look.px(10 if level else 5 if listed else 10))
        form.setLineHeight(130, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor.setBlockFormat(form)

    def _ink(self, block: QTextBlock) -> None:
        """Two weights as everywhere; what is typed stands on a ground of its own, in the same type."""
        for piece in block.textFormats():
            weight, typed = piece.format.fontWeight(), piece.format.fontFixedPitch()
            if weight <= STRONG and not typed:
                continue
            made = QTextCharFormat(piece.format)
            made.setFontWeight(min(weight, STRONG))
            if typed:
                made.clearProperty(QTextFormat.Property.FontFamilies)
                made.setFontFixedPitch(False)
                made.setBackground(self._look.colour("sunken"))
            cursor = QTextCursor(block)
            cursor.setPosition(block.position() + piece.start)
            cursor.setPosition(block.position() + piece.start + piece.length, QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(made)

    def _rule(self, table: QTextTable) -> None:
        """Hairlines between the rows and none between the columns."""
        look, shape = self._look, table.format()
        shape.setBorder(0)
        shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_None)
        shape.setBorderCollapse(True)
        shape.setCellPadding(0)
        shape.setTopMargin(look.px(2))
        shape.setBottomMargin(look.px(12))
        shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        table.setFormat(shape)
        for row in range(table.rows()):
            for column in range(table.columns()):
                cell = table.cellAt(row, column)
                form = cell.format().toTableCellFormat()
                form.setTopPadding(look.px(6))
                form.setBottomPadding(look.px(6))
                form.setRightPadding(look.px(16))
                form.setBottomBorder(1)
                form.setBottomBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
                form.setBottomBorderBrush(look.colour("line_strong" if row == 0 else "line"))
                cell.setFormat(form)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines as long as there is room for, and no longer than one reads."""
        super().resizeEvent(event)
        self._measure()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """A press needs no ring."""
        self._ringed = event.reason() in BY_KEY
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The ring goes with the keys."""
        self._ringed = False
        super().focusOutEvent(event)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text, and the ring within the edge."""
        super().paintEvent(event)
        if self._ringed:
            painter = QPainter(self.viewport())
            painter.setPen(QPen(self._look.colour("focus"), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))
