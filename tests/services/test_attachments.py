"""Files of a record: what is taken and what is not, photos made decent, opened in memory, removed, undone."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image

from desktop.documents import photos
from desktop.errors import NotAllowed, NotFound, Refused
from desktop.models.records import Attachment, Customer
from desktop.models.store import Actor, Changed, Store
from desktop.rules import attachments as rules
from desktop.services import attachments, commands, undo
from tests.stores import customer, opened, product


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "profile") as store:
        yield store


def photo(
    width: int = 400, height: int = 300, *, turn: int = 1, place: bool = False, kind: str = "JPEG"
) -> bytes:
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Phone"
    if turn != 1:
        exif[ExifTags.Base.Orientation] = turn
    if place:
        exif[ExifTags.IFD.GPSInfo] = {1: "N", 2: (31.0, 18.0, 0.0), 3: "E", 4: (120.0, 37.0, 0.0)}
    out = io.BytesIO()
    image.save(out, kind, exif=exif, quality=90)
    return out.getvalue()


def look(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def attach(store: Store, name: str = "照片.jpg", data: bytes = b"", **more: Any) -> Attachment:
    made = attachments.attach(
        store, store.me(), "customer", customer(store).id, name, data or photo(), **more
    ).value
    assert isinstance(made, Attachment)
    return made


def test_a_file_is_on_its_record_at_once_and_opens_again(store: Store) -> None:
    firm = customer(store)
    made = attachments.attach(store, store.me(), "customer", firm.id, "报价 附件.pdf", b"%PDF-1.7 text").value
    [shown] = attachments.listed(store, "customer", firm.id)
    assert (shown.record.name, shown.record.media_type, shown.record.size) == ("报价 附件.pdf", rules.PDF, 13)
    assert (shown.here, shown.waits, shown.done, shown.is_picture) == (True, True, 0, False)
    assert attachments.contents(store, made) == b"%PDF-1.7 text"


def test_a_file_lives_where_its_record_lives(store: Store) -> None:
    firm = customer(store)
    me = store.me()
    boss = Actor(Customer(name="x").id, "Boss", "manager")
    made = attachments.attach(store, boss, "customer", firm.id, "a.pdf", b"%PDF-1.7").value
    assert (made.owner_id, made.team_id) == (me.id, me.team_id)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.pdf", b"", "empty"),
        ("a.pdf", b"%PDF" + bytes(rules.LARGEST), "50 MB"),
        ("setup.exe", b"anything", "program"),
        ("invoice.pdf", b"MZ\x90\x00", "program"),
        ("照片.JPG.LNK", b"x", "program"),
        ("run", b"#!/bin/sh\nrm -rf /", "program"),
        ("broken.jpg", b"\xff\xd8\xff\xe0 no picture at all", "damaged"),
        ("cut.png", photo(kind="PNG")[:500], "damaged"),
    ],
)
def test_what_is_not_taken_says_why(store: Store, name: str, data: bytes, said: str) -> None:
    firm = customer(store)
    with pytest.raises(Refused, match=said):
        attachments.attach(store, store.me(), "customer", firm.id, name, data)
    assert attachments.listed(store, "customer", firm.id) == []


def test_a_bomb_of_a_picture_is_not_unpacked(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "MOST_PIXELS", 100)
    with pytest.raises(Refused, match="megapixels"):
        attach(store)


def test_names_lead_to_no_folder_and_no_device(store: Store) -> None:
    made = attach(store, "..\\..\\con.pdf", b"%PDF-1.7")
    assert made.name == "_con.pdf"
    assert attach(store, "a\u202egpj.pdf", b"%PDF-1.7").name == "agpj.pdf"


def test_a_photo_is_upright_smaller_and_says_not_where_it_was_taken(store: Store) -> None:
    made = attach(store, data=photo(4000, 3000, turn=6, place=True))
    kept = look(attachments.contents(store, made))
    assert kept.size == (photos.EDGE * 3 // 4, photos.EDGE)
    exif = kept.getexif()
    assert ExifTags.Base.Orientation not in exif
    assert ExifTags.IFD.GPSInfo not in exif
    assert exif[ExifTags.Base.Make] == "Phone"


def test_a_photo_keeps_its_size_or_its_place_where_a_person_says_so(store: Store) -> None:
    made = attach(store, data=photo(3000, 2000, place=True), shrink=False, keep_place=True)
    kept = look(attachments.contents(store, made))
    assert kept.size == (3000, 2000)
    assert ExifTags.IFD.GPSInfo in kept.getexif()
    large = attach(store, data=photo(3000, 2000, place=True), shrink=False)
    kept = look(attachments.contents(store, large))
    assert (kept.size, ExifTags.IFD.GPSInfo in kept.getexif()) == ((3000, 2000), False)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_small_photo_that_says_nothing_is_kept_to_the_bit(kind: str) -> None:
    data = photo(kind=kind)
    assert photos.prepared(data, f"image/{kind.lower()}") == data
    placed = photos.prepared(photo(kind=kind, place=True), f"image/{kind.lower()}")
    assert ExifTags.IFD.GPSInfo not in look(placed).getexif()
    assert look(placed).size == (400, 300)


def test_what_was_signed_is_kept_to_the_bit_and_never_removed(store: Store) -> None:
    data = photo(4000, 3000, place=True)
    made = attach(store, data=data, purpose=rules.SIGNATURE)
    assert attachments.contents(store, made) == data
    given: dict[str, dict[str, Any]] = {"detach": {}, "delete": {}, "edit": {"values": {"name": "other"}}}
    for name, values in given.items():
        with pytest.raises(Refused, match="signed"):
            commands.run(store, store.me(), f"attachment.{name}", made.id, **values)


def test_a_removed_file_comes_back_with_undo_and_so_do_its_bytes(store: Store) -> None:
    made = attach(store)
    assert store.blobs is not None
    removed = commands.run(store, store.me(), "attachment.detach", made.id)
    assert removed.undoable
    assert attachments.listed(store, "customer", made.of_id or made.id) == []
    with pytest.raises(NotFound):
        attachments.find(store, made.id)
    undo.undo(store, store.me())
    assert attachments.contents(store, attachments.find(store, made.id)) == photo()
    undo.undo(store, store.me())
    assert attachments.listed(store, "customer", made.of_id or made.id) == []


def test_a_file_that_is_not_here_yet_is_asked_for(store: Store) -> None:
    firm = customer(store)
    values = {"name": "x.pdf", "of": "customer", "of_id": firm.id, "sha256": "ab" * 32, "size": 9}
    made = commands.run(store, store.me(), "attachment.new", values=values).value
    [shown] = attachments.listed(store, "customer", firm.id)
    assert (shown.here, shown.waits, shown.done) == (False, False, 0)
    heard: list[Changed] = []
    store.listeners.append(heard.append)
    with pytest.raises(NotFound, match="not on this laptop yet"):
        attachments.contents(store, made)
    assert [(one.by, one.remote) for one in heard] == [("attachment.fetch", False)]  # the sync wakes
    [shown] = attachments.listed(store, "customer", firm.id)
    assert shown.state is not None
    assert shown.state.wanted


def test_a_copy_is_written_where_a_person_says_and_nowhere_else(store: Store, tmp_path: Path) -> None:
    made = attach(store, "合同.pdf", b"%PDF-1.7")
    assert attachments.save_copy(store, made, tmp_path).name == "合同.pdf"
    assert attachments.save_copy(store, made, tmp_path / "other.pdf").read_bytes() == b"%PDF-1.7"
    with pytest.raises(Refused, match="cannot be written"):
        attachments.save_copy(store, made, tmp_path / "no" / "such" / "folder.pdf")


def test_who_may_not_edit_a_record_adds_no_file_to_it(store: Store) -> None:
    sold = product(store)
    rep = Actor(store.me().id, "Rep", "rep")
    with pytest.raises(NotAllowed):
        attachments.attach(store, rep, "product", sold.id, "a.pdf", b"%PDF-1.7")
    auditor = Actor(store.me().id, "A", "auditor")
    with pytest.raises(NotAllowed):
        attachments.attach(store, auditor, "customer", customer(store).id, "a.pdf", b"%PDF-1.7")


def test_a_file_belongs_to_a_record_that_is_there(store: Store) -> None:
    with pytest.raises(NotFound):
        attachments.attach(store, store.me(), "customer", Customer(name="x").id, "a.pdf", b"%PDF-1.7")
    with pytest.raises(NotFound):
        attachments.attach(store, store.me(), "nothing", Customer(name="x").id, "a.pdf", b"%PDF-1.7")
