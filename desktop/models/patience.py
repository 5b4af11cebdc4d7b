"""How long a question may take: one that a person no longer waits for ends within the database."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

EVERY: Final = 4000
"""Steps of the database between two looks at the clock: about a tenth of a millisecond."""


class TooLong(Exception):
    """The question was given up; ask it again where nobody waits."""


@contextmanager
def patient(
    session: Session, *, seconds: float | None = None, stopped: Callable[[], bool] | None = None
) -> Iterator[None]:
    """Give up questions after so many seconds, or when `stopped` says so. Raises TooLong."""
    raw: Any = session.connection().connection.driver_connection
    deadline = time.monotonic() + seconds if seconds is not None else None

    def enough() -> int:
        late = deadline is not None and time.monotonic() > deadline
        return int(late or (stopped is not None and stopped()))

    raw.set_progress_handler(enough, EVERY)
    try:
        yield
    except OperationalError as error:
        if "interrupted" not in str(error.orig):
            raise
        raise TooLong from None
    finally:
        raw.set_progress_handler(None, 0)
