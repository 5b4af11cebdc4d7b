"""How text becomes the tokens of the search index, and typed text the questions asked of it.

Pure: `desktop.models.search` keeps the index, `desktop.rules.ranking` orders what it answers. One token is
one Chinese character or one word. Names are also kept by sound: a token for each syllable, and for each place
in the name a run of initials (xnkj, nkj, kj), so that initials from any character on are a prefix. Numbers
are kept from behind as well, so that the tail of a telephone is a prefix too.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Final

from desktop.rules import names, phones, pinyin

GAP: Final = "¦"  # stands between two names, so that no phrase runs across
_SYLLABLE: Final = (
    "§"  # begins a syllable, so that the prefix of a Latin word does not touch the many syllables
)
_RUN: Final = "·"  # begins a run of initials
_HEAD: Final = "¶"  # begins the first character of a name or of its own word
_TAIL: Final = "¬"  # begins a number written from behind
_BETWEEN: Final = f" {GAP} "
_NEXT: Final = f" {_SYLLABLE}"
_THEN: Final = f" {_RUN}"
_LONGEST_RUN: Final = 8
_SHORT: Final = 4  # characters of what many records have in common: a city, an industry
_MOST_ALTERNATIVES: Final = 4
_MOST_WORDS: Final = 8  # somebody pasted a letter into the box
_LONGEST_WORD: Final = 64
_MOST_TYPOS: Final = 60
_HAN: Final = "〇㐀-䶿一-鿿豈-﫿\U00020000-\U0003347f"
_TOKEN: Final = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+")
_PLAIN: Final = re.compile(r"[\x00-\x7f〇㐀-䶿一-鿿]+")
"""Nearly every text here: nothing in it has another form."""
_CHARACTERS: Final = re.compile(r"[〇㐀-䶿一-鿿]+")
_CHINESE: Final = re.compile(rf"[{_HAN}]+")
_CODE: Final = re.compile(rf"[^\W_{_HAN}]+(?:[-_/.]+[^\W_{_HAN}]+)+")
_RUNS: Final = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_SEPARATOR: Final = frozenset("-_/.")
_ACCENTED: Final = re.compile("[\u00c0-\u024f\u0300-\u036f]")
_TELEPHONE: Final = re.compile(r"\+?\(?\d[\d\s().-]{6,}")
_LETTER_DIGIT: Final = re.compile(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])")
_LETTERS: Final = re.compile(r"[a-z]{1,30}")
_SPELLABLE: Final = re.compile(r"[a-z]{4,20}")
_CONFUSED: Final = (
    ("ng", "n"), ("n", "ng"), ("zh", "z"), ("z", "zh"), ("ch", "c"), ("c", "ch"), ("sh", "s"), ("s", "sh"),
    ("l", "n"), ("n", "l"), ("f", "h"), ("h", "f"), ("r", "l"),
)  # fmt: skip


def fold(text: str) -> str:
    """Text as it is compared: half-width, lower case, without accents."""
    if text.isascii() or _PLAIN.fullmatch(text):
        return text.lower()
    text = unicodedata.normalize("NFKC", text).casefold()
    if not _ACCENTED.search(text):
        return text
    plain = (letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", "".join(plain))


def squeeze(text: str) -> str:
    """Folded text without anything that is neither letter nor digit: SAT-75V is `sat75v`."""
    folded = fold(text)
    if _CHARACTERS.fullmatch(folded) or (folded.isascii() and folded.isalnum()):  # as most are
        return folded
    return "".join(_TOKEN.findall(folded))


# ---- writing ----------------------------------------------------------------------------------------------


def text_tokens(texts: Iterable[str]) -> str:
    """The tokens of names or notes; a code with separators (SAT-75V) is there in one piece as well."""
    return _BETWEEN.join([_short(text) if len(text) <= _SHORT else _tokens(text) for text in texts if text])


def sound_tokens(texts: Iterable[str]) -> str:
    """Syllables, runs of initials and first characters of these names, other common readings included."""
    return " ".join(filter(None, [_sounds(fold(text)) for text in texts]))


def number_tokens(numbers: Iterable[str]) -> str:
    """Each number whole, in its pieces, and from behind."""
    tokens: list[str] = []
    for number in numbers:
        folded = fold(number)
        if folded.isascii() and folded.isalnum():  # as most are: one piece
            tokens.append(f"{folded} {_TAIL}{folded[::-1]} {GAP}")
        else:
            whole = "".join(_TOKEN.findall(folded))
            if whole:
                tokens += _pieces(folded)
                tokens += (whole, _TAIL + whole[::-1], GAP)
    return " ".join(tokens)


def kind_token(type_name: str) -> str:
    """The record type as one token."""
    return type_name.replace("_", "")


def _tokens(text: str) -> str:
    return " ".join(text if _CHARACTERS.fullmatch(text) else _pieces(fold(text)))


@lru_cache(maxsize=2048)
def _short(text: str) -> str:
    """The same for what many records have in common."""
    return _tokens(text)


def _pieces(folded: str) -> list[str]:
    tokens: list[str] = _TOKEN.findall(folded)
    if not _SEPARATOR.isdisjoint(folded):
        tokens += ["".join(_TOKEN.findall(code)) for code in _CODE.findall(folded)]
    return tokens


def _sounds(name: str) -> str:
    region, own, _ = names.split(name)
    text = region + own
    if text.isascii():
        return f"{_HEAD}{text[0]} {_RUN}{text[0]}" if text[:1].isalnum() else ""
    if _CHINESE.fullmatch(text) and pinyin.has_one_reading(text):  # as most names are, from end to end
        letters = pinyin.initials_of(text)
        return f"{_said(text)}{_runs(letters)} {_heads(text, letters, len(region))}"
    spelled = pinyin.spell(text)
    tokens = [_spelled(text, spelled), _heads(text, [item[0] for item in spelled], len(region))]
    tokens += [_spelled(text, other) for other in islice(pinyin.alternatives(text), _MOST_ALTERNATIVES)]
    return " ".join(tokens)


_said: Final = pinyin.each(lambda _, reading: f"{_SYLLABLE}{reading} ")


def _heads(text: str, letters: Sequence[str], own: int) -> str:
    """The first character of a name, and that of its own word."""
    head = f"{_HEAD}{text[0]} {_RUN}{letters[0]}"
    return f"{head} {_HEAD}{text[own]} {_RUN}{letters[own]}" if own else head


def _spelled(text: str, spelled: Sequence[str]) -> str:
    if _CHINESE.fullmatch(text):
        said = f"{_SYLLABLE}{_NEXT.join(spelled)}"
        letters = "".join([item[0] for item in spelled])
    else:
        said = " ".join(
            GAP if letter.isascii() else _SYLLABLE + item for letter, item in zip(text, spelled, strict=True)
        )
        letters = "".join([item[0] for item in spelled if item.isalnum()])
    return f"{said} {_runs(letters)}"


def _runs(letters: str) -> str:
    runs = [letters[start : start + _LONGEST_RUN] for start in range(len(letters) - 1)]
    return f"{_RUN}{_THEN.join(runs)} {GAP}" if runs else GAP


# ---- asking -----------------------------------------------------------------------------------------------


def terms(text: str) -> list[str]:
    """The words of a question: blanks separate, signs fall away; a telephone number is one word."""
    if _TELEPHONE.fullmatch(text.strip()):
        return [phones.plain(text)]
    found = (squeeze(word)[:_LONGEST_WORD] for word in text.split())
    return [term for term in found if term][:_MOST_WORDS]


def by_name(words: Sequence[str]) -> str:
    """The question for records that hold every word in a name, by sound, or in a number."""
    return " AND ".join(f"({_in_names(word)})" for word in words)


def anywhere(words: Sequence[str]) -> str:
    """The question for records that hold every word somewhere; a single one is asked of the notes alone."""
    if len(words) == 1:
        return _in_column("texts", words[0])
    return " AND ".join(f"({_in_names(word)} OR {_in_column('texts', word)})" for word in words)


def at_the_head(words: Sequence[str]) -> str:
    """The question for names that begin with the one character typed; empty if more was typed."""
    if len(words) != 1 or len(words[0]) != 1:
        return ""
    return f'sound : ("{_HEAD}{words[0]}" OR "{_RUN}{words[0]}")'


def near_misses(words: Sequence[str]) -> str:
    """The question for names that sound alike or are one slip of the keys away; empty if there is none."""
    word = "".join(words)
    if not word.isascii():
        return _syllables(pinyin.spell(word)) if len(word) > 1 else ""
    if not _SPELLABLE.fullmatch(word):
        return ""
    phrases = [_syllables(way) for way in _slips(word)]
    return " OR ".join([*phrases, f'names : "{word[:3]}" *'])


def of_kinds(question: str, kinds: Iterable[str]) -> str:
    """The same question for these record types only."""
    wanted = " OR ".join(f'"{kind_token(kind)}"' for kind in kinds)
    return f"(kind : ({wanted})) AND ({question})"


def _in_names(word: str) -> str:
    return " AND ".join(f"({_run_in_names(run)})" for run in _RUNS.findall(word))


@lru_cache(maxsize=256)
def _run_in_names(run: str) -> str:
    if not run.isascii():
        return _in_column("names", run)
    ways = [_in_column("names", run)]
    if len(run) > 2:
        ways.append(f'numbers : "{run}" *')
    if not run.isalpha():
        ways.append(f'numbers : "{_TAIL}{run[::-1]}" *')
    if _LETTERS.fullmatch(run):
        ways += [_by_sound(parts) for parts in pinyin.segment(run)]
    return " OR ".join(ways)


def _in_column(column: str, word: str) -> str:
    """A phrase whose last word may go on; `sat75v` also finds SAT 75V."""
    tokens: list[str] = _TOKEN.findall(word)
    prefix = "" if pinyin.is_han(tokens[-1]) or len(word) == 1 else " *"
    whole = f'{column} : "{" ".join(tokens)}"{prefix}'
    parts = _LETTER_DIGIT.split(word, maxsplit=1)
    return f'({whole} OR {column} : "{" ".join(parts)}" *)' if len(parts) > 1 and word.isascii() else whole


def _by_sound(parts: Sequence[str]) -> str:
    """Whole syllables as phrases, and where letters stand alone the initials of all parts as a run."""
    wholes = list(_wholes(parts))
    asked = [_stretch(whole) for whole in wholes]
    if len(parts) > 1 and [len(whole) for whole in wholes] != [len(parts)]:
        run = "".join(part[0] for part in parts)[:_LONGEST_RUN]
        asked.append(f'sound : "{_RUN}{run}" *')
    elif not asked:
        asked.append(f'sound : "{_RUN}{parts[0][0]}"')
    return f"({' AND '.join(asked)})"


def _wholes(parts: Sequence[str]) -> Iterator[list[tuple[str, ...]]]:
    """The stretches of whole syllables among the parts, the last part with all that it may become.

    A lone a, e or o is taken for an initial: `aqkj` is 安庆科技, `ozw` 区志伟.
    """
    stretch: list[tuple[str, ...]] = []
    for place, part in enumerate(parts):
        last = place == len(parts) - 1
        known = len(part) > 1 and part in pinyin.SYLLABLES
        whole = pinyin.completions(part) if last else (part,) if known else ()
        if whole:
            stretch.append(whole)
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def _stretch(stretch: Sequence[tuple[str, ...]]) -> str:
    *before, last = stretch
    start = [choice[0] for choice in before]
    return f"({' OR '.join(_syllables([*start, end]) for end in last)})"


def _syllables(spelled: Iterable[str]) -> str:
    return f'sound : "{" ".join(_SYLLABLE + item for item in spelled)}"'


def _slips(word: str) -> list[tuple[str, ...]]:
    """The whole syllables meant if one confusion of sounds or one slip of the keys is undone."""
    found: dict[tuple[str, ...], None] = {}
    for other in dict.fromkeys(_slipped(word)):
        best = pinyin.segment(other, 1)
        if best and len(best[0]) > 1 and all(part in pinyin.SYLLABLES for part in best[0]):
            found[best[0]] = None
    return sorted(found, key=len)[:_MOST_TYPOS]


def _slipped(word: str) -> Iterator[str]:
    for wrong, right in _CONFUSED:
        for match in re.finditer(wrong, word):
            yield word[: match.start()] + right + word[match.end() :]
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]
        yield word[:i] + word[i : i + 2][::-1] + word[i + 2 :]
    for i in range(len(word)):
        for letter in "abcdefghijklmnopqrstuvwxyz":
            yield word[:i] + letter + word[i + 1 :]
            yield word[:i] + letter + word[i:]
