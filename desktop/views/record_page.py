"""A record opened whole: facts on the left, what happened in the middle, what belongs to it on the right."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.views import card_files, cells, sharing_box, timeline
from desktop.views.attachments import AttachmentsPanel
from desktop.views.buttons import Button, Segments
from desktop.views.comments import CommentMenu, comments_on, say
from desktop.views.compose import (
    Avatar,
    Chip,
    FactLine,
    Line,
    Picture,
    column,
    holding,
    label,
    region,
    row,
    scrolling,
    tab_through,
)
from desktop.views.covers import cover
from desktop.views.customer_figures import CustomerFigures
from desktop.views.desk import Desk
from desktop.views.form import Facts, plain_fields
from desktop.views.further import FurtherDetails
from desktop.views.header_parts import park, want
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.views.panel import COMMENTED, NOTED, NoteBox, finish, heading, links_of, subtitle
from desktop.views.phone_code import SHOW, show_code
from desktop.views.privacy import veil, veil_text
from desktop.views.related import RelatedList
from desktop.words import Message, msg

if TYPE_CHECKING:
    from desktop.views.cells import Row

RELATED: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "customer": (
        ("contact", "customer_id"),
        ("opportunity", "customer_id"),
        ("quote", "customer_id"),
        ("contract", "customer_id"),
        ("order", "customer_id"),
        ("task", "customer_id"),
        ("address", "customer_id"),
    ),
    "contact": (("interaction", "contact_id"),),
    "price_book": (("price_entry", "book_id"),),
    "product": (("bundle_part", "product_id"),),
    "clause": (("clause_version", "clause_id"),),
    "team": (("user", "team_id"),),
    "company_seal": (("seal_release", "seal_id"),),
    "opportunity": (
        ("quote", "opportunity_id"),
        ("task", "opportunity_id"),
        ("interaction", "opportunity_id"),
    ),
}

CROWDED_BELOW: Final = 1000
CRAMPED_BELOW: Final = 640
"""A page narrower than that shows its side actions as icons."""
SIDE_SHARE, LEAST_LEFT, LEAST_MIDDLE, LEAST_RIGHT = 100, 306, 272, 220
"""The sides take their full width before the middle gets more than its least."""
THREE: Final = 870
"""A page narrower than that has two columns: in three of them names would be cut."""


class RecordPage(QWidget):
    """One record of any type."""

    opened = Signal(str, object)
    wanted = Signal(str, object)  # a new record of a type, with the links it starts from
    gone = Signal()  # the record was deleted
    quoted = Signal(object)
    shown_rows = Signal(object)  # Rows behind a figure

    def __init__(self, look: Look, desk: Desk, kind: str, record_id: UUID) -> None:
        super().__init__()
        self._look, self._desk, self.kind, self.record_id = look, desk, kind, record_id
        self.shown = self._found(record_id)
        self._resting = False
        self._actions: list[QWidget] = []
        self.quote: Button | None = None
        self._share: Button | None = None
        self._delete: Button | None = None
        self.finish: Button | None = None
        self._avatar = Avatar(look, size="list")
        self._icon = Picture(look, LISTS[kind].icon if kind in LISTS else "file-text")
        self._title = label(look, size="title", strong=True)
        self._grade = Chip(look)
        self._below = FactLine(look)
        self._sent = Chip(look, msg("Saved here, not sent yet"))
        self.facts = Facts(look, desk, ask=True)
        self.to_ask = self.facts.to_ask or QWidget()
        self.facts.opened.connect(self.opened)
        self.further = FurtherDetails(look, desk)
        self.timeline = timeline.Timeline(look, edge=24)
        self.timeline.opened.connect(self._open_event)
        self.note = NoteBox(look, desk, self._place())
        self.note.show_of(kind, record_id)
        self.note.noted.connect(self._noted)
        self.which = Segments(
            look,
            self._tabs(),
            current="all",
            name=msg("What is shown"),
        )
        self.which.chosen.connect(self._show_tab)
        self.lists = [RelatedList(look, desk, *each) for each in RELATED.get(kind, ())]
        for related in self.lists:
            related.opened.connect(self.opened)
            related.wanted.connect(self._want)
            related.all_wanted.connect(self.shown_rows)
        self.files = AttachmentsPanel(look, desk, kind, record_id)
        self.strip = CustomerFigures(look, desk) if kind == "customer" else None
        if self.strip is not None:
            self.strip.opened.connect(self.shown_rows)
            self.strip.arrived.connect(self._order)
        for part in self.header_parts():
            park(part, self)
        self._compose()
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # no stop of Tab: nothing shows it
        look.bind(self.setAccessibleName, type(self.shown.record).__label__)
        self.fill()
        self._go_on()
        desk.changed.connect(self._changed)
        look.changed.connect(self._again)

    def _found(self, record_id: UUID) -> "Row":
        found = self._desk.row(self.kind, record_id)
        if found is None:
            raise KeyError(record_id)
        return found

    def show_record(self, record_id: UUID) -> None:
        """Another record on the same page, from its top. Raises KeyError where there is none."""
        with self._desk.store.glance():
            self.shown = self._found(record_id)
            self.record_id, self._resting = record_id, False
            self.which.choose("all")
            self.note.turn(self._place())
            self.note.show_of(self.kind, record_id)
            self.files.show_of(record_id)
            self.fill()
        self._go_on()
        for area in self._areas:
            area.verticalScrollBar().setValue(0)

    def rest(self) -> None:
        """Nobody looks at it: it is filled again when the next record is shown."""
        self._resting = True

    def _go_on(self) -> None:
        """What was being typed about this record goes on."""
        for draft in self._desk.unfinished.facts_of(self.kind, self.record_id):
            if draft.focus in self.facts.facts:
                self.facts.facts[draft.focus].go_on(draft)
        cover(self._look, self.facts)

    def _again(self) -> None:
        self._fit_actions()
        if not self._resting:
            self.fill()

    def _compose(self) -> None:
        look = self._look
        left_inner = region("surface")
        facts_head = row(look, label(look, msg("Facts"), strong=True), None, edge=(20, 14, 20, 6))
        left_stack = column(
            look,
            facts_head,
            holding(column(look, self.facts, self.to_ask, self.further, gap=8, edge=(20, 0, 14, 12))),
            gap=0,
        )
        if self.kind == "customer" and self.lists:
            left_stack.addWidget(Line(look))
            left_stack.addWidget(self.lists[0])
        left_stack.addStretch(1)
        left_inner.setLayout(left_stack)
        middle_inner = holding(column(look, self.timeline, None, gap=0, edge=(0, 6, 0, 12)))
        rest = self.lists[1:] if self.kind == "customer" else self.lists
        right_inner = self._rest = holding(column(look, *rest, self.files, None, gap=0))
        self._beneath = left_stack
        left = region("surface", "right")
        self._areas = [scrolling(left_inner), scrolling(middle_inner), scrolling(right_inner)]
        left.setLayout(column(look, self._areas[0], gap=0))
        _give_way(look, left, lambda: look.px(320), LEAST_LEFT)
        middle = region("surface")
        tools = row(look, self.which, None, gap=0, edge=(24, 8, 4, 8))
        parts: list[Any] = [tools, self._areas[1]]
        if self.kind in COMMENTED:
            parts.insert(0, row(look, self.note, gap=0, edge=(24, 12, 24, 4)))
        middle_stack = column(look, *parts, gap=0)
        middle.setLayout(middle_stack)
        line = row(look, left, middle, gap=0)
        right = self._right = region("panel", "left")
        right.setLayout(column(look, self._areas[2], gap=0))
        _give_way(look, right, lambda: look.t.column("panel"), LEAST_RIGHT)
        line.addWidget(right)
        for place, share in enumerate((SIDE_SHARE, 1, SIDE_SHARE)):
            line.setStretch(place, share)
        look.bind(middle.setMinimumWidth, lambda: look.px(LEAST_MIDDLE))
        whole = column(look, *([self.strip] if self.strip is not None else []), line, gap=0)
        whole.setStretch(whole.count() - 1, 1)
        self.setLayout(whole)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The figures are there where there is room for them, and so are the words on a button."""
        super().resizeEvent(event)
        if self.strip is not None:
            self.strip.fit(event.size().width(), event.size().height())
        self._fold(event.size().width() < self._look.px(THREE))
        self._fit_actions()

    def minimumSizeHint(self) -> QSize:
        """Two columns: the third goes below the first where there is no room for it."""
        return QSize(self._look.px(LEAST_LEFT + LEAST_MIDDLE), super().minimumSizeHint().height())

    def _fold(self, narrow: bool) -> None:
        """What belongs to it goes below the facts and back, with the focus and in the order of reading."""
        if narrow == self._right.isHidden():
            return
        held = self.window().focusWidget()
        if narrow:
            self._areas[2].takeWidget()
            self._beneath.insertWidget(self._beneath.count() - 1, self._rest)
        else:
            self._beneath.removeWidget(self._rest)
            self._areas[2].setWidget(self._rest)
            self._rest.setAutoFillBackground(False)
        self._rest.show()
        self._right.setVisible(not narrow)
        self._order()
        if held is not None and self._rest.isAncestorOf(held):
            held.setFocus()

    def _fit_actions(self) -> None:
        if self._share is not None:
            self._share.shrink(self.width() < self._look.px(CROWDED_BELOW))
        if self.quote is not None:
            self.quote.shrink(self.width() < self._look.px(CRAMPED_BELOW))

    def enter(self) -> None:
        """Keys go to this page; Tab walks through it in the order of reading."""
        self.setFocus()

    def header_parts(self) -> list[QWidget]:
        """Who it is."""
        return [self._avatar, self._icon, self._title, self._grade, self._below, self._sent]

    def header_actions(self) -> list[QWidget]:
        """What can be done with it: each offered command, grey with its reason."""
        look, desk = self._look, self._desk
        if self._actions:
            return self._actions
        made = self._actions
        if sharing_box.offered(self.kind):
            share = self._share = sharing_box.share_button(look)
            share.clicked.connect(lambda: sharing_box.open_sharing(look, desk, self.shown, share))
            made.append(share)
        if card_files.offered(self.kind):
            made.append(card_files.card_button(look, self.save_cards))
        if self.kind == "contact":
            code = Button(look, icon="qr-code", name=SHOW)
            code.clicked.connect(
                lambda: show_code(look, desk, self.record_id, heading(self.shown, look.language), code)
            )
            made.append(code)
        delete = self._delete = Button(look, icon="trash-2", name=msg("Delete"))
        delete.clicked.connect(lambda: desk.delete(self.shown))
        made.append(delete)
        if self.kind in ("customer", "opportunity"):
            quote = self.quote = Button(
                look, msg("New quote"), kind="primary", icon="file-plus", keys="Ctrl+Q", name=msg("New quote")
            )
            quote.clicked.connect(lambda: self.quoted.emit(self.shown))
            made.append(quote)
        if self.kind == "task":
            done = self.finish = Button(look, msg("Done"), kind="primary", icon="check", name=msg("Done"))
            done.clicked.connect(lambda: finish(desk, self.shown))
            made.append(done)
        self._allow()
        self._fit_actions()
        return made

    def save_cards(self) -> None:
        """This person, or the people of this customer, as vCards."""
        shown, name = self.shown, self.shown.record.title
        card_files.ask(self._look, self._desk, self, name, lambda: [shown.id])

    def _allow(self) -> None:
        """What cannot be done with this record is grey, with the reason."""
        if self._share is not None:
            self._share.refuse(sharing_box.reason(self._desk, self.shown))
        if self._delete is not None:
            self._delete.refuse(self._desk.refusal(f"{self.kind}.delete", self.shown.record))
        if self.finish is not None:
            want(self.finish, not self.shown.value("done_at"))
            self.finish.refuse(self._desk.lent(self.shown.record))

    def fill(self) -> None:
        """Everything again from the record."""
        with self._desk.store.glance():
            self._fill()

    def _fill(self) -> None:
        shown, language = self.shown, self._look.language
        drawn = self.kind in ("customer", "contact")
        want(self._avatar, drawn)
        want(self._icon, not drawn)
        self._avatar.show_name(
            veil_text(self._look, shown.record.title), shown.id, person=self.kind == "contact"
        )
        self._look.bind(self._title.setText, veil(self._look, heading(shown, language)))
        grade = getattr(shown.record, "grade", "")
        want(self._grade, bool(grade))
        if grade:
            word = cells.words_of(shown.kind("grade"), grade)
            self._grade.show_words(word or grade, "accent" if grade == "vip" else "neutral")
        facts = [] if self._look.private else subtitle(shown, language)
        want(self._below, any(facts))
        self._below.show_facts(facts)
        want(self._sent, shown.unsent)
        names = [
            name for name in plain_fields(shown) if name != "owner_id" or shown.value(name) in shown.titles
        ]
        self.facts.show_row(shown, names)
        self.further.show_of(shown)
        for related in self.lists:
            related.show_of(self.shown)
        if self.strip is not None:
            self.strip.show_of(shown.id)
        self._fill_timeline()
        self._allow()
        self._order()

    def _order(self) -> None:
        """Tab reads as the eye does: facts, contacts, note, what happened, what belongs to it."""
        first, rest = (self.lists[:1], self.lists[1:]) if self.kind == "customer" else ([], self.lists)
        order: list[QWidget] = [self, *(self.strip.tiles if self.strip is not None else [])]
        order += [*(fact.value for fact in self.facts.facts.values())]
        order += self.facts.to_ask.buttons() if self.facts.to_ask is not None else []
        order += self.further.buttons()
        for related in first:
            order += [related.add, *related.buttons(), related.every]
        middle: list[QWidget] = [self.note] if self.kind in COMMENTED else []
        middle += [*self.which.buttons(), self.timeline]
        aside: list[QWidget] = []
        for related in rest:
            aside += [related.add, *related.buttons(), related.every]
        aside += self.files.widgets()
        folded = self._right.isHidden()
        tab_through([*order, *aside, *middle] if folded else [*order, *middle, *aside])

    def _fill_timeline(self) -> None:
        if self.which.current() == "comments":
            nobody = msg("No comments yet; @ with a name tells a colleague.")
            self.timeline.show_events(comments_on(self._desk, self.shown), nobody)
        elif self.which.current() == "all":
            self.timeline.show_events(timeline.of_whole(self._desk, self.shown, 200))
        else:
            self.timeline.show_events(timeline.of_record(self._desk, self.shown))

    def figures(self) -> list[tuple[Message | str, str]]:
        """For the status bar."""
        return []

    def _open_event(self, kind: str, record_id: UUID) -> None:
        """What happened opens; of a comment, what can be done with it."""
        if kind != "comment":
            self.opened.emit(kind, record_id)
            return
        comment = self._desk.row(kind, record_id)
        if comment is not None:
            menu = CommentMenu(self._look, self._desk, comment, self.shown, self.note)
            menu.opened.connect(self.opened)
            menu.popup(self.timeline.mapToGlobal(self.timeline.current_box().bottomLeft()))

    def _want(self, kind: str) -> None:
        links = {link: self.record_id for each, link in RELATED.get(self.kind, ()) if each == kind}
        customer = getattr(self.shown.record, "customer_id", None)
        if self.kind != "customer" and customer is not None:
            links["customer_id"] = customer
        self.wanted.emit(kind, links)

    def _tabs(self) -> list[tuple[str, Message]]:
        tabs = [("all", msg("Timeline")), ("changes", msg("History"))]
        return [*tabs, ("comments", msg("Comments"))] if self.kind in COMMENTED else tabs

    def _show_tab(self, key: str) -> None:
        self.note.turn(self._place(key))
        self._fill_timeline()

    def _place(self, key: str = "all") -> str:
        """What is typed above the timeline becomes a note, or a comment where there are no notes."""
        return "comment" if key == "comments" or self.kind not in NOTED else "note"

    def _noted(self, text: str) -> None:
        links = links_of(self.shown)
        if self.note.place == "comment":
            say(self._desk, self.shown, links["customer_id"], text)
            self.which.choose("comments")
            return
        values = {"channel": "note", "happened_at": cells.now(), **links}
        self._desk.create("interaction", {"name": text[:400]}, values=values)

    def _changed(self, keys: frozenset[tuple[str, UUID]]) -> None:
        if self._resting:
            return
        around = {kind for kind, _link in RELATED.get(self.kind, ())} | {"interaction", "comment"}
        if (self.kind, self.record_id) not in keys and not any(kind in around for kind, _ in keys):
            return
        found = self._desk.row(self.kind, self.record_id)
        if found is None:
            self.gone.emit()
            return
        self.shown = found
        self.fill()


def _give_way(look: Look, side: QWidget, wide: Callable[[], int], least: int) -> None:
    """As wide as that, less where a narrow window or large text leaves no room for three columns."""
    look.bind(side.setMaximumWidth, wide)
    look.bind(side.setMinimumWidth, lambda: look.px(least))
