"""Papers by mail: the letter, the outbox with every state, the account; and why a customer declines."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from desktop.models.mailbox import FAILED, SENT, UNSURE, WAITING, Account, Mailbox
from desktop.services import mail
from desktop.services.commands import run
from desktop.services.mail_line import NOT_TO, UNKNOWN
from desktop.views.quotes import QuotePage
from desktop.views.window import Window
from desktop.words import LANGUAGES, Message
from tests.screens.sample import Firm
from tests.screens.staging import Show, wait_idle

D = Decimal
ACCOUNT = Account("smtp.hengyue.cn", 587, "starttls", "lin@hengyue.cn", "secret", "lin@hengyue.cn")


def issued(window: Window, firm: Firm) -> UUID:
    """An issued quote for somebody with an address."""
    store, me = window.desk.store, window.desk.store.me()
    buyer = firm.customers[2]
    run(store, me, "customer.edit", buyer, values={"email": "caigou@xinghe-jm.cn"})
    lines = [(next(iter(firm.products.values())), D(2))]
    said: dict[str, Any] = {
        "customer_id": buyer,
        "name": "Year-end extension",
        "lines": lines,
        "language": "en",
    }
    made = run(store, me, "quote.compose", **said).value
    run(store, me, "quote.issue", made.id)
    return UUID(str(made.id))


def letter(window: Window, firm: Firm) -> None:
    """A letter before it goes."""
    made = issued(window, firm)
    window.open_record("quote", made)
    wait_idle(window)
    window.doing.mail.open_letter("quote", made)
    wait_idle(window)


def said(words: Message) -> dict[str, str]:
    """A reason as it is kept."""
    return {each: words.in_language(each) for each in LANGUAGES}


def box(window: Window, firm: Firm) -> None:
    """The outbox with mails of every kind."""
    store, made = window.desk.store, issued(window, firm)
    Mailbox(store).set_account(ACCOUNT)
    whys = {
        SENT: {},
        FAILED: said(NOT_TO.of(address="caigou@xinghe-jm.cn", why="550 5.1.1 user unknown")),
        UNSURE: said(UNKNOWN),
        WAITING: {},
    }
    for state, why in whys.items():
        one = mail.queue(store, "quote", made)
        Mailbox(store).change(one.id, {WAITING}, state=state, why=why, noted=True)
    window.doing.mail.open_box()
    wait_idle(window)


def empty_box(window: Window, _firm: Firm) -> None:
    """The outbox with nothing in it, whatever other pictures put there."""
    window.desk.store.set_local("mail", [])
    Mailbox(window.desk.store).set_account(Account())
    window.doing.mail.open_box()
    wait_idle(window)


def account(window: Window, _firm: Firm) -> None:
    """The account, refused by its server."""
    Mailbox(window.desk.store).set_account(ACCOUNT)
    window.doing.mail.open_box().account.click()
    wait_idle(window)


def declining(window: Window, firm: Firm) -> None:
    """Why a customer declines."""
    window.open_record("quote", issued(window, firm))
    wait_idle(window)
    page = window.page()
    assert isinstance(page, QuotePage)
    page.ask_decline()
    page.declining.chips["price"].click()
    wait_idle(window)


MAILS: dict[str, Show] = {
    "mail_letter": letter,
    "mail_box": box,
    "mail_empty": empty_box,
    "mail_account": account,
    "quote_declining": declining,
}
