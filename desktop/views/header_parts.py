"""What a page lends to the window's header: parked in the page while another page is shown."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.views.buttons import Button


def park(part: QWidget, page: QWidget) -> None:
    """Keep a part hidden in its page; without a parent it would be a window of its own."""
    part.hide()
    part.setParent(page)
    part.setProperty("parked", True)


def lend(part: QWidget) -> None:
    """Show a part in the header, if its page wants it seen."""
    part.setProperty("parked", False)
    part.setVisible(part.property("wanted") is not False)


def want(part: QWidget, on: bool) -> None:
    """Say whether a part is to be seen, now or when it is lent."""
    part.setProperty("wanted", on)
    if part.property("parked") is False:
        part.setVisible(on)


def fit_search(search: Button, narrow: bool, room: int, *sides: QHBoxLayout) -> None:
    """The search is its glass alone where the page's own parts have no room beside it."""
    search.shrink(False)
    used = sum(side.sizeHint().width() for side in sides) + search.sizeHint().width()
    search.shrink(narrow or used > room)


def give_back(layout: QHBoxLayout, page: QWidget) -> None:
    """Take header parts out; they belong to their page, come back with it and go with it."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            park(widget, page)
