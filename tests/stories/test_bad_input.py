"""Whatever is typed, the answer is one clear text in the language asked for, and never a traceback."""

import io
import json
import os
import re
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.__main__ import main
from desktop.models.record import RECORDS
from desktop.services import records
from tests.stories.people import Laptop
from tests.vaults import PASSPHRASE, cheap_vault

OWN_MISTAKE = "SatchelError"
MANY = max(80, settings.default.max_examples // 10)
"""Examples of each kind; SATCHEL_HYPOTHESIS=prove makes 2,000 of them."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A vault that all these calls may spoil as they like."""
    folder = tmp_path_factory.mktemp("bad") / "profile"
    cheap_vault(folder).close()
    with patch.dict(os.environ, SATCHEL_PASSPHRASE=PASSPHRASE):
        yield folder


@pytest.fixture(autouse=True)
def stocked(profile: Path) -> None:
    """What others have not deleted or undone in the meantime."""
    for record in ("customer", "product sku=A price=1 tax_percent=13"):
        name, *words = record.split(" ")
        if said(profile, "show", name, "甲")[0]:
            said(profile, "new", name, "name=甲", *words)


def said(profile: Path, *words: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a call in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), patch("sys.stdin", io.TextIOWrapper(io.BytesIO())):
        try:
            code = main(["--profile", str(profile), "--json", *words])
        except SystemExit as left:
            code = int(left.code or 0)
    return code, out.getvalue(), err.getvalue()


def clear(code: int, out: str, err: str) -> None:
    """Done, or refused with one text that is no mistake of the program's own."""
    assert code in range(7), (code, out, err)
    if code:
        error = json.loads(out)
        assert error["error"] != OWN_MISTAKE, error
        assert error["message"]
        assert err.strip()
    else:
        assert err == ""


SOME = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["-", "--", "{}", "%s", "{name}", "\0", "\ud800", "1e999", "-0", "NaN", "9" * 40, "2026-13-40", "[]",
         "null", "甲", "true", "'; DROP TABLE customer; --", "../../x", "%", "１２", "0x10", "a@b", "=",
         "1/2", "\u202e", "Infinity", "1e5", "-1", "0", "13"]
    ),
)  # fmt: skip
assert records.ISSUED  # every record type is registered
FIELDS = sorted({name for cls in RECORDS.values() for name in cls.fields()})
ASSIGNED = st.builds(lambda name, value: f"{name}={value}", st.sampled_from(FIELDS), SOME)
WORDS = st.one_of(
    SOME,
    ASSIGNED,
    st.sampled_from(
        [*RECORDS, "--limit", "--as", "--to", "--line", "--customer", "--language", "mine", "A*2", "甲"]
    ),
)
COMMANDS = st.sampled_from(
    [
        *("list", "show", "new", "edit", "delete", "search", "history", "undo", "inbox", "verify", "import"),
        *("export", "quote new", "quote issue", "quote pdf", "quote revise", "quote contract", "quote"),
        *("enrol", "sync", "totals", "inbox resolve", "restore", "nothing"),
    ]
).map(str.split)


@settings(max_examples=MANY)
@given(COMMANDS, st.lists(WORDS, max_size=4))
def test_any_words_at_all(profile: Path, command: list[str], words: list[str]) -> None:
    clear(*said(profile, *command, *words))


@settings(max_examples=MANY)
@given(st.data())
def test_any_value_in_any_field_of_any_record(profile: Path, data: st.DataObject) -> None:
    record = data.draw(st.sampled_from(sorted(RECORDS)))
    fields = sorted(RECORDS[record].fields())
    words = [
        f"{data.draw(st.sampled_from(fields))}={data.draw(SOME)}" for _ in range(data.draw(st.integers(1, 3)))
    ]
    code, out, err = said(profile, "new", record, *words)
    clear(code, out, err)
    if code == 0:
        made = json.loads(out)["id"]
        for further in (["show", record, made], ["list", record], ["edit", record, made, *words], ["undo"]):
            clear(*said(profile, *further))


@settings(max_examples=MANY // 4)
@given(st.sampled_from(["quote_line", "adjustment", "quote_revision", "quote"]), st.data())
def test_any_value_in_any_part_of_a_quote(profile: Path, part: str, data: st.DataObject) -> None:
    quote = json.loads(said(profile, "quote", "new", "--customer", "甲", "--line", "A*2")[1])["id"]
    fields = sorted(set(RECORDS[part].fields()) - {"quote_id"})
    words = [f"{data.draw(st.sampled_from(fields))}={data.draw(SOME)}" for _ in range(2)]
    rows = json.loads(said(profile, "list", part)[1])
    own = [row["id"] for row in rows if row.get("quote_id") == quote or row["id"] == quote]
    for one in own[:1]:
        clear(*said(profile, "edit", part, one, *words))
    if part in {"quote_line", "adjustment"}:
        clear(*said(profile, "new", part, f"quote_id={quote}", *words))
    clear(*said(profile, "show", "quote", quote))
    clear(*said(profile, "quote", "pdf", quote, "--to", str(profile.parent / "x.pdf")))


BAD = {
    "an unknown command": (2, ["frobnicate"]),
    "an unknown record": (2, ["list", "unicorn"]),
    "an unknown field": (2, ["new", "customer", "horn=1"]),
    "no equals sign": (2, ["new", "customer", "name"]),
    "no record": (3, ["show", "customer", "nobody"]),
    "no such file": (3, ["import", "/none.csv", "--as", "customers"]),
    "a bad day": (1, ["new", "customer", "name=x", "next_on=2026-02-30"]),
    "a bad amount": (1, ["new", "customer", "name=x", "credit=12.345"]),
    "a bad mail": (1, ["new", "customer", "name=x", "email=x"]),
    "a bad choice": (1, ["new", "customer", "name=x", "grade=z"]),
    "no name": (1, ["new", "customer", "city=x"]),
    "what nobody makes by hand": (3, ["new", "decision", "kind=x"]),
    "nothing to do": (2, ["edit", "customer", "甲"]),
    "no such product": (3, ["quote", "new", "--customer", "甲", "--line", "Z*1"]),
    "no office": (1, ["sync"]),
    "an unreachable office": (4, ["enrol", "http://127.0.0.1:9", "AAAA-BBBB"]),
    "no address": (2, ["enrol", "nonsense", "AAAA-BBBB"]),
    "no conflict": (3, ["inbox", "resolve", "ab", "mine"]),
    "a strange ending": (2, ["export", "customer", "--to", "x.pdf"]),
    "a folder that is not there": (1, ["export", "customer", "--to", "/none/x.csv"]),
}


@pytest.mark.parametrize("what", sorted(BAD))
def test_what_is_wrong_is_said_in_the_language_asked_for(profile: Path, what: str) -> None:
    code, words = BAD[what]
    texts = {}
    for language in ("zh", "en"):
        ended, out, err = said(profile, "--language", language, *words)
        assert ended == code, (out, err)
        clear(ended, out, err)
        texts[language] = json.loads(out)["message"]
    assert CHINESE.search(texts["zh"]), texts
    assert not CHINESE.search(texts["en"].replace("甲", "")), texts


def test_it_is_the_same_from_a_real_process(laptop: Laptop) -> None:
    ended = laptop.cold("--language", "zh", "new", "customer", "email=x")
    assert (ended.code, ended.out) == (1, "")
    assert CHINESE.search(ended.err)
    assert ended.err.count("\n") == 1
