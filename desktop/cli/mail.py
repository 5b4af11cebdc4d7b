"""The mail outbox from the command line: account, test, new, list, send, arrived, cancel, file."""

import argparse
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from desktop.cli.console import Console
from desktop.errors import Refused
from desktop.models.mailbox import Mail, Mailbox
from desktop.models.record import RECORDS
from desktop.services import mail, mail_papers, records
from desktop.services.mail_words import STATES
from desktop.words import Message, msg

PASSWORD: Final = "SATCHEL_MAIL_PASSWORD"


def register(areas: Any) -> None:
    """Add the subcommands of this area."""
    area = areas.add_parser("mail", help="the mail outbox: account, test, new, list, send, arrived, cancel")
    kinds = area.add_subparsers(metavar="ACTION", required=True)
    account = kinds.add_parser("account", help=f"by which server; its password is in the variable {PASSWORD}")
    account.add_argument("--server", metavar="HOST")
    account.add_argument("--port", type=int)
    account.add_argument("--tls", choices=("starttls", "tls", "none"))
    account.add_argument("--user", metavar="NAME")
    account.add_argument("--from", dest="sender", metavar="ADDRESS")
    account.add_argument("--authority", metavar="FILE", help="the certificate of the firm's own authority")
    account.set_defaults(run=set_account)
    kinds.add_parser("test", help="connect and log in; nothing is sent").set_defaults(run=try_account)
    new = kinds.add_parser("new", help="put the paper of an issued quote or contract into the outbox")
    new.add_argument("record", choices=mail_papers.KINDS)
    new.add_argument("id", metavar="ID")
    new.add_argument("--to", default="", metavar="ADDRESS,…")
    new.add_argument("--subject", default="")
    new.add_argument("--text")
    new.add_argument("--file", metavar="FILE.eml", help="write the mail into a file instead")
    new.set_defaults(run=new_mail)
    kinds.add_parser("list", help="what waits, what went out, what failed and why").set_defaults(run=show)
    send = kinds.add_parser("send", help="send what is due, or one mail now")
    send.add_argument("id", nargs="?", default="", metavar="ID")
    send.set_defaults(run=send_now)
    for name, act, text in (
        ("arrived", arrived, "a mail of which nobody knew has arrived"),
        ("cancel", cancel, "take a mail back that was not sent"),
    ):
        one = kinds.add_parser(name, help=text)
        one.add_argument("id", metavar="ID")
        one.set_defaults(run=act)


def set_account(console: Console, chosen: argparse.Namespace) -> None:
    """Change what is said; without options the account is shown, without its password."""
    kept = Mailbox(console.store).account()
    said = {name: getattr(chosen, name) for name in ("server", "port", "tls", "user", "sender")}
    given = {name: value for name, value in said.items() if value is not None}
    if chosen.authority:
        given["authority"] = Path(chosen.authority).read_text(encoding="ascii", errors="replace")
    password = os.environ.get(PASSWORD, "")
    if given or password:
        mail.set_account(console.store, replace(kept, **given, password=password))
        kept = Mailbox(console.store).account()
    value = {
        "server": kept.server,
        "port": kept.port,
        "tls": kept.tls,
        "user": kept.user,
        "from": kept.sender,
    }
    console.result(value, f"{kept.sender}: {kept.server}:{kept.port} ({kept.tls})" if kept.server else "")


def try_account(console: Console, _chosen: argparse.Namespace) -> None:
    """Say whether the account works."""
    mail.try_account(console.store)
    console.result({"works": True}, msg("The mail server takes this account."))


def new_mail(console: Console, chosen: argparse.Namespace) -> None:
    """Queue a mail, or write it to a file."""
    record = records.find(console.store, RECORDS[chosen.record], chosen.id)
    said = {"to": chosen.to, "subject": chosen.subject, "text": chosen.text}
    if chosen.file:
        mail.save(console.store, chosen.record, record.id, Path(chosen.file), **said)
        console.result({"file": chosen.file}, chosen.file)
        return
    made = mail.queue(console.store, chosen.record, record.id, **said)
    console.result(_facts(console, made), msg("It waits in the mail outbox: {id}").of(id=made.id[-8:]))


def show(console: Console, _chosen: argparse.Namespace) -> None:
    """Every mail with its state, and why it was not sent."""
    mails = Mailbox(console.store).all()
    for one in mails:
        console.line(_line(console, one))
    console.result([_facts(console, one) for one in mails], msg("{count} mails.").of(count=len(mails)))


def send_now(console: Console, chosen: argparse.Namespace) -> int:
    """Send; exit code 4 where something is left that should have gone."""
    if not Mailbox(console.store).account().server:
        raise Refused(mail.NO_ACCOUNT)
    done = mail.send_due(console.store, only=chosen.id)
    for one in (*done.sent, *done.kept):
        console.line(_line(console, one))
    facts = {name: [_facts(console, one) for one in getattr(done, name)] for name in ("sent", "kept")}
    said = msg("{sent} sent, {kept} not.").of(sent=len(done.sent), kept=len(done.kept))
    console.result(facts, said)
    sys.stdout.flush()
    return 4 if done.kept else 0


def arrived(console: Console, chosen: argparse.Namespace) -> None:
    """A person knows now that it arrived."""
    done = mail.arrived(console.store, chosen.id)
    console.result(_facts(console, done), _line(console, done))


def cancel(console: Console, chosen: argparse.Namespace) -> None:
    """Take it back."""
    mail.take_back(console.store, chosen.id)
    console.result({"id": chosen.id}, msg("Taken back"))


def _facts(console: Console, one: Mail) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": one.state,
        "to": list(one.to),
        "subject": one.subject,
        "file": one.file,
        "attempts": one.attempts,
        "at": datetime.fromtimestamp(one.at / 1000, UTC).isoformat(),
        "why": one.why.get(console.language, ""),
        "message_id": one.message_id,
    }


def _line(console: Console, one: Mail) -> str:
    words: Message = STATES[one.state]
    why = one.why.get(console.language, "")
    return "  ".join(filter(None, (one.id[-8:], console.say(words), ", ".join(one.to), one.subject, why)))
