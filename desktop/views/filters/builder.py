"""The builder behind the chips: conditions as lines of tokens, in groups of which all, any or none hold."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QMenu, QSizePolicy, QVBoxLayout, QWidget

from desktop.models.filtering import OPERATORS, family_of, is_known
from desktop.models.record import RECORDS
from desktop.rules import filters
from desktop.rules.filters import ALL, ANY, NONE, Condition, Filter, Group
from desktop.services import filter_words
from desktop.services.filter_words import HOW_WORDS, OPERATOR_WORDS, Titles
from desktop.views.buttons import Button
from desktop.views.compose import Line, clear, column, holding, label, row, scrolling, settle
from desktop.views.editors import ChoiceEditor
from desktop.views.filters.chips import Rule
from desktop.views.filters.values import People, ValueEditor, as_token
from desktop.views.look import Look
from desktop.views.popover import RING, Popover
from desktop.words import msg

Path = tuple[int, ...]
WIDTH = 700
MOST_SHOWN = 9
LINKS = {ALL: msg("and", "condition"), ANY: msg("or", "condition"), NONE: msg("or", "condition")}
WHICH = msg("of which", "group")
MATCH = msg("Match", "filter")


class FilterBuilder(Popover):
    """Edits one filter; tells it after each change that makes sense."""

    changed = Signal(object)

    def __init__(
        self,
        look: Look,
        page: QWidget,
        kind: str,
        fields: Sequence[str],
        people: People,
        find: Callable[[str, str], Any],
        titles_of: Callable[[Filter], Titles],
    ) -> None:
        super().__init__(look, page.window())
        self._look, self._kind, self._fields = look, kind, fields
        self._people, self._find, self._titles_of = people, find, titles_of
        self.filter: Group = filters.EVERYTHING
        self.lines: dict[Path, QWidget] = {}
        self._body = QVBoxLayout()
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(look.px(4))
        inner = holding(column(look, self._body, None, gap=0, edge=(20, 10, 12, 10)))
        self._inner, self._area = inner, scrolling(inner)
        self._said = label(look, size="small", ink="ink_2", wrap=True)
        self._count = label(look, size="small", ink="ink_3")
        add = Button(look, msg("Condition"), kind="link", icon="plus")
        add.clicked.connect(lambda: self._offer(add, ()))
        group = Button(look, msg("Group"), kind="link", icon="rows-3")
        group.clicked.connect(lambda: self._offer(group, (), how=ANY))
        never = Button(look, msg("Leave out"), kind="link", icon="ban")
        never.clicked.connect(lambda: self._offer(never, (), how=NONE))
        clear_all = Button(look, msg("Clear"), kind="quiet_link")
        clear_all.clicked.connect(lambda: self._set(filters.EVERYTHING))
        self.add_button = add
        foot = row(look, add, group, never, None, self._count, clear_all, gap=18, edge=(20, 10, 20, 10))
        said = row(look, self._said, edge=(20, 8, 20, 8))
        self.inside.addLayout(column(look, self._area, Line(look), said, Line(look), foot, gap=0))
        self.yields = self._area
        self.setFixedWidth(look.px(WIDTH))
        look.bind(self.setAccessibleName, msg("Filter"))
        look.changed.connect(self._reword)

    def _reword(self) -> None:
        if self.isVisible():
            self._rebuild()

    def ask(self, filter: Filter, at: QPoint, place: int = 0) -> None:
        """Show a filter, with the cursor in one of its parts."""
        shown = filter if isinstance(filter, Group) and filter.how == ALL else filters.every(filter)
        self.filter = shown
        self._rebuild()
        self.pop(at)
        line = self.lines.get((place,)) or next(iter(self.lines.values()), None)
        value = line.findChild(ValueEditor) if line is not None else None
        if value is not None and value.parts:
            value.parts[0].setFocus()

    def begin(self, at: QPoint, filter: Filter) -> None:
        """Show a filter and offer the fields of one more condition."""
        self.ask(filter, at)
        if not self.filter.parts:
            self._offer(self.add_button, ())

    def show_count(self, words: str) -> None:
        """How many records pass."""
        self._look.bind(self._count.setText, msg("{count} pass").of(count=words))

    def result(self) -> Filter:
        """The filter without what is not finished."""
        return filters.kept(self.filter, lambda each: is_known(RECORDS[self._kind], each))

    # Changing the tree

    def _set(self, filter: Group, *, rebuild: bool = True) -> None:
        self.filter = filter
        if rebuild:
            self._rebuild()
        self._say()
        self.changed.emit(self.result())

    def _offer(self, button: QWidget, path: Path, how: str = "") -> None:
        """A menu of fields for a new condition, alone or in a group of its own."""
        menu = QMenu(self)
        for name in self._fields:
            action = menu.addAction(self._look.text(filter_words.label(self._kind, name)))
            action.triggered.connect(partial(self._add, path, name, how))
        menu.popup(button.mapToGlobal(QPoint(0, button.height() + 4)))

    def _add(self, path: Path, name: str, how: str = "", _on: bool = False) -> None:
        """One more condition at the end of a group."""
        new: Filter = filter_words.begun(self._kind, name)
        self._set(added(self.filter, path, Group(how, (new,)) if how else new))
        last = self.lines.get((*path, len(part_at(self.filter, path).parts) - 1))
        value = last.findChild(ValueEditor) if last is not None else None
        if value is not None and value.parts:
            value.parts[0].setFocus()

    def add(self, name: str) -> None:
        """One more condition on a field."""
        self._add((), name)

    # Showing it

    def _rebuild(self) -> None:
        clear(self._body)
        self.lines = {}
        self._titles = self._titles_of(self.filter)
        self.setFixedWidth(min(self._look.px(WIDTH), self._window.width() - 2 * RING))
        self._scale = self._look.t.scale  # the width is of this text size already
        self._body.addWidget(self._how_line(self.filter, ()))
        self._fill(self._body, self.filter, ())
        look = self._look
        row_height = look.t.control("height_input") + look.px(6)
        settle(self._inner)
        most = MOST_SHOWN * row_height + look.px(20)
        self._area.setFixedHeight(min(self._inner.sizeHint().height(), most))
        self._say()
        if self.isVisible():
            self.adjustSize()

    def _fill(self, into: QVBoxLayout, group: Group, path: Path) -> None:
        for place, part in enumerate(group.parts):
            at = (*path, place)
            if isinstance(part, Condition):
                line = self._line(part, at, group.how)
            else:
                inner = QVBoxLayout()
                inner.setSpacing(self._look.px(4))
                inner.setContentsMargins(0, 0, 0, 0)
                inner.addWidget(self._how_line(part, at))
                self._fill(inner, part, at)
                block = row(self._look, Rule(self._look), inner, gap=0)
                block.setStretch(1, 1)
                line = holding(block)
            self.lines[at] = line
            into.addWidget(line)

    def _how_line(self, group: Group, path: Path) -> QWidget:
        look = self._look
        how = as_token(look, ChoiceEditor(look, list(HOW_WORDS.items()), group.how))
        how.setAccessibleName(look.text(msg("Which of the conditions must hold")))
        how.activated.connect(
            lambda _place: self._set(replaced(self.filter, path, replace(group_now(), how=how.typed())))
        )

        def group_now() -> Group:
            found: Group = part_at(self.filter, path)
            return found

        words = label(look, WHICH if path else MATCH, size="small", ink="ink_3")
        words.setFixedWidth(self._link_width())
        parts: list[Any] = [words, how]
        if path:
            more = Button(look, msg("Condition"), kind="link", icon="plus")
            more.clicked.connect(lambda: self._offer(more, path))
            parts += [8, more, None, self._cross(path)]
        else:
            parts.append(None)
        return holding(row(look, *parts, gap=6))

    def _link_width(self) -> int:
        """Of the small words that each line begins with: its fields begin below each other."""
        texts = [self._look.text(words) for words in (WHICH, MATCH, *LINKS.values())]
        return max(self._look.t.width(text, "small") for text in texts) + self._look.px(4)

    def _line(self, condition: Condition, path: Path, how: str) -> QWidget:
        look = self._look
        first = path[-1] == 0
        link = label(look, "" if first else LINKS[how], ink="ink_3", size="small")
        link.setFixedWidth(self._link_width())
        names = list(dict.fromkeys([*self._fields, condition.field]))
        field = ChoiceEditor(
            look, [(name, filter_words.label(self._kind, name)) for name in names], condition.field
        )
        field.setAccessibleName(look.text(msg("Field")))
        as_token(look, field)
        field.activated.connect(
            lambda _place: self._set(
                replaced(self.filter, path, filter_words.begun(self._kind, field.typed()))
            )
        )
        family = family_of(RECORDS[self._kind], condition.field)
        options = [(op, OPERATOR_WORDS[op]) for op in OPERATORS.get(family, (condition.op,))]
        op = ChoiceEditor(look, options, condition.op)
        op.setAccessibleName(look.text(msg("Operator")))
        as_token(look, op)
        op.activated.connect(
            lambda _place: self._set(replaced(self.filter, path, self._with_op(path, op.typed())))
        )
        value = ValueEditor(look, self._kind, condition, self._titles, self._people, self._find)
        value.changed.connect(partial(self._take_value, path))
        made = holding(row(look, link, field, op, value, self._cross(path), gap=6))
        value.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return made

    def _take_value(self, path: Path, value: Any) -> None:
        old = part_at(self.filter, path)
        self._set(replaced(self.filter, path, replace(old, value=value)), rebuild=False)

    def _with_op(self, path: Path, op: str) -> Condition:
        """The same condition with another operator, and its value where it still suits."""
        old: Condition = part_at(self.filter, path)
        kept = replace(old, op=op)
        if is_known(RECORDS[self._kind], kept):
            return kept
        of = family_of(RECORDS[self._kind], old.field)
        first: Any = {"in": "this_month", "one_of": (), "none_of": (), "has": (), "has_not": ()}.get(op)
        if first is None and of == "day" and op not in ("empty", "filled"):
            first = ("", "") if op == "between" else None
        return Condition(old.field, op, first)

    def _cross(self, path: Path) -> Button:
        button = Button(self._look, icon="x", kind="flat", name=msg("Take away"), height="target_min")
        button.clicked.connect(lambda: self._set(replaced(self.filter, path, None)))
        return button

    def _say(self) -> None:
        said = filter_words.sentence(self._kind, self.result(), self._titles_of(self.filter))
        self._look.bind(self._said.setText, msg("Reads: {sentence}").of(sentence=said))


def part_at(filter: Filter, path: Path) -> Any:
    """The part of a tree that a path leads to."""
    for place in path:
        assert isinstance(filter, Group)
        filter = filter.parts[place]
    return filter


def replaced(filter: Group, path: Path, new: Filter | None) -> Group:
    """The tree with another part at a path, or without it; a group that is left empty goes too."""
    if not path:
        return new if isinstance(new, Group) else filters.EVERYTHING
    place, *rest = path
    inner: Filter | None = new
    if rest:
        part = filter.parts[place]
        assert isinstance(part, Group)
        inner = replaced(part, tuple(rest), new)
        inner = inner if inner.parts else None
    kept = (inner,) if inner is not None else ()
    return replace(filter, parts=filter.parts[:place] + kept + filter.parts[place + 1 :])


def added(filter: Group, path: Path, new: Filter) -> Group:
    """The tree with one more part at the end of the group that a path leads to."""
    group = part_at(filter, path)
    return replaced(filter, path, replace(group, parts=(*group.parts, new)))
