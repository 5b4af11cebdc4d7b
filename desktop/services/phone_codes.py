"""A contact as a code on the screen, which a telephone takes into its own contacts without any network."""

from typing import Final
from uuid import UUID

from desktop.documents.codes import Squares, squares
from desktop.errors import NotFound
from desktop.models.records import Contact, Customer
from desktop.models.store import Store
from desktop.services import cards
from desktop.words import msg

SHOWN: Final = ("job", "mobile", "phone", "email")
"""What a telephone needs of somebody; a short text makes a code that is read at once."""
LONGEST: Final = 120


def card_text(store: Store, contact_id: UUID) -> str:
    """The vCard of a contact with the little that a telephone needs. Raises NotFound."""
    with store.reading() as session:
        contact = session.get(Contact, contact_id)
        if contact is None or contact.deleted_at is not None:
            raise NotFound(msg("There is no such {what} on this laptop.").of(what=Contact.__label__))
        company = session.get(Customer, contact.customer_id) if contact.customer_id else None
        card = cards.card_of(contact, (company.name if company else "")[:LONGEST], SHOWN)
    card.uid = ""
    return cards.write([card], "3.0").decode()


def code_of(store: Store, contact_id: UUID) -> Squares:
    """The same as a code. Raises NotFound, and Refused where it does not fit."""
    return squares(card_text(store, contact_id))
