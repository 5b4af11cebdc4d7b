"""The Qt in use is whole: its functions give back what they borrow (docs/decisions/0006)."""

import sys

from PySide6.QtGui import QPainter, QPixmap


def test_a_function_that_returns_nothing_leaves_none_alone(qapp: object) -> None:
    assert qapp
    picture = QPixmap(8, 8)
    painter = QPainter(picture)
    before = sys.getrefcount(None)
    for _ in range(1000):
        painter.save()
        painter.restore()
    lost = before - sys.getrefcount(None)
    painter.end()
    assert lost < 500
