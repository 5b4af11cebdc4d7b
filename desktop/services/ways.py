"""How a matter reads, and what each way to decide it means: the same words in window and console."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from desktop.models.inbox import Entry
from desktop.models.record import RECORDS
from desktop.models.records import Quote, User
from desktop.models.store import Store
from desktop.rules import money
from desktop.services import approval_requests, drafts, inbox, matters, remedies
from desktop.services.consequences import Consequences, Weight
from desktop.services.matters import Matter
from desktop.words import Message, msg


@dataclass(frozen=True, slots=True)
class Way:
    """One way to decide: what it is called, what it means, and whether it is the one to take as a rule."""

    name: str
    title: Message
    meaning: Message
    suggested: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A matter in words."""

    headline: Message
    reason: Message
    ways: tuple[Way, ...]
    weighed: Consequences | None = None


AGAIN: Final = msg("Yours is written again on top; undo takes that back.")
REST: Final = msg("Nothing is written; what was yours stays in the list of what was decided.")
HEADLINES: Final[Mapping[str, Message]] = {
    "conflict": msg("{field}: both sides changed it"),
    "text": msg("{field}: two people wrote over the same lines"),
    "delete": msg("{field}: deleted by you, changed by others"),
    "deleted": msg("{field}: changed by you, deleted by others"),
    "stage": msg("{field}: it stands elsewhere by now"),
    "refused": msg("{field}: not accepted"),
    "overdraft": msg("Not enough is left on the account"),
    "review": msg("A total that nobody has seen"),
    "held": msg("Others deleted {count} records of yours"),
}


def headline(store: Store, matter: Matter) -> Message:
    """What it is about, in a line."""
    if matter.proposal is not None:
        return msg("{who} proposes a change").of(who=person(store, matter.proposal.author_id))
    if matter.kind == "approval":
        asked = approval_requests.described(store, matter.key)
        who = asked[2].name if asked is not None and asked[2] is not None else "—"
        return msg("{who} asks for approval").of(who=who)
    if matter.kind == "proposed":
        return _PROPOSED[matter.outcome if matter.outcome in _PROPOSED else ""]
    if matter.deletions is not None:
        return HEADLINES["held"].of(count=matter.deletions.count)
    found = HEADLINES[matter.kind]
    return found.of(field=label(matter.entry)) if matter.entry is not None else found


_PROPOSED: Final = {
    "": msg("Your change was put before who has the record now"),
    "accepted": msg("Your proposal was accepted"),
    "refused": msg("Your proposal was refused"),
}


def label(entry: Entry) -> Message:
    """What the decision is about: a field, or a record."""
    described = RECORDS[entry.type].fields().get(entry.field)
    return described.label if described else RECORDS[entry.type].__label__


def person(store: Store, who: object) -> str:
    """What a person is called here."""
    with store.reading() as session:
        found = session.get(User, who) if who is not None else None
    return found.name if found is not None else "—"


def tell(store: Store, matter: Matter) -> Told:
    """All words of a matter."""
    weighed = inbox.weigh(store, matter.entry) if matter.entry is not None else None
    told = _TELL[matter.kind](store, matter, weighed)
    return replace(told, headline=headline(store, matter), weighed=weighed)


def _told(reason: Message, *ways: Way | None) -> Told:
    return Told(reason, reason, tuple(way for way in ways if way is not None))


# ---------------------------------------------------------------- values


def _conflict(store: Store, matter: Matter, weighed: Consequences | None) -> Told:
    entry = _entry(matter)
    mine, theirs = _weights(weighed)
    held = weighed.held if weighed is not None else ""
    keeps = held == "mine"
    return _told(
        _who(store, entry),
        Way("mine", _priced(USE_MINE, weighed, mine), _meaning(AGAIN, mine, theirs, weighed, "mine"), keeps),
        Way(
            "theirs",
            _priced(KEEP, weighed, theirs),
            _meaning(REST, theirs, mine, weighed, "theirs"),
            held == "theirs",
        ),
        _split(entry, weighed),
    )


USE_MINE: Final = msg("Use mine")
KEEP: Final = msg("Keep the office's")
_USE_MINE_AT: Final = msg("Use mine, {total}")
_KEEP_AT: Final = msg("Keep the office's, {total}")


def _priced(plain: Message, weighed: Consequences | None, weight: Weight | None) -> Message:
    if weighed is None or weight is None:
        return plain
    total = money.symbol(weighed.currency) + weight.payable
    return (_USE_MINE_AT if plain is USE_MINE else _KEEP_AT).of(total=total)


def _weights(weighed: Consequences | None) -> tuple[Weight | None, Weight | None]:
    found = weighed.weights if weighed is not None else {}
    return found.get("mine"), found.get("theirs")


def _meaning(
    plain: Message, this: Weight | None, other: Weight | None, weighed: Consequences | None, side: str
) -> Message:
    """What a side means in money, and beside the paper that the customer holds."""
    if this is None or other is None or weighed is None:
        return plain
    if weighed.paper is not None and weighed.held == side:
        return msg("It is what the customer holds; their paper stays right.")
    sign = money.symbol(weighed.currency)
    gap = money.printed(abs(this.minor - other.minor), this.digits)
    if this.minor == other.minor:
        return msg("The total is the same either way.")
    said = (
        msg("{amount} more than the other.")
        if this.minor > other.minor
        else msg("{amount} less than the other.")
    )
    if weighed.paper is not None and weighed.held:
        said = msg("{amount} away from what the customer holds; it takes a new revision, issued once more.")
    return said.of(amount=sign + gap)


def _split(entry: Entry, weighed: Consequences | None) -> Way | None:
    """Keep both: as a revision of what was issued, or as two drafts."""
    if weighed is None or entry.type not in ("quote_line", "adjustment", "quote_revision"):
        return None
    if weighed.paper is not None:
        meaning = msg("R{number} stays as it was issued; yours goes into the next revision.")
        return Way("split", msg("Split into a revision"), meaning.of(number=weighed.paper.revision))
    return Way(
        "split",
        msg("Keep both as two drafts"),
        msg("This quote keeps the office's; yours goes into a second draft beside it."),
    )


def _who(store: Store, entry: Entry) -> Message:
    by = inbox.changed_by(store, entry)
    return msg("The office's value was made by {who}.").of(who=by.who) if by and by.who else entry.reason


def _text(store: Store, matter: Matter, _weighed: Consequences | None) -> Told:
    return _told(
        msg("Until you decide, both stand in it one under the other, with marks around them."),
        Way(
            "both",
            msg("Keep both, one under the other"),
            msg("Nothing that anybody wrote is lost; the marks go."),
            suggested=True,
        ),
        Way("mine", USE_MINE, msg("Where both wrote, yours stays; what others wrote elsewhere stays too.")),
        Way("theirs", KEEP, msg("Where both wrote, the office's stays; what you wrote elsewhere stays too.")),
    )


def _delete(_store: Store, matter: Matter, weighed: Consequences | None) -> Told:
    mine, theirs = _weights(weighed)
    return _told(
        msg("Somebody changed it before your deletion reached the office, so it is still there."),
        Way(
            "theirs", _at(msg("Keep it"), theirs, weighed), msg("It stays as others left it."), suggested=True
        ),
        Way(
            "mine",
            _at(msg("Delete it all the same"), mine, weighed),
            msg("What others wrote goes with it; undo, or the record's history, brings it back."),
        ),
    )


def _at(plain: Message, weight: Weight | None, weighed: Consequences | None) -> Message:
    if weight is None or weighed is None:
        return plain
    return msg("{what}, {total}").of(what=plain, total=money.symbol(weighed.currency) + weight.payable)


def _deleted(_store: Store, _matter: Matter, _weighed: Consequences | None) -> Told:
    return _told(
        msg("It was deleted while you worked on it. What you typed is kept here."),
        Way("mine", msg("Bring it back with mine"), msg("It is there again for everybody, with your value.")),
        Way("theirs", msg("Leave it deleted"), REST),
    )


def _stage(store: Store, matter: Matter, _weighed: Consequences | None) -> Told:
    entry = _entry(matter)
    open_way = matters.way_back(entry, entry.theirs)
    return _told(
        _who(store, entry),
        Way("mine", msg("Take my step again"), msg("It goes on from where it stands now."))
        if open_way
        else None,
        Way("theirs", msg("Leave it where it is"), GONE if not open_way else REST, suggested=not open_way),
    )


GONE: Final = msg("From there no step leads to yours any more. Open the record to go another way.")


# ---------------------------------------------------------------- refusals


def _refused(_store: Store, matter: Matter, weighed: Consequences | None) -> Told:
    entry = _entry(matter)
    paper = weighed is not None and weighed.paper is not None
    split = _split(entry, weighed) if paper else None
    return _told(
        remedies.remedy(entry),
        replace(split, suggested=True) if split is not None else None,
        Way(
            "mine",
            msg("Send mine again"),
            msg("The office is asked once more, with the record as it is now."),
        ),
        Way("theirs", msg("Let it rest"), REST),
    )


def _overdraft(store: Store, matter: Matter, _weighed: Consequences | None) -> Told:
    entry = _entry(matter)
    found = matters.ledger_of(entry)
    left = matters.balance(store, entry) - (found[0].least if found is not None else 0)
    wanted = -found[2] if found is not None else 0
    reason = msg("You wanted {wanted}; {left} are left, for somebody else was faster. {missing} are missing.")
    return _told(
        reason.of(wanted=f"{wanted:,}", left=f"{max(left, 0):,}", missing=f"{wanted - max(left, 0):,}"),
        Way(
            "edit",
            msg("Use what is left, {left}").of(left=f"{left:,}"),
            msg("The account stands at its least then."),
            suggested=True,
        )
        if left > 0
        else None,
        Way("mine", msg("Ask for the whole again"), msg("It is booked once the account holds enough.")),
        Way("theirs", msg("Let it rest"), msg("Nothing is booked.")),
    )


def _proposed(store: Store, matter: Matter, _weighed: Consequences | None) -> Told:
    who = person(store, matter.by)
    reason = {
        "accepted": msg("{who} accepted it; the record holds your value."),
        "refused": msg("{who} left the record as it is. What you proposed is kept here."),
    }.get(matter.outcome, msg("The record is no longer yours. You are told here what becomes of it."))
    meaning = (
        msg("You are told again once it is decided.") if not matter.outcome else msg("It goes off the list.")
    )
    return _told(reason.of(who=who), Way("theirs", msg("I have seen it"), meaning, suggested=True))


# ---------------------------------------------------------------- what is not a refusal


UNSEEN: Final = msg(
    "Two people changed this quote without seeing each other's change. Look at the total before it goes out."
)


def _review(store: Store, matter: Matter, _weighed: Consequences | None) -> Told:
    with store.reading() as session:
        quote = session.get(Quote, matter.record)
        currency = (quote.currency if quote is not None else "") or "CNY"
    total = drafts.load(store, matter.record).totals()
    payable = money.symbol(currency) + money.printed(total.payable, total.digits)
    return _told(
        UNSEEN,
        Way(
            "confirm",
            msg("Confirm {total}").of(total=payable),
            msg("The quote can be issued again. To change it instead, open it."),
            suggested=True,
        ),
    )  # fmt: skip


def _proposal(store: Store, matter: Matter, _weighed: Consequences | None) -> Told:
    who = person(store, matter.proposal.author_id if matter.proposal is not None else None)
    return _told(
        msg("{who} changed this while it was still theirs; it came after the record was yours.").of(who=who),
        Way("accept", msg("Accept"), msg("It is done in your name, on the record as it is today.")),
        Way("refuse", msg("Refuse"), msg("The record stays as it is, and {who} is told.").of(who=who)),
    )


def _approval(store: Store, matter: Matter, _weighed: Consequences | None) -> Told:
    found = approval_requests.described(store, matter.key)
    if found is None:
        return _told(approval_requests.ANSWERED)
    request, _, who = found
    said = approval_requests.asked_words(request)
    if request.remark:
        said = msg("{what} “{remark}”").of(what=said, remark=request.remark)
    counts = msg("It counts for exactly this content: any change of it asks anew.")
    if not approval_requests.still_so(store, request):
        counts = msg("It says something else by now, or was issued: this would not count for it.")
    name = who.name if who is not None else "—"
    return _told(
        said,
        Way("grant", msg("Approve"), counts),
        Way("refuse", msg("Refuse approval"), msg("{who} is told, and may ask again.").of(who=name)),
    )


def _held(_store: Store, _matter: Matter, _weighed: Consequences | None) -> Told:
    return _told(
        msg("So many at once may be a mistake. Nothing was removed here until you say so."),
        Way(
            "back",
            msg("Put all of it back"),
            msg("Everybody has it again, as soon as you are connected; who deleted it sees that."),
        ),
        Way(
            "accept", msg("Let it be deleted here too"), msg("Then it is gone everywhere; undo puts it back.")
        ),
    )


def _entry(matter: Matter) -> Entry:
    if matter.entry is None:
        raise TypeError(f"{matter.kind} is no entry of the inbox")
    return matter.entry


_TELL: Final[Mapping[str, Callable[[Store, Matter, Consequences | None], Told]]] = {
    "conflict": _conflict,
    "text": _text,
    "delete": _delete,
    "deleted": _deleted,
    "stage": _stage,
    "refused": _refused,
    "overdraft": _overdraft,
    "proposed": _proposed,
    "review": _review,
    "proposal": _proposal,
    "approval": _approval,
    "held": _held,
}
