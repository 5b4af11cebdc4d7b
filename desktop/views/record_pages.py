"""Which page shows a record whole: the generic one, or one composed for its type."""

from typing import Final
from uuid import UUID

from desktop.views.contracts.seal_page import SealPage
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.orders.page import OrderPage
from desktop.views.record_page import RecordPage
from desktop.views.templates.page import TemplatePage

_COMPOSED: Final[dict[str, type[RecordPage]]] = {
    "order": OrderPage,
    "template": TemplatePage,
    "company_seal": SealPage,
}


def record_page(look: Look, desk: Desk, kind: str, record_id: UUID) -> RecordPage:
    """The page of a record. Raises KeyError where there is none."""
    return _COMPOSED.get(kind, RecordPage)(look, desk, kind, record_id)


__all__ = ["RecordPage", "record_page"]
