"""`dev.py new`: the first draft of a record type or a command, with tests that fail until it is done."""

import argparse
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from desktop.models.migrations import NEWEST
from tests.house.sources import ROOT

RECORD: Final = '''\
"""SAY WHAT THESE RECORDS ARE."""

from typing import ClassVar

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Short
from desktop.models.record import Record, field
from desktop.words import Message, msg


class {cls}(Record):
    """SAY IN ONE SENTENCE WHAT IT IS FOR."""

    __tablename__ = "{name}"
    __label__: ClassVar[Message] = msg("{label}")
    __plural__: ClassVar[Message] = msg("{plural}")
    name: Mapped[str] = field(Short(), msg("Name"), required=True, listed=True, search="name")
'''

STEP: Final = '''\
"""Shape {shape}: the table of the record type `{name}`."""

from sqlalchemy import Connection

from desktop.models.record import Base


def upgrade(connection: Connection) -> None:
    """Make the new table."""
    Base.metadata.tables["{name}"].create(connection)
'''

RECORD_TEST: Final = '''\
"""The record type `{name}`."""

from desktop.models.records.{plural_name} import {cls}


def test_{name}_says_what_it_is_for() -> None:
    assert "SAY" not in ({cls}.__doc__ or "SAY")


def test_{name}_is_named_in_both_languages() -> None:
    for message in ({cls}.__label__, {cls}.__plural__):
        assert message.in_language("zh") != message.in_language("en")


def test_{name}_has_fields_of_its_own() -> None:
    assert set({cls}.fields()) - {{"name", "owner_id", "team_id", "custom"}}
'''

COMMAND: Final = '''

@command("{name}", on={cls}, label=msg("{label}"))
def {verb}(work: Work, {noun}: {cls}) -> None:
    """SAY IN ONE SENTENCE WHAT IT DOES."""
    raise Refused(msg("{label}"))
'''

COMMAND_HEAD: Final = '''\
"""SAY WHAT A PERSON CAN DO HERE."""

from desktop.errors import Refused
from desktop.models.records import {cls}
from desktop.models.store import Work
from desktop.services.commands import command
from desktop.words import msg
'''

COMMAND_TEST: Final = '''\
"""The command `{name}`."""

from desktop.services.{file} import {verb}
from desktop.services.commands import COMMANDS


def test_{slug}_says_what_it_does() -> None:
    assert "SAY" not in ({verb}.__doc__ or "SAY")


def test_{slug}_is_named_in_both_languages() -> None:
    label = COMMANDS["{name}"].label
    assert label.in_language("zh") != label.in_language("en")


def test_{slug}_states_what_it_writes_and_when_it_makes_sense() -> None:
    assert COMMANDS["{name}"].writes
    assert COMMANDS["{name}"].when
'''


def main() -> int:
    """Write the draft and say what is left to do."""
    parser = argparse.ArgumentParser(prog="dev.py new", description=__doc__)
    parser.add_argument("what", choices=("record", "command"))
    parser.add_argument("name", help="a record in the singular, such as Visit; a command as noun.verb")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    pattern = r"[A-Z][A-Za-z]+" if chosen.what == "record" else r"[a-z_]+\.[a-z_]+"
    if not re.fullmatch(pattern, chosen.name):
        parser.error("a record is written like SiteVisit, a command like opportunity.park")
    written = (new_record if chosen.what == "record" else new_command)(chosen.root, chosen.name)
    tidy(chosen.root, written)
    print("\n".join(str(path.relative_to(chosen.root)) for path in written))
    print(f"Next: docs/how-to/add-a-{chosen.what}{'-type' if chosen.what == 'record' else ''}.md")
    return 0


def new_record(root: Path, cls: str) -> list[Path]:
    """Record, registry, migration step and test."""
    name = re.sub(r"(?<!^)([A-Z])", r"_\1", cls).lower()
    words = name.replace("_", " ")
    filled = {
        "cls": cls,
        "name": name,
        "plural_name": plural(name),
        "label": words.capitalize(),
        "plural": plural(words).capitalize(),
    }
    models = root / "desktop/models"
    steps = models / "migrations/__init__.py"
    shape = NEWEST + 1
    step = f"s{shape:04}_{name}"
    return [
        write(models / "records" / f"{filled['plural_name']}.py", RECORD.format(**filled)),
        register(models / "records/__init__.py", cls, filled["plural_name"]),
        write(steps.with_name(f"{step}.py"), STEP.format(shape=shape, name=name)),
        append_step(steps, step),
        write(root / "tests/models" / f"test_{filled['plural_name']}.py", RECORD_TEST.format(**filled)),
    ]


def new_command(root: Path, name: str) -> list[Path]:
    """The decorated function and its test."""
    noun, verb = name.split(".")
    cls = "".join(part.capitalize() for part in noun.split("_"))
    filled = {
        "name": name,
        "noun": noun,
        "verb": verb,
        "cls": cls,
        "label": f"{verb.replace('_', ' ').capitalize()} {noun.replace('_', ' ')}",
        "file": plural(noun),
        "slug": name.replace(".", "_"),
    }
    service = root / "desktop/services" / f"{filled['file']}.py"
    there = service.read_text(encoding="utf-8") if service.exists() else COMMAND_HEAD.format(**filled)
    if f'"{name}"' in there:
        raise SystemExit(f"{name} is there already")
    service.write_text(there + COMMAND.format(**filled), encoding="utf-8")
    test = root / "tests/services" / f"test_{filled['slug']}.py"
    return [service, write(test, COMMAND_TEST.format(**filled))]


def write(path: Path, text: str) -> Path:
    """A new file; an old one is left alone."""
    if path.exists():
        raise SystemExit(f"{path} is there already")
    path.write_text(text, encoding="utf-8")
    return path


def register(package: Path, cls: str, module: str) -> Path:
    """Import the class where the registry is filled."""
    text = package.read_text(encoding="utf-8")
    head, listed = text.split("\n__all__ = [\n")
    text = f'{head}from desktop.models.records.{module} import {cls}\n\n__all__ = [\n    "{cls}",\n{listed}'
    package.write_text(text, encoding="utf-8")
    return package


def append_step(package: Path, step: str) -> Path:
    """Put the step behind the others."""
    text = package.read_text(encoding="utf-8")
    found = re.search(r"^STEPS: [^\n]* = \((.*?)\)$", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise SystemExit(f"{package} has no STEPS")
    before = found[1].strip().rstrip(",")
    inside = f"{before}, {step}.upgrade" if before else f"{step}.upgrade"
    text = f"{text[: found.start(1)]}{inside},{text[found.end(1) :]}"
    text = text.replace("\nfrom desktop", f"\nfrom desktop.models.migrations import {step}\nfrom desktop", 1)
    package.write_text(text, encoding="utf-8")
    return package


def plural(noun: str) -> str:
    """The plural of an English noun, as far as our names need it."""
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def tidy(root: Path, written: list[Path]) -> None:
    """Sort imports and format, as the gates want it."""
    files = [str(path) for path in written]
    subprocess.run(
        ["ruff", "check", "--quiet", "--fix", "--select", "I,RUF022", *files], cwd=root, check=False
    )
    subprocess.run(["ruff", "format", "--quiet", *files], cwd=root, check=True)


if __name__ == "__main__":
    sys.exit(main())
