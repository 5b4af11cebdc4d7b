"""Every error a person can meet, as one tree; each carries a message that says what to do.

    SatchelError
    ├── Refused              a rule says no (1)        field: the field it belongs to, if any
    │   ├── NotAllowed       this role may not
    │   ├── Conflict         somebody else changed it since
    │   └── Damaged          a file is not what it should be
    ├── Usage                the request makes no sense (2)
    ├── NotFound             no such record or file (3)
    ├── Offline              the office cannot be reached (4)
    │   ├── ServerTooOld
    │   └── ServerTooNew
    ├── InUse                another Satchel has this profile open (5)
    └── WrongPassphrase      (6)

The number is the exit code of the command line.
"""

from typing import ClassVar

from desktop.words import Message


class SatchelError(Exception):
    """Something a person is told about; `message` is shown in their language."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: Message, *, field: str | None = None) -> None:
        super().__init__(message.text)
        self.message = message
        self.field = field
        self.facts: dict[str, object] = {}
        """What a script may want to know besides, as JSON."""

    def __str__(self) -> str:
        return self.message.in_language("en")


class Refused(SatchelError):
    """A rule says no; nothing was changed."""


class NotAllowed(Refused):
    """The actor's role does not hold this command for this record."""


class Conflict(Refused):
    """Somebody else changed the same thing since; nothing was changed."""


class Damaged(Refused):
    """A file does not verify; the message says what is left and what to do."""


class Usage(SatchelError):
    """The request itself is malformed."""

    exit_code = 2


class NotFound(SatchelError):
    """The named record or file does not exist here."""

    exit_code = 3


class Offline(SatchelError):
    """The office cannot be reached; the work waits and nothing is lost."""

    exit_code = 4


class ServerTooOld(Offline):
    """The office runs a version that cannot speak with this laptop."""


class ServerTooNew(Offline):
    """This laptop must be updated before it can receive again."""


class InUse(SatchelError):
    """Another process holds the lock of this profile."""

    exit_code = 5


class WrongPassphrase(SatchelError):
    """No key slot opens with this passphrase or code."""

    exit_code = 6
