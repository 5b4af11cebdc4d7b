"""Hearing that streams have moved: what to ask, and whether what was heard is news here."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from sync.engine.actions import Report, Send
from sync.engine.asking import Steps, ask
from sync.protocol.events import fingerprint
from sync.protocol.messages import EVENTS, News

WAIT: Final = 25
"""Seconds for which the office holds an answer back, where no line can stay open."""


def listen(cursors: Mapping[str, int], *, wait: int = 0) -> Steps[News]:
    """Ask for what moves beyond `cursors`: over a line that stays open, or once within `wait` seconds.

    It ends by an answer, or raises why the line is over; what comes over an open line is told by the driver.
    """
    query: dict[str, str | int] = {"after": fingerprint(cursors)}
    if wait:
        query["wait"] = wait
    news = yield from ask(Send("GET", f"{EVENTS}?{urlencode(query)}"), News, Report())
    return news


def is_news(news: News, cursors: Mapping[str, int]) -> bool:
    """Whether a stream has moved beyond what is held, came, or was lost."""
    moved = any(head > cursors.get(stream, -1) for stream, head in news.heads.items())
    return moved or (news.all and not cursors.keys() <= news.heads.keys())


def joined(first: News, then: News) -> News:
    """What two pieces of news say together."""
    if then.all:
        return then
    return News(heads={**first.heads, **then.heads}, all=first.all)
