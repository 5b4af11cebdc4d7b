"""vCards as records and back: a contact, its company, its photo; every further property is kept and shown."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from desktop.documents.vcards import Address, Card, Labelled, Property, Version, read_vcards, write_vcards
from desktop.errors import Refused
from desktop.models.record import Record
from desktop.models.records import Attachment, Contact, Customer
from desktop.rules import surnames
from desktop.words import Message, msg

_MOBILE = ("mobile", "cell", "iphone")
_WECHAT = ("X-WECHAT", "X-WEIXIN")
_BESIDE = ("additional", "prefix", "suffix", "nickname", "role", "uid")


@dataclass(slots=True)
class Made:
    """The records of one card and the bytes of its photo."""

    records: list[Record]
    blobs: list[tuple[str, bytes]] = field(default_factory=list)
    doubts: list[Message] = field(default_factory=list)
    """What did not fit its field and is kept in the further details."""


def is_vcard(data: bytes) -> bool:
    """Whether the bytes begin like a vCard, in any encoding."""
    head = data[:400].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe\r\n\t ")
    return head.upper().startswith(b"BEGIN:VCARD")


def read(data: bytes) -> list[Card]:
    """The cards of a file."""
    return read_vcards(data)


def records_of(card: Card) -> Made | None:
    """The records of a card, or None where it names nobody and no way to reach anybody."""
    if not card.shown_name:
        return None
    records: list[Record] = []
    if card.organisation:
        records.append(Customer(name=card.organisation))
    contact = Contact(name=card.shown_name, customer_id=records[0].id if records else None)
    further: dict[str, Any] = {}
    made = Made(records)
    _reach(contact, card, further)
    if card.emails:
        _set(made, contact, "email", card.emails[0].value, further)
    _set(made, contact, "job", card.title or card.role, further)
    _set(made, contact, "department", card.department, further)
    _set(made, contact, "birthday", card.birthday, further)
    _set(made, contact, "remark", card.note, further)
    contact.tags = sorted(set(card.categories))
    contact.wechat = next((one.text.strip() for one in card.rest if one.name in _WECHAT), "")
    _further(card, further)
    contact.custom = {"vcard": further} if further else {}
    records.append(contact)
    if card.photo:
        _photo(made, contact, card.photo)
    return made


def _reach(contact: Contact, card: Card, further: dict[str, Any]) -> None:
    phones = list(card.phones)
    mobile = next((one for one in phones if one.label.lower() in _MOBILE), None)
    if mobile is not None:
        phones.remove(mobile)
        contact.mobile = mobile.value
    if phones:
        contact.phone = phones.pop(0).value
    emails = list(card.emails)[1:]
    urls = list(card.urls)
    if urls:
        contact.website = urls.pop(0).value
    places = [
        " ".join(
            filter(None, (one.country, one.region, one.city, one.extended, one.street, one.po_box, one.code))
        )
        for one in card.addresses
    ]
    if places:
        contact.address = places.pop(0)
    for name, left in (("phones", phones), ("emails", emails), ("urls", urls)):
        if left:
            further[name] = [_labelled(one) for one in left]
    if places:
        further["addresses"] = places
    labels = {one.value: one.label for one in (*card.phones, *card.emails, *card.urls) if one.label}
    if labels:
        further["labels"] = labels


def _labelled(one: Labelled) -> dict[str, str]:
    return {"label": one.label, "value": one.value}


def _set(made: Made, contact: Contact, name: str, text: str, further: dict[str, Any]) -> None:
    described = Contact.fields()[name]
    try:
        value = described.kind.parse(text)
    except Refused as refused:
        further[name] = text
        said = msg("{field} “{text}” was kept in the further details: {reason}")
        made.doubts.append(said.of(field=described.label, text=text, reason=refused.message))
    else:
        setattr(contact, name, value)


def _further(card: Card, further: dict[str, Any]) -> None:
    for name in ("family", "given", "additional", "prefix", "suffix", "nickname", "uid"):
        if getattr(card, name):
            further[name] = getattr(card, name)
    if card.role and card.title:
        further["role"] = card.role
    rest = [one for one in card.rest if one.name not in _WECHAT]
    if rest:
        further["properties"] = [
            {"name": one.name, "value": one.text, "params": {k: list(v) for k, v in one.params.items()}}
            for one in rest
        ]


def _photo(made: Made, contact: Contact, photo: bytes) -> None:
    digest = hashlib.sha256(photo).hexdigest()
    png = photo.startswith(b"\x89PNG")
    made.records.append(
        Attachment(
            name="photo.png" if png else "photo.jpg",
            of="contact",
            of_id=contact.id,
            media_type="image/png" if png else "image/jpeg",
            size=len(photo),
            sha256=digest,
        )
    )
    made.blobs.append((digest, photo))


# ---- out


def write(made: Iterable[Card], version: Version) -> bytes:
    """The cards as a file."""
    return write_vcards(made, version)


def card_of(contact: Contact, company: str, names: Collection[str], photo: bytes = b"") -> Card:
    """A contact as a card, with what its card brought when it came; of its fields only these `names`."""
    held = {name: getattr(contact, name) for name in names if getattr(contact, name)}
    further: dict[str, Any] = (contact.custom or {}).get("vcard") or {} if "custom" in names else {}
    labels: dict[str, str] = further.get("labels") or {}
    card = Card(full_name=contact.name, organisation=company, photo=photo)
    for name in _BESIDE:
        setattr(card, name, further.get(name, ""))
    parts = surnames.split(contact.name)
    card.family, card.given = further.get("family", ""), further.get("given", "")
    if not (card.family or card.given) or not all(part in contact.name for part in (card.family, card.given)):
        card.family, card.given = parts
    card.uid = card.uid or f"urn:uuid:{contact.id}"
    card.title, card.department = held.get("job", ""), held.get("department", "")
    card.nickname = card.nickname or held.get("name_en", "")
    card.note = held.get("remark", "")
    card.birthday = held["birthday"].isoformat() if "birthday" in held else further.get("birthday", "")
    card.categories = list(held.get("tags", ()))
    card.phones = [
        _entry(held, name, label, labels)
        for name, label in (("mobile", "mobile"), ("phone", ""))
        if name in held
    ]
    card.emails = [_entry(held, "email", "", labels)] if "email" in held else []
    card.urls = [_entry(held, "website", "", labels)] if "website" in held else []
    for name, entries in (("phones", card.phones), ("emails", card.emails), ("urls", card.urls)):
        entries += [Labelled(one["label"], one["value"]) for one in further.get(name, ())]
    places = [held["address"]] if "address" in held else []
    places += further.get("addresses", ())
    card.addresses = [Address("", "", "", place, "", "", "", "") for place in places]
    if "wechat" in held:
        card.rest.append(Property("X-WECHAT", _line(held["wechat"])))
    card.rest += [
        Property(one["name"], _line(one["value"]), one["params"]) for one in further.get("properties", ())
    ]
    return card


def _entry(held: Mapping[str, Any], name: str, usual: str, labels: Mapping[str, str]) -> Labelled:
    value = held[name]
    return Labelled(usual or labels.get(value, ""), value)


def _line(text: str) -> str:
    """A further property as it stands in a card; what parted its pieces goes on to part them."""
    return text.replace("\\", "\\\\").replace("\n", "\\n")
