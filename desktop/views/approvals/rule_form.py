"""One approval rule as it is put together: when, if, then, the sentence that comes of it, what is wrong."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.errors import Refused
from desktop.models.records import ApprovalRule
from desktop.models.records.approvals import APPROVERS
from desktop.rules import approvals as rules
from desktop.rules.approvals import Rule
from desktop.services import approval_rules, records
from desktop.views.compose import Line, column, holding, label, row
from desktop.views.editors import ChoiceEditor, LineEditor, plain_text
from desktop.views.look import Look
from desktop.words import Message, msg, verbatim

LEFT: Final = 76
"""px of the words at the left."""
TYPED: Final = ("name", "threshold", "currency", "conditional")
_UNITS: Final[Mapping[str, Message]] = {
    rules.DAYS: msg("days"),
    rules.VALIDITY: msg("days"),
    rules.CLAUSE: msg("clauses or terms"),
}
_KINDS: Final = dict(rules.KINDS)
FIRST: Final[Mapping[str, Any]] = {
    "name": "",
    "subject": rules.QUOTE,
    "kind": rules.WHOLE,
    "threshold": None,
    "currency": "CNY",
    "role": "manager",
    "conditional": None,
}
"""What a new rule begins with."""


def values_of(rule: ApprovalRule) -> dict[str, Any]:
    """What of a rule is edited here."""
    return {name: getattr(rule, name) or FIRST[name] for name in FIRST} | {"threshold": rule.threshold}


class RuleForm(QWidget):
    """Fields around the rule that is being edited; nothing is kept before somebody says so."""

    edited = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._known: ApprovalRule | None = None
        self.name = LineEditor("")
        self.subject = ChoiceEditor(look, rules.SUBJECTS, rules.QUOTE)
        self.kind = ChoiceEditor(look, self._kinds(rules.QUOTE), rules.WHOLE)
        self.limit, self.currency, self.days = LineEditor(""), LineEditor("CNY"), LineEditor("")
        self.role = ChoiceEditor(look, APPROVERS, "manager")
        self.unit = label(look, ink="ink_2")
        self.sentence = label(look, wrap=True)
        self.wrong = label(look, size="small", ink="bad", wrap=True)
        self._fields = (self.name, self.subject, self.kind, self.limit, self.currency, self.role, self.days)
        fields = ApprovalRule.fields()
        for editor, name in zip(
            self._fields,
            ("name", "subject", "kind", "threshold", "currency", "role", "conditional"),
            strict=True,
        ):
            look.bind(editor.setAccessibleName, fields[name].label)
        for editor, wide in ((self.limit, 110), (self.currency, 64), (self.days, 64)):
            look.bind(editor.setFixedWidth, partial(look.px, wide))
        look.bind(self.name.setPlaceholderText, msg("What the rule is called"))
        self._compose()
        self.subject.committed.connect(self._turn)
        for choice in (self.kind, self.role):
            choice.committed.connect(self._said)
        for line in (self.name, self.limit, self.currency, self.days):
            line.textEdited.connect(self._said)

    def _compose(self) -> None:
        look = self._look
        over, approves = label(look, msg("is over"), ink="ink_2"), label(look, msg("approves"), ink="ink_2")
        parts = row(look, self.kind, over, self.limit, self.unit, self.currency, None, gap=8)
        self._subject_to = holding(
            row(look, label(look, msg("subject to that, within days:"), ink="ink_2"), self.days, gap=8)
        )
        lines = (
            (msg("Called"), row(look, self.name, gap=8)),
            (
                msg("When", "rule"),
                row(look, self.subject, label(look, msg("go out"), ink="ink_2"), None, gap=8),
            ),
            (msg("If", "rule"), parts),
            (msg("Then", "rule"), row(look, self.role, approves, None, gap=8)),
            (msg("Or else"), row(look, self._subject_to, None, gap=8)),
        )
        whole: list[QWidget] = []
        self._or_else: list[QWidget] = []
        for words, inside in lines:
            key = label(look, words, ink="accent_ink", strong=True)
            look.bind(key.setFixedWidth, lambda: look.px(LEFT))
            part, below = holding(row(look, key, inside, gap=12, edge=(0, 6, 0, 6))), Line(look)
            whole += [part, below]
            self._or_else = [part, below]
        said = column(look, self.sentence, self.wrong, gap=4, edge=(0, 10, 0, 10))
        self.setLayout(column(look, *whole, holding(said), gap=0, edge=(24, 8, 24, 0)))

    @staticmethod
    def _kinds(subject: str) -> list[tuple[str, Message]]:
        return [(kind, _KINDS[kind]) for kind in rules.KINDS_OF[subject]]

    # Showing

    def show_rule(self, known: ApprovalRule | None, values: Mapping[str, Any]) -> None:
        """Another rule, or the same with what was typed and not saved."""
        self._known = known
        fields, language = ApprovalRule.fields(), self._look.language
        self._choose(self.subject, values["subject"])
        self._offer(values["subject"], values["kind"])
        self._choose(self.role, values["role"])
        for editor, name in (
            (self.name, "name"),
            (self.limit, "threshold"),
            (self.currency, "currency"),
            (self.days, "conditional"),
        ):
            value = values[name]
            text = value if isinstance(value, str) else plain_text(fields[name].kind, value, language)
            editor.setText(text)
        self._say()

    def allow(self, why: Message | None) -> None:
        """Whether this person may write here."""
        for editor in self._fields:
            editor.setEnabled(why is None)

    @staticmethod
    def _choose(editor: ChoiceEditor, value: str) -> None:
        editor.setCurrentIndex(max(editor.findData(value), 0))

    def _offer(self, subject: str, kind: str) -> None:
        """What can be looked at in such a document."""
        self.kind.offer(self._kinds(subject))
        self._choose(self.kind, kind)

    def _turn(self) -> None:
        self._offer(self.subject.typed(), self.kind.typed() or "")
        self._said()

    def _said(self, *_nothing: object) -> None:
        self._say()
        self.edited.emit()

    # What is there

    def typed(self) -> dict[str, Any]:
        """What stands in the fields, texts as they were typed."""
        money, quote = self.kind.typed() in rules.IN_MONEY, self.subject.typed() == rules.QUOTE
        return {
            "name": self.name.text().strip(),
            "subject": self.subject.typed(),
            "kind": self.kind.typed(),
            "threshold": self.limit.text().strip(),
            "currency": self.currency.text().strip().upper() if money else "",
            "role": self.role.typed(),
            "conditional": self.days.text().strip() if quote else "",
        }

    def values(self) -> dict[str, Any]:
        """The same as it would be kept. Raises Refused for what nobody can read or keep to."""
        typed = self.typed()
        read = records.read_values(ApprovalRule, {name: typed[name] for name in TYPED})
        found = typed | read | {"currency": typed["currency"]}
        approval_rules.rule_of(found)
        return found

    def rule(self) -> Rule | None:
        """The rule that this makes; None while it makes none."""
        try:
            return approval_rules.rule_of(self.values(), self._known)
        except Refused:
            return None

    def _say(self) -> None:
        look, kind = self._look, self.kind.typed()
        in_money, quote = kind in rules.IN_MONEY, self.subject.typed() == rules.QUOTE
        self.currency.setVisible(in_money)
        self.unit.setVisible(not in_money)
        look.bind(self.unit.setText, _UNITS.get(kind, verbatim("%")))
        for part in self._or_else:
            part.setVisible(quote)
        said, wrong = approval_rules.UNSAID, None
        try:
            said = approval_rules.sentence(ApprovalRule(**self.values()))
        except Refused as refused:
            wrong = refused.message
        look.bind(self.sentence.setText, said)
        self.sentence.setVisible(wrong is None)
        self.wrong.setVisible(wrong is not None)
        look.bind(self.wrong.setText, wrong if wrong is not None else verbatim(""))
