"""Says to those who hear the screen what others see: what was done, refused, how the sync stands."""

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget


def announce(widget: QWidget, words: str, *, urgent: bool = False) -> None:
    """Speak; what is urgent may interrupt what is being read. A window that is put away says nothing."""
    if not words or not widget.window().isVisible():
        return
    event = QAccessibleAnnouncementEvent(widget, words)
    polite, assertive = (
        QAccessible.AnnouncementPoliteness.Polite,
        QAccessible.AnnouncementPoliteness.Assertive,
    )
    event.setPoliteness(assertive if urgent else polite)
    QAccessible.updateAccessibility(event)
