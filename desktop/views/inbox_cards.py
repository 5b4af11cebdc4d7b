"""What a card of the inbox shows between its heading and its choices, for each kind of matter."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.models.inbox import DECIDED
from desktop.models.overlay import pairs
from desktop.models.record import RECORDS
from desktop.rules import threeway
from desktop.services import consequences, inbox, lately, matters
from desktop.services.matters import Matter
from desktop.services.ways import Told
from desktop.views import cells, dates
from desktop.views.approvals.request import approval_body
from desktop.views.comparison import Comparison, Line, field_words, lines_of
from desktop.views.compose import Line as Hairline
from desktop.views.compose import Picture, column, holding, label, row
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.words import Message, msg, verbatim

MOST_LINES: Final = 12
ICONS: Final[Mapping[str, tuple[str, str]]] = {
    "conflict": ("git-merge", "bad"),
    "text": ("git-merge", "bad"),
    "delete": ("trash-2", "bad"),
    "deleted": ("trash-2", "bad"),
    "stage": ("circle-arrow-right", "warn"),
    "refused": ("ban", "warn"),
    "overdraft": ("wallet", "warn"),
    "proposed": ("hourglass", "ink_2"),
    "review": ("scale", "warn"),
    "proposal": ("users", "accent_ink"),
    "approval": ("shield-check", "accent_ink"),
    "held": ("trash-2", "bad"),
}
"""The picture of each kind, and its ink."""


def icon_of(matter: Matter) -> tuple[str, str]:
    """The picture that stands before a matter in the list."""
    if matter.entry is not None and matter.entry.state in DECIDED:
        return ("circle-check", "ink_3")
    if matter.kind == "proposed" and matter.outcome:
        return ("circle-check", "good") if matter.outcome == "accepted" else ("circle-x", "bad")
    return ICONS[matter.kind]


class Notice(QWidget):
    """What the customer holds: an icon and a sentence on a soft ground."""

    def __init__(self, look: Look, words: Message, icon: str, tone: str) -> None:
        super().__init__()
        self._look, self._tone = look, tone
        told = label(look, words, wrap=True)
        inside = row(look, Picture(look, icon, tone), told, gap=10, edge=(14, 10, 14, 10))
        inside.setStretch(1, 1)
        self.setLayout(inside)
        look.bind(self.setAccessibleName, words)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground."""
        painter, look = QPainter(self), self._look
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour(f"{self._tone}_soft"))
        radius = look.t.radius("chip")
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)


def body(look: Look, desk: Desk, matter: Matter, told: Told) -> list[QWidget]:
    """The parts of the card, top to bottom."""
    made = _BODIES[matter.kind](look, desk, matter)
    paper = told.weighed.paper if told.weighed is not None else None
    if paper is not None and told.weighed is not None:
        icon, tone = ("pencil", "bad") if paper.signer else ("file-check-2", "warn")
        made.append(Notice(look, inbox.paper_words(paper, told.weighed.held), icon, tone))
    return made


def _values(look: Look, desk: Desk, matter: Matter) -> list[QWidget]:
    return [Comparison(look, lines_of(desk, matter.entry))] if matter.entry is not None else []


# ---------------------------------------------------------------- texts


class Texts(QWidget):
    """Two versions of a text beside each other: what both wrote over stands on the tint."""

    def __init__(self, look: Look, theirs: str, mine: str, marked: str) -> None:
        super().__init__()
        clashing = threeway.overlaps(marked)
        sides = (
            (msg("Yours"), "accent_ink", mine, {line for _, lines in clashing for line in lines}),
            (msg("The office"), "ink_2", theirs, {line for lines, _ in clashing for line in lines}),
        )
        columns = [holding(self._side(look, *side)) for side in sides]
        across = row(look, *columns, gap=16)
        for n in range(len(columns)):
            across.setStretch(n, 1)
        self.setLayout(across)

    @staticmethod
    def _side(look: Look, words: Message, ink: str, text: str, clashing: set[str]) -> Any:
        made = column(look, label(look, words, size="small", ink=ink, strong=True), Hairline(look), gap=4)
        lines = text.split("\n")
        for line in lines[:MOST_LINES]:
            marked = line in clashing
            said = label(look, line or " ", wrap=True, ink="ink" if marked else "ink_3", strong=marked)
            made.addWidget(said)
        if len(lines) > MOST_LINES:
            made.addWidget(label(look, "…", ink="ink_3"))
        made.addStretch(1)
        return made


def _texts(look: Look, _desk: Desk, matter: Matter) -> list[QWidget]:
    if matter.entry is None:
        return []
    theirs, mine, _ = matters.text_sides(matter.entry)
    return [Texts(look, theirs, mine, matter.entry.theirs or "")]


class TextBox(QPlainTextEdit):
    """Where a third text is written, with both versions to begin with."""

    def __init__(self, look: Look, matter: Matter) -> None:
        super().__init__()
        if matter.entry is not None:
            self.setPlainText(matters.text_sides(matter.entry)[2])
        self.setTabChangesFocus(True)
        look.bind(self.setFixedHeight, lambda: look.px(120))
        look.bind(self.setAccessibleName, msg("Use another value"))


# ---------------------------------------------------------------- who changed what


def _changes(look: Look, desk: Desk, matter: Matter) -> list[QWidget]:
    """Who changed what lately, one in a row."""
    found = lately.changes(desk.store, matter)
    if not found:
        return []
    today = cells.now().astimezone().date()
    rows: list[QWidget] = [label(look, msg("Changed lately"), size="small", ink="ink_2", strong=True)]
    for one in found:
        who = msg("You") if one.mine else verbatim(one.who or "—")
        old, new = (field_words(one.type, one.field, value) for value in (one.old, one.new))
        said = msg("{field}: {old} → {new}").of(field=one.label, old=old, new=new)
        place = label(look, one.of, ink="ink_2")
        look.bind(place.setMinimumWidth, lambda: look.px(110))
        person = label(look, who, strong=one.mine)
        look.bind(person.setFixedWidth, lambda: look.px(90))
        when = label(look, dates.moment(one.at, look.language, today), size="small", ink="ink_3")
        parts = (
            (person, place, label(look, said), None, when)
            if one.of
            else (person, label(look, said), None, when)
        )
        rows += [Hairline(look), holding(row(look, *parts, gap=8, edge=(0, 4, 0, 4)))]
    return [holding(column(look, *rows, gap=2))]


def _deletion(look: Look, desk: Desk, matter: Matter) -> list[QWidget]:
    weighed = inbox.weigh(desk.store, matter.entry) if matter.entry is not None else None
    found: list[QWidget] = []
    if weighed is not None and weighed.weights:
        mine, theirs = (weighed.weights[side] for side in ("mine", "theirs"))
        lines = [
            _total(weighed, mine, theirs),
            Line(msg("Tax"), None, verbatim(mine.tax), verbatim(theirs.tax)),
        ]
        found.append(Comparison(look, lines, (msg("Without it"), msg("With it"))))
    return found + _changes(look, desk, matter)


def _total(weighed: consequences.Consequences, one: consequences.Weight, other: consequences.Weight) -> Line:
    sign = cells.SIGNS.get(weighed.currency, "")
    figures = (verbatim(sign + one.payable), verbatim(sign + other.payable))
    return Line(msg("Total of the quote"), None, *figures, big=True)


# ---------------------------------------------------------------- proposals, accounts, deletions


def _proposal(look: Look, desk: Desk, matter: Matter) -> list[QWidget]:
    lines: list[Line] = []
    for change in matter.proposal.changes or () if matter.proposal is not None else ():
        fields = RECORDS[change["type"]].fields()
        for name, (old, new) in pairs(change["kind"], change["body"]).items():
            if name in fields and not fields[name].hidden:
                now, before = (field_words(change["type"], name, value) for value in (new, old))
                lines.append(Line(fields[name].label, None, now, before, big=not lines))
        if change["kind"] == "delete":
            cls = RECORDS[change["type"]]
            lines.append(Line(cls.__label__, None, msg("deleted"), msg("as it is"), big=True))
    return [Comparison(look, lines, (msg("Proposed"), msg("As it was")))] if lines else []


def _account(look: Look, desk: Desk, matter: Matter) -> list[QWidget]:
    found = matters.ledger_of(matter.entry) if matter.entry is not None else None
    if matter.entry is None or found is None:
        return []
    left = max(matters.balance(desk.store, matter.entry) - found[0].least, 0)
    wanted = -found[2]
    lines = [
        Line(msg("Amount"), None, verbatim(f"{wanted:,}"), verbatim(f"{left:,}"), big=True),
        Line(msg("Missing"), None, verbatim(f"{max(wanted - left, 0):,}"), verbatim("—")),
    ]
    return [Comparison(look, lines, (msg("You wanted"), msg("There is left")))]


def _held(look: Look, _desk: Desk, matter: Matter) -> list[QWidget]:
    if matter.deletions is None:
        return []
    rows: list[QWidget] = []
    for words, count in matter.deletions.by_type:
        rows += [holding(row(look, label(look, words), None, label(look, f"{count:,}", strong=True)))]
        rows += [Hairline(look)]
    named = "、" if look.language == "zh" else ", "
    if matter.deletions.samples:
        some = msg("Among them: {names}").of(names=named.join(matter.deletions.samples))
        rows.append(label(look, some, ink="ink_2", wrap=True))
    return [holding(column(look, *rows, gap=6))]


_BODIES: Final[Mapping[str, Callable[[Look, Desk, Matter], list[QWidget]]]] = {
    "conflict": _values,
    "text": _texts,
    "delete": _deletion,
    "deleted": _values,
    "stage": _values,
    "refused": _values,
    "overdraft": _account,
    "proposed": _values,
    "review": _changes,
    "proposal": _proposal,
    "approval": approval_body,
    "held": _held,
}


def spaced(parts: Sequence[QWidget]) -> list[QWidget | int]:
    """The parts with room between them."""
    return [one for part in parts for one in (8, part)]
