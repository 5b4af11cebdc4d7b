"""The page of approval rules: their list, the one that is put together, and its trial on what went out."""

from functools import partial
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QListWidgetItem, QWidget

from desktop.errors import Refused
from desktop.models.records import ApprovalRule
from desktop.rules import approvals as rules
from desktop.services import approval_rules, approvals
from desktop.services.approval_rules import Trial
from desktop.views.approvals.rule_form import FIRST, RuleForm, values_of
from desktop.views.approvals.rule_rows import PARTS, PaintedList, paint_rule
from desktop.views.approvals.rule_trial import RuleTrial
from desktop.views.buttons import Button
from desktop.views.compose import Line, Stack, column, holding, label, region, row, scrolling
from desktop.views.desk import Desk
from desktop.views.empty import Empty
from desktop.views.header_parts import park
from desktop.views.look import Look
from desktop.views.status import Hint
from desktop.words import Message, msg

KEY: Final = "rules"
LIST: Final = 300
SUBJECTS: Final = dict(rules.SUBJECTS)
WHY: Final = msg("A rule says above which limit somebody has to agree before something goes out.")
NOT_SAVED: Final = msg("Not saved")
OFF: Final = msg("Switched off")


class RulesPage(QWidget):
    """Rules of this firm; who may not change them sees them, and tries them."""

    opened = Signal(str, object)
    figures = Signal(object)

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        self.rules: list[ApprovalRule] = []
        self._unsaved: dict[UUID | None, dict[str, Any]] = {}
        """What was typed and not saved, by rule; None: a new one."""
        self.list = PaintedList(look, msg("Approval rules"), paint_rule, high=56)
        self.form, self.trial = RuleForm(look), RuleTrial(look)
        self.title = label(look, size="title", strong=True)
        self.add = Button(look, msg("New rule"), icon="plus", keys="Ctrl+N")
        self.save = Button(look, msg("Save rule"), kind="primary", icon="check", keys="Ctrl+Enter")
        self.drop = Button(look, msg("As it was", "button"), icon="undo-2")
        self.switch = Button(look, icon="circle-x")
        self.remove = Button(look, icon="trash-2", name=msg("Delete rule"))
        self.up = Button(look, icon="arrow-up", name=msg("Before the one above"))
        self.down = Button(look, icon="arrow-down", name=msg("After the one below"))
        self._compose()
        self._listen()
        self.read()

    def _compose(self) -> None:
        look = self._look
        left = region("surface", "right")
        left.setLayout(column(look, self.list, gap=0))
        look.bind(left.setFixedWidth, lambda: look.px(LIST))
        deeds = (self.up, self.down, self.remove, self.switch, self.drop, self.save)
        head = row(look, self.title, None, *deeds, gap=8, edge=(24, 12, 20, 12))
        middle = region("surface")
        whole = column(look, holding(head), Line(look), scrolling(self.form), Line(look), self.trial, gap=0)
        whole.setStretch(4, 1)
        middle.setLayout(whole)
        line = row(look, left, middle, gap=0)
        line.setStretch(1, 1)
        self.empty = Empty(
            look,
            "shield-check",
            msg("No approval rules yet"),
            WHY,
            button=msg("New rule"),
            primary=True,
            on_click=self.begin,
        )
        self._faces = Stack()
        for face in (holding(line), self.empty):
            self._faces.addWidget(face)
        self.setLayout(column(look, self._faces, gap=0))
        park(self.add, self)

    def _listen(self) -> None:
        self.list.currentRowChanged.connect(lambda _row: self._show())
        self.form.edited.connect(self._edited)
        self.add.clicked.connect(self.begin)
        self.save.clicked.connect(self.keep)
        self.drop.clicked.connect(self.forget)
        self.switch.clicked.connect(self.turn)
        self.remove.clicked.connect(self.delete)
        self.up.clicked.connect(lambda: self.shift(down=False))
        self.down.clicked.connect(lambda: self.shift(down=True))
        self.trial.opened.connect(self.opened)
        self._desk.changed.connect(self._changed)
        self._look.changed.connect(self._reword)
        for keys, deed in (
            ("Ctrl+Return", self.keep),
            ("Ctrl+Enter", self.keep),
            ("Ctrl+N", self.begin),
            ("Alt+Up", partial(self.shift, down=False)),
            ("Alt+Down", partial(self.shift, down=True)),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(deed)

    # Showing

    def header_parts(self) -> list[QWidget]:
        """Nothing beside the title."""
        return []

    def header_actions(self) -> list[QWidget]:
        """A new rule."""
        return [self.add]

    def enter(self) -> None:
        """Keys go to the list."""
        self.list.setFocus()
        self.tell_figures()

    def tell_figures(self) -> None:
        """How many rules there are, and what the keys do."""
        said: list[tuple[Message, Any]] = [(msg("{count} rules").of(count=len(self.rules)), "")]
        if len(self.rules) > 1:
            said.append((msg("put it before the one above"), Hint("Alt+↑")))
        self.figures.emit(said)

    @property
    def rule(self) -> ApprovalRule | None:
        """The rule that is shown; None: the new one."""
        at = self.list.currentRow()
        return self.rules[at] if 0 <= at < len(self.rules) else None

    def read(self, select: UUID | None = None) -> None:
        """Read the rules again; the one that was shown stays shown."""
        shown = select or (self.rule.id if self.rule is not None else None)
        begun = None in self._unsaved and self.rule is None and select is None and bool(self.rules)
        self.rules = approval_rules.all_rules(self._desk.store)
        self._unsaved = {
            key: kept
            for key, kept in self._unsaved.items()
            if key is None or key in {r.id for r in self.rules}
        }
        self._fill_list()
        ids = [each.id for each in self.rules]
        at = len(ids) if begun else ids.index(shown) if shown in ids else 0
        self.list.blockSignals(True)
        self.list.setCurrentRow(min(at, self.list.count() - 1))
        self.list.blockSignals(False)
        self._faces.setCurrentIndex(int(self.list.count() == 0))
        self._show()

    def _fill_list(self) -> None:
        look, at = self._look, self.list.currentRow()
        self.list.blockSignals(True)
        self.list.clear()
        for each in self.rules:
            self.list.addItem(self._item(each.name or "—", each))
        if None in self._unsaved:
            self.list.addItem(self._item(look.text(msg("New rule")), None))
        self.list.setCurrentRow(at)
        self.list.blockSignals(False)

    def _item(self, name: str, rule: ApprovalRule | None) -> QListWidgetItem:
        look = self._look
        below, tone = look.text(SUBJECTS[(rule.subject if rule is not None else "") or rules.QUOTE]), "good"
        if rule is not None:
            below = look.text(approval_rules.sentence(rule))
        if rule is not None and rule.active is False:
            below, tone = f"{look.text(OFF)} · {below}", "ink_3"
        if (rule.id if rule is not None else None) in self._unsaved:
            below, tone = f"{look.text(NOT_SAVED)} · {below}", "warn"
        item = QListWidgetItem(f"{name} · {below}")
        item.setData(PARTS, (name, below, tone))
        item.setToolTip(below)
        return item

    def _show(self) -> None:
        if not self.list.count():
            return
        rule = self.rule
        values = self._unsaved.get(rule.id if rule is not None else None)
        kept = values_of(rule) if rule is not None else dict(FIRST)
        self.form.show_rule(rule, values if values is not None else kept)
        self._allow()
        self._try()

    def _allow(self) -> None:
        """What can be done now, or why not."""
        rule, desk = self.rule, self._desk
        name = "approval_rule.edit" if rule is not None else "approval_rule.new"
        why = desk.refusal(name, rule)
        self.form.allow(why)
        key = rule.id if rule is not None else None
        begun = key in self._unsaved
        title = rule.name if rule is not None else self._look.text(msg("New rule"))
        self.title.setText(title or "—")
        self.add.refuse(desk.refusal("approval_rule.new", None))
        self.save.refuse(why or (None if begun else msg("Nothing was changed.")))
        self.drop.setVisible(begun)
        for button in (self.up, self.down, self.remove, self.switch):
            button.setVisible(rule is not None)
        if rule is not None:
            on = rule.active is not False
            self.switch.say(msg("Switch off") if on else msg("Switch on"))
            self.switch.refuse(why)
            self.remove.refuse(desk.refusal("approval_rule.delete", rule))
            moving, at = desk.refusal("approval_rule.move", rule), self.list.currentRow()
            self.up.refuse(moving or (None if at else msg("It is the first one.")))
            last = at == len(self.rules) - 1
            self.down.refuse(moving or (msg("It is the last one.") if last else None))

    def _edited(self) -> None:
        rule = self.rule
        self._unsaved[rule.id if rule is not None else None] = self.form.typed()
        self._fill_list()
        self._allow()
        self._try()

    def _try(self) -> None:
        """Hold what stands in the form against what went out last; a newer question drops this one."""
        made, store = self.form.rule(), self._desk.store
        if made is None:
            self.trial.show_trial(None)
            return
        kept = approvals.as_rule(self.rule) if self.rule is not None else None
        self.trial.trying()

        def work() -> Trial:
            return approval_rules.trial(store, made, kept)

        self._desk.runner.read(self, "trial", work, self.trial.show_trial)

    def _changed(self, keys: frozenset[tuple[str, UUID]]) -> None:
        if any(kind == "approval_rule" for kind, _ in keys):
            self.read()

    def _reword(self) -> None:
        self._fill_list()
        self._show()

    # Doing

    def begin(self) -> None:
        """A new rule, in the fields and not among the others yet."""
        if self._desk.refusal("approval_rule.new", None) is not None:
            return
        self._unsaved.setdefault(None, dict(FIRST))
        self._fill_list()
        self._faces.setCurrentIndex(0)
        self.list.setCurrentRow(self.list.count() - 1)
        self._show()
        self.form.name.setFocus()

    def keep(self) -> None:
        """Save what was typed: one command, and one step to take back."""
        rule = self.rule
        if not self.save.isEnabled() or (rule.id if rule is not None else None) not in self._unsaved:
            return
        try:
            values = self.form.values()
        except Refused as refused:
            self._desk.refused.emit(refused)
            return
        told, failed = msg("Rule saved"), self._desk.refused.emit
        if rule is None:
            self._desk.do("approval_rule.new", values=values, told=told, done=self._made, failed=failed)
            return
        changed = {name: value for name, value in values.items() if value != (values_of(rule)[name])}
        done = partial(self._kept, rule.id)
        self._desk.do("approval_rule.edit", rule.id, values=changed, told=told, done=done, failed=failed)

    def _made(self, made: ApprovalRule) -> None:
        self._unsaved.pop(None, None)
        self.read(made.id)

    def _kept(self, rule: UUID, _value: object) -> None:
        self._unsaved.pop(rule, None)
        self.read(rule)

    def forget(self) -> None:
        """What was typed is not kept."""
        rule = self.rule
        self._unsaved.pop(rule.id if rule is not None else None, None)
        self.read()

    def turn(self) -> None:
        """Switch the rule off, or on again."""
        rule = self.rule
        if rule is not None:
            on = rule.active is not False
            told = msg("Rule switched off") if on else msg("Rule switched on")
            self._desk.do("approval_rule.edit", rule.id, values={"active": not on}, told=told)

    def delete(self) -> None:
        """Take the rule away; it can come back."""
        if self.rule is not None:
            self._desk.do("approval_rule.delete", self.rule.id, told=msg("Rule deleted"))

    def shift(self, *, down: bool) -> None:
        """Another place for the rule that is shown."""
        rule = self.rule
        button = self.down if down else self.up
        if rule is not None and button.isEnabled():
            self._desk.do("approval_rule.move", rule.id, down=down, told=msg("Rule moved"))
