"""A company's own word, without where it sits and what legal form it has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.rules import names


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("上海行囊科技有限公司", "行囊科技"), ("苏州星河精密机械有限公司", "星河精密机械"),
        ("星河精密机械(苏州)有限公司", "星河精密机械"), ("星河精密机械(苏州)", "星河精密机械"),
        ("江苏省苏州市明泰电子集团股份有限公司", "明泰电子"), ("广西壮志科技", "壮志科技"),
        ("上海市场研究有限公司", "市场研究"), ("北京公司", "北京"), ("苏州", "苏州"),
        ("有限公司", "有限公司"),
        ("Namse Trading Co., Ltd.", "namsetrading"), ("Shanghai Namse Trading Limited", "namsetrading"),
        ("Müller GmbH", "müller"), ("ＡＢＣ 科技有限责任公司", "abc科技"), ("(苏州)", "(苏州)"), ("", ""),
        ("  ", ""),
        ("The Co", "co"),
    ],
)  # fmt: skip
def test_the_own_word_is_what_is_left(name: str, core: str) -> None:
    assert names.core(name) == core


def test_a_name_comes_apart_without_loss() -> None:
    assert names.split("江苏省苏州市明泰电子有限公司") == ("江苏省苏州市", "明泰电子", "有限公司")
    assert names.split("内蒙古自治区包头市稀土公司") == ("内蒙古自治区包头市", "稀土", "公司")
    assert names.split("") == ("", "", "")


@given(st.text(alphabet="上海苏州市省星河精密有限公司集团()A b,.", max_size=14))
def test_no_name_loses_everything(name: str) -> None:
    parts = names.split(name)
    assert bool(parts.core) == bool(name.strip())
    assert "".join(parts) == name.strip().replace("\u3000", " ")
