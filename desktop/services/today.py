"""What is to be done today, in one list by value × urgency; each line says why, and each can be ended.

An area adds its lines by one function marked with `@source`. A line that is no task of its own is ended or
put off by a task that remembers which line it answers (`custom["of"]`): so undo, history and sync follow.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Integer, case, cast, func, select
from sqlalchemy.orm import Session

from desktop.documents.chart_marks import Rows
from desktop.models import inbox
from desktop.models.record import RECORDS
from desktop.models.records import Contact, Customer, Interaction, Opportunity, Quote, Task
from desktop.models.store import Actor, Store
from desktop.rules.money import currency_digits
from desktop.services import dashboard, figures, records
from desktop.services.days import day_words
from desktop.services.figures import UNDER_WAY, Tile
from desktop.words import Message, msg, verbatim

HANDLED: Final = timedelta(days=7)
"""How long a line that was ended stays away while what caused it is still so."""
MOST: Final = 200
"""Lines of one source: nobody does more in a day."""
QUIET_DAYS: Final = 30
"""Days without a word after which one of the best customers is named, where no rhythm is known."""
RHYTHM: Final = 1.3
"""How much longer than usual a customer was not heard of before it is said."""


class Called(NamedTuple):
    """A name, and the English one where there is one."""

    name: str
    english: str = ""

    def in_language(self, language: str) -> str:
        """The one for this language."""
        return self.english if language == "en" and self.english else self.name


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do. `urgency` is 0 to 1 by its kind, `value` hundredths or None."""

    key: str
    kind: str
    record: UUID
    title: Message
    why: Message
    mark: tuple[str, Message, str]
    """Icon, word and ink of what makes it urgent."""
    urgency: float
    action: Message
    about: tuple[Called, ...] = ()
    value: int | None = None
    currency: str = "CNY"
    customer: UUID | None = None
    task: bool = False
    face: tuple[str, object, bool] | None = None

    @property
    def weight(self) -> float:
        """Value × urgency: ten times the money is worth a third more."""
        return self.urgency * (1 + math.log10(1 + max(self.value or 0, 0) / 100) / 3)


@dataclass(slots=True)
class Day:
    """What a source is asked with."""

    session: Session
    connection: Connection
    actor: Actor
    now: datetime
    today: date
    _customers: dict[UUID, tuple[Called, int]] = field(default_factory=dict)

    def customers(self, ids: Iterable[UUID | None]) -> None:
        """Read these customers' names and open deals at once."""
        wanted = [one for one in ids if one is not None and one not in self._customers]
        if not wanted:
            return
        among = records.among(wanted)
        deal = Opportunity.table().c
        sums = dict(
            self.session.execute(
                select(deal.customer_id, func.sum(deal.amount))
                .where(deal.customer_id.in_(among), deal.deleted_at.is_(None), deal.stage.in_(UNDER_WAY))
                .group_by(deal.customer_id)
            ).all()
        )
        named = select(Customer.id, Customer.name, Customer.name_en, Customer.phone)
        for row in self.session.execute(named.where(Customer.id.in_(among))):
            called = Called(row.name or row.phone or "", row.name_en or "")
            self._customers[row.id] = (called, int(sums.get(row.id) or 0))

    def called(self, customer: UUID | None) -> tuple[Called, ...]:
        """A customer's name, if there is one."""
        found = self._customers.get(customer) if customer else None
        return (found[0],) if found else ()

    def worth(self, customer: UUID | None) -> int | None:
        """A customer's open deals."""
        found = self._customers.get(customer) if customer else None
        return found[1] or None if found else None

    def face(self, customer: UUID | None) -> tuple[str, object, bool] | None:
        """The avatar of a customer."""
        called = self.called(customer)
        return (called[0].name, customer, False) if called else None


Source = Callable[[Day], Iterable[Line]]
SOURCES: Final[dict[str, Source]] = {}
"""Every source of lines by its name; an area adds its own."""


def source(name: str) -> Callable[[Source], Source]:
    """Add a source of lines."""

    def register(function: Source) -> Source:
        SOURCES[name] = function
        return function

    return register


@dataclass(frozen=True)
class Agenda:
    """The day: what is to be done now, what comes later this week, what was ended today."""

    lines: tuple[Line, ...]
    later: tuple[Line, ...]
    done: int
    cut: bool = False
    """Whether there is more to do than a list of today takes in."""
    later_cut: bool = False
    """Whether more comes later this week."""

    @cached_property
    def count(self) -> int:
        """How much is to be done."""
        return len(self.lines)


def agenda(store: Store, today: date | None = None) -> Agenda:
    """Everything to do for the person of this vault, the weightiest first."""
    actor, now = store.me(), store.clock()
    day = today or now.astimezone().date()
    with store.reading() as session, store.reader.connect() as connection:
        asked = Day(session, connection, actor, now, day)
        answered, done = _answered(asked)
        heaps = [list(each(asked)) for each in SOURCES.values()]
        found = [line for heap in heaps for line in heap if line.task or line.key not in answered]
        later = tuple(_coming(asked))
    found.sort(key=lambda line: (-line.weight, line.key))
    return Agenda(tuple(found), later, done, any(len(heap) >= MOST for heap in heaps), len(later) >= MOST)


def _answered(day: Day) -> tuple[set[str], int]:
    """The lines that a task answers, and how many tasks were ended today."""
    task = Task.table().c
    since = day.now - HANDLED
    mine = (task.deleted_at.is_(None), task.owner_id == day.actor.id)
    rows = day.session.execute(
        select(task.custom, task.done_at).where(*mine, (task.done_at.is_(None)) | (task.done_at >= since))
    ).all()
    keys = {str(row.custom["of"]) for row in rows if row.custom and "of" in row.custom}
    done = sum(row.done_at is not None and row.done_at.astimezone().date() == day.today for row in rows)
    return keys, done


def ended(line: Line, now: datetime, language: str) -> dict[str, Any]:
    """The task that ends a line which is no task: done at once."""
    return {**_answer(line, language), "done_at": now}


def put_off(line: Line, until: date, language: str) -> dict[str, Any]:
    """The task that puts such a line off to a day."""
    return {**_answer(line, language), "due_on": until}


def _answer(line: Line, language: str) -> dict[str, Any]:
    name = line.title.in_language(language)
    return {"name": name, "customer_id": line.customer, "custom": {"of": line.key}}


# The sources that exist


def _task_lines(day: Day, *conditions: Any) -> list[Task]:
    mine = (Task.deleted_at.is_(None), Task.owner_id == day.actor.id, Task.done_at.is_(None))
    found = list(
        day.session.scalars(select(Task).where(*mine, *conditions).order_by(Task.due_on).limit(MOST))
    )
    day.customers(task.customer_id for task in found)
    return found


@source("tasks")
def tasks(day: Day) -> Iterator[Line]:
    """Own tasks that are due."""
    for task in _task_lines(day, Task.due_on <= day.today):
        yield _task(day, task)


def _task(day: Day, task: Task) -> Line:
    late = (day.today - (task.due_on or day.today)).days
    high = task.priority == "high"
    mark = ("circle-alert", msg("{count} days late").of(count=f"{late:,}"), "bad")
    if late == 1:
        mark = ("circle-alert", msg("1 day late"), "bad")
    elif late <= 0:
        mark = (
            ("list-todo", msg("Due today"), "accent_ink")
            if late == 0
            else ("calendar", msg("Planned"), "ink_2")
        )
    why = msg("You planned it for {day}.").of(day=day_words(task.due_on))
    if high:
        why = msg("High priority; you planned it for {day}.").of(day=day_words(task.due_on))
    return Line(
        f"task:{task.id.hex}", "task", task.id, verbatim(task.name), why, mark,
        min(0.62 + 0.02 * max(late, 0) + 0.12 * high, 0.95), msg("Open"), day.called(task.customer_id),
        day.worth(task.customer_id), customer=task.customer_id, task=True, face=day.face(task.customer_id),
    )  # fmt: skip


def _coming(day: Day) -> Iterator[Line]:
    """Own tasks of the next days."""
    week = day.today + timedelta(days=7)
    for task in _task_lines(day, Task.due_on > day.today, Task.due_on <= week):
        yield replace(_task(day, task), why=msg("For {day}.").of(day=day_words(task.due_on)))


@source("quotes")
def expiring_quotes(day: Day) -> Iterator[Line]:
    """Issued quotes that end within three days, or ended within a week and nobody said so."""
    window = (
        Quote.valid_until <= day.today + timedelta(days=3),
        Quote.valid_until >= day.today - timedelta(days=7),
    )
    query = select(Quote).where(Quote.deleted_at.is_(None), Quote.stage == "issued", *window)
    found = list(day.session.scalars(query.where(Quote.owner_id == day.actor.id).limit(MOST)))
    day.customers(quote.customer_id for quote in found)
    for quote in found:
        left = ((quote.valid_until or day.today) - day.today).days
        title, mark = _expiry(quote.number, left)
        yield Line(
            f"quote:{quote.id.hex}:{quote.valid_until}", "quote", quote.id, title,
            msg("Valid until {day}; the customer has not answered.").of(day=day_words(quote.valid_until)),
            mark, 0.86 - 0.04 * max(left, 0), msg("Open quote"), day.called(quote.customer_id),
            _hundredths(quote), quote.currency or "CNY", quote.customer_id, face=day.face(quote.customer_id),
        )  # fmt: skip


def _hundredths(quote: Quote) -> int | None:
    """What a quote comes to as amounts are typed, in hundredths: its total is in units of its currency."""
    if quote.payable is None:
        return None
    return int(Decimal(quote.payable).scaleb(2 - currency_digits(quote.currency or "CNY")))


def _expiry(number: str, left: int) -> tuple[Message, tuple[str, Message, str]]:
    if left < 0:
        return msg("Quote {number} has ended").of(number=number), (
            "circle-alert", msg("ended {count} days ago").of(count=-left), "bad")  # fmt: skip
    words = {0: msg("Quote {number} ends today"), 1: msg("Quote {number} ends tomorrow")}
    title = words.get(left, msg("Quote {number} ends in {count} days"))
    return title.of(number=number, count=left), ("hourglass", msg("Quote ends"), "warn")


@source("decisions")
def decisions(day: Day) -> Iterator[Line]:
    """Values that two people changed: one line per record, opened in the inbox."""
    entries: dict[tuple[str, UUID], list[inbox.Entry]] = {}
    for entry in inbox.entries(day.connection):
        entries.setdefault((entry.type, entry.record), []).append(entry)
    wanted: dict[str, set[UUID]] = {}
    for kind, record in entries:
        wanted.setdefault(kind, set()).add(record)
    titles = records.titles(day.session, wanted)
    for (kind, record), several in entries.items():
        what = titles.get(record) or RECORDS[kind].__label__
        title = msg("Decide: {what}").of(what=what)
        why = msg("{count} values wait for you; until then the office's are used.").of(count=len(several))
        if len(several) == 1:
            why = msg("Two people changed it; until you decide the office's value is used.")
        mark = ("git-merge", msg("To decide"), "bad")
        yield Line(f"inbox:{record.hex}:{several[0].id.hex}", "inbox", record, title, why, mark, 0.8,
                   msg("Decide"))  # fmt: skip


@source("next steps")
def next_steps(day: Day) -> Iterator[Line]:
    """What was noted as the next step of own customers, and is due."""
    due = (Customer.next_on <= day.today, Customer.next_step != "")
    query = select(Customer).where(Customer.deleted_at.is_(None), Customer.owner_id == day.actor.id, *due)
    found = list(day.session.scalars(query.order_by(Customer.next_on.desc()).limit(MOST)))
    day.customers(customer.id for customer in found)
    for customer in found:
        late = (day.today - (customer.next_on or day.today)).days
        mark = ("circle-arrow-right", msg("Next step today"), "accent_ink")
        if late:
            mark = ("circle-alert", msg("{count} days late").of(count=f"{late:,}"), "bad")
        if late == 1:
            mark = ("circle-alert", msg("1 day late"), "bad")
        why = msg("You noted it as the next step with this customer.")
        yield Line(
            f"customer:{customer.id.hex}:{customer.next_on}", "customer", customer.id,
            verbatim(customer.next_step), why, mark, min(0.6 + 0.02 * late, 0.8),
            msg("Open customer"), day.called(customer.id), day.worth(customer.id), customer=customer.id,
            face=day.face(customer.id),
        )  # fmt: skip


@source("quiet customers")
def quiet_customers(day: Day) -> Iterator[Line]:
    """Own customers not heard of for longer than their own rhythm, or the best ones for a month."""
    talk, firm = Interaction.table().c, Customer.table().c
    times = (
        select(talk.customer_id, func.count().label("n"), func.min(talk.happened_at).label("first"),
               func.max(talk.happened_at).label("last"))
        .where(talk.deleted_at.is_(None), talk.customer_id.is_not(None), talk.happened_at.is_not(None))
        .group_by(talk.customer_id)
    ).subquery()  # fmt: skip
    over, usual = _silence(times.c, firm.grade, day.now)
    mine = (firm.deleted_at.is_(None), firm.owner_id == day.actor.id, firm.stage != "lost")
    unplanned = (firm.next_on.is_(None)) | (firm.next_on < day.today)
    recent = times.c.last < day.now - timedelta(days=5)
    query = select(firm.id, times.c.n, times.c.last, over.label("over"), usual.label("usual"))
    query = query.join(times, times.c.customer_id == firm.id).where(*mine, unplanned, recent)
    query = query.where(over.is_not(None)).order_by(over.desc(), firm.id).limit(MOST)
    late = day.session.execute(query).all()
    day.customers(row.id for row in late)
    for row in late:
        last = row.last.replace(tzinfo=row.last.tzinfo or UTC)
        word, why = _quiet((day.now - last).days, row.usual, row.n, last.date())
        yield Line(
            f"quiet:{row.id.hex}:{last.date()}", "customer", row.id, msg("Not heard of for a while"), why,
            ("history", word, "ink_2"), min(0.35 + 0.05 * row.over, 0.55), msg("Open customer"),
            day.called(row.id), day.worth(row.id), customer=row.id, face=day.face(row.id),
        )  # fmt: skip


def _silence(times: Any, grade: Any, now: datetime) -> tuple[Any, Any]:
    """As SQL: how far beyond the usual it is (NULL: nothing to say), and the usual days, where known."""

    def days(until: Any, since: Any) -> Any:
        return cast(func.julianday(until) - func.julianday(since), Integer)

    silent = days(now.astimezone(UTC).isoformat(), times.last)
    gap = days(times.last, times.first) * 1.0 / (times.n - 1)
    rhythmic = (times.n >= 3) & (gap >= 3)
    beyond = case(((silent > gap * RHYTHM) & (silent >= gap + 5), silent / gap))
    best = grade.in_(("vip", "a")) & (silent >= QUIET_DAYS)
    return case((rhythmic, beyond), (best, silent * 1.0 / QUIET_DAYS)), case((rhythmic, gap))


def _quiet(silent: int, usual: float | None, count: int, last: date) -> tuple[Message, Message]:
    """A silence in two words, and why it is said."""
    if usual is None:
        why = msg("One of your best customers; the last contact was on {day}.")
        return msg("{count} days quiet").of(count=silent), why.of(day=day_words(last))
    why = msg("Usually every {usual} days, now {silent} days (last {count} contacts).")
    said = why.of(usual=round(usual), silent=silent, count=count)
    return msg("{count} days over").of(count=round(silent - usual)), said


@source("deals")
def overdue_deals(day: Day) -> Iterator[Line]:
    """Own deals whose close date has passed."""
    stale = (Opportunity.stage.in_(UNDER_WAY), Opportunity.close_on < day.today)
    query = select(Opportunity).where(Opportunity.deleted_at.is_(None), *stale)
    query = query.where(Opportunity.owner_id == day.actor.id).order_by(Opportunity.amount.desc()).limit(MOST)
    found = list(day.session.scalars(query))
    day.customers(deal.customer_id for deal in found)
    for deal in found:
        late = (day.today - (deal.close_on or day.today)).days
        why = msg("It was to close on {day}: set a new date, or say that it is won or lost.")
        yield Line(
            f"opportunity:{deal.id.hex}:{deal.close_on}", "opportunity", deal.id,
            verbatim(deal.name), why.of(day=day_words(deal.close_on)),
            ("clock", msg("Close date passed"), "warn"), min(0.45 + 0.01 * late, 0.6), msg("Open deal"),
            day.called(deal.customer_id), deal.amount, deal.currency or "CNY", deal.customer_id,
            face=day.face(deal.customer_id),
        )  # fmt: skip


@source("birthdays")
def birthdays(day: Day) -> Iterator[Line]:
    """People at own customers who have their birthday."""
    born = func.strftime("%m-%d", Contact.table().c.birthday) == f"{day.today:%m-%d}"
    mine = (Contact.deleted_at.is_(None), Contact.owner_id == day.actor.id, born)
    found = list(day.session.scalars(select(Contact).where(*mine).limit(MOST)))
    day.customers(contact.customer_id for contact in found)
    for contact in found:
        yield Line(
            f"contact:{contact.id.hex}:{day.today.year}", "contact", contact.id,
            msg("Birthday of {name}").of(name=Called(contact.name, contact.name_en or "").name),
            msg("A short word today is remembered."), ("cake", msg("Birthday"), "ink_2"), 0.3,
            msg("Open contact"), day.called(contact.customer_id), customer=contact.customer_id,
            face=(contact.name, contact.id, True),
        )  # fmt: skip


# The figures above the list


def tiles(store: Store, today: date | None = None) -> list[Tile]:
    """Signed this month, deals under way, what waits for a decision, contacts of this week."""
    day = today or store.clock().astimezone().date()
    scope = figures.Scope(store.me().id)
    with store.reading() as session, store.reader.connect() as connection:
        currency = figures.firm_currency(session)
        month = dashboard.signed_tile(session, scope, day, currency)
        under_way = figures.heaps(session, scope.open_deals(), currency)
        open_ones = dashboard.open_tile(under_way, scope, currency)
        waiting = inbox.entries(connection)
        weeks = figures.contacts_by_day(session, scope, figures.week_start(day) - timedelta(weeks=7))
    return [month, open_ones, _waiting(waiting, store.clock()), _contacts(weeks, scope, day)]


def _waiting(entries: Iterable[inbox.Entry], now: datetime) -> Tile:
    oldest = min((entry.at for entry in entries), default=None)
    note = msg("Nothing to decide")
    if oldest is not None:
        days = (now - datetime.fromtimestamp(oldest / 1000, UTC)).days
        note = msg("The oldest for {count} days").of(count=days) if days > 0 else msg("Since today")
    return Tile(msg("To decide"), f"{len(list(entries)):,}", note, rows=Rows("inbox"))


def _contacts(by_day: dict[date, int], scope: figures.Scope, day: date) -> Tile:
    monday = figures.week_start(day)
    weeks = [
        sum(by_day.get(monday + timedelta(days=number - 7 * back), 0) for number in range(7))
        for back in range(7, -1, -1)
    ]
    note = msg("last week {count}").of(count=f"{weeks[-2]:,}")
    rows = figures.between_days(scope, monday, monday + timedelta(days=7))
    return Tile(msg("Contacts this week"), f"{weeks[-1]:,}", note, tuple(weeks), rows=rows)
