"""What a list and its calendar say where they have no record: that there is none yet, or that none passes."""

from typing import TYPE_CHECKING

from desktop.models.record import RECORDS
from desktop.views.empty import Empty
from desktop.views.look import Look
from desktop.views.phrases import inside
from desktop.words import msg

if TYPE_CHECKING:
    from desktop.views.list_page import ListPage


def nothing_yet(look: Look, page: "ListPage") -> Empty:
    """No record of the kind: how the first comes."""
    cls = RECORDS[page.kind]
    return Empty(
        look,
        page.spec.icon,
        msg("No {what} yet").of(what=inside(cls.__plural__)),
        page.spec.why_empty,
        button=msg("New {what}").of(what=inside(cls.__label__)),
        primary=True,
        on_click=lambda: page.wanted.emit(page.kind),
        hint=page.spec.other_way,
    )


def nothing_matches(look: Look, page: "ListPage") -> Empty:
    """None passes the filters: the way to take them off."""
    return Empty(
        look,
        "search-x",
        msg("Nothing matches"),
        msg("None of them passes these filters."),
        button=msg("Clear filters"),
        button_icon="funnel-x",
        on_click=page.clear_filters,
    )
