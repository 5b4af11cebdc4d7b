"""A file on its way in: its columns and rows, cards, rows that are here, what others changed, and no file."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from desktop.services.bulk import Report
from desktop.services.clashes import Clash, Clashed
from desktop.services.import_updates import Change
from desktop.views.importing.page import ImportPage
from desktop.views.list_page import ListPage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.screens.staging import Show, now, render, until, wait_idle

HEADS = "公司全称,联系人,手机/电话,省市,邮箱,税号,信用额度(万),等级,上次拜访,备注2"
STRANGERS = (
    "苏州恒力液压有限公司,陈晓峰,13912345566,江苏省苏州市,chen@hengli.cn,91320594MA1XH7K26L,12.6,A,2026/3/8,",
    "昆山明泰电子有限公司,吴倩,13771208834,江苏省昆山市,wu@mingtai.cn,,9.73,A,2026/9/30,",
    "无锡凯达机电,周扬,1380616227,江苏省无锡市,zhou@kaida.cn,,4.85,B,2026/5/19,",
    "镇江恒通汽配有限公司,周敏,13395110268,江苏省镇江市,,,11.86,B,2026/10/12,",
    "常熟永丰印刷,,0512-5277 1180,江苏省常熟市,,,,C,,",
    "张家港沙洲纺机,郑伟,13962387701,江苏省张家港市,zheng at szfj.cn,,22,A,2026-13-02,",
    "吴江震泽丝绸,沈慧,13656201147,江苏省苏州市,,,3.64,C,2025/12/20,",
    ",,,江苏省太仓市,,,6.4,,,只有城市",
    "江阴长电封测,徐静,13861600953,江苏省江阴市,,,312.6万,VIP,2026/8/15,",
)


def bring(window: Window, name: str, text: str, encoding: str = "utf-8-sig") -> ImportPage:
    """A file is dropped and looked at."""
    path = Path(tempfile.mkdtemp(prefix="shot")) / name
    path.write_bytes(text.encode(encoding))
    window.go("import")
    page = window.page()
    assert isinstance(page, ImportPage)
    page.leave()
    window.desk.bring_in(path)
    until(lambda: page.ahead is not None)
    shutil.rmtree(path.parent)
    wait_idle(window)
    render(window)
    return page


def columns(window: Window, firm: Firm) -> None:
    """A stranger's table: columns of many kinds, some rows that cannot come in as they are."""
    page = _list(window)
    known = [each for each in map(page.table.row_at, range(2)) if each is not None]
    lines = [f"{_name(each)},,,江苏省苏州市,info@{place}.cn,,,B,," for place, each in enumerate(known)]
    made = bring(window, "华东客户名单.csv", "\r\n".join([HEADS, *lines, *STRANGERS]), "gb18030")
    made.columns.look_at(6)
    wait_idle(window)


def known_rows(window: Window, firm: Firm) -> None:
    """A file of which some rows are here already, brought up to date."""
    page = _list(window)
    lines = ["客户名称,城市,等级,备注"]
    found = [each for each in map(page.table.row_at, range(5)) if each is not None]
    for place, each in enumerate(found):
        record: Any = each.record
        lines.append(f"{record.name},{'镇江' if place % 2 else record.city},{'A' if place == 1 else ''},")
    lines += ["常州联合机电有限公司,常州,B,展会上认识", "上海启明仪表有限公司,上海,,", ",,,只有备注"]
    made = bring(window, "客户名单.csv", "\r\n".join(lines))
    made.beside.hows.button("update").click()
    until(lambda: made.ahead is not None and bool(made.ahead.update.records()))
    wait_idle(window)


def known_clash(window: Window, firm: Firm) -> None:
    """The same; a row was changed by a colleague between the preview and the button."""
    known_rows(window, firm)
    made = window.page()
    assert isinstance(made, ImportPage)
    assert made.ahead is not None
    plan = made.ahead.update
    clashes = tuple(
        Clashed("customer", line.record, (Clash(line.field, line.old, "太仓", line.new, "沈清", now()),), ())
        for line in plan.changing()
        if isinstance(line, Change) and line.field == "city"
    )
    made.meanwhile.ask(Report(plan, 3, clashes))


def a_card(window: Window, firm: Firm) -> None:
    """Cards say themselves what is what."""
    cards = "".join(
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nORG:{firm}\r\nTEL;TYPE=CELL:{tel}\r\nEND:VCARD\r\n"
        for name, firm, tel in (
            ("郑伟", "沙洲纺机", "13962387701"),
            ("沈慧", "震泽丝绸", "13656201147"),
            ("", "", ""),
        )
    )
    bring(window, "通讯录.vcf", cards)


def nothing(window: Window, firm: Firm) -> None:
    """No file yet."""
    window.go("import")
    page = window.page()
    assert isinstance(page, ImportPage)
    page.leave()
    wait_idle(window)


def _list(window: Window) -> ListPage:
    """The customers that are here."""
    window.go("customer")
    wait_idle(window)
    page = window.page()
    assert isinstance(page, ListPage)
    until(page.table.rowCount)
    return page


def _name(row: Any) -> str:
    return str(row.record.name)


IMPORTS: dict[str, Show] = {
    "import": columns,
    "import_known": known_rows,
    "import_clash": known_clash,
    "import_cards": a_card,
    "import_empty": nothing,
}
