"""What the states of a mail are called."""

from collections.abc import Mapping
from typing import Final

from desktop.models.mailbox import FAILED, SENDING, SENT, UNSURE, WAITING
from desktop.words import Message, msg

STATES: Final[Mapping[str, Message]] = {
    WAITING: msg("Waiting", "mail"),
    SENDING: msg("Being sent", "mail"),
    SENT: msg("Sent", "mail"),
    FAILED: msg("Not sent", "mail"),
    UNSURE: msg("Did it arrive?", "mail"),
}
