"""Canonical JSON (in the manner of RFC 8785): the one text that is hashed, chained and signed.

Keys are sorted, nothing is padded, text is UTF-8. There is no float: money and quantities travel as text.
"""

import hashlib
import json
from typing import Any


def canonical(value: Any) -> bytes:
    """`value` as canonical JSON. Raises TypeError for a float or anything JSON does not know."""
    _refuse_floats(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def content_hash(value: Any) -> str:
    """SHA-256 of the canonical JSON, as 64 hexadecimal characters."""
    return hash_of(canonical(value))


def hash_of(text: bytes) -> str:
    """SHA-256 of canonical JSON that is there already."""
    return hashlib.sha256(text).hexdigest()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError(f"a float has no canonical form: {value!r}")
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"a key must be text: {key!r}")
        value = value.values()
    elif not isinstance(value, list | tuple):
        return
    for item in value:
        if type(item) is not str:  # most are, and each change of a record passes here
            _refuse_floats(item)
