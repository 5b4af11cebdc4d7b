"""The firm itself: organisation, teams, users, their devices, and settings they share."""

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Choice, Email, Flag, Json, Link, Long, Percent, Phone, Short, Whole
from desktop.models.record import Record, field
from desktop.rules import roles
from desktop.words import Message, msg


class Organisation(Record):
    """The firm that sells: what stands on its paper."""

    __tablename__ = "organisation"
    __label__: ClassVar[Message] = msg("Company")
    __plural__: ClassVar[Message] = msg("Companies")
    __shared__ = True
    name: Mapped[str] = field(Short(), msg("Name"), required=True, listed=True)
    name_en: Mapped[str] = field(Short(), msg("English name"))
    tagline: Mapped[str] = field(Short(), msg("Line of business"))
    tagline_en: Mapped[str] = field(Short(), msg("Line of business in English"))
    address: Mapped[str] = field(Short(), msg("Address"))
    address_en: Mapped[str] = field(Short(), msg("English address"))
    phone: Mapped[str] = field(Phone(), msg("Phone"))
    email: Mapped[str] = field(Email(), msg("E-mail"))
    tax_id: Mapped[str] = field(Short(), msg("Tax number"))
    bank: Mapped[str] = field(Short(), msg("Bank and account"))
    bank_en: Mapped[str] = field(Short(), msg("Bank and account in English"))
    currency: Mapped[str] = field(Short(), msg("Currency"), default="CNY")
    time_zone: Mapped[str] = field(Short(), msg("Time zone"), default="Asia/Shanghai")
    tax_mode: Mapped[str] = field(
        Choice((("included", msg("Tax included")), ("excluded", msg("Tax excluded")))),
        msg("Price basis"),
        default="included",
    )
    valid_days: Mapped[int] = field(Whole(), msg("Quotes are valid for (days)"), default=30)
    terms: Mapped[list[dict[str, str]]] = field(Json(), msg("Standard terms"), default=list, hidden=True)
    milestones: Mapped[list[dict[str, Any]]] = field(
        Json(), msg("Standard payment schedule"), default=list, hidden=True
    )
    least_margin: Mapped[Decimal | None] = field(Percent(), msg("Least margin"), masked=roles.COST)
    rep_scope: Mapped[str] = field(
        Choice(((roles.TEAM, msg("Their team's records")), (roles.OWN, msg("Their own records")))),
        msg("Sales reps see"),
        default=roles.TEAM,
    )
    logo: Mapped[dict[str, Any] | None] = field(Json(), msg("Logo"), hidden=True)


class Team(Record):
    """People who share customers."""

    __tablename__ = "team"
    __label__: ClassVar[Message] = msg("Team")
    __plural__: ClassVar[Message] = msg("Teams")
    __shared__ = True
    name: Mapped[str] = field(Short(), msg("Name"), required=True, listed=True, search="name")


class User(Record):
    """A person who works with Satchel; `team_id` is their team."""

    __tablename__ = "user"
    __label__: ClassVar[Message] = msg("User")
    __plural__: ClassVar[Message] = msg("Users")
    __shared__ = True
    name: Mapped[str] = field(Short(), msg("Name", "person"), required=True, listed=True, search="name")
    name_en: Mapped[str] = field(Short(), msg("English name"))
    job: Mapped[str] = field(Short(), msg("Position"))
    job_en: Mapped[str] = field(Short(), msg("Position in English"))
    role: Mapped[str] = field(Choice(roles.CHOICES), msg("Role"), default="rep", merge="server", listed=True)
    phone: Mapped[str] = field(Phone(), msg("Phone"), search="phone")
    email: Mapped[str] = field(Email(), msg("E-mail"))
    active: Mapped[bool] = field(Flag(), msg("Active"), default=True, merge="server")


class Device(Record):
    """A laptop that was enrolled, as everybody may see it."""

    __tablename__ = "device"
    __label__: ClassVar[Message] = msg("Device")
    __plural__: ClassVar[Message] = msg("Devices")
    __shared__ = True
    name: Mapped[str] = field(Short(), msg("Name"), listed=True)
    user_id: Mapped[UUID | None] = field(Link("user"), msg("User"), merge="server", listed=True)
    code: Mapped[str] = field(Short(3), msg("Number code"), merge="server", listed=True)


class Setting(Record):
    """A setting that the organisation shares, such as the reasons of a loss."""

    __tablename__ = "setting"
    __label__: ClassVar[Message] = msg("Setting")
    __plural__: ClassVar[Message] = msg("Settings")
    __shared__ = True
    name: Mapped[str] = field(Short(), msg("Name"), required=True, listed=True)
    value: Mapped[Any] = field(Json(), msg("Value"), listed=True)


class SavedView(Record):
    """A list as somebody wants to see it again: record type, filters, columns, order."""

    __tablename__ = "saved_view"
    __label__: ClassVar[Message] = msg("Saved view")
    __plural__: ClassVar[Message] = msg("Saved views")
    name: Mapped[str] = field(Short(), msg("Name"), required=True, listed=True)
    of: Mapped[str] = field(Short(), msg("Record type"), listed=True)
    query: Mapped[Any] = field(Json(), msg("Filters and columns"), default=dict, merge="parts", hidden=True)


class Tag(Record):
    """A word for grouping records, with its colour."""

    __tablename__ = "tag"
    __label__: ClassVar[Message] = msg("Tag")
    __plural__: ClassVar[Message] = msg("Tags")
    __shared__ = True
    name: Mapped[str] = field(Short(), msg("Name"), required=True, listed=True, search="name")
    colour: Mapped[str] = field(Short(), msg("Colour"), merge="soft")
    remark: Mapped[str] = field(Long(), msg("Remark"))
