"""Contacts as a file of vCards: where it goes is asked, then it is written away from the window."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final
from uuid import UUID

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.services import card_exports
from desktop.services.card_exports import VERSIONS, Version
from desktop.views.buttons import Button
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.words import Message, msg

_NO_NAME: Final = re.compile(r'[\\/:*?"<>|\s]+')
"""What no file is called."""
SAVE: Final = msg("Save as vCard")


def offered(kind: str) -> bool:
    """Whether records of this type are people, or have some."""
    return kind in card_exports.KINDS


def card_button(look: Look, act: Callable[[], object]) -> Button:
    """The button of a record."""
    made = Button(look, icon="contact-round", name=SAVE)
    made.clicked.connect(act)
    return made


def ask(look: Look, desk: Desk, beside: QWidget, name: str, ids: Callable[[], Iterable[UUID]]) -> None:
    """Choose the file and the version; then it is written."""
    kinds = ";;".join(f"vCard {version} (*.vcf)" for version in VERSIONS)
    plain = _NO_NAME.sub(" ", name).strip() or "vcard"
    path, chosen = QFileDialog.getSaveFileName(beside, look.text(SAVE), f"{plain}.vcf", kinds)
    if path:
        version = next((each for each in VERSIONS if each in chosen), VERSIONS[0])
        save(desk, Path(path), version, ids)


def save(desk: Desk, path: Path, version: Version, ids: Callable[[], Iterable[UUID]]) -> None:
    """Write the contacts to a file away from the window; `ids` are found there, too."""
    running, fail = desk.begin(msg("Writing {file}").of(file=path.name))

    def finish(count: int) -> None:
        running.ended.emit()
        told: Message = msg("{count} records in {file}")
        desk.told.emit(told.of(count=f"{count:,}", file=path.name), False)

    desk.runner.read(
        desk,
        f"cards {path}",
        lambda: card_exports.write(desk.store, ids(), path, version, running.progress),
        finish,
        failed=fail,
    )
