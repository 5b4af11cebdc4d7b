"""Known-bad builds: each is the real code with one line changed, and the simulator must notice every one."""

import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.models import arrival, changes, decisions, fuse, leaving, numbers, remote, sending
from sync.client import driver
from sync.engine import repair
from sync.server import accounts, batch, feed, guards, intake, judge, merge, scope, stubs
from tests.sync import scenarios


@dataclass(frozen=True, slots=True)
class Change:
    """In the source of `owner.name`, each old text (which stands there once) becomes a new one."""

    owner: Any
    name: str
    edits: tuple[tuple[str, str], ...]

    @contextmanager
    def made(self) -> Iterator[None]:
        """The changed function in place of the real one."""
        real = inspect.getattr_static(self.owner, self.name)
        function = getattr(real, "__wrapped__", real)
        source = textwrap.dedent(inspect.getsource(function))
        for old, new in self.edits:
            if source.count(old) != 1:
                raise LookupError(f"{self.name} no longer reads {old!r} exactly once")
            source = source.replace(old, new)
        namespace: dict[str, Any] = {}
        exec(
            compile(source, inspect.getfile(function), "exec"),
            function.__globals__,
            namespace,
        )
        setattr(self.owner, self.name, namespace[self.name])
        try:
            yield
        finally:
            setattr(self.owner, self.name, real)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A bug that somebody could make, with seeds that have shown it, or a story that always does."""

    title: str
    changes: tuple[Change, ...]
    seeds: tuple[int, ...] = ()
    visit: int | None = None
    """The short schedule that has shown it."""
    story: Callable[[Path], None] | None = None

    @contextmanager
    def alive(self) -> Iterator[None]:
        """The world with this bug in it."""
        with ExitStack() as stack:
            for change in self.changes:
                stack.enter_context(change.made())
            yield


def one(
    title: str,
    owner: Any,
    name: str,
    old: str,
    new: str,
    *seeds: int,
    visit: int | None = None,
    story: Callable[[Path], None] | None = None,
) -> Mutant:
    """A bug of one line."""
    return Mutant(title, (Change(owner, name, ((old, new),)),), seeds, visit, story)


EARLY = """with self.store.engine.begin() as early:
        for part in parts:
            query = "SELECT 1 FROM sync_cursor WHERE stream = ?"
            if early.exec_driver_sql(query, (part.stream,)).first():
                _advance(early.connection.driver_connection, part.stream, part.upto, schema, part.mask)
    with self.arriving(waits=bool(verdicts or granted)) as (connection, arrival):"""

SENT = """if known.outbox:
        remote.store.set_local("acked", known.outbox.ops[-1].n)
    return Situation("""

NO_BARRIER = Mutant(
    "no durability barrier",
    tuple(
        Change(place, "without_waiting", (('driver.execute("PRAGMA synchronous = FULL")', "pass"),))
        for place in (remote, sending)
    ),
    (5001,),
    visit=1001,
)
"""After a page nothing waits for the disk any more."""

MUTANTS = (
    one(
        "cursor before commit",
        remote.Remote,
        "apply",
        "with self.arriving(waits=bool(verdicts or granted)) as (connection, arrival):",
        EARLY,
        story=scenarios.power_cut_repeats_the_page,
    ),
    NO_BARRIER,
    one("outbox cleared on send", driver, "situation_of", "return Situation(", SENT, 5001, visit=1001),
    one(
        "overlay dropped on ack",
        arrival.Arrival,
        "answered",
        "if version > held.get(record, 0):",
        "if False:",
        5003,
        visit=1002,
    ),
    one(
        "ack not tied to the pull",
        remote,
        "_comes",
        "verdict.kind, verdict.version)",
        "verdict.kind, 0)",
        5003,
        visit=1002,
    ),
    one(
        "pull clobbers pending",
        arrival.Arrival,
        "_dirty",
        "found.update(bytes(row[0]) for row in rows)",
        "rows.fetchall()",
        5002,
        visit=1000,
    ),
    one(
        "no chained base",
        changes,
        "_chained_base",
        "if earlier < base and",
        "if False and",
        story=scenarios.second_edit_knows_no_more_than_the_first,
    ),
    one(
        "conflict dropped",
        decisions,
        "lost",
        "for loss in losses if loss.ask}",
        "for loss in ()}",
        5003,
        visit=1002,
    ),
    one(
        "rejection dropped",
        decisions,
        "refused",
        "if _is_private(record_type):",
        "if True:",
        5001,
        visit=1001,
    ),
    one(
        "remove ignores home stream",
        arrival.Arrival,
        "_removed",
        "elif self._home(cls, base) == stream:",
        "else:",
        5012,
    ),
    one(
        "no purge",
        arrival.Arrival,
        "lost",
        "list(remote_rows.at_home(self.driver, stream))",
        "()",
        5006,
        visit=1041,
    ),
    one("purge takes unsent work", arrival.Arrival, "_without_base", "if not ops or", "if True or", 5007),
    one(
        "purge leaves the index",
        leaving,
        "take_away",
        "search.remove(indexing.driver_of(connection), ids)",
        "pass",
        story=scenarios.what_is_given_away_leaves_the_index,
    ),
    one(
        "totals not recomputed after a pull",
        arrival.Arrival,
        "finish",
        "derived.refresh(self.connection, self.changed)",
        "()",
        5005,
        visit=1000,
    ),
    one(
        "a number taken twice",
        numbers,
        "take",
        "SET next = next + 1",
        "SET next = next",
        story=scenarios.each_number_is_taken_once,
    ),
    Mutant(
        "no dedupe at the office",
        (
            Change(
                intake,
                "receive",
                (
                    ("for op in ops if op.n > last]", "for op in ops]"),
                    (
                        "verdicts = [_known(op.n, stored, request.acked) for op in ops if op.n <= last]",
                        "verdicts = []",
                    ),
                ),
            ),
        ),
        story=scenarios.a_repeated_push_does_nothing,
    ),
    one(
        "verdicts forgotten",
        intake,
        "_known",
        "if not verdict or n <= acked:",
        "if True:",
        story=scenarios.an_answer_that_was_lost_is_said_again,
    ),
    one("no op hash", intake, "_agreed", "if last == 0:", "if True:", 5001, visit=1002),
    one(
        "last write wins",
        merge,
        "merge_field",
        "if fresh or current in (old, new):",
        "if True:",
        5003,
        visit=1002,
    ),
    one(
        "deletion without looking",
        judge.Judge,
        "_delete",
        "not held.seen_by(self.batch.device, op.base)",
        "False",
        5004,
        visit=1017,
    ),
    one(
        "no move tombstone",
        batch,
        "_events",
        "if held.home is not None and held.home != now:",
        "if False:",
        5012,
        visit=1005,
    ),
    one(
        "children stay behind", batch.Batch, "_follow_roots", "while moved:", "while False:", 5012, visit=1012
    ),
    one(
        "snapshot not pinned",
        feed,
        "snapshot",
        "at=head if at is None else at",
        "at=head",
        story=scenarios.a_first_copy_misses_nothing_that_happens_meanwhile,
    ),
    one(
        "page claims the head",
        feed,
        "_part",
        "upto=events[-1].seq if more else head",
        "upto=head",
        5000,
        visit=1002,
    ),
    one("mask leak", feed, "table", "scope.mask.of(record_type)", "frozenset()", 5004),
    one(
        "a promotion brings nothing",
        leaving,
        "hidden_by",
        "if roles.mask_name(fields) == mask",
        "if 'product.cost' in fields",
        5002,
        visit=1021,
    ),
    one("a narrowed firm is as wide as before", scope, "_narrowed", "== OWN", '== "mine"', 5008),
    one(
        "a shut out laptop is served",
        accounts,
        "revoke",
        "values(revoked_at=now)",
        "values(revoked_at=None)",
        story=scenarios.a_laptop_that_is_shut_out_gets_nothing,
    ),
    one(
        "points that nobody has are spent",
        guards.Guards,
        "overdraft",
        "cls.__ledger__.overdrawn(self.batch.balance(record_type, account), amount)",
        "False",
        5001,
        visit=1001,
    ),
    one(
        "what was issued is edited",
        guards.Guards,
        "frozen",
        'and edition.row["content_hash"]:',
        "and False:",
        story=scenarios.what_was_issued_stands,
    ),
    one(
        "nothing is mended",
        repair,
        "difference",
        "mine.get(kind, {}).get(record, 0) < version",
        "False",
        5001,
        visit=1040,
    ),
    one(
        "held deletions never happen",
        fuse,
        "accept",
        "Deletion(row[4], row[2], row[0].hex(), row[3], row[5]) for row in some",
        "Deletion(row[4], row[2], row[0].hex(), 0, row[5]) for row in some",
        story=scenarios.others_deletions_happen_once_agreed,
    ),
    one(
        "a line that left still counts",
        arrival.Arrival,
        "_purge",
        "derived.wholes(self.connection, cls.__tablename__, ids)",
        "()",
        story=scenarios.a_line_that_left_counts_no_more,
    ),
    one(
        "links lead nowhere",
        stubs,
        "_named",
        "if not scope.may_read(home(record_type, row)) and record not in lent:",
        "if False:",
        story=scenarios.a_name_stays_where_a_link_leads,
    ),
    one(
        "what never comes is awaited for ever",
        driver.Session,
        "_repair",
        "self.remote.rest()",
        "pass",
        5008,
        visit=1002,
    ),
)
