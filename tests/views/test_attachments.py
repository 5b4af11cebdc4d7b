"""Files in the window: dropped, pasted, opened in memory, removed with undo, fetched; by mouse or key."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from desktop import settings
from desktop.models.store import Actor, Store
from desktop.services import attachments
from desktop.views.attachment_tiles import Tile
from desktop.views.attachments import AttachmentsPanel
from desktop.views.file_settings import FileSettings
from desktop.views.file_viewer import FileViewer, picture_of
from desktop.views.look import Look
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import key, press, settle, the_record


def photo(width: int = 800) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, 600)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def panel(window: Window, firm: Firm, qtbot: QtBot) -> Iterator[AttachmentsPanel]:
    window.open_record("customer", firm.customers[0])
    settle(window, qtbot)
    yield the_record(window).files
    QGuiApplication.clipboard().clear()


def tiles(panel: AttachmentsPanel) -> list[Tile]:
    return panel.grid.tiles


def names(panel: AttachmentsPanel) -> list[str]:
    return [tile.text() for tile in tiles(panel)]


def drop(panel: AttachmentsPanel, given: QMimeData) -> None:
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    panel.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, given, left, none))


def files(*paths: Path) -> QMimeData:
    given = QMimeData()
    given.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return given


def attach(panel: AttachmentsPanel, window: Window, qtbot: QtBot, path: Path, data: bytes) -> Tile:
    path.write_bytes(data)
    panel.take_files([path])
    settle(window, qtbot)
    return tiles(panel)[-1]


def test_dropped_files_are_there_at_once_and_get_their_pictures(
    panel: AttachmentsPanel, window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    assert not panel.empty.isHidden()
    (tmp_path / "现场.jpg").write_bytes(photo())
    (tmp_path / "notes.txt").write_bytes(b"plain")
    drop(panel, files(tmp_path / "现场.jpg", tmp_path / "notes.txt"))
    qtbot.waitUntil(lambda: sorted(names(panel)) == ["notes.txt", "现场.jpg"])
    settle(window, qtbot)
    assert panel.empty.isHidden()
    shown = {tile.text(): tile for tile in tiles(panel)}
    qtbot.waitUntil(lambda: shown["现场.jpg"].thumb is not None)
    assert shown["notes.txt"].thumb is None
    assert "Attached" in window.toast.words()


def test_a_pasted_picture_is_a_file(panel: AttachmentsPanel, window: Window, qtbot: QtBot) -> None:
    picture = QImage(40, 30, QImage.Format.Format_RGB32)
    picture.fill(QColor("red"))
    given = QMimeData()
    given.setImageData(picture)
    QGuiApplication.clipboard().setMimeData(given)
    panel.add.setFocus()
    key(qtbot, panel.add, Qt.Key.Key_V, control=True)
    qtbot.waitUntil(lambda: len(tiles(panel)) == 1)
    assert names(panel)[0].startswith("Pasted picture 20")
    one = tiles(panel)[0].shown.record
    assert Image.open(io.BytesIO(attachments.contents(window.desk.store, one))).size == (40, 30)


def test_enter_opens_a_picture_in_memory_and_escape_closes_it(
    panel: AttachmentsPanel, window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    tile = attach(panel, window, qtbot, tmp_path / "a.jpg", photo())
    tile.setFocus()
    key(qtbot, tile, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.findChild(FileViewer) is not None)
    viewer = window.findChild(FileViewer)
    assert viewer is not None
    qtbot.waitUntil(lambda: bool(viewer.sheets.images))
    assert viewer.sheets.images[0].width() == 800
    key(qtbot, viewer, Qt.Key.Key_Escape)
    assert viewer.isHidden()
    assert viewer.sheets.images == []


def test_bytes_that_are_no_picture_are_read_as_none(qtbot: QtBot) -> None:
    drawing = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    )
    assert picture_of(drawing, 100).isNull()
    assert picture_of(b"\x89PNG\r\n\x1a\n and then nothing", 100).isNull()
    assert picture_of(photo(3000), 100).width() == 100


def test_what_cannot_be_shown_is_offered_as_a_copy_with_a_warning(
    panel: AttachmentsPanel, window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    tile = attach(panel, window, qtbot, tmp_path / "table.xlsx", b"PK\x03\x04 table")
    press(qtbot, tile)
    asked = panel._confirm  # noqa: SLF001
    assert asked is not None
    assert asked.isVisible()
    assert asked._why.text().startswith("The copy is not encrypted")  # noqa: SLF001
    asked.dismiss()
    panel.save_copy(tile.shown.record, tmp_path / "copy.xlsx")
    settle(window, qtbot)
    assert (tmp_path / "copy.xlsx").read_bytes() == b"PK\x03\x04 table"


def test_delete_takes_a_file_off_and_undo_brings_it_back(
    panel: AttachmentsPanel, window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    tile = attach(panel, window, qtbot, tmp_path / "a.pdf", b"%PDF-1.7 not much")
    tile.setFocus()
    key(qtbot, tile, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: not tiles(panel))
    assert window.toast.words() == "Removed: a.pdf"
    press(qtbot, window.toast.undo_button)
    qtbot.waitUntil(lambda: names(panel) == ["a.pdf"])
    tile = tiles(panel)[0]
    qtbot.mouseClick(tile, Qt.MouseButton.LeftButton, pos=QPoint(tile.width() - 8, 8))
    qtbot.waitUntil(lambda: not tiles(panel))


def test_a_file_that_is_not_here_is_fetched_when_asked_for(
    panel: AttachmentsPanel, window: Window, firm: Firm, qtbot: QtBot, store: Store
) -> None:
    values = {"name": "远方.jpg", "of": "customer", "of_id": firm.customers[0], "media_type": "image/jpeg"}
    window.desk.do("attachment.new", values={**values, "size": 9000, "sha256": "ab" * 32})
    qtbot.waitUntil(lambda: len(tiles(panel)) == 1)
    assert tiles(panel)[0].whereabouts().in_language("en") == "Fetch now"  # type: ignore[union-attr]
    press(qtbot, tiles(panel)[0])
    settle(window, qtbot)
    assert tiles(panel)[0].whereabouts().in_language("en") == "Comes with the next sync"  # type: ignore[union-attr]
    assert store.blobs is not None
    assert store.blobs.states(["ab" * 32])["ab" * 32].wanted


def test_what_is_on_its_way_says_how_far(
    panel: AttachmentsPanel, window: Window, qtbot: QtBot, store: Store, tmp_path: Path
) -> None:
    store.set_local("office", {"url": "https://office.example", "server": "x"})
    tile = attach(panel, window, qtbot, tmp_path / "a.pdf", b"%PDF" + bytes(3 * 256 * 1024))
    assert tile.whereabouts().in_language("en") == "Waits for the network"  # type: ignore[union-attr]
    assert store.blobs is not None
    store.blobs.sent(tile.shown.record.sha256, frozenset({0, 1}))
    qtbot.waitUntil(lambda: tiles(panel)[0].shown.done == 50)
    store.blobs.sent(tile.shown.record.sha256, frozenset(), whole=True)
    qtbot.waitUntil(lambda: tiles(panel)[0].whereabouts() == "768 KB")
    window.go("customer")


def test_what_is_not_taken_says_why(
    panel: AttachmentsPanel, window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "setup.exe").write_bytes(b"MZ")
    panel.take_files([tmp_path / "setup.exe", tmp_path / "gone.pdf"])
    settle(window, qtbot)
    assert tiles(panel) == []
    assert window.bar.words()


def test_who_may_not_attach_sees_why(window: Window, firm: Firm, qtbot: QtBot, store: Store) -> None:
    window.desk.actor = Actor(store.me().id, "A", "auditor")
    window.open_record("customer", firm.customers[0])
    settle(window, qtbot)
    panel = the_record(window).files
    assert not panel.add.isEnabled()
    assert "may not" in panel.add.toolTip()
    assert not panel.acceptDrops()


def test_the_settings_say_how_photos_are_kept_and_how_much_room_there_is(
    window: Window,
    look: Look,
    qtbot: QtBot,
    store: Store,
) -> None:
    lines = FileSettings(look, window.desk)
    assert (lines.photos.current(), lines.place.current(), lines.room.current()) == ("yes", "no", "2")
    lines.photos.chosen.emit("no")
    lines.place.chosen.emit("yes")
    lines.room.chosen.emit("5")
    settle(window, qtbot)
    kept = settings.load()
    assert (kept.shrink_photos, kept.keep_photo_place) == (False, True)
    assert attachments.room(store) == (0, 5 << 30)
    again = FileSettings(look, window.desk)
    assert (again.photos.current(), again.place.current(), again.room.current()) == ("no", "yes", "5")
    for line in (lines, again):
        for control in (line.photos, line.place, line.room):
            control.deleteLater()


def test_a_file_is_linked_to_and_the_link_opens_it(
    panel: AttachmentsPanel, window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    tile = attach(panel, window, qtbot, tmp_path / "plan.jpg", photo())
    panel.open(tile)
    settle(window, qtbot)
    viewer = window.findChild(FileViewer)
    assert viewer is not None
    viewer.link_button.click()
    link = QGuiApplication.clipboard().text()
    assert link == f"satchel://attachment/{tile.shown.record.id.hex}"
    viewer.dismiss()
    window.go("quote")
    assert window.doing.open_link(link)
    settle(window, qtbot)
    assert the_record(window).kind == "customer"
    shown = [each for each in window.findChildren(FileViewer) if each.isVisible()]
    assert [each.accessibleName() for each in shown] == ["plan.jpg"]
    shown[0].dismiss()
    window.doing.open_link(f"satchel://attachment/{'0' * 32}")
    assert window.bar.words() == "This file is not on this laptop."
