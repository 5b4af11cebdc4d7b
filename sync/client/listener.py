"""Listening to the office: a thread that waits for news of streams and says so when they are news here.

It holds one line open. Where a proxy in between holds the line's words back, it asks and has the office hold
the answer back instead. After a failure it waits a random time, longer each time.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Generator
from typing import Any, Final, Protocol, cast

from desktop.errors import NotAllowed, SatchelError
from desktop.models.remote import Remote
from sync.client.driver import Request, Session, Transport
from sync.client.transport import STALLED
from sync.engine import actions
from sync.engine.asking import Busy
from sync.engine.listening import WAIT, is_news, listen
from sync.engine.pace import LONGEST_WAIT, Backoff
from sync.protocol import codec
from sync.protocol.events import KIND, Reader
from sync.protocol.messages import News

STALL: Final = 40.0
"""Seconds of silence after which a line is dead: the office says something every 15."""
ASKING: Final = 3600.0
"""Seconds for which it asks instead of holding a line, once a line has stayed silent from its beginning."""

RETRY: Final = 60.0
"""The longest wait after a failure; whoever comes through also ends the waiting of the sync."""
CATCH_UP: Final = 0.5
"""Seconds given to the sync that an answer brings about, before the next question says what is held then."""
_LOG: Final = logging.getLogger(__name__)


class Line(Transport, Protocol):
    """A transport that can hold a line open, and be ended from another thread."""

    def listen(
        self, request: Request, hear: Callable[[bytes], None]
    ) -> "actions.Answer | actions.Failure": ...

    def hang_up(self) -> None: ...

    def close(self) -> None: ...


class _Listening(Session[News]):
    accept = KIND


class Listener:
    """The ear of one laptop. `heard` gets what is news here, `connected` hears that the office is there.

    `refused` hears that this laptop is let in no more.
    """

    def __init__(
        self,
        remote: Remote,
        line: Line,
        heard: Callable[[News], None],
        *,
        connected: Callable[[], None] = lambda: None,
        refused: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float],
    ) -> None:
        self._remote, self._line = remote, line
        self._heard, self._connected, self._refused = heard, connected, refused
        self._clock, self._chance = clock, chance
        self._backoff = Backoff(longest=RETRY, open_after=math.inf)
        self._asks_until = 0.0
        self._said = False
        """Whether the office has said anything on the line that is open now."""
        self._failure = ""
        self._over = threading.Event()
        self._again = threading.Event()
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)

    def start(self) -> None:
        """Begin to listen; where that was done, the office answers again: do not wait any longer."""
        if self._thread.ident is None:
            self._thread.start()
        else:
            self._again.set()

    def stop(self) -> None:
        """End; returns when the thread has ended."""
        self._over.set()
        self._again.set()
        self._line.hang_up()
        if self._thread.is_alive():
            self._thread.join()
        self._line.close()

    def network_changed(self) -> None:
        """Another network: perhaps this one has no such proxy."""
        self._asks_until = 0.0
        self._again.set()

    @property
    def asks(self) -> bool:
        """Whether it asks again and again because a line would be held back."""
        return self._clock() < self._asks_until

    def _run(self) -> None:
        while not self._over.is_set():
            wait = self._listen_once()
            if wait and not self._over.is_set():
                self._again.wait(wait)
            self._again.clear()

    def _listen_once(self) -> float:
        """One line or one answer; returns how long to wait before the next."""
        self._said, self._failure = False, ""
        try:
            news = self._converse(wait=WAIT if self.asks else 0)
        except NotAllowed:
            self._refused()
            return LONGEST_WAIT  # the next sync tells the person; until then nothing is asked
        except SatchelError as error:
            return self._wait_after(error)
        except Exception:  # noqa: BLE001 - a defect: the next sync tells the person if it meets it, too
            _LOG.exception("listening failed in a way that nobody foresaw")
            return LONGEST_WAIT
        self._said_something()
        self._hear(news)
        return CATCH_UP if news.heads or news.all else 0.0

    def _wait_after(self, error: SatchelError) -> float:
        if self._failure == STALLED and not self._said and not self.asks:
            self._asks_until = self._clock() + ASKING
            return 0.0
        now = self._clock()
        after = error.after if isinstance(error, Busy) else None
        return max(0.0, self._backoff.failed(now, self._chance(), after) - now)

    def _converse(self, *, wait: int) -> News:
        """Ask, and hear what comes over the line while it is open; the answer where it ended by one."""
        session: Session[News] = (Session if wait else _Listening)(
            cast("Generator[actions.Action, Any, News]", listen(self._remote.cursors(), wait=wait)),
            self._remote,
        )
        reader = Reader()

        def hear(piece: bytes) -> None:
            self._said_something()
            for news in reader.feed(piece):
                self._hear(news)

        request = session.go_on()
        while request is not None:
            try:
                said = self._line.listen(request, hear)
            except codec.BadMessage:
                said = actions.Failure("nonsense", portal=True)
            self._failure = said.reason if isinstance(said, actions.Failure) else ""
            request = session.go_on(said)
        return session.result or News()

    def _said_something(self) -> None:
        if not self._said:
            self._said = True
            self._backoff.succeeded()
            self._connected()

    def _hear(self, news: News) -> None:
        if not self._over.is_set() and is_news(news, self._remote.cursors()):
            self._heard(news)
