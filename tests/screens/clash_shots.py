"""What a person sees when somebody else changed the same value meanwhile."""

from decimal import Decimal

from desktop.services.clashes import Clash, Clashed
from desktop.views.form import Fact
from desktop.views.quote_table import Typed
from desktop.views.quotes import QuotePage
from desktop.views.window import Window
from tests.screens.quote_shots import quote
from tests.screens.record_shots import customer
from tests.screens.sample import Firm
from tests.screens.staging import Show, now, render


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
    before = "账期：30 % 先结，70 % 到货结。\n税票：增值税专用发票。\n送到：苏州工业园区 3 号门。"
    theirs = before.replace("30 % 先结，70 %", "50 % 先结，50 %")
    mine = before.replace("30 % 先结，70 %", "20 % 先结，80 %") + "\n联系：张建国。"
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


CLASHES: dict[str, Show] = {
    "clash": clash,
    "clash_several": clash_several,
    "clash_cell": clash_cell,
    "clash_discount": clash_discount,
}
