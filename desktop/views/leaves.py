"""What leaves this laptop: the lines of the settings that say it for this laptop as it stands now."""

from typing import Final

from PySide6.QtWidgets import QWidget

from desktop.views.compose import Chip, label
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.words import Message, msg

NOTHING: Final = msg("Nothing")
BY_HAND: Final = msg("By your own hand")


def lines(look: Look, desk: Desk) -> list[tuple[Message, Message, QWidget]]:
    """Words, why, and where to."""
    office = str((desk.store.local("office") or {}).get("url", ""))
    to: QWidget = label(look, office) if office else Chip(look, NOTHING, "good")
    files: QWidget = label(look, office) if office else Chip(look, NOTHING, "good")
    return [
        (
            msg("Your records"),
            msg("Each change goes to your office, encrypted on the way where its address begins with https.")
            if office
            else msg("You joined no office, so no record leaves."),
            to,
        ),
        (
            msg("Your files"),
            msg("Photos and documents on records go to your office.")
            if office
            else msg("You joined no office, so no file leaves."),
            files,
        ),
        (
            msg("PDFs, exports, copies, mail"),
            msg("They leave when you save, copy, drag or send them, and then as they are: not encrypted."),
            Chip(look, BY_HAND),
        ),
        (
            msg("Reports about mistakes"),
            msg("They hold no names, amounts or texts; you save or copy them yourself."),
            Chip(look, BY_HAND),
        ),
        (
            msg("Use of the program, search for updates"),
            msg("There is no telemetry, no account and no search for updates."),
            Chip(look, NOTHING, "good"),
        ),
    ]
