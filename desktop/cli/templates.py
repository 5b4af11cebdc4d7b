"""Templates of paper from the command line: listed, tried, published, given on as files and taken over."""

import argparse
from pathlib import Path
from typing import Any, Final

from desktop.cli.console import Console
from desktop.errors import Refused
from desktop.services import commands, templates
from desktop.services.template_editions import body_of
from desktop.services.templates import Standing
from desktop.words import Message, msg

LISTED: Final = msg("{name}: edition {edition}")
UNPUBLISHED: Final = msg("{name}: not published yet")
WAITING: Final = msg("{name}: edition {edition}, changed since")
FINE: Final = msg("Template “{name}”: nothing to put right")
NONE: Final = msg("There is no template yet; quotes are printed by the built-in one.")
PUBLISHED: Final = msg("Template “{name}” is published as edition {edition}")
GIVEN: Final = msg("Template “{name}” is written to {path}")
TAKEN: Final = msg("Template “{name}” is taken over; publish it to print by it")


def register(areas: Any) -> None:
    """Add the subcommands of this area."""
    area = areas.add_parser("template", help="how paper looks: list, lint, publish, export, import")
    verbs = area.add_subparsers(required=True, metavar="VERB")
    verbs.add_parser("list", help="every template and its edition").set_defaults(run=show)
    for name, words, run in (
        ("lint", "try a template with a stress sample", lint),
        ("publish", "publish what a template says now as its next edition", publish),
        ("export", "write a template to a file", export),
    ):
        verb = verbs.add_parser(name, help=words)
        verb.add_argument("id", metavar="ID")
        verb.set_defaults(run=run)
        if name == "export":
            verb.add_argument("--to", metavar="FILE", required=True)
    taking = verbs.add_parser("import", help="take a template over from a file")
    taking.add_argument("file", metavar="FILE")
    taking.set_defaults(run=take)


def _said(one: Standing) -> Message:
    if one.edition is None:
        return UNPUBLISHED.of(name=one.template.name)
    words = WAITING if one.changed else LISTED
    return words.of(name=one.template.name, edition=one.edition.edition)


def show(console: Console, _chosen: argparse.Namespace) -> None:
    """Every template."""
    every = templates.every(console.store)
    held = [
        {
            "id": one.template.id.hex,
            "name": one.template.name,
            "edition": one.edition.edition if one.edition is not None else None,
            "hash": one.edition.content_hash if one.edition is not None else None,
            "changed": one.changed,
            "usual": bool(one.template.usual),
        }
        for one in every
    ]
    console.result(held, "\n".join(console.say(_said(one)) for one in every) or console.say(NONE))


def lint(console: Console, chosen: argparse.Namespace) -> None:
    """Everything that can be said against a template; refused where it cannot be published."""
    template = templates.named(console.store, chosen.id)
    found = templates.lint(body_of(template))
    wrong = next((one for one in found if one.grave), None)
    if wrong is not None:
        raise Refused(templates.PUT_RIGHT.of(why=wrong.words), field=wrong.field or None)
    held = [{"field": one.field, "words": one.words.in_language("en")} for one in found]
    lines = [FINE.of(name=template.name), *(one.words for one in found)]
    console.result(held, "\n".join(console.say(line) for line in lines))


def publish(console: Console, chosen: argparse.Namespace) -> None:
    """The next edition."""
    template = templates.named(console.store, chosen.id)
    made = commands.run(console.store, console.actor, "template.publish", template.id).value
    held = {"id": template.id.hex, "edition": made.edition, "hash": made.content_hash}
    console.result(held, PUBLISHED.of(name=template.name, edition=made.edition))


def export(console: Console, chosen: argparse.Namespace) -> None:
    """A template as a file."""
    template = templates.named(console.store, chosen.id)
    path = Path(chosen.to)
    path.write_bytes(templates.written(template))
    console.result({"id": template.id.hex, "path": str(path)}, GIVEN.of(name=template.name, path=path))


def take(console: Console, chosen: argparse.Namespace) -> None:
    """A template from a file, as a draft of one's own."""
    values = templates.read(Path(chosen.file).read_bytes())
    made = commands.run(console.store, console.actor, "template.new", values=values).value
    console.result({"id": made.id.hex, "name": made.name}, TAKEN.of(name=made.name))
