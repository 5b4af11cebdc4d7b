"""The settings of this machine, each declared once: how the window looks and which profile it opens.

They hold nothing about customers, so they lie in plain text beside the other programs' settings.
"""

import json
import os
import sys
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Settings:
    """`theme` is system, light, dark or contrast; an empty language follows the system."""

    language: str = ""
    theme: str = "system"
    text_percent: int = 100
    profile: str = ""
    shrink_photos: bool = True
    """Keep photos no larger than a page of paper needs."""
    metered: str = "auto"
    """Whether the connection costs by the byte: auto, yes or no."""
    keep_photo_place: bool = False
    """Keep where a photo was taken."""
    keys: dict[str, str] = field(default_factory=dict)
    """Keys that a person chose, by the name of the action."""
    private: bool = False
    """Hide names and amounts on the screen and in notifications."""
    quiet_from: str = "18:30"
    quiet_until: str = "08:30"
    """No notification between these times of the day."""
    working_days_only: bool = True
    """No notification on Saturdays and Sundays."""

    first_run: dict[str, str] = field(default_factory=dict)
    """What was typed in a first run that is not done yet; never the passphrase."""

    def with_(self, **changes: Any) -> "Settings":
        """The same settings but for `changes`."""
        return replace(self, **changes)


def has_display() -> bool:
    """Whether a window could be shown here: asked before Qt, which ends the program where there is none."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def place() -> Path:
    """The settings file of this person on this machine."""
    folder = os.environ.get("SATCHEL_SETTINGS")
    if folder:
        return Path(folder) / "settings.json"
    from platformdirs import user_config_path

    return user_config_path("satchel", appauthor=False) / "settings.json"


def load(path: Path | None = None) -> Settings:
    """The settings as they were kept; what is missing or spoilt has its default."""
    try:
        kept = json.loads((path or place()).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Settings()
    if not isinstance(kept, dict):
        return Settings()
    plain = asdict(Settings())
    known = {
        item.name: kept[item.name]
        for item in fields(Settings)
        if isinstance(kept.get(item.name), type(plain[item.name]))
    }
    return Settings(**known)


def save(settings: Settings, path: Path | None = None) -> None:
    """Keep the settings: written beside and then put in place, so that a crash leaves the old ones."""
    target = path or place()
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".new")
    draft.write_text(json.dumps(asdict(settings), indent=1), encoding="utf-8")
    os.replace(draft, target)
