"""The detail panel beside a list: who it is, actions, next step, facts, timeline, a quick note."""

from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from desktop.services.unfinished import Unfinished
from desktop.views import cells, dates, paint, sharing_box, timeline, unfinished
from desktop.views.buttons import Button
from desktop.views.cells import Row
from desktop.views.colleagues import Colleagues
from desktop.views.comments import names_of
from desktop.views.compose import (
    Avatar,
    FactLine,
    Line,
    Picture,
    column,
    holding,
    label,
    region,
    row,
    scrolling,
)
from desktop.views.covers import cover
from desktop.views.desk import Desk
from desktop.views.form import Facts, plain_fields
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.views.phone_code import SHOW, show_code
from desktop.views.privacy import veil, veil_text
from desktop.views.related import RelatedRows
from desktop.words import Message, msg, verbatim

NOTED: Final = ("customer", "contact", "opportunity")
COMMENTED: Final = (*NOTED, "task", "product")
"""What colleagues can say something about: what belongs to a customer, and so is seen by the same people."""
SLIM: Final = 300
"""A panel that is narrower has no room for words on its buttons."""

FACTS: Final[dict[str, tuple[str, ...]]] = {
    "customer": (
        "grade",
        "stage",
        "phone",
        "email",
        "terms",
        "credit",
        "industry",
        "address",
        "tags",
        "remark",
    ),
    "contact": (
        "customer_id",
        "job",
        "department",
        "mobile",
        "phone",
        "email",
        "wechat",
        "birthday",
        "tags",
        "remark",
    ),
    "opportunity": (
        "customer_id",
        "stage",
        "probability",
        "amount",
        "close_on",
        "next_step",
        "competitor",
        "tags",
        "remark",
    ),
    "product": (
        "sku",
        "name",
        "name_en",
        "category",
        "detail",
        "unit",
        "price",
        "tax_percent",
        "active",
        "remark",
    ),
    "order": (
        *("customer_id", "quote_id", "contract_id", "name", "stage", "payable", "promised_on"),
        *("reference", "ship_to", "returned", "remark"),
    ),
    "quote": ("customer_id", "opportunity_id", "name", "stage", "payable", "valid_until", "next_step"),
    "contract": (
        *("customer_id", "quote_id", "name", "stage", "payable", "language", "title_zh", "title_en"),
        *("valid_from", "valid_until", "signed_on", "renew_on", "remind_days", "remark"),
    ),
    "task": ("name", "customer_id", "priority", "due_on", "opportunity_id", "remark"),
    "interaction": (
        "name",
        "customer_id",
        "contact_id",
        "channel",
        "happened_at",
        "minutes",
        "outcome",
        "remark",
    ),
}


def facts_of(shown: Row) -> tuple[str, ...]:
    """The fields that panel and page show for a record, in order."""
    return FACTS.get(shown.record.__tablename__) or tuple(plain_fields(shown))


def subtitle(shown: Row, language: str) -> list[str]:
    """What tells a record apart, below its name."""
    record: Any = shown.record
    kind = str(record.__tablename__)
    parts: list[str] = []
    if kind == "customer":
        other = record.name if language == "en" and record.name_en else record.name_en
        parts = [other, record.city, record.industry]
    elif kind in ("contact", "task", "interaction", "opportunity", "quote", "contract", "order"):
        customer = shown.called(getattr(record, "customer_id", None), language)
        parts = [customer, str(getattr(record, "job", ""))]
    elif kind == "price_book":
        parts = [shown.called(record.customer_id, language), _used_amount(shown, language)]
    else:
        parts = [str(getattr(record, "category", ""))]
    return [part for part in parts if part]


def _used_amount(shown: Row, language: str) -> str:
    """How much of a framework agreement's amount was accepted."""
    agreed, used = shown.value("agreed_amount"), shown.figures.get("used_amount")
    if agreed is None or used is None:
        return ""
    currency = str(getattr(shown.record, "currency", "") or "CNY")
    amounts = {"agreed": cells.money(agreed, currency), "used": cells.money(used, currency)}
    return msg("{used} of {agreed} used").of(**amounts).in_language(language)


def finish(desk: Desk, task: Row) -> None:
    """A task is done, now."""
    seen = {"done_at": task.value("done_at")}
    desk.edit("task", task.id, {"done_at": cells.now()}, parsed=True, seen=seen)


def heading(shown: Row, language: str) -> Message:
    """What a record is called in a language, and what it is while it has no name."""
    record: Any = shown.record
    if language == "en" and getattr(record, "name_en", None):
        return verbatim(str(record.name_en))
    name = record.title or str(getattr(record, "phone", "") or "")
    label: Message = record.__label__
    return verbatim(name) if name else label


def phone_of(shown: Row) -> str:
    """The number one would call."""
    return str(getattr(shown.record, "mobile", "") or getattr(shown.record, "phone", "") or "")


def links_of(shown: Row) -> dict[str, Any]:
    """The links that a note about a record carries."""
    record: Any = shown.record
    kind = str(record.__tablename__)
    if kind == "customer":
        return {"customer_id": record.id}
    return {"customer_id": getattr(record, "customer_id", None), f"{kind}_id": record.id}


class NoteBox(QLineEdit):
    """One line that becomes an interaction with Enter."""

    noted = Signal(str)
    PLACES: Final = {
        "note": msg("Write a note"),
        "comment": msg("Write a comment; @name tells a colleague"),
    }

    def __init__(self, look: Look, desk: Desk, place: str = "note") -> None:
        super().__init__()
        self._look, self._keeper = look, desk.unfinished
        self._of: tuple[str, UUID] | None = None
        self.place = place
        self.colleagues = Colleagues(self, lambda: names_of(desk) if self.place == "comment" else [])
        look.bind(self.setPlaceholderText, self.PLACES[place])
        look.bind(self.setAccessibleName, self.PLACES[place])
        look.bind(self.setTextMargins, lambda: (look.px(20), 0, look.px(54), 0))
        self.returnPressed.connect(self._tell)
        unfinished.watch([self], self._keep)

    def show_of(self, kind: str, record_id: UUID) -> None:
        """Notes are about this record from now on; what was begun about it comes back."""
        if self._of == (kind, record_id):
            return
        self._of = None
        draft = self._keeper.of(Unfinished(self.place, kind, record_id.hex).key)
        self.setText(draft.texts.get("name", "") if draft is not None else "")
        self._of = (kind, record_id)
        cover(self._look, self)

    def turn(self, place: str) -> None:
        """What is typed becomes a note, or a comment; the other one waits."""
        if place != self.place and self._of is not None:
            kept, self._of, self.place = self._of, None, place
            self._look.bind(self.setPlaceholderText, self.PLACES[place])
            self._look.bind(self.setAccessibleName, self.PLACES[place])
            self.show_of(*kept)

    def _keep(self) -> None:
        if self._of is not None:
            kind, record_id = self._of
            texts, cursor = {"name": unfinished.text_of(self)}, unfinished.cursor_of(self)
            self._keeper.note(
                Unfinished(self.place, kind, record_id.hex, texts, cursor=cursor, at=unfinished.now())
            )

    def _tell(self) -> None:
        if self.text().strip():
            self.noted.emit(self.text().strip())
            self.clear()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A pencil before, the key behind."""
        super().paintEvent(event)
        look = self._look
        painter = QPainter(self)
        paint.paint_icon(painter, look, look.px(10), self.height() // 2, "pencil", "ink_3", "small")
        width = paint.keys_width(look, "Enter")
        paint.paint_keys(painter, look, self.width() - width - look.px(10), self.height() // 2, "Enter")


class Panel(QWidget):
    """The selected record; filled again whenever it changes."""

    opened = Signal(str, object)
    closed = Signal()
    quoted = Signal(object)  # the row of the customer that a quote is wanted for
    wanted = Signal(str, object)  # a new record of a type, with the links it starts from

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        self._row: Row | None = None
        self._avatar = Avatar(look)
        self._icon = Picture(look, "file-text", "ink_2", "large")
        self._title = label(look, size="title", strong=True, wrap=True)
        self._subtitle = FactLine(look)
        self.whole = Button(look, icon="maximize-2", kind="flat", name=msg("Open whole"))
        self.whole.clicked.connect(self._open)
        close = Button(look, icon="x", kind="flat", name=msg("Close the panel"))
        close.clicked.connect(self.closed)
        self.quote = Button(look, msg("Quote"), icon="file-plus", name=msg("Quote"))
        self.quote.clicked.connect(self._quote)
        self.visit = Button(look, msg("Log visit"), icon="map-pin", name=msg("Log visit"))
        self.visit.clicked.connect(self._visit)
        self.phone = Button(look, icon="phone", name=msg("Copy the phone number"))
        self.phone.clicked.connect(self._copy_phone)
        self.code = Button(look, icon="qr-code", name=SHOW)
        self.code.clicked.connect(self._show_code)
        self.mail = Button(look, icon="mail", name=msg("Write an e-mail"))
        self.mail.clicked.connect(self._write_mail)
        self.finish = Button(look, msg("Done"), icon="check", name=msg("Done"))
        self.finish.clicked.connect(self._done)
        self.share = sharing_box.share_button(look, words=False)
        self.share.clicked.connect(self._share)
        self.open = Button(look, msg("Open"), keys="Enter", name=msg("Open whole"))
        self.open.clicked.connect(self._open)
        self._delete = Button(look, icon="trash-2", name=msg("Delete"))
        self._delete.clicked.connect(self._remove)
        self._next = _NextStep(look)
        self.facts = Facts(look, desk, hide_empty=True)
        self.facts.opened.connect(self.opened)
        self.timeline = timeline.Timeline(look)
        self.timeline.opened.connect(self.opened)
        self.note = NoteBox(look, desk)
        self.note.noted.connect(self._note)
        self._compose(close)
        look.changed.connect(self._again)
        desk.changed.connect(self._changed)

    def _compose(self, close: Button) -> None:
        look = self._look
        texts = column(look, self._title, self._subtitle, gap=1)
        head = row(
            look, self._avatar, self._icon, holding(texts), self.whole, close, gap=10, edge=(20, 14, 12, 10)
        )
        head.setStretch(2, 1)
        self._actions = holding(
            row(
                look,
                self.visit,
                self.quote,
                self.finish,
                self.open,
                self.phone,
                self.code,
                self.mail,
                self.share,
                self._delete,
                None,
                gap=6,
                edge=(20, 0, 12, 12),
            )
        )
        inner = QWidget()
        facts = holding(column(look, self.facts, gap=0, edge=(20, 8, 14, 10)))
        heading_line = row(
            look, label(look, msg("Timeline"), size="small", ink="ink_2"), None, edge=(20, 10, 20, 6)
        )
        stack = QVBoxLayout(inner)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(0)
        self._people = RelatedRows(look, lambda person: self.opened.emit("contact", person.id))
        for part in (self._next, facts, Line(look), self._people, holding(heading_line), self.timeline):
            stack.addLayout(part) if isinstance(part, QVBoxLayout) else stack.addWidget(part)
        stack.addStretch(1)
        note = row(look, self.note, gap=0, edge=(12, 10, 12, 10))
        self._foot = holding(column(look, Line(look), note, gap=0))
        ground = region("panel", "left")
        whole = column(look, head, self._actions, Line(look), scrolling(inner), self._foot, gap=0)
        whole.setStretch(3, 1)
        ground.setLayout(whole)
        self.setLayout(column(look, ground, gap=0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The words on its buttons leave before a button does."""
        super().resizeEvent(event)
        for button in (self.visit, self.quote, self.finish):
            button.shrink(event.size().width() < self._look.px(SLIM))

    def show_row(self, shown: Row | None) -> None:
        """Another record."""
        self._row = shown
        if shown is not None:
            with self._desk.store.glance():
                self._fill(shown)

    def _fill(self, shown: Row) -> None:
        kind = shown.record.__tablename__
        language = self._look.language
        drawn = kind in ("customer", "contact")
        self._avatar.setVisible(drawn)
        self._icon.setVisible(not drawn)
        self._avatar.show_name(veil_text(self._look, shown.record.title), shown.id, person=kind == "contact")
        self._icon.show_icon(LISTS[kind].icon if kind in LISTS else "file-text", "ink_2")
        self._look.bind(self._title.setText, veil(self._look, heading(shown, language)))
        below = [] if self._look.private else subtitle(shown, language)
        self._subtitle.show_facts(below)
        self._subtitle.setVisible(bool(below))
        self.quote.setVisible(kind in ("customer", "opportunity"))
        self.visit.setVisible(kind in NOTED)
        self.phone.setVisible(bool(phone_of(shown)))
        self.code.setVisible(kind == "contact")
        self.mail.setVisible(bool(getattr(shown.record, "email", "")))
        self.finish.setVisible(kind == "task" and not getattr(shown.record, "done_at", None))
        self._delete.refuse(self._desk.refusal(f"{kind}.delete", shown.record))
        self.finish.refuse(self._desk.lent(shown.record))
        self.open.setVisible(self.visit.isHidden() and self.finish.isHidden())
        self.share.setVisible(sharing_box.offered(kind))
        self.share.refuse(sharing_box.reason(self._desk, shown))
        self._next.show_row(shown)
        self.facts.show_row(shown, facts_of(shown))
        self._foot.setVisible(kind in NOTED)
        self.note.show_of(kind, shown.id)
        self._show_people(shown)
        self.timeline.show_events(timeline.of_whole(self._desk, shown))

    def _show_people(self, shown: Row) -> None:
        whose = shown.record.__tablename__ == "customer"
        self._people.show_rows(self._desk.related("contact", "customer_id", shown.id)[:2] if whose else [])

    def row(self) -> Row | None:
        """The record that is shown."""
        return self._row

    def _again(self) -> None:
        self.show_row(self._row)

    def _changed(self, keys: frozenset[tuple[str, Any]]) -> None:
        if self._row is None or not self.isVisible():
            return
        kind = self._row.record.__tablename__
        around = {each for each, _link in timeline.AROUND.get(kind, ())}
        if (kind, self._row.id) in keys or any(each in around for each, _ in keys):
            self.show_row(self._desk.row(kind, self._row.id) or self._row)

    def _open(self) -> None:
        if self._row is not None:
            self.opened.emit(self._row.record.__tablename__, self._row.id)

    def _quote(self) -> None:
        if self._row is not None:
            self.quoted.emit(self._row)

    def _done(self) -> None:
        if self._row is not None:
            finish(self._desk, self._row)

    def _share(self) -> None:
        if self._row is not None:
            sharing_box.open_sharing(self._look, self._desk, self._row, self.share)

    def _remove(self) -> None:
        if self._row is not None:
            self._desk.delete(self._row)
            self.closed.emit()

    def _visit(self) -> None:
        if self._row is not None:
            self.wanted.emit("interaction", {"channel": "visit", **links_of(self._row)})

    def _copy_phone(self) -> None:
        if self._row is not None:
            QGuiApplication.clipboard().setText(phone_of(self._row))
            self._desk.told.emit(msg("Copied: {text}").of(text=verbatim(phone_of(self._row))), False)

    def _show_code(self) -> None:
        if self._row is not None:
            title = heading(self._row, self._look.language)
            show_code(self._look, self._desk, self._row.id, title, self.code)

    def _write_mail(self) -> None:
        address = str(getattr(self._row.record, "email", "")) if self._row is not None else ""
        if address:
            QDesktopServices.openUrl(QUrl(f"mailto:{address}"))

    def _note(self, text: str) -> None:
        shown = self._row
        if shown is None:
            return
        links = links_of(shown)
        values = {"channel": "note", "happened_at": cells.now(), **links}
        self._desk.create("interaction", {"name": text[:400]}, values=values)


class _NextStep(QWidget):
    """The next step and its day, where there is one."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._step = label(look, strong=True, wrap=True)
        self._day = label(look, size="small", ink="ink_2")
        texts = column(look, self._step, self._day, gap=1)
        line = row(
            look,
            Picture(look, "circle-arrow-right", "accent_ink"),
            holding(texts),
            gap=9,
            edge=(20, 10, 20, 10),
        )
        line.setStretch(1, 1)
        self.setLayout(column(look, holding(line), Line(look), gap=0))

    def show_row(self, shown: Row) -> None:
        """The step of a record, or nothing."""
        step = str(getattr(shown.record, "next_step", "") or "")
        day = getattr(shown.record, "next_on", None) or getattr(shown.record, "close_on", None)
        self.setVisible(bool(step))
        self._step.setText(veil_text(self._look, step))
        self._day.setVisible(day is not None)
        if day is not None:
            words, _tone = dates.due(day, self._look.language, cells.now().astimezone().date())
            self._day.setText(self._look.text(words))
