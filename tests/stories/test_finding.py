"""Search as reps type: Chinese, pinyin, initials, mixed, phone tails, numbers, surnames with two readings."""

from typing import Any

import pytest

from tests.stories.people import Laptop, Starter

CUSTOMERS = (
    ("上海行囊科技有限公司", "021-5888 8866"),
    ("苏州星河精密机械有限公司", "0512-6288 8899"),
    ("重庆长安仪表有限公司", "023-6300 1122"),
    ("北京银行信息中心", "010-6600 3344"),
    ("安庆恩格电子有限公司", "0556-5300 1234"),
    ("绿洲食品（无锡）有限公司", "0510-8200 5566"),
)
PEOPLE = ("单雄信", "曾国强", "仇和平", "解建明", "查文华", "区志伟", "张建国")


@pytest.fixture(scope="module")
def found(starter: Starter, tmp_path_factory: pytest.TempPathFactory) -> Laptop:
    """A laptop with a few customers, people and a quote."""
    folder = tmp_path_factory.mktemp("finding")
    laptop = Laptop.new(starter, folder / "laptop")
    laptop.catalogue()
    for name, phone in CUSTOMERS:
        laptop.new_id("customer", f"name={name}", f"phone={phone}")
    for name in PEOPLE:
        laptop.new_id("contact", f"name={name}", "customer_id=绿洲食品（无锡）有限公司")
    laptop.new_id("interaction", "name=现场勘查", "remark=客户担心空压站夜间噪声")
    quote = laptop.json("quote", "new", "--customer", "苏州星河精密机械有限公司", "--line", "SAT-75V*2")
    laptop.json("quote", "issue", quote["id"])
    return laptop


def first(laptop: Laptop, typed: str) -> Any:
    hits = laptop.json("search", *typed.split(" "))
    assert all(set(hit) >= {"type", "id", "title"} for hit in hits)
    return hits[0]["title"] if hits else None


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("行囊", "上海行囊科技有限公司"),
        ("囊", "上海行囊科技有限公司"),
        ("星", "苏州星河精密机械有限公司"),
        ("xingnang", "上海行囊科技有限公司"),
        ("xnkj", "上海行囊科技有限公司"),
        ("8866", "上海行囊科技有限公司"),
        ("2888899", "苏州星河精密机械有限公司"),
        ("星河jm", "苏州星河精密机械有限公司"),
        ("chongqing", "重庆长安仪表有限公司"),
        ("cqca", "重庆长安仪表有限公司"),
        ("aqeg", "安庆恩格电子有限公司"),
        ("anqingeg", "安庆恩格电子有限公司"),
        ("yinhang", "北京银行信息中心"),
        ("噪声", "现场勘查"),
        ("shan", "单雄信"),
        ("shanxx", "单雄信"),
        ("sxx", "单雄信"),
        ("zengguoqiang", "曾国强"),
        ("zgq", "曾国强"),
        ("qiuheping", "仇和平"),
        ("qhp", "仇和平"),
        ("xiejianming", "解建明"),
        ("xjm", "解建明"),
        ("zhawenhua", "查文华"),
        ("ouzhiwei", "区志伟"),
        ("ozw", "区志伟"),
        ("zhangjianguo", "张建国"),
        ("SAT-75V", "喷油螺杆压缩机"),
        ("sat75", "喷油螺杆压缩机"),
    ],
)
def test_what_is_typed_finds_what_is_meant(found: Laptop, typed: str, title: str) -> None:
    assert first(found, typed) == title


def test_a_quote_is_found_by_its_number_and_by_the_tail_of_it(found: Laptop) -> None:
    number = found.json("list", "quote")[0]["number"]
    for typed in (number, number[-5:], number.lower(), number.replace("-", "")):
        hit = found.json("search", typed)[0]
        assert (hit["type"], hit["title"]) == ("quote", number), typed


def test_nothing_matches_quietly(found: Laptop) -> None:
    assert found.json("search", "zzqqxx") == []
    assert "没有匹配" in found.run("--language", "zh", "search", "zzqqxx").out
