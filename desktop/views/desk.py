"""The one door from the window to the floors below: it asks for pages and records, and sends commands.

A view never holds a session. What is read here is one page or one record (within a frame); commands and
whatever takes longer go through the runner.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import get_ident
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from desktop.errors import NotFound, Refused, SatchelError
from desktop.models import inbox, search
from desktop.models.record import RECORDS, Field, Record, new_id
from desktop.models.search import Hit
from desktop.models.store import Changed, Store
from desktop.services import (
    access,
    asides,
    bulk,
    exports,
    history,
    lists,
    outbox,
    quotes,
    records,
    titles,
    undo,
)
from desktop.services import inbox as decisions
from desktop.services import matters as all_matters
from desktop.services.clashes import Clashed
from desktop.services.commands import COMMANDS, Asking, Command, Outcome, run
from desktop.views.cells import Row
from desktop.views.phrases import inside
from desktop.views.runner import Runner
from desktop.views.running import Running
from desktop.views.unfinished import Keeper
from desktop.words import Message, msg

Again = Callable[[Mapping[str, Any]], object]
"""Saves the chosen values of a clash, over the current ones that were shown."""
MOST_RELATED: Final = 50
AT_OFFICE: Final = {
    "user": msg("People come and go at the office: it gives them their role and their code."),
    "team": msg("Teams are made at the office, which puts people into them."),
}
"""What is neither made nor deleted in a window, and why."""
CAN_CHANGE: Final = quotes.can_change  # and with it every command of quotes is known


class Desk(QObject):
    """Reads and commands for one open vault; lives as long as the window."""

    told = Signal(object, bool)  # Message for the toast, whether it can be undone
    refused = Signal(object)  # an error that belongs to no field
    clashed = Signal(object, object)  # Clashed, and what saves the values chosen
    changed = Signal(object)  # frozenset of (type, id)
    saved = Signal(object)  # datetime
    begun = Signal(object)  # Running
    watched = Signal(bool)  # whether a customer looks at the screen
    brought = Signal(object)  # the Path of a file to be imported
    made = Signal(str, object)  # the type and id of what a command made to go on with

    def __init__(self, store: Store, runner: Runner) -> None:
        super().__init__()
        self.store, self.runner = store, runner
        self.actor = store.me()
        self._hushed: dict[int, set[tuple[str, UUID]]] = {}
        """By the thread that writes: a person's save beside an import is told at once."""
        self.unfinished = Keeper(store, runner)
        store.listeners.append(self._heard)
        runner.changed.connect(self.changed)

    def close(self) -> None:
        """Stop listening and finish what is under way."""
        if self._heard in self.store.listeners:
            self.store.listeners.remove(self._heard)
        self.unfinished.finish()
        self.runner.close()

    def _heard(self, changed: Changed) -> None:
        if changed.remote and any(kind == "user" for kind, _ in changed.records):
            self.actor = self.store.me()  # the office may have given another role
        hushed = self._hushed.get(get_ident())
        if hushed is None:
            self.runner.tell(changed.records)
        else:
            hushed |= changed.records

    @contextmanager
    def told_once(self) -> Iterator[None]:
        """What this thread changes within is told at its end: a list of thousands is read again once."""
        self._hushed[get_ident()] = set()
        try:
            yield
        finally:
            self.runner.tell(frozenset(self._hushed.pop(get_ident())))

    # What there is

    def dressed(self, session: Any, found: Sequence[lists.Found]) -> list[Row]:
        """Records that were found, with what their rows need besides."""
        shown = [each.record for each in found]
        named = titles.link_names(session, shown)
        called, english = titles.titles(named), titles.english(named)
        unsent = self.unsent([each.id for each in shown])
        return [Row(each, called, figures, each.id in unsent, english) for each, figures in found]

    def row(self, kind: str, record_id: UUID) -> Row | None:
        """One living record with the titles of its links."""
        return next(iter(self.rows([(kind, record_id)])), None)

    def is_here(self, kind: str, record_id: UUID) -> bool:
        """Whether a record is on this laptop and lives."""
        sql = f'SELECT 1 FROM "{RECORDS[kind].__tablename__}" WHERE id = ? AND deleted_at IS NULL'  # noqa: S608
        with self.store.looking() as connection:
            return connection.exec_driver_sql(sql, (record_id.bytes,)).first() is not None

    def rows(self, wanted: Sequence[tuple[str, UUID]]) -> list[Row]:
        """The living ones of these records in their order, with the titles of their links."""
        found: dict[UUID, lists.Found] = {}
        with self.store.glance(), self.store.reading() as session:
            for kind in {kind for kind, _ in wanted}:
                ids = [record_id for each, record_id in wanted if each == kind]
                found.update((each.record.id, each) for each in lists.living(session, RECORDS[kind], ids))
            shown = [found[record_id] for _, record_id in wanted if record_id in found]
            return self.dressed(session, shown)

    def related(self, kind: str, link: str, record_id: UUID) -> list[Row]:
        """The records of `kind` whose `link` names this record, newest first."""
        with self.store.glance(), self.store.reading() as session:
            found = lists.belonging(session, RECORDS[kind], link, record_id, MOST_RELATED)
            named, figures = titles.link_names(session, found), lists.figures_of(session, found)
        called, english = titles.titles(named), titles.english(named)
        return [Row(each, called, figures.get(each.id, {}), english=english) for each in found]

    def title(self, kind: str, record_id: UUID) -> str:
        """What a record is called."""
        return self.titles([(kind, record_id)]).get(record_id, "")

    def history(self, kind: str, record_id: UUID, field: str | None = None) -> list[history.Entry]:
        """Who changed what, newest first."""
        return history.history(self.store, RECORDS[kind], record_id, field)

    def search(self, text: str, types: Sequence[str] | None = None, limit: int = 20) -> list[Hit]:
        """The one box."""
        with self.store.looking() as connection:
            raw: Any = connection.connection.driver_connection
            return search.find(raw, text, types=types, limit=limit)

    def recent(self, kind: str, limit: int) -> list[Row]:
        """The newest records of a type."""
        with self.store.reading() as session:
            found = records.page(session, RECORDS[kind], limit=limit)
        return [Row(each) for each in found]

    # What waits

    def unsent(self, ids: Sequence[UUID]) -> set[UUID]:
        """Those of these records with changes that the office has not confirmed; none without an office."""
        if not ids or not self.has_office():
            return set()
        marks = ", ".join("?" * len(ids))
        with self.store.looking() as connection:
            rows = connection.exec_driver_sql(
                f"SELECT DISTINCT record FROM change WHERE record IN ({marks}) AND n > ?",  # noqa: S608  marks
                (*(each.bytes for each in ids), self.store.acked),
            ).all()
        return {UUID(bytes=bytes(row[0])) for row in rows}

    def waiting_count(self) -> int:
        """How many changes the office has not confirmed, or a person has not saved yet."""
        return outbox.count(self.store)

    def has_office(self) -> bool:
        """Whether this vault belongs to a company with a server."""
        return bool((self.store.local("office") or {}).get("url"))

    def conflicts(self) -> list[inbox.Entry]:
        """What a person has to decide, newest first."""
        with self.store.looking() as connection:
            return inbox.entries(connection)

    def before_conflict(self, entry: inbox.Entry) -> tuple[bool, Any]:
        """Whether it is known what a field held before one's own change, and what."""
        with self.store.looking() as connection:
            return inbox.original(connection, entry)

    def conflict_count(self) -> int:
        """How many decisions wait."""
        return all_matters.count(self.store)

    def titles(self, keys: Iterable[tuple[str, UUID]]) -> dict[UUID, str]:
        """What several records are called."""
        wanted: dict[str, set[UUID]] = {}
        for kind, record_id in keys:
            wanted.setdefault(kind, set()).add(record_id)
        with self.store.reading() as session:
            return titles.titles(titles.names(session, wanted))

    def resolve(
        self, entry_id: UUID, side: str, *, value: str | None = None, done: Callable[[], object]
    ) -> None:
        """Decide a conflict; `value` is what a person typed instead of both."""
        said = decisions.SAID[side]
        self.do(
            "inbox.resolve", entry_id=entry_id, side=side, value=value, told=said, done=lambda _value: done()
        )

    def reopen(self, entry_id: UUID, *, done: Callable[[], object]) -> None:
        """Take a decision back."""
        self.do("inbox.reopen", entry_id=entry_id, told=msg("Open again"), done=lambda _value: done())

    # What one can do

    def command(self, name: str) -> Command | None:
        """A command by its name, if this program has it."""
        return COMMANDS.get(name)

    def refusal(self, name: str, record: Record | None) -> Message | None:
        """Why a command is grey for a record, or None."""
        command = COMMANDS.get(name)
        kind, _, verb = name.partition(".")
        if command is None or (kind in AT_OFFICE and verb in ("new", "delete")):
            return AT_OFFICE.get(kind) or msg("This program cannot do that yet.")
        refused = command.refusal(record, Asking(self.actor, self.store.clock()))
        if refused is not None or record is None:
            return refused.message if refused else None
        whole = name in (f"{record.__tablename__}.delete", f"{record.__tablename__}.restore")
        return self.borrowed(record) if whole and not record.__root__ else self.lent(record)

    def lent(self, record: Record) -> Message | None:
        """Why a record that somebody shared with this person is not changed here, or None."""
        with self.store.looking() as connection:
            return access.lent(connection, record, self.actor, self.store.clock())

    def borrowed(self, record: Record) -> Message | None:
        """Why a record that is only lent to this person is neither deleted nor shared further, or None."""
        with self.store.looking() as connection:
            return access.borrowed(connection, record, self.actor, self.store.clock())

    def typing_refusal(self, record: Record, described: Field) -> Message | None:
        """Why a field of a record cannot be typed, or None."""
        return led(record, described) or self.refusal(f"{record.__tablename__}.edit", record)

    def do(
        self,
        name: str,
        target: UUID | None = None,
        *,
        done: Callable[[Any], object] | None = None,
        failed: Callable[[SatchelError], object] | None = None,
        clashed: Callable[[Clashed, Again], object] | None = None,
        told: Message | None = None,
        **arguments: Any,
    ) -> None:
        """Run a command on the data thread; say what was done, or why not.

        What clashes with newer values goes to `clashed`, else to `failed`, else to the window's own card.
        """
        ways: dict[str, Any] = {"done": done, "failed": failed, "clashed": clashed, "told": told}

        def refuse(error: BaseException) -> None:
            if isinstance(error, Clashed) and (clashed is not None or failed is None):
                (clashed or self.clashed.emit)(error, self._again(error, name, target, arguments, ways))
            else:
                self._fail(error, failed)

        def finish(outcome: Outcome) -> None:
            self.saved.emit(self.store.clock())
            if told is not None:
                self.told.emit(told, outcome.undoable)
            if done is not None:
                done(outcome.value)
            if COMMANDS[name].opens and isinstance(outcome.value, Record):
                self.made.emit(outcome.value.__tablename__, outcome.value.id)

        self.runner.write(
            lambda: asides.run(self.store, self.actor, name, target, **arguments),
            done=finish,
            failed=refuse,
        )

    def _again(
        self,
        error: Clashed,
        name: str,
        target: UUID | None,
        arguments: Mapping[str, Any],
        ways: Mapping[str, Any],
    ) -> Again:
        """Runs the same command with the values that were chosen, on what was shown as current."""

        def again(chosen: Mapping[str, Any]) -> None:
            seen = {clash.field: clash.current for clash in error.clashes}
            new = {"values": chosen} if "values" in arguments else dict(chosen)
            self.do(name, target, **{**arguments, **new, "seen": seen}, **ways)

        return again

    def edit(
        self,
        kind: str,
        record_id: UUID,
        typed: Mapping[str, Any],
        *,
        parsed: bool = False,
        seen: Mapping[str, Any] | None = None,
        failed: Callable[[SatchelError], object] | None = None,
        clashed: Callable[[Clashed, Again], object] | None = None,
        done: Callable[[Any], object] | None = None,
    ) -> None:
        """Set fields from what a person typed (or from values); one command, one undo step.

        With what they had `seen`, a newer value is not written over (see `do`).
        """
        cls = RECORDS[kind]
        try:
            values = dict(typed) if parsed else records.read_values(cls, typed)
        except Refused as refused:
            self._fail(refused, failed)
            return
        names = [cls.fields()[name].label for name in values]
        told = msg("{what}: {field} changed").of(what=cls.__label__, field=names[0])
        ways: dict[str, Any] = {"told": told, "failed": failed, "clashed": clashed, "done": done}
        self.do(f"{kind}.edit", record_id, values=values, seen=seen, **ways)

    def create(
        self,
        kind: str,
        typed: Mapping[str, str],
        *,
        values: Mapping[str, Any] | None = None,
        done: Callable[[Any], object] | None = None,
        failed: Callable[[SatchelError], object] | None = None,
    ) -> None:
        """Make a record from what a person typed."""
        cls = RECORDS[kind]
        try:
            ready = {**records.read_values(cls, typed), **(values or {})}
        except Refused as refused:
            self._fail(refused, failed)
            return
        told = msg("{what} added").of(what=cls.__label__)
        self.do(f"{kind}.new", values=ready, told=told, done=done, failed=failed)

    def delete(self, row: Row) -> None:
        """Delete a record; the toast brings it back."""
        if row.record.__tablename__ in AT_OFFICE:
            self.refused.emit(Refused(AT_OFFICE[row.record.__tablename__]))
            return
        told = msg("Deleted: {title}").of(title=row.record.title or type(row.record).__label__)
        self.do(f"{row.record.__tablename__}.delete", row.id, told=told)

    def delete_all(self, rows: Sequence[Row]) -> None:
        """Delete several records of one type; one undo brings all of them back."""
        if rows[0].record.__tablename__ in AT_OFFICE:
            self.delete(rows[0])
            return
        store, actor, batch = self.store, self.actor, new_id()
        name, ids = f"{rows[0].record.__tablename__}.delete", [row.id for row in rows]
        plural = inside(type(rows[0].record).__plural__)
        running, fail = self.begin(msg("Deleting {count} {what}").of(count=f"{len(ids):,}", what=plural))

        def work() -> None:
            with self.told_once(), undo.wholly(store, actor, batch):
                for done, each in enumerate(ids, 1):
                    with suppress(NotFound):  # somebody else deleted it meanwhile
                        run(store, actor, name, each, batch=batch, aside=True)
                    if not running.progress(done, len(ids)):
                        raise Refused(bulk.STOPPED)

        def finish(_nothing: None) -> None:
            running.ended.emit()
            self.saved.emit(store.clock())
            self.told.emit(msg("Deleted: {count} {what}").of(count=len(ids), what=plural), True)

        self.runner.write_slowly(work, done=finish, failed=fail)

    def begin(self, title: Message) -> tuple[Running, Callable[[BaseException], None]]:
        """Something that may take a while; and what ends it where it failed, or was stopped."""
        running = Running(title)
        self.begun.emit(running)

        def fail(error: BaseException) -> None:
            running.ended.emit()
            if isinstance(error, Refused) and error.message in (bulk.STOPPED, exports.STOPPED):
                self.told.emit(error.message, False)
            else:
                self._fail(error, None)

        return running, fail

    def bring_in(self, path: Path) -> None:
        """Look at a file of customers, people or products, and ask what is to become of it."""
        self.brought.emit(path)

    def export(self, kind: str, path: Path, language: str) -> None:
        """Write all records of a type to a file; its ending chooses the form."""
        running, fail = self.begin(msg("Writing {file}").of(file=path.name))

        def finish(count: int) -> None:
            running.ended.emit()
            self.told.emit(msg("{count} records in {file}").of(count=f"{count:,}", file=path.name), False)

        cls, store = RECORDS[kind], self.store
        self.runner.read(
            self,
            f"export {path}",
            lambda: exports.export(store, cls, path, language, running.progress),
            finish,
            failed=fail,
        )

    def take_back_left(self) -> None:
        """What was cut off when the program ended is taken back."""
        if not self.store.local(undo.BEGUN):
            return
        told = msg("An import or a change of many was cut off; what came of it was taken back.")
        self.runner.write_slowly(
            lambda: undo.take_back_left(self.store, self.actor),
            done=lambda count: self.told.emit(told, False) if count else None,
        )

    def undo(self) -> None:
        """Take back the last thing this person did."""

        def finish(undone: undo.Undone) -> None:
            self.saved.emit(self.store.clock())
            self.told.emit(msg("Undone: {what}").of(what=undone.step.label), False)

        def go_on(found: undo.Undone | undo.Step) -> None:
            if isinstance(found, undo.Undone):
                finish(found)
            else:
                self.runner.write_slowly(
                    lambda: undo.undo_step(self.store, self.actor, found),
                    done=finish,
                    failed=self._failing(None),
                )

        self.runner.write(
            lambda: undo.undo_or_reserve(self.store, self.actor), done=go_on, failed=self._failing(None)
        )

    def _failing(self, failed: Callable[[SatchelError], object] | None) -> Callable[[BaseException], object]:
        return lambda error: self._fail(error, failed)

    def _fail(self, error: BaseException, failed: Callable[[SatchelError], object] | None) -> None:
        if isinstance(error, SatchelError) and failed is not None:
            failed(error)
        else:
            self.refused.emit(error)


def led(record: Record, described: Field) -> Message | None:
    """Why a field is typed by nobody, or None."""
    if described.merge in ("server", "derived") or described.name in records.LED.get(
        record.__tablename__, ()
    ):
        return msg("“{field}” is not typed; it follows from what is done.").of(field=described.label)
    return None
