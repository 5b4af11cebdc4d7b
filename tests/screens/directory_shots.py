"""Who works here and at which prices one sells, as lists and whole; what was decided; a line over a page."""

from desktop.models.records import Team, User
from desktop.services import matters
from desktop.services.commands import run
from desktop.views.errors import missing
from desktop.views.inbox import InboxPage
from desktop.views.window import Window
from desktop.words import msg
from tests.screens.record_shots import price_book
from tests.screens.sample import Firm, conflict
from tests.screens.staging import Show, render, wait_idle


def people(window: Window, firm: Firm) -> None:
    """Two colleagues, a team and a price book, once."""
    store = window.desk.store
    with store.reading() as session:
        if session.query(Team).where(Team.name == "华东一区").count():
            return
    with store.work(store.me(), "user.new") as work:
        team = work.add(Team(name="华东一区"))
        for name, role in (("沈清", "manager"), ("高洁", "rep")):
            work.add(User(name=name, role=role, team_id=team.id))
    price_book(window, firm)


def directory(kind: str, *, whole: bool) -> Show:
    """A list that the rail does not name, or the newest of it as a page."""

    def show(window: Window, firm: Firm) -> None:
        people(window, firm)
        if whole:
            window.open_record(kind, window.desk.recent(kind, 1)[0].id)
        else:
            window.go(kind)
        wait_idle(window)

    return show


def decided(window: Window, firm: Firm) -> None:
    """A price that was decided, on the other face of the inbox."""
    store = window.desk.store
    if not matters.decided(store):
        if not [one for one in matters.matters(store) if one.kind == "conflict"]:
            conflict(store, firm)
        price = next(each for each in matters.matters(store) if each.type == "quote_line")
        run(store, store.me(), "inbox.resolve", entry_id=price.key, side="mine")
    window.go("inbox")
    window.refresh_counts()
    page = window.page()
    assert isinstance(page, InboxPage)
    page.turn(past=True)
    wait_idle(window)


def message_bar(window: Window, firm: Firm) -> None:
    """Why something was not done."""
    window.go("customer")
    render(window, window.size())
    window.bar.tell(missing(msg("Customer")).message)


DIRECTORY: dict[str, Show] = {
    **{f"directory_{kind}": directory(kind, whole=False) for kind in ("user", "team", "price_book")},
    **{f"directory_one_{kind}": directory(kind, whole=True) for kind in ("user", "team")},
    "message_bar": message_bar,
}
DECIDED: dict[str, Show] = {"inbox_past": decided}
