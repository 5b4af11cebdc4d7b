"""A record whole: its page, its files, who may see it, what is said about it, and making a new one."""

from datetime import date
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from desktop.models.records import Comment, Team, User
from desktop.services import sharing
from desktop.services.commands import run
from desktop.views import unfinished
from desktop.views.record_page import RecordPage
from desktop.views.sharing_box import open_sharing
from desktop.views.window import Window
from tests.screens.sample import Firm, some_files
from tests.screens.staging import Show, now, render, wait_idle


def customer(window: Window, firm: Firm) -> None:
    """One customer whole."""
    window.open_record("customer", firm.customers[0])


def files(window: Window, firm: Firm) -> None:
    """A customer with files."""
    some_files(window.desk.store, firm)
    window.open_record("customer", firm.customers[1])
    wait_idle(window)


def file_viewer(window: Window, firm: Firm) -> None:
    """One of the files, opened."""
    files(window, firm)
    page = window.page()
    assert isinstance(page, RecordPage)
    page.files.grid.tiles[1].click()
    wait_idle(window)


def share_box(window: Window, firm: Firm) -> None:
    """Who else has a customer, and the form that lends it."""
    store = window.desk.store
    if not sharing.of_record(store, firm.customers[0]):
        with store.work(store.me(), "user.new") as work:
            people = [work.add(User(name=name, role="rep")) for name in ("沈清", "高洁")]
            group = work.add(Team(name="华东二区"))
        lend: dict[str, Any] = {"of": "customer", "of_id": firm.customers[0]}
        run(store, store.me(), "share.give", person_id=people[0].id, access="edit", **lend)
        until = date(2026, 12, 31)
        run(store, store.me(), "share.give", group_id=group.id, access="read", until=until, **lend)
    customer(window, firm)
    render(window)
    page = window.page()
    assert isinstance(page, RecordPage)
    button = next(each for each in page.header_actions() if each.isVisible())
    box = open_sharing(page._look, window.desk, page.shown, button)  # noqa: SLF001
    box.who.setText("高洁")


def to_ask(window: Window, firm: Firm) -> None:
    """What is still to be asked, and why a value is so."""
    window.open_record("customer", firm.customers[0])
    render(window)
    page = window.page()
    assert isinstance(page, RecordPage)
    page.facts.explain(page.facts.facts["grade"])


def of_kind(kind: str) -> Show:
    """A record of another kind whole: the newest."""

    def show(window: Window, firm: Firm) -> None:
        window.open_record(kind, window.desk.recent(kind, 1)[0].id)
        wait_idle(window)

    return show


def fact_refused(window: Window, firm: Firm) -> None:
    """A value that makes no sense, with the reason under it."""
    customer(window, firm)
    render(window)
    page = window.page()
    assert isinstance(page, RecordPage)
    fact = page.facts.facts["credit"]
    fact.edit()
    editor = fact.findChild(QLineEdit)
    assert editor is not None
    editor.setText("五十来万")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    wait_idle(window)


def comments(window: Window) -> RecordPage:
    """The page in front, turned to what is said."""
    page = window.page()
    assert isinstance(page, RecordPage)
    page.which.button("comments").click()
    return page


def said(window: Window, firm: Firm) -> None:
    """Comments on a customer."""
    window.open_record("customer", firm.customers[0])
    page = comments(window)
    store = window.desk.store
    with store.reading() as session:
        there = session.query(Comment).count()
    if not there:
        with store.work(store.me(), "comment.new") as work:
            for author, names, text in (
                ("林一鸣", ["沈清"], "@沈清 R2 的价格先别松口，周三我和张总通电话。"),
                ("林一鸣", [], "他们更在意交期，价格还有余地。"),
            ):
                made = Comment(customer_id=firm.customers[0], of="customer", of_id=firm.customers[0])
                made.text, made.author, made.mentions, made.said_at = text, author, names, now()
                work.add(made)
    page.fill()


def new_customer(window: Window, firm: Firm) -> None:
    """The card for a new customer, refused."""
    render(window)
    window.ask_new("customer")
    window.new.make.click()


def echo(window: Window, firm: Firm) -> None:
    """A day and an amount as people type them, said back before they are saved."""
    window.ask_new("opportunity")
    card = window.new
    for name, text in (("name", "二期空压站扩建"), ("amount", "36.9万"), ("close_on", "下周二")):
        unfinished.put(card.editors[name], text)
    card.editors["close_on"].setFocus()


def price_book(window: Window, firm: Firm) -> None:
    """A price book with more prices than its page shows."""
    store, me = window.desk.store, window.desk.store.me()
    values = {"name": "华东 2026", "scope": "region", "scope_value": "华东"}
    book = run(store, me, "price_book.new", values=values).value
    for number, product in enumerate(list(firm.products.values())[:9]):
        price = {"book_id": book.id, "product_id": product, "price": Decimal(900 + 100 * number)}
        run(store, me, "price_entry.new", values={**price, "min_quantity": Decimal(number)})
    window.open_record("price_book", book.id)


RECORDS: dict[str, Show] = {
    "customer": customer,
    "files": files,
    "file_viewer": file_viewer,
    "share_box": share_box,
    "new_customer": new_customer,
    "echo": echo,
    "to_ask": to_ask,
    "said": said,
    "fact_refused": fact_refused,
    "price_book": price_book,
    **{
        f"record_{kind}": of_kind(kind)
        for kind in ("contact", "opportunity", "product", "task", "interaction")
    },
}
