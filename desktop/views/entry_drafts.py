"""A few entries that belong to no record's page, as a draft: they stand there again, as typed."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.services.unfinished import Unfinished
from desktop.views import unfinished
from desktop.views.unfinished import Keeper


class EntryDrafts(QObject):
    """Listens to entries by name, which it fills with what was typed before; lives as long as `parent`."""

    def __init__(
        self, keeper: Keeper, of: Unfinished, entries: Mapping[str, QWidget], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._keeper, self._of, self._entries = keeper, of, dict(entries)
        draft = keeper.of(of.key)
        self._before = self._texts()
        for name, text in (draft.texts if draft is not None else {}).items():
            if name in self._entries:
                unfinished.put(self._entries[name], text)
        unfinished.watch(list(self._entries.values()), self._note)

    def come_back(self) -> bool:
        """The cursor where it was; False where nothing was typed here."""
        draft = self._keeper.of(self._of.key)
        entry = self._entries.get(draft.focus) if draft is not None else None
        if draft is None or entry is None:
            return False
        unfinished.put_cursor(entry, draft.cursor)
        return True

    def is_typed(self) -> bool:
        """Whether something is kept of it, or the cursor stands in an entry: the keys are meant for that."""
        kept = self._keeper.of(self._of.key) is not None
        return kept or any(entry.hasFocus() for entry in self._entries.values())

    def let_go(self) -> None:
        """It was used, or given up."""
        self._before = self._texts()
        self._keeper.let_go(self._of.key)

    def _texts(self) -> dict[str, str]:
        return {name: unfinished.text_of(entry) for name, entry in self._entries.items()}

    def _note(self) -> None:
        texts = self._texts()
        if texts == self._before:
            self._keeper.let_go(self._of.key)  # as if nobody had typed
            return
        focused = next((name for name, entry in self._entries.items() if entry.hasFocus()), None)
        if focused is None:
            return
        cursor = unfinished.cursor_of(self._entries[focused])
        self._keeper.note(replace(self._of, texts=texts, focus=focused, cursor=cursor, at=unfinished.now()))
