"""The window's own actions: one function each, reached by the palette and by keys that one may change."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop import settings
from desktop.rules import deeplinks
from desktop.views import boards, keymap, verifying
from desktop.views.approvals.phone_answer import TITLE, PhoneAnswer, open_answer
from desktop.views.covers import Covers
from desktop.views.crash_page import CrashPage
from desktop.views.customer_screen.opening import close_all
from desktop.views.guide import Guide, page_for, screen_of
from desktop.views.key_sheet import KeySheet
from desktop.views.look import Look
from desktop.views.notices import Notices
from desktop.views.palette import Item
from desktop.views.posting.opening import Posting
from desktop.views.practice import Practice
from desktop.views.running import Tray
from desktop.views.torn import TornWindows
from desktop.words import Message, msg

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.views.window import Window


class Actions(QObject):
    """Keeps the shortcuts of one window."""

    def __init__(self, look: Look, window: "Window") -> None:
        super().__init__(window)
        self._look, self._window = look, window
        self.torn = TornWindows(look, window.desk, window)
        self.crash = CrashPage(look, window)
        self.covers = Covers(look, self)
        self.notices = Notices(look, window.desk, window)
        self.notices.opened.connect(window.open_record)
        self.tray = Tray(look, window, window.side)
        self.mail = Posting(look, window)
        window.desk.begun.connect(self.tray.add)
        window.desk.brought.connect(self._bring_in)
        window.desk.made.connect(window.open_record)
        self.sheet: KeySheet | None = None
        self.guide: Guide | None = None
        self.practice: Practice | None = None
        self._shortcuts: dict[str, QShortcut] = {}
        self.acts: dict[str, Callable[[], object]] = {
            "palette": window.open_palette,
            "new": window.new_here,
            "quote": window.quote_selected,
            "undo": window.desk.undo,
            "back": window.go_back,
            "forward": window.go_forward,
            "tear": self.tear,
            "copy_link": self.copy_link,
            "private": self.turn_private,
            "sync": window.sync_wanted.emit,
            "lock": window.lock_wanted.emit,
            "settings": partial(window.go, "settings"),
            "guide": self.show_guide,
            "keys": self.show_keys,
        }
        self.renew()

    def renew(self) -> None:
        """The keys as they are chosen now."""
        chosen = keymap.all_keys()
        self._look.keys = {keymap.BY_NAME[name].keys: keys for name, keys in chosen.items()}
        for name, keys in chosen.items():
            shortcut = self._shortcuts.get(name)
            if shortcut is None:
                shortcut = self._shortcuts[name] = QShortcut(self._window)
                shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
                shortcut.activated.connect(self.acts[name])
            signs = [keys, f"Shift+{keys}"] if len(keys) == 1 and not keys.isalnum() else [keys]
            shortcut.setKeys([QKeySequence(sign) for sign in signs if sign])

    def items(self) -> list[Item]:
        """Each action as a row of the palette."""
        return [
            Item(self._look.text(each.words), keys=each.keys, icon=each.icon, run=self.acts[each.name])
            for each in keymap.ACTIONS
            if each.name not in ("palette", "new", "quote")
        ] + [Item(self._look.text(words), icon=icon, run=run) for words, icon, run in self._more()]

    def _more(self) -> "list[tuple[Message, str, Callable[[], object]]]":
        """Actions without keys."""
        found: list[tuple[Message, str, Callable[[], object]]] = []
        if self._window.desk.refusal("phone_approval.answer", None) is None:
            found.append((TITLE, "phone", self.answer_phone))
        found.append((verifying.CHECK, "shield-check", self.check_pdf))
        return [*found, *self.mail.items(), (msg("Practice: your first quote"), "target", self.practise)]

    def check_pdf(self) -> None:
        """Choose a PDF, and say whose it is and whether a byte differs."""
        verifying.ask(self._window, self._look.text(verifying.CHECK))

    def answer_phone(self) -> PhoneAnswer:
        """Approve what somebody reads out on the telephone."""
        return open_answer(self._look, self._window.desk, self._window)

    def show_keys(self) -> None:
        """The sheet of all keys."""
        if self.sheet is None:
            self.sheet = KeySheet(self._look, self._window)
        self.sheet.open()

    def turn_private(self) -> None:
        """Hide names and amounts, or show them again; kept for the next start."""
        self._look.turn_private()
        settings.save(settings.load().with_(private=self._look.private))
        hidden = msg("Names and amounts are hidden; the same keys show them again")
        words = hidden if self._look.private else msg("Names and amounts are shown")
        self._window.toast.tell(words, can_undo=False, good=False)

    def show_guide(self) -> None:
        """The manual at the page of this screen."""
        if self.guide is None:
            self.guide = Guide(self._look)
        self.guide.open_at(page_for(screen_of(self._window)))

    def practise(self) -> None:
        """The practice tour, from its first step."""
        if self.practice is None:
            self.practice = Practice(self._look, self._window)
        self.practice.start()

    def _bring_in(self, path: Path) -> None:
        (verifying.examine if verifying.drop_words([path]) else boards.bring_in)(self._window, path)

    def blank(self) -> None:
        """Nothing can be read from here on, though an import that is being written comes to its end first."""
        close_all()
        for window in (self._window, *self.torn.windows):
            leaf = QWidget(window)
            leaf.setObjectName("blank")
            leaf.setAutoFillBackground(True)
            leaf.setGeometry(window.rect())
            leaf.show()
            leaf.raise_()
            leaf.repaint()  # now: nobody hears of events until all is closed

    def vanish(self) -> None:
        """The office has this laptop wiped: nothing is seen any more, though changes still go."""
        close_all()
        for window in (self._window, *self.torn.windows):
            window.hide()

    def close(self) -> None:
        """The vault is locked, or the program ends: no window stays."""
        self.torn.close_all()
        guide, self.guide = self.guide, None
        if guide is not None:
            guide.close()
            guide.deleteLater()

    def tear(self) -> None:
        """The record at hand in a window of its own."""
        row = self._window.selected()
        if row is not None:
            self.torn.tear(row.record.__tablename__, row.id)

    def copy_link(self) -> None:
        """A link to the record at hand on the clipboard."""
        row = self._window.selected()
        if row is not None:
            said = deeplinks.link(row.record.__tablename__, row.id)
            QGuiApplication.clipboard().setText(said)
            self._window.desk.told.emit(msg("Copied: {text}").of(text=said), False)

    def open_link(self, text: str) -> bool:
        """Open the record that a link names; False where it is no link."""
        found = deeplinks.read(text)
        if found is not None:
            self.open_named(*found)
        return found is not None

    def _open_file(self, record_id: UUID) -> None:
        """The file on the page of its record."""
        window = self._window
        found = window.desk.row("attachment", record_id)
        kind, whose = (found.value("of"), found.value("of_id")) if found is not None else ("", record_id)
        if not kind or window.desk.row(kind, whose) is None:
            window.bar.tell(msg("This file is not on this laptop."), tone="warn")
            return
        window.open_record(kind, whose)
        files = getattr(window.page(), "files", None)
        if files is not None:
            files.open_file(record_id)

    def open_named(self, kind: str, record_id: UUID) -> None:
        """A record of a link; what this laptop does not hold is said so."""
        from desktop.models.record import RECORDS

        if kind == "attachment":
            self._open_file(record_id)
        elif kind in RECORDS:
            self._window.open_record(kind, record_id)
        else:
            self._window.bar.tell(msg("This link names nothing that this program knows."), tone="warn")
