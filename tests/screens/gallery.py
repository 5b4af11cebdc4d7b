"""Every editor, every empty place and every error on one page: `python -m tests.screens.gallery [--out DIR]`.

With a display it is a window that can be tried; with `--out`, or without a display, it is pictures.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

if not (
    os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform in {"win32", "darwin"}
):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from desktop import errors
from desktop.models.record import RECORDS, Field
from desktop.views.compose import column, holding, label, row, scrolling
from desktop.views.editors import editor_for
from desktop.views.empty import Empty
from desktop.views.errors import shown
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.views.phrases import inside
from desktop.words import msg
from tests.screens.shots import looks, render

TALL: Final = QSize(1440, 1450)
ODD: Final = "?!"
"""What no field understands, to see what it answers."""
WRONG: Final = (
    errors.Refused(msg("“{field}” is needed.").of(field=msg("Name")), field="name"),
    errors.NotAllowed(msg("You may not do this at the office; ask whoever may.")),
    errors.Conflict(msg("Somebody else changed the same field; the office kept the other value.")),
    errors.Damaged(msg("The database is damaged. Restore the last backup, then synchronise.")),
    errors.NotFound(msg("There is no such {what} on this laptop.").of(what=msg("Customer"))),
    errors.Offline(msg("The office cannot be reached; your work is kept and waits.")),
    errors.InUse(
        msg("Another Satchel is using {folder}. Close it first, or choose another profile.").of(folder="…")
    ),
    errors.WrongPassphrase(msg("The passphrase is wrong.")),
    RuntimeError("unexpected"),
)


def kinds() -> Iterator[Field]:
    """One field of each kind, in the order in which records first use it."""
    seen: set[type[Any]] = set()
    for record in RECORDS.values():
        for field in record.fields().values():
            if type(field.kind) not in seen:
                seen.add(type(field.kind))
                yield field


def answer(look: Look, field: Field) -> str:
    """What a field says to something odd."""
    try:
        field.kind.parse(ODD)
    except errors.Refused as refused:
        return f"{ODD} → {look.text(refused.message)}"
    return ""


def editors(look: Look) -> QWidget:
    """Every editor with its label, and under it what it refuses with."""
    parts: list[QWidget] = []
    for field in kinds():
        said = answer(look, field)
        parts.append(label(look, field.label, strong=True))
        parts.append(editor_for(look, field, field.kind.empty, "", lambda _kind, _text: ()))
        parts += [label(look, said, ink="bad", wrap=True)] if said else []
    return holding(column(look, *parts, None, edge=(24, 24, 24, 24)))


def nothing(look: Look) -> QWidget:
    """Every list while it holds nothing."""
    places = [
        Empty(
            look,
            spec.icon,
            msg("No {what} yet").of(what=inside(RECORDS[kind].__plural__)),
            spec.why_empty,
            button=msg("New {what}").of(what=inside(RECORDS[kind].__label__)),
        )
        for kind, spec in LISTS.items()
    ]
    return holding(column(look, *places, None, gap=24, edge=(24, 24, 24, 24)))


def wrong(look: Look) -> QWidget:
    """Every error, with the place where the window shows it."""
    parts: list[QWidget] = []
    for error in WRONG:
        found = shown(error)
        parts.append(label(look, f"{type(error).__name__} · {found.place}", strong=True))
        parts.append(label(look, found.words, ink=found.tone, wrap=True))
    return holding(column(look, *parts, None, edge=(24, 24, 24, 24)))


def gallery(look: Look) -> QWidget:
    """The three side by side."""
    return holding(row(look, *(scrolling(part(look)) for part in (editors, nothing, wrong)), gap=0))


def main(arguments: list[str] | None = None) -> int:
    """Show the window, or write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args(arguments)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    if chosen.out is None and QGuiApplication.platformName() == "offscreen":
        chosen.out = Path("shots")
    if chosen.out is None:
        look = Look()
        look.dress()
        window = gallery(look)
        render(window)
        return app.exec()
    chosen.out.mkdir(parents=True, exist_ok=True)
    for ending, look in looks():
        window = gallery(look)
        render(window, TALL)
        window.grab().save(str(chosen.out / f"gallery_{ending}.png"))
        window.close()
        window.deleteLater()
    sys.stdout.write(f"4 pictures in {chosen.out}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
