"""Every screen as pictures, with languages, themes, sizes and fills to choose; `--help` says how."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QApplication, QWidget

from desktop.models.store import Store
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.runner import Runner
from desktop.views.window import Window
from tests.screens.bulk_shots import BULK
from tests.screens.bundle_shots import BUNDLES
from tests.screens.clash_shots import CLASHES
from tests.screens.contract_shots import CONTRACTS
from tests.screens.coupon_shots import COUPONS
from tests.screens.customer_shots import CUSTOMER
from tests.screens.directory_shots import DECIDED, DIRECTORY
from tests.screens.fill_shots import EMPTY, FULL
from tests.screens.fills import vault
from tests.screens.import_shots import IMPORTS
from tests.screens.link_shots import LINKS
from tests.screens.list_shots import LISTS
from tests.screens.mail_shots import MAILS
from tests.screens.office_shots import HELD, OFFICE
from tests.screens.order_shots import ORDERS
from tests.screens.outbox_shots import OUTBOX
from tests.screens.price_shots import PRICES
from tests.screens.quiet_shots import QUIET
from tests.screens.quote_shots import QUOTES
from tests.screens.record_shots import RECORDS
from tests.screens.rule_shots import APPROVAL_RULES
from tests.screens.sample import Firm, conflict
from tests.screens.staging import Build, Show, fresh_lists, looks, render, wait
from tests.screens.template_shots import TEMPLATES
from tests.screens.window_shots import INBOX, OVER, PLACES

SCREENS: dict[str, Build] = {**QUIET, **CUSTOMER}
WINDOWS: dict[str, Show] = {
    **PLACES,
    **LISTS,
    **RECORDS,
    **QUOTES,
    **OUTBOX,
    **CLASHES,
    **OFFICE,
    **BULK,
    **IMPORTS,
    **DIRECTORY,
    **OVER,
    **INBOX,
    **DECIDED,
    **PRICES,
    **MAILS,
    **BUNDLES,
    **COUPONS,
    **TEMPLATES,
    **LINKS,
    **ORDERS,
    **APPROVAL_RULES,
    **CONTRACTS,
    **HELD,
}
"""By name; the last of them leave something behind that the others would show."""


BY_FILL: dict[str, dict[str, Show]] = {"empty": EMPTY, "typical": WINDOWS, "full": FULL}


def asked(arguments: list[str] | None) -> argparse.Namespace:
    """What is to be shown, and how; without a word the whole of it in a small firm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("shots"))
    parser.add_argument("--screens", "--only", default="", help="names with commas; `list_*` takes all such")
    parser.add_argument("--languages", default="zh,en")
    parser.add_argument("--themes", default="light,dark", help="and high_contrast")
    parser.add_argument("--sizes", default="1440x900", help="such as 1440x900,1280x720")
    parser.add_argument("--fill", default="typical", help="empty,typical,full")
    parser.add_argument("--text", type=int, default=100, help="percent, 80 to 200")
    parser.add_argument("--scale", default="1", help="pixels of the screen for one of the window: 1 or 2")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Write the pictures and say how many."""
    options = asked(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    os.environ["QT_SCALE_FACTOR"] = options.scale
    app = QApplication.instance() or QApplication(sys.argv[:1])
    count = 0
    for fill in options.fill.split(","):
        for name, store, firm in staged(wanted(options.screens, fill), fill):
            for size, (ending, look) in product(
                options.sizes.split(","), looks(options.languages, options.themes, options.text)
            ):
                look.dress()
                words = (name, *special(options, fill, size), ending)
                screen, desk = put_up(name, fill, look, store, firm, QSize(*map(int, size.split("x"))))
                screen.grab().save(str(options.out / f"{'_'.join(words)}.png"))
                screen.close()
                if desk is not None:
                    desk.close()
                screen.deleteLater()
                app.sendPostedEvents(screen, QEvent.Type.DeferredDelete)  # without a loop nobody else does
                app.processEvents()
                count += 1
    sys.stdout.write(f"{count} pictures in {options.out}\n")
    return 0


def wanted(screens: str, fill: str) -> list[str]:
    """The names of a fill, in their order; with patterns those that fit one."""
    there = [*(SCREENS if fill == "typical" else ()), *BY_FILL[fill]]
    patterns = screens.split(",") if screens else ["*"]
    return [name for name in there if any(fnmatchcase(name, pattern) for pattern in patterns)]


def staged(names: list[str], fill: str) -> Iterator[tuple[str, Store, Firm]]:
    """Each name with the vault it is shown with; where there is nothing, each has its own."""
    if fill == "empty":
        for name in names:
            with tempfile.TemporaryDirectory() as folder, vault(fill, Path(folder)) as (store, firm):
                yield name, store, firm
    elif names:
        with tempfile.TemporaryDirectory() as folder, vault(fill, Path(folder)) as (store, firm):
            for name in names:
                if name == "inbox":  # from here on there is something to decide
                    conflict(store, firm)
                yield name, store, firm


def put_up(
    name: str, fill: str, look: Look, store: Store, firm: Firm, size: QSize
) -> tuple[QWidget, Desk | None]:
    """A screen as it would be seen, with the desk it is to be closed with."""
    if name in SCREENS:
        screen = SCREENS[name](look)
        render(screen, size)
        wait(screen)
        return screen, None
    fresh_lists(store)
    desk = Desk(store, Runner())
    window = Window(look, desk)
    render(window, size)
    BY_FILL[fill][name](window, firm)
    render(window, size)
    wait(window)
    return window, desk


def special(options: argparse.Namespace, fill: str, size: str) -> Iterator[str]:
    """What is not usual of a picture, for its name."""
    if fill != "typical":
        yield fill
    if size != "1440x900":
        yield size
    if options.text != 100:
        yield f"{options.text}%"
    if options.scale != "1":
        yield f"{options.scale}x"


if __name__ == "__main__":
    raise SystemExit(main())
