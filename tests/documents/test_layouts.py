"""Where the blocks of a quote come to stand, for 1, 23, 200 and 1,000 lines in each language."""

import re
from itertools import pairwise
from typing import Any

import pytest

from desktop.documents import quote as paper
from desktop.documents.draw import Block, Page, Text
from desktop.documents.paginator import Row
from tests.documents import sample

_SECTION = re.compile(r"(?:[一二三四五六七八九十百千零〇]+|\d+)、|(?:[A-Z]+|\d+)\u00a0\u00a0")


class Composed(Exception):
    """The pages, looked at before they are painted."""


def lines(count: int) -> list[dict[str, Any]]:
    """So many priced lines, in sections as the sample has them."""
    found = [line for line in sample.quote()["lines"] if line["kind"] in ("item", "section")]
    some = [
        line for line, after in pairwise([*found, found[0]]) if {line["kind"], after["kind"]} != {"section"}
    ]
    made: list[dict[str, Any]] = []
    left = count
    while left:
        line = some[len(made) % len(some)]
        left -= line["kind"] == "item"
        made.append(line)
    return made


def composed(count: int, language: str, monkeypatch: pytest.MonkeyPatch) -> list[Page]:
    """The pages of such a quote, not painted."""

    def stop(pages: list[Page], *_rest: object) -> bytes:
        raise Composed(pages)

    monkeypatch.setattr(paper, "paint", stop)
    snapshot = sample.quote(language, lines=lines(count))
    with pytest.raises(Composed) as stopped:
        paper.quote_pdf(snapshot)
    pages: list[Page] = stopped.value.args[0]
    return pages


def is_section(block: Block) -> bool:
    """Whether a row is the header of a section."""
    texts = [mark.text for mark in block.marks if isinstance(mark, Text)]
    return isinstance(block, Row) and any(_SECTION.match(text) for text in texts)


@pytest.mark.parametrize(
    ("count", "language"), [(n, each) for n in (1, 23, 200) for each in ("zh", "en", "both")]
)
def test_no_header_is_orphaned_no_total_split_no_signature_alone(
    count: int, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts(composed(count, language, monkeypatch), count)


def test_a_thousand_lines_hold_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = composed(1000, "zh", monkeypatch)
    assert len(pages) > 40
    facts(pages, 1000)


def facts(pages: list[Page], count: int) -> None:
    """What holds of every layout."""
    rows = [(number, block) for number, page in enumerate(pages) for _, block in page.placed]
    own = [(number, block) for number, block in rows if isinstance(block, Row)]
    assert sum(not is_section(block) for _, block in own) == count
    for number, page in enumerate(pages):
        blocks = [block for _, block in page.placed]
        tops = [top for top, _ in page.placed]
        assert tops == sorted(tops), f"page {number}"
        ends = [top + block.height for top, block in page.placed[:-1]]
        assert all(end <= nxt + 0.01 for end, nxt in zip(ends, tops[1:], strict=True)), (
            f"page {number} overlaps"
        )
        for place, block in enumerate(blocks):
            if is_section(block):
                assert isinstance(blocks[place + 1], Row), f"page {number} ends with a section's header"
                assert not is_section(blocks[place + 1]), f"page {number} has an empty section"
    last = own[-1]
    totals = rows[rows.index(last) + 1]
    assert totals[0] == last[0], "the totals stand with the last row"
    if len(own) > 1:
        assert own[-2][0] == last[0], "and with the one before it"
    signature = rows[-2]  # the footer comes last
    beside = [block for number, block in rows if number == signature[0] and block is not signature[1]]
    assert len(beside) > 2 or len(pages) == 1, "a signature stands with what is signed"
