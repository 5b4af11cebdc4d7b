"""Records from the command line: list, show, new, edit, delete, search, undo, history."""

import argparse
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from desktop.cli.console import Console
from desktop.errors import NotFound, Usage
from desktop.models.kinds import Link
from desktop.models.record import RECORDS, Record
from desktop.services import asides, clashes, commands, finding, history, records, undo
from desktop.words import msg


def register(areas: Any) -> None:
    """Add the subcommands of this area."""
    for name, run, text in (
        ("list", list_records, "records of a type, newest first"),
        ("new", new, "make a record"),
        ("edit", edit, "change fields of a record"),
        ("show", show, "every field of a record"),
        ("delete", delete, "delete a record (undo brings it back)"),
        ("history", show_history, "who changed what, when, on which device"),
    ):
        area = areas.add_parser(name, help=text)
        area.add_argument("record", metavar="RECORD")
        if name not in ("list", "new"):
            area.add_argument("id", metavar="ID")
        if name in ("list", "new", "edit"):
            area.add_argument("values", metavar="field=value", nargs="*")
        if name == "edit":
            seen = "what you saw there: a newer value is not written over, all three are told instead"
            area.add_argument("--seen", metavar="field=value", action="append", default=[], help=seen)
            area.add_argument("--mine", action="store_true", help="save over what changed meanwhile")
        if name == "list":
            area.add_argument("--limit", type=int, default=100)
        if name == "history":
            area.add_argument("field", metavar="FIELD", nargs="?")
        area.set_defaults(run=run)
    search = areas.add_parser("search", help="find records as you type them")
    search.add_argument("text", nargs="+")
    search.add_argument("--limit", type=int, default=20)
    search.set_defaults(run=search_records)
    areas.add_parser("undo", help="take back the last thing done").set_defaults(run=undo_last)


def assignments(typed: Iterable[str]) -> dict[str, str]:
    """`field=value …` as a mapping. Raises Usage for a word without `=`."""
    found: dict[str, str] = {}
    for word in typed:
        name, equals, value = word.partition("=")
        if not equals:
            raise Usage(
                msg("Write field=value, such as phone=13800138000; “{word}” is not that.").of(word=word)
            )
        found[name.strip()] = value
    return found


def values_of(console: Console, cls: type[Record], words: Iterable[str]) -> dict[str, Any]:
    """`field=value …` as values; a link is given by the id, the name or the number of what it leads to."""
    typed = assignments(words)
    for name, text in typed.items():
        described = cls.fields().get(name)
        kind = described.kind if described else None
        if isinstance(kind, Link) and kind.to and text.strip() and not is_id(text):
            typed[name] = records.find(console.store, RECORDS[kind.to], text).id.hex
    return records.read_values(cls, typed)


def is_id(text: str) -> bool:
    """Whether a person typed an id and not a name."""
    try:
        UUID(text.strip())
    except ValueError:
        return False
    return True


def flat(record: Record, titles: dict[UUID, str] | None = None) -> dict[str, Any]:
    """A record's fields by name, as JSON; what it links to is named beside its id."""
    fields: dict[str, Any] = {"id": record.id.hex, "type": record.__tablename__, "title": record.title}
    fields |= record.wire()
    for name, described in type(record).fields().items():
        if titles and isinstance(described.kind, Link) and getattr(record, name) in titles:
            fields[name.removesuffix("_id")] = titles[getattr(record, name)]
    return fields


def list_records(console: Console, chosen: argparse.Namespace) -> None:
    """Records of one type, newest first, those whose fields equal the given values."""
    cls = records.record_type(chosen.record)
    values = values_of(console, cls, chosen.values)
    where = [cls.table().c[name] == value for name, value in values.items()]
    with console.store.reading() as session:
        found = records.page(session, cls, limit=chosen.limit, where=where)
        titles = records.link_titles(session, found)
    if console.options.json:
        console.emit([flat(record, titles) for record in found])
        return
    for record in found:
        console.line(f"{record.id.hex}  {_listed(record, console, titles)}")
    console.line(console.say(msg("{count} shown").of(count=len(found))))


def _listed(record: Record, console: Console, titles: dict[UUID, str]) -> str:
    shown = []
    for name, described in type(record).fields().items():
        if described.listed:
            value = getattr(record, name)
            text = titles.get(value) if isinstance(described.kind, Link) else None
            shown.append(text or described.kind.format(value, console.language))
    return " · ".join(text for text in shown if text)


def show(console: Console, chosen: argparse.Namespace) -> None:
    """Every field of one record."""
    cls = records.record_type(chosen.record)
    record = records.find(console.store, cls, chosen.id)
    with console.store.reading() as session:
        titles = records.link_titles(session, [record])
    if console.options.json:
        console.emit(flat(record, titles))
        return
    console.line(record.id.hex)
    for name, described in cls.fields().items():
        value = getattr(record, name)
        text = titles.get(value) if isinstance(described.kind, Link) else None
        text = text or described.kind.format(value, console.language)
        if text:
            console.line(f"{console.say(described.label)} ({name}): {text}")


def new(console: Console, chosen: argparse.Namespace) -> None:
    """Make a record; prints its id."""
    cls = records.record_type(chosen.record)
    values = values_of(console, cls, chosen.values)
    done = commands.run(console.store, console.actor, f"{cls.__tablename__}.new", values=values)
    console.result({"id": done.value.id.hex}, done.value.id.hex)


def edit(console: Console, chosen: argparse.Namespace) -> None:
    """Change fields of a record, as one command with undo.

    Without `--seen` the value is saved as it is stated. What is not saved stays in the outbox.
    """
    cls = records.record_type(chosen.record)
    values = values_of(console, cls, chosen.values)
    if not values:
        raise Usage(msg("Say what to change: field=value."))
    record = records.find(console.store, cls, chosen.id)
    seen = None if chosen.mine else values_of(console, cls, chosen.seen)
    try:
        name = f"{cls.__tablename__}.edit"
        asides.run(console.store, console.actor, name, record.id, values=values, seen=seen)
    except clashes.Clashed as clashed:
        _tell_clashes(console, cls, clashed)
        raise
    console.result({"id": record.id.hex, "changed": sorted(values)}, msg("Saved."))


def _tell_clashes(console: Console, cls: type[Record], clashed: clashes.Clashed) -> None:
    """The three values of each field that changed meanwhile, and what was saved all the same."""
    if console.options.json:
        return
    for clash in clashed.clashes:
        said = msg("{field}: mine {mine} · current {current} · original {original}")
        shown = {
            name: clash.shown(cls, getattr(clash, name), console.language) or "\N{EM DASH}"
            for name in ("mine", "current", "original")
        }
        console.line(console.say(said.of(field=cls.fields()[clash.field].label, **shown)))
    if clashed.saved:
        labels = ", ".join(console.say(cls.fields()[name].label) for name in clashed.saved)
        console.line(console.say(msg("Saved: {fields}").of(fields=labels)))
    console.line(console.say(msg("With --mine yours is saved over it.")))


def delete(console: Console, chosen: argparse.Namespace) -> None:
    """Delete a record; undo brings it back."""
    cls = records.record_type(chosen.record)
    record = records.find(console.store, cls, chosen.id)
    commands.run(console.store, console.actor, f"{cls.__tablename__}.delete", record.id)
    console.result({"id": record.id.hex, "deleted": True}, msg("Deleted; “satchel undo” brings it back."))


def search_records(console: Console, chosen: argparse.Namespace) -> None:
    """Ranked records for what was typed."""
    hits = finding.find(console.store, " ".join(chosen.text), limit=chosen.limit)
    if console.options.json:
        console.emit([{"type": hit.type, "id": hit.id.hex, "title": hit.title} for hit in hits])
        return
    for hit in hits:
        label = console.say(RECORDS[hit.type].__label__) if hit.type in RECORDS else hit.type
        console.line(f"{hit.id.hex}  {label}  {hit.title}")
    if not hits:
        console.line(console.say(msg("Nothing on this laptop matches.")))


def undo_last(console: Console, _chosen: argparse.Namespace) -> None:
    """Take back the last thing this person did here."""
    done = undo.undo(console.store, console.actor)
    console.result(
        {"undone": done.step.command, "records": done.records, "kept": [one.hex for _, one in done.kept]},
        msg("Undone: {what} ({count}).").of(what=done.step.label, count=done.records),
    )


def show_history(console: Console, chosen: argparse.Namespace) -> None:
    """Who changed what, when, on which device, from what to what."""
    cls = records.record_type(chosen.record)
    record_id = UUID(chosen.id) if is_id(chosen.id) else records.find(console.store, cls, chosen.id).id
    if chosen.field and chosen.field not in cls.fields():
        raise records.no_field(cls, chosen.field)
    entries = history.history(console.store, cls, record_id, chosen.field)
    if not entries and not chosen.field:
        raise NotFound(msg("There is no such {what} on this laptop.").of(what=cls.__label__))
    if console.options.json:
        console.emit(
            [
                {
                    "at": entry.at.isoformat(),
                    "who": entry.who,
                    "device": entry.device,
                    "command": entry.command,
                    "kind": entry.kind,
                    "field": entry.field,
                    "old": entry.old,
                    "new": entry.new,
                    "remote": entry.remote,
                }
                for entry in entries
            ]
        )
        return
    for entry in entries:
        described = cls.fields().get(entry.field)
        label = console.say(described.label) if described else entry.kind
        when = entry.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        console.line(f"{when}  {entry.who}  {entry.device}  {label}: {entry.old or ''} → {entry.new or ''}")
