"""Every screen in two languages and two themes as pictures: `python -m tests.screens.shots --out DIR`."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from desktop.errors import NotAllowed
from desktop.models.records import Comment, Customer, Team, User
from desktop.services import outbox as outboxes
from desktop.services import sharing
from desktop.services.access import READ_ONLY
from desktop.services.bulk import Report
from desktop.services.clashes import Clash, Clashed
from desktop.services.commands import run
from desktop.services.reminders import Reminder
from desktop.views import unfinished
from desktop.views.desk import Desk
from desktop.views.first_run import FirstRun
from desktop.views.form import Fact
from desktop.views.guide import Guide
from desktop.views.inbox import InboxPage
from desktop.views.list_page import ListPage
from desktop.views.look import Look
from desktop.views.network import SAYINGS, Network
from desktop.views.outbox import PAGE, Outbox
from desktop.views.quote_table import Typed
from desktop.views.quotes import QuotePage
from desktop.views.record_page import RecordPage
from desktop.views.runner import Runner
from desktop.views.running import Running
from desktop.views.settings_page import SettingsPage
from desktop.views.sharing_box import open_sharing
from desktop.views.unlock import Holder, UnlockPage
from desktop.views.window import Window
from desktop.views.wiped import WipedPage
from desktop.words import msg
from tests import stores
from tests.screens import list_shots, matters
from tests.screens.sample import Firm, conflict, some_files

SIZE = QSize(1440, 900)
Build = Callable[[Look], QWidget]


def wiped(look: Look) -> QWidget:
    """The office had this laptop wiped."""
    note = {
        "office": "苏州衡岳工业装备有限公司",
        "at": 1_795_000_000_000,
        "lost": {"customer": 2},
        "files": 1,
    }
    return WipedPage(look, note)


def wiping(look: Look) -> QWidget:
    """It is being wiped; what waits goes first."""
    return WipedPage(look, None)


def unlock(look: Look) -> QWidget:
    """The unlock page with something typed."""
    page = UnlockPage(look, Holder("苏州衡岳工业装备有限公司", "林一鸣", "外勤销售，华东二区", 12))
    page.entry.setText("fourteen-chars")
    page.entry.on_caps(True)
    return page


def first_run_name(look: Look) -> QWidget:
    """Step 1, answered."""
    page = FirstRun(look)
    page.name_page.name.setText("林一鸣" if look.language == "zh" else "Lin Yiming")
    return page


def first_run_passphrase(look: Look) -> QWidget:
    """Step 2 with a good passphrase."""
    page = FirstRun(look)
    page.name_page.name.setText("林一鸣" if look.language == "zh" else "Lin Yiming")
    page.forward()
    page.secret_page.first.setText("correct horse battery")
    page.secret_page.second.setText("correct horse battery")
    page.forward()
    page.show_code("7QK4M-T2ZXP-9WHRB-3NDVC-8EJGY-5")
    return page


def first_run_start(look: Look) -> QWidget:
    """Step 3."""
    page = FirstRun(look)
    page.name_page.name.setText("林一鸣" if look.language == "zh" else "Lin Yiming")
    page.forward()
    page.secret_page.first.setText("correct horse battery")
    page.secret_page.second.setText("correct horse battery")
    page.show_code("7QK4M-T2ZXP-9WHRB-3NDVC-8EJGY-5")
    page.forward()
    return page


def guide_page(look: Look) -> QWidget:
    """The manual."""
    shown = Guide(look)
    shown.go("typing")
    return shown


SCREENS: dict[str, Build] = {
    "unlock": unlock,
    "wiped": wiped,
    "wiping": wiping,
    "first_run_name": first_run_name,
    "first_run_passphrase": first_run_passphrase,
    "first_run_start": first_run_start,
    "guide": guide_page,
}


def customers(window: Window, firm: Firm) -> None:
    """The list with its panel."""
    page = window.page()
    assert isinstance(page, ListPage)
    page.list.selectRow(0)


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


def place(key: str) -> Callable[[Window, Firm], None]:
    """A place of the rail."""
    return lambda window, _firm: window.go(key)


def board(key: str) -> Callable[[Window, Firm], None]:
    """Today or the dashboard, with its figures."""

    def show(window: Window, firm: Firm) -> None:
        window.go(key)
        wait_idle(window)

    return show


def nothing_matches(window: Window, firm: Firm) -> None:
    """A view that holds nothing."""
    window.go("opportunity")
    page = window.page()
    assert isinstance(page, ListPage)
    page.show_view("won")


def quote(window: Window, firm: Firm) -> None:
    """The quote editor."""
    window.open_record("quote", firm.quote)
    page = window.page()
    assert isinstance(page, QuotePage)
    page.grid.setCurrentIndex(page.table.index(1, 4))
    page.grid.setFocus()


def quote_why(window: Window, firm: Firm) -> None:
    """Why is it this price?"""
    quote(window, firm)
    page = window.page()
    assert isinstance(page, QuotePage)
    render(window)
    line = page.grid.line()
    assert line is not None
    page._explain(line)  # noqa: SLF001


def palette(window: Window, firm: Firm) -> None:
    """The palette with an answer."""
    customers(window, firm)
    render(window)
    window.open_palette()
    window.palette_box.entry.setText("xhjm")


def outbox(window: Window, firm: Firm) -> None:
    """What waits to be sent, at an office that is out of reach."""
    if window.desk.store.local("office") is None:
        window.desk.store.set_local("office", {"url": "https://office.example:8443", "name": "Hengyue"})
    render(window)
    window.show_network(Network("offline", until=HALF_PAST))
    window.outbox.show_above(window.status.network)
    wait_idle(window)


def outbox_chosen(window: Window, firm: Firm) -> None:
    """One of what waits, with all it changes and what can be done."""
    outbox(window, firm)
    choose(window.outbox, 4)


def choose(box: Outbox, place: int) -> None:
    """A row of the outbox, pressed."""
    box.rows.setCurrentIndex(box.rows.model().index(place, 0))
    box.rows.clicked.emit(box.rows.currentIndex())


def outbox_decide(window: Window, firm: Firm) -> None:
    """What only a person ends: refused by the office, not saved over a newer value."""
    outbox(window, firm)
    box = window.outbox
    found = outboxes.page(window.desk.store, PAGE).cards
    contact = next(card for card in found if card.type == "customer")
    reason = msg("“{field}” is not shown to your role, so it may not be changed either.")
    step = outboxes.Step("customer", contact.record, "credit", 38_000_000, 50_000_000, currency="CNY")
    refused = replace(
        contact,
        state="refused",
        command="customer.edit",
        why=reason.of(field=Customer.fields()["credit"].label),
        steps=(step,),
        entry=contact.tx,
    )
    web = outboxes.Step("customer", contact.record, "website", "hengyue.example", "www.hengyue.example")
    other = outboxes.Other("沈清", "website", now())
    aside = replace(refused, state="aside", why=outboxes.WHY["aside"], steps=(web,), others=(other,))
    parked = replace(refused, state="parked", why=outboxes.WHY["parked"])
    box._fill(outboxes.Page((aside, refused, parked, *found), None), outboxes.count(window.desk.store) + 1, 0)  # noqa: SLF001
    choose(box, 0)


def outbox_empty(window: Window, firm: Firm) -> None:
    """Nothing waits."""
    outbox(window, firm)
    window.show_network(Network("online"))
    window.outbox._fill(outboxes.Page((), None), 0, 0)  # noqa: SLF001
    wait_idle(window)
    window.status.network.show_state(Network("online"), 0)


def clash(window: Window, firm: Firm) -> None:
    """A field that changed while somebody typed."""
    window.open_record("customer", firm.customers[0])
    render(window)
    fact = next(each for each in window.findChildren(Fact) if each.value.text() and each.isVisible())
    fact.edit()
    name, row = fact.field.name, fact._row  # noqa: SLF001
    assert row is not None
    value = row.value(name)
    fact._compare(  # noqa: SLF001
        Clashed("customer", row.id, (Clash(name, "星河精密", value, "苏州星河", "沈清", now()),), ())
    )


def clash_several(window: Window, firm: Firm) -> None:
    """Several fields at once, one of them a text of lines."""
    customer(window, firm)
    render(window)
    before = "付款：30 % 预付，70 % 发货前。\n开票：增值税专用发票。\n收货：苏州工业园区 3 号门。"
    theirs = before.replace("30 % 预付，70 %", "50 % 预付，50 %")
    mine = before.replace("30 % 预付，70 %", "20 % 预付，80 %") + "\n联系：张建国。"
    clashes = (
        Clash("website", "xinghe.example", "www.xinghe.example", "xinghe-jm.example", "沈清", now()),
        Clash("grade", "B", "A", "vip", "沈清", now()),
        Clash("remark", before, theirs, mine, "高洁", now(), text=True),
    )
    window.desk.clashed.emit(Clashed("customer", firm.customers[0], clashes, ()), dict)


def clash_cell(window: Window, firm: Firm) -> None:
    """The cell of a quote that somebody changed while it was typed."""
    quote(window, firm)
    page = window.page()
    assert isinstance(page, QuotePage)
    line = page.table.rows[1].line
    before = line.unit_price
    assert before is not None
    typed = Typed(line.id, "unit_price", before - 900, before, "")
    one = Clash("unit_price", before, before - 500, before - 900, "沈清", now())
    page.clash.cell(typed)(Clashed("quote_line", line.id, (one,), ()), dict)


def clash_discount(window: Window, firm: Firm) -> None:
    """The discount on the whole quote, changed by somebody while it was typed."""
    quote(window, firm)
    page = window.page()
    assert isinstance(page, QuotePage)
    one = Clash("value", Decimal(-1), Decimal(-2), Decimal(-3), "沈清", now(), sign="%")
    page.clash.discount("percent")(Clashed("adjustment", firm.quote, (one,), ()), dict)


def network(state: Network) -> Callable[[Window, Firm], None]:
    """The chip and its popover in one state."""

    def show(window: Window, firm: Firm) -> None:
        window.show_network(state)
        wait_idle(window)
        render(window)
        window.outbox.show_above(window.status.network)
        wait_idle(window)

    return show


def first_copy(state: Network) -> Callable[[Window, Firm], None]:
    """The card while the first copy comes."""

    def show(window: Window, firm: Firm) -> None:
        customers(window, firm)
        if state.key == "paused":
            window.show_network(replace(state, key="syncing"))
        window.show_network(state)
        wait_idle(window)

    return show


def bulk(window: Window, firm: Firm) -> None:
    """A field of several customers, looked at before it is changed."""
    wait_idle(window)
    page = window.page()
    assert isinstance(page, ListPage)
    page.list.selectAll()
    render(window)
    page.many.change()
    panel = page.many.bulk
    assert panel.fields is not None
    panel.fields.setCurrentIndex(panel.fields.findData("grade"))
    assert panel.editor is not None
    panel.editor.setCurrentIndex(2)  # type: ignore[union-attr]
    panel._look_ahead()  # noqa: SLF001
    wait_idle(window)


def bulk_sums(window: Window, firm: Firm) -> None:
    """An amount of several opportunities; one of them is lent to read only."""
    window.go("opportunity")
    wait_idle(window)
    page = window.page()
    assert isinstance(page, ListPage)
    list_shots.until(page.table.rowCount)
    page.list.selectAll()
    render(window)
    page.many.change()
    panel = page.many.bulk
    assert panel.fields is not None
    panel.fields.setCurrentIndex(panel.fields.findData("amount"))
    panel.editor.setText("180000")  # type: ignore[union-attr]
    panel._look_ahead()  # noqa: SLF001
    wait_idle(window)
    assert panel.plan is not None
    first = replace(panel.plan.lines[0], refused=READ_ONLY)
    panel._show_plan(replace(panel.plan, lines=(first, *panel.plan.lines[1:])))  # noqa: SLF001


def bulk_clash(window: Window, firm: Firm) -> None:
    """Rows that somebody changed between the preview and the button."""
    bulk(window, firm)
    page = window.page()
    assert isinstance(page, ListPage)
    plan = page.many.bulk.plan
    assert plan is not None
    clashes = tuple(
        Clashed("customer", line.record, (Clash("grade", line.old, "vip", line.new, "沈清", now()),), ())
        for line in plan.changing()[:2]
    )
    page.many.bulk._compare(Report(plan, 3, clashes))  # noqa: SLF001


def held_line(window: Window, firm: Firm) -> None:
    """Others deleted much at once: the line."""
    store = window.desk.store
    with store.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO sync_held (record, stream, type, version, flag)"
            " SELECT id, 'org', 'customer', 1, 'tombstone' FROM customer"
        )
    customers(window, firm)
    window.refresh_counts()
    wait_idle(window)


def held_list(window: Window, firm: Firm) -> None:
    """The list of what would go."""
    held_line(window, firm)
    window.held.list.ask()
    wait_idle(window)


def share_box(window: Window, firm: Firm) -> None:
    """Who else has a customer, and the form that lends it."""
    store = window.desk.store
    if not sharing.of_record(store, firm.customers[0]):
        with store.work(store.me(), "user.new") as work:
            people = [work.add(User(name=name, role="rep")) for name in ("沈清", "高洁")]
            group = work.add(Team(name="华东二区"))
        lend = {"of": "customer", "of_id": firm.customers[0]}
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


def quote_files(window: Window, firm: Firm) -> None:
    """The files of a quote in the place of its paper."""
    quote(window, firm)
    page = window.page()
    assert isinstance(page, QuotePage)
    page.files.turn(show=True)


class Shown:
    """Carries nothing: for pictures of the card."""

    def stop(self) -> None: ...
    def begin(self) -> None: ...
    def write(self, path: Path) -> tuple[int, int]:
        return 12, 0

    def kind_of(self, path: Path) -> str:
        return "reply"

    def take_in(self, path: Path, tell: Callable[[int, int], None]) -> object: ...
    def new_code(self) -> str:
        return "42 317 905"

    def show(self, code: str) -> object:
        return None

    def find(self, code: str) -> object:
        raise NotAllowed(msg("The other laptop shows another code; nothing was handed over."))


def handover(window: Window, firm: Firm) -> None:
    """What can be done without the internet."""
    if window.desk.store.local("office") is None:
        window.desk.store.set_local("office", {"url": "https://office.example:8443", "name": "Hengyue"})
    render(window)
    window.handover.carriage = Shown()
    window.handover.ask()


def handover_code(window: Window, firm: Firm) -> None:
    """A code for the other laptop."""
    handover(window, firm)
    window.handover.code.setText("42 317 905")
    window.handover._began = time.monotonic() - 12  # noqa: SLF001
    window.handover._turn(2)  # noqa: SLF001
    window.handover._show_progress()  # noqa: SLF001


def handover_wrong(window: Window, firm: Firm) -> None:
    """A code that the other laptop does not show."""
    handover(window, firm)
    window.handover.ask_code()
    window.handover.entry.setText("42 317 906")
    window.handover.look_for.click()
    wait_idle(window)


def handover_done(window: Window, firm: Firm) -> None:
    """The file for the office is written."""
    handover(window, firm)
    window.handover._written((12, 0))  # noqa: SLF001


def handover_going(window: Window, firm: Firm) -> None:
    """A large file is taken in."""
    handover(window, firm)
    box = window.handover
    box._began, box._told = time.monotonic() - 2, (31, 80)  # noqa: SLF001
    box._busy.set()  # noqa: SLF001
    look_at = msg("Taking in {file}").of(file="2026-11-22.satchel")
    box._look.bind(box._doing.setText, look_at)  # noqa: SLF001
    box._show_progress()  # noqa: SLF001


HALF_PAST: Final = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
ARRIVING: Final = Network(
    "syncing", done=42_000, total=100_000, bytes=5_300_000, left=21.0, first=True, usable=False
)
NETWORKS: dict[str, Network] = {
    **{key: Network(key) for key in SAYINGS},
    "waiting": Network("waiting", until=HALF_PAST),
    "offline": Network("offline", until=HALF_PAST),
    "metered": Network("online", metered=True),
}
COPIES: dict[str, Network] = {
    "arriving": ARRIVING,
    "usable": replace(ARRIVING, usable=True),
    "indexing": replace(ARRIVING, usable=True, indexing=True, done=81_000),
    "stopped": replace(ARRIVING, key="paused", left=None),
}


def new_customer(window: Window, firm: Firm) -> None:
    """The card for a new customer, refused."""
    render(window)
    window.ask_new("customer")
    window.new.make.click()


def inbox(window: Window, firm: Firm) -> None:
    """A conflict with both values."""
    window.go("inbox")
    page = window.page()
    assert isinstance(page, InboxPage)
    page.look_at(1)


def echo(window: Window, firm: Firm) -> None:
    """A day and an amount as people type them, said back before they are saved."""
    window.ask_new("opportunity")
    card = window.new
    for name, text in (("name", "二期空压站扩建"), ("amount", "36.9万"), ("close_on", "下周二")):
        unfinished.put(card.editors[name], text)
    card.editors["close_on"].setFocus()


def to_ask(window: Window, firm: Firm) -> None:
    """What is still to be asked, and why a value is so."""
    window.open_record("customer", firm.customers[0])
    render(window)
    page = window.page()
    assert isinstance(page, RecordPage)
    page.facts.explain(page.facts.facts["grade"])


def said(window: Window, firm: Firm) -> None:
    """Comments on a customer."""
    window.open_record("customer", firm.customers[0])
    page = window.page()
    assert isinstance(page, RecordPage)
    page.which.button("comments").click()
    store = window.desk.store
    with store.reading() as session:
        there = session.query(Comment).count()
    if not there:
        with store.work(store.me(), "comment.new") as work:
            for author, names, text in (
                ("沈清", ["林一鸣"], "@林一鸣 R2 的价格先别松口，周三我和张总通电话。"),
                ("林一鸣", [], "他们更在意交期，价格还有余地。"),
            ):
                made = Comment(customer_id=firm.customers[0], of="customer", of_id=firm.customers[0])
                made.text, made.author, made.mentions, made.said_at = text, author, names, now()
                work.add(made)
    page.fill()


def key_sheet(window: Window, firm: Firm) -> None:
    """All keys."""
    customers(window, firm)
    render(window)
    window.doing.show_keys()


def acting(window: Window, firm: Firm) -> None:
    """A sentence with a day in the palette."""
    customers(window, firm)
    render(window)
    window.open_palette()
    window.palette_box.entry.setText("跟进 张总 下周二" if window.desk.store else "")


def hidden(window: Window, firm: Firm) -> None:
    """Names and amounts hidden."""
    customers(window, firm)
    render(window)
    window._look.private = True  # noqa: SLF001
    window._look.changed.emit()  # noqa: SLF001


def reminder(window: Window, firm: Firm) -> None:
    """A task whose moment has come."""
    customers(window, firm)
    render(window)
    one = Reminder("task", firm.customers[0], "约用印时间", "苏州星河精密机械有限公司", now())
    window.doing.notices._take([one])  # noqa: SLF001


def crashed(window: Window, firm: Firm) -> None:
    """The page after a mistake of the program."""
    customers(window, firm)
    render(window)
    try:
        raise ZeroDivisionError("of a customer")
    except ZeroDivisionError as error:
        window.doing.crash.tell(error)


def tray(window: Window, firm: Firm) -> None:
    """An import under way."""
    customers(window, firm)
    render(window)
    one = Running(msg("Importing {file}").of(file="客户名单 2026.xlsx"))
    one._begun -= 9  # noqa: SLF001
    one.progress(18_500, 50_000)
    window.doing.tray.add(one)
    window.doing.tray._fill()  # noqa: SLF001


def practice(window: Window, firm: Firm) -> None:
    """The practice tour, two steps done."""
    customers(window, firm)
    render(window)
    window.doing.practise()
    card = window.doing.practice
    assert card is not None
    card.done = 2
    card._fill()  # noqa: SLF001
    card._timer.stop()  # noqa: SLF001


def settings_below(window: Window, firm: Firm) -> None:
    """The settings about reminders, keys and what leaves."""
    window.go("settings")
    render(window)
    page = window.page()
    assert isinstance(page, SettingsPage)
    area = page.findChild(QScrollArea)
    assert area is not None
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum() - 260)


def toast(window: Window, firm: Firm) -> None:
    """What was just done."""
    customers(window, firm)
    render(window)
    window.toast.tell(msg("{what} added").of(what=msg("Customer")))


WINDOWS: dict[str, Callable[[Window, Firm], None]] = {
    "today": board("today"),
    "dashboard": board("dashboard"),
    "customers": customers,
    "customer": customer,
    "files": files,
    "file_viewer": file_viewer,
    **{
        f"list_{key}": place(key)
        for key in ("contact", "opportunity", "quote", "product", "task", "interaction")
    },
    "nothing_matches": nothing_matches,
    **list_shots.LISTS,
    "quote_editor": quote,
    "quote_why": quote_why,
    "palette": palette,
    "outbox": outbox,
    "outbox_chosen": outbox_chosen,
    "outbox_decide": outbox_decide,
    "outbox_empty": outbox_empty,
    "clash": clash,
    "clash_several": clash_several,
    "clash_cell": clash_cell,
    "clash_discount": clash_discount,
    **{f"network_{key}": network(state) for key, state in NETWORKS.items()},
    **{f"first_copy_{key}": first_copy(state) for key, state in COPIES.items()},
    "bulk": bulk,
    "bulk_sums": bulk_sums,
    "bulk_clash": bulk_clash,
    "handover": handover,
    "handover_code": handover_code,
    "handover_wrong": handover_wrong,
    "handover_going": handover_going,
    "handover_done": handover_done,
    "share_box": share_box,
    "quote_files": quote_files,
    "new_customer": new_customer,
    "toast": toast,
    "inbox_empty": place("inbox"),
    "inbox": inbox,
    **{f"inbox_{kind}": matters.shown(kind) for kind in matters.ONE_OF_EACH},
    "settings": place("settings"),
    "settings_below": settings_below,
    "echo": echo,
    "to_ask": to_ask,
    "said": said,
    "key_sheet": key_sheet,
    "acting": acting,
    "reminder": reminder,
    "crashed": crashed,
    "tray": tray,
    "practice": practice,
    "hidden": hidden,
    "held_line": held_line,
    "held_list": held_list,  # the last: what is held stays held
}


def render(widget: QWidget, size: QSize = SIZE) -> None:
    """Lay a screen out as it would be seen, without showing a window."""
    widget.resize(size)
    widget.show()
    for _ in range(3):
        QApplication.processEvents()


def looks(languages: str, themes: str, scale: int) -> Iterator[tuple[str, Look]]:
    """One look per language and theme with the end of its file name."""
    for language in languages.split(","):
        for theme in themes.split(","):
            look = Look(theme_name=theme, language=language, scale=scale)
            look.dress()
            yield f"{language}_{theme}", look


def main(arguments: list[str] | None = None) -> int:
    """Write the pictures and say how many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("shots"))
    parser.add_argument("--only", default="")
    parser.add_argument("--languages", default="zh,en")
    parser.add_argument("--themes", default="light,dark")
    parser.add_argument("--scale", type=int, default=100)
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    wanted = options.only.split(",") if options.only else [*SCREENS, *WINDOWS]
    count = 0
    with tempfile.TemporaryDirectory() as folder, stores.opened(Path(folder), clock=now) as store:
        firm = Firm(store).found()
        for name in wanted:
            if name == "inbox":  # from here on there is something to decide
                conflict(store, firm)
            for ending, look in looks(options.languages, options.themes, options.scale):
                screen = SCREENS[name](look) if name in SCREENS else None
                desk = None
                if screen is None:
                    desk = Desk(store, Runner())
                    window = Window(look, desk)
                    render(window)
                    WINDOWS[name](window, firm)
                    screen = window
                render(screen)
                wait(screen)
                screen.grab().save(str(options.out / f"{name}_{ending}.png"))
                screen.close()
                if desk is not None:
                    desk.close()
                screen.deleteLater()
                app.sendPostedEvents(screen, QEvent.Type.DeferredDelete)  # without a loop nobody else does
                app.processEvents()
                count += 1
    sys.stdout.write(f"{count} pictures in {options.out}\n")
    return 0


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def wait_idle(window: Window) -> None:
    """Until every answer that was asked for is on the screen."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and not window.desk.runner.idle():
        QApplication.processEvents()
        time.sleep(0.01)
    QApplication.processEvents()


def wait(screen: QWidget) -> None:
    """Until what runs beside the window has come home."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        QApplication.processEvents()
        time.sleep(0.02)
        page = screen.page() if isinstance(screen, Window) else None
        if not isinstance(page, QuotePage) and time.monotonic() > deadline - 4.8:
            break
        if isinstance(page, QuotePage) and page.preview.pages.images:
            break
    QApplication.processEvents()


if __name__ == "__main__":
    raise SystemExit(main())
