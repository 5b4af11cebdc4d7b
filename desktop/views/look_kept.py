"""The look from one start to the next: made as the settings of this machine say, and kept there."""

from typing import Final

from PySide6.QtCore import QLocale

from desktop import settings
from desktop.views.look import Look

_TO_SETTINGS: Final = {"high_contrast": "contrast"}


def made_look(kept: settings.Settings, *, first_page: bool = False) -> Look:
    """The look as it was left; a new machine follows its system. A first page needs no more than colours."""
    names = {"contrast": "high_contrast"}
    system = "zh" if QLocale.system().language() == QLocale.Language.Chinese else "en"
    look = Look(
        theme_name=names.get(kept.theme, kept.theme),
        scale=kept.text_percent,
        language=kept.language or system,
    )
    look.private = kept.private
    if first_page:
        look.colour_all()
    else:
        look.dress()
    return look


def keep_look(look: Look) -> None:
    """Remember language, theme and text size for the next start."""
    theme = _TO_SETTINGS.get(look.choice, look.choice)
    settings.save(settings.load().with_(language=look.language, theme=theme, text_percent=look.t.scale))
