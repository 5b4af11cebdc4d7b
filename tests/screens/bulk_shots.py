"""A field of many records: looked at before it is changed, with sums, and with rows that others changed."""

from dataclasses import replace

from desktop.services.access import READ_ONLY
from desktop.services.bulk import Report
from desktop.services.clashes import Clash, Clashed
from desktop.views.list_page import ListPage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.screens.staging import Show, now, render, until, wait_idle


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
    until(page.table.rowCount)
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


def bulk_by(window: Window, firm: Firm) -> None:
    """A number of several opportunities changes by a formula."""
    bulk_sums(window, firm)
    page = window.page()
    assert isinstance(page, ListPage)
    panel = page.many.bulk
    assert panel._how is not None  # noqa: SLF001
    panel._how.button("by").click()  # noqa: SLF001
    panel.editor.setText("+5%")  # type: ignore[union-attr]
    panel._look_ahead()  # noqa: SLF001
    wait_idle(window)


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
    page.many.bulk.meanwhile.ask(Report(plan, 3, clashes))


BULK: dict[str, Show] = {
    "bulk": bulk,
    "bulk_sums": bulk_sums,
    "bulk_by": bulk_by,
    "bulk_clash": bulk_clash,
}
