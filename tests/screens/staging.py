"""How a screen is put up for its picture: the look, the size, and waiting until all of it is there."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from desktop.models.store import Store
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.views.quotes import QuotePage
from desktop.views.window import Window
from tests.screens.sample import Firm

SIZE = QSize(1440, 900)
SHORT = 1000
"""Milliseconds: a timer that fires sooner, once, belongs to what is still being put on the screen."""
Build = Callable[[Look], QWidget]
Show = Callable[[Window, Firm], None]


def render(widget: QWidget, size: QSize | None = None) -> None:
    """Lay a screen out as it would be seen, without showing a window; a shown one keeps its size."""
    widget.resize(size or (widget.size() if widget.isVisible() else SIZE))
    widget.show()
    for _ in range(3):
        QApplication.processEvents()


def fresh_lists(store: Store) -> None:
    """Each screen begins with lists that nobody has looked at."""
    for kind in LISTS:
        if store.local(f"list:{kind}") is not None:  # a commit each
            store.set_local(f"list:{kind}", None)


def looks(languages: str, themes: str, text: int) -> Iterator[tuple[str, Look]]:
    """One look per language and theme with the end of its file name."""
    for language in languages.split(","):
        for theme in themes.split(","):
            look = Look(theme_name=theme, language=language, scale=text)
            look.dress()
            yield f"{language}_{theme}", look


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def until(done: Callable[[], object]) -> None:
    """Until this is so; a machine may have other work."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not done():
        QApplication.processEvents()
        time.sleep(0.005)
    QApplication.processEvents()


def wait_idle(window: Window) -> None:
    """Until every answer that was asked for is on the screen, also what was put off by a moment."""
    until(lambda: window.desk.runner.idle() and not _is_put_off(window))


def _is_put_off(window: Window) -> bool:
    timers = (each for each in window.findChildren(QTimer) if each.isActive() and each.isSingleShot())
    return any(each.interval() < SHORT for each in timers)


def wait(screen: QWidget) -> None:
    """Until what runs beside the window has come home."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        QApplication.processEvents()
        time.sleep(0.02)
        page = screen.page() if isinstance(screen, Window) else None
        if not isinstance(page, QuotePage) and time.monotonic() > deadline - 4.8:
            break
        if isinstance(page, QuotePage) and page.preview.pages.images:
            break
    QApplication.processEvents()
