"""Pages: nothing lost or split, carried totals right, nothing alone that needs company."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.documents.draw import Block, Page, Text
from desktop.documents.paginator import Frame, Row, paginate

FRAME = Frame(40.0, 780.0)


def named(name: str, height: float) -> Block:
    """A block that can be found again."""
    return Block(height, [Text(0, 0, name, 9, "#000000")])


def row(name: str, height: float, keep: int = 0, amount: int = 0, section: Block | None = None) -> Row:
    """A table row that can be found again."""
    return Row(height, [Text(0, 0, name, 9, "#000000")], keep, amount=amount, section=section)


class Furniture:
    """Names what a page gets around its blocks."""

    def head(self) -> Block:
        """The running head."""
        return named("head", 20)

    def table_head(self) -> Block:
        """The column titles."""
        return named("titles", 20)

    def carried(self, amount: int) -> Block:
        """At a page's foot."""
        return named(f"carried {amount}", 20)

    def brought(self, amount: int) -> Block:
        """At the next one's head."""
        return named(f"brought {amount}", 20)

    def footer(self, page: int, pages: int) -> Block:
        """Page of pages."""
        return named(f"{page} of {pages}", 10)


def names(page: Page) -> list[str]:
    """The names of a page's blocks in order."""
    return [block.marks[0].text for _, block in page.placed if isinstance(block.marks[0], Text)]


def table(count: int, height: float = 30.0) -> list[Block]:
    """Rows of 1 each, the last two with company, then a totals block."""
    rows: list[Block] = [row(f"row {number}", height, amount=1) for number in range(count)]
    rows[-1].keep = 1
    if count > 1:
        rows[-2].keep = 2
    return [*rows, named("totals", 150)]


def test_totals_are_carried_and_titles_repeated() -> None:
    first, second = paginate(table(40), FRAME, Furniture())[:2]
    assert names(first)[-2:] == ["carried 24", "1 of 2"]
    assert names(second)[:4] == ["head", "titles", "brought 24", "row 24"]


def test_the_totals_stand_with_two_rows() -> None:
    for count in range(2, 60):
        last = names(paginate(table(count), FRAME, Furniture())[-1])
        place = last.index("totals")
        assert last[place - 2 : place] == [f"row {count - 2}", f"row {count - 1}"], count


def test_a_section_header_stands_with_two_rows() -> None:
    for before in range(15, 30):
        blocks = [row(f"row {number}", 30) for number in range(before)]
        blocks += [row("section", 22, keep=2), *(row(f"after {number}", 30) for number in range(4))]
        for page in paginate([*blocks], FRAME, Furniture()):
            found = names(page)
            if "section" in found:
                assert found[found.index("section") + 1 : found.index("section") + 3] == [
                    "after 0",
                    "after 1",
                ], before


def test_a_page_that_begins_inside_a_section_repeats_its_header() -> None:
    again = named("section again", 22)
    blocks: list[Block] = [row(f"row {number}", 30, section=again) for number in range(40)]
    assert names(paginate(blocks, FRAME, Furniture())[1])[3] == "section again"


def test_a_signature_is_never_alone() -> None:
    for terms in range(1, 60):
        blocks = [named(f"term {number}", 20) for number in range(terms)]
        blocks[-1].keep = 1
        last = names(paginate([*blocks, named("signature", 120)], FRAME, Furniture())[-1])
        assert f"term {terms - 1}" in last, terms
        assert "signature" in last


def test_a_block_may_begin_a_page() -> None:
    annex = named("annex", 30)
    annex.turn = True
    pages = paginate([named("clause", 30), annex], FRAME, Furniture())
    assert [names(page) for page in pages] == [["clause", "1 of 2"], ["head", "annex", "2 of 2"]]


def test_a_block_taller_than_a_page_is_not_lost() -> None:
    pages = paginate([row("small", 30), row("giant", 900), row("after", 30)], FRAME, Furniture())
    assert [name for page in pages for name in names(page) if name in ("small", "giant", "after")] == [
        "small",
        "giant",
        "after",
    ]


@given(st.lists(st.tuples(st.floats(5, 300), st.integers(0, 2), st.integers(-5, 5)), max_size=60))
def test_every_block_stands_once_in_order_inside_its_page(shapes: list[tuple[float, int, int]]) -> None:
    blocks: list[Block] = [
        row(f"row {n}", height, keep, value) for n, (height, keep, value) in enumerate(shapes)
    ]
    pages = paginate(blocks, FRAME, Furniture())
    found = [name for page in pages for name in names(page) if name.startswith("row")]
    assert found == [f"row {number}" for number in range(len(shapes))]
    for page in pages:
        below = FRAME.top
        for top, block in page.placed[:-1]:
            assert top == below
            below = top + block.height
        assert below <= FRAME.bottom + 1e-6
