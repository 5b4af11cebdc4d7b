"""Steps from one shape of the vault to the next; a new vault starts at the newest shape.

A step is a line in STEPS: `Added` for new fields, `Made` for a new record type, else `upgrade` of a module
such as `s0002_visit.py`. An older program refuses a newer vault and leaves it untouched.
"""

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection

from desktop.errors import Refused
from desktop.models import guards, indexing, numbers, records, remote_tables, search
from desktop.models.migrations.columns import Added, Made
from desktop.models.record import Base
from desktop.words import msg


def names_in_order(connection: Connection) -> None:
    """The search index knows by what each name is sorted."""
    search.add_sorting(indexing.driver_of(connection))


STEPS: Final[tuple[Callable[[Connection], None], ...]] = (
    Added("quote", ("reference",)),
    Added("quote_line", ("slabs",)),
    Added("change", ("was",)),
    Made("signature"),
    Made("number_void"),
    Added("attachment", ("purpose",)),
    Made("erased"),
    Added("product", ("cost",)),
    Added("contact", ("id_number",)),
    Added("organisation", ("least_margin", "rep_scope")),
    Made("proposal"),
    Made("sync_held"),
    Added("sync_mark", ("mask",)),
    Made("share"),
    Made("sync_lent"),
    Made("comment"),
    Made("decision"),
    names_in_order,
    Added("comment", ("author_id",)),
    Made("exchange_rate"),
    Added("price_book", ("customer_id", "number", "agreed_amount")),
    Added("price_entry", ("agreed_quantity",)),
    Made("approval_rule"),
    Made("delegation"),
    Made("approval"),
    Made("promotion"),
    Added("adjustment", ("promotion_id",)),
    Made("approval_request"),
    Made("approval_grant"),
    Made("clause"),
    Made("clause_version"),
    Made("contract"),
    Made("contract_clause"),
    Made("milestone"),
    Added("approval_rule", ("conditional",)),
    Added("approval", ("challenge", "code", "opened", "approver_id", "until", "matched_id")),
    Made("phone_approval"),
    Made("order"),
    Made("order_line"),
    Made("delivery"),
    Made("acceptance"),
    Made("invoice_request"),
    Made("payment"),
    Made("bundle_part"),
    Added("quote_line", ("bundle_id",)),
    Made("coupon"),
    Made("coupon_use"),
    Added("adjustment", ("coupon_id",)),
    Made("customer_link"),
    Added("quote", ("declined_for", "declined_words", "declined_at")),
    Added("order", ("schedule",)),
    Added("delivery", ("outcome",)),
    Added("acceptance", ("lines",)),
    Added("signature", ("contract_id",)),
    Added("approval_rule", ("subject", "place")),
    Added("delegation", ("credit", "subject")),
    Added("approval", ("contract_id", "order_id")),
    Added("approval_request", ("contract_id", "order_id")),
    Added("approval_grant", ("contract_id", "order_id")),
    Made("receipt"),
    Made("company_seal"),
    Made("seal_release"),
    Made("seal_use"),
    Added("contract", ("release_id",)),
    Made("template"),
    Made("template_version"),
    Added("quote_revision", ("template_id",)),
    Added("delegation", ("free",)),
)
"""What turned shape 1 into shape 2, then 3, …"""
FIRST: Final = 1
TABLES_OF: Final = (records, numbers, remote_tables)
"""Importing these has put every table into the metadata."""
NEWEST: Final = FIRST + len(STEPS)


def migrate(connection: Connection) -> None:
    """Bring the vault to the newest shape, in the caller's transaction. Raises Refused for a newer vault."""
    shape = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if shape > NEWEST:
        raise Refused(
            msg("This vault was last opened by a newer Satchel. Update this program; nothing was changed.")
        )
    if shape == 0:
        _create(connection)
    for step in STEPS[max(shape, FIRST) - FIRST :] if shape else ():
        step(connection)
    if FIRST <= shape < NEWEST:
        guards.create(connection)
    if shape != NEWEST:
        connection.exec_driver_sql(f"PRAGMA user_version = {NEWEST}")


def _create(connection: Connection) -> None:
    """Every table, guard and index of the newest shape."""
    Base.metadata.create_all(connection)
    search.create_index(indexing.driver_of(connection))
    guards.create(connection)
