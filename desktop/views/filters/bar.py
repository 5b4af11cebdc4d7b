"""The bar above a list: chips of its filter, what is typed to narrow it, groups, columns, saving."""

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QPoint, QStringListModel, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QCompleter, QLineEdit, QMenu, QWidget

from desktop.models import figures
from desktop.models.filtering import is_known
from desktop.models.kinds import Link
from desktop.models.record import RECORDS
from desktop.rules import filters
from desktop.rules.filters import ALL, Condition, Filter, Group
from desktop.services import filter_words, lists
from desktop.services.filter_words import Titles
from desktop.services.records import seen_by
from desktop.views.buttons import Button
from desktop.views.columns_box import ColumnsBox
from desktop.views.compose import column, label, region, row
from desktop.views.desk import Desk
from desktop.views.filters.builder import FilterBuilder
from desktop.views.filters.chips import ChipRow
from desktop.views.look import Look
from desktop.words import Message, msg

if TYPE_CHECKING:
    from desktop.views.list_page import ListPage

ENTRY_WIDTH, LEAST_ENTRY = 132, 64
ROOMY, TIGHT = 980, 700
MONTHLY, DAILY = msg("{field} by month"), msg("{field} by day")
MOST_PEOPLE = 200
MOST_SAID = 120
NONE_PASSES = msg("None of them passes these filters.")


class _Entry(QLineEdit):
    """What is typed narrows the list at once; Escape empties it and goes back to the rows."""

    def __init__(self, bar: "FilterBar") -> None:
        super().__init__()
        self._bar = bar
        self.setProperty("bare", True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape empties, Down goes to the rows, Enter makes a chip."""
        popup = self.completer().popup() if self.completer() else None
        chosen = popup is not None and popup.isVisible() and popup.currentIndex().isValid()
        if event.key() == Qt.Key.Key_Escape:
            self._bar.leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not chosen:
            self._bar.take()
        elif event.key() == Qt.Key.Key_Down and not (popup is not None and popup.isVisible()):
            self._bar.to_rows()
        else:
            super().keyPressEvent(event)


class FilterBar(QWidget):
    """Belongs to a list page; shows what its state says, and tells the page what is wanted otherwise."""

    def __init__(self, look: Look, desk: Desk, page: "ListPage") -> None:
        super().__init__()
        self._look, self._desk, self._page = look, desk, page
        rights = desk.actor.rights
        cls = RECORDS[page.kind]
        self._own_fields = filter_words.offered(page.kind, lambda names: seen_by(rights, cls, names))
        self.fields = [*self._own_fields]
        page.state.further_read.connect(self._know_further)
        self.chips = ChipRow(look)
        self.chips.edit_wanted.connect(self.edit)
        self.chips.changed.connect(self._take_parts)
        self.add = Button(look, msg("Filter"), kind="dashed", icon="plus", name=msg("Filter"))
        self.add.clicked.connect(self.begin)
        self.entry = _Entry(self)
        look.bind(self.entry.setPlaceholderText, msg("Type to narrow…"))
        look.bind(self.entry.setAccessibleName, msg("Type to narrow the list"))
        look.bind(self.entry.setFixedWidth, lambda: look.px(ENTRY_WIDTH))
        self._readings: list[Condition] = []
        self._words = QStringListModel([], self)
        completer = QCompleter(self._words, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.activated.connect(self._take_said)
        self.entry.setCompleter(completer)
        self.entry.textEdited.connect(self._typed)
        self.waiting = label(look, msg("Reading…"), size="small", ink="ink_3")
        self.waiting.hide()
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(look.t.delay("progress_after"))
        self._slow.timeout.connect(self._say_waiting)
        self.save = Button(look, msg("Save view"), kind="link")
        self.save.clicked.connect(self._save)
        self.reset = Button(look, icon="undo-2", kind="flat", name=msg("Reset"), height="target_min")
        self.reset.clicked.connect(self._reset)
        self.group = Button(look, icon="rows-3", kind="flat", name=msg("Group the rows"), height="target_min")
        self.group.clicked.connect(self._offer_groups)
        self.columns = Button(look, icon="columns-3", kind="flat", name=msg("Columns"), height="target_min")
        self.columns.clicked.connect(self.choose_columns)
        self.more = Button(look, icon="ellipsis", kind="flat", name=msg("This view"), height="target_min")
        self.more.clicked.connect(self._more)
        self.builder: FilterBuilder | None = None
        self.chooser: ColumnsBox | None = None
        self._compose()
        look.changed.connect(self._again)

    def _know_further(self) -> None:
        self.fields = [*self._own_fields, *self._page.state.further]

    def _again(self) -> None:
        if not self._page.no_match.isHidden():
            self._page.no_match.say(self.why_nothing())
        if self.isVisible():
            self.show_state()

    def _compose(self) -> None:
        look = self._look
        ground = region("surface", "bottom")
        parts = (self.chips, self.add, self.entry, self.waiting, self.save, self.reset)
        ends = (self.group, self.columns, self.more)
        line = row(look, *parts, None, *ends, gap=8, edge=(20, 0, 14, 0))
        ground.setLayout(line)
        look.bind(ground.setFixedHeight, lambda: look.t.bar("filter"))
        self.setLayout(column(look, ground, gap=0))
        QShortcut(QKeySequence.StandardKey.Find, self._page).activated.connect(self.narrow)

    # Showing

    def show_state(self) -> None:
        """Chips, groups and what can be saved."""
        page, now = self._page, self._page.state.now
        parts = filters.parts_of(now.where)
        own = filters.parts_of(page.state.original().where)
        self.chips.show_parts(page.kind, parts, own, self.titles_of(now.where))
        self.chips.setVisible(bool(parts))
        changed = page.state.is_changed()
        self.save.setVisible(changed)
        self.reset.setVisible(changed)
        wide = self.width() > self._look.px(ROOMY)
        no_group: Message | str = msg("No grouping") if wide else ""
        if not now.by:
            self._look.release(self.group.setText)
        self.group.say(self._group_words(now.by) if now.by else no_group)
        tight = self.width() < self._look.px(TIGHT)
        if tight:
            self.waiting.hide()
        self.group.shrink(tight)
        self.add.shrink(tight and bool(parts))
        hint = self._look.t.width(self.entry.placeholderText()) + self._look.px(8)
        wide_entry = min(self._look.px(LEAST_ENTRY), hint) if tight and parts else hint
        self.entry.setFixedWidth(max(wide_entry, 0 if tight else self._look.px(ENTRY_WIDTH)))
        self.group.setVisible(now.face == "list")
        self.columns.setVisible(now.face == "list")
        self._give_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words where there is room for them."""
        super().resizeEvent(event)
        steps = [self._look.px(step) for step in (ROOMY, TIGHT)]
        now, before = event.size().width(), event.oldSize().width()
        if [now > step for step in steps] != [before > step for step in steps]:
            self.show_state()
        else:
            self._give_room()

    def _give_room(self) -> None:
        """What stands behind the chips follows them, also where some of these are only counted."""
        look, others = self._look, (self.add, self.entry, self.save, self.reset, self.group, self.columns)
        there = [each for each in (*others, self.more) if not each.isHidden()]
        tight = not self.chips.isHidden() and self.width() < look.px(TIGHT)
        if tight:
            self.entry.setFixedWidth(look.px(LEAST_ENTRY))
        taken = sum(each.minimumWidth() or each.sizeHint().width() for each in there)
        room = self.width() - taken - look.px(20 + 14 + 8 * (len(there) + 2))
        used = max(self.chips.used(room), self.chips.minimumSizeHint().width())
        self.chips.setMaximumWidth(used + 1)
        if tight:
            hint = look.t.width(self.entry.placeholderText()) + look.px(8)
            spare = max(room - used - look.px(8), 0)
            self.entry.setFixedWidth(min(hint, look.px(LEAST_ENTRY) + spare))

    def _group_words(self, by: str) -> Message:
        name, _, part = by.partition(":")
        words = filter_words.label(self._page.kind, name)
        return {"month": MONTHLY, "day": DAILY}[part].of(field=words) if part else words

    def _say_waiting(self) -> None:
        self.waiting.setVisible(self.width() >= self._look.px(TIGHT))

    def show_waiting(self, on: bool) -> None:
        """Rows are being read elsewhere; said when it takes longer."""
        if on:
            self._slow.start()
        else:
            self._slow.stop()
            self.waiting.hide()

    def titles_of(self, filter: Filter) -> Titles:
        """What the records are called that a filter names."""
        wanted: list[tuple[str, UUID]] = []
        for condition in filters.conditions(filter):
            described = figures.kind_of(RECORDS[self._page.kind], condition.field)
            if isinstance(described, Link) and described.to in RECORDS:
                wanted += [(described.to, UUID(hex=each)) for each in filter_words.linked(condition)]
        return {each.hex: title for each, title in self._desk.titles(wanted).items()} if wanted else {}

    def people(self, kind: str) -> list[tuple[str, str]]:
        """The users or teams there are, by name."""
        found = [(each.id.hex, each.record.title) for each in self._desk.recent(kind, MOST_PEOPLE)]
        return sorted(found, key=lambda pair: pair[1])

    def why_nothing(self) -> Message:
        """Which conditions no record passes; where they are many or names are hidden, only that."""
        if self._look.private:
            return NONE_PASSES
        kind, where = self._page.kind, self._page.state.now.where
        typed = filter_words.meant(kind, self.entry.text(), self.fields)
        asked = Group(ALL, (*filters.parts_of(where), *([typed] if typed is not None else [])))
        said = msg("None of them passes: {sentence}.").of(
            sentence=filter_words.sentence(kind, asked, self.titles_of(asked))
        )
        return said if len(self._look.text(said)) <= MOST_SAID else NONE_PASSES

    # Typing

    def narrow(self) -> None:
        """Put the cursor where one types."""
        self.entry.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.entry.selectAll()

    def _typed(self, text: str) -> None:
        self._readings = filter_words.read(self._page.kind, text, self.fields)
        said = [
            self._look.text(filter_words.sentence(self._page.kind, each, self.titles_of(each)))
            for each in self._readings
        ]
        self._words.setStringList(said if len(said) > 1 else [])
        self._page.narrow(filter_words.meant(self._page.kind, text, self.fields))

    def take(self) -> None:
        """What was typed becomes a chip."""
        meant = filter_words.meant(self._page.kind, self.entry.text(), self.fields)
        if meant is not None:
            self._take_condition(meant)
        self.to_rows()

    def _take_said(self, said: str) -> None:
        words = self._words.stringList()
        if said in words:
            self._take_condition(self._readings[words.index(said)])
            QTimer.singleShot(0, self.entry.clear)

    def _take_condition(self, condition: Condition) -> None:
        self.entry.clear()
        self._readings = []
        self._page.narrow(None)
        where = self._page.state.now.where
        self._page.show_otherwise(where=Group(ALL, (*filters.parts_of(where), condition)))

    def leave(self) -> None:
        """Without what was typed."""
        self.entry.clear()
        self._page.narrow(None)
        self.to_rows()

    def to_rows(self) -> None:
        """The focus goes to the rows."""
        self._page.list.setFocus()

    # The builder

    def _made(self) -> FilterBuilder:
        if self.builder is None:
            find = self._page.edits.find
            self.builder = FilterBuilder(
                self._look, self._page, self._page.kind, self.fields, self.people, find, self.titles_of
            )
            self.builder.changed.connect(self._take_filter)
        return self.builder

    def _below(self) -> QPoint:
        return self.mapTo(self._page.window(), QPoint(self._look.px(20), self.height()))

    def begin(self) -> None:
        """One more condition."""
        self._made().begin(self._below(), self._page.state.now.where)
        self.builder_count()

    def edit(self, place: int) -> None:
        """One of the chips, or all of them."""
        self._made().ask(self._page.state.now.where, self._below(), place)
        self.builder_count()

    def builder_count(self) -> None:
        """How many pass, where somebody builds."""
        if self.builder is not None and self.builder.isVisible():
            self.builder.show_count(self._page.total_words())

    def _take_filter(self, filter: Filter) -> None:
        self._page.show_otherwise(where=filter)

    def _take_parts(self, parts: tuple[Filter, ...]) -> None:
        known = [
            each
            for each in parts
            if not isinstance(each, Condition) or is_known(RECORDS[self._page.kind], each)
        ]
        self._page.show_otherwise(where=Group(ALL, tuple(known)))

    # Groups, columns, the view

    def _offer_groups(self) -> None:
        menu, page = QMenu(self), self._page
        now = page.state.now.by
        ways = [""] + [way for name in self.fields for way in lists.can_group(RECORDS[page.kind], name)]
        for way in ways:
            words = self._group_words(way) if way else msg("No grouping")
            action = menu.addAction(self._look.text(words))
            action.setCheckable(True)
            action.setChecked(way == now)
            action.triggered.connect(partial(self.group_by, way))
        if now:
            menu.addSeparator()
            for words, folded in ((msg("Fold all"), True), (msg("Unfold all"), False)):
                action = menu.addAction(self._look.text(words))
                action.triggered.connect(partial(self._fold_all, folded))
        menu.popup(self.group.mapToGlobal(QPoint(0, self.group.height())))

    def group_by(self, by: str, _on: bool = False) -> None:
        """Group the rows by a field, or not at all."""
        self._page.show_otherwise(by=by, folded=())

    def _fold_all(self, folded: bool, _on: bool = False) -> None:
        self._page.table.fold_all(folded)
        self._page.keep_folds()

    def choose_columns(self) -> None:
        """Which columns there are, and in which order."""
        self.chooser = ColumnsBox(self._look, self._page)
        corner = self.columns.mapTo(self._page.window(), QPoint(0, self.columns.height() + self._look.px(6)))
        self.chooser.ask(corner)

    def _save(self) -> None:
        own = self._page.view.kept is not None
        self._page.views.save() if own else self._page.views.save_as()

    def _reset(self) -> None:
        self._page.state.reset()
        self._page.show_state()

    def _more(self) -> None:
        self._page.views.menu().popup(self.more.mapToGlobal(QPoint(0, self.more.height())))
