"""Colours, sizes and fonts come from the tokens: no view writes one down."""

import ast
from collections.abc import Iterator

from tests.house.sources import ROOT, named, tree

VIEWS = ROOT / "desktop" / "views"
MADE_BY_HAND = {"QColor", "QFont"}
SIZED = {
    *("setFixedWidth", "setFixedHeight", "setFixedSize", "setMinimumWidth", "setMinimumHeight"),
    *("setMaximumWidth", "setMaximumHeight", "setPixelSize", "setPointSize", "setPointSizeF"),
}
HAIRLINE = 2
"""Up to here a size is a line, not a measure."""


def test_no_view_writes_a_colour_a_size_or_a_font() -> None:
    assert [
        f"{named(path)}:{what}"
        for path in sorted(VIEWS.rglob("*.py"))
        if path.name != "theme.py"
        for what in literals(tree(path))
    ] == []


def test_each_kind_of_literal_is_found() -> None:
    source = """
QColor("black"); QColor(1, 2, 3); QFont("Arial"); label.setFixedWidth(120); label.setFixedHeight(1)
label.setStyleSheet("color: red"); painter.setPen(Qt.GlobalColor.red); fill(Qt.GlobalColor.transparent)
label.setFixedWidth(look.px(120)); QColor(look.colour("ink"))
"""
    assert [line.split(" ", 1)[1] for line in literals(ast.parse(source))] == [
        "QColor('black')",
        "QColor(1, 2, 3)",
        "QFont('Arial')",
        "label.setFixedWidth(120)",
        "label.setStyleSheet('color: red')",
        "Qt.GlobalColor.red",
    ]


def literals(module: ast.Module) -> list[str]:
    """Every place that writes down what the tokens should say, in order."""
    found = sorted((node.lineno, node.col_offset, ast.unparse(node)) for node in _literals(module))
    return [f"{line} {text}" for line, _, text in found]


def _literals(module: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            plain = [argument for argument in node.args if isinstance(argument, ast.Constant | ast.JoinedStr)]
            big = [each for each in plain if isinstance(each, ast.Constant) and _is_measure(each.value)]
            if (
                (name in MADE_BY_HAND and plain)
                or (name in SIZED and big)
                or (name == "setStyleSheet" and plain)
            ):
                yield node
        elif isinstance(node, ast.Attribute) and _is_named_colour(node):
            yield node


def _is_named_colour(node: ast.Attribute) -> bool:
    above = node.value
    return isinstance(above, ast.Attribute) and above.attr == "GlobalColor" and node.attr != "transparent"


def _is_measure(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > HAIRLINE
