"""The window: rail, header, one page at a time, status bar, and what floats above them."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from desktop.errors import NotFound
from desktop.models.record import RECORDS
from desktop.views import boards, errors, verifying
from desktop.views.acting import Acting
from desktop.views.actions import Actions
from desktop.views.buttons import Button
from desktop.views.card_files import offered
from desktop.views.cells import Row
from desktop.views.clash import ClashBox
from desktop.views.compose import Stack, column, label, region, row
from desktop.views.desk import Desk
from desktop.views.finding import Finder
from desktop.views.handover import Handover
from desktop.views.header_parts import fit_search, give_back, lend
from desktop.views.held import HeldLine
from desktop.views.inbox import InboxPage
from desktop.views.list_page import ListPage
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.views.many_items import many_items
from desktop.views.messages import MessageBar, Toast
from desktop.views.navigation import Stop, Trail
from desktop.views.network import Network
from desktop.views.new_prices import PricesLine
from desktop.views.new_record import NewRecord
from desktop.views.outbox import Outbox
from desktop.views.outbox_edit import open_field
from desktop.views.palette import Item, Palette
from desktop.views.places import BELOW, DIRECTORY, PLACES
from desktop.views.progress import FirstCopy
from desktop.views.rail import Side
from desktop.views.record_pages import RecordPage, record_page
from desktop.views.room import Room
from desktop.views.settings_page import SettingsPage
from desktop.views.status import StatusBar
from desktop.views.today import TodayPage
from desktop.words import Message, msg

SLIM_BELOW: Final = 1180
IMPORTED: Final = (".csv", ".xlsx", ".vcf", ".txt")


class Window(QWidget):
    """Shows one opened vault. The composition root makes it and takes it away again."""

    closing = Signal()
    lock_wanted = Signal()
    sync_wanted = Signal()
    stop_wanted = Signal()
    portal_wanted = Signal()
    metered_said = Signal(str)  # auto, yes, no
    join_wanted = Signal(str, str)  # address, code
    backup_wanted = Signal(str)  # folder
    passphrase_wanted = Signal(str, str)  # old, new
    sheet_wanted = Signal(str)  # the file of a new recovery sheet

    def __init__(self, look: Look, desk: Desk, first: str = "customer") -> None:
        super().__init__()
        self._look, self.desk = look, desk
        self.trail = Trail()
        self.side = Side(look, PLACES, BELOW, desk.actor.name)
        self.side.places.gone.connect(self.go)
        self.side.below.gone.connect(self.go)
        self.status = StatusBar(look)
        self.bar, self.held = MessageBar(look), HeldLine(look, desk, self)
        self.prices = PricesLine(look, desk, self)
        self.prices.opened.connect(self.open_record)
        self.pages = Stack()
        self._kept: dict[str, QWidget] = {}
        self._records: dict[str, RecordPage] = {}
        self._header_page: QWidget | None = None
        self.back = Button(look, icon="chevron-left", kind="flat", name=msg("Back", "places"))
        self.forward = Button(look, icon="chevron-right", kind="flat", name=msg("Forward"))
        self.back.clicked.connect(self.go_back)
        self.forward.clicked.connect(self.go_forward)
        self.search = Button(look, msg("Search or command"), kind="search", icon="search", keys="Ctrl+K")
        self.search.clicked.connect(self.open_palette)
        self._title = label(look, size="title", strong=True)
        self._left, self._right = QHBoxLayout(), QHBoxLayout()
        self._compose()
        self.toast = Toast(look, self, desk.undo)
        self.new = NewRecord(look, desk, self)
        self.new.made.connect(self._made)
        self.outbox = Outbox(look, desk, self)
        self.outbox.opened.connect(self.open_record)
        self.outbox.edited.connect(partial(open_field, self))
        self.outbox.sync_wanted.connect(self.sync_wanted)
        self.outbox.inbox_wanted.connect(lambda: self.go("inbox"))
        self.outbox.stop_wanted.connect(self.stop_wanted)
        self.outbox.portal_wanted.connect(self.portal_wanted)
        self.handover = Handover(look, desk, self)
        self.handover.taken.connect(self.refresh_counts)
        self.outbox.handover_wanted.connect(self.handover.ask)
        self.first_copy = FirstCopy(look, self, self.side)
        self.first_copy.stop_wanted.connect(self.stop_wanted)
        self.first_copy.sync_wanted.connect(self.sync_wanted)
        self.clash = ClashBox(look, desk, self)
        desk.clashed.connect(self.clash.ask)
        self.status.network.clicked.connect(lambda: self.outbox.show_above(self.status.network))
        self.finder = Finder(
            look, desk, (*PLACES, *DIRECTORY, *BELOW), open_record=self.open_record, go=self.go,
            new=self.ask_new, selected=self.selected,
        )  # fmt: skip
        self.finder.quote_for = self.quote_for
        self.palette_box = Palette(look, self, self._answer)
        self._listen()
        self.setAcceptDrops(True)
        look.bind(self.setWindowTitle, msg("Satchel"))
        self.go(first)

    def _compose(self) -> None:
        look = self._look
        header = region("surface", "bottom")
        for layout in (self._left, self._right):
            layout.setContentsMargins(0, 0, 0, 0)
        look.bind(self._left.setSpacing, lambda: look.px(22))
        look.bind(self._right.setSpacing, lambda: look.px(8))
        arrows = row(look, self.back, self.forward, gap=2)
        line = row(look, arrows, self._title, gap=10, edge=(12, 0, 16, 0))
        line.addLayout(self._left)
        line.addStretch(1)
        line.addWidget(self.search)
        line.addLayout(self._right)
        header.setLayout(line)
        look.bind(header.setFixedHeight, lambda: look.t.bar("header"))
        main = column(look, header, self.bar, self.held, self.prices, self.pages, gap=0)
        main.setStretch(4, 1)
        across = row(look, self.side, Room(main), gap=0)
        whole = column(look, across, self.status, gap=0)
        whole.setStretch(0, 1)
        self.setLayout(whole)

    def _listen(self) -> None:
        desk = self.desk
        desk.told.connect(self._tell)
        desk.refused.connect(self._refuse)
        desk.saved.connect(self._saved)
        desk.changed.connect(self._changed)
        desk.runner.failed.connect(self._refuse)
        self._look.changed.connect(self._reword)
        self.doing = Actions(self._look, self)
        self.finder.acting = Acting(self._look, desk, self.selected, self.doing.open_named)
        self.refresh_counts()

    # Where one is

    def go(self, key: str) -> None:
        """A place of the rail."""
        self.trail.go(Stop(key))
        self._show_stop(Stop(key))

    def open_record(self, kind: str, record_id: UUID) -> None:
        """A record opened whole."""
        if not self.desk.is_here(kind, record_id):
            self._refuse(errors.missing(RECORDS[kind].__label__))
            return
        stop = Stop(kind, record_id)
        self.trail.go(stop)
        self._show_stop(stop)

    def go_back(self) -> None:
        """One stop back."""
        stop = self.trail.back()
        if stop is not None:
            self._show_stop(stop)

    def go_forward(self) -> None:
        """One stop forward."""
        stop = self.trail.forward()
        if stop is not None:
            self._show_stop(stop)

    def page(self) -> QWidget | None:
        """What is shown now."""
        return self.pages.currentWidget()

    def _show_stop(self, stop: Stop) -> None:
        if stop.record is None:
            page = self._kept.get(stop.place) or self._make_page(stop.place)
        else:
            try:
                page = self._make_record(stop.place, stop.record)
            except (KeyError, NotFound):
                self.go(stop.place)
                return
        previous = self.pages.currentWidget()
        if self.pages.indexOf(page) < 0:
            self.pages.addWidget(page)
        self.pages.setCurrentWidget(page)
        if previous is not page:
            self._leave(previous)
        self.bar.hide()
        self.side.show_place(stop.place)
        self._slim()
        self._show_header(stop, page)
        enter = getattr(page, "enter", None)
        if enter is not None:
            enter()
        self.back.setEnabled(self.trail.can_go_back)
        self.forward.setEnabled(self.trail.can_go_forward)

    def _leave(self, page: QWidget | None) -> None:
        """Lists and the page of each type of record are kept; a quote is read again."""
        if isinstance(page, RecordPage):
            page.rest()
        elif page is not None and page not in self._kept.values():
            self.pages.removeWidget(page)
            page.deleteLater()

    def _make_page(self, key: str) -> QWidget:
        page: QWidget
        if key in boards.KEYS:
            page = boards.make(self, self._look, key)
        elif key == "inbox":
            inbox = InboxPage(self._look, self.desk)
            inbox.figures.connect(self.status.figures.show_figures)
            inbox.opened.connect(self.open_record)
            page = inbox
        elif key == "settings":
            settings = SettingsPage(self._look, self.desk)
            settings.join_wanted.connect(self.join_wanted)
            settings.metered.chosen.connect(self.metered_said)
            settings.keys.renewed = self.doing.renew
            settings.firm.opened.connect(self.open_record)
            settings.firm.wanted.connect(self.ask_new)
            settings.firm.listed.connect(self.go)
            settings.safety.lock_wanted.connect(self.lock_wanted)
            settings.safety.backup_wanted.connect(self.backup_wanted)
            settings.safety.passphrase_wanted.connect(self.passphrase_wanted)
            settings.safety.sheet_wanted.connect(self.sheet_wanted)
            page = settings
        else:
            made = ListPage(self._look, self.desk, key)
            made.opened.connect(self.open_record)
            made.wanted.connect(self.ask_new)
            made.quoted.connect(self.quote_for)
            made.linked.connect(self.ask_new)
            made.figures.connect(self.status.figures.show_figures)
            made.header_changed.connect(self.renew_header)
            page = made
        self._kept[key] = page
        return page

    def _make_record(self, kind: str, record_id: UUID) -> QWidget:
        if kind in boards.WHOLE:
            return boards.whole(self, self._look, kind, record_id)
        kept = self._records.get(kind)
        if kept is not None:
            kept.show_record(record_id)
            return kept
        page = self._records[kind] = record_page(self._look, self.desk, kind, record_id)
        page.opened.connect(self.open_record)
        page.wanted.connect(self.ask_new)
        page.quoted.connect(self.quote_for)
        page.shown_rows.connect(partial(boards.show_rows, self))
        page.gone.connect(lambda: self.go(kind if kind in LISTS else "customer"))
        return page

    def _show_header(self, stop: Stop, page: QWidget) -> None:
        for layout in (self._left, self._right):
            give_back(layout, self._header_page or page)
        self._header_page = page
        every = (*PLACES, *BELOW, *DIRECTORY, boards.IMPORT, boards.RULES)
        places = {place.key: place.words for place in every}
        self._title.setVisible(stop.record is None)
        unlisted = RECORDS[stop.place].__plural__ if stop.place in RECORDS else msg("Satchel")
        self._look.bind(self._title.setText, places.get(stop.place, unlisted))
        parts: Sequence[QWidget] = ()
        actions: Sequence[QWidget] = ()
        if isinstance(page, ListPage):
            parts, actions = page.header_tabs(), page.header_actions()
        elif isinstance(page, RecordPage | boards.Whole | boards.Board):
            parts, actions = page.header_parts(), page.header_actions()
        elif isinstance(page, InboxPage):
            parts = page.header_parts()
        gap = 22 if isinstance(page, ListPage | boards.Board | InboxPage) else 10
        self._look.bind(self._left.setSpacing, lambda: self._look.px(gap))
        self._left.setContentsMargins(self._look.px(12) if stop.record is None else 0, 0, 0, 0)
        for part in parts:
            self._left.addWidget(part)
            lend(part)
        self.search.setVisible(not isinstance(page, boards.Whole))
        if isinstance(page, SettingsPage | RecordPage):
            self.status.figures.show_figures([])
        for action in actions:
            self._right.addWidget(action)
            lend(action)
        self._slim()

    def renew_header(self) -> None:
        page = self.page()
        if page is not None and 0 <= self.trail.here < len(self.trail.stops):
            self._show_header(self.trail.stops[self.trail.here], page)

    def _reword(self) -> None:
        self._slim()
        self.renew_header()
        self.refresh_counts()

    def _slim(self) -> None:
        wide = isinstance(self.page(), boards.Whole)
        crowded = wide or self.width() < self._look.px(SLIM_BELOW)
        self.side.be_slim(crowded)
        room = self.pages.width() - self._look.px(120)  # arrows and edges
        sides = (self._left, self._right) if isinstance(self.page(), RecordPage) else ()
        fit_search(self.search, self.width() < self._look.px(SLIM_BELOW), room, *sides)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The rail gives way on a narrow window."""
        super().resizeEvent(event)
        self._slim()

    def sizeHint(self) -> QSize:
        """A comfortable laptop window."""
        return QSize(1440, 900)

    # What one can do
    def open_palette(self) -> None:
        """Ctrl+K."""
        self.palette_box.pop()

    def _answer(self, text: str) -> Sequence[Item]:
        look = self._look
        dark = look.theme_name == "light"
        self.finder.more = [
            Item(look.text(msg("Switch to English") if look.language == "zh" else msg("Switch to Chinese")),
                 icon="languages", run=lambda: look.switch(language="en" if look.language == "zh" else "zh")),
            Item(look.text(msg("Dark theme") if dark else msg("Light theme")), icon="moon",
                 run=lambda: look.switch(theme_name="dark" if dark else "light")),
            Item(look.text(msg("Import a file")), icon="upload", run=self.ask_import),
            Item(look.text(msg("Export this list")), icon="download", run=self.ask_export),
            *many_items(look, self.page()),
            *self.handover.items(),
            *self.prices.items(),
            *self.doing.items(),
        ]  # fmt: skip
        return self.finder.ask(text)

    def ask_import(self) -> None:
        """Choose a file of customers or contacts."""
        title = self._look.text(msg("Import a file"))
        path, _ = QFileDialog.getOpenFileName(self, title, "", "*.csv *.xlsx *.vcf *.txt")
        if path:
            self.desk.bring_in(Path(path))

    def ask_export(self) -> None:
        """Write the list that is shown as CSV, XLSX or JSON."""
        page = self.page()
        kind = page.kind if isinstance(page, ListPage | RecordPage) else "customer"
        title = self._look.text(msg("Export this list"))
        endings = "*.xlsx *.csv *.json" + (" *.vcf" if offered(kind) and isinstance(page, ListPage) else "")
        path, _ = QFileDialog.getSaveFileName(self, title, f"{kind}.xlsx", endings)
        if path and isinstance(page, ListPage) and not path.endswith(".json"):
            page.edits.export(Path(path))
        elif path:
            self.desk.export(kind, Path(path), self._look.language)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files of customers and contacts are welcome on every screen; say what will happen."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls()]
        words = self.handover.drop_words(paths) or verifying.drop_words(paths)
        if words is None and paths and all(path.suffix.lower() in IMPORTED for path in paths):
            words = msg("Let go to import {file}").of(file=paths[0].name)
        if words is not None:
            self.bar.tell(words, tone="ink_2")
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """The file went away again."""
        self.bar.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Import what was dropped; bundles are taken in, a PDF is checked."""
        self.bar.hide()
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls()]
        if self.handover.drop_words(paths) is not None:
            self.handover.take(*paths)
            return
        for path in paths:
            self.desk.bring_in(path)

    def selected(self) -> Row | None:
        """The record that commands act on."""
        page = self.page()
        if isinstance(page, ListPage):
            return page.current()
        return page.shown if isinstance(page, RecordPage | boards.Whole) else None

    def ask_new(self, kind: str, links: dict[str, Any] | None = None) -> None:
        """The card for a new record; a quote for a known customer is begun at once."""
        reason = self.desk.refusal(f"{kind}.new", None)
        if reason is not None:
            self.bar.tell(reason)
        elif kind == "quote" and links and links.get("customer_id"):
            self._begin_quote(links)
        else:
            self.new.ask(kind, links)

    def quote_for(self, shown: Row) -> None:
        """Begin a quote for a customer or an opportunity."""
        record: Any = shown.record
        if record.__tablename__ == "opportunity":
            self._begin_quote(
                {"customer_id": record.customer_id, "opportunity_id": record.id, "name": record.name}
            )
        else:
            self._begin_quote({"customer_id": record.id})

    def _begin_quote(self, values: dict[str, Any]) -> None:
        self.desk.create("quote", {}, values=values, done=lambda quote: self.open_record("quote", quote.id))

    def quote_selected(self) -> None:
        """A quote for the customer or opportunity at hand."""
        shown = self.selected()
        if shown is not None and shown.record.__tablename__ in ("customer", "opportunity"):
            self.quote_for(shown)

    def new_here(self) -> None:
        """A new record of the list that is shown; on Today a task."""
        page = self.page()
        if isinstance(page, ListPage | TodayPage):
            self.ask_new(page.kind)

    def _made(self, kind: str, record_id: UUID) -> None:
        page = self.page()
        if kind == "quote":
            self.open_record(kind, record_id)
        elif isinstance(page, ListPage) and page.kind == kind:
            page.select(record_id)

    def _saved(self, at: datetime) -> None:
        self.status.show_saved(at.astimezone())
        self.refresh_counts()

    def _tell(self, words: Message, can_undo: bool) -> None:
        self.bar.hide()
        self.toast.tell(words, can_undo=can_undo)

    def _refuse(self, error: BaseException) -> None:
        told = errors.shown(error)
        if told.place == "status":
            self.show_network("offline")
        else:
            self.bar.tell(told.words, tone=told.tone)
        if told.place == "crash":
            self.doing.crash.tell(error)

    # What is shown around the page

    def show_network(self, network: Network | str) -> None:
        """How it stands with the office, on the chip and, while the first copy comes, on its card."""
        self._network = Network(network) if isinstance(network, str) else network
        self.first_copy.show_network(self._network)
        self.outbox.show_network(self._network)
        self.refresh_counts()

    _network = Network()

    def _changed(self, _keys: frozenset[tuple[str, UUID]]) -> None:
        self.refresh_counts()

    def refresh_counts(self) -> None:
        """Unsent changes and what waits in the inbox, counted off this thread."""
        desk = self.desk
        desk.runner.read(self, "waiting", desk.waiting_count, self._show_waiting)
        desk.runner.read(self, "inbox", desk.conflict_count, self._show_conflicts)
        self.held.refresh()

    def _show_waiting(self, count: int) -> None:
        network = self._network
        if network.key == "alone" and self.desk.has_office():
            network = Network("offline")
        self.status.network.show_state(network, count)

    def _show_conflicts(self, count: int) -> None:
        self.side.places.show_counts({"inbox": count})

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell the composition root."""
        self.closing.emit()
        super().closeEvent(event)
