"""A paper as a mail: the message of RFC 5322 with the PDF attached, as it is sent or saved as `.eml`."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from typing import Final

from desktop.errors import Refused
from desktop.words import msg

NO_ADDRESS: Final = msg("“{typed}” is no mail address.")
TO_WHOM: Final = msg("Say to whom.")
_ENDS: Final = " ,;，；、\r\n"


def addresses(typed: str) -> tuple[str, ...]:
    """The mail addresses in a line, each once: `a@x.cn; Li <b@y.cn>`. Raises Refused for what is none."""
    plain = typed.replace("，", ",").replace("；", ",").replace("、", ",").replace(";", ",").strip(_ENDS)
    if not plain:
        raise Refused(TO_WHOM, field="to")
    parts = [part for part in plain.split(",") if part.strip()]
    found = [_address(address, part) for (_name, address), part in _pairs(plain, parts)]
    return tuple(dict.fromkeys(found))


def _pairs(plain: str, parts: Sequence[str]) -> list[tuple[tuple[str, str], str]]:
    named = getaddresses([plain])
    if len(named) != len(parts):
        raise Refused(NO_ADDRESS.of(typed=plain), field="to")
    return list(zip(named, parts, strict=True))


def _address(address: str, typed: str) -> str:
    """The address as SMTP takes it: a name in ASCII, the host as IDNA writes it."""
    name, _at, host = address.rpartition("@")
    try:
        plain = f"{name}@{host.encode('idna').decode()}"
        Address(addr_spec=plain)
        plain.encode("ascii")
    except (ValueError, IndexError, AttributeError, HeaderParseError):
        plain = ""
    if not plain or not name or address not in typed or "." not in host.strip("."):
        raise Refused(NO_ADDRESS.of(typed=typed.strip()), field="to")
    return plain


def message(
    *,
    to: Sequence[str],
    subject: str,
    text: str,
    message_id: str,
    date: datetime,
    attached: tuple[str, bytes] | None = None,
) -> bytes:
    """The bytes of a mail but for its sender: seven bits, CRLF, names encoded, no line too long for SMTP."""
    made = EmailMessage(policy=SMTP)
    made["To"] = [Address(addr_spec=one) for one in to]
    made["Subject"] = _line(subject)
    made["Date"] = format_datetime(date)
    made["Message-ID"] = message_id
    made.set_content(text, charset="utf-8", cte="base64")
    if attached is not None:
        file, data = attached
        made.add_attachment(data, maintype="application", subtype="pdf", filename=_line(file))
    return made.as_bytes()


def sent_by(sender: str, name: str) -> bytes:
    """The line that says whose mail it is, before all others; nothing where there is no address."""
    made = EmailMessage(policy=SMTP)
    if sender:
        made["From"] = Address(_line(name), addr_spec=sender)
    return made.as_bytes().removesuffix(b"\r\n") if sender else b""


def _line(text: str) -> str:
    """One line: whoever types a line end adds no header, and nothing unseen turns a file's name around."""
    return " ".join("".join(each for each in text if not _is_hidden(each)).split())


def _is_hidden(letter: str) -> bool:
    return not letter.isspace() and unicodedata.category(letter) in ("Cc", "Cf", "Cs")
