"""What records of prices must say to be computed with; asked before one is kept."""

from typing import Final

from desktop.errors import Refused
from desktop.models.record import Record
from desktop.models.records import ExchangeRate, PriceBook, PriceEntry
from desktop.rules.money import ZERO, check_currency
from desktop.words import msg

ABOVE_ZERO: Final = msg("What is agreed is above zero; leave it empty where nothing limits it.")


def check(record: Record) -> None:
    """Refuse what no price follows from, under the field that is wrong."""
    if isinstance(record, ExchangeRate):
        _check_rate(record)
    if isinstance(record, PriceBook) and (record.agreed_amount is not None) and record.agreed_amount <= 0:
        raise Refused(ABOVE_ZERO, field="agreed_amount")
    if (
        isinstance(record, PriceEntry)
        and (record.agreed_quantity is not None)
        and record.agreed_quantity <= ZERO
    ):
        raise Refused(ABOVE_ZERO, field="agreed_quantity")


def _check_rate(rate: ExchangeRate) -> None:
    for name in ("base_currency", "quote_currency"):
        try:
            check_currency(getattr(rate, name) or "")
        except Refused as refused:
            raise Refused(refused.message, field=name) from None
    if rate.base_currency == rate.quote_currency:
        raise Refused(msg("A rate stands between two currencies."), field="quote_currency")
    if rate.rate is not None and rate.rate <= ZERO:
        raise Refused(msg("A rate is above zero."), field="rate")
