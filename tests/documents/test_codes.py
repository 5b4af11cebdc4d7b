"""A text as a QR symbol, as any telephone reads it."""

import pytest
import segno

from desktop.documents.codes import squares
from desktop.errors import Refused


def test_letters_with_accents_are_written_in_utf8_as_chinese_ones_are() -> None:
    card = "BEGIN:VCARD\r\nFN:José Müller\r\nEND:VCARD\r\n"
    raw = segno.make(card.encode(), error="m", micro=False)  # bytes stay as they are
    assert squares(card) == tuple(tuple(bool(dark) for dark in row) for row in raw.matrix)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(Refused):
        squares("张" * 900)
