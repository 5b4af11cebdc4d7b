"""The record types, by area; importing this package fills the registry."""

from desktop.models.records.activities import Interaction, Task
from desktop.models.records.approvals import (
    Approval,
    ApprovalGrant,
    ApprovalRequest,
    ApprovalRule,
    Delegation,
    PhoneApproval,
)
from desktop.models.records.bundles import BundlePart
from desktop.models.records.catalog import ExchangeRate, PriceBook, PriceEntry, Product, TaxRate
from desktop.models.records.comments import Comment
from desktop.models.records.contracts import Clause, ClauseVersion, Contract, ContractClause, Milestone
from desktop.models.records.coupons import Coupon, CouponUse
from desktop.models.records.customers import Address, Contact, Customer
from desktop.models.records.decisions import Decision
from desktop.models.records.files import Attachment, Blob
from desktop.models.records.links import CustomerLink
from desktop.models.records.offers import Promotion
from desktop.models.records.opportunities import Opportunity
from desktop.models.records.orders import (
    Acceptance,
    Delivery,
    InvoiceRequest,
    Order,
    OrderLine,
    Payment,
)
from desktop.models.records.people import Device, Organisation, SavedView, Setting, Tag, Team, User
from desktop.models.records.proposals import Proposal
from desktop.models.records.quotes import Adjustment, Quote, QuoteLine, QuoteRevision
from desktop.models.records.receipts import Receipt
from desktop.models.records.seals import CompanySeal, SealRelease, SealUse
from desktop.models.records.shares import Share
from desktop.models.records.signatures import Signature
from desktop.models.records.templates import Template, TemplateVersion

__all__ = [
    "Acceptance",
    "Address",
    "Adjustment",
    "Approval",
    "ApprovalGrant",
    "ApprovalRequest",
    "ApprovalRule",
    "Attachment",
    "Blob",
    "BundlePart",
    "Clause",
    "ClauseVersion",
    "Comment",
    "CompanySeal",
    "Contact",
    "Contract",
    "ContractClause",
    "Coupon",
    "CouponUse",
    "Customer",
    "CustomerLink",
    "Decision",
    "Delegation",
    "Delivery",
    "Device",
    "ExchangeRate",
    "Interaction",
    "InvoiceRequest",
    "Milestone",
    "Opportunity",
    "Order",
    "OrderLine",
    "Organisation",
    "Payment",
    "PhoneApproval",
    "PriceBook",
    "PriceEntry",
    "Product",
    "Promotion",
    "Proposal",
    "Quote",
    "QuoteLine",
    "QuoteRevision",
    "Receipt",
    "SavedView",
    "SealRelease",
    "SealUse",
    "Setting",
    "Share",
    "Signature",
    "Tag",
    "Task",
    "TaxRate",
    "Team",
    "Template",
    "TemplateVersion",
    "User",
]
