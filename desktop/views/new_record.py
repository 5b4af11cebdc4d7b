"""A new record in a card over the window: only what is needed, the rest is asked later."""

from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from desktop.errors import SatchelError
from desktop.models.record import RECORDS
from desktop.services.unfinished import Unfinished
from desktop.views import errors, unfinished
from desktop.views.buttons import Button
from desktop.views.card import Body, Card
from desktop.views.compose import Line, column, holding, label, row
from desktop.views.covers import cover
from desktop.views.desk import Desk
from desktop.views.editors import AnyEditor, ChoiceEditor, editor_for, focus
from desktop.views.look import Look
from desktop.views.phrases import inside
from desktop.views.popover import RING
from desktop.views.reason import Reason
from desktop.words import msg, verbatim

ASKED: Final[dict[str, tuple[str, ...]]] = {
    "customer": ("name", "phone", "city", "grade"),
    "contact": ("name", "customer_id", "mobile", "job"),
    "opportunity": ("name", "customer_id", "amount", "close_on"),
    "product": ("sku", "name", "unit", "price", "tax_percent", "category"),
    "quote": ("customer_id", "name"),
    "order": ("quote_id", "promised_on", "reference", "ship_to"),
    "task": ("name", "due_on", "customer_id", "priority"),
    "interaction": ("name", "customer_id", "channel", "outcome"),
    "address": ("text", "kind", "city", "person", "phone"),
    "price_book": (
        *("name", "scope", "scope_value", "customer_id", "agreed_amount"),
        *("currency", "tax_mode", "valid_from", "valid_until"),
    ),
    "price_entry": (
        *("book_id", "product_id", "price", "min_quantity", "tier", "agreed_quantity"),
        *("valid_from", "valid_until"),
    ),
    "bundle_part": (
        *("product_id", "part_id", "quantity", "inclusion", "pricing", "percent", "group", "choose"),
    ),
    "approval_rule": ("name", "kind", "threshold", "currency", "role", "conditional"),
    "delegation": (
        *("owner_id", "device_id", "customer_id", "valid_from", "valid_until", "most", "exposure"),
        *("currency", "line_discount", "document_discount", "floor", "margin", "total"),
    ),
    "promotion": (
        *("name", "kind", "percent", "every", "threshold", "saving", "gift_id"),
        *("product_id", "valid_from", "valid_until"),
    ),
    "coupon": (
        *("code", "name", "percent", "amount", "currency", "threshold", "customer_id", "uses"),
        *("valid_from", "valid_until"),
    ),
    "company_seal": ("name", "kind"),
    "seal_release": ("seal_id", "owner_id", "subject", "most", "valid_from", "valid_until"),
    "exchange_rate": ("base_currency", "rate", "quote_currency", "rated_on", "source"),
    "clause": ("name", "name_en", "code", "place", "approval_class", "approver"),
    "clause_version": ("clause_id", "edition", "valid_from", "heading", "heading_en", "body", "body_en"),
    "template": ("name", "accent", "margins", "opening", "closing", "usual"),
    "contract": ("quote_id", "name", "valid_from", "valid_until", "renew_on"),
    "organisation": ("name", "name_en", "phone", "tax_id", "currency", "tax_mode"),
}
BELONG: Final[dict[str, tuple[str, dict[str, frozenset[str]]]]] = {
    "promotion": (
        "kind",
        {
            "discount": frozenset({"percent"}),
            "nth": frozenset({"percent", "every"}),
            "spend": frozenset({"threshold", "saving", "percent"}),
            "gift": frozenset({"gift_id", "threshold", "every"}),
        },
    ),
    "price_book": (
        "scope",
        {
            "standard": frozenset(),
            "region": frozenset({"scope_value"}),
            "segment": frozenset({"scope_value"}),
            "customer": frozenset({"customer_id"}),
            "contract": frozenset({"customer_id", "agreed_amount"}),
        },
    ),
}
"""Of a type whose fields are not all asked at once: the choice, and what belongs to each of its codes."""
WIDTH: Final = 560


class NewRecord(Card):
    """The card. Enter goes to the next field, Ctrl+Enter makes the record, Escape gives up."""

    made = Signal(str, object)  # record type, id

    def __init__(self, look: Look, desk: Desk, window: QWidget) -> None:
        super().__init__(look, window, WIDTH)
        self._desk = desk
        self._scrim.pressed.disconnect()
        self._scrim.pressed.connect(self.put_aside)
        self._kind = ""
        self._links: dict[str, Any] = {}
        self._first: dict[str, str] = {}
        self.editors: dict[str, AnyEditor] = {}
        self._whys: dict[str, QLabel] = {}
        self._labels: dict[str, QLabel] = {}
        self._title = label(look, size="title", strong=True)
        self._why = Reason(look)
        close = Button(look, icon="x", kind="flat", name=msg("Close"))
        close.clicked.connect(self.dismiss)
        self.make = Button(
            look, msg("Add"), kind="primary", icon="check", keys="Ctrl+Enter", height="height_large"
        )
        self.make.clicked.connect(self._make)
        cancel = Button(look, msg("Cancel"), kind="flat", height="height_large")
        cancel.clicked.connect(self.dismiss)
        self._grid = QGridLayout()
        look.bind(self._grid.setHorizontalSpacing, lambda: look.px(24))
        look.bind(self._grid.setVerticalSpacing, lambda: look.px(4))
        head = row(look, self._title, None, close, edge=(20, 12, 12, 12))
        foot = row(look, self._why, None, cancel, self.make, gap=8, edge=(20, 12, 20, 12))
        foot.setStretch(0, 1)
        body = Body(holding(column(look, self._grid, gap=0, edge=(20, 14, 20, 16))))
        body.grew.connect(self._later.start)  # with room for a reason
        ring = (RING + 1, RING + 1, RING + 1, RING + 1)
        self.setLayout(column(look, head, Line(look), body, Line(look), foot, gap=0, edge=ring))

    def ask(self, kind: str, links: dict[str, Any] | None = None) -> None:
        """Show the card for a type, starting from links such as the customer."""
        self._kind, self._links = kind, dict(links or {})
        self._look.bind(self._title.setText, msg("New {what}").of(what=inside(RECORDS[kind].__label__)))
        self._build()
        draft = self._desk.unfinished.of(self._draft().key)
        self.lift()
        for name, editor in self.editors.items():
            if name not in self._links:
                focus(editor) if not hasattr(editor, "showPopup") else editor.setFocus()
                break
        if draft is not None:
            self._go_on(draft)
            cover(self._look, self)
        unfinished.watch(list(self.editors.values()), self._keep)

    def go_on(self, draft: Unfinished) -> None:
        """Show the card with what was typed before, the cursor where it was."""
        links = {name: UUID(value) if len(value) == 32 else value for name, value in draft.links.items()}
        self.ask(draft.type, links)

    def _go_on(self, draft: Unfinished) -> None:
        for name, text in draft.texts.items():
            if name in self.editors and name not in self._links:
                unfinished.put(self.editors[name], text)
        if draft.focus in self.editors:
            unfinished.put_cursor(self.editors[draft.focus], draft.cursor)

    def _draft(self) -> Unfinished:
        """What stands in the card now."""
        focus = next((name for name, editor in self.editors.items() if editor.hasFocus()), "")
        typed = {name: unfinished.text_of(editor) for name, editor in self.editors.items()}
        return Unfinished(
            "new",
            self._kind,
            ";".join(sorted(self._links_out().values())),
            texts={name: text for name, text in typed.items() if text != self._first.get(name, "")},
            links=self._links_out(),
            focus=focus,
            cursor=unfinished.cursor_of(self.editors[focus]) if focus else 0,
            at=unfinished.now(),
        )

    def _links_out(self) -> dict[str, str]:
        return {
            name: value.hex if isinstance(value, UUID) else str(value) for name, value in self._links.items()
        }

    def _keep(self) -> None:
        if self.isVisible():
            self._desk.unfinished.note(self._draft())

    def _build(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.editors, self._whys, self._labels = {}, {}, {}
        self._look.bind(self._why.setText, verbatim(""))
        fields = RECORDS[self._kind].fields()
        for name in ASKED[self._kind]:
            described = fields[name]
            value = self._links.get(name, described.default if not callable(described.default) else None)
            title = self._desk.title(described.kind.to, value) if isinstance(value, UUID) else ""  # type: ignore[attr-defined]
            editor = editor_for(self._look, described, value, title, self._find)
            needed = described.required and self._kind != "customer"  # where a phone is enough, too
            words = msg("{field} (needed)").of(field=described.label) if needed else described.label
            why = Reason(self._look)
            why.hide()
            self.editors[name], self._whys[name] = editor, why
            self._labels[name] = label(self._look, words, ink="ink_2")
            self._first[name] = unfinished.text_of(editor)
        self._lay()
        decides = self.editors.get(BELONG[self._kind][0]) if self._kind in BELONG else None
        if isinstance(decides, ChoiceEditor):
            decides.currentIndexChanged.connect(self._lay)

    def _asked(self) -> list[str]:
        """The fields that belong to what was chosen; all of them where nothing decides."""
        names = list(ASKED[self._kind])
        if self._kind not in BELONG:
            return names
        decides, codes = BELONG[self._kind]
        some = frozenset().union(*codes.values())
        fit = codes.get(self.editors[decides].typed(), some) | self._links.keys()
        return [name for name in names if name in fit or name not in some]

    def _lay(self) -> None:
        """What is asked, two in a row; what does not belong to the choice keeps what was typed, unseen."""
        asked = self._asked()
        for place, name in enumerate([*asked, *(each for each in self.editors if each not in asked)]):
            line, side, shown = place // 2 * 4, place % 2, name in asked
            if line:
                self._grid.setRowMinimumHeight(line - 1, self._look.px(4) if line < len(asked) * 2 else 0)
            for offset, widget in enumerate((self._labels[name], self.editors[name], self._whys[name])):
                self._grid.addWidget(widget, line + offset, side)
                widget.setVisible(shown and offset < 2)
            self._grid.setColumnStretch(side, 1)
        if self.isVisible():
            self._later.start()

    def _find(self, kind: str, text: str) -> list[tuple[UUID, str]]:
        return [(UUID(bytes=hit.id), hit.title) for hit in self._desk.search(text, [kind], 8)]

    def _make(self) -> None:
        typed: dict[str, str] = {}
        values: dict[str, Any] = dict(self._links)
        for name in self._asked():
            editor = self.editors[name]
            if editor.parsed:
                values[name] = editor.typed()
            elif editor.typed():
                typed[name] = editor.typed()
        if self._kind == "interaction":
            from desktop.views.cells import now

            values["happened_at"] = now()
        for name, why in self._whys.items():
            why.hide()
            self._mark(self.editors[name], invalid=False)
        self._desk.create(self._kind, typed, values=values, done=self._done, failed=self._refuse)

    def _done(self, record: Any) -> None:
        self.dismiss()
        self.made.emit(self._kind, record.id)

    def _refuse(self, error: SatchelError) -> None:
        told = errors.shown(error)
        if told.field in self._asked():
            self._look.bind(self._whys[told.field].setText, told.words)
            self._whys[told.field].show()
            self._mark(self.editors[told.field], invalid=True)
            self.editors[told.field].setFocus()
        else:
            self._look.bind(self._why.setText, told.words)
        self.place()

    def _mark(self, editor: QWidget, *, invalid: bool) -> None:
        editor.setProperty("invalid", invalid)
        editor.style().unpolish(editor)
        editor.style().polish(editor)

    def put_aside(self) -> None:
        """Close it; what was typed comes back when the same card is asked for again."""
        self._scrim.hide()
        self.hide()

    def dismiss(self) -> None:
        """Give up."""
        self._desk.unfinished.let_go(self._draft().key)
        super().dismiss()

    def said(self, name: str = "") -> str:
        """What is said below a field, or at the foot."""
        why = self._whys.get(name, self._why)
        return "" if why.isHidden() else why.text()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter makes it, Enter goes on, Escape gives up."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        elif enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._make()
        elif enter:
            self.focusNextChild()
        else:
            super().keyPressEvent(event)
