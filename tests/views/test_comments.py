"""Comments on a record: said, named, kept while they are typed, and there for whoever sees the customer."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.models.record import new_id
from desktop.models.records import Comment, User
from desktop.models.store import Actor, Store
from desktop.services import commands
from desktop.views.comments import CommentMenu, spoken_of
from desktop.views.confirm import Confirm
from desktop.views.privacy import DOTS
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import settle, the_quote, the_record


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


def test_an_at_sign_offers_colleagues_by_sound_and_enter_takes_one(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    with store.work(store.me(), "user.new") as work:
        for name in ("沈清", "林一鸣", "Lin Yiming"):
            work.add(User(name=name, role="rep"))
    window.open_record("customer", firm.customers[0])
    page = the_record(window)
    page.which.button("comments").click()
    note = page.note
    note.setFocus()
    QTest.keyClicks(note, "ask @")
    offered = note.colleagues.words.stringList
    assert offered() == ["林一鸣", "Lin Yiming", "沈清"]
    QTest.keyClicks(note, "sq")
    assert offered() == ["沈清"]
    assert note.colleagues.list.isVisible()
    QTest.keyClick(note.colleagues.list, Qt.Key.Key_Return)
    assert (note.text(), offered()) == ("ask @沈清 ", [])
    QTest.keyClicks(note, "today")
    QTest.keyClick(note, Qt.Key.Key_Return)
    settle(window, qtbot)
    [comment] = said(store)
    assert (comment.text, comment.mentions) == ("ask @沈清 today", ["沈清"])


def test_a_note_offers_nobody(window: Window, firm: Firm, store: Store) -> None:
    with store.work(store.me(), "user.new") as work:
        work.add(User(name="沈清", role="rep"))
    window.open_record("customer", firm.customers[0])
    note = the_record(window).note
    QTest.keyClicks(note, "mail to @sq")
    assert note.colleagues.words.stringList() == []


def test_a_task_of_nobody_and_a_product_are_commented_too(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    buyer, product = firm.customers[0], firm.products["SAT-75V"]
    of_nobody, of_buyer = (
        commands.run(store, store.me(), "task.new", values={"name": "Call", "customer_id": whose}).value.id
        for whose in (None, buyer)
    )
    for kind, one, whose in (
        ("task", of_nobody, None), ("task", of_buyer, buyer), ("product", product, None),
    ):  # fmt: skip
        window.open_record(kind, one)
        page = the_record(window)
        page.note.insert("He is away until Monday")
        QTest.keyClick(page.note, Qt.Key.Key_Return)
        settle(window, qtbot)
        [comment] = [each for each in said(store) if each.of_id == one]
        assert (comment.customer_id, comment.of) == (whose, kind)
        page = the_record(window)
        assert page.which.current() == "comments"
        assert len(page.timeline.events()) == 1
        shown = window.desk.row("comment", comment.id)
        assert shown is not None
        assert spoken_of(shown) == (("customer", buyer) if whose else (kind, one))


def asked(window: Window) -> CommentMenu:
    """The menu of the newest comment, by the keys."""
    page = the_record(window)
    page.timeline.setFocus()
    QTest.keyClick(page.timeline, Qt.Key.Key_Return)
    return page.note.findChildren(CommentMenu)[-1]


def test_one_changes_and_deletes_what_one_said_and_leaves_others_words(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    with store.work(store.me(), "user.new") as work:
        work.add(User(name="沈清", role="manager"))
    window.open_record("customer", firm.customers[0])
    page = the_record(window)
    page.which.button("comments").click()
    page.note.insert("8 weeks")
    QTest.keyClick(page.note, Qt.Key.Key_Return)
    settle(window, qtbot)
    menu = asked(window)
    assert [each.text() for each in menu.actions()] == ["Change…", "Delete"]
    menu.actions()[0].trigger()
    menu.close()
    [box] = [each for each in window.findChildren(Confirm) if each.isVisible()]
    box.entry.setText("@沈清 9 weeks")
    QTest.keyClick(box.entry, Qt.Key.Key_Return)
    settle(window, qtbot)
    [comment] = said(store)
    assert (comment.text, comment.mentions) == ("@沈清 9 weeks", ["沈清"])
    menu = asked(window)
    menu.actions()[1].trigger()
    menu.close()
    settle(window, qtbot)
    assert said(store) == []
    store.become(replace(store.me(), role="rep"))
    window.desk.actor = store.me()
    about = {"customer_id": firm.customers[0], "of": "customer", "of_id": firm.customers[0]}
    theirs = Actor(new_id(), "沈清", "manager")
    commands.run(store, theirs, "comment.new", values={"text": "7 weeks", "author": "沈清", **about})
    settle(window, qtbot)
    for language, words, why in (
        ("en", "Change…", "Only whoever wrote a comment may change it, or an administrator."),
        ("zh", "修改…", "评论只有写的人和管理员可以修改。"),
    ):
        page._look.switch(language=language)  # noqa: SLF001
        menu = asked(window)
        first = menu.actions()[0]
        assert (first.text(), first.isEnabled(), first.toolTip()) == (words, False, why)
        menu.close()


def test_what_happened_opens_by_press_and_by_key(window: Window, qtbot: QtBot, firm: Firm) -> None:
    customer = firm.customers[0]
    window.open_record("customer", customer)
    timeline = the_record(window).timeline
    quotes = [place for place, each in enumerate(timeline.events()) if each.of and each.of[0] == "quote"]
    at = timeline.box_of(quotes[0]).center()
    qtbot.mouseMove(timeline, at)
    qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=at)
    assert the_quote(window).quote_id == timeline.events()[quotes[0]].of[1]  # type: ignore[index]
    window.open_record("customer", firm.customers[1])
    window.open_record("customer", customer)
    timeline = the_record(window).timeline
    events = [each for each in timeline.events() if each.of is not None]
    timeline.focusInEvent(QFocusEvent(QFocusEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    QTest.keyClick(timeline, Qt.Key.Key_Down)
    assert timeline.accessibleDescription() == events[1].title.in_language("en")
    QTest.keyClick(timeline, Qt.Key.Key_Up)
    assert timeline.accessibleDescription() == events[0].title.in_language("en")
    further = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Up, Qt.KeyboardModifier.NoModifier)
    timeline.keyPressEvent(further)
    assert not further.isAccepted()  # the page scrolls on
    for said in (DOTS, events[0].title.in_language("en")):
        window._look.turn_private()  # noqa: SLF001
        assert timeline.accessibleDescription() == said
    QTest.keyClick(timeline, Qt.Key.Key_Return)
    stop = window.trail.stops[window.trail.here]
    assert (stop.place, stop.record) == events[0].of


def test_a_deal_tells_what_was_talked_about_and_offered(window: Window, qtbot: QtBot, firm: Firm) -> None:
    deal = firm.new("opportunity", customer_id=firm.customers[1], name="Phase 3")
    window.open_record("opportunity", deal)
    page = the_record(window)
    page.note.insert("They wait for our date")
    QTest.keyClick(page.note, Qt.Key.Key_Return)
    settle(window, qtbot)
    told = [each.title.in_language("en") for each in the_record(window).timeline.events()]
    assert told[0] == "They wait for our date"
