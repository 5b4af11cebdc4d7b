"""How long a question may take: one that a person no longer waits for ends within the database."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

EVERY: Final = 4000
"""Steps of the database between two looks at the clock: about a tenth of a millisecond."""
SLACK: Final = 8


class TooLong(Exception):
    """The question was given up; ask it again where nobody waits."""


@contextmanager
def patient(
    session: Session, *, seconds: float | None = None, stopped: Callable[[], bool] | None = None
) -> Iterator[None]:
    """Give up questions after so many seconds of work, or when `stopped` says so. Raises TooLong.

    A machine that is busy with other things may take `SLACK` times as long on the clock.
    """
    raw: Any = session.connection().connection.driver_connection
    began, worked = time.monotonic(), time.thread_time()

    def enough() -> int:
        if stopped is not None and stopped():
            return 1
        if seconds is None:
            return 0
        late = time.monotonic() - began > seconds * SLACK
        return int(late or time.thread_time() - worked > seconds)

    raw.set_progress_handler(enough, EVERY)
    try:
        yield
    except OperationalError as error:
        if "interrupted" not in str(error.orig):
            raise
        raise TooLong from None
    finally:
        raw.set_progress_handler(None, 0)
