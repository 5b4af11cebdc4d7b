"""The box at the end of a quote's lines: a product by name, pinyin, initials or number, and how many."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit

from desktop.errors import Refused, SatchelError
from desktop.rules import coupons, line_typing
from desktop.rules.line_typing import TypedLine
from desktop.services import catalog, pasting
from desktop.services.quotes import PRICED
from desktop.services.typed_lines import MOST, TOO_MANY, Wanted
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.suggestions import Suggestions
from desktop.words import Message, msg

SHOWN: Final = 8
HINT: Final = msg(
    "Product: sat75*2 @98000 -5%; # section, // note, = subtotal, ? option, | alternative, -3% in all,"
    " !coupon"
)
USED: Final = msg("Coupon used")
TAKEN_OFF: Final = msg("Coupon taken off")
UNREAD: Final = msg("This cannot be read as a line. Type it as: sat75*2 @98000 -5%")


class AddLine(QLineEdit):
    """One box for a line, with products offered below it; a block of cells may be pasted into it.

    What could not be added stands in it again.
    """

    def __init__(
        self,
        look: Look,
        desk: Desk,
        quote_id: UUID,
        after: Callable[[], UUID | None],
        refill: Callable[[], object],
    ) -> None:
        super().__init__()
        self._look, self._desk, self._quote = look, desk, quote_id
        self._after, self._refill = after, refill
        self.setProperty("bare", True)
        look.bind(self.setPlaceholderText, HINT)
        look.bind(self.setToolTip, HINT)
        look.bind(self.setAccessibleName, msg("Add a line"))
        self._given = ""
        self._offered: dict[str, UUID] = {}
        self._suggestions = Suggestions(self)
        self.textEdited.connect(self._look_up)

    def _look_up(self, text: str) -> None:
        line = line_typing.read(text) if coupons.typed(text) is None else None
        names = line is not None and line.kind in PRICED and not line.free
        found = self._products(line.text) if line is not None and names else []
        self._offered.update(dict(found))
        self._suggestions.suggest([title for title, _ in found])

    def _products(self, text: str) -> list[tuple[str, UUID]]:
        found = []
        for hit in self._desk.search(text, ["product"], SHOWN):
            shown = self._desk.row("product", UUID(bytes=hit.id))
            if shown is not None:
                english = getattr(shown.record, "name_en", "") if self._look.language == "en" else ""
                name, sku = getattr(shown.record, "name", ""), getattr(shown.record, "sku", "")
                found.append((f"{sku}  {english or name}", shown.id))
        return found

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter adds what is there; several rows of the clipboard are lines at once."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.submit()
        elif event.matches(QKeySequence.StandardKey.Paste) and self.paste_block():
            event.accept()
        else:
            super().keyPressEvent(event)

    def submit(self) -> None:
        """Read what is there and add it."""
        self._suggestions.withdraw()
        text = self.text().strip()
        if not text:
            return
        percent = line_typing.percent(text)
        if percent is not None:
            self.clear()
            self._given = text
            told = msg("Discount changed")
            self._desk.do("quote.discount", self._quote, value=percent, told=told, failed=self._failed)
            return
        coupon = coupons.typed(text)
        if coupon is not None:
            self._coupon(text, *coupon)
            return
        known = self._offered.get(text) or catalog.numbered(self._desk.store, text)
        line = TypedLine("item", text) if known is not None else line_typing.read(text)
        if line is None:
            self._desk.refused.emit(Refused(UNREAD))
            return
        self.clear()  # at once: the next product may be typed while this one is being added
        self._given = text
        self._add([Wanted(line, known or self._named(line))])

    def paste_block(self) -> bool:
        """Add the rows of the clipboard; False where it holds one line of text, which is simply pasted."""
        cells = pasting.block(QGuiApplication.clipboard().text())
        if len(cells) < 2 and (not cells or len(cells[0]) < 2):
            return False
        lines = line_typing.read_block(cells)
        if len(lines) > MOST:  # before products are looked up for all of them
            self._desk.refused.emit(Refused(TOO_MANY))
            return True
        self._given = ""
        with self._desk.store.glance():
            wanted = [Wanted(line, self._named(line)) for line in lines]
        self._add(wanted)
        return True

    def _named(self, line: TypedLine) -> UUID | None:
        """The product that a line names: one that was offered, the one of this number, or the first found."""
        if line.free or line.kind not in PRICED:
            return None
        known = self._offered.get(line.text) or catalog.numbered(self._desk.store, line.text)
        if known is not None:
            return known
        found = self._products(line.text)
        meant = (product for title, product in found if catalog.same(title.partition("  ")[0], line.text))
        return next(meant, found[0][1] if found else None)

    def _coupon(self, text: str, code: str, on: bool) -> None:
        """Use the coupon with this code, or take it off again."""
        self.clear()
        self._given = text
        name, told = ("quote.use_coupon", USED) if on else ("quote.drop_coupon", TAKEN_OFF)
        self._desk.do(name, self._quote, told=told, failed=self._failed, code=code)

    def _failed(self, error: SatchelError) -> None:
        self._desk.refused.emit(error)
        self._refill()
        if not self.text():
            self.setText(self._given)

    def _add(self, wanted: list[Wanted]) -> None:
        told: Message = (
            msg("Line added") if len(wanted) == 1 else msg("Lines added: {count}").of(count=len(wanted))
        )
        if wanted:
            self._desk.do(
                "quote.type_lines",
                self._quote,
                told=told,
                failed=self._failed,
                wanted=wanted,
                after=self._after(),
            )
