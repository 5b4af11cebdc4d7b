"""What each rule of the operations promises, as a check that sound code passes, and bugs that it must notice.

Each check takes an empty folder and raises AssertionError, or a refusal, where the promise is broken.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from desktop.errors import Offline, Refused
from desktop.models import numbers as laptop_numbers
from desktop.models import outbox, sending
from desktop.models.records import QuoteRevision, Signature
from desktop.rules.canonical import content_hash
from desktop.services import drafts
from sync.client.driver import Request, sync_once
from sync.engine.actions import Answer, Failure
from sync.protocol import codec
from sync.server import editions, intake, judge, leases, review
from tests.sync import numbers
from tests.sync.mutations import Mutant, one
from tests.sync.pair import Pair, pairs
from tests.sync.simulator.world import Direct


class Line(Direct):
    """A line that remembers what went up, and may lose the answers."""

    said = b""
    deaf = False

    def send(self, request: Request, cancelled: Callable[[], bool]) -> Answer | Failure:
        self.said += codec.decompress(request.body, request.headers.get("Content-Encoding", ""))
        answer = super().send(request, cancelled)
        return Failure("stalled") if self.deaf else answer


def need(holds: object, promise: str) -> None:
    """Raises AssertionError unless the promise holds."""
    if not holds:
        raise AssertionError(promise)


def _sign_over_other_edits(pair: Pair) -> str:
    pair.price(pair.bob, 0, "50")
    pair.do(pair.bob, "quote.discount", kind="percent", value=Decimal(-5))
    pair.do(pair.ann, "quote.remove_line", line_id=pair.lines[1])
    pair.do(pair.ann, "quote.issue")
    signed = str(pair.do(pair.ann, "quote.sign", signer="王总").content_hash)
    sync_once(pair.bob, Direct(pair.server))
    pair.meet()
    return signed


def signed_content_stays(folder: Path) -> None:
    """What was signed is what is frozen, down to the rows; other edits are in a draft; somebody must look."""
    with pairs(folder) as pair:
        signed = _sign_over_other_edits(pair)
        for store in (pair.ann, pair.bob):
            draft = pair.draft(store)
            need(draft.revision.content_hash == content_hash(draft.snapshot()) == signed, "another content")
            said = drafts.totals_of(draft.totals())
            need(said == draft.snapshot()["totals"], "another total on the screen")
            need([str(line.unit_price) for line in draft.lines] == ["100"], "rows of somebody else")
            need(draft.quote.needs_review, "nobody is asked to look")
            [aside] = [one for one in pair.all(store, QuoteRevision) if not one.content_hash]
            other = pair.draft(store, aside.id)
            need([str(line.unit_price) for line in other.lines] == ["50"], "an edit is gone")
            need(len(other.adjustments) == 1, "a discount is gone")


def both_papers_stay(folder: Path) -> None:
    """Of two papers of one edition neither overwrites the other."""
    with pairs(folder) as pair:
        hashes = set()
        for store, price in ((pair.bob, "80"), (pair.ann, "90")):
            pair.price(store, 0, price)
            pair.do(store, "quote.issue")
            hashes.add(pair.draft(store).revision.content_hash)
        signed = pair.do(pair.ann, "quote.sign", signer="王总").content_hash
        sync_once(pair.bob, Direct(pair.server))
        pair.meet()
        for store in (pair.ann, pair.bob):
            kept = pair.all(store, QuoteRevision)
            need(sorted(one.content_hash for one in kept) == sorted(hashes), "a paper is gone, or doubled")
            need(all(content_hash(one.snapshot) == one.content_hash for one in kept), "a paper was altered")
            need([one.content_hash for one in pair.all(store, Signature)] == [signed], "no signature")
            need(pair.draft(store).revision.content_hash == signed, "the signed paper does not count")


def taken_back_stays_here(folder: Path) -> None:
    """What was taken back leaves as number and commitment; what left is not taken back."""
    with pairs(folder) as pair:
        line = Line(pair.server)
        pair.price(pair.ann, 0, "4711.25")
        with pair.ann.reader.connect() as connection:
            [first] = outbox.pending(connection)
        outbox.take_back(pair.ann, first.tx)
        sync_once(pair.ann, line)
        need(b"4711.25" not in line.said, "the content left")
        pair.price(pair.ann, 0, "4712.25")
        line.deaf = True
        _try(pair, line)
        need(b"4712.25" in line.said, "nothing left")
        with pair.ann.reader.connect() as connection:
            [second] = outbox.pending(connection)
        need(_refuses(pair, second), "what left was taken back")
        pair.meet()
        need(str(pair.draft(pair.bob).lines[0].unit_price) == "4712.25", "what left did not count")


def _try(pair: Pair, line: Line) -> None:
    try:
        sync_once(pair.ann, line, greet=False)
    except Offline:
        return
    raise AssertionError("an answer came over a line that loses them")


def _refuses(pair: Pair, waiting: outbox.Waiting) -> bool:
    try:
        outbox.take_back(pair.ann, waiting.tx)
    except Refused:
        return True
    return False


def lines_stay_and_totals_are_seen(folder: Path) -> None:
    """An edited line survives its deletion elsewhere; a total that nobody saw is asked about."""
    with pairs(folder) as pair:
        pair.do(pair.ann, "quote.remove_line", line_id=pair.lines[0])
        pair.price(pair.bob, 0, "80")
        pair.meet()
        for store in (pair.ann, pair.bob):
            prices = [str(line.unit_price) for line in pair.draft(store).lines]
            need(prices == ["80", "200"], "the line is gone")
            need(pair.draft(store).quote.needs_review, "nobody is asked about the total")


def numbers_add_up(_folder: Path) -> None:
    """No number twice, and each is issued, void or still lent."""
    outcome = numbers.run(6, 150, seed=3, misfortune=0.4)
    need(outcome.collisions == 0, "a number was issued twice")
    need(not outcome.problems, str(outcome.problems))


@dataclass(frozen=True, slots=True)
class Guard:
    """A check, and the bugs that it must notice."""

    check: Callable[[Path], None]
    mutants: tuple[Mutant, ...]


GUARDS = (
    Guard(
        signed_content_stays,
        (
            one(
                "rows of others under a signature",
                *(editions, "freeze"),
                *("_differs(edition, parts, content)", "False"),
            ),
            one("late edits are gone", editions, "freeze", "_put_aside(batch, edition, parts)", "pass"),
            one(
                "discounts of others under a signature",
                *(editions, "_write"),
                *("for line_id in (None, *written):", "for line_id in ():"),
            ),
        ),
    ),
    Guard(
        both_papers_stay,
        (
            one(
                "the second paper overwrites the first",
                *(editions, "freeze"),
                *("edition = _beside(batch, edition, content)", "pass"),
            ),
            one(
                "the signed paper does not count",
                *(judge.Judge, "_sign"),
                *('self.batch.change(quote, "revision_id", edition.id)', "pass"),
            ),
            one(
                "no edition is found again",
                *(editions, "freeze"),
                *('one.row["content_hash"] == sealed]', "False]"),
            ),
        ),
    ),
    Guard(
        taken_back_stays_here,
        (
            one(
                "what was taken back leaves",
                *(sending, "sealed"),
                *('body = {"hash": op.hash.hex()}', 'body = {**op.body, "hash": op.hash.hex()}'),
            ),
            one("what left is not noted", sending, "mark", 'write_local(connection, "sent", last)', "pass"),
            one(
                "the office does not know commitments",
                *(intake, "_commitment"),
                *('if op.kind != "void" or "hash" not in op.body:', "if True:"),
            ),
        ),
    ),
    Guard(
        lines_stay_and_totals_are_seen,
        (
            one(
                "an edited line stays deleted",
                *(judge.Judge, "_brings_back"),
                *("held.type not in LINES", "True"),
            ),
            one("a total nobody saw", review, "mark", "batch.change(quote, FLAG, True, by=OFFICE)", "pass"),
        ),
    ),
    Guard(
        numbers_add_up,
        (
            one("a block lent twice", leases, "_block", "values(next=first + BLOCK)", "values(next=first)"),
            one(
                "a restored laptop keeps its block",
                *(laptop_numbers, "forget_leases"),
                *('"UPDATE number_lease SET next = last + 1"', '"SELECT 1"'),
            ),
        ),
    ),
)
