"""What is read of a file away from the window: its cells, what its columns are, what becomes of its rows."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from desktop.models.store import Actor, Store
from desktop.services import cards, import_ahead, import_columns, imports
from desktop.services.import_ahead import Ahead, How
from desktop.services.import_columns import Column
from desktop.services.import_rows import FURTHER, LEFT_OUT
from desktop.words import Message, msg


@dataclass(slots=True)
class Opened:
    """A file that was read and looked at; a file of cards has no sheet."""

    kind: str
    data: bytes
    sheet: imports.Sheet | None
    columns: list[Column]
    made: imports.Plan
    how: How
    ahead: Ahead

    def changed(self) -> bool:
        """Whether anybody said of a column what it is, now or before."""
        return any(each.how in ("remembered", "chosen") for each in self.columns)

    def facts(self) -> list[Message | str]:
        """What the file is."""
        rows = len(self.made.rows) + len(self.made.rejects)
        found: list[Message | str] = [msg("{count} rows").of(count=f"{rows:,}")]
        if self.sheet is not None:
            found.append(msg("{count} columns").of(count=len(self.sheet.header)))
            found.append(self.sheet.source.upper().removesuffix("-SIG"))
        return found

    def told(self) -> Message:
        """How its columns were understood."""
        if self.sheet is None:
            return msg("A card says itself what is what.")
        if any(each.how == "remembered" for each in self.columns):
            return msg("As it was said of these heads last time")
        known = sum(each.key not in (FURTHER, LEFT_OUT) for each in self.columns)
        said = msg("{known} of {count} recognised; what you say is kept for these heads")
        return said.of(known=known, count=len(self.columns))


class Reader:
    """Looks ahead for one page; one look at a time, for all of them work on the same rows."""

    def __init__(self, store: Store, actor: Actor) -> None:
        self._store, self._actor = store, actor
        self._one = Lock()

    def open(self, path: Path, data: bytes | None, kind: str | None, how: How | None, key: str) -> Opened:
        """The file; its `data` and kind where they are known. Raises what reading it raises."""
        content = imports.read(path) if data is None else data
        chosen = kind or imports.kind_of(content)
        sheet: imports.Sheet | None = None
        columns: list[Column] = []
        if cards.is_vcard(content):
            made = imports.plan_cards(content, chosen)
        else:
            sheet = imports.open_table(content, chosen)
            columns = import_columns.recall(self._store, chosen, sheet.columns)
            made = imports.plan_table(sheet, columns)
        ways = how or usual(made)
        return Opened(chosen, content, sheet, columns, made, ways, self._look(made, ways, key))

    def again(self, opened: Opened, how: How, key: str, *, anew: bool) -> Opened:
        """The same file after something was said; `anew` where its rows are to be understood otherwise."""
        sheet, columns, made = opened.sheet, opened.columns, opened.made
        if anew and sheet is not None:
            made = imports.plan_table(sheet, columns)
        elif anew:
            made = imports.plan_cards(opened.data, opened.kind)
        ahead = self._look(made, how, key)
        return Opened(opened.kind, opened.data, sheet, columns, made, how, ahead)

    def _look(self, made: imports.Plan, how: How, key: str) -> Ahead:
        with self._one:
            return import_ahead.look(self._store, self._actor, made, how, key)


def usual(made: imports.Plan) -> How:
    """What usually becomes of rows that are here: nobody's value is replaced but by whoever exported it."""
    if any(row.known for row in made.rows):
        return "update"
    return "fill" if made.columns else "new"
