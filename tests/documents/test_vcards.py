"""vCards as real programs write them come in without loss, and go out so that they come in again."""

import base64
import quopri
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.documents import vcards
from desktop.documents.vcards import Address, Card, Labelled, Property
from desktop.errors import Damaged, Refused

FOLDER = Path(__file__).parent.parent / "data" / "vcards"
FILES = sorted(FOLDER.glob("*.vcf"))
EXPECTED = {
    "John_Doe_ANDROID.vcf": 6, "John_Doe_GMAIL.vcf": 1, "John_Doe_IPHONE.vcf": 1,
    "John_Doe_MS_OUTLOOK.vcf": 1,
    "gmail-list.vcf": 3, "outlook-2003.vcf": 1, "rfc2426-example.vcf": 2, "rfc6350-example.vcf": 1,
}  # fmt: skip


def _card(*lines: str, version: str = "3.0") -> Card:
    text = "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])
    (card,) = vcards.read_vcards(text.encode())
    return card


# ---- an independent reading: nothing of the reader under test is used here ---------------------------------


def _plain_values(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Every property line of a file with the pieces of its value, found by plain string work."""
    text = path.read_bytes().replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").decode("latin-1")
    text = re.sub(r"=\n(?=[^\n]*$|[^\n]*\n)", lambda found: "\x00", text)  # soft breaks, told apart below
    lines: list[str] = []
    for raw in text.split("\n"):
        for line in [raw.replace("\x00", "")] if "QUOTED-PRINTABLE" in raw.upper() else raw.split("\x00"):
            if line[:1] in (" ", "\t") and lines:
                lines[-1] += line[1:]
            elif line.strip():
                lines.append(line)
    for line in lines:
        head, _, value = line.partition(":")
        if head.upper().split(";")[0] not in ("BEGIN", "END", "VERSION"):
            yield head.upper(), _pieces(head.upper(), value)


def _pieces(head: str, value: str) -> list[str]:
    if "BASE64" in head or "ENCODING=B" in head:
        return [re.sub(r"\s", "", value)]
    raw = (
        quopri.decodestring(value.encode("latin-1"))
        if "QUOTED-PRINTABLE" in head
        else value.encode("latin-1")
    )
    text = raw.decode("utf-8", errors="backslashreplace")
    for escaped, plain in (("\\n", "\n"), ("\\,", ","), ("\\;", "\x01"), ("\\:", ":"), ('\\"', '"')):
        text = text.replace(escaped, plain)
    parts = text.split(";") if re.match(r"(?:\w+\.)?(?:N|ADR|ORG|TEL)\b", head) else [text]
    return [part.replace("\x01", ";").strip() for part in parts if part.strip()]


def _plain(text: str) -> str:
    """Text without the signs that a normal form may move: blanks, line ends, dashes in dates,
    link schemes."""
    text = re.sub(r"_\$!<(.*?)>!\$_", r"\1", text)
    text = re.sub(r"^tel:|^ext=", "", text)
    return re.sub(r"[\s-]", "", text)


def _everything(card: Card) -> str:
    entries = [*card.phones, *card.emails, *card.urls]
    texts = [
        card.full_name, card.family, card.given, card.additional, card.prefix, card.suffix, card.nickname,
        card.organisation, card.department, card.title, card.role, card.birthday, card.note, card.uid,
        *card.categories, base64.b64encode(card.photo).decode(), *(item.text for item in card.rest),
        *(part for entry in entries for part in (entry.label, entry.value)),
        *(part for address in card.addresses for part in address),
    ]  # fmt: skip
    return "\n".join(_plain(text) for text in texts)


def test_the_files_are_all_there() -> None:
    assert {path.name for path in FILES} == set(EXPECTED)
    assert (FOLDER / "LICENSE").read_text().startswith("Copyright (c)")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_property_of_a_real_card_is_lost(path: Path) -> None:
    cards = vcards.read_vcards(path.read_bytes())
    assert len(cards) == EXPECTED[path.name]
    held = "\n".join(_everything(card) for card in cards)
    lines = list(_plain_values(path))
    assert len(lines) >= 3
    for head, pieces in lines:
        for piece in pieces:
            assert _plain(piece) in held, (head, piece[:80])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_real_card_goes_out_and_comes_in_unchanged(path: Path) -> None:
    cards = vcards.read_vcards(path.read_bytes())
    again = vcards.read_vcards(vcards.write_vcards(cards))
    assert [_everything(card) for card in again] == [_everything(_named(card)) for card in cards]


def _named(card: Card) -> Card:
    """A card without any name gets one when written, for 3.0 asks for it."""
    card.full_name = card.full_name or card.shown_name
    return card


def test_an_iphone_card_is_understood() -> None:
    (card,) = vcards.read_vcards((FOLDER / "John_Doe_IPHONE.vcf").read_bytes())
    assert (card.full_name, card.family, card.organisation) == (
        "Mr. John Richter James Doe Sr.",
        "Doe",
        "IBM",
    )
    assert [(phone.label, phone.value) for phone in card.phones] == [
        ("mobile", "905-555-1234"), ("home", "905-666-1234"), ("work", "905-777-1234"),
        ("home fax", "905-888-1234"),
        ("work fax", "905-999-1234"), ("pager", "905-111-1234"), ("AssistantPhone", "905-222-1234"),
    ]  # fmt: skip
    assert card.addresses[1].street == "Street4\nBuilding 6\nFloor 8"
    assert card.photo[:3] == b"\xff\xd8\xff"
    assert card.birthday == "2012-06-06"


def test_an_outlook_card_is_understood() -> None:
    (card,) = vcards.read_vcards((FOLDER / "outlook-2003.vcf").read_bytes())
    assert card.note == "This is the note field!!\nSecond line\n\nThird line is empty"
    assert card.birthday == "1980-03-21"
    assert card.organisation == "Company, The"
    assert [item.name for item in card.rest] == ["LABEL", "KEY", "FBURL", "REV"]


def test_a_card_of_the_newest_version_is_understood() -> None:
    (card,) = vcards.read_vcards((FOLDER / "rfc6350-example.vcf").read_bytes())
    assert card.birthday == "--02-03"
    assert card.phones[0] == Labelled("work", "+1-418-656-9254 ext. 102", ("work", "voice", "pref"))
    assert card.addresses == [
        Address("work", "", "Suite D2-630", "2875 Laurier", "Quebec", "QC", "G1V 2M2", "Canada")
    ]


def test_a_chinese_telephone_writes_gb18030_without_saying_so() -> None:
    data = "BEGIN:VCARD\nVERSION:2.1\nN:张;建国\nORG:星河精密\nTEL;CELL:138 1290 8866\nEND:VCARD".encode(
        "gb18030"
    )
    (card,) = vcards.read_vcards(data)
    assert (card.family, card.given, card.organisation, card.shown_name) == (
        "张",
        "建国",
        "星河精密",
        "张建国",
    )


def test_a_declared_character_set_is_used_and_an_unknown_one_forgiven() -> None:
    quoted = quopri.encodestring("张建国".encode("gb18030")).decode()
    assert _card(f"FN;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:{quoted}", version="2.1").full_name == "张建国"
    assert _card("FN;CHARSET=X-NOSUCH:张建国", version="2.1").full_name == "张建国"


def test_bytes_that_are_no_text_in_any_set_stay_visible() -> None:
    (card,) = vcards.read_vcards(b"BEGIN:VCARD\nFN:A\x80\xff\nEND:VCARD")
    assert card.full_name == r"A\x80\xff" or card.full_name.startswith("A")
    assert card.full_name != "A"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_a_byte_order_mark_is_no_obstacle(encoding: str) -> None:
    (card,) = vcards.read_vcards("BEGIN:VCARD\r\nFN:行囊\r\nEND:VCARD\r\n".encode(encoding))
    assert card.full_name == "行囊"


def test_escapes_are_undone_once() -> None:
    card = _card(r"NOTE:one\, two\; three\nfour\Nfive \\n six", r"ORG:A\;B;C\, D;E")
    assert card.note == "one, two; three\nfour\nfive \\n six"
    assert (card.organisation, card.department) == ("A;B", "C, D / E")
    assert _card(r"NOTE:C:\new\file", version="2.1").note == r"C:\new\file"


def test_a_folded_character_is_put_together() -> None:
    data = "BEGIN:VCARD\r\nFN:行囊\r\nEND:VCARD".encode()
    cut = data.index("囊".encode()) + 1
    (card,) = vcards.read_vcards(data[:cut] + b"\r\n " + data[cut:])
    assert card.full_name == "行囊"


def test_what_comes_twice_is_kept_twice() -> None:
    card = _card(
        "FN:A",
        "FN:B",
        "N:A;B",
        "N:C;D",
        "BDAY:1980-01-02",
        "BDAY:1990-01-02",
        "ORG:X",
        "ORG:Y",
        "NOTE:1",
        "NOTE:2",
    )
    assert card.note == "1\n2"
    assert [item.text for item in card.rest] == ["B", "C;D", "1990-01-02", "Y"]


def test_empty_and_overlong_values_stay_in_the_rest() -> None:
    card = _card("TITLE:", "ORG:", "BDAY:", "ADR:;;;;;;", "N:a;b;c;d;e;f", "ADR:;;s;;;;;more")
    assert [item.name for item in card.rest] == ["TITLE", "ORG", "BDAY", "ADR", "N", "ADR"]


def test_a_photo_is_bytes_and_a_link_to_one_is_kept() -> None:
    picture = b"\x89PNG\r\n\x1a\n123"
    encoded = base64.b64encode(picture).decode()
    assert _card(f"PHOTO;ENCODING=b;TYPE=PNG:{encoded}").photo == picture
    assert _card(f"PHOTO:data:image/png;base64\\,{encoded}", version="4.0").photo == picture
    assert _card("PHOTO;VALUE=uri:http://example.com/a.jpg").rest[0].value == "http://example.com/a.jpg"
    assert _card("PHOTO;ENCODING=b:@@@@").rest[0].value == "@@@@"
    twice = _card(f"PHOTO;ENCODING=b:{encoded}", f"PHOTO;ENCODING=b:{encoded}")
    assert [item.value for item in twice.rest] == [encoded]


def test_base64_without_indent_is_put_together() -> None:
    encoded = base64.b64encode(bytes(range(90))).decode()
    card = _card("PHOTO;ENCODING=BASE64;JPEG:" + encoded[:60], encoded[60:], "", "TEL:1", version="2.1")
    assert card.photo == bytes(range(90))
    assert card.phones[0].value == "1"


def test_birthdays_become_iso_where_they_can() -> None:
    days = {
        "19800322": "1980-03-22",
        "1604-03-22": "--03-22",
        "1980-03-22T00:00:00Z": "1980-03-22",
        "März": "März",
    }
    assert {text: _card(f"BDAY:{text}").birthday for text in days} == days


def test_a_card_within_a_card_and_a_broken_line_are_kept() -> None:
    card = _card("FN:A", "AGENT:", "BEGIN:VCARD", "FN:Inner", "END:VCARD", "no colon here", "END:VCARD")
    texts = [item.text for item in card.rest]
    assert "FN:Inner" in texts
    assert "no colon here" in texts


def test_a_file_cut_off_in_the_middle_gives_what_is_there() -> None:
    (card,) = vcards.read_vcards(b"BEGIN:VCARD\nFN:A\nTEL;CELL:1")
    assert (card.full_name, card.phones[0].label) == ("A", "mobile")


def test_an_own_label_serves_its_line_and_stays_if_that_has_no_field() -> None:
    card = _card("a.TEL:1", "a.X-ABLabel:Driver", "b.X-ABDATE:1975-03-01", "b.X-ABLabel:_$!<Anniversary>!$_")
    assert card.phones == [Labelled("Driver", "1")]
    assert [(item.group, item.name) for item in card.rest] == [("b", "X-ABDATE"), ("b", "X-ABLABEL")]


def test_no_card_and_too_much_are_refused_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Damaged, match="no vCard"):
        vcards.read_vcards(b"name,phone\n1,2\n")
    monkeypatch.setattr(vcards, "MOST_CARDS", 1)
    with pytest.raises(Refused, match="more than 1 contacts"):
        vcards.read_vcards(b"BEGIN:VCARD\nEND:VCARD\nBEGIN:VCARD\nEND:VCARD")
    monkeypatch.setattr(vcards, "MOST_BYTES", 10)
    with pytest.raises(Refused, match="larger than"):
        vcards.read_vcards(b"BEGIN:VCARD\nEND:VCARD")


def test_the_shown_name_is_never_empty_if_anything_is_known() -> None:
    assert Card(family="Doe", given="John").shown_name == "John Doe"
    assert Card(organisation="星河精密").shown_name == "星河精密"
    assert Card(phones=[Labelled("", "138")]).shown_name == "138"
    assert Card().shown_name == ""


def test_what_is_written_is_3_0_with_short_lines() -> None:
    card = Card(
        full_name="张建国", family="张", given="建国", organisation="苏州星河精密机械有限公司",
        department="总经办 / 采购",
        title="总经理", phones=[Labelled("mobile", "138 1290 8866"), Labelled("司机", "139")],
        emails=[Labelled("work", "z@example.com")], urls=[Labelled("", "https://example.com/a,b")],
        addresses=[Address("work", "", "", "临港路 168 号; 3 幢", "苏州", "江苏", "215000", "中国")],
        note="第一行\n第二行," + "很长" * 60, categories=["客户", "VIP,A"], photo=b"\xff\xd8\xff123",
        birthday="1980-03-22",
        rest=[Property("X-WECHAT", "zjg", {"TYPE": ["a:b"], "CHARSET": ["GBK"]}, "g1")],
    )  # fmt: skip
    data = vcards.write_vcards([card])
    assert data.startswith(b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:\xe5\xbc\xa0;")
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    assert 'g1.X-WECHAT;TYPE="a:b":zjg' in data.decode()
    (again,) = vcards.read_vcards(data)
    assert again.rest[0].value == "zjg"
    again.rest, card.rest = [], []
    again.phones[0] = again.phones[0]._replace(types=())
    again.emails[0] = again.emails[0]._replace(types=())
    assert again == card


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=200))
def test_any_note_survives_the_way_out_and_in(note: str) -> None:
    (again,) = vcards.read_vcards(vcards.write_vcards([Card(full_name="A", note=note)]))
    assert again.note == note.strip()


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    cards = vcards.read_vcards(b"BEGIN:VCARD\r\n" + data + b"\r\nEND:VCARD\r\n")
    assert vcards.read_vcards(vcards.write_vcards(cards))


_PIECES = ["TEL", "N", "ADR", "PHOTO", ";ENCODING=", "QUOTED-PRINTABLE", "BASE64", "B", ";TYPE=", '"', ":",
";", ",", "=", "\\",
           "\r\n ", "\r\n", "BEGIN:VCARD\r\n", "END:VCARD\r\n", "item1.", "X-ABLabel", "=C3=91", "囊",
           ";CHARSET=", "zip"]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=40))
def test_no_line_however_broken_breaks_the_reader(pieces: list[str]) -> None:
    data = "BEGIN:VCARD\r\nVERSION:2.1\r\n" + "".join(pieces) + "\r\nEND:VCARD\r\n"
    assert vcards.read_vcards(data.encode())


def test_the_demo_contacts_are_people_of_the_demo_companies() -> None:
    demo = FOLDER.parents[2] / "resources" / "demo"
    cards = vcards.read_vcards((demo / "contacts.vcf").read_bytes())
    companies = (demo / "customers_zh.csv").read_bytes().decode("gb18030")
    assert len(cards) == 16
    assert all(card.full_name and card.phones for card in cards)
    assert sum(card.organisation in companies for card in cards) == 15
    assert {card.shown_name for card in cards} >= {"张建国", "尉迟明哲", "Dr. Anna Keller"}
