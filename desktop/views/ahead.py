"""What the first question would have to wait for, looked up once while the passphrase is typed."""

from datetime import date

from desktop.rules import pinyin, typed


def look_ahead() -> None:
    """The tables of sounds, and the patterns of all the ways to say a day."""
    pinyin.readings("囊")
    typed.day_within("-", date.max)
