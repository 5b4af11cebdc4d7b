"""Above a list while several rows are selected: how many, and what can be done with all of them."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.views.buttons import Button
from desktop.views.compose import column, label, region, row
from desktop.views.look import Look
from desktop.words import Message, msg

TIGHT = 640


class SelectionBar(QWidget):
    """One line on the tint; it comes with the second row that is selected."""

    change_wanted = Signal()
    copy_wanted = Signal()
    delete_wanted = Signal()
    all_wanted = Signal()
    left = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._count = label(look, strong=True, ink="accent_ink")
        change, copy, delete = msg("Change field…"), msg("Copy"), msg("Delete")
        self.change = Button(look, change, kind="flat", icon="pencil", keys="Ctrl+E", name=change)
        self.copy = Button(look, copy, kind="flat", icon="copy", name=copy)
        self.delete = Button(look, delete, kind="flat", icon="trash-2", name=delete)
        self.every = Button(look, "", kind="link")
        self.close_it = Button(look, icon="x", kind="flat", name=msg("Select nothing"))
        for button, signal in (
            (self.change, self.change_wanted), (self.copy, self.copy_wanted),
            (self.delete, self.delete_wanted), (self.every, self.all_wanted), (self.close_it, self.left),
        ):  # fmt: skip
            button.clicked.connect(signal)
        ground = region("selected", "bottom")
        parts = (self._count, 4, self.change, self.copy, self.delete, None, self.every, self.close_it)
        ground.setLayout(row(look, *parts, gap=4, edge=(20, 4, 12, 4)))
        look.bind(ground.setFixedHeight, lambda: look.t.bar("filter"))
        self.setLayout(column(look, ground, gap=0))
        self.hide()

    def show_count(self, count: int, total: int, *, every: bool) -> None:
        """How many are selected, of how many; `every` says that all of the view are meant."""
        chosen = total if every else count
        words = msg("All {count} selected") if every else msg("{count} selected")
        self._look.bind(self._count.setText, words.of(count=f"{chosen:,}"))
        self.every.say(msg("Select all {count}").of(count=f"{total:,}"))
        self.every.setVisible(not every and total > count)
        self.setVisible(count > 1 or every)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The icons alone where there is no room for words."""
        super().resizeEvent(event)
        tight = event.size().width() < self._look.px(TIGHT)
        for button in (self.change, self.copy, self.delete):
            button.shrink(tight)

    def refuse(self, change: Message | None, delete: Message | None) -> None:
        """Why the selected rows are not changed or deleted; None: they may be."""
        self.change.refuse(change)
        self.delete.refuse(delete)
