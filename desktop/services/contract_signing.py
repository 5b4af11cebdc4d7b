"""Contracts signed by the customer: on the rep's screen, or on paper that is photographed and kept."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from desktop.errors import Refused
from desktop.models.records import Attachment, Contract, Signature
from desktop.models.store import Store, Work
from desktop.rules import stages
from desktop.services import attachments, contract_sense, sealed
from desktop.services import evidence as records
from desktop.services.commands import Asking, command, every
from desktop.services.evidence import OnScreen
from desktop.services.quote_prices import today
from desktop.words import Message, msg

SIGNED_BY: Final = ("sent", "signed", "running")
"""The stages in which a customer may still sign: a second person signs after the first."""
ANOTHER: Final = msg("Another contract was issued meanwhile. Show the customer what is issued now.")
OVER: Final = msg("This contract was in force until {day}; nobody signs it any more.")


def can_sign(contract: Contract, _asking: Asking) -> Message | None:
    """An issued contract is signed while it stands."""
    if contract.stage == "draft" or not contract.content_hash:
        return contract_sense.FIRST_ISSUE
    if contract.stage not in SIGNED_BY:
        now, wanted = (stages.CONTRACT.find(code).label for code in (contract.stage, "signed"))
        return msg("From “{now}” a contract does not become “{wanted}”.").of(now=now, wanted=wanted)
    return None


@command(
    "contract.sign_here",
    label=msg("Customer signs the contract"),
    on=Contract,
    when=can_sign,
    writes=("contract.stage", "contract.signed_on", *every(Signature, Attachment)),
    undoable=False,
    fact=True,
    icon="pencil",
)
def sign_here(
    work: Work,
    contract: Contract,
    *,
    signer: str,
    job: str = "",
    method: str = "screen",
    on_screen: OnScreen | None = None,
    photo: Mapping[str, Any] | None = None,
) -> Signature:
    """Record the customer's signature under the issued contract, which is signed by both sides with it.

    A `photo` of signed paper becomes a file of the contract. What was written `on_screen` also goes into the
    sealed paper, in the same transaction: there is a signature with its paper, or neither.
    """
    if not signer.strip():
        raise Refused(msg("Say who signs."), field="signer")
    if contract.valid_until is not None and contract.valid_until < today(work):
        raise Refused(OVER.of(day=contract.valid_until.isoformat()))
    signer, job = signer.strip(), job.strip()
    image_id: UUID | None = None
    evidence: dict[str, Any] = {}
    if photo is not None:
        image_id = attachments.attach_file(work, of=Contract.__tablename__, of_id=contract.id, **photo).id
    if on_screen is not None:
        if on_screen.content != contract.content_hash:
            raise Refused(ANOTHER)  # a sync brought another paper while the customer was reading
        evidence = records.record(work, on_screen)
        paper = sealed.Paper.of(contract, contract.number)
        inked = sealed.keep_signed(work, contract, paper, on_screen.ink, evidence, signer, job)
        if inked:
            evidence[records.PAPER] = inked
    signature = Signature(
        quote_id=contract.quote_id,
        revision_id=contract.revision_id,
        contract_id=contract.id,
        signer=signer,
        job=job,
        method=method,
        signed_at=work.now,
        content_hash=contract.content_hash,
        image_id=image_id,
        evidence=evidence,
        owner_id=contract.owner_id,
        team_id=contract.team_id,
    )
    work.add(signature)
    work.op("sign", signature, {"hash": contract.content_hash, "snapshot": contract.snapshot})
    if contract.stage == "sent":
        contract.signed_on = today(work)
        work.op("transition", contract, {"field": "stage", "from": contract.stage, "to": "signed"})
        contract.stage = "signed"
    return signature


def signatures(store: Store, contract_id: UUID) -> list[Signature]:
    """The customer's signatures under a contract, in the order in which they were given."""
    query = select(Signature).where(Signature.contract_id == contract_id, Signature.deleted_at.is_(None))
    with store.reading() as session:
        return list(session.scalars(query.order_by(Signature.signed_at, Signature.id)))


def told(signature: Signature) -> list[Message]:
    """What the record of a signature says, line by line."""
    evidence = signature.evidence or {}
    shown = evidence.get("shown") or {}
    said: list[Message] = []
    if shown.get("pages_ms"):
        seconds = round(sum(shown["pages_ms"]) / 1000)
        words = msg("{count} pages shown for {seconds} s; file {check}")
        check = str(shown.get("sha256", ""))[:12]
        said.append(words.of(count=len(shown["pages_ms"]), seconds=seconds, check=check))
    if evidence.get("consent"):
        said.append(msg("Agreed to: {text}").of(text=evidence["consent"].get("text", "")))
    if evidence.get("device"):
        device = evidence["device"]
        where = " ".join(filter(None, (str(device.get("name", "")), str(device.get("code", "")))))
        said.append(msg("On {device}, record {check}").of(device=where, check=records.digest(evidence)[:12]))
    if evidence.get(records.PAPER):
        said.append(
            msg("Its ink stands in the sealed paper, file {check}").of(check=evidence[records.PAPER][:12])
        )
    if signature.image_id is not None:
        said.append(msg("The signed page is among the files"))
    return said
