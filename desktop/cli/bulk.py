"""One field of many records from the command line: `satchel set`, with a preview and one undo."""

import argparse
from typing import Any

from desktop.cli.console import Console
from desktop.cli.records import values_of
from desktop.errors import Refused, Usage
from desktop.models.record import Record
from desktop.rules import formulas
from desktop.services import bulk, records
from desktop.services.bulk import How, Plan, Report
from desktop.words import msg

NOTHING_SAID = msg("Say which: --where field=value, --id ID, or --all.")
ONE_FIELD = msg("Say one field and what it becomes: field=value.")
NOT_SO = msg("“{field}” cannot be changed in this way.")
MOST_SHOWN = 20


def register(areas: Any) -> None:
    """Add the subcommands of this area."""
    area = areas.add_parser("set", help="change one field of many records; one undo takes all of it back")
    area.add_argument("record", metavar="RECORD")
    area.add_argument("value", metavar="field=value")
    area.add_argument("--where", metavar="field=value", action="append", default=[], help="which records")
    area.add_argument("--id", metavar="ID", action="append", default=[], help="these records")
    area.add_argument("--all", action="store_true", help="every record of the type")
    how = area.add_mutually_exclusive_group()
    how.add_argument("--add", dest="how", action="store_const", const="add", help="of tags: these join")
    how.add_argument(
        "--remove", dest="how", action="store_const", const="remove", help="of tags: these leave"
    )
    how.add_argument(
        "--by", dest="how", action="store_const", const="by", help="a number: price=+5%%, ×1.1, -200"
    )
    more = "a text: this is added behind it"
    how.add_argument("--append", dest="how", action="store_const", const="append", help=more)
    area.add_argument("--preview", action="store_true", help="say what would change, and change nothing")
    area.set_defaults(run=change, how="set")


def change(console: Console, chosen: argparse.Namespace) -> None:
    """Look at it first; without --preview it is done then."""
    cls = records.record_type(chosen.record)
    how: How = chosen.how
    name, value = _wanted(console, cls, chosen.value, how)
    made = bulk.plan(
        console.store, console.actor, cls.__tablename__, _ids(console, cls, chosen), name, value, how
    )
    if chosen.preview:
        _show(console, made)
        return
    report = bulk.carry_out(console.store, console.actor, made)
    _tell(console, report)


def _wanted(console: Console, cls: type[Record], said: str, how: How) -> tuple[str, Any]:
    """The field and what becomes of it. Raises Usage, Refused."""
    if how in ("by", "append"):
        name, sign, text = said.partition("=")
        if not sign:
            raise Usage(ONE_FIELD)
        if name not in cls.fields():
            raise records.no_field(cls, name)
        if how not in bulk.hows(cls.fields()[name]):
            raise Usage(NOT_SO.of(field=cls.fields()[name].label))
        return name, formulas.read(text) if how == "by" else text
    values = values_of(console, cls, [said])
    if len(values) != 1:
        raise Usage(ONE_FIELD)
    return next(iter(values.items()))


def _ids(console: Console, cls: type[Record], chosen: argparse.Namespace) -> list[Any]:
    if not (chosen.where or chosen.id or chosen.all):
        raise Usage(NOTHING_SAID)
    named = [records.find(console.store, cls, one).id for one in chosen.id]
    if chosen.id and not (chosen.where or chosen.all):
        return named
    where = [cls.table().c[name] == value for name, value in values_of(console, cls, chosen.where).items()]
    return [*named, *bulk.ids_of(console.store, cls.__tablename__, where)]


def _show(console: Console, made: Plan) -> None:
    language = console.language
    if console.options.json:
        console.emit(
            {
                "changing": len(made.changing()),
                "same": made.same(),
                "refused": len(made.refused()),
                "lines": [
                    {
                        "id": line.record.hex,
                        "title": line.title.in_language(language),
                        "old": made.described.kind.to_wire(line.old),
                        "new": made.described.kind.to_wire(line.new),
                        "changes": line.changes,
                        "refused": line.refused.in_language(language) if line.refused else None,
                    }
                    for line in made.lines
                ],
            }
        )
        return
    for line in [*made.changing(), *made.refused()][:MOST_SHOWN]:
        old, new = (made.shown(line, each, language) or "\N{EM DASH}" for each in (line.old, line.new))
        became = console.say(line.refused) if line.refused else f"{old} → {new}"
        console.line(f"{console.say(line.title)}: {became}")
    text = msg("{count} would change, {same} are so already, {refused} would be refused.")
    facts = {"count": len(made.changing()), "same": made.same(), "refused": len(made.refused())}
    console.line(console.say(text.of(**facts)))


def _tell(console: Console, report: Report) -> None:
    made = report.plan
    refused = [(line.record, line.refused) for line in made.refused() if line.refused] + list(report.refused)
    if refused and not report.saved and not made.same():
        raise Refused(refused[0][1])
    text = msg("{count} changed, {same} were so already, {refused} refused; “satchel undo” takes it back.")
    told = {
        "changed": report.saved,
        "same": made.same(),
        "refused": [{"id": one.hex, "why": console.say(why)} for one, why in refused],
        "clashes": [each.record.hex for each in report.clashes],
    }
    console.result(told, text.of(count=report.saved, same=made.same(), refused=len(refused)))
    for one, why in refused[:MOST_SHOWN]:
        console.line(f"{one.hex}  {console.say(why)}")
