"""What the palette answers: records of this laptop, commands for the selected record, and places to go."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from desktop.models.record import RECORDS
from desktop.rules import marked
from desktop.services.commands import COMMANDS
from desktop.views import cells
from desktop.views.cells import Row
from desktop.views.desk import Desk
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.views.palette import Item
from desktop.views.panel import heading
from desktop.views.phrases import inside, sentence
from desktop.views.privacy import veil, veil_text, veiled
from desktop.views.rail import Place
from desktop.views.share_items import share_items
from desktop.words import Message, msg

if TYPE_CHECKING:
    from desktop.views.acting import Acting

Open = Callable[[str, UUID], object]
_GROUPS: Final[tuple[tuple[Message, tuple[str, ...]], ...]] = (
    (msg("Customers and contacts"), ("customer", "contact")),
    (msg("Quotes and opportunities"), ("quote", "opportunity")),
    (msg("Everything else"), ("product", "task", "interaction")),
)
EACH: Final = 5


class Finder:
    """Answers for the palette; the window gives it what it may do."""

    def __init__(
        self,
        look: Look,
        desk: Desk,
        places: Sequence[Place],
        *,
        open_record: Open,
        go: Callable[[str], object],
        new: Callable[[str], object],
        selected: Callable[[], Row | None],
    ) -> None:
        self._look, self._desk, self._places = look, desk, places
        self._open, self._go, self._new, self._selected = open_record, go, new, selected
        self.more: list[Item] = []
        self.quote_for: Callable[[Row], object] | None = None
        self.acting: Acting | None = None
        self._best: list[Row] = []

    def ask(self, text: str) -> list[Item]:
        """Headings, records and commands for what was typed."""
        found = self._found(text) if text else []
        items = found or ([] if text else self._latest())
        first = next((row for row in self._best if row is not None), None) if found else None
        acts = self.acting.items(text) if self.acting is not None and text else []
        head = [Item(self._look.text(msg("Do")), heading=True), *acts] if acts else []
        return head + items + self._commands(text, first)

    def _latest(self) -> list[Item]:
        rows = self._desk.recent("customer", 4) + self._desk.recent("quote", 2)
        if not rows:
            return []
        heading = Item(self._look.text(msg("New on this laptop")), heading=True)
        return [heading, *(self._item(row) for row in rows)]

    def _found(self, text: str) -> list[Item]:
        hits = self._desk.search(text, [kind for _, kinds in _GROUPS for kind in kinds], 20)
        groups = [[hit for hit in hits if hit.type in kinds][:EACH] for _, kinds in _GROUPS]
        self._best = self._desk.rows([(hit.type, UUID(bytes=hit.id)) for group in groups for hit in group])
        items: list[Item] = []
        for words, kinds in _GROUPS:
            shown = [row for row in self._best if row.record.__tablename__ in kinds]
            if shown:
                items.append(Item(self._look.text(words), heading=True))
            items += [self._item(row) for row in shown]
        return items

    def _item(self, row: Row) -> Item:
        record: Any = row.record
        kind, language = record.__tablename__, self._look.language
        title = cells.title(row, "number" if kind == "quote" else "name", language, cells.now().date())
        stage = getattr(record, "stage", "")
        parts = [
            row.called(getattr(record, "customer_id", None), language),
            str(getattr(record, "job", "") or getattr(record, "city", "") or ""),
            row.kind("stage").format(stage, language) if stage else "",
        ]
        right, deals = "", row.figures.get("open_deals")
        if deals:
            right = cells.money(deals, getattr(record, "currency", "CNY") or "CNY")
        elif getattr(record, "amount", None) or getattr(record, "payable", None):
            right = cells.sum_of(record)
        right = right or str(getattr(record, "mobile", "") or "")
        joined = ("，" if language == "zh" else ", ").join(part for part in parts if part)
        return Item(
            veil_text(self._look, title.text),
            veil_text(self._look, joined),
            veil_text(self._look, right),
            icon=LISTS[kind].icon,
            run=lambda: self._open(kind, row.id),
            avatar=veiled(self._look, title).avatar,
            ring=cells.ring_of(kind, stage) if kind == "opportunity" else None,
            record=True,
        )

    def _commands(self, text: str, found: Row | None) -> list[Item]:
        row = found or self._selected()
        groups: list[tuple[str, list[Item]]] = []
        items: list[Item] = []
        if row is not None:
            title = veil(self._look, heading(row, self._look.language))
            words = self._look.text(msg("With {title}").of(title=title))
            groups.append((words, self._offered(row)))
            if found is not None:
                items += [Item(words, heading=True), *groups.pop()[1]]
            items += share_items(self._look, self._desk, self._selected() or row, text)
        places = [self._place(place) for place in self._places]
        groups.append((self._look.text(msg("Do")), [*self._makers(), *self.more]))
        groups.append((self._look.text(msg("Go to")), places))
        for words, group in groups:
            wanted = [item for item in group if self._matches(item, text)]
            if wanted:
                items += [Item(words, heading=True), *wanted[: EACH + 2]]
        return items

    def _matches(self, item: Item, text: str) -> bool:
        return all(marked.where(item.title, part) for part in text.split())

    def _offered(self, row: Row) -> list[Item]:
        items = []
        kind = row.record.__tablename__
        if kind in ("customer", "opportunity") and self.quote_for is not None:
            begin = partial(self.quote_for, row)
            items.append(Item(self._look.text(msg("New quote")), keys="Ctrl+Q", icon="file-plus", run=begin))
        items.append(
            Item(self._look.text(msg("Open whole")), icon="maximize-2", run=partial(self._open, kind, row.id))
        )
        for command in COMMANDS.values():
            if command.on is type(row.record) and command.offered:
                reason = self._desk.refusal(command.name, row.record)
                run = None if reason else self._runner(command.name, row.id, sentence(command.label))
                detail = self._look.text(reason) if reason else ""
                items.append(
                    Item(
                        self._look.text(sentence(command.label)),
                        detail,
                        keys=command.shortcut,
                        icon=command.icon or "circle-arrow-right",
                        run=run,
                    )
                )
        return items

    def _runner(self, name: str, target: UUID, told: Message) -> Callable[[], object]:
        return lambda: self._desk.do(name, target, told=told)

    def _makers(self) -> list[Item]:
        items = []
        for kind, spec in LISTS.items():
            if self._desk.refusal(f"{kind}.new", None) is None:
                words = self._look.text(msg("New {what}").of(what=inside(RECORDS[kind].__label__)))
                items.append(Item(words, icon=spec.icon, run=partial(self._new, kind)))
        return items

    def _place(self, place: Place) -> Item:
        return Item(self._look.text(place.words), icon=place.icon, run=lambda: self._go(place.key))
