"""The pages that are neither lists nor records, Today, the dashboard, imports: how the window makes them."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtWidgets import QWidget

from desktop.documents.chart_marks import Rows
from desktop.views.approvals.rules import KEY, RulesPage
from desktop.views.contracts.page import ContractPage
from desktop.views.dashboard import DashboardPage
from desktop.views.importing.page import ImportPage
from desktop.views.list_page import ListPage
from desktop.views.look import Look
from desktop.views.quotes import QuotePage
from desktop.views.rail import Place
from desktop.views.today import TodayPage
from desktop.words import msg

if TYPE_CHECKING:
    from desktop.views.window import Window

Board = TodayPage | DashboardPage | ImportPage | RulesPage
TODAY: Final = Place("today", msg("Today"), "sun")
DASHBOARD: Final = Place("dashboard", msg("Dashboard"), "chart-column")
IMPORT: Final = Place("import", msg("Import"), "upload")
RULES: Final = Place(KEY, msg("Approval rules"), "shield-check")
Whole = QuotePage | ContractPage
WHOLE: Final[dict[str, type[QuotePage | ContractPage]]] = {"quote": QuotePage, "contract": ContractPage}
"""Records with a page of their own making."""
KEYS: Final = (TODAY.key, DASHBOARD.key, IMPORT.key, RULES.key)


def make(window: "Window", look: Look, key: str) -> QWidget:
    """The page of a board, joined to the window."""
    if key == IMPORT.key:
        return _import_page(window, look)
    if key == RULES.key:
        rules = RulesPage(look, window.desk)
        rules.opened.connect(window.open_record)
        rules.figures.connect(window.status.figures.show_figures)
        return rules
    page: TodayPage | DashboardPage
    if key == TODAY.key:
        page = TodayPage(look, window.desk)
        page.opened.connect(partial(_open, window))
        page.counted.connect(partial(window.side.places.show_count, TODAY.key))
    else:
        page = DashboardPage(look, window.desk)
    page.wanted.connect(window.ask_new)
    page.figures.connect(window.status.figures.show_figures)
    page.shown_rows.connect(partial(show_rows, window))
    return page


def whole(window: "Window", look: Look, kind: str, record_id: UUID) -> QuotePage | ContractPage:
    """The page of a quote or a contract, joined to the window."""
    page = WHOLE[kind](look, window.desk, record_id)
    page.opened.connect(window.open_record)
    page.figures.connect(window.status.figures.show_figures)
    page.header_changed.connect(window.renew_header)
    return page


def _import_page(window: "Window", look: Look) -> QWidget:
    page = ImportPage(look, window.desk)
    page.file_wanted.connect(window.ask_import)
    page.shown_list.connect(window.go)
    page.recalled.connect(partial(window.go, IMPORT.key))
    page.figures.connect(window.status.figures.show_figures)
    return page


def bring_in(window: "Window", path: Path) -> None:
    """The page of imports with a file."""
    window.go(IMPORT.key)
    page = window.page()
    if isinstance(page, ImportPage):
        page.take(path)


def _open(window: "Window", kind: str, record: object) -> None:
    if kind == "inbox":
        window.go("inbox")
    else:
        window.open_record(kind, record)  # type: ignore[arg-type]


def show_rows(window: "Window", rows: Rows | None) -> None:
    """The list of a type with just the rows behind a figure."""
    if rows is None:
        return
    window.go(rows.kind)
    page = window.page()
    if isinstance(page, ListPage):
        page.show_view(page.spec.views[0].key)
        page.show_otherwise(where=rows.where, face="list", by="")
