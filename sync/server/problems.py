"""How the office says no to a whole request: a status, a stable code, and words in both languages."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from desktop.errors import SatchelError
from desktop.words import Message
from sync.protocol.messages import Problem

_LOG: Final = logging.getLogger(__name__)


class Refusal(Exception):
    """The request is answered with `status` and changes nothing, except where its own text says so."""

    def __init__(
        self, status: int, code: str, message: Message, data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.data = dict(data or {})

    def problem(self) -> Problem:
        """The body of the answer."""
        return Problem(
            code=self.code,
            en=self.message.in_language("en"),
            zh=self.message.in_language("zh"),
            data=self.data,
        )


def told(what: str, error: Exception) -> None:
    """One line of the office's own output on what it goes on without: no statement, no value of a record."""
    said = getattr(error, "orig", None) or error
    if isinstance(error, SatchelError):
        said = error.message.in_language("en")
    _LOG.warning("%s: %s: %s", what[:80], type(error).__name__, " ".join(str(said).split())[:300])
