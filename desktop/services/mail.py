"""The mail outbox: a paper waits in the vault until there is a network, and goes out once.

Waiting, then sending (noted on disk before its content goes out), then sent, failed, or nobody knows: what
was on its way when the line or the program broke is never sent again by itself; a person is asked.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from desktop.documents import mail as paper
from desktop.errors import NotFound, Refused
from desktop.models.mailbox import FAILED, OPEN, SENDING, SENT, UNSURE, WAITING, Account, Mail, Mailbox
from desktop.models.record import new_id
from desktop.models.records import Interaction, User
from desktop.models.store import Changed, Store, Work
from desktop.services import commands, mail_line, mail_papers
from desktop.services.commands import command, every
from desktop.services.mail_line import NotSent, Unknown
from desktop.words import LANGUAGES, Message, msg

LARGEST: Final = 25 * 1024 * 1024
"""Bytes of an attachment; hardly a server takes more."""
PAUSES: Final = (1, 2, 5, 15, 30, 60)
"""Minutes until the next try, after each that failed; then the last one again and again."""
NO_ACCOUNT: Final = msg("No mail server is set up yet.")
TOO_LARGE: Final = msg("This paper has more than 25 MB; a mail cannot carry it.")
CUT_OFF: Final = msg(
    "The program ended while this mail was handed over; whether it arrived nobody here knows. "
    "Ask, then say so."
)
COPIED: Final = msg(
    "This vault was put back from a copy; whether this mail was sent meanwhile nobody here knows."
)
GONE: Final = msg("This mail was sent, taken back, or is being sent right now.")
_BUSY: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Round:
    """What became of the mails that were due."""

    sent: tuple[Mail, ...] = ()
    kept: tuple[Mail, ...] = ()
    """Not sent: waiting again, failed, or not known."""


# Writing one


def queue(
    store: Store, of: str, of_id: UUID, *, to: str = "", subject: str = "", text: str | None = None
) -> Mail:
    """Put the paper of an issued quote or contract into the outbox. Raises Refused, NotFound."""
    found = mail_papers.paper_of(store, of, of_id)
    people = paper.addresses(to or found.to)
    data = mail_papers.pdf_of(store, of, of_id)
    if len(data) > LARGEST:
        raise Refused(TOO_LARGE)
    sender, made, now = Mailbox(store).account().sender, new_id(), store.clock()
    mail = Mail(
        id=made.hex,
        message_id=f"<{made.hex}@{sender.rpartition('@')[2] or 'satchel.invalid'}>",
        to=people,
        subject=" ".join((subject or found.subject).split()),
        file=found.file,
        size=len(data),
        of=of,
        of_id=of_id.hex,
        customer=found.customer_id.hex if found.customer_id else "",
        content=found.content,
        made_at=_stamp(now),
        at=_stamp(now),
        device=store.device.hex,
    )
    Mailbox(store).add(mail, _message(mail, found.text if text is None else text, data))
    _tell(store, mail)
    return mail


def _message(mail: Mail, text: str, data: bytes) -> bytes:
    """Without its sender, who is known when it is sent."""
    return paper.message(
        to=mail.to,
        subject=mail.subject,
        text=text,
        message_id=mail.message_id,
        date=datetime.fromtimestamp(mail.made_at / 1000, UTC).astimezone(),
        attached=(mail.file, data),
    )


def _name(store: Store) -> str:
    me = store.me()
    with store.reading() as session:
        user = session.get(User, me.id)
    return (user.name if user is not None else "") or me.name


def save(store: Store, of: str, of_id: UUID, path: Path, **said: Any) -> None:
    """The same mail as a file (`.eml`) that any mail program opens; it is sent by nobody here."""
    found = mail_papers.paper_of(store, of, of_id)
    text = said.get("text")
    made = paper.message(
        to=paper.addresses(said.get("to") or found.to) if said.get("to") or found.to else (),
        subject=said.get("subject") or found.subject,
        text=found.text if text is None else text,
        message_id=f"<{new_id().hex}@satchel.invalid>",
        date=store.clock().astimezone(),
        attached=(found.file, mail_papers.pdf_of(store, of, of_id)),
    )
    try:
        path.write_bytes(paper.sent_by(Mailbox(store).account().sender, _name(store)) + made)
    except OSError as error:
        raise Refused(msg("{path} cannot be used: {why}.").of(path=path, why=error.strerror)) from error


# The account


def set_account(store: Store, account: Account) -> None:
    """Keep the account, checked; without a password the one that was kept stays. Raises Refused."""
    sender = paper.addresses(account.sender)
    if len(sender) != 1 or not account.server.strip():
        raise Refused(msg("A mail account needs a server and one address of its own."), field="sender")
    if not 0 < account.port < 65536 or account.tls not in ("starttls", "tls", "none"):
        raise Refused(msg("The port of a server is a number from 1 to 65535."), field="port")
    if account.tls == "none" and not mail_line.is_here(account.server.strip()):
        raise Refused(mail_line.IN_THE_CLEAR, field="tls")
    box = Mailbox(store)
    kept = account.password or box.account().password
    fresh = replace(account, server=account.server.strip(), sender=sender[0], password=kept, refused=None)
    box.set_account(fresh)
    try_now(store)


def try_now(store: Store) -> None:
    """What waits is due at once: there is another network, or another account."""
    box = Mailbox(store)
    for one in box.all():
        if one.state == WAITING and one.next_at:
            box.change(one.id, {WAITING}, next_at=0)


def try_account(store: Store, *, seconds: float = mail_line.SECONDS) -> None:
    """Connect, encrypt and log in, and send nothing. Raises Refused with the reason."""
    account = Mailbox(store).account()
    if not account.server:
        raise Refused(NO_ACCOUNT)
    try:
        mail_line.greet(account, seconds=seconds)
    except NotSent as error:
        raise Refused(error.why) from error


# Sending


def send_due(
    store: Store,
    *,
    only: str = "",
    go_on: Callable[[], bool] = lambda: True,
    deliver: Callable[..., None] = mail_line.deliver,
) -> Round:
    """Send what is due, one after the other; with `only` that mail now, also one that failed.

    Raises Refused where a person asked (`only`) and it cannot be tried at all. Two never run at once. Once
    `go_on` says no, nothing more is handed over, and the vault is not touched any more.
    """
    if not _BUSY.acquire(blocking=bool(only)):
        return Round()
    try:
        return _send_due(Post(store, Mailbox(store), deliver, go_on), only)
    except _Stopped:
        return Round()
    finally:
        _BUSY.release()


class _Stopped(Exception):
    """The vault is being closed."""


@dataclass(frozen=True, slots=True)
class Post:
    """What one round needs."""

    store: Store
    box: Mailbox
    deliver: Callable[..., None]
    go_on: Callable[[], bool]

    def still(self) -> None:
        """Leave where the vault is being closed."""
        if not self.go_on():
            raise _Stopped


def _send_due(post: Post, only: str) -> Round:
    store, box = post.store, post.box
    _recover(store, box)
    account = box.account()
    sent: list[Mail] = []
    kept: list[Mail] = []
    if only and not account.server:
        raise Refused(NO_ACCOUNT)
    if account.server and (only or account.refused is None):
        for mail in _due(store, box, only):
            post.still()
            done = _send(post, mail, asked=bool(only))
            _tell(store, done)
            (sent if done.state == SENT else kept).append(done)
            if box.account().refused is not None:
                break
    note_sent(store)
    return Round(tuple(sent), tuple(kept))


def _due(store: Store, box: Mailbox, only: str) -> list[Mail]:
    if only:
        found = box.find(only)
        if found is None or found.state not in OPEN:
            raise NotFound(GONE)
        return [found]
    now = _stamp(store.clock())
    return [one for one in reversed(box.all()) if one.state == WAITING and one.next_at <= now]


def _recover(store: Store, box: Mailbox) -> None:
    """What was on its way when the program ended, and what came with a copy, is asked about."""
    for one in box.all():
        if one.state == SENDING:
            _tell(store, _keep(store, box, one, UNSURE, CUT_OFF, {SENDING}))
        elif one.state == WAITING and one.device != store.device.hex:
            _tell(store, _keep(store, box, one, UNSURE, COPIED, {WAITING}))


def _send(post: Post, mail: Mail, *, asked: bool) -> Mail:
    store, box = post.store, post.box
    newer = None if asked else mail_papers.changed(store, mail.of, UUID(hex=mail.of_id), mail.content)
    if newer is not None:
        return _keep(store, box, mail, FAILED, newer, {WAITING})
    account = box.account()

    def about_to() -> None:
        post.still()
        if box.change(mail.id, OPEN, state=SENDING, at=_stamp(store.clock())) is None:
            raise NotSent(GONE, again=False)

    data = paper.sent_by(account.sender, _name(store)) + box.data(mail.id)
    try:
        post.deliver(account, mail.to, data, about_to)
    except Unknown:
        post.still()
        return _keep(store, box, mail, UNSURE, mail_line.UNKNOWN, {SENDING})
    except NotSent as error:
        post.still()
        if error.account:
            box.set_account(replace(account, refused=_said(error.why)))
        state = WAITING if error.again else FAILED
        return _keep(store, box, mail, state, error.why, {*OPEN, SENDING})
    post.still()
    if account.refused is not None:
        box.set_account(replace(account, refused=None))
    done = {"state": SENT, "at": _stamp(store.clock()), "why": {}, "attempts": mail.attempts + 1}
    return box.change(mail.id, {SENDING}, **done) or mail


def _keep(store: Store, box: Mailbox, mail: Mail, state: str, why: Message, states: set[str]) -> Mail:
    now, tried = store.clock(), mail.attempts + 1
    pause = timedelta(minutes=PAUSES[min(tried, len(PAUSES)) - 1])
    said = {"at": _stamp(now), "next_at": _stamp(now + pause), "attempts": tried, "why": _said(why)}
    return box.change(mail.id, states, state=state, **said) or mail


def _tell(store: Store, mail: Mail) -> None:
    """Whoever shows mails reads them again. It is no change of a record, so no sync wakes."""
    for listener in list(store.listeners):
        listener(Changed(frozenset({("mail", mail.key)}), "mail", remote=True))


def _said(message: Message) -> dict[str, str]:
    return {language: message.in_language(language) for language in LANGUAGES}


def _stamp(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


# What a person says


def take_back(store: Store, mail_id: str) -> None:
    """Remove a mail that was not sent. Raises NotFound where it was, or is on its way."""
    found = Mailbox(store).find(mail_id)
    if found is None or not Mailbox(store).take_back(found.id):
        raise NotFound(GONE)
    _tell(store, found)


def arrived(store: Store, mail_id: str) -> Mail:
    """A mail of which nobody knew has arrived. Raises NotFound for another one."""
    box = Mailbox(store)
    found = box.find(mail_id)
    done = box.change(found.id, {UNSURE}, state=SENT, why={}, at=_stamp(store.clock())) if found else None
    if done is None:
        raise NotFound(GONE)
    note_sent(store)
    _tell(store, done)
    return done


# On the timeline


@command(
    "interaction.mailed",
    label=msg("Mail sent", "timeline"),
    on=Interaction,
    creates=True,
    writes=every(Interaction),
    undoable=False,
    fact=True,
)
def mailed(work: Work, *, key: UUID, values: Mapping[str, Any]) -> Interaction:
    """A mail that went out, on its customer's timeline: once, however often it is said."""
    there = work.session.get(Interaction, key)
    return there if there is not None else work.add(Interaction(id=key, channel="email", **values))


def note_sent(store: Store) -> None:
    """Put what was sent on the timelines where it is not there yet."""
    box = Mailbox(store)
    for one in box.all():
        if one.state != SENT or one.noted:
            continue
        if one.customer:
            values = {
                "name": one.subject[:200],
                "customer_id": UUID(hex=one.customer),
                "happened_at": datetime.fromtimestamp(one.at / 1000, UTC),
                "outcome": ", ".join(one.to)[:200],
                "remark": one.file,
            }
            commands.run(store, store.me(), "interaction.mailed", key=one.key, values=values)
        box.change(one.id, {SENT}, noted=True)


def unsettled(store: Store) -> list[Mail]:
    """Mails that wait for a person: they failed, or nobody knows."""
    return [one for one in Mailbox(store).all() if one.state in (FAILED, UNSURE)]
