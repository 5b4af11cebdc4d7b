"""Approval by telephone: what a laptop reads out, what an approver reads back, and whether that counts.

The laptop asks before it issues, without a network; the office asks the same when it hears of it.
"""

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from desktop.rules.approvals import Ask, enough
from desktop.rules.canonical import canonical
from desktop.rules.delegations import BELOW, FORGIVEN
from desktop.rules.roles import Role
from desktop.words import Message, msg

CHALLENGE: Final = 8
"""Letters that are read out."""
CODE: Final = 10
"""Letters that are read back."""
TRIES: Final = 5
MINUTE: Final = 60_000
LASTS: Final = 30 * MINUTE
"""Milliseconds for which a challenge may be answered."""
SAME_DAY: Final = 24 * 60 * MINUTE
"""Milliseconds after which the approver's own entry should have come to the office."""
_LETTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
_HEARD: Final = str.maketrans({"0": "O", "1": "I", "8": "B", " ": "", "-": "", "–": "", "·": ""})
"""What base32 does not have can only have been meant otherwise."""
_ASKED_AS: Final = "SATCHEL-PHONE-CHALLENGE-1"
_ANSWERED_AS: Final = "SATCHEL-PHONE-CODE-1"

NO_KEY: Final = msg("This laptop has no key for approvals by telephone yet; it comes with a sync.")
WOUND_BACK: Final = msg("The clock of this laptop was set back; a code does not count until it is right.")
OVER: Final = msg("More than 30 minutes have passed since this was read out; read out a new one.")
OTHER_CONTENT: Final = msg("What was approved by telephone is another content.")
WRONG: Final = msg("This code is not the right one.")
NO_TRIES: Final = msg("It was typed wrong five times; read out a new one.")
USED: Final = msg("This code was used already.")


@dataclass(frozen=True, slots=True)
class Matter:
    """What is approved: the content that this laptop would issue, the rules that ask, and what it comes to.

    `total` is in minor units of `currency`.
    """

    device: str
    content: str
    rules: tuple[str, ...]
    total: int
    currency: str

    def challenge(self, opened: int) -> str:
        """What is read out for it when it was opened at this moment, in milliseconds."""
        said = [_ASKED_AS, self.device, self.content, sorted(self.rules), opened // MINUTE]
        return _letters(hashlib.sha256(canonical(said)).digest(), CHALLENGE)


@dataclass(frozen=True, slots=True)
class Call:
    """What was read out and back, when, and who answered in which role."""

    opened: int
    challenge: str
    code: str
    approver: str
    role: Role


def matter(device: str, content: str, asked: Iterable[Ask], total: int, currency: str) -> Matter:
    """What is approved when all of this asks."""
    return Matter(device, content, tuple(ask.rule.id for ask in asked), total, currency)


def answer(key: bytes, challenge: str, total: int, currency: str, approver: str) -> str:
    """What this approver reads back for a challenge that stands for this total.

    >>> answer(bytes(32), "K7QF2M5X", 35590000, "CNY", "0" * 32)
    'TJG2SGFNRM'
    """
    said = canonical([_ANSWERED_AS, challenge, total, currency, approver])
    return _letters(hmac.new(key, said, hashlib.sha256).digest(), CODE)


def refusal(
    call: Call, of: Matter, asked: Sequence[Ask], key: bytes | None, at: int, newest: int = 0
) -> Message | None:
    """Why a call does not cover what asks; None where it does. `newest`: known to have been before."""
    if key is None:
        return NO_KEY
    if at + FORGIVEN < max(newest, call.opened):
        return WOUND_BACK
    if at > call.opened + LASTS:
        return OVER
    if call.challenge != of.challenge(call.opened):
        return OTHER_CONTENT
    right = answer(key, call.challenge, of.total, of.currency, call.approver)
    if not hmac.compare_digest(right.encode(), call.code.encode(errors="replace")):  # whatever was sent
        return WRONG
    short = next((ask for ask in asked if not enough(call.role, ask.rule.role)), None)
    return BELOW.of(what=short.words) if short is not None else None


def heard(text: str, length: int) -> str | None:
    """What somebody typed who was told letters; None where that is not as many letters as there should be.

    >>> heard("k7qf-2m5x", CHALLENGE), heard("k7qf 2m5", CHALLENGE), heard("07QF 2M5X", CHALLENGE)
    ('K7QF2M5X', None, 'O7QF2M5X')
    """
    found = text.upper().translate(_HEARD)
    return found if len(found) == length and _LETTERS.issuperset(found) else None


def spaced(text: str) -> str:
    """The same in two groups, to read aloud.

    >>> spaced("K7QF2M5X"), spaced("R7KD2QX4AB")
    ('K7QF 2M5X', 'R7KD2 QX4AB')
    """
    half = len(text) // 2
    return f"{text[:half]} {text[half:]}"


def _letters(digest: bytes, count: int) -> str:
    return b32encode(digest).decode()[:count]
