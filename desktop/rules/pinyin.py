"""How Chinese text sounds: syllables, initials, and how typed letters split into syllables.

Pure: a character's readings come from a cache in front of pypinyin, which is imported on first use. Where a
character has several common readings the word around it decides (重庆 is chong qing), and a surname reads
as a surname (单 is shan); the other readings stay available so that a search finds either.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

_HETERONYMS: Final = """
行xing,hang 长chang,zhang 重zhong,chong 乐le,yue 单dan,shan 曾zeng,ceng 仇qiu,chou 解jie,xie 朴pu,piao
查cha,zha 区qu,ou 盖gai,ge 翟zhai,di 尉wei,yu 会hui,kuai 都du,dou 调tiao,diao 盛sheng,cheng 召zhao,shao
缪miao,mou 员yuan,yun 洗xi,xian 厦sha,xia 蚌bang,beng 六liu,lu 柏bai,bo 卜bu,bo 车che,ju 覃qin,tan
种zhong,chong 黑hei,he 秘mi,bi 折zhe,she 郗xi,chi 隗wei,kui 牟mou,mu 藏cang,zang 参can,shen
传chuan,zhuan 弹tan,dan 降jiang,xiang 角jiao,jue 校xiao,jiao 率lv,shuai 模mo,mu 省sheng,xing 石shi,dan
数shu,shuo 系xi,ji 朝chao,zhao 大da,dai 地di,de 还huan,hai 和he,huo 薄bo,bao 奇qi,ji 绿lv,lu 塔ta,da
番fan,pan 便bian,pian 荥xing,ying 莘shen,xin 浚jun,xun 术shu,zhu 称cheng,chen 澄cheng,deng 宿su,xiu
氏shi,zhi 万wan,mo 南nan,na 阿a,e 埔pu,bu 堡bao,pu,bu 圩wei,xu 泊bo,po 沈shen,chen 吁xu,yu 贾jia,gu
祭ji,zhai 繁fan,po 乜mie,nie 么me,yao 了le,liao 得de,dei 给gei,ji 将jiang,qiang 强qiang,jiang 血xue,xie
色se,shai 壳ke,qiao 巷xiang,hang 落luo,lao 露lu,lou 轧zha,ya 咽yan,ye 粘zhan,nian 畜chu,xu 俞yu,shu
的de,di 扎zha,za 铅qian,yan 桔ju,jie 合he,ge 莞guan,wan 侗dong,tong 栎li,yue 褚chu,zhu 谌chen,shen
"""
_SURNAMES: Final[Mapping[str, str]] = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "朴": "piao", "查": "zha", "区": "ou", "盖": "ge",
    "尉": "wei", "召": "shao", "缪": "miao", "员": "yun", "洗": "xian", "种": "chong", "黑": "he", "秘": "bi",
    "折": "she", "郗": "xi", "隗": "wei", "牟": "mou", "乐": "yue", "翟": "zhai", "盛": "sheng", "覃": "qin",
    "繁": "po", "祭": "zhai", "贾": "jia", "柏": "bai", "石": "shi", "重": "chong",
    "俞": "yu", "长": "zhang", "万": "wan", "令": "ling", "乜": "nie", "阿": "a", "车": "che",
}  # fmt: skip
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "尉迟": ("yu", "chi"), "长孙": ("zhang", "sun"), "万俟": ("mo", "qi"), "单于": ("chan", "yu"),
    "澹台": ("tan", "tai"), "重庆": ("chong", "qing"), "长沙": ("chang", "sha"), "厦门": ("xia", "men"),
    "蚌埠": ("beng", "bu"), "六安": ("lu", "an"), "行囊": ("xing", "nang"), "东莞": ("dong", "guan"),
    "番禺": ("pan", "yu"), "黄埔": ("huang", "pu"), "大厦": ("da", "sha"), "银行": ("yin", "hang"),
    "重工": ("zhong", "gong"), "长城": ("chang", "cheng"), "成都": ("cheng", "du"), "首都": ("shou", "du"),
    "音乐": ("yin", "yue"), "大连": ("da", "lian"), "模具": ("mu", "ju"), "台州": ("tai", "zhou"),
    "丽水": ("li", "shui"), "乐清": ("yue", "qing"), "天台": ("tian", "tai"), "荥阳": ("xing", "yang"),
    "番茄": ("fan", "qie"), "车间": ("che", "jian"), "百色": ("bai", "se"), "商行": ("shang", "hang"),
    "行业": ("hang", "ye"), "五行": ("wu", "xing"), "同行": ("tong", "hang"), "重型": ("zhong", "xing"),
}  # fmt: skip
_LONGEST_WORD: Final = 4
_HAN: Final = re.compile(r"[〇㐀-䶿一-鿿豈-﫿\U00020000-\U0003347f]")

_FINALS: Final[Mapping[str, str]] = {
    "": "a ai an ang ao e ei en eng er o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng o ou u",
    "d": "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan ue uo v ve",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan ue un uo v ve",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u ua uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "w": "a ai an ang ei en eng o u",
}
SYLLABLES: Final = frozenset(initial + final for initial, row in _FINALS.items() for final in row.split())
_BEGINNINGS: Final = frozenset(syllable[:n] for syllable in SYLLABLES for n in range(1, len(syllable) + 1))
_BARE: Final = frozenset("abcdefghjklmnopqrstwxyz") | {"zh", "ch", "sh"}
_LONGEST_SYLLABLE: Final = 6

_COMMON: Final[Mapping[str, tuple[str, ...]]] = {
    entry[0]: tuple(entry[1:].split(",")) for entry in _HETERONYMS.split()
}
_characters: dict[str, tuple[str, ...]] = dict(_COMMON)


class _Usual(dict[str, str]):
    """For each character what is made of the reading that it most often has, made once."""

    def __init__(self, made: Callable[[str, str], str]) -> None:
        self.made = made

    def __missing__(self, character: str) -> str:
        reading = (readings(character) or (character.lower(),))[0]
        made = self[character] = self.made(character, reading)
        return made


_usual: Final = _Usual(lambda _, reading: reading)
_initial: Final = _Usual(lambda _, reading: reading[:1])


def is_han(character: str) -> bool:
    """Whether the character is a Chinese one, so that it has a reading of its own."""
    return _HAN.match(character) is not None


def readings(character: str) -> tuple[str, ...]:
    """The common readings without tone, the usual one first (`v` for ü); empty where there is none."""
    known = _characters.get(character)
    if known is None:
        known = _characters[character] = _look_up(character)
    return known


def spell(text: str, *, person: bool = False) -> tuple[str, ...]:
    """One item for each character: its reading in this text, or the character itself in lower case.

    `person` says that the text is somebody's name, so that its first character reads as a surname.
    """
    return _spell(text, person)


def usual(character: str) -> str:
    """The reading that a character most often has, whatever stands around it; itself where it has none."""
    return _usual[character]


def full(text: str) -> str:
    """All syllables without blanks, as one types them: 行囊 is `xingnang`; Latin words and digits stay."""
    return "".join(item for item in spell(text) if item.isalnum())


def initials(text: str) -> str:
    """The first letter of each syllable; a Latin word or number stays whole."""
    return "".join(item[0] for item in spell(text) if item.isalnum())


def has_one_reading(text: str) -> bool:
    """Whether each character reads as it always does: then `initials_of` and `each` say it all."""
    return _COMMON.keys().isdisjoint(text)


def initials_of(text: str) -> str:
    """The first letters of what has one reading."""
    return "".join(map(_initial.__getitem__, text))


def each(made: Callable[[str, str], str]) -> Callable[[str], str]:
    """A function that joins what `made` gives for each (character, usual reading) of a text; asked once."""
    known = _Usual(made)
    return lambda text: "".join(map(known.__getitem__, text))


def alternatives(text: str) -> Iterator[tuple[str, ...]]:
    """The other spellings one may type, each with one character read in another of its common ways."""
    if _COMMON.keys().isdisjoint(text):
        return
    chosen = spell(text)
    for place in [place for place, character in enumerate(text) if character in _COMMON]:
        for reading in _COMMON[text[place]]:
            if reading != chosen[place]:
                yield (*chosen[:place], reading, *chosen[place + 1 :])


def segment(letters: str, limit: int = 6) -> list[tuple[str, ...]]:
    """The ways to read typed letters as syllables, the likeliest (fewest parts) first.

    A part is a whole syllable or a bare initial (`x`, `sh`); the last may be any beginning of a syllable, for
    the person is still typing. No way at all means that these letters are not pinyin.
    """
    ways: list[list[tuple[int, tuple[str, ...]]]] = [[] for _ in range(len(letters) + 1)]
    ways[0] = [(0, ())]
    for start in range(len(letters)):
        if not ways[start]:
            continue
        ways[start] = sorted(ways[start], key=lambda way: way[0])[:limit]
        for end in range(start + 1, min(len(letters), start + _LONGEST_SYLLABLE) + 1):
            cost = _cost(letters[start:end], last=end == len(letters))
            if cost:
                ways[end] += [(spent + cost, (*parts, letters[start:end])) for spent, parts in ways[start]]
    return [parts for _, parts in sorted(ways[-1], key=lambda way: way[0])[:limit] if parts]


@lru_cache(maxsize=1024)
def completions(part: str) -> tuple[str, ...]:
    """The whole syllables that these letters may become; several letters without a vowel say too little."""
    if not any(letter in "aeiouv" for letter in part):
        return ()
    return tuple(sorted(syllable for syllable in SYLLABLES if syllable.startswith(part)))


def _cost(part: str, *, last: bool) -> int:
    """How dear this part is, 0 for impossible: whole syllables are cheap, loose letters dear."""
    if part in SYLLABLES:
        return 3 if len(part) == 1 else 2
    if part in _BARE:
        return 4
    return 3 if last and part in _BEGINNINGS else 0


def _look_up(character: str) -> tuple[str, ...]:
    if not is_han(character):
        return ()
    from pypinyin.pinyin_dict import pinyin_dict

    found = pinyin_dict.get(ord(character))
    return (_toneless(found.partition(",")[0]),) if found else ()


def _toneless(syllable: str) -> str:
    """The letters one types: lǜ is `lv`."""
    decomposed = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@lru_cache(maxsize=4096)
def _spell(text: str, person: bool) -> tuple[str, ...]:
    spelled = list(map(_usual.__getitem__, text))
    if not _COMMON.keys().isdisjoint(text):
        for place, character in enumerate(text):
            if character in _COMMON:
                word = _in_a_word(text, place)
                spelled[place] = word or spelled[place]
    if person and text and text[0] in _SURNAMES and text[:2] not in _WORDS:
        spelled[0] = _SURNAMES[text[0]]
    return tuple(spelled)


def _in_a_word(text: str, place: int) -> str | None:
    """The reading that the longest known word around this character gives it."""
    phrases = _phrases()
    for length in range(_LONGEST_WORD, 1, -1):
        for start in range(max(0, place - length + 1), min(place, len(text) - length) + 1):
            word = text[start : start + length]
            if word in phrases or word in _WORDS:
                return _word(word)[place - start]
    return None


@lru_cache(maxsize=16384)
def _word(word: str) -> tuple[str, ...]:
    return _WORDS.get(word) or tuple(_toneless(syllable[0]) for syllable in _phrases()[word])


@lru_cache(maxsize=1)
def _phrases() -> Mapping[str, Sequence[Sequence[str]]]:
    from pypinyin.phrases_dict import phrases_dict

    phrases: Mapping[str, Sequence[Sequence[str]]] = phrases_dict
    return phrases
