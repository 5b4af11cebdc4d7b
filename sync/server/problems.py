"""How the office says no to a whole request: a status, a stable code, and words in both languages."""

from collections.abc import Mapping
from typing import Any

from desktop.words import Message
from sync.protocol.messages import Problem


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
