"""The places of the rail, and what lies over every one of them: palette, keys, toast, tray, reminders."""

from datetime import timedelta

from desktop.models.records import Opportunity
from desktop.services.reminders import Reminder
from desktop.views.inbox import InboxPage
from desktop.views.running import Running
from desktop.views.settings_page import SECTIONS, SettingsPage
from desktop.views.window import Window
from desktop.words import msg
from tests.screens import matters
from tests.screens.list_shots import customers
from tests.screens.sample import Firm
from tests.screens.staging import Show, now, render, wait_idle


def place(key: str) -> Show:
    """A place of the rail."""
    return lambda window, _firm: window.go(key)


def board(key: str) -> Show:
    """Today or the dashboard, with its figures."""

    def show(window: Window, firm: Firm) -> None:
        a_year(window, firm)
        window.go(key)
        wait_idle(window)

    return show


def a_year(window: Window, firm: Firm) -> None:
    """Deals that were won and lost, as a firm of a year has them; none in an empty vault."""
    with window.desk.store.reading() as session:
        if not firm.customers or session.query(Opportunity).where(Opportunity.stage == "won").count():
            return
    today = now().astimezone().date()
    reasons = ("价格", "价格", "交期", "技术不符", "项目搁置", "价格")
    for place in range(26):
        lost = place % 4 == 3
        firm.new(
            "opportunity",
            name="空压站节能改造",
            customer_id=firm.customers[place % len(firm.customers)],
            amount=6_400_000 + place * 7_919_000 % 23_000_000,
            stage="lost" if lost else "won",
            loss_reason=reasons[place // 4] if lost else "",
            close_on=today - timedelta(days=place * 16),
        )


def inbox(window: Window, firm: Firm) -> None:
    """A conflict with both values."""
    window.go("inbox")
    page = window.page()
    assert isinstance(page, InboxPage)
    page.look_at(1)


def palette(window: Window, firm: Firm) -> None:
    """The palette with an answer."""
    customers(window, firm)
    render(window)
    window.open_palette()
    window.palette_box.entry.setText("xhjm")


def acting(window: Window, firm: Firm) -> None:
    """A sentence with a day in the palette."""
    customers(window, firm)
    render(window)
    window.open_palette()
    window.palette_box.entry.setText("跟进 张总 下周二" if window.desk.store else "")


def key_sheet(window: Window, firm: Firm) -> None:
    """All keys."""
    customers(window, firm)
    render(window)
    window.doing.show_keys()


def toast(window: Window, firm: Firm) -> None:
    """What was just done."""
    customers(window, firm)
    render(window)
    window.toast.tell(msg("{what} added").of(what=msg("Customer")))


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
    render(window, window.size())
    window.doing.practise()
    card = window.doing.practice
    assert card is not None
    card.done = 2
    card._fill()  # noqa: SLF001
    card._timer.stop()  # noqa: SLF001
    card.pointer.point(card._spoken_of())  # noqa: SLF001


def hidden(window: Window, firm: Firm) -> None:
    """Names and amounts hidden."""
    customers(window, firm)
    render(window)
    window._look.private = True  # noqa: SLF001
    window._look.changed.emit()  # noqa: SLF001


def settings(key: str, wanted: str = "") -> Show:
    """One page of the settings, or what a word finds on all of them."""

    def show(window: Window, firm: Firm) -> None:
        window.go("settings")
        page = window.page()
        assert isinstance(page, SettingsPage)
        page.turn(key)
        page.finder.setText(wanted)

    return show


PLACES: dict[str, Show] = {
    "today": board("today"),
    "dashboard": board("dashboard"),
    **{
        f"list_{key}": place(key)
        for key in ("contact", "opportunity", "quote", "product", "task", "interaction")
    },
    **{f"settings_{section.key}": settings(section.key) for section in SECTIONS},
    "settings_found": settings("look", "office"),
}
INBOX: dict[str, Show] = {
    "inbox_empty": place("inbox"),
    "inbox": inbox,
    **{f"inbox_{kind}": matters.shown(kind) for kind in matters.ONE_OF_EACH if kind != "held"},
}
OVER: dict[str, Show] = {
    "palette": palette,
    "acting": acting,
    "key_sheet": key_sheet,
    "toast": toast,
    "reminder": reminder,
    "crashed": crashed,
    "tray": tray,
    "practice": practice,
    "hidden": hidden,
}
