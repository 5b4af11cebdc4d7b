"""The catalogue: a product found by its number, however somebody types it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import NotFound
from desktop.models.records import Product
from desktop.models.store import Store
from desktop.words import msg


def product_by_sku(store: Store, typed: str) -> Product:
    """The product with this number, however it is typed: `SAT-75V`, `sat75v`. Raises NotFound."""
    with store.reading() as session:
        found = product(session, typed)
    if found is None:
        raise NotFound(msg("There is no product “{sku}” in the catalogue.").of(sku=typed))
    return found


def product(session: Session, typed: str) -> Product | None:
    """The same within a session, or None."""
    exact = session.scalars(
        select(Product).where(Product.sku == typed, Product.deleted_at.is_(None)).limit(1)
    ).first()
    if exact is not None:
        return exact
    wanted = _letters(typed)
    for known in session.scalars(select(Product).where(Product.deleted_at.is_(None))):
        if (wanted and _letters(known.sku or "") == wanted) or known.name == typed:
            return known
    return None


def numbered(store: Store, typed: str) -> UUID | None:
    """The product with exactly this number, also in capitals, or None."""
    query = select(Product.id).where(Product.sku.in_((typed, typed.upper())), Product.deleted_at.is_(None))
    with store.reading() as session:
        return session.scalars(query.limit(1)).first()


def same(sku: str, typed: str) -> bool:
    """Whether a number was meant by what was typed: `sat75v` means `SAT-75V`."""
    return bool(_letters(typed)) and _letters(sku) == _letters(typed)


def _letters(typed: str) -> str:
    return "".join(character for character in typed.casefold() if character.isalnum())
