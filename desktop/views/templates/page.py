"""The page of a template: what it says on the left, the paper by it on the right; its history aside."""

from functools import partial
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QMenu, QWidget

from desktop.errors import SatchelError
from desktop.rules.templates import ACCENTS, findings
from desktop.services import templates
from desktop.services.template_editions import body_of
from desktop.services.templates import Standing
from desktop.views import preview
from desktop.views.buttons import Button, Segments
from desktop.views.compose import (
    Chip,
    Line,
    Stack,
    column,
    holding,
    label,
    region,
    row,
    scrolling,
    tab_through,
)
from desktop.views.desk import Desk
from desktop.views.header_parts import park
from desktop.views.look import Look
from desktop.views.record_page import RecordPage
from desktop.views.templates.swatches import Swatches
from desktop.words import Message, msg, verbatim

AFTER: Final = 250  # ms without a change before the paper is made again
PUBLISH: Final = msg("Publish template")
FIELDS: Final = msg("Fields for your texts")
COPIED: Final = msg("{field} is on the clipboard; paste it into a text")
PUBLISHED: Final = msg("Published: quotes are printed by it from now on")


class TemplatePage(RecordPage):
    """One template; drafts are printed by what was published last, the paper here by what stands here."""

    def __init__(self, look: Look, desk: Desk, kind: str, record_id: UUID) -> None:
        self.face = Segments(
            look,
            [("paper", msg("Paper")), ("history", msg("History"))],
            current="paper",
            name=msg("What is shown"),
        )
        self.view = preview.Preview(look, files=False)
        self.swatches = Swatches(look, ACCENTS)
        self.chip = Chip(look)
        self.hint = label(look, size="small", ink="ink_2", wrap=True)
        self.fields = Button(look, FIELDS, icon="copy", name=FIELDS)
        self.publish = Button(look, PUBLISH, kind="primary", icon="circle-check", name=PUBLISH)
        self._faces = Stack()
        self._later = QTimer()
        self._later.setSingleShot(True)
        self._later.setInterval(AFTER)
        super().__init__(look, desk, kind, record_id)
        self._later.setParent(self)
        self._later.timeout.connect(self.make)
        self.face.chosen.connect(self.turn)
        self.view.language_chosen.connect(lambda _language: self.make())
        self.swatches.chosen.connect(self._colour)
        self.fields.clicked.connect(self._open_fields)
        self.publish.clicked.connect(self.issue)

    def _compose(self) -> None:
        super()._compose()
        look = self._look
        history = QWidget()
        inside = self.layout()
        if inside is not None:
            history.setLayout(inside)
        form = region("surface")
        beside = holding(column(look, self.swatches, self.facts, self.to_ask, self.hint, None, gap=8))
        form.setLayout(column(look, scrolling(beside), gap=0, edge=(20, 8, 14, 12)))
        paper = holding(row(look, form, self.view, gap=0))
        for made in (paper, history):
            self._faces.addWidget(made)
        bar = region("surface")
        bar.setLayout(row(look, self.face, None, gap=0, edge=(20, 8, 16, 8)))
        every = column(look, bar, Line(look), self._faces, gap=0)
        every.setStretch(2, 1)
        self.setLayout(every)
        for part in (self.chip, self.fields, self.publish):
            park(part, self)

    def turn(self, key: str) -> None:
        """The form with the paper, or what happened."""
        self._faces.setCurrentIndex(int(key == "history"))

    def header_parts(self) -> list[QWidget]:
        """Which template, and how it stands."""
        icon, title, *rest = super().header_parts()[1:]
        return [icon, title, self.chip, *rest]

    def header_actions(self) -> list[QWidget]:
        """Delete, the fields, and publish."""
        return [*super().header_actions(), self.fields, self.publish]

    # Showing

    def _fill(self) -> None:
        super()._fill()
        found = templates.standing(self._desk.store, self.record_id)
        self.chip.show_words(*_standing(found))
        self.swatches.show_value(found.template.accent or "")
        said = [one for one in findings(body_of(found.template)) if not one.grave]
        self._look.bind(self.hint.setText, said[0].words if said else verbatim(""))
        self.hint.setVisible(bool(said))
        self._later.start()

    def _allow(self) -> None:
        super()._allow()
        self.publish.refuse(self._desk.refusal("template.publish", self.shown.record))

    def _order(self) -> None:
        """Tab goes from the tabs through the form to the paper."""
        super()._order()
        facts = [fact.value for fact in self.facts.facts.values()]
        asked = self.facts.to_ask.buttons() if self.facts.to_ask is not None else []
        languages = self.view.languages.buttons()
        tab_through([self, *self.face.buttons(), *self.swatches.buttons(), *facts, *asked, *languages])

    def _changed(self, keys: frozenset[tuple[str, UUID]]) -> None:
        if any(kind in ("template_version", "organisation") for kind, _ in keys):
            keys = keys | {(self.kind, self.record_id)}
        super()._changed(keys)

    def make(self) -> None:
        """The pages again, made off this thread and swapped whole."""
        language, width = self.view.languages.current(), self.view.width_wanted()
        store, template_id = self._desk.store, self.record_id

        def pages() -> list[QImage]:
            return preview.images(templates.pictures(store, template_id, language, width))

        self._desk.runner.read(self, "pages", pages, self.view.show_pages, failed=self._no_pages)

    def _no_pages(self, error: BaseException) -> None:
        self.view.show_pages([])
        if isinstance(error, SatchelError):
            self._desk.refused.emit(error)

    # Doing

    def issue(self) -> None:
        """Publish what stands here, where it stands its trial."""
        self._desk.do("template.publish", self.record_id, told=PUBLISHED)

    def _colour(self, accent: str) -> None:
        seen = {"accent": self.shown.value("accent")}
        self._desk.edit(self.kind, self.record_id, {"accent": accent}, parsed=True, seen=seen)

    def palette_of(self) -> QMenu:
        """Every field with what it says in the quote that is shown; the chosen one goes to the clipboard."""
        menu = QMenu(self)
        for name, words, value in templates.palette(self._desk.store, self.view.languages.current()):
            shown = value if len(value) <= 40 else f"{value[:39]}…"
            text = self._look.text(words)
            action = menu.addAction(f"{text}: {shown}".replace("&", "&&") if shown else text)
            action.triggered.connect(partial(self.copy_field, name))
        return menu

    def copy_field(self, name: str, _ticked: bool = False) -> None:
        """One field as it is written in a text."""
        field = "{{" + name + "}}"
        QGuiApplication.clipboard().setText(field)
        self._desk.told.emit(COPIED.of(field=field), False)

    def _open_fields(self) -> None:
        self.palette_of().popup(self.fields.mapToGlobal(QPoint(0, self.fields.height())))


def _standing(found: Standing) -> tuple[Message, Any]:
    if found.edition is None:
        return msg("Not published yet"), "neutral"
    edition = found.edition.edition
    if found.changed:
        return msg("Changed since edition {edition}").of(edition=edition), "warn"
    return msg("Edition {edition}").of(edition=edition), "good"
