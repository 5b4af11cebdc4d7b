"""The lines of the settings about the firm: what stands on its paper, its price books, people and teams."""

from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.views.buttons import Button
from desktop.views.desk import Desk
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.words import Message, msg

LISTED: Final = (
    ("price_book", msg("Price books"), msg("Prices for a region, a grade or one customer, with their days.")),
    ("promotion", msg("Promotions"), msg("Offers between two days, for everybody or for some.")),
    ("coupon", msg("Coupons"), msg("A code that takes something off, once or so many times.")),
    ("exchange_rate", msg("Exchange rates"), msg("What a currency is worth on a day: for quotes abroad.")),
    ("approval_rule", msg("Approval rules"), msg("Above which limits somebody has to agree.")),
    ("delegation", msg("Delegations"), msg("What somebody may issue on one laptop without asking.")),
    ("company_seal", msg("Company seals"), msg("Pictures of seals, and who may print with which.")),
    ("clause", msg("Clause library"), msg("What the firm's contracts say, from which day on.")),
    ("template", msg("Templates"), msg("How quotes look on paper: colours, columns, texts of your own.")),
    ("user", msg("Users"), msg("Who works here, in which role and team.")),
    ("team", msg("Teams"), msg("Who shares customers with whom.")),
)
PAGES: Final = {"approval_rule": "rules"}
"""What has a page of its own making instead of its list."""


class FirmSettings(QObject):
    """One button; grey with its reason where the role may not."""

    opened = Signal(str, object)
    wanted = Signal(str)
    listed = Signal(str)

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        found = desk.recent("organisation", 1)
        self._firm = found[0] if found else None
        words = msg("Open") if self._firm is not None else msg("Fill in")
        self.button = Button(look, words, icon="building-2")
        self.button.clicked.connect(self._press)
        if self._firm is None:
            self.button.refuse(desk.refusal("organisation.new", None))

    def lines(self) -> list[tuple[Message, Message, QWidget]]:
        """Words, why, control."""
        why = msg("Name, address, bank and tax number, as they stand on quotes and contracts.")
        lines: list[tuple[Message, Message, QWidget]]
        lines = [(msg("What stands on your paper"), why, self.button)]
        return [*lines, *((words, why, self._opener(kind)) for kind, words, why in LISTED)]

    def _opener(self, kind: str) -> Button:
        words = msg("Open the list")
        button = Button(self._look, words, icon=LISTS[kind].icon)
        button.clicked.connect(lambda: self.listed.emit(PAGES.get(kind, kind)))
        return button

    def _press(self) -> None:
        if self._firm is not None:
            self.opened.emit("organisation", self._firm.id)
        else:
            self.wanted.emit("organisation")
