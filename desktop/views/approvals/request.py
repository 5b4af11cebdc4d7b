"""What an approver sees of a request: for which quote, for how much, and what asks."""

from typing import Final

from PySide6.QtWidgets import QWidget

from desktop.rules import money
from desktop.services import approval_requests
from desktop.services.matters import Matter
from desktop.services.naming import Called
from desktop.views.compose import Line, column, holding, label, row
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.privacy import veil_text
from desktop.words import Message, msg, verbatim

ANSWER: Final = msg(
    "It works without a network. An answer stays as it was given; who asked has it with the next sync."
)
KEYS: Final = 128
"""How wide the names of the facts are: what they say stands beside them."""


def approval_body(look: Look, desk: Desk, matter: Matter) -> list[QWidget]:
    """The rows of the card, each under a hairline."""
    found = approval_requests.described(desk.store, matter.key)
    if found is None:
        return []
    request, quote, _ = found
    currency = request.currency or "CNY"
    digits = money.currency_digits(currency)
    total = f"{money.symbol(currency)}{request.exposure or 0:,.{digits}f}"
    buyer = approval_requests.buyer(desk.store, quote)
    facts: list[tuple[Message, Message]] = [
        (msg("Customer"), verbatim(veil_text(look, look.text(buyer)))),
        (msg("Total"), verbatim(veil_text(look, total))),
        (msg("Content check"), verbatim(check_of(request.content_hash or ""))),
    ]
    rows: list[QWidget] = []
    for words, value in facts:
        key = label(look, words, ink="ink_2")
        look.bind(key.setFixedWidth, lambda: look.px(KEYS))
        rows.append(holding(row(look, key, label(look, value, strong=True), None, gap=8)))
        rows.append(Line(look))
    for each in list(request.asked or ())[1:]:  # the first stands above
        said = Called(each.get("zh", ""), "verbatim", english=each.get("en", ""))
        rows.append(label(look, said, wrap=True))
    return [holding(column(look, *rows, gap=6))]


def check_of(content: str) -> str:
    """The short form of a content check, to compare by eye or by ear."""
    return f"{content[:4]} {content[4:8]}".upper()
