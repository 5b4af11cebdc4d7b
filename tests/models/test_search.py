"""The search index finds what a salesperson types, however they type it."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlcipher3 import dbapi2

from desktop.documents import samples
from desktop.models import search
from desktop.models.search import Entry

SATCHEL = b"\x01" * 16
STARRIVER = b"\x02" * 16
MINGTAI = b"\x03" * 16
SHAN = b"\x04" * 16
QUOTE = b"\x05" * 16
PRODUCT = b"\x06" * 16
CHONGQING = b"\x07" * 16
NAMSE = b"\x08" * 16
TCL = b"\x09" * 16

ENTRIES = [
    Entry("customer", SATCHEL, "上海行囊科技", phones=["138 1290 8866"], numbers=["91310115MA1XH7K26L"]),
    Entry("customer", STARRIVER, "苏州星河精密机械有限公司", names=["张建国", "星河精密"],
          phones=["0512-5277 1180 转 806"]),
    Entry("customer", MINGTAI, "昆山明泰电子有限公司", texts=["峰值 19.6 m³/min,泄漏约 11 %;附照片 4 张"],
          phones=["+86 137-7120-8834"]),
    Entry("contact", SHAN, "单晓明", names=["昆山明泰电子有限公司"], phones=["13912345566"]),
    Entry("quote", QUOTE, "二期空压站扩建", numbers=["Q2611-0187"], texts=["永磁变频两级压缩螺杆机 SAT-75V"]),
    Entry("product", PRODUCT, "永磁变频两级压缩螺杆机", names=["Two-stage screw compressor"],
          numbers=["SAT-75V"]),
    Entry("customer", CHONGQING, "重庆长安精工有限公司"),
    Entry("customer", NAMSE, "Namsé Trading Co., Ltd."),
    Entry("customer", TCL, "惠州TCL王牌科技有限公司"),
]  # fmt: skip


@pytest.fixture
def connection() -> Iterator[Any]:
    """An encrypted store in memory that holds the index and the entries above."""
    connection = _encrypted()
    search.write(connection, ENTRIES)
    yield connection
    connection.close()


def _encrypted() -> Any:
    connection = dbapi2.connect(":memory:")
    connection.execute("PRAGMA key = \"x'" + "5a" * 32 + "'\"")
    search.create_index(connection)
    return connection


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("行囊", SATCHEL), ("囊", SATCHEL), ("上", SATCHEL), ("上海行囊科技", SATCHEL), ("xnkj", SATCHEL),
        ("xingnang", SATCHEL), ("xingna", SATCHEL), ("xingnangkeji", SATCHEL), ("shxn", SATCHEL),
        ("XNKJ", SATCHEL),
        ("shanghaixing", SATCHEL), ("xnkeji", SATCHEL), ("xingn", SATCHEL), ("行nang", SATCHEL),
        ("xing囊", SATCHEL),
        ("hangnang", SATCHEL), ("8866", SATCHEL), ("13812908866", SATCHEL), ("138 1290 8866", SATCHEL),
        ("1381290", SATCHEL), ("+8613812908866", SATCHEL), ("91310115ma1x", SATCHEL), ("7k26l", SATCHEL),
        ("行囊 科技", SATCHEL), ("科技 行囊", SATCHEL), ("xing nang", SATCHEL), ("nangkj", SATCHEL),
        ("xhjm", STARRIVER), ("星河", STARRIVER), ("jianguo", STARRIVER), ("张建", STARRIVER),
        ("1180", STARRIVER),
        ("051252771180", STARRIVER), ("suzhou 精密", STARRIVER), ("xingh", STARRIVER),
        ("泄漏", MINGTAI), ("明泰 泄漏", MINGTAI), ("8834", MINGTAI), ("mingtai", MINGTAI),
        ("sxm", SHAN), ("shanxiaoming", SHAN), ("danxiaoming", SHAN), ("dxm", SHAN),
        ("q2611", QUOTE), ("0187", QUOTE), ("Q2611-0187", QUOTE), ("26110187", QUOTE), ("空压站", QUOTE),
        ("sat75v", PRODUCT), ("SAT-75V", PRODUCT), ("75v", PRODUCT), ("sat", PRODUCT), ("screw", PRODUCT),
        ("compr", PRODUCT), ("chongqing", CHONGQING), ("cqca", CHONGQING), ("zhongqing", CHONGQING),
        ("changan", CHONGQING), ("zhangan", CHONGQING), ("namse", NAMSE), ("nams", NAMSE), ("trading", NAMSE),
        ("tclwp", TCL), ("tcl", TCL), ("TCL王牌", TCL), ("wangpai", TCL),
    ],
)  # fmt: skip
def test_what_is_typed_finds_the_record_first(connection: Any, typed: str, expected: bytes) -> None:
    hits = search.find(connection, typed)
    assert hits, typed
    assert hits[0].id == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("xingnagn", SATCHEL), ("xingnnag", SATCHEL), ("xinnang", SATCHEL), ("xingnsng", SATCHEL),
        ("xinghejinmi", STARRIVER), ("行馕", SATCHEL), ("compresor", PRODUCT), ("tradnig", NAMSE),
    ],
)  # fmt: skip
def test_one_slip_still_finds_the_record(connection: Any, typed: str, expected: bytes) -> None:
    assert search.find(connection, typed)[0].id == expected


@pytest.mark.parametrize(
    "typed", ["", "   ", "·-/", "囍", "行海", "qqqqqq", "nangxing", '"', "a*b OR c:d", "zzzzzz9"]
)
def test_what_is_nowhere_finds_nothing_and_no_sign_is_an_error(connection: Any, typed: str) -> None:
    assert search.find(connection, typed) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30))
def test_no_question_is_an_error(connection: Any, typed: str) -> None:
    assert len(search.find(connection, typed, limit=3)) <= 3


def test_a_hit_says_what_answered(connection: Any) -> None:
    assert search.find(connection, "8866")[0] == search.Hit(
        "customer", SATCHEL, "上海行囊科技", 88.0, "138 1290 8866"
    )
    assert search.find(connection, "0187")[0].matched == "Q2611-0187"
    assert search.find(connection, "jianguo")[0].matched == "张建国"
    assert search.find(connection, "泄漏")[0].matched == ""


def test_only_the_asked_types_are_found(connection: Any) -> None:
    assert {hit.type for hit in search.find(connection, "mingtai")} == {"customer", "contact"}
    assert [hit.id for hit in search.find(connection, "mingtai", types=["contact"])] == [SHAN]
    assert search.find(connection, "mingtai", types=["quote"]) == []
    assert search.find(connection, "mingtai", types=[]) == []


def test_a_type_with_two_words_is_asked_by_its_own_name() -> None:
    connection = _encrypted()
    search.write(connection, [Entry("quote_line", b"a" * 16, "主机"), Entry("quote", b"b" * 16, "主机")])
    assert [hit.id for hit in search.find(connection, "主机", types=["quote_line"])] == [b"a" * 16]
    assert [hit.id for hit in search.find(connection, "主机", types=["quote"])] == [b"b" * 16]


def test_no_more_than_the_limit_comes_back(connection: Any) -> None:
    assert len(search.find(connection, "科技", limit=1)) == 1


def test_a_changed_record_is_found_by_its_new_name_only(connection: Any) -> None:
    search.write(connection, [Entry("customer", SATCHEL, "上海轻舟科技")])
    assert search.find(connection, "行囊") == []
    assert search.find(connection, "8866") == []
    assert [hit.title for hit in search.find(connection, "qingzhou")] == ["上海轻舟科技"]


def test_the_last_of_two_entries_for_one_record_wins(connection: Any) -> None:
    assert search.write(connection, [Entry("x", b"z" * 16, "旧名"), Entry("x", b"z" * 16, "新名")]) == 1
    assert search.find(connection, "旧名") == []
    assert search.find(connection, "新名")[0].id == b"z" * 16


def test_a_removed_record_is_found_no_more(connection: Any) -> None:
    assert search.remove(connection, [SATCHEL, b"?" * 16]) == 1
    assert search.find(connection, "xnkj") == []
    assert search.find(connection, "xhjm")[0].id == STARRIVER


def test_a_name_that_begins_with_it_stands_before_one_that_holds_it(connection: Any) -> None:
    search.write(
        connection,
        [Entry("customer", b"a" * 16, "无锡大星河模具有限公司"), Entry("customer", b"b" * 16, "星河")],
    )
    assert [hit.id for hit in search.find(connection, "星河")] == [b"b" * 16, STARRIVER, b"a" * 16]


def test_between_equals_rank_then_the_later_change_decides(connection: Any) -> None:
    same = [
        Entry("customer", bytes([n]) * 16, f"{city}远帆科技")
        for n, city in enumerate(("苏州", "无锡", "常州"), 65)
    ]
    search.write(connection, [*same, Entry("customer", b"Z" * 16, "南京远帆科技", rank=1)])
    assert [hit.title[:2] for hit in search.find(connection, "yuanfan")] == ["南京", "常州", "无锡", "苏州"]
    search.write(connection, same[:1])
    assert [hit.title[:2] for hit in search.find(connection, "yuanfan")] == ["南京", "苏州", "常州", "无锡"]


def test_the_index_itself_holds_no_text(connection: Any) -> None:
    """The notes stay in their records: the index keeps tokens, not a second copy."""
    assert connection.execute("SELECT texts FROM search_word").fetchall() == [(None,)] * len(ENTRIES)


def test_one_character_finds_names_that_begin_with_it_beyond_the_first_500() -> None:
    connection = _encrypted()
    search.write(connection, [Entry("customer", b"first" + b"\0" * 11, "江阴囊括科技")])
    others = (Entry("customer", n.to_bytes(16, "big"), f"苏州锦囊{n}科技") for n in range(700))
    search.write(connection, others)
    assert search.find(connection, "囊")[0].title == "江阴囊括科技"
    assert len(search.find(connection, "锦囊", limit=1000)) == search.CANDIDATES


def test_creating_the_index_twice_keeps_it(connection: Any) -> None:
    search.create_index(connection)
    assert search.find(connection, "xnkj")[0].id == SATCHEL


def test_a_cleared_index_holds_nothing_and_takes_new_entries(connection: Any) -> None:
    search.clear(connection)
    assert search.find(connection, "xnkj") == []
    search.write(connection, ENTRIES)
    search.merge(connection, -search.AT_ONCE)
    assert search.find(connection, "xnkj")[0].id == SATCHEL


def test_sounds_that_stand_apart_in_a_name_do_not_answer(connection: Any) -> None:
    """The index finds x-n and nang in 兴农皮囊; only the ranking sees that they are not one word."""
    search.write(connection, [Entry("customer", b"a" * 16, "兴农皮囊")])
    assert [hit.id for hit in search.find(connection, "xnang")] == [SATCHEL]


def test_a_cursor_serves_as_well_as_a_connection(connection: Any) -> None:
    assert search.find(connection.cursor(), "xnkj")[0].id == SATCHEL


def test_twenty_thousand_customers_are_searched_far_below_the_budget() -> None:
    """The promise is 50 ms over 100,000 (see tests/bench); a fifth of them must leave much room."""
    connection = _encrypted()
    companies = [
        Entry(
            "customer",
            n.to_bytes(16, "big"),
            company["name"],
            [company["contact"]],
            phones=[company["mobile"]],
        )
        for n, company in enumerate(samples.customers(20_000, seed=3))
    ]
    search.write(connection, [*companies[:10_000], ENTRIES[0], *companies[10_000:]])
    for typed in ("xnkj", "xingnang", "行囊", "囊", "8866"):
        times = []
        for _ in range(3):
            start = time.thread_time()
            hits = search.find(connection, typed)
            times.append(time.thread_time() - start)
        assert SATCHEL in [hit.id for hit in hits[:5]], typed
        assert min(times) < 0.05, typed
