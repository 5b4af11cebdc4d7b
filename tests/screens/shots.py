"""Every screen in two languages and two themes as pictures: `python -m tests.screens.shots --out DIR`."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from desktop.views.desk import Desk
from desktop.views.runner import Runner
from desktop.views.window import Window
from tests import stores
from tests.screens.bulk_shots import BULK
from tests.screens.clash_shots import CLASHES
from tests.screens.list_shots import LISTS
from tests.screens.office_shots import HELD, OFFICE
from tests.screens.outbox_shots import OUTBOX
from tests.screens.quiet_shots import QUIET
from tests.screens.quote_shots import QUOTES
from tests.screens.record_shots import RECORDS
from tests.screens.sample import Firm, conflict
from tests.screens.staging import Build, Show, fresh_lists, looks, now, render, wait
from tests.screens.window_shots import INBOX, OVER, PLACES

SCREENS: dict[str, Build] = {**QUIET}
WINDOWS: dict[str, Show] = {
    **PLACES,
    **LISTS,
    **RECORDS,
    **QUOTES,
    **OUTBOX,
    **CLASHES,
    **OFFICE,
    **BULK,
    **OVER,
    **INBOX,
    **HELD,
}
"""By name; the last of them leave something behind that the others would show."""


def main(arguments: list[str] | None = None) -> int:
    """Write the pictures and say how many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("shots"))
    parser.add_argument("--only", default="")
    parser.add_argument("--languages", default="zh,en")
    parser.add_argument("--themes", default="light,dark")
    parser.add_argument("--scale", type=int, default=100)
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    wanted = options.only.split(",") if options.only else [*SCREENS, *WINDOWS]
    count = 0
    with tempfile.TemporaryDirectory() as folder, stores.opened(Path(folder), clock=now) as store:
        firm = Firm(store).found()
        for name in wanted:
            if name == "inbox":  # from here on there is something to decide
                conflict(store, firm)
            for ending, look in looks(options.languages, options.themes, options.scale):
                screen = SCREENS[name](look) if name in SCREENS else None
                desk = None
                if screen is None:
                    fresh_lists(store)
                    desk = Desk(store, Runner())
                    window = Window(look, desk)
                    render(window)
                    WINDOWS[name](window, firm)
                    screen = window
                render(screen)
                wait(screen)
                screen.grab().save(str(options.out / f"{name}_{ending}.png"))
                screen.close()
                if desk is not None:
                    desk.close()
                screen.deleteLater()
                app.sendPostedEvents(screen, QEvent.Type.DeferredDelete)  # without a loop nobody else does
                app.processEvents()
                count += 1
    sys.stdout.write(f"{count} pictures in {options.out}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
