"""Links for the customer of a quote: ask for one, show or copy it, see what became of it, end it."""

from collections.abc import Callable
from functools import partial
from typing import Final
from uuid import UUID

from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.documents import codes
from desktop.models.records import CustomerLink
from desktop.services import links
from desktop.services.drafts import QuoteDraft
from desktop.views import cells, dates
from desktop.views.buttons import Button
from desktop.views.compose import Chip, Line, clear, column, holding, label, row
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.phone_code import Code
from desktop.views.popover import RING, Popover
from desktop.words import Message, msg, verbatim

WIDE: Final = 400
SIDE: Final = 220
"""Of the code, in pixels."""
MOST: Final = 4
"""Links that are shown; `satchel link list` shows all."""
TITLE: Final = msg("Link for the customer")
MADE: Final = msg("The link was asked for")
COPIED: Final = msg("The link is on the clipboard")
ENDED: Final = msg("The link is revoked; it closes with the next sync")
HOW: Final = msg(
    "The customer opens this quote in a browser, accepts and signs it or says why not; the answer comes back"
    " with a sync."
)
FOLLOW: Final = msg("The customer sees in a browser how the order stands, with the tracking number.")
TONES: Final = {"open": "accent", "accepted": "good", "declined": "warn", "waiting": "neutral"}


def acts(
    look: Look, desk: Desk, draft: QuoteDraft, anchor: QWidget
) -> list[tuple[Message, Callable[[], object]]]:
    """What the menu of an issued quote offers."""
    if draft.quote.stage not in ("issued", "accepted", "declined"):
        return []
    return [(TITLE, lambda: open_links(look, desk, draft, anchor))]


class LinksBox(Popover):
    """Below the button that opened it; it goes when it is closed."""

    tells = True

    def __init__(self, look: Look, desk: Desk, draft: QuoteDraft, window: QWidget) -> None:
        super().__init__(look, window)
        self._desk, self._quote = desk, draft.quote
        look.bind(self.setAccessibleName, TITLE)
        head = holding(row(look, label(look, TITLE, strong=True), None, edge=(16, 12, 12, 8)))
        self.rows = QVBoxLayout()
        self.rows.setContentsMargins(0, 0, 0, 0)
        self._chips: list[Chip] = []
        self.copies: dict[UUID, Button] = {}
        self.ends: dict[UUID, Button] = {}
        self.shown_code: Code | None = None
        how = label(
            look, HOW if draft.quote.stage == "issued" else FOLLOW, size="small", ink="ink_2", wrap=True
        )
        self.make = Button(look, msg("Make a link"), kind="primary", icon="external-link")
        self.make.refuse(self._refusal())
        self.make.clicked.connect(self._make)
        foot = holding(column(look, how, row(look, None, self.make, gap=8), gap=10, edge=(16, 12, 16, 12)))
        for part in (head, Line(look), holding(self.rows), Line(look), foot):
            self.inside.addWidget(part)
        self.setFixedWidth(look.px(WIDE) + 2 * RING)
        self.closed.connect(self.deleteLater)
        desk.changed.connect(self._changed)
        self._fill()

    def show_below(self, anchor: QWidget) -> None:
        """Open it under its button."""
        corner = anchor.mapTo(self._window, QPoint(anchor.width(), anchor.height() + 4))
        self.pop(QPoint(corner.x() - self.width() + 2 * RING, corner.y()))
        self.make.setFocus()

    def said(self) -> list[str]:
        """How the links stand, the newest first."""
        return [chip.words() for chip in self._chips]

    def _refusal(self) -> Message | None:
        return self._desk.refusal("quote.link", self._quote) if self._desk.has_office() else links.NO_OFFICE

    def _changed(self, keys: frozenset[tuple[str, UUID]]) -> None:
        if any(kind == "customer_link" for kind, _ in keys):
            self._fill()
            self.fit()

    def _fill(self) -> None:
        look, found = self._look, links.of_quote(self._desk.store, self._quote.id)[:MOST]
        clear(self.rows)
        self._chips, self.copies, self.ends, self.shown_code = [], {}, {}, None
        for link in found:
            self.rows.addWidget(self._row(link))
        if not found:
            none = label(look, msg("There is no link to this quote yet."), ink="ink_2")
            self.rows.addLayout(row(look, none, None, edge=(16, 10, 16, 10)))

    def _row(self, link: CustomerLink) -> QWidget:
        look, today = self._look, cells.now().date()
        code, words = links.state(link, today, self._quote)
        chip = Chip(look, words, TONES.get(code, "neutral"))
        self._chips.append(chip)
        until = dates.short_day(link.ends_on, look.language, today) if link.ends_on else ""
        day = label(look, msg("until {day}").of(day=until), size="small", ink="ink_2")
        parts: list[QWidget] = [holding(row(look, chip, None, day, gap=8))]
        if link.reason:
            parts.append(label(look, verbatim(link.reason), wrap=True))
        if code in ("waiting", "open") or (code == "accepted" and not link.answer):
            parts += self._ways(link)
        elif code == "accepted":
            parts += self._ways(link, shown=False)
        return holding(column(look, *parts, gap=8, edge=(16, 10, 16, 10)))

    def _ways(self, link: CustomerLink, *, shown: bool = True) -> list[QWidget]:
        """The code, once for the newest, and what can be done with the link."""
        look, store = self._look, self._desk.store
        address, found = links.address(store, link), list[QWidget]()
        copy = self.copies[link.id] = Button(look, msg("Copy"), icon="copy")
        copy.refuse(None if address else links.ELSEWHERE if link.sealed else links.WAITING)
        copy.clicked.connect(partial(self._copy, link.id))
        end = self.ends[link.id] = Button(look, msg("Revoke"), kind="flat", icon="x")
        end.refuse(self._desk.refusal("customer_link.revoke", link))
        end.clicked.connect(partial(self._end, link.id))
        if not address:
            why = links.ELSEWHERE if link.sealed else links.WAITING
            found.append(label(look, why, size="small", ink="ink_2", wrap=True))
        elif shown and self.shown_code is None:
            self.shown_code = Code(look, codes.squares(address))
            look.bind(self.shown_code.setFixedHeight, lambda: look.px(SIDE))
            found.append(self.shown_code)
        return [*found, holding(row(look, None, end, copy, gap=8))]

    def _make(self) -> None:
        self._desk.do("quote.link", self._quote.id, told=MADE)

    def _copy(self, link_id: UUID) -> None:
        link = next(
            (one for one in links.of_quote(self._desk.store, self._quote.id) if one.id == link_id), None
        )
        address = links.address(self._desk.store, link) if link is not None else ""
        if address:
            QGuiApplication.clipboard().setText(address)
            self._desk.told.emit(COPIED, False)

    def _end(self, link_id: UUID) -> None:
        self._desk.do("customer_link.revoke", link_id, told=ENDED)


def open_links(look: Look, desk: Desk, draft: QuoteDraft, anchor: QWidget) -> LinksBox:
    """Open the box below a button of the window."""
    box = LinksBox(look, desk, draft, anchor.window())
    box.show_below(anchor)
    return box
