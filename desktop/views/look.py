"""What every widget is given: the theme, the language, and the promise to hear when either changes."""

import gc
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from desktop.views import icons, theme
from desktop.views.language import Bindings, Value
from desktop.views.theme import Tokens
from desktop.words import Message

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon


def _forget_answers() -> None:
    """Names, numbers and words of people that the rules keep their answers about; their tables stay."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("desktop.rules.", "desktop.views.paint")):
            for each in vars(module).values():
                if hasattr(each, "cache_parameters") and each.cache_parameters()["maxsize"] != 1:
                    each.cache_clear()


def _theme(choice: str) -> str:
    return theme.system_theme() if choice == theme.SYSTEM else choice


class Look(QObject):
    """The current theme, text size and language of the window. There is one per process."""

    changed = Signal()

    def __init__(self, *, theme_name: str = "light", scale: int = 100, language: str = "zh") -> None:
        """`theme_name` is a theme, or `system` to follow the system's."""
        super().__init__()
        self.language = language
        self.choice = theme_name
        self.private = False
        """Names and amounts are hidden: somebody looks over one's shoulder."""
        self.keys: dict[str, str] = {}
        """Which keys a person chose in place of those that an action came with."""
        self.t = Tokens(_theme(theme_name), theme.allowed_scale(scale), latin=language == "en")
        self._bindings = Bindings(self.text)
        theme.load_fonts()
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._system_changed)
        hints.accessibility().contrastPreferenceChanged.connect(self._system_changed)

    @property
    def theme_name(self) -> str:
        """`light`, `dark` or `high_contrast`."""
        return self.t.theme

    def dress(self) -> None:
        """Give the whole application style, palette and font of the current tokens."""
        from desktop.views.dress import wear

        wear(theme.style_sheets(self.t))
        self.colour_all()

    def colour_all(self) -> None:
        """Give the whole application palette and font: all that a first page needs."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setPalette(theme.palette(self.t))
            app.setFont(self.t.font())

    def sheet(self, kind: str) -> str:
        """What a kind of widget wears, for who is shown before the style is there that gives it to all."""
        return theme.style_sheets(self.t)[kind]

    def switch(
        self, *, theme_name: str | None = None, scale: int | None = None, language: str | None = None
    ) -> None:
        """Change theme, text size or language at once, without a restart."""
        self.choice = theme_name or self.choice
        wanted = (
            _theme(theme_name) if theme_name else self.t.theme,
            theme.allowed_scale(scale or self.t.scale),
        )
        self.language = language or self.language
        latin = self.language == "en"
        if (*wanted, latin) != (self.t.theme, self.t.scale, self.t.latin):
            self.t = Tokens(*wanted, latin=latin)
            self.dress()
        self._bindings.renew()
        self.changed.emit()
        for window in QApplication.topLevelWidgets():
            for child in window.findChildren(QWidget):
                child.update()

    def _system_changed(self, _now: object) -> None:
        """Whoever follows the system changes with it."""
        if self.choice == theme.SYSTEM and theme.system_theme() != self.t.theme:
            self.switch(theme_name=theme.SYSTEM)

    def turn_private(self) -> None:
        """Hide names and amounts, or show them again, everywhere at once."""
        self.private = not self.private
        self._bindings.renew()
        self.changed.emit()

    def text(self, message: Message | str) -> str:
        """A message in the current language; a plain text is a name and stays."""
        return message.in_language(self.language) if isinstance(message, Message) else message

    def bind(self, setter: Callable[..., object], value: Value) -> None:
        """Say `value` to `setter` now and after every switch (see `Bindings.bind`)."""
        self._bindings.bind(setter, value)

    def release(self, setter: Callable[..., object]) -> None:
        """Forget a binding."""
        self._bindings.release(setter)

    def forget_the_gone(self) -> None:
        """Let go of windows that are closed, with everything that they showed; called after a lock."""
        self._bindings.forget_the_gone()
        _forget_answers()
        gc.collect()

    def px(self, size: float) -> int:
        """A size at the current text scale."""
        return self.t.px(size)

    def colour(self, name: str) -> QColor:
        """A colour by its role."""
        return self.t.colour(name)

    def font(self, size: str = "body", *, strong: bool = False) -> QFont:
        """A font by its type size."""
        return self.t.font(size, strong=strong)

    def pixmap(self, name: str, colour: str | QColor = "ink_2", size: int | None = None) -> QPixmap:
        """An icon as a picture; `size` in device-independent px, 16 at 100 % by default."""
        app = QApplication.instance()
        ratio = app.devicePixelRatio() if isinstance(app, QApplication) else 1.0
        ink = self.t.colour(colour) if isinstance(colour, str) else colour
        width = size or self.t.icon()
        return icons.pixmap(name, icons.colour_name(ink), width, ratio, self.t.stroke())

    def icon(self, name: str, colour: str = "ink_2", size: int | None = None) -> "QIcon":
        """An icon for Qt's own widgets."""
        from PySide6.QtGui import QIcon

        return QIcon(self.pixmap(name, colour, size))
