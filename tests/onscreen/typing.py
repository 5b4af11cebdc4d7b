"""The window whose typing `kills.py` cuts off: `python -m tests.onscreen.typing PROFILE RECORD PLACE`.

It opens where somebody was typing, or the editor of the place, and says each state of it in a line of JSON.
"""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QApplication

from desktop.views import unfinished
from desktop.views.coming_back import come_back
from tests.stores import opened
from tests.views.typing_kills import _editor, _window


def editor_of(window: Any, record: UUID, place: str) -> Any:
    """Where one was typing, with what was kept of it; else the empty editor."""
    if not come_back(window):
        return _editor(window, place, record)
    QApplication.processEvents()
    page = window.page()
    if place == "new":
        return window.new.editors["name"]
    return page.note if place == "note" else page.facts.facts[place]._editor  # noqa: SLF001


def main() -> int:
    """Show the window and tell every state of the editor until somebody kills it."""
    profile, record, place = Path(sys.argv[1]), UUID(sys.argv[2]), sys.argv[3]
    with opened(profile, clock=lambda: datetime.now(UTC)) as store:
        window = _window(store)
        while not window.isActiveWindow():
            QApplication.processEvents()
            window.activateWindow()  # the screen has no window manager that would do it
            time.sleep(0.01)
        editor = editor_of(window, record, place)
        editor.setFocus()

        def tell() -> None:
            now = [unfinished.text_of(editor), unfinished.cursor_of(editor), time.monotonic()]
            sys.stdout.write(json.dumps(now) + "\n")
            sys.stdout.flush()

        unfinished.watch([editor], tell)
        QApplication.processEvents()
        tell()
        return QApplication.exec()


if __name__ == "__main__":
    sys.exit(main())
