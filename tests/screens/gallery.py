"""Every building block in every state on one page: `python -m tests.screens.gallery --out DIR`."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QPointF, QRect, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from desktop.models.record import RECORDS
from desktop.models.records import Customer, Product, Task
from desktop.views import paint
from desktop.views.buttons import Button, Segments, Tab
from desktop.views.compose import Avatar, Chip, Keys, column, holding, label, region, row
from desktop.views.editors import editor_for
from desktop.views.empty import Empty
from desktop.views.frame import Secret
from desktop.views.look import Look
from desktop.views.messages import MessageBar
from desktop.views.status import NetworkChip
from desktop.words import Message, msg, verbatim
from tests.screens.staging import looks, render

SIZE = QSize(1440, 1180)
KINDS = ("primary", "plain", "flat", "filter", "active_filter", "dashed", "search")


class Drawn(QWidget):
    """What is only painted: rings, boxes, progress, keys."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setFixedHeight(look.px(90))

    def paintEvent(self, event: QPaintEvent) -> None:
        """One row each."""
        look = self._look
        painter = QPainter(self)
        for place in range(6):
            paint.paint_stage_ring(painter, look, QPointF(20 + 30 * place, 14), place / 6)
        paint.paint_stage_ring(painter, look, QPointF(210, 14), 1, end="won")
        paint.paint_stage_ring(painter, look, QPointF(240, 14), 1, end="lost")
        for place, checked in enumerate((False, True)):
            paint.paint_check(painter, look, QRect(280 + 30 * place, 0, 28, 28), checked=checked)
            paint.paint_radio(painter, look, QRect(350 + 30 * place, 0, 28, 28), checked=checked)
        paint.paint_progress(painter, look, QRect(16, 40, 200, 5), 0.6)
        paint.paint_badge(painter, look, QPointF(240, 42))
        long = "永磁变频两级压缩螺杆机 Two-stage PM VSD"
        for place, width in enumerate((420, 300, 160)):
            box = QRect(16 + 440 * place, 58, width, 24)
            paint.paint_yielding(painter, look, box, long, ["SAT-75V", "75 kW"])


def editors(look: Look) -> Iterator[tuple[Message, QWidget]]:
    """One editor of each kind of field."""
    for cls, name, value in (
        (Customer, "name", "星河精密"),
        (Customer, "grade", "vip"),
        (Customer, "credit", 50_000_000),
        (Customer, "next_on", None),
        (Customer, "tags", ["空压机", "二期"]),
        (Customer, "remark", "现有 2 台 55 kW 定频机"),
        (Product, "tax_percent", None),
        (Product, "active", True),
        (Task, "remind_at", None),
        (Task, "customer_id", None),
    ):
        described = RECORDS[cls.__tablename__].fields()[name]
        yield described.label, editor_for(look, described, value, "", lambda _kind, _text: ())
    wrong = editor_for(look, Customer.fields()["email"], "no address", "", lambda _kind, _text: ())
    wrong.setProperty("invalid", True)
    yield Customer.fields()["email"].label, wrong
    off = editor_for(look, Customer.fields()["phone"], "138 1290 8866", "", lambda _kind, _text: ())
    off.setEnabled(False)
    yield Customer.fields()["phone"].label, off
    yield msg("Passphrase"), Secret(look, msg("Passphrase"))


def gallery(look: Look) -> QWidget:
    """The page."""
    page = region("surface")
    buttons = [Button(look, msg("Issue"), kind=kind, icon="plus", keys="F9") for kind in KINDS]
    grey = Button(look, msg("Issue"), kind="primary", icon="file-check", keys="F9")
    grey.refuse(msg("No line yet: add a product first."))
    alone = Button(look, icon="ellipsis", name=msg("More"))
    tones = ("neutral", "accent", "good", "warn", "bad")
    chips = [Chip(look, msg("Draft"), tone) for tone in tones]
    people = [Avatar(look, name, name, person=True) for name in ("林一鸣", "Lin Yiming", "孙博", "Zoë Å")]
    firms = [Avatar(look, name, name) for name in ("苏州星河精密机械有限公司", "Acme Ltd", "昆山明泰电子")]
    network = [NetworkChip(look) for _ in range(4)]
    for chip, state in zip(network, ("offline", "online", "syncing", "alone"), strict=True):
        chip.show_state(state, 12)
        chip.setFixedHeight(look.px(24))
    tab = Tab(look, msg("All"))
    tab.setChecked(True)
    tab.show_count("164")
    tab.setFixedHeight(look.px(44))
    bar = MessageBar(look)
    bar.tell(msg("This {what} is no longer on this laptop.").of(what=msg("Customer")))
    grid = QGridLayout()
    for place, (words, editor) in enumerate(editors(look)):
        made = holding(column(look, label(look, words, size="small", ink="ink_2"), editor, gap=2))
        grid.addWidget(made, place // 5, place % 5)
    sizes = [
        label(look, verbatim(f"Aa 行囊 {name}"), size=name) for name in ("small", "body", "title", "figure")
    ]
    why = msg("None of them is in this view.")
    empties = [
        Empty(look, "file-text", msg("Nothing to decide"), why, hint=msg("Everything was sent")),
        Empty(look, "search-x", msg("Nothing matches"), why, button=msg("Show all"), button_icon="funnel-x"),
    ]
    links = [Button(look, msg("Use the recovery sheet"), kind=kind) for kind in ("link", "quiet_link")]
    segments = Segments(look, [("a", msg("Light")), ("b", msg("Dark"))], current="a", name=msg("Theme"))
    parts = (
        bar,
        row(look, *buttons, *links, None, gap=10),
        row(look, grey, alone, segments, tab, None, gap=12),
        row(look, *chips, *network, Keys(look, "Ctrl+Shift+Q"), None, gap=10),
        row(look, *people, *firms, *sizes, None, gap=12),
        Drawn(look),
        holding(grid),
        row(look, *empties, gap=12),
        None,
    )
    page.setLayout(column(look, *parts, gap=14, edge=(20, 12, 20, 12)))
    return page


def main() -> int:
    """Write the page in both languages and all themes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("shots"))
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    for ending, look in looks("zh,en", "light,dark,high_contrast", 100):
        page = gallery(look)
        render(page, SIZE)
        page.grab().save(str(out / f"gallery_{ending}.png"))
        page.close()
        page.deleteLater()
        app.processEvents()
    print(f"6 pictures in {out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
