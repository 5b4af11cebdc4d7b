"""The pin of an office's authority: what a person types behind the address, `https://host:8440#PIN`.

125 bits of the SHA-256 of its certificate, in groups of five letters of Crockford's alphabet: whoever wanted
to pass for the office would have to find another certificate with the same pin.
"""

import hashlib
import hmac
from typing import Final

LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's alphabet: nothing in it is mistaken for something else."""
LENGTH: Final = 25


def pin_of(certificate: bytes) -> str:
    """The pin of a certificate in DER."""
    number = int.from_bytes(hashlib.sha256(certificate).digest(), "big") >> (256 - 5 * LENGTH)
    letters = "".join(LETTERS[number >> (5 * place) & 31] for place in reversed(range(LENGTH)))
    return "-".join(letters[start : start + 5] for start in range(0, LENGTH, 5))


def as_given(typed: str) -> str:
    """A typed pin or code as it was given out: case, dashes, spaces and look-alikes do not matter."""
    plain = typed.upper().translate(str.maketrans("OIL", "011"))
    return "".join(letter for letter in plain if letter not in " -")


def fits(certificate: bytes, typed: str) -> bool:
    """Whether a certificate is the one that the typed pin means."""
    wanted = as_given(typed)
    return len(wanted) == LENGTH and hmac.compare_digest(
        as_given(pin_of(certificate)).encode(), wanted.encode("utf-8")
    )
