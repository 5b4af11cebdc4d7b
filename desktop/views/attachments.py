"""The files of a record as tiles: dropped, pasted or chosen; opened in memory, removed, fetched."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QIODevice,
    QMimeData,
    Qt,
    QTimer,
)
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QHideEvent,
    QImage,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop import settings
from desktop.models.records import Attachment
from desktop.rules import attachments as rules
from desktop.rules import deeplinks
from desktop.services import attachments
from desktop.services.attachments import Shown
from desktop.views.attachment_tiles import THUMB, Grid, Tile
from desktop.views.buttons import Button
from desktop.views.compose import Line, column, label, row
from desktop.views.confirm import Confirm
from desktop.views.desk import Desk
from desktop.views.file_viewer import FileViewer, picture_of
from desktop.views.look import Look
from desktop.views.preview import images
from desktop.words import Message, msg

LOOK_AGAIN: Final = 700
"""Milliseconds between looks while a file is on its way."""
PASTED: Final = msg("Pasted picture {at}")
LARGEST_PAGE: Final = 900


class AttachmentsPanel(QWidget):
    """The files of one record."""

    def __init__(self, look: Look, desk: Desk, kind: str, record_id: UUID) -> None:
        super().__init__()
        self._look, self._desk, self.kind, self.record_id = look, desk, kind, record_id
        self._hot = False
        self._taken = 0
        self._thumbs: dict[str, QImage] = {}
        self._count = label(look, size="small", ink="ink_3")
        self.add = Button(look, icon="plus", kind="flat", name=msg("Attach files"))
        self.add.clicked.connect(self.choose)
        self.empty = label(
            look, msg("No files yet. Drop photos or PDFs here, or paste a picture."), ink="ink_2", wrap=True
        )
        self.grid = Grid(look)
        self.head = row(
            look,
            label(look, msg("Files"), strong=True),
            self._count,
            None,
            self.add,
            gap=8,
            edge=(20, 4, 12, 4),
        )
        body = column(look, self.empty, self.grid, gap=0, edge=(20, 10, 20, 12))
        self.setLayout(column(look, self.head, Line(look), body, gap=0))
        self.setAcceptDrops(True)
        look.bind(self.setAccessibleName, msg("Files"))
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_AGAIN)
        self._timer.timeout.connect(self._look_again)
        context = Qt.ShortcutContext.WidgetWithChildrenShortcut
        paste = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self, context=context)
        paste.activated.connect(self.paste)
        self._viewer: FileViewer | None = None
        self._confirm: Confirm | None = None
        desk.changed.connect(self._changed)
        look.changed.connect(self.fill)
        self.fill()

    # What is shown

    def show_of(self, record_id: UUID) -> None:
        """The files of another record."""
        self.record_id = record_id
        self.fill()

    def fill(self) -> None:
        """Every file again."""
        with self._desk.store.glance():
            self._fill()

    def _fill(self) -> None:
        found = attachments.listed(self._desk.store, self.kind, self.record_id)
        office = self._desk.has_office()
        focused = next((tile.shown.record.id for tile in self.grid.tiles if tile.hasFocus()), None)
        for tile in self.grid.tiles:
            tile.hide()
            tile.deleteLater()
        self.grid.tiles = [self._tile(one, office=office) for one in found]
        for tile in self.grid.tiles:
            if tile.shown.record.id == focused:
                tile.setFocus()
        self._count.setText(str(len(found)) if found else "")
        self.empty.setVisible(not found)
        self.grid.setVisible(bool(found))
        self.grid.place()
        refusal = self._refusal()
        self.add.refuse(refusal)
        self.setAcceptDrops(refusal is None)
        self._watch()

    def _refusal(self) -> Message | None:
        """Why no file is attached here, or None."""
        shown = self._desk.row(self.kind, self.record_id)
        lent = self._desk.lent(shown.record) if shown is not None else None
        return self._desk.refusal("attachment.attach", None) or lent

    def _tile(self, one: Shown, *, office: bool) -> Tile:
        tile = Tile(self._look, one, office=office)
        tile.setParent(self.grid)
        tile.clicked.connect(lambda: self.open(tile))
        tile.removed.connect(lambda: self.remove(tile))
        known = self._thumbs.get(one.record.sha256)
        if known is not None:
            tile.show_thumb(known)
        elif one.here and (one.is_picture or one.record.media_type == rules.PDF):
            self._make_thumb(one)
        return tile

    def _make_thumb(self, one: Shown) -> None:
        desk, record = self._desk, one.record
        longest = round(2 * self._look.px(THUMB) * self.devicePixelRatioF())

        def make() -> QImage:
            data = attachments.contents(desk.store, record)
            return picture_of(data, longest) if one.is_picture else _first_page(data, longest)

        def made(picture: QImage) -> None:
            self._thumbs[record.sha256] = picture
            for tile in self.grid.tiles:
                if tile.shown.record.sha256 == record.sha256:
                    tile.show_thumb(picture)

        desk.runner.read(self, f"thumb {record.sha256}", make, made, failed=lambda _error: None)

    def _changed(self, keys: frozenset[tuple[str, UUID]]) -> None:
        if any(kind == "attachment" for kind, _ in keys):
            self.fill()

    def _watch(self) -> None:
        """Look again every moment while something is on its way, and only while somebody sees it."""
        moving = self._desk.has_office() and any(
            tile.shown.waits or (tile.shown.state is not None and tile.shown.state.wanted)
            for tile in self.grid.tiles
        )
        if moving and self.isVisible():
            self._timer.start()
        else:
            self._timer.stop()

    def _look_again(self) -> None:
        found = {
            one.record.id: one for one in attachments.listed(self._desk.store, self.kind, self.record_id)
        }
        office = self._desk.has_office()
        for tile in self.grid.tiles:
            one = found.get(tile.shown.record.id)
            if one is not None:
                tile.show_state(one, office=office)
        self._watch()

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks."""
        super().showEvent(event)
        self._watch()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._timer.stop()

    def widgets(self) -> list[QWidget]:
        """What Tab goes through."""
        return [self.add, *self.grid.tiles]

    # What comes in

    def choose(self) -> None:
        """Files from a folder."""
        found, _ = QFileDialog.getOpenFileNames(self.window(), self._look.text(msg("Attach files")))
        self.take_files([Path(each) for each in found])

    def take_files(self, paths: Sequence[Path]) -> None:
        """Attach files; each says for itself why it was not taken."""
        for path in paths:
            self._take(path.name, lambda path=path: attachments.read_file(path))  # type: ignore[misc]

    def take_picture(self, picture: QImage) -> None:
        """Attach a picture that never was a file."""
        store = QByteArray()
        device = QBuffer(store)
        device.open(QIODevice.OpenModeFlag.WriteOnly)
        picture.save(device, "PNG")  # type: ignore[call-overload]
        data = bytes(store.data())
        at = datetime.now().astimezone().strftime("%Y-%m-%d %H.%M.%S")
        self._take(f"{self._look.text(PASTED.of(at=at))}.png", lambda: data)

    def _take(self, name: str, read: Callable[[], bytes]) -> None:
        """Bytes first, beside the records; then the record that names them."""
        desk, kind, record_id, kept_by = self._desk, self.kind, self.record_id, settings.load()
        self._taken += 1

        def keep() -> dict[str, Any]:
            return attachments.keep(
                desk.store, name, read(), shrink=kept_by.shrink_photos, keep_place=kept_by.keep_photo_place
            )

        def kept(values: dict[str, Any]) -> None:
            told = msg("Attached: {name}").of(name=rules.safe_name(name))
            desk.do("attachment.attach", of=kind, of_id=record_id, told=told, **values)

        slot = f"attach {record_id.hex} {self._taken} {name}"
        desk.runner.read(desk, slot, keep, kept, failed=desk.refused.emit)

    def paste(self) -> None:
        """What lies in the clipboard: files, or a picture."""
        self._take_from(QGuiApplication.clipboard().mimeData())

    def _take_from(self, given: QMimeData) -> None:
        paths = [Path(url.toLocalFile()) for url in given.urls() if url.isLocalFile()]
        if paths:
            self.take_files(paths)
        elif given.hasImage():
            picture = QImage(given.imageData())
            if not picture.isNull():
                self.take_picture(picture)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and pictures may be dropped here."""
        given = event.mimeData()
        if given.hasImage() or any(url.isLocalFile() for url in given.urls()):
            event.acceptProposedAction()
            self._heat(hot=True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Not here after all."""
        self._heat(hot=False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what was dropped."""
        self._heat(hot=False)
        event.acceptProposedAction()
        self._take_from(event.mimeData())

    def _heat(self, *, hot: bool) -> None:
        self._hot = hot
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A ground and an edge while something is held over it."""
        if self._hot:
            painter = QPainter(self)
            painter.fillRect(self.rect(), self._look.colour("accent_soft"))
            painter.setPen(QPen(self._look.colour("accent_line"), 2, Qt.PenStyle.DashLine))
            painter.drawRect(self.rect().adjusted(4, 4, -4, -4))

    # What is done with one

    def open(self, tile: Tile) -> None:
        """Show it, offer a copy of what cannot be shown, or ask for what is not here."""
        one = tile.shown
        if not one.here:
            self.fetch(one.record)
        elif one.is_picture or one.record.media_type == rules.PDF:
            self._show(one)
        else:
            self._offer_copy(tile, one.record)

    def fetch(self, record: Attachment) -> None:
        """A person waits for it."""
        desk = self._desk

        def asked(_nothing: None) -> None:
            desk.told.emit(msg("{name} comes with the next sync").of(name=record.name), False)
            self._look_again()

        desk.runner.read(
            self,
            f"fetch {record.sha256}",
            lambda: attachments.fetch_now(desk.store, record),
            asked,
            failed=desk.refused.emit,
        )

    def _show(self, one: Shown) -> None:
        desk, record = self._desk, one.record
        width = round(self._look.px(LARGEST_PAGE) * self.devicePixelRatioF())

        def make() -> list[QImage]:
            data = attachments.contents(desk.store, record)
            return [picture_of(data, 2 * width)] if one.is_picture else _pages(data, width)

        def made(shown: list[QImage]) -> None:
            if self._viewer is None:
                self._viewer = FileViewer(self._look, self.window())
                self._viewer.copy_wanted.connect(self._copy_shown)
                self._viewer.link_wanted.connect(self._link_shown)
            self._viewer.setProperty("attachment", record.id.hex)
            self._viewer.show_file(record.name, shown)

        desk.runner.read(self, "show", make, made, failed=desk.refused.emit)

    def open_file(self, attachment: UUID) -> None:
        """The file that a link names."""
        for tile in self.grid.tiles:
            if tile.shown.record.id == attachment:
                self.open(tile)

    def _link_shown(self) -> None:
        if self._viewer is not None:
            said = deeplinks.link("attachment", UUID(hex=self._viewer.property("attachment")))
            QGuiApplication.clipboard().setText(said)
            self._desk.told.emit(msg("Copied: {text}").of(text=said), False)

    def _copy_shown(self) -> None:
        if self._viewer is None:
            return
        shown = self._viewer.property("attachment")
        self._viewer.dismiss()
        for tile in self.grid.tiles:
            if tile.shown.record.id.hex == shown:
                self._offer_copy(tile, tile.shown.record)

    def _offer_copy(self, anchor: QWidget, record: Attachment) -> None:
        if self._confirm is None:
            self._confirm = Confirm(self._look, self.window())
        title = msg("Save a copy of {name}?").of(name=record.name)
        self._confirm.ask(
            anchor, title, attachments.CLEAR_COPY, msg("Choose a folder"), lambda: self._save(record)
        )

    def _save(self, record: Attachment) -> None:
        title = self._look.text(msg("Save a copy…"))
        path, _ = QFileDialog.getSaveFileName(self.window(), title, rules.safe_name(record.name))
        if path:
            self.save_copy(record, Path(path))

    def save_copy(self, record: Attachment, path: Path) -> None:
        """Write a copy in the clear where a person chose."""
        desk = self._desk

        def saved(where: Path) -> None:
            desk.told.emit(msg("Copy saved: {name}").of(name=where.name), False)

        desk.runner.read(
            desk,
            f"copy {record.id.hex}",
            lambda: attachments.save_copy(desk.store, record, path),
            saved,
            failed=desk.refused.emit,
        )

    def remove(self, tile: Tile) -> None:
        """Take it off; the toast brings it back."""
        record = tile.shown.record
        self._desk.do("attachment.detach", record.id, told=msg("Removed: {name}").of(name=record.name))


def _first_page(data: bytes, width: int) -> QImage:
    return next(iter(images(attachments.pages(data, width, 1))), QImage())


def _pages(data: bytes, width: int) -> list[QImage]:
    return images(attachments.pages(data, width))
