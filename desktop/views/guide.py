"""The manual: bilingual pages that came with the program, opened at the page of the screen by one key."""

import re
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QListWidgetItem, QWidget

from desktop.views import keymap
from desktop.views.compose import column, holding, region, row
from desktop.views.guide_page import GuidePage
from desktop.views.index_list import KEY, Finder, IndexList
from desktop.views.look import Look
from desktop.words import RESOURCES, msg

if TYPE_CHECKING:
    from desktop.views.window import Window

FOLDER: Final = RESOURCES / "guide"
FIRST: Final = "index"
SIZE: Final = QSize(900, 680)
IDLE: Final = {"en": "five", "zh": "5"}
"""Minutes until the vault locks, as `desktop/app.py` counts them."""
PAGES: Final = {
    "first_run": "first_day",
    "unlock": "unlock",
    "today": "today",
    "dashboard": "dashboard",
    "inbox": "inbox",
    "settings": "settings",
    "record": "record",
    "quote_page": "quotes",
    "contract_page": "contracts",
    "order": "orders",
    "palette": "palette",
    "outbox": "outbox",
    "new": "typing",
    "crash": "problems",
}
"""The page of each screen; a place that is not named here is a list."""
LISTS: Final = "lists"


def names() -> list[str]:
    """Every page, in the order in which the first one names them."""
    found = re.findall(r"\]\((\w+)\.md\)", raw(FIRST, "en"))
    return [FIRST, *dict.fromkeys(found)]


def raw(name: str, language: str) -> str:
    """A page as it is written."""
    return (FOLDER / language / f"{name}.md").read_text(encoding="utf-8")


def text(name: str, language: str) -> str:
    """A page as it is read: with the keys as they are chosen on this machine."""
    keys = keymap.all_keys()
    said = re.sub(r"\{keys:(\w+)\}", lambda match: f"**{keys[match[1]] or '—'}**", raw(name, language))
    return said.replace("{idle_minutes}", IDLE[language])


def title(name: str, language: str) -> str:
    """The heading of a page."""
    return raw(name, language).partition("\n")[0].removeprefix("# ").strip()


def page_for(screen: str) -> str:
    """The page of a screen."""
    return PAGES.get(screen, LISTS)


def screen_of(window: "Window") -> str:
    """What a person is looking at."""
    from desktop.views.contracts.page import ContractPage
    from desktop.views.quotes import QuotePage
    from desktop.views.record_page import RecordPage

    floating = {
        "crash": window.doing.crash,
        "palette": window.palette_box,
        "new": window.new,
        "outbox": window.outbox,
    }
    for name, widget in floating.items():
        if widget.isVisible():
            return name
    page = window.page()
    if isinstance(page, QuotePage):
        return "quote_page"
    if isinstance(page, ContractPage):
        return "contract_page"
    if isinstance(page, RecordPage):
        return "order" if page.kind == "order" else "record"
    return window.trail.stops[window.trail.here].place


class Guide(QWidget):
    """A window of its own: the pages at the left, found by a word, and the page at the right."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.name = FIRST
        self.finder = Finder(look, msg("Find in the manual"))
        self.finder.textChanged.connect(self._filter)
        self.list = IndexList(look, msg("Pages of the manual"))
        self.list.currentItemChanged.connect(self._chosen)
        self.browser = GuidePage(look)
        self.browser.anchorClicked.connect(self._follow)
        look.bind(self.browser.setAccessibleName, msg("Page"))
        side = region("panel", "right")
        side.setLayout(column(look, self.finder, self.list, gap=8, edge=(12, 12, 12, 12)))
        look.bind(side.setFixedWidth, lambda: look.px(248))
        ground = region("surface")
        ground.setLayout(column(look, self.browser, gap=0, edge=(28, 16, 12, 0)))
        across = row(look, side, ground, gap=0)
        across.setStretch(1, 1)
        self.setLayout(column(look, holding(across), gap=0))
        look.bind(self.setWindowTitle, msg("Manual"))
        self.resize(SIZE)
        QShortcut(QKeySequence("Ctrl+W"), self).activated.connect(self.close)
        look.changed.connect(self._again)
        self._again()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes it."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def open_at(self, name: str) -> None:
        """Show a page, and the window in front."""
        self.finder.clear()
        self.go(name)
        self.show()
        self.raise_()
        self.activateWindow()
        self.browser.setFocus(Qt.FocusReason.OtherFocusReason)

    def go(self, name: str) -> None:
        """Another page."""
        self.name = name
        self.browser.show_page(text(name, self._look.language))
        self.list.choose(name)

    def shown(self) -> list[str]:
        """The pages that the list shows."""
        return self.list.keys()

    def _again(self) -> None:
        self._filter(self.finder.text())
        self.go(self.name)

    def _filter(self, typed: str) -> None:
        language, wanted = self._look.language, typed.casefold().split()
        self.list.blockSignals(True)
        self.list.clear()
        for name in names():
            if all(word in text(name, language).casefold() for word in wanted):
                self.list.add(name, title(name, language))
        self.list.blockSignals(False)

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.go(item.data(KEY))

    def _follow(self, url: QUrl) -> None:
        name = url.toString().removesuffix(".md")
        if url.toString().endswith(".md") and (FOLDER / "en" / f"{name}.md").exists():
            self.go(name)
        elif url.scheme() in ("http", "https", "mailto"):
            QDesktopServices.openUrl(url)
