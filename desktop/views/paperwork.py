"""Files of a quote: what they are called, where they are written, and the private copy for the clipboard."""

import re
import tempfile
from functools import lru_cache
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from desktop.documents.changes import CHANGES
from desktop.services.drafts import QuoteDraft


def file_name(draft: QuoteDraft, what: str = "save") -> str:
    """`Q2611-0187 R2 星河精密.pdf`, without what a file system refuses; `what` as `QuotePaper.take_file`."""
    firm = draft.customer.name if draft.customer else ""
    number = draft.quote.number or draft.quote.name or "draft"
    kind = "HT " if what == "contract" else ""
    language = "en" if draft.revision.language == "en" else "zh"
    said = CHANGES.in_language(language) if what == "changes" else ""
    name = " ".join(filter(None, (f"{kind}{number}", f"R{draft.revision.revision}", said, firm)))
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "_", name)[:120] + ".pdf"


def write(path: str, paper: bytes) -> None:
    """Write the file the person chose."""
    Path(path).write_bytes(paper)


@lru_cache(maxsize=1)
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="satchel-")


def private_copy(name: str, paper: bytes) -> Path:
    """A copy in a folder of this process that goes with it; for the clipboard and for dragging out."""
    target = Path(_folder().name) / name
    target.write_bytes(paper)
    return target


def forget_copies() -> None:
    """Clear the private folder, and the clipboard where it still holds a file of it; at lock and exit."""
    if not _folder.cache_info().currsize:
        return
    held = QGuiApplication.clipboard().mimeData()
    files = [Path(url.toLocalFile()) for url in held.urls()] if held is not None else []
    if any(file.is_relative_to(_folder().name) for file in files):
        QGuiApplication.clipboard().clear()
    _folder().cleanup()
    _folder.cache_clear()
