"""Every command × every role × one's own, the team's and others' records: laptop and office say the same.

What they say is `docs/permissions.md`; `python -m tests.sync.server.test_permission_matrix` writes it anew.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch
from uuid import UUID

import pytest

from desktop.errors import NotAllowed, NotFound
from desktop.models.record import RECORDS, Record, new_id
from desktop.models.store import Store, Work
from desktop.rules.roles import ROLES
from desktop.rules.sharing import EDIT, READ, SHAREABLE
from desktop.services import commands
from desktop.services.commands import COMMANDS, DELETED, Command
from sync.client.driver import enrol, sync_once
from sync.server import (
    permission,  # noqa: F401 - has every command known
    shares,
)
from sync.server.feed import publish
from sync.server.scope import scope_of
from sync.server.server import Server
from sync.server.store import open_folder
from tests.house.sources import ROOT
from tests.stores import opened
from tests.sync.server.laptop import Laptop
from tests.sync.simulator.world import Direct

PAGE: Final = ROOT / "docs/permissions.md"
PLACES: Final = ("own", "team", "other")
CASES: Final = {
    **{role: (role, False, "") for role in ROLES},
    "rep, narrowed": ("rep", True, ""),
    "rep, lent to read": ("rep", False, READ),
    "rep, lent to edit": ("rep", False, EDIT),
}
"""The columns: roles, sales reps where the organisation shows them only their own, and where others'
customers, opportunities and quotes are shared with them.
"""
SENSE: Final = frozenset({"frozen", "invalid", "state"})
"""Refusals for what the record is, not for who asks."""
KNOWN: Final = {name: COMMANDS[name] for name in sorted(COMMANDS)}
HEADER: Final = """\
# Who may do what

Every command by role, asked of the laptop and of the office, which say the same. Written and checked by
`tests/sync/server/test_permission_matrix.py` from the table of roles (`desktop/rules/roles.py`).

`own`, `team`, `other`: on whose records; `all`: on everybody's; `yes`: on what the firm shares, or something
new; `–`: never. *Narrowed*: the organisation has its sales reps see their own records alone. `lent`: on
others' customers, opportunities, quotes and contracts that were shared to read or to edit. A comment is
changed and deleted by whoever wrote it, and by an administrator; what is said here of others' holds for
those of nobody.

"""
Answers = dict[tuple[str, str], str]


def open_as_is(_server: Server) -> None:
    """The office has nothing of its own."""


class Case:
    """One person of a role, on a laptop of their own, with a record for each command and place."""

    def __init__(
        self,
        folder: Path,
        role: str,
        narrowed: bool,
        lent: str,
        *,
        begin: Callable[[Server], None] = open_as_is,
    ) -> None:
        self.server = Server(open_folder(folder))
        begin(self.server)
        self.server.seed("organisation", [{"name": "Firm", "rep_scope": "own" if narrowed else "team"}])
        self.me, mate = (self.server.add_user(name, "North", role) for name in ("Me", "Mate"))
        other = self.server.add_user("Other", "South", "rep")
        self.owners = dict(zip(PLACES, (self.me, mate, other), strict=True))
        with self.server.store.read() as conn:
            scope = scope_of(conn, mate, self.server.clock())
        self.team = scope.person.team if scope is not None else ""
        self.beside: dict[str, str] = {}
        self.targets = self._seed()
        if lent:
            self._lend(lent)

    def _seed(self) -> dict[tuple[str, str], str]:
        rows: dict[str, list[Mapping[str, Any]]] = {}
        targets = {}
        for name, command in KNOWN.items():
            for place in places_of(command):
                kind, targets[name, place] = type_of(command), new_id().hex
                home = {} if RECORDS[kind].__shared__ else {"owner_id": self.owners[place]}
                rows.setdefault(kind, []).append({"id": targets[name, place], **home})
                if kind != written_type(command) and not command.creates:
                    part = {"id": targets[name, place][::-1], **self._whole(command, targets[name, place])}
                    rows.setdefault(written_type(command), []).append({**part, **home})
                    for other_kind, whole in self._beside(command, place, part):
                        rows.setdefault(other_kind, []).append({"id": whole, **home})
        for kind, some in rows.items():
            self.server.seed(kind, some)
        return targets

    @staticmethod
    def _whole(command: Command, target: str) -> dict[str, str]:
        """What a written part belongs to: a request about a contract stands beside the contract's quote."""
        kind, written = type_of(command), RECORDS[written_type(command)]
        link = written.__root__ or f"{kind}_id"
        own = f"{kind}_id"
        return (
            {link: target}
            if own == link or own not in written.fields()
            else {own: target, link: new_id().hex}
        )

    def _beside(self, command: Command, place: str, part: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        root = RECORDS[written_type(command)].__root__
        if root and root != f"{type_of(command)}_id" and f"{type_of(command)}_id" in part:
            kind = root.removesuffix("_id")
            if place == "other" and {kind, type_of(command)} <= set(SHAREABLE):
                self.beside[part[root]] = kind
            yield kind, part[root]

    def _lend(self, access: str) -> None:
        """Others share with this person whatever can be shared."""
        records = self.beside | {
            target: type_of(KNOWN[name])
            for (name, place), target in self.targets.items()
            if place == "other" and type_of(KNOWN[name]) in SHAREABLE
        }
        home = {"owner_id": self.owners["other"], "person_id": self.me, "access": access}
        self.server.seed("share", [{"of": kind, "of_id": one, **home} for one, kind in records.items()])
        keys = [(kind, one) for one, kind in records.items()]
        self.server.store.write(lambda conn: publish(conn, shares.events(conn, keys)))

    def asked_of_the_office(self) -> Answers:
        laptop = Laptop(self.server)
        laptop.enrol(self.server.new_code(self.me))
        laptop.sync()
        for (name, place), target in self.targets.items():
            laptop.tx(self._op(KNOWN[name], target, self.owners[place]), command=name)
        verdicts = laptop.sync().verdicts
        return {
            key: "" if one.code in SENSE else one.code
            for key, one in zip(self.targets, verdicts, strict=True)
        }

    def _op(self, command: Command, target: str, owner: str) -> tuple[str, str, str, dict[str, Any], int]:
        """An operation that this command may hold, and that changes as little as possible."""
        kind = written_type(command)
        if command.creates and not command.name.endswith(".restore"):
            shared = RECORDS[kind].__shared__
            return "create", kind, new_id().hex, {} if shared else {"owner_id": owner}, 0
        if command.writes and all(one.endswith(f".{DELETED}") for one in command.writes):
            return "restore" if command.name.endswith(".restore") else "delete", kind, target, {}, 1
        name = next(iter(writable(command)), "custom")
        record = target if kind == type_of(command) else target[::-1]
        current = RECORDS[kind].fields()[name].default_value() if name != "custom" else {}
        current = owner if name == "owner_id" else current
        return "set", kind, record, {name: [current, current]}, 1

    @contextmanager
    def laptop(self, folder: Path) -> Iterator[Store]:
        with opened(folder) as store:
            enrol(store, Direct(self.server), self.server.new_code(self.me))
            sync_once(store, Direct(self.server))
            yield store

    def asked_of_the_laptop(self, store: Store) -> Answers:
        answers = {}
        for (name, place), target in self.targets.items():
            bare = replace(KNOWN[name], function=partial(touch, KNOWN[name]), when=None)
            with patch.dict(COMMANDS, {name: bare}):
                answers[name, place] = self._run(store, bare, target)
        return answers

    @staticmethod
    def _run(store: Store, command: Command, target: str) -> str:
        try:
            commands.run(store, store.me(), command.name, None if command.creates else UUID(hex=target))
        except NotAllowed:
            return "not_allowed"
        except NotFound:
            return "not_found"
        return ""


def touch(command: Command, work: Work, record: Record | None = None, **_: Any) -> None:
    """As little as a command does: its record has changed, has another owner, or is deleted."""
    if record is not None and command.writes and all(one.endswith(f".{DELETED}") for one in command.writes):
        work.delete(record)
    elif record is not None and not RECORDS[record.__tablename__].__shared__:
        work.changed.add((record.__tablename__, record.id))
        if command.name.endswith(".assign"):
            work.written.add(f"{record.__tablename__}.owner_id")


def type_of(command: Command) -> str:
    """The record type that a command is about; one about none in particular is shown on customers."""
    return command.on.__tablename__ if command.on is not None else "customer"


def written_type(command: Command) -> str:
    """A record type that a command writes: the one it is about, if it does."""
    kinds = [one.partition(".")[0] for one in command.writes]
    return type_of(command) if type_of(command) in kinds or not kinds else kinds[0]


def writable(command: Command) -> Iterator[str]:
    """Fields of `written_type` that a command writes and that nothing but the command decides about; those of
    an edition that is not issued yet come last.
    """
    kind = written_type(command)
    fields = RECORDS[kind].fields()
    named = [
        name for record_type, _, name in (one.partition(".") for one in command.writes) if record_type == kind
    ]
    mine = [name for name in named if name in fields and not fields[name].masked]
    yield from sorted(mine, key=lambda name: fields[name].frozen)


def places_of(command: Command) -> tuple[str, ...]:
    """Whose records a command meets: what is new is one's own, what the firm shares is nobody's."""
    shared = command.on is None or command.creates or RECORDS[type_of(command)].__shared__
    return PLACES[:1] if shared else PLACES


def cell(command: Command, answers: Answers, lent: str = "") -> str:
    """What the table says of a command for one role."""
    may = [place for place in places_of(command) if not answers[command.name, place]]
    if lent and "other" in may:
        may[-1] = "lent"
    if not may:
        return "–"
    if len(places_of(command)) == 1:
        return "yes"
    return "all" if len(may) == len(PLACES) and not lent else ", ".join(may)


def table(folder: Path) -> tuple[str, list[str]]:
    """The page, and where laptop and office differ."""
    answers: dict[str, Answers] = {}
    differing = []
    for title, (role, narrowed, lent) in CASES.items():
        case = Case(folder / title, role, narrowed, lent)
        with case.laptop(folder / f"{title} laptop") as store:
            here = case.asked_of_the_laptop(store)
        answers[title] = case.asked_of_the_office()
        case.server.store.close()
        differing += [
            f"{title}: {' '.join(key)}: laptop {here[key] or 'may'}, office {answers[title][key] or 'may'}"
            for key in case.targets
            if here[key] != answers[title][key]
        ]
    lines = [f"| Command | {' | '.join(CASES)} |", f"|---|{'---|' * len(CASES)}"]
    for name, command in KNOWN.items():
        cells = [cell(command, answers[title], lent) for title, (_, _, lent) in CASES.items()]
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
    return HEADER + "\n".join(lines) + "\n", differing


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    return table(tmp_path_factory.mktemp("matrix"))


def test_laptop_and_office_refuse_the_same(made: tuple[str, list[str]]) -> None:
    assert made[1] == []


def test_the_table_of_permissions_says_what_is(made: tuple[str, list[str]]) -> None:
    assert PAGE.read_text(encoding="utf-8") == made[0]


def test_the_table_knows_its_extremes(made: tuple[str, list[str]]) -> None:
    lines = {line.split("`")[1]: line for line in made[0].splitlines() if line.startswith("| `")}
    assert len(lines) == len(KNOWN) > 100
    roles = "| own, team | all | all | – | all | own |"
    assert lines["customer.edit"].endswith(f"{roles} own, team | own, team, lent |")
    assert lines["customer.delete"].endswith(f"{roles} own, team | own, team |")
    assert lines["user.edit"].endswith("| – | – | – | – | yes | – | – | – |")
    assert lines["product.edit"].endswith("| – | yes | yes | – | yes | – | – | – |")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        PAGE.write_text(table(Path(scratch))[0], encoding="utf-8")
