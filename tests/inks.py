"""Ink as a hand leaves it, for tests of signing: a name in six strokes, the same every time."""

import math
from datetime import timedelta
from typing import Any
from uuid import UUID

from desktop.models.store import Store
from desktop.rules.ink import Ink, Stroke
from desktop.services import drafts
from desktop.services.evidence import OnScreen
from tests.stores import NOON

CONSENT = "我已阅读 1 页报价，同意其中的价格与条款，并同意以手写电子签名确认。"


def name(*, pressure: int = 0) -> Ink:
    """Six strokes over a pad of 560 × 240."""
    return Ink(56_000, 24_000, tuple(_stroke(number, pressure) for number in range(6)))


def _stroke(number: int, pressure: int) -> Stroke:
    return tuple(
        (
            6_000 + number * 7_000 + int(3_500 * math.sin(step / 6 + number)),
            9_000 + int(5_000 * math.cos(step / 4 + number * 2)),
            number * 630 + step * 12,
            pressure,
        )
        for step in range(40)
    )


def in_front(store: Store, quote_id: UUID, **changes: Any) -> OnScreen:
    """The same, in front of this quote as it is issued now."""
    issued = drafts.load(store, quote_id).revision
    return on_screen(**{"content": issued.content_hash or "", **changes})


def on_screen(**changes: Any) -> OnScreen:
    """What happens in front of a customer who reads one page for twelve seconds."""
    said: dict[str, Any] = {
        "shown": "ab" * 32,
        "content": "cd" * 32,
        "seen": (12_000,),
        "consent": CONSENT,
        "language": "zh",
        "ink": name(),
        "pointer": "pen",
        "began_at": NOON - timedelta(minutes=3),
    }
    return OnScreen(**{**said, **changes})
