"""The customer's screen: to be read, signed and not confirmed, the PIN, thanks."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QWidget

from desktop.documents.contract import contract_pdf
from desktop.documents.preview import page_pictures
from desktop.rules.attachments import hash_of
from desktop.rules.canonical import content_hash
from desktop.services.pins import Answer
from desktop.services.showing import Showing
from desktop.views.customer_screen.screen import CustomerScreen
from desktop.views.look import Look
from tests import inks
from tests.documents import sample, sealing
from tests.screens.staging import Build

SIGNED_AT = datetime(2026, 11, 24, 7, 52, 8, tzinfo=UTC)


@lru_cache(maxsize=2)
def shown(language: str = "zh") -> Showing:
    """The sample quote of two pages."""
    snapshot = sample.quote(language)
    paper = sealing.sealed_by(sealing.LAPTOP, sealing.COMPANY, snapshot=snapshot)
    number = f"{snapshot['number']} R{snapshot['revision']}"
    return showing("quote", language, snapshot, paper, number)


@lru_cache(maxsize=2)
def contract(language: str = "zh") -> Showing:
    """The contract of the sample quote."""
    snapshot = sample.contract(language)
    return showing("contract", language, snapshot, contract_pdf(snapshot), str(snapshot["number"]))


def showing(of: str, language: str, snapshot: dict[str, Any], paper: bytes, number: str) -> Showing:
    """One of the two, as the customer gets it."""
    digest = content_hash(snapshot)
    return Showing(
        of=of,
        record_id=UUID(int=1),
        number=number,
        language=language,
        check=f"{digest[:4]} {digest[4:8]}".upper(),
        sha256=hash_of(paper),
        content=digest,
        snapshot=snapshot,
        signer="张建国" if language == "zh" else "Zhang Jianguo",
        job="总经理" if language == "zh" else "General Manager",
        pictures=tuple(page_pictures(paper, 1.2)),
    )


def reading(look: Look) -> CustomerScreen:
    """As it opens."""
    return CustomerScreen(look, shown(look.language), "林一鸣", 6, lambda: SIGNED_AT)


def signing(look: Look) -> CustomerScreen:
    """Read, ticked and signed, but not confirmed."""
    screen = reading(look)
    screen.pages.seen = [9_000] * len(screen.pages.seen)
    screen.panel.pad.take(inks.name())
    screen.panel.consent.setChecked(True)
    return screen


def agreeing(look: Look) -> CustomerScreen:
    """A contract, read and signed, but not confirmed."""
    screen = CustomerScreen(look, contract(look.language), "林一鸣", 6, lambda: SIGNED_AT)
    screen.pages.seen = [9_000] * len(screen.pages.seen)
    screen.panel.pad.take(inks.name())
    screen.panel.consent.setChecked(True)
    return screen


def leaving(look: Look) -> QWidget:
    """The PIN, wrong once, with three digits of the next try."""
    screen = signing(look)
    screen.ask_to_leave()
    screen.leave.answered(Answer(right=False, left=4))
    for digit in "258":
        screen.leave.keys[digit].click()
    return screen


def thanks(look: Look) -> QWidget:
    """It is signed."""
    screen = signing(look)
    screen.signed(SIGNED_AT)
    return screen


CUSTOMER: dict[str, Build] = {
    "customer_screen": reading,
    "customer_screen_signing": signing,
    "customer_screen_contract": agreeing,
    "customer_screen_pin": leaving,
    "customer_screen_thanks": thanks,
}
