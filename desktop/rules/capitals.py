"""人民币大写: an amount in the formal characters that Chinese contracts and bank papers ask for."""

from typing import Final

from desktop.errors import Refused
from desktop.words import msg

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")
_LIMIT: Final = 10**16


def capitals(fen: int, prefix: str = "人民币") -> str:
    """The amount of fen in words: 整 after 元, nothing after 角 or 分, zeros inside read once.

    The form of the bank rules for bills (正确填写票据和结算凭证的基本规定). Raises Refused from 10¹⁶ 元 on.
    """
    yuan, cents = divmod(abs(fen), 100)
    if yuan >= _LIMIT:
        raise Refused(msg("The amount is too large to be written in words"))
    jiao, rest = divmod(cents, 10)
    text = f"{_whole(yuan)}元" if yuan or not cents else ""
    if not cents:
        return f"{prefix}{'负' if fen < 0 else ''}{text}整"
    if text and (not jiao or yuan % 10 == 0):
        text += "零"
    text += f"{_DIGITS[jiao]}角" if jiao else ""
    text += f"{_DIGITS[rest]}分" if rest else ""
    return f"{prefix}{'负' if fen < 0 else ''}{text}"


def _whole(number: int) -> str:
    for size, sign in ((10**8, "亿"), (10**4, "万")):
        if number >= size:
            head, rest = divmod(number, size)
            gap = "零" if 0 < rest < size // 10 else ""
            return _whole(head) + sign + gap + (_whole(rest) if rest else "")
    return _section(number)


def _section(number: int) -> str:
    """0 to 9999."""
    if not number:
        return _DIGITS[0]
    text, gap = "", False
    for place in reversed(range(4)):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _PLACES[place]
        gap = not digit
    return text
