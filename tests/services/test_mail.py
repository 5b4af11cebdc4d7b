"""The mail outbox against a real server on this machine: once, or not, or nobody knows; never twice."""

import email
import email.policy
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from desktop.documents.mail import addresses, message
from desktop.errors import NotFound, Refused
from desktop.models.mailbox import Account, Mailbox
from desktop.models.records import Interaction, Quote
from desktop.models.store import Store
from desktop.services import commands, mail, mail_line, quotes
from tests.mail_server import MailServer
from tests.stores import customer, firm, product, quote

ME = "lin@hengyue.cn"
YOU = "wang@xinghe.cn"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with MailServer(tmp_path) as server:
        yield server


@pytest.fixture
def offer(store: Store) -> Quote:
    firm(store)
    made = quote(store, (product(store).id, "2"), to=customer(store, email=YOU))
    commands.run(store, store.me(), "quote.issue", made.id)
    return made


def account(at: MailServer, **said: Any) -> Account:
    given = {"server": "127.0.0.1", "port": at.port, "user": ME, "password": "geheim 密", "sender": ME}
    return Account(**{**given, "tls": at.tls, "authority": at.authority, **said})


def state(store: Store) -> list[tuple[str, str]]:
    return [(one.state, one.why.get("en", "")) for one in Mailbox(store).all()]


def later(store: Store, **time: int) -> None:
    at = store.clock() + timedelta(**time)
    store.clock = lambda: at


def timeline(store: Store) -> list[Interaction]:
    with store.reading() as session:
        return session.query(Interaction).filter(Interaction.channel == "email").all()


def test_it_waits_without_a_network_and_goes_out_once_with_its_paper(
    store: Store, offer: Quote, server: MailServer
) -> None:
    paper = quotes.paper(store, offer.id)
    waiting = mail.queue(store, "quote", offer.id, text="您好：\n.附报价单\n")
    assert mail.send_due(store).sent == ()  # no account yet
    mail.set_account(store, account(server))
    [sent] = mail.send_due(store).sent
    assert mail.send_due(store) == mail.Round()
    assert (sent.id, sent.state, state(store)) == (waiting.id, "sent", [("sent", "")])
    [(sender, to, data)] = server.mails
    assert (sender, to) == (ME, [YOU])
    made = email.message_from_bytes(data, policy=email.policy.default)
    assert made["Message-ID"] == waiting.message_id
    assert made["From"].addresses[0].addr_spec == ME
    assert made["Subject"] == waiting.subject == f"报价单 {waiting.file.split(' ')[0]}"
    [text] = [each for each in made.walk() if each.get_content_type() == "text/plain"]
    assert text.get_content().splitlines() == ["您好：", ".附报价单"]
    [attached] = made.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == (waiting.file, paper)
    assert all(len(line) < 998 and line.isascii() for line in data.split(b"\r\n"))
    [entry] = timeline(store)
    assert (entry.id, entry.customer_id, entry.outcome) == (UUID(hex=waiting.id), offer.customer_id, YOU)
    assert Mailbox(store).data(waiting.id) == b""  # what was sent is not kept twice


@pytest.mark.parametrize("tls", ["tls", "none"])
def test_every_way_of_encryption_reaches_the_server(
    tmp_path: Path, store: Store, offer: Quote, tls: str
) -> None:
    with MailServer(tmp_path, tls=tls) as server:
        mail.set_account(store, account(server))
        mail.try_account(store)
        mail.queue(store, "quote", offer.id)
        assert len(mail.send_due(store).sent) == 1
        assert len(server.mails) == 1


def test_a_wrong_password_is_tried_once_and_then_waits_for_a_person(
    store: Store, offer: Quote, server: MailServer
) -> None:
    mail.set_account(store, account(server, password="wrong"))
    with pytest.raises(Refused, match="does not take this user and password"):
        mail.try_account(store)
    for _ in "ab":
        mail.queue(store, "quote", offer.id)
    assert len(mail.send_due(store).kept) == 1
    later(store, hours=5)
    assert mail.send_due(store).kept == ()
    assert len([talk for talk in server.talks if "AUTH" in talk]) == 2
    assert {one for one, _ in state(store)} == {"waiting"}
    mail.set_account(store, account(server))
    assert len(mail.send_due(store).sent) == 2
    assert (Mailbox(store).account().refused, len(server.mails)) == (None, 2)


def test_nothing_is_said_to_a_server_that_cannot_prove_who_it_is(
    tmp_path: Path, store: Store, offer: Quote, server: MailServer
) -> None:
    mail.set_account(store, account(server, authority=""))
    mail.queue(store, "quote", offer.id)
    [kept] = mail.send_due(store).kept
    assert (kept.state, "cannot prove who it is" in kept.why["en"]) == ("waiting", True)
    assert not any(word in talk for talk in server.talks for word in ("AUTH", "MAIL"))
    with MailServer(tmp_path, tls="none") as plain:
        mail.set_account(store, account(plain, tls="starttls"))
        [kept] = mail.send_due(store).kept
        assert "no encryption" in kept.why["en"]
        assert plain.mails == []
    with pytest.raises(Refused, match="on this machine only"):
        mail.set_account(store, account(server, server="mail.hengyue.cn", tls="none"))


FAULTS = (
    ("greeting", "", "waiting"),
    ("451", "MAIL", "waiting"),
    ("554", "MAIL", "failed"),
    ("450", "RCPT", "waiting"),
    ("451", "DATA", "waiting"),
    ("552", "DATA", "failed"),
    ("452", "END", "waiting"),
    ("554", "END", "failed"),
)


def test_what_was_not_handed_over_is_sent_again_or_fails(
    store: Store, offer: Quote, server: MailServer
) -> None:
    mail.set_account(store, account(server))
    for fault, at, after in FAULTS:
        waiting = mail.queue(store, "quote", offer.id)
        server.fault, server.at = fault, at
        [kept] = mail.send_due(store).kept
        assert (kept.state, kept.attempts, bool(kept.why["zh"]), server.mails) == (after, 1, True, []), fault
        assert mail.send_due(store) == mail.Round()  # not at once again
        later(store, minutes=2)
        again = mail.send_due(store, only="" if after == "waiting" else waiting.id)
        assert [one.state for one in again.sent] == ["sent"]
        assert len(server.mails) == 1
        server.mails.clear()


def test_a_line_that_breaks_within_the_body_delivers_nothing(
    store: Store, offer: Quote, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail.set_account(store, account(server))
    waiting = mail.queue(store, "quote", offer.id)
    server.fault = "body"
    [kept] = mail.send_due(store).kept  # the end may have been written before the cut was heard of
    assert (kept.state in ("waiting", "unsure"), server.mails) == (True, [])
    send = smtplib.SMTP.send

    def cut(line: smtplib.SMTP, data: Any) -> None:
        if len(data) > 10_000:
            raise ConnectionResetError(104, "reset by peer")
        send(line, data)

    monkeypatch.setattr(smtplib.SMTP, "send", cut)
    [kept] = mail.send_due(store, only=waiting.id).kept
    assert (kept.state, server.mails) == ("waiting", [])
    monkeypatch.undo()
    later(store, hours=1)
    assert len(mail.send_due(store).sent) == len(server.mails) == 1


def test_a_line_that_breaks_after_the_end_is_asked_about_and_never_sent_again_by_itself(
    store: Store, offer: Quote, server: MailServer
) -> None:
    mail.set_account(store, account(server))
    waiting = mail.queue(store, "quote", offer.id)
    server.fault = "after"
    [kept] = mail.send_due(store).kept
    assert (kept.state, mail.unsettled(store)) == ("unsure", [kept])
    later(store, days=3)
    assert mail.send_due(store) == mail.Round()
    assert (len(server.mails), timeline(store)) == (1, [])
    mail.arrived(store, waiting.id)
    assert (state(store), len(timeline(store))) == ([("sent", "")], 1)
    with pytest.raises(NotFound):
        mail.send_due(store, only=waiting.id)
    assert len(server.mails) == 1


def test_who_sends_again_what_nobody_knew_of_sends_the_same_message(
    store: Store, offer: Quote, server: MailServer
) -> None:
    mail.set_account(store, account(server))
    waiting = mail.queue(store, "quote", offer.id)
    server.fault = "after"
    mail.send_due(store)
    mail.send_due(store, only=waiting.id)
    ids = {email.message_from_bytes(data)["Message-ID"] for _, _, data in server.mails}
    assert (len(server.mails), ids) == (2, {waiting.message_id})


def test_what_was_on_its_way_when_the_program_ended_is_asked_about(
    store: Store, offer: Quote, server: MailServer
) -> None:
    mail.set_account(store, account(server))
    waiting = mail.queue(store, "quote", offer.id)

    def killed(_account: Account, _to: object, _data: bytes, about_to: Any, **_: Any) -> None:
        about_to()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mail.send_due(store, deliver=killed)
    assert state(store) == [("sending", "")]
    with pytest.raises(NotFound):
        mail.take_back(store, waiting.id)
    mail.send_due(store)
    assert [one for one, _ in state(store)] == ["unsure"]
    assert server.mails == []


def test_a_newer_revision_is_not_sent_for_the_one_that_waits(
    store: Store, offer: Quote, server: MailServer
) -> None:
    waiting = mail.queue(store, "quote", offer.id)
    commands.run(store, store.me(), "quote.revise", offer.id)
    mail.set_account(store, account(server))
    [kept] = mail.send_due(store).kept
    assert (kept.state, kept.why["en"]) == ("failed", "What is attached is no longer the newest paper.")
    with pytest.raises(Refused, match="Issue it first"):
        mail.queue(store, "quote", offer.id)
    mail.take_back(store, waiting.id)
    assert state(store) == []
    assert server.mails == []


def test_somebody_unknown_to_the_server_fails_and_says_who(
    store: Store, offer: Quote, server: MailServer
) -> None:
    mail.set_account(store, account(server))
    mail.queue(store, "quote", offer.id, to="nobody@xinghe.cn, wang@xinghe.cn")
    [kept] = mail.send_due(store).kept
    assert kept.state == "failed"
    assert "nobody@xinghe.cn" in kept.why["zh"]
    assert server.mails == []


def test_mails_of_a_copy_are_not_sent_by_themselves(store: Store, offer: Quote, server: MailServer) -> None:
    mail.set_account(store, account(server))
    mail.queue(store, "quote", offer.id)
    store.device = UUID(int=7)
    assert mail.send_due(store) == mail.Round()
    assert [one for one, _ in state(store)] == ["unsure"]


def test_the_pause_grows_to_an_hour(store: Store, offer: Quote) -> None:
    mail.set_account(store, Account(server="127.0.0.1", port=1, tls="none", sender=ME))
    mail.queue(store, "quote", offer.id)

    def away(*_: Any, **__: Any) -> None:
        raise mail_line.NotSent(mail_line.SAYS.of(why="421"), again=True)

    pauses = []
    for _ in range(8):
        [kept] = mail.send_due(store, deliver=away).kept
        pauses.append((kept.next_at - kept.at) // 60_000)
        later(store, minutes=61)
    assert pauses == [1, 2, 5, 15, 30, 60, 60, 60]


def test_a_mail_becomes_a_file_that_any_program_opens(store: Store, offer: Quote, tmp_path: Path) -> None:
    mail.save(store, "quote", offer.id, tmp_path / "a.eml", subject="一行\r\nBcc: spy@x.cn")
    made = email.message_from_bytes((tmp_path / "a.eml").read_bytes(), policy=email.policy.default)
    assert (made["To"], made["Bcc"], made["Subject"]) == (YOU, None, "一行 Bcc: spy@x.cn")
    assert [each.get_content_type() for each in made.iter_attachments()] == ["application/pdf"]


def test_addresses_are_read_as_people_type_them() -> None:
    assert addresses("a@x.cn； 王工 <b@y.com.cn>, a@x.cn") == ("a@x.cn", "b@y.com.cn")
    assert addresses("li@例子.cn") == ("li@xn--fsqu00a.cn",)
    for typed in (
        "",
        " , ",
        "foo",
        "a@b c.cn",
        "@x.cn",
        "a@x",
        "王@x.cn",
        "a@x.cn b@y.cn",
        "a@x.cn\nBcc:b@y.cn",
    ):
        with pytest.raises(Refused):
            addresses(typed)


def test_a_host_that_cannot_be_is_told_and_a_files_name_is_not_turned_around() -> None:
    for wrong in (Account(server="smtp..qq.com"), Account(server="x.cn", authority="\ufffd")):
        with pytest.raises(mail_line.NotSent) as told:
            mail_line.greet(wrong, seconds=1)
        assert "cannot be reached" in told.value.why.in_language("en")
    now = datetime(2026, 11, 23, tzinfo=UTC)
    file = ("报价\u202efdp.\r\nexe\x00\ud800.pdf", b"%PDF")
    data = message(to=[YOU], subject="a\u202eb\x00", text="", message_id="<1@x.cn>", date=now, attached=file)
    made = email.message_from_bytes(data, policy=email.policy.default)
    assert made["Subject"] == "ab"
    assert [each.get_filename() for each in made.iter_attachments()] == ["报价fdp. exe.pdf"]


def test_the_password_is_not_said() -> None:
    assert "geheim" not in repr(Account(password="geheim"))
