"""Who else has a record: the people and teams with what they may and until when, take back, and lend it."""

from functools import partial
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.errors import Refused, SatchelError
from desktop.models.kinds import Day
from desktop.models.records import Share
from desktop.rules.sharing import EDIT, READ, SHAREABLE
from desktop.services import sharing
from desktop.views import cells, dates
from desktop.views.buttons import Button, Segments
from desktop.views.cells import Row
from desktop.views.compose import Avatar, Line, clear, column, holding, label, row
from desktop.views.desk import Desk
from desktop.views.editors import LinkEditor, editor_for
from desktop.views.look import Look
from desktop.views.popover import RING, Popover
from desktop.views.reason import Reason
from desktop.words import Message, msg, verbatim

WIDTH: Final = 420
MOST: Final = 8
SHARED: Final = msg("Shared with {name}")
ENDED: Final = msg("{name} has it no more")
NOBODY: Final = msg("There is no person and no team “{name}” on this laptop.")
WHOM: Final = msg("Say with whom.")
MAY: Final = {READ: msg("may read it"), EDIT: msg("may read and edit it")}


def share_button(look: Look, *, words: bool = True) -> Button:
    """The button that opens the box; `reason` says where it is grey."""
    name = msg("Share")
    return Button(look, name if words else "", icon="users", name=None if words else name)


def offered(kind: str) -> bool:
    """Whether records of a type are shared at all."""
    return kind in SHAREABLE


def reason(desk: Desk, shown: Row) -> Message | None:
    """Why this record is not shared by this person, or None."""
    return desk.refusal("share.give", None) or desk.borrowed(shown.record)


class SharingBox(Popover):
    """Below the button that opened it; it goes when it is closed."""

    tells = True

    def __init__(self, look: Look, desk: Desk, shown: Row, window: QWidget) -> None:
        super().__init__(look, window)
        self._desk, self._shown = desk, shown
        self._anchor = QPoint()
        self._found: dict[UUID, str] = {}
        title = msg("Who else has it")
        look.bind(self.setAccessibleName, title)
        self.rows = QVBoxLayout()
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.back: dict[UUID, Button] = {}
        self.who = LinkEditor("user", "", None, self._find)
        look.bind(self.who.setPlaceholderText, msg("A person or a team"))
        look.bind(self.who.setAccessibleName, msg("A person or a team"))
        ways = [(READ, msg("Read")), (EDIT, msg("Read and edit"))]
        self.access = Segments(look, ways, current=READ, name=msg("What they may do"))
        self.until = editor_for(look, Share.fields()["until"], None, "", self._find)
        look.bind(self.until.setAccessibleName, msg("Its last day"))
        self._why = Reason(look)
        self._why.hide()
        self.give = Button(look, msg("Share"), kind="primary", keys="Enter")
        self.give.clicked.connect(self._give)
        head = holding(row(look, label(look, title, strong=True), None, edge=(16, 12, 12, 8)))
        until = row(look, label(look, msg("Until (a day; empty: for good)"), size="small", ink="ink_2"), None)
        foot = row(look, None, self.give, gap=8)
        parts = (self.who, self.access, until, self.until, self._why, foot)
        form = column(look, *parts, gap=8, edge=(16, 12, 16, 12))
        for part in (head, Line(look), holding(self.rows), Line(look), holding(form)):
            self.inside.addWidget(part)
        self.closed.connect(self.deleteLater)
        desk.changed.connect(self._changed)
        self._fill()

    def show_below(self, anchor: QWidget) -> None:
        """Open it under its button."""
        self.setFixedWidth(self._look.px(WIDTH) + 2 * RING)
        corner = anchor.mapTo(self._window, QPoint(anchor.width(), anchor.height() + 4))
        self._anchor = QPoint(corner.x() - self.width() + 2 * RING, corner.y())
        self.pop(self._anchor)
        self.who.setFocus()

    def _changed(self, keys: frozenset[tuple[str, UUID]]) -> None:
        if any(kind == "share" for kind, _ in keys):
            self._fill()
            if self.isVisible():
                self.adjustSize()

    def _fill(self) -> None:
        look, desk = self._look, self._desk
        clear(self.rows)
        self.back = {}
        shares = sharing.of_record(desk.store, self._shown.id)
        for share in shares:
            self.rows.addWidget(self._row(share))
        if not shares:
            nobody = msg("Nobody but its owner and their team.")
            self.rows.addLayout(row(look, label(look, nobody, ink="ink_2"), None, edge=(16, 10, 16, 10)))

    def _row(self, share: Share) -> QWidget:
        look, desk = self._look, self._desk
        kind, receiver = ("user", share.person_id) if share.person_id else ("team", share.group_id)
        name = desk.title(kind, receiver) if receiver else ""
        may: Message = MAY.get(share.access or READ, MAY[READ])
        if share.until:
            day = dates.short_day(share.until, look.language, cells.now().date())
            may = msg("{what}, until {day}").of(what=may, day=day)
        texts = column(look, label(look, verbatim(name)), label(look, may, size="small", ink="ink_2"), gap=0)
        avatar = Avatar(look, name, receiver or "", person=kind == "user", size="list")
        back = self.back[share.id] = Button(look, msg("Take back"), kind="flat", icon="undo-2")
        back.refuse(desk.refusal("share.delete", share))
        back.clicked.connect(partial(self._take_back, share.id, name))
        line = row(look, avatar, holding(texts), back, gap=10, edge=(16, 6, 12, 6))
        line.setStretch(1, 1)
        return holding(line)

    def _find(self, _kind: str, text: str) -> list[tuple[UUID, str]]:
        found = []
        for hit in self._desk.search(text, ["user", "team"], MOST):
            record = UUID(bytes=hit.id)
            if record != self._desk.actor.id:
                self._found[record] = "person_id" if hit.type == "user" else "group_id"
                found.append((record, hit.title))
        return found

    def _give(self) -> None:
        said = self._said()
        if isinstance(said, Message):
            self._complain(said)
            return
        name = self.who.text().strip()
        self._why.hide()
        told = SHARED.of(name=name)
        self._desk.do("share.give", told=told, done=self._given, failed=self._refused, **said)

    def _said(self) -> dict[str, Any] | Message:
        """What is to be given, or what is missing."""
        text = self.who.text().strip()
        if not text:
            return WHOM
        receiver = self.who.typed()
        if receiver is None:
            return NOBODY.of(name=text)
        typed: Any = self.until.typed()
        try:
            until = typed if self.until.parsed else Day().parse(str(typed or ""))
        except Refused as refused:
            return refused.message
        record = self._shown.record
        return {
            "of": record.__tablename__,
            "of_id": record.id,
            self._found[receiver]: receiver,
            "access": self.access.current(),
            "until": until,
        }

    def _given(self, _share: Any) -> None:
        self.who.clear()
        self.who.setFocus()

    def _take_back(self, share: UUID, name: str) -> None:
        self._desk.do("share.delete", share, told=ENDED.of(name=name))

    def _refused(self, error: SatchelError) -> None:
        self._complain(error.message)

    def _complain(self, words: Message) -> None:
        self._look.bind(self._why.setText, words)
        self._why.show()
        self.adjustSize()

    def complaint(self) -> str:
        """What stands below the form."""
        return "" if self._why.isHidden() else self._why.text()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter shares."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._give()
        else:
            super().keyPressEvent(event)


def open_sharing(look: Look, desk: Desk, shown: Row, anchor: QWidget) -> SharingBox:
    """Open the box below a button of the window."""
    box = SharingBox(look, desk, shown, anchor.window())
    box.show_below(anchor)
    return box
