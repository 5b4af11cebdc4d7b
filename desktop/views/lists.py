"""What each list shows: columns in order of reading, built-in views, icon, first order, other faces."""

from typing import Final

from desktop.rules.filters import ANY, ME, Condition, Filter, Group, every
from desktop.views import cells
from desktop.views.list_spec import Column as Column
from desktop.views.list_spec import ListSpec as ListSpec
from desktop.views.list_spec import View as View
from desktop.views.list_spec import further_column as further_column
from desktop.words import msg


def _views(kind: str, *more: View) -> tuple[View, ...]:
    mine = View("mine", msg("Mine"), every(Condition("owner_id", "one_of", (ME,))))
    return (View("all", msg("All")), *more, mine)


def _in(name: str, *values: str) -> Filter:
    return every(Condition(name, "one_of", values))


def _late(name: str) -> Condition:
    return Condition(name, "in", "past")


_QUIET: Final = Group(ANY, (Condition("next_on", "empty"), Condition("next_step", "empty")))
_SOON: Final = every(Condition("stage", "one_of", ("issued",)), Condition("valid_until", "in", "by:7"))
_RENEWAL: Final = every(
    Condition("stage", "one_of", ("signed", "running")), Condition("renew_on", "in", "by:30")
)
_UNDER_WAY: Final = every(Condition("stage", "none_of", ("won", "lost")))
_TO_DO: Final = Condition("done_at", "empty")
_ORDERED: Final = Condition("stage", "one_of", ("submitted", "acknowledged", "delivering"))

DROP: Final = msg("or drop a file into the window: CSV, Excel or vCard")
DROP_TABLE: Final = msg("or drop a file into the window: CSV or Excel")

_EDITION: Final = Column("edition", cells.number, 130, 0, 8, right=True)
_ACTIVE: Final = View("active", msg("Active"), every(Condition("active", "yes")))
DIRECTORY_KINDS: Final = (
    *("price_book", "price_entry", "promotion", "coupon", "exchange_rate"),
    *("approval_rule", "delegation", "clause", "template"),
    *("bundle_part", "user", "team", "company_seal", "seal_release"),
)
"""Lists without a place in the rail: the settings and the palette lead there."""

LISTS: Final = {
    spec.kind: spec
    for spec in (
        ListSpec(
            "customer",
            "building-2",
            (
                Column("name", cells.title, 190, 4, 9),
                Column("grade", cells.grade, 52, 0, 5),
                Column("stage", cells.stage, 104, 0, 8),
                Column("last_touch", cells.since, 78, 0, 4),
                Column("open_deals", cells.amount, 100, 0, 6, right=True),
                Column("next_step", cells.text, 170, 3, 7),
                Column("next_on", cells.due, 104, 0, 8),
                Column("phone", cells.text, 128, 0, 2),
                Column("industry", cells.text, 112, 0, 1),
            ),
            _views(
                "customer",
                View("best", msg("VIP and A"), _in("grade", "vip", "a")),
                View("late", msg("Overdue"), every(_late("next_on"))),
                View("quiet", msg("Nothing planned"), every(_QUIET)),
            ),
            why_empty=msg("A customer needs only a name or a phone. The rest is asked later."),
            other_way=DROP,
            board="stage",
            calendar="next_on",
        ),
        ListSpec(
            "contact",
            "contact-round",
            (
                Column("name", cells.title, 200, 2, 9),
                Column("customer_id", cells.link, 200, 3, 8),
                Column("department", cells.text, 120, 0, 2),
                Column("mobile", cells.text, 130, 0, 7),
                Column("email", cells.text, 200, 2, 5),
            ),
            _views("contact"),
            why_empty=msg("People at your customers. They come with an import or from a customer's page."),
            other_way=DROP,
        ),
        ListSpec(
            "opportunity",
            "target",
            (
                Column("name", cells.title, 200, 3, 9),
                Column("customer_id", cells.link, 170, 2, 8),
                Column("stage", cells.stage, 148, 0, 8),
                Column("probability", cells.number, 64, 0, 3, right=True),
                Column("amount", cells.amount, 110, 0, 7, right=True),
                Column("next_step", cells.text, 140, 2, 4),
                Column("close_on", cells.due, 100, 0, 6),
            ),
            _views(
                "opportunity",
                View("open", msg("Under way"), _UNDER_WAY),
                View("won", msg("Won"), _in("stage", "won")),
            ),
            why_empty=msg("A chance to sell: a customer, a name, an amount and a day."),
            board="stage",
            calendar="close_on",
        ),
        ListSpec(
            "product",
            "package",
            (
                Column("sku", cells.text, 100, 0, 8),
                Column("name", cells.title, 240, 4, 9),
                Column("category", cells.text, 120, 0, 3),
                Column("unit", cells.bilingual, 56, 0, 4),
                Column("price", cells.price, 110, 0, 7, right=True),
                Column("tax_percent", cells.number, 64, 0, 5, right=True),
            ),
            _views("product", View("active", msg("On offer"), every(Condition("active", "yes")))),
            order="sku",
            descending=False,
            why_empty=msg("Products come with an import or from the office's price book."),
            other_way=DROP_TABLE,
        ),
        ListSpec(
            "quote",
            "file-text",
            (
                Column("number", cells.title, 168, 1, 9, msg("Quote")),
                Column("customer_id", cells.link, 190, 3, 8),
                Column("name", cells.text, 150, 2, 5),
                Column("stage", cells.stage, 100, 0, 8),
                Column("payable", cells.sum_due, 116, 0, 7, right=True),
                Column("valid_until", cells.due, 120, 0, 6),
            ),
            _views(
                "quote",
                View("draft", msg("Drafts"), _in("stage", "draft")),
                View("issued", msg("Issued"), _in("stage", "issued")),
                View("expiring", msg("Expiring"), _SOON),
                View("declined", msg("Declined"), _in("stage", "declined")),
            ),
            why_empty=msg("A quote needs a customer and one product. The rest is filled in for you."),
            calendar="valid_until",
        ),
        ListSpec(
            "contract",
            "file-check",
            (
                Column("number", cells.title, 168, 1, 9, msg("Contract")),
                Column("customer_id", cells.link, 190, 3, 8),
                Column("name", cells.text, 150, 2, 5),
                Column("stage", cells.stage, 110, 0, 8),
                Column("payable", cells.sum_due, 116, 0, 7, right=True),
                Column("signed_on", cells.text, 104, 0, 4),
                Column("renew_on", cells.due, 104, 0, 6),
            ),
            _views(
                "contract",
                View("draft", msg("Drafts"), _in("stage", "draft")),
                View("sent", msg("To be signed", "contract"), _in("stage", "sent")),
                View("running", msg("In force"), _in("stage", "signed", "running")),
                View("renewal", msg("To be renewed"), _RENEWAL),
            ),
            why_empty=msg("A contract is made from an issued quote: open the quote and choose it there."),
            board="stage",
            calendar="renew_on",
        ),
        ListSpec(
            "clause",
            "file-text",
            (
                Column("code", cells.text, 110, 0, 7),
                Column("name", cells.title, 220, 3, 9),
                Column("approval_class", cells.choice, 190, 1, 8),
                Column("approver", cells.text, 130, 0, 4),
                Column("place", cells.number, 80, 0, 3, right=True),
            ),
            (View("all", msg("All")), _ACTIVE),
            order="place",
            descending=False,
            why_empty=msg(
                "Without a library of its own the firm has the clauses that come with the program."
            ),
        ),
        ListSpec(
            "order",
            "truck",
            (
                Column("number", cells.title, 168, 1, 9, msg("Order")),
                Column("customer_id", cells.link, 190, 3, 8),
                Column("name", cells.text, 150, 2, 5),
                Column("stage", cells.stage, 128, 0, 8),
                Column("payable", cells.sum_due, 116, 0, 7, right=True),
                Column("invoiced_amount", cells.sum_due, 116, 0, 4, right=True),
                Column("paid_amount", cells.sum_due, 116, 0, 5, right=True),
                Column("promised_on", cells.due, 112, 0, 6),
            ),
            _views(
                "order",
                View("new", msg("To acknowledge"), _in("stage", "submitted")),
                View("ship", msg("To ship"), _in("stage", "acknowledged", "delivering")),
                View("settle", msg("To be settled"), _in("stage", "delivered", "accepted")),
                View("late", msg("Late", "order"), every(_ORDERED, _late("promised_on"))),
            ),
            why_empty=msg("An order is made from an issued quote: open the quote and choose it there."),
            board="stage",
            calendar="promised_on",
        ),
        ListSpec(
            "task",
            "list-todo",
            (
                Column("name", cells.title, 240, 4, 9),
                Column("customer_id", cells.link, 180, 2, 8),
                Column("priority", cells.choice, 80, 0, 5),
                Column("due_on", cells.due, 110, 0, 8),
                Column("done_at", cells.done, 100, 0, 4),
            ),
            _views(
                "task",
                View("open", msg("To do"), every(_TO_DO)),
                View("late", msg("Overdue"), every(_late("due_on"), _TO_DO)),
            ),
            order="due_on",
            descending=False,
            why_empty=msg("What is to be done by a day. A visit or a call can leave one behind."),
            board="priority",
            calendar="due_on",
        ),
        ListSpec(
            "interaction",
            "message-circle",
            (
                Column("happened_at", cells.moment, 110, 0, 8),
                Column("channel", cells.channel, 96, 0, 7),
                Column("name", cells.title, 220, 3, 9),
                Column("customer_id", cells.link, 180, 2, 8),
                Column("outcome", cells.text, 180, 2, 5),
            ),
            _views("interaction"),
            order="happened_at",
            why_empty=msg("Visits, calls and messages with your customers."),
            calendar="happened_at",
        ),
        ListSpec(
            "price_book",
            "wallet",
            (
                Column("name", cells.title, 220, 3, 9),
                Column("scope", cells.choice, 110, 0, 7),
                Column("scope_value", cells.text, 150, 1, 5),
                Column("customer_id", cells.link, 160, 1, 5),
                Column("agreed_amount", cells.amount, 110, 0, 2, right=True),
                Column("used_amount", cells.amount, 110, 0, 2, right=True),
                Column("currency", cells.text, 70, 0, 4),
                Column("tax_mode", cells.choice, 110, 0, 3),
                Column("valid_from", cells.text, 110, 0, 5),
                Column("valid_until", cells.text, 110, 0, 6),
            ),
            (
                View("all", msg("All")),
                View("agreements", msg("Framework agreements"), _in("scope", "contract")),
            ),
            order="name",
            descending=False,
            why_empty=msg("Prices for a region, a grade or one customer, from a quantity and a day on."),
        ),
        ListSpec(
            "price_entry",
            "wallet",
            (
                Column("product_id", cells.link, 240, 3, 9),
                Column("book_id", cells.link, 170, 2, 7),
                Column("min_quantity", cells.number, 100, 0, 6, right=True),
                Column("price", cells.price, 110, 0, 8, right=True),
                Column("agreed_quantity", cells.number, 100, 0, 3, right=True),
                Column("used_quantity", cells.number, 100, 0, 3, right=True),
                Column("valid_from", cells.text, 110, 0, 4),
                Column("valid_until", cells.text, 110, 0, 5),
            ),
            (View("all", msg("All")),),
            why_empty=msg("A price belongs to a price book: open the book and add it there."),
        ),
        ListSpec(
            "bundle_part",
            "package",
            (
                Column("product_id", cells.link, 220, 2, 9),
                Column("part_id", cells.link, 220, 3, 9),
                Column("quantity", cells.number, 90, 0, 7, right=True),
                Column("inclusion", cells.choice, 150, 0, 8),
                Column("pricing", cells.choice, 170, 0, 6),
                Column("percent", cells.number, 80, 0, 3, right=True),
                Column("group", cells.text, 120, 0, 5),
            ),
            (View("all", msg("All")),),
            why_empty=msg("Parts are added on the page of a product of the type “Bundle”."),
        ),
        ListSpec(
            "promotion",
            "percent",
            (
                Column("name", cells.title, 200, 3, 9),
                Column("kind", cells.choice, 150, 0, 8),
                Column("percent", cells.number, 80, 0, 6, right=True),
                Column("threshold", cells.price, 110, 0, 4, right=True),
                Column("saving", cells.price, 100, 0, 5, right=True),
                Column("product_id", cells.link, 160, 2, 5),
                Column("scope", cells.choice, 90, 0, 3),
                Column("valid_from", cells.text, 104, 0, 6),
                Column("valid_until", cells.text, 104, 0, 7),
            ),
            (View("all", msg("All")), _ACTIVE),
            order="valid_from",
            why_empty=msg("Offers between two days: off a price, each second item or the whole, and gifts."),
        ),
        ListSpec(
            "coupon",
            "percent",
            (
                Column("code", cells.title, 120, 1, 9),
                Column("name", cells.text, 130, 3, 8),
                Column("percent", cells.number, 80, 0, 6, right=True),
                Column("amount", cells.price, 100, 0, 6, right=True),
                Column("threshold", cells.price, 110, 0, 4, right=True),
                Column("customer_id", cells.link, 160, 2, 3),
                Column("uses", cells.number, 76, 0, 6, right=True),
                Column("used", cells.number, 76, 0, 6, right=True),
                Column("valid_until", cells.text, 104, 0, 7),
            ),
            (View("all", msg("All")), _ACTIVE),
            order="valid_until",
            why_empty=msg("Codes that customers bring: off the whole of a quote, once or so many times."),
        ),
        ListSpec(
            "company_seal",
            "shield-check",
            (Column("name", cells.title, 240, 3, 9), Column("kind", cells.choice, 130, 0, 7)),
            (View("all", msg("All")), _ACTIVE),
            order="name",
        ),
        ListSpec(
            "seal_release",
            "shield-check",
            (
                Column("name", cells.title, 200, 3, 9),
                Column("owner_id", cells.link, 150, 1, 8),
                Column("most", cells.number, 100, 0, 5, right=True),
                Column("valid_until", cells.text, 110, 0, 7),
            ),
            (View("all", msg("All")),),
            order="valid_until",
        ),
        ListSpec(
            "template",
            "file-text",
            (Column("name", cells.title, 240, 3, 9), Column("accent", cells.text, 100, 0, 4), _EDITION),
            (View("all", msg("All")), _ACTIVE),
            order="name",
            why_empty=msg("How quotes look on paper: colour, margins, columns and texts, without code."),
        ),
        ListSpec(
            "exchange_rate",
            "scale",
            (
                Column("base_currency", cells.title, 120, 1, 9),
                Column("rate", cells.number, 120, 0, 8, right=True),
                Column("quote_currency", cells.text, 110, 0, 7),
                Column("rated_on", cells.text, 120, 0, 6),
                Column("source", cells.text, 200, 2, 4),
            ),
            (View("all", msg("All")),),
            order="rated_on",
            why_empty=msg("What one unit of a currency is worth in another, day by day: for quotes abroad."),
        ),
        ListSpec(
            "approval_rule",
            "shield-check",
            (
                Column("name", cells.title, 220, 3, 9),
                Column("kind", cells.choice, 240, 1, 8),
                Column("threshold", cells.number, 120, 0, 7, right=True),
                Column("currency", cells.text, 70, 0, 4),
                Column("conditional", cells.number, 130, 0, 3, right=True),
                Column("role", cells.choice, 120, 0, 6),
            ),
            (View("all", msg("All")), _ACTIVE),
            order="name",
            descending=False,
            why_empty=msg("Without rules nothing asks for approval. An administrator adds them."),
        ),
        ListSpec(
            "delegation",
            "shield-check",
            (
                Column("code", cells.title, 130, 1, 9),
                Column("owner_id", cells.link, 150, 1, 8),
                Column("device_id", cells.link, 150, 1, 4),
                Column("customer_id", cells.link, 150, 1, 3),
                Column("document_discount", cells.number, 110, 0, 5, right=True),
                Column("most", cells.number, 80, 0, 5, right=True),
                Column("exposure", cells.number, 120, 0, 6, right=True),
                Column("valid_until", cells.text, 110, 0, 7),
            ),
            (View("all", msg("All")),),
            order="valid_until",
            why_empty=msg("What an approver lets somebody issue on one laptop without asking."),
        ),
        ListSpec(
            "user",
            "user-round",
            (
                Column("name", cells.title, 180, 2, 9),
                Column("role", cells.choice, 130, 0, 8),
                Column("team_id", cells.link, 140, 1, 7),
                Column("job", cells.text, 140, 1, 4),
                Column("phone", cells.text, 130, 0, 5),
                Column("email", cells.text, 180, 1, 3),
            ),
            (View("all", msg("All")), _ACTIVE),
            order="name",
            descending=False,
            why_empty=msg("Colleagues come with the office that this laptop joins."),
        ),
        ListSpec(
            "team",
            "users",
            (Column("name", cells.title, 240, 3, 9),),
            (View("all", msg("All")),),
            order="name",
            descending=False,
            why_empty=msg("Colleagues come with the office that this laptop joins."),
        ),
    )
}
