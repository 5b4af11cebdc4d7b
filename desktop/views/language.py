"""The window's current language and every text that must follow it, re-read at once on a switch.

`bind(widget.setText, message)` says the text now and again whenever the language or the look changes.
"""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from shiboken6 import isValid

from desktop.words import Message

Value = Message | Callable[[], object]


class Bindings:
    """What must be said again when language, theme or text size changes, kept per widget."""

    def __init__(self, render: Callable[[Message], str]) -> None:
        self._render = render
        self._most = 500
        self._kept: WeakKeyDictionary[Any, dict[str, Value]] = WeakKeyDictionary()

    def bind(self, setter: Callable[..., object], value: Value) -> None:
        """Call `setter` now and on each change; a later `bind` of the same setter replaces this one.

        A callable value is asked each time; a tuple from it fills several arguments.
        """
        owner: Any = setter.__self__  # type: ignore[attr-defined]
        self._kept.setdefault(owner, {})[setter.__name__] = value
        if len(self._kept) > self._most:
            self.forget_the_gone()
        self._say(owner, setter.__name__, value)

    def release(self, setter: Callable[..., object]) -> None:
        """Forget a binding, so that a text set by hand stays."""
        owner: Any = setter.__self__  # type: ignore[attr-defined]
        self._kept.get(owner, {}).pop(setter.__name__, None)

    def renew(self) -> None:
        """Say everything again."""
        for owner, values in list(self._kept.items()):
            if not isValid(owner):
                del self._kept[owner]
                continue
            for name, value in list(values.items()):
                self._say(owner, name, value)

    def count(self) -> int:
        """How many widgets are held."""
        return len(self._kept)

    def forget_the_gone(self) -> None:
        """Let go of what is bound to widgets that are gone, and of what that holds."""
        for owner in [owner for owner in list(self._kept) if not isValid(owner)]:
            del self._kept[owner]
        self._most = 2 * len(self._kept) + 500

    def _say(self, owner: Any, name: str, value: Value) -> None:
        result = self._render(value) if isinstance(value, Message) else value()
        if isinstance(result, Message):
            result = self._render(result)
        arguments = result if isinstance(result, tuple) else (result,)
        getattr(owner, name)(*arguments)
