"""What records of prices must say to be computed with; asked before one is kept."""

from desktop.errors import Refused
from desktop.models.record import Record
from desktop.models.records import ExchangeRate
from desktop.rules.money import ZERO, check_currency
from desktop.words import msg


def check(record: Record) -> None:
    """Refuse what no price follows from, under the field that is wrong."""
    if isinstance(record, ExchangeRate):
        _check_rate(record)


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
