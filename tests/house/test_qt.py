"""The Qt in use is whole: its functions give back what they borrow (docs/decisions/0006), and so do ours."""

import ast
import sys

from PySide6.QtGui import QPainter, QPixmap

from tests.house.sources import modules, named, tree

LASTING = {"look", "desk", "runner", "app", "hints"}
"""What outlives the widgets that listen to it."""


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


def outlived(node: ast.AST) -> bool:
    """Whether a closure hears what outlives it: Qt keeps it, and all that it holds, for good."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
        return False
    signal, slot = node.func.value, node.args[0]
    if node.func.attr != "connect":
        return False
    if not isinstance(signal, ast.Attribute) or not isinstance(slot, ast.Lambda | ast.Call):
        return False
    sender = signal.value
    name = sender.attr if isinstance(sender, ast.Attribute) else getattr(sender, "id", "")
    return name.lstrip("_") in LASTING


def test_widgets_listen_by_their_own_methods_to_what_outlives_them() -> None:
    kept = [
        f"{named(path)}:{node.lineno}"
        for path in modules("desktop/views")
        for node in ast.walk(tree(path))
        if outlived(node) and isinstance(node, ast.Call)
    ]
    assert kept == []


def test_a_closure_on_a_lasting_signal_would_be_found() -> None:
    for line in ("look.changed.connect(lambda: 1)", "self._desk.told.connect(partial(say, self))"):
        assert any(map(outlived, ast.walk(ast.parse(line)))), line
    for line in ("look.changed.connect(self.fill)", "self.button.clicked.connect(lambda: 1)"):
        assert not any(map(outlived, ast.walk(ast.parse(line)))), line
