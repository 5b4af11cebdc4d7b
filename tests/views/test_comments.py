"""Comments on a record: said, named, kept while they are typed, and there for whoever sees the customer."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.models.record import new_id
from desktop.models.records import Comment, User
from desktop.models.store import Store
from desktop.services import commands
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import settle, the_record


def said(store: Store) -> list[Comment]:
    with store.reading() as session:
        return session.query(Comment).filter(Comment.deleted_at.is_(None)).all()


def test_a_comment_is_said_and_names_a_colleague(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    with store.work(store.me(), "user.new") as work:
        work.add(User(name="沈清", role="manager"))
    window.open_record("customer", firm.customers[0])
    page = the_record(window)
    page.note.setText("half a note")
    page.which.button("comments").click()
    assert page.note.text() == ""
    page.note.insert("@沈清 please look at the price")
    QTest.keyClick(page.note, Qt.Key.Key_Return)
    settle(window, qtbot)
    [comment] = said(store)
    assert (comment.author, comment.mentions) == (store.me().name, ["沈清"])
    assert comment.customer_id == firm.customers[0]
    [event] = page.timeline.events()
    assert event.detail is not None
    assert event.detail.in_language("en") == "@沈清 please look at the price"
    assert event.title.in_language("en") == f"{store.me().name}, to 沈清"
    page.which.button("all").click()
    assert page.note.text() == "half a note"
    window.desk.undo()
    settle(window, qtbot)
    assert said(store) == []


def test_a_comment_on_a_deal_stands_at_its_customer_too(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    made = commands.run(
        store, store.me(), "opportunity.new", values={"name": "Phase 3", "customer_id": firm.customers[1]}
    ).value
    window.open_record("opportunity", made.id)
    page = the_record(window)
    page.which.button("comments").click()
    page.note.insert("They wait for our date")
    QTest.keyClick(page.note, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert len(page.timeline.events()) == 1
    window.open_record("customer", firm.customers[1])
    page = the_record(window)
    page.which.button("comments").click()
    assert len(page.timeline.events()) == 1


def test_a_comment_goes_and_comes_back_with_its_customer(store: Store, firm: Firm) -> None:
    customer = firm.customers[0]
    values = {"customer_id": customer, "text": "x" * 100, "of": "customer", "of_id": customer}
    made = commands.run(store, store.me(), "comment.new", values=values).value
    assert made.title == "x" * 59 + "…"
    assert made.id != new_id()
    commands.run(store, store.me(), "customer.delete", customer)
    assert said(store) == []
