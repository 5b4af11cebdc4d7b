"""Customers' links at the office: what opens one is made here, its page is found by it, and its answer taken.

Only the SHA-256 of what opens a link is kept; the laptop that asked gets it sealed to its key. Everything
stands in the database, so any worker answers.
"""

import hashlib
import json
import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from desktop.models import boxes
from desktop.models.overlay import moment
from desktop.rules import stages
from desktop.rules.ink import Ink
from desktop.services.evidence import FORM
from desktop.services.links import ABOUT, ACCEPT
from desktop.words import Message, msg
from sync.server import audit, coupons
from sync.server.approval_calls import day_of, scope_of_owner
from sync.server.batch import OFFICE, Batch, Held
from sync.server.permission import new_row
from sync.server.rows import Row, shape, upsert
from sync.server.tables import LINK, META

TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""256 random bits."""
ADDRESS: Final = "link_address"
"""The row of `office_meta` with the address that customers reach the office at, where laptops use another."""
HOUR_MS: Final = 3_600_000
TRIES: Final = 20
"""Answers that are looked at in an hour, by link."""
FOLLOWED: Final = timedelta(days=180)
"""How long an accepted quote is shown to whoever accepted it."""
OPEN, ACCEPTED, DECLINED = "open", "accepted", "declined"
EXPIRED, SUPERSEDED, REVOKED, HELD = "expired", "superseded", "revoked", "held"
SHOWN: Final = frozenset({OPEN, ACCEPTED})
"""In these states the content is shown; in the others only which quote it was."""
_SAID: Final = {
    ACCEPTED: msg("{name} accepted {number} R{revision} by the link"),
    DECLINED: msg("{name} declined {number} R{revision} by the link: {reason}"),
}
_LEFT_OUT: Final = frozenset({"Cc", "Cf", "Cs", "Co"})
CONSENT: Final = msg(
    "I accept this quote as it is shown here, with its prices and terms, for the customer named in it, and"
    " agree that my name and what I draw count as my signature."
)


class Full(Exception):
    """Too many answers within the hour."""


class Closed(Exception):
    """The link takes no answer; `state` says why."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


@dataclass(frozen=True, slots=True)
class Found:
    """A link with what it shows, in wire form; `orders` are pairs of an order and its deliveries."""

    state: str
    link: Row
    quote: Row
    snapshot: Mapping[str, Any]
    answered_on: date | None = None
    """Where the firm is."""
    orders: tuple[tuple[Row, tuple[Row, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What a customer answered; `seen` is the content check of the page that was answered."""

    answer: str
    name: str
    job: str = ""
    why: str = ""
    reason: str = ""
    seen: str = ""
    language: str = "zh"
    ink: Ink | None = None
    browser: Mapping[str, str] = field(default_factory=dict)


# ---------------------------------------------------------------- when a laptop asks for one


def follow(batch: Batch) -> None:
    """Make what opens the links that a push which was judged asks for."""
    for link in batch.held("customer_link"):
        if link.home is None and link.row["box"] and link.row["content_hash"] and not link.row["sealed"]:
            _make(batch, link)


def _make(batch: Batch, link: Held) -> None:
    token = secrets.token_urlsafe(32)
    plain = json.dumps({"token": token, "at": address(batch.conn)}).encode()
    try:
        sealed = boxes.seal(link.row["box"], ABOUT + bytes.fromhex(link.id), plain)
    except boxes.BadBox:
        return  # what it gave is not a key: nobody could read the address
    row = {"hash": _hash(token), "link": UUID(hex=link.id), "since": 0, "tries": 0}
    batch.conn.execute(insert(LINK).values(row))
    batch.change(link, "sealed", sealed, by=OFFICE)


def address(conn: Connection) -> str:
    """The address that customers reach the office at; empty: the one that laptops use."""
    found = conn.execute(select(META.c.value).where(META.c.name == ADDRESS)).scalar_one_or_none()
    return str(found or "")


def set_address(conn: Connection, wanted: str) -> None:
    """From now on new links begin with this address; empty: with the one that laptops use."""
    upsert(conn, META, [{"name": ADDRESS, "value": wanted}])


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# ---------------------------------------------------------------- when a customer opens it


def find(conn: Connection, token: str, now: int) -> Found | None:
    """What a link shows now; None where nothing is opened by this."""
    link = _of(conn, token) if TOKEN.fullmatch(token) else None
    return _found(conn, link, now) if link is not None else None


def _of(conn: Connection, token: str) -> Row | None:
    key = conn.execute(select(LINK.c.link).where(LINK.c.hash == _hash(token))).scalar_one_or_none()
    return _row(conn, "customer_link", key.hex) if key is not None else None


def _row(conn: Connection, record_type: str, record: str | None) -> Row | None:
    return shape(record_type, conn.dialect.name).read(conn, [record]).get(record) if record else None


def _found(conn: Connection, link: Row, now: int) -> Found | None:
    quote = _row(conn, "quote", link["quote_id"])
    edition = _row(conn, "quote_revision", link["revision_id"])
    if quote is None or edition is None or not isinstance(edition["snapshot"], dict):
        return None
    state = standing(link, quote, edition, day_of(conn, now))
    orders = _orders(conn, quote["id"]) if state == ACCEPTED else ()
    at = link["answered_at"]
    answered_on = day_of(conn, int(datetime.fromisoformat(at).timestamp() * 1000)) if at else None
    return Found(state, link, quote, edition["snapshot"], answered_on, orders)


def standing(link: Row, quote: Row, edition: Row, today: date) -> str:
    """How a link stands on this day. What is not known to be open is closed."""
    if link["revoked_at"] or link["deleted_at"] or quote["deleted_at"] or edition["deleted_at"]:
        return REVOKED
    if link["answer"]:
        return _answered(link, today)
    same = (link["revision_id"], link["content_hash"]) == (quote["revision_id"], edition["content_hash"])
    ends = _end(link, edition)
    if not same or edition["quote_id"] != quote["id"]:
        return SUPERSEDED
    if quote["stage"] == "accepted":
        return ACCEPTED if today <= ends + (FOLLOWED if link["kind"] == ACCEPT else timedelta(0)) else EXPIRED
    if quote["stage"] in (DECLINED, EXPIRED):
        return str(quote["stage"])
    if quote["stage"] != "issued":
        return SUPERSEDED
    if today > ends:
        return EXPIRED
    return HELD if quote["needs_review"] or link["kind"] != ACCEPT else OPEN


def _answered(link: Row, today: date) -> str:
    if link["answer"] == DECLINED:
        return DECLINED
    at = date.fromisoformat(str(link["answered_at"] or "")[:10] or today.isoformat())
    return ACCEPTED if today <= at + FOLLOWED else EXPIRED


def _end(link: Row, edition: Row) -> date:
    """The last day: that of the link, and for an answer no later than that of the paper."""
    days = [link["ends_on"], edition["valid_until"] if link["kind"] == ACCEPT else None]
    return min((date.fromisoformat(each) for each in days if each), default=date.min)


def _orders(conn: Connection, quote: str) -> tuple[tuple[Row, tuple[Row, ...]], ...]:
    """The orders of a quote that were placed, with what was sent for each."""
    form = shape("order", conn.dialect.name)
    placed = [
        row
        for row in form.read_children(conn, "quote_id", [quote]).values()
        if not row["deleted_at"] and row["stage"] not in ("draft", "cancelled")
    ]
    sent = shape("delivery", conn.dialect.name).read_children(conn, "order_id", [row["id"] for row in placed])
    goods = [row for row in sent.values() if not row["deleted_at"] and row["kind"] == "goods"]
    goods.sort(key=lambda row: (row["batch"] or 0, row["id"]))
    return tuple(
        (order, tuple(row for row in goods if row["order_id"] == order["id"]))
        for order in sorted(placed, key=lambda row: str(row["id"]))
    )


# ---------------------------------------------------------------- when a customer answers


def count(conn: Connection, token: str, now: int) -> None:
    """One more try to answer. Raises Full where there were too many within the hour."""
    key = _hash(token)
    found = conn.execute(select(LINK.c.since, LINK.c.tries).where(LINK.c.hash == key)).first()
    if found is None:
        return
    fresh = now - found.since >= HOUR_MS
    if not fresh and found.tries >= TRIES:
        raise Full
    values = {"since": now, "tries": 1} if fresh else {"tries": LINK.c.tries + 1}
    conn.execute(update(LINK).where(LINK.c.hash == key).values(values))


def take(conn: Connection, token: str, said: Said, now: int) -> str:
    """Write the answer down; returns the state afterwards. The same answer again changes nothing.

    Raises Closed where the link takes none any more, or another one than it has.
    """
    link = _of(conn, token)
    if link is None:
        raise Closed(REVOKED)
    batch = Batch(conn, OFFICE, OFFICE, now)
    batch.load([("customer_link", link["id"])])
    held = batch.get("customer_link", link["id"])
    quote = batch.root_of(held) if held is not None else None
    edition = batch.get("quote_revision", held.row["revision_id"]) if held is not None else None
    if held is None or quote is None or edition is None:
        raise Closed(REVOKED)
    state = standing(held.row, quote.row, edition.row, day_of(conn, now))
    if state == held.row["answer"] == said.answer:
        return state
    if state != OPEN or said.seen != held.row["content_hash"]:
        raise Closed(state if state != OPEN else SUPERSEDED)
    if not stages.QUOTE.may_step(quote.row["stage"], said.answer):
        raise Closed(HELD)
    _write(batch, held, quote, edition, said)
    body = {"link": held.id, "quote": quote.id, "answer": said.answer, "hash": held.row["content_hash"]}
    batch.flush()
    audit.record(conn, now, "customer", "link", body)
    return said.answer


def _write(batch: Batch, link: Held, quote: Held, edition: Held, said: Said) -> None:
    at = moment(batch.now)
    evidence = _evidence(link, said, at)
    values = {"answered_at": at, "answered_by": said.name, "reason": said.reason, "evidence": evidence}
    for name, value in ({"answer": said.answer} | values).items():
        batch.change(link, name, value)
    if said.answer == ACCEPTED:
        batch.add("signature", new_row("signature", _signature(quote, edition, said, at, evidence)))
    batch.change(quote, "stage", said.answer)
    if said.answer == DECLINED:
        declined = {"declined_for": said.why, "declined_words": said.reason[:500], "declined_at": at}
        for name, value in declined.items():
            batch.change(quote, name, value)
        coupons.follow(batch, scope_of_owner(batch.conn, quote, batch.now))
    number, revision = quote.row["number"] or "", edition.row["revision"]
    told = _SAID[said.answer].of(
        name=_called(said), number=number, revision=revision, reason=said.reason or "—"
    )
    batch.add("task", new_row("task", _task(batch, quote, told, at)))
    batch.add("interaction", new_row("interaction", _interaction(quote, told, at)))


def _signature(quote: Held, edition: Held, said: Said, at: str, evidence: Mapping[str, Any]) -> Row:
    return {
        "quote_id": quote.id,
        "revision_id": edition.id,
        "signer": said.name,
        "job": said.job,
        "method": "remote",
        "signed_at": at,
        "content_hash": edition.row["content_hash"],
        "evidence": dict(evidence),
        "owner_id": quote.row["owner_id"],
        "team_id": quote.row["team_id"],
    }


def _task(batch: Batch, quote: Held, told: Message, at: str) -> Row:
    """What reminds the owner of the quote at once that its customer has answered."""
    return {
        "name": told.in_language("zh")[:200],
        "remark": told.in_language("en"),
        "customer_id": quote.row["customer_id"],
        "opportunity_id": quote.row["opportunity_id"],
        "due_on": day_of(batch.conn, batch.now).isoformat(),
        "remind_at": at,
        "priority": "high",
        "owner_id": quote.row["owner_id"],
        "team_id": quote.row["team_id"],
    }


def _interaction(quote: Held, told: Message, at: str) -> Row:
    """What the story of the customer says of it."""
    names = ("customer_id", "opportunity_id", "owner_id", "team_id")
    words = {"name": told.in_language("zh")[:200], "remark": told.in_language("en")}
    return {**words, "channel": "web", "happened_at": at} | {name: quote.row[name] for name in names}


def _called(said: Said) -> str:
    return f"{said.name} ({said.job})" if said.job else said.name


def _evidence(link: Held, said: Said, at: str) -> dict[str, Any]:
    """As the record of a signature on a screen is: what was shown, the consent, the ink, the clocks."""
    made: dict[str, Any] = {
        "form": FORM,
        "shown": {"content": said.seen, "link": link.id},
        "answer": said.answer,
        "name": said.name,
        "job": said.job,
        "why": said.why,
        "reason": said.reason,
        "browser": dict(said.browser),
        "clock": {"office": at},
    }
    if said.answer == ACCEPTED:
        made["consent"] = {"text": CONSENT.in_language(said.language), "language": said.language}
    if said.ink is not None:
        made["ink"] = said.ink.facts()
    return made


def plain(text: str, longest: int, *, lines: bool = False) -> str:
    """What somebody typed, without what cannot be seen, and no longer than this."""
    kept = "".join(each for each in text if (lines and each == "\n") or not _is_hidden(each))
    joined = kept if lines else " ".join(kept.split())
    return joined.strip()[:longest]


def _is_hidden(letter: str) -> bool:
    return letter != " " and unicodedata.category(letter) in _LEFT_OUT
