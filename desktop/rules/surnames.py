"""Which part of a person's name is the family's: cards keep the two apart."""

from typing import Final, NamedTuple

_SURNAMES: Final = """
欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠
公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁
拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 梁丘 左丘 东门 西门 第五
"""
_DOUBLE: Final = frozenset(_SURNAMES.split())


class Named(NamedTuple):
    """A person's name in its two parts; either may be empty."""

    family: str
    given: str


def split(name: str) -> Named:
    """Family and given name: of a Chinese name the first sign or a double surname, else the last word.

    >>> [tuple(split(one)) for one in ("张建国", "欧阳修", "欧阳", "阿依古丽·买买提")]
    [('张', '建国'), ('欧阳', '修'), ('欧', '阳'), ('', '阿依古丽·买买提')]
    >>> [tuple(split(one)) for one in ("Anna Maria Weber", "Weber, Anna", "Cher")]
    [('Weber', 'Anna Maria'), ('Weber', 'Anna'), ('', 'Cher')]
    """
    name = " ".join(name.split())
    if _is_chinese(name):
        length = 2 if len(name) > 2 and name[:2] in _DOUBLE else 1
        return Named(name[:length], name[length:]) if 1 < len(name) <= length + 2 else Named("", name)
    family, comma, given = name.partition(", ")
    if comma:
        return Named(family, given)
    given, space, family = name.rpartition(" ")
    return Named(family, given) if space else Named("", name)


def _is_chinese(name: str) -> bool:
    return bool(name) and all("\u4e00" <= one <= "\u9fff" or one == "〇" for one in name)
