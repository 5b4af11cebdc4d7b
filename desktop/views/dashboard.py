"""The dashboard: figures of the month and charts, each of which opens its rows; exported as one PDF."""

from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QGridLayout, QLabel, QWidget

from desktop.documents.chart_marks import Drawing, Frame, Part
from desktop.models.record import RECORDS
from desktop.services import dashboard
from desktop.services.dashboard import Board
from desktop.services.figures import Scope
from desktop.views.buttons import Button, Tab
from desktop.views.charts import Chart
from desktop.views.compose import Stack, column, holding, label, region, row, scrolling
from desktop.views.desk import Desk
from desktop.views.empty import Empty
from desktop.views.look import Look
from desktop.views.phrases import inside
from desktop.views.tiles import TileStrip
from desktop.words import msg

PLACES: Final = {"forecast": (0, 0), "funnel": (0, 1), "moves": (1, 0), "reasons": (1, 1), "strip": (2, 0)}
TABS: Final = (("me", msg("Me")), ("all", msg("Everybody")))
BREATH: Final = 400


class ChartPart(QWidget):
    """One chart under its title, between hairlines."""

    def __init__(self, look: Look, part: Part, *, left: bool) -> None:
        super().__init__()
        self._look = look
        self._title = label(look, strong=True)
        self._note = label(look, size="small", ink="ink_2")
        self.part = part
        self.chart = Chart(look, part.title if not isinstance(part.title, str) else msg("Chart"), height=200)
        head = row(look, self._title, self._note, None, gap=10)
        ground = region("surface", "right" if left else "")
        ground.setLayout(column(look, head, self.chart, gap=16, edge=(20, 16, 20, 20)))
        below = region("surface", "bottom")
        below.setLayout(column(look, ground, gap=0))
        self.setLayout(column(look, below, gap=0))
        look.changed.connect(self._say)
        self.show_part(part)

    def show_part(self, part: Part) -> None:
        """Other values."""
        self.part = part
        self.chart.show_chart(self._build)
        self._say()

    def _build(self, frame: Frame) -> Drawing:
        drawing = self.part.build(frame)
        self._unit = frame.say(drawing.unit)
        return drawing

    _unit = ""

    def _say(self) -> None:
        frame_words = [self._look.text(self.part.note)]
        drawing = self.chart.drawing()
        if drawing is not None and self._unit and not drawing.empty:
            frame_words.insert(0, self._unit)
        self._title.setText(self._look.text(self.part.title))
        comma = "，" if self._look.language == "zh" else ", "
        self._note.setText(comma.join(words for words in frame_words if words))
        self._note.setToolTip(self._note.text())


class DashboardPage(QWidget):
    """Figures and charts of one scope; read off the window's thread."""

    shown_rows = Signal(object)  # Rows
    figures = Signal(object)
    wanted = Signal(str)  # a new record of this type

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        self._scope = "me"
        self.tiles = TileStrip(look)
        self.tiles.opened.connect(self.shown_rows)
        self.parts: dict[str, ChartPart] = {}
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(0)
        self._grid.setColumnStretch(0, 7)
        self._grid.setColumnStretch(1, 5)
        self._body = Stack()
        self._body.addWidget(holding(column(look, self._grid, None, gap=0)))
        self._body.addWidget(self._nothing())
        inner = QWidget()
        whole = column(look, self.tiles, self._body, gap=0)
        whole.setStretch(1, 1)
        inner.setLayout(whole)
        ground = region("surface")
        ground.setLayout(column(look, scrolling(inner), gap=0))
        self.setLayout(column(look, ground, gap=0))
        self._tabs: list[Tab] = []
        self._export: Button | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(BREATH)
        self._later.timeout.connect(self._read)
        desk.changed.connect(self._changed)

    def _nothing(self) -> Empty:
        made = Empty(
            self._look, "chart-column", msg("No figures yet"),
            msg("Deals and contacts become charts here by themselves."),
            button=msg("New {what}").of(what=inside(RECORDS["opportunity"].__label__)),
            on_click=lambda: self.wanted.emit("opportunity"), primary=True,
        )  # fmt: skip
        if made.button is not None:
            made.button.refuse(self._desk.refusal("opportunity.new", None))
        return made

    def header_parts(self) -> list[QWidget]:
        """Whose figures."""
        if not self._tabs:
            group = QButtonGroup(self)
            for key, words in TABS:
                tab = Tab(self._look, words)
                tab.clicked.connect(partial(self.show_scope, key))
                tab.setChecked(key == self._scope)
                group.addButton(tab)
                self._tabs.append(tab)
        return list(self._tabs)

    def header_actions(self) -> list[QWidget]:
        """On paper."""
        if self._export is None:
            self._export = Button(self._look, msg("Export"), icon="download")
            self._export.clicked.connect(self.ask_export)
        return [self._export]

    def show_scope(self, key: str, _on: bool = True) -> None:
        """Mine, or everybody's on this laptop."""
        self._scope = key
        self._read()

    def scope(self) -> Scope:
        """Whose records are counted."""
        return Scope(self._desk.actor.id if self._scope == "me" else None)

    def enter(self) -> None:
        """Shown again: read again."""
        at = self._desk.store.clock().astimezone()
        self.figures.emit([(msg("As of {time}, computed on this laptop").of(time=f"{at:%H:%M}"), "")])
        self._read()

    def _changed(self, keys: frozenset[tuple[str, UUID]]) -> None:
        if self.isVisible() and any(kind in ("opportunity", "interaction") for kind, _ in keys):
            self._later.start()

    def _read(self) -> None:
        self._later.stop()
        store, scope = self._desk.store, self.scope()
        self._desk.runner.read(self, "board", lambda: dashboard.board(store, scope), self._fill)

    def _fill(self, board: Board) -> None:
        self.tiles.show_tiles(board.tiles)
        for key, part in board.parts.items():
            known = self.parts.get(key)
            if known is not None:
                known.show_part(part)
                continue
            line, place = PLACES[key]
            made = self.parts[key] = ChartPart(self._look, part, left=place == 0 and key != "strip")
            made.chart.opened.connect(self.shown_rows)
            self._grid.addWidget(made, line, place, 1, 2 if key == "strip" else 1)
        drawings = [part.chart.drawing() for part in self.parts.values()]
        bare = all(drawing is None or drawing.empty for drawing in drawings)
        self._body.setCurrentIndex(1 if bare else 0)

    def notes(self) -> list[QLabel]:
        """The words beside the titles, for tests."""
        return [part.findChildren(QLabel)[1] for part in self.parts.values()]

    def ask_export(self) -> None:
        """Choose a PDF."""
        title = self._look.text(msg("Export"))
        path, _ = QFileDialog.getSaveFileName(self, title, "dashboard.pdf", "PDF (*.pdf)")
        if path:
            self.export(Path(path))

    def export(self, path: Path) -> None:
        """Write the sheet off the window's thread."""
        store, scope, language = self._desk.store, self.scope(), self._look.language
        told = msg("Written: {name}").of(name=path.name)
        self._desk.runner.read(
            self,
            "export",
            lambda: path.write_bytes(dashboard.sheet(store, scope, language)),
            lambda _size: self._desk.told.emit(told, False),
        )
