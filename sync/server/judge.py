"""The office's decision on one operation: may this person do it, does it make sense, what does the field
hold now.

Everything is asked again here, whatever the laptop asked before: role, scope, frozen content, stage, values.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from desktop.models.kinds import Choice
from desktop.models.record import RECORDS, Field
from desktop.rules import stages
from desktop.rules.canonical import content_hash
from desktop.rules.sharing import SHAREABLE
from desktop.services.commands import COMMANDS
from desktop.words import Message, msg
from sync.protocol.messages import Loss, VerdictKind
from sync.protocol.ops import Op
from sync.server import contracts, editions, merge, shares
from sync.server.batch import FIRST, Batch, Held, links_of
from sync.server.guards import DELETED, INVALID, LINES, NOT_YOURS, SIGNATURE, Guards
from sync.server.permission import Rejected, new_row
from sync.server.rows import Row, is_id
from sync.server.scope import Scope
from sync.server.values import BadValue, check, check_structure

NOT_SHARED: Final = msg("This cannot be shared.")
DIFFERS: Final = msg("The content does not fit its check; issue it again.")

_RESERVED: Final = frozenset({"id", "version", "deleted_at", "unknown"})


@dataclass(slots=True)
class Outcome:
    """What became of one operation: the record it touched, and the values that are not as they were sent."""

    held: Held | None = None
    losses: list[Loss] = field(default_factory=list)
    deleted: bool = False
    """The record had been deleted, so the change waits for a person."""

    @property
    def kind(self) -> VerdictKind:
        """The kind of verdict."""
        if any(loss.ask for loss in self.losses):
            return "conflict"
        return "merged" if self.losses else "applied"


class Judge:
    """Decides on the operations of one push, in order; the batch holds what earlier ones left."""

    def __init__(self, batch: Batch, scope: Scope, now_text: str) -> None:
        self.batch = batch
        self.scope = scope
        self.guards = Guards(batch, scope)
        self.now_text = now_text
        self.keep_deleted = False
        """Set while a transaction is judged again in which one deletion met somebody's edit: then none
        counts.
        """
        self.overwritten: list[dict[str, Any]] = []
        self._acts: dict[str, Callable[[Op], Outcome]] = {
            "create": self._create,
            "append": self._create,
            "set": self._set,
            "assign": self._set,
            "transition": self._transition,
            "delete": self._delete,
            "restore": self._restore,
            "issue": self._issue,
            "sign": self._sign,
        }

    def judge(self, op: Op) -> Outcome:
        """Apply one operation to the batch. Raises Rejected when its transaction must change nothing."""
        if op.kind == "void":
            return Outcome()
        if op.type not in RECORDS or not is_id(op.record):
            raise Rejected("invalid", INVALID)
        return self._acts[op.kind](op)

    # ------------------------------------------------------------ creating

    def _create(self, op: Op) -> Outcome:
        if op.type == SIGNATURE:
            raise Rejected("invalid", INVALID)
        existing = self.batch.get(op.type, op.record)
        if existing is not None:
            return self._create_again(op, existing)
        row = self._new_row(op.type, op.record, op.body)
        if "snapshot" in row and any(row.get(name) for name in _SEALED):
            raise Rejected("invalid", DIFFERS)  # nothing is born issued
        self._settle(op.type, row)
        if op.type == shares.COMMENT:
            row["author_id"] = self.scope.person.user
        if not self.scope.may_write(op.type, row):
            self.guards.new(op.type, row)
        self.guards.overdraft(op.type, row)
        held = self.batch.add(op.type, row)
        self.guards.edition(held)
        if op.type == contracts.CONTRACT:
            contracts.hold_to_quote(self.batch, self.scope, held)
        return Outcome(held)

    def _new_row(self, record_type: str, record: str, values: Mapping[str, Any]) -> Row:
        """The row of a new record with these values, each of them checked."""
        fields = RECORDS[record_type].fields()
        row = new_row(record_type, {}, record)
        for name, value in values.items():
            self._check(record_type, name, value)
            self.guards.number(record_type, record, name, value)
            if name not in fields:
                row["unknown"] = {**(row["unknown"] or {}), name: value}
            elif fields[name].merge != merge.DERIVED:
                row[name] = value
        return row

    def _settle(self, record_type: str, row: Row) -> None:
        """A part lives where its root lives; what nobody known owns belongs to whoever brings it."""
        cls = RECORDS[record_type]
        if record_type == shares.SHARE:
            target = self._shared_by(row)
            row["owner_id"], row["team_id"] = target.row["owner_id"], target.row["team_id"]
            return
        if cls.__root__:
            for link in links_of(record_type, row, roots_only=True):
                root = self.batch.get(*link)
                if root is None:
                    self.guards.absent(link[1])
                row["owner_id"], row["team_id"] = root.row["owner_id"], root.row["team_id"]
                return
        if cls.__shared__:
            return
        person = self.scope.person
        unknown = row["owner_id"] and self.batch.get("user", row["owner_id"]) is None
        nobody = not row["owner_id"] and not self.scope.may_write(record_type, row)
        if unknown or nobody:
            row["owner_id"], row["team_id"] = person.user, person.team or None

    def _shared_by(self, row: Row) -> Held:
        """The record that a share lends: something that may be lent, to somebody there is."""
        key = shares.target_of(shares.SHARE, row)
        people = [
            self.batch.get(*who)
            for who in (("user", row["person_id"]), ("team", row["group_id"]))
            if who[1] is not None
        ]
        if key is None or key[0] not in SHAREABLE or len(people) != 1 or people[0] is None:
            raise Rejected("invalid", NOT_SHARED)
        target = self.batch.get(*key)
        if target is None:
            self.guards.absent(key[1])
        if not self.scope.may_write(target.type, target.row):
            self.guards.write(target)
            raise Rejected("not_allowed", NOT_YOURS)
        return target

    def _create_again(self, op: Op, held: Held) -> Outcome:
        """The record is known: a restored laptop sends again what it had sent. Nothing newer is undone."""
        self.guards.write(held)
        outcome = Outcome(held)
        fields = RECORDS[op.type].fields()
        for name, value in op.body.items():
            self._check(op.type, name, value)
            if name not in fields or name in ("owner_id", "team_id"):
                continue
            current = held.row[name]
            merged = merge.merge_created(fields[name].merge, current, value)
            self._take(held, name, merged, value, fields[name].merge, outcome)
        return outcome

    # ------------------------------------------------------------ changing

    def _set(self, op: Op) -> Outcome:
        return self._set_fields(op, op.body)

    def _set_fields(self, op: Op, body: Mapping[str, Any]) -> Outcome:
        held = self._found(op)
        fields = RECORDS[op.type].fields()
        for name, pair in body.items():
            if not isinstance(pair, list) or len(pair) != 2:
                raise Rejected("invalid", INVALID)
            self._check(op.type, name, pair[1])
            self.guards.number(op.type, op.record, name, pair[1])
            self.guards.lead(held, name, pair[1])
        if "snapshot" in fields and not _SEALED.isdisjoint(body):
            raise Rejected("invalid", DIFFERS)  # it is issued with its content, or not at all
        if held.type == shares.SHARE and not _OF_A_SHARE.isdisjoint(body):
            raise Rejected("invalid", NOT_SHARED)
        outcome = Outcome(held)
        if held.deleted and not self._brings_back(held, outcome):
            outcome.deleted = True
            outcome.losses = [Loss(name, pair[1], None, merge.CRITICAL, True) for name, pair in body.items()]
            return outcome
        self.guards.frozen(held, [name for name in body if name in fields and fields[name].frozen])
        leads = {
            name: fields[name].follows for name in body if name in fields and fields[name].follows in body
        }
        for name, (old, new) in sorted(body.items(), key=lambda pair: pair[0] in leads):
            stays = contracts.keeps_number(held, name) and new != held.row[name]
            if stays or any(loss.ask and loss.field == leads.get(name) for loss in outcome.losses):
                outcome.losses.append(Loss(name, new, held.row[name], fields[name].merge, False))
            else:
                self._set_field(op, held, fields.get(name), name, old, new, outcome)
        return outcome

    def _set_field(
        self, op: Op, held: Held, described: Field | None, name: str, old: Any, new: Any, outcome: Outcome
    ) -> None:
        fresh = held.fields.get(name, FIRST) <= op.base
        if described is None:
            known = held.row["unknown"] or {}
            merged = merge.merge_field(merge.CRITICAL, known.get(name), old, new, fresh=fresh)
            self._take_unknown(held, name, merged, new, outcome)
        elif described.merge == merge.STAGE:
            self._take(held, name, self._staged(op, held, described, name, new), new, merge.STAGE, outcome)
        elif described.merge != merge.DERIVED:
            if name in ("owner_id", "team_id"):
                new = self._new_home(held, name, new)
            current = held.row[name]
            merged = merge.merge_field(described.merge, current, old, new, fresh=fresh)
            if merged.lost and not merged.conflict:
                self.overwritten.append({"record": held.id, "field": name, "value": merged.loser})
            self._take(held, name, merged, new, described.merge, outcome)
            if name == RECORDS[held.type].__root__:
                self._follow_root(held)

    def _new_home(self, held: Held, name: str, new: str | None) -> str | None:
        """The new owner or team, if this person may hand the record there; parts follow their root."""
        if RECORDS[held.type].__root__:
            return held.row[name]  # type: ignore[no-any-return]
        target = {**held.row, name: new}
        if not (self.scope.may_write(held.type, held.row) and self.scope.may_write(held.type, target)):
            raise Rejected("not_allowed", NOT_YOURS)
        return new

    def _follow_root(self, held: Held) -> None:
        """A part that went over to another record lives there from now on."""
        row = dict(held.row)
        self._settle(held.type, row)
        root = self.batch.root_of(held)
        if root is not None:
            self.guards.write(root)
        for name in ("owner_id", "team_id"):
            if row[name] != held.row[name]:
                self.batch.change(held, name, row[name])
        self.guards.write(held)

    def _transition(self, op: Op) -> Outcome:
        name, to = op.body.get("field"), op.body.get("to")
        described = RECORDS[op.type].fields().get(name) if isinstance(name, str) else None
        if described is None or described.merge != merge.STAGE or not isinstance(to, str):
            raise Rejected("invalid", INVALID)
        return self._set_fields(op, {str(name): [op.body.get("from"), to]})

    def _staged(self, op: Op, held: Held, described: Field, name: str, to: Any) -> merge.Merged:
        kind = described.kind
        ways = _WAYS.get(_codes(kind.options)) if isinstance(kind, Choice) else None
        if ways is None or to not in {stage.code for stage in ways.stages}:
            raise Rejected("invalid", INVALID)
        undone = self._takes_back(op, held, name)
        return merge.merge_stage(
            held.row[name],
            to,
            lambda old, new: ways.may_step(old or "", new) or (undone and ways.may_step(new, old or "")),
        )

    def _takes_back(self, op: Op, held: Held, name: str) -> bool:
        """Whether this may undo the step that led to where the record is: the laptop took it itself.

        An undo bears the name of its command; what cannot be undone there is not gone back here.
        """
        command, since = COMMANDS.get(op.command), held.fields.get(name, FIRST)
        mine = held.devices.get(self.batch.device, 0) >= since
        others = (version for device, version in held.devices.items() if device != self.batch.device)
        stepped = since > FIRST and mine and since not in others
        return stepped and command is not None and command.undoable

    def _issue(self, op: Op) -> Outcome:
        """Freeze exactly the content that was pushed; nobody's other edit changes what the customer holds."""
        body, sealed = op.body.get("fields"), op.body.get("hash")
        pushed = body.get("snapshot") if isinstance(body, dict) else None
        snapshot = pushed[1] if isinstance(pushed, list) and len(pushed) == 2 else None
        if not isinstance(body, dict) or not isinstance(snapshot, dict):
            raise Rejected("invalid", INVALID)
        self._structure(snapshot)
        if content_hash(snapshot) != sealed:
            raise Rejected("invalid", DIFFERS)
        if "snapshot" not in RECORDS[op.type].fields():
            raise Rejected("invalid", INVALID)
        issued_at = body.get("issued_at", [None, None])
        for name, pair in {**body, "issued_at": issued_at}.items():
            if not isinstance(pair, list) or len(pair) != 2:
                raise Rejected("invalid", INVALID)
            self._check(op.type, name, pair[1])
        held = self._found(op)
        outcome = Outcome(held)
        if editions.bring_back(self.batch, held):
            outcome.losses.append(Loss(DELETED, None, None, merge.SET, False))
        at = issued_at[1] or self.now_text
        if op.type == contracts.CONTRACT:
            edition = contracts.freeze(self.batch, self.scope, held, snapshot, sealed, at)
        else:
            edition = editions.freeze(self.batch, held, snapshot, sealed, at)
        if edition is not held:
            theirs = held.row["content_hash"]
            outcome.losses.append(Loss("content_hash", sealed, theirs, merge.CRITICAL, False))
        return outcome

    def _sign(self, op: Op) -> Outcome:
        """Keep a signature with exactly what was signed; what a customer signed is what counts."""
        values, sealed, snapshot = (op.body.get(name) for name in ("fields", "hash", "snapshot"))
        if op.type != SIGNATURE or not isinstance(values, dict) or not isinstance(snapshot, dict):
            raise Rejected("invalid", INVALID)
        self._structure(snapshot)
        if content_hash(snapshot) != sealed:
            raise Rejected("invalid", DIFFERS)
        known = self.batch.get(op.type, op.record)
        if known is not None:
            return Outcome(known)
        if values.get("contract_id"):
            return self._sign_contract(op, values, snapshot, sealed)
        signed = self.batch.get("quote_revision", values.get("revision_id"))
        if signed is None:
            self.guards.absent(str(values.get("revision_id")))
        self.guards.witness(signed)
        editions.bring_back(self.batch, signed)
        edition = editions.freeze(self.batch, signed, snapshot, sealed, self.now_text)
        quote = self.batch.root_of(edition)
        if edition is not signed and quote is not None and quote.row["revision_id"] == signed.id:
            self.batch.change(quote, "revision_id", edition.id)
        row = self._new_row(op.type, op.record, values)
        row |= {name: edition.row[name] for name in ("quote_id", "owner_id", "team_id")}
        row |= {"revision_id": edition.id, "content_hash": sealed}
        return Outcome(self.batch.add(op.type, row))

    def _sign_contract(
        self, op: Op, values: Mapping[str, Any], snapshot: Mapping[str, Any], sealed: str
    ) -> Outcome:
        """The same under a contract: the paper with this content is the one that was signed."""
        signed = self.batch.get(contracts.CONTRACT, values["contract_id"])
        if signed is None:
            self.guards.absent(str(values["contract_id"]))
        self.guards.witness(signed)
        editions.bring_back(self.batch, signed)
        paper = contracts.freeze(self.batch, self.scope, signed, snapshot, sealed, self.now_text)
        row = self._new_row(op.type, op.record, values)
        row |= {name: paper.row[name] for name in ("quote_id", "revision_id", "owner_id", "team_id")}
        row |= {"contract_id": paper.id, "content_hash": sealed}
        return Outcome(self.batch.add(op.type, row))

    # ------------------------------------------------------------ deleting

    def _delete(self, op: Op) -> Outcome:
        held = self._found(op)
        if held.deleted:
            return Outcome(held)
        self.guards.whole(held)
        self.guards.frozen(held, [DELETED])
        if self.keep_deleted or not held.seen_by(self.batch.device, op.base):
            return Outcome(held, [Loss(DELETED, True, None, merge.CRITICAL, True)])
        self.batch.change(held, DELETED, self.now_text)
        deletes = op.command.rpartition(".")[2].startswith(("delete", "remove"))
        held.undone = not deletes and set(held.devices) == {self.batch.device}
        return Outcome(held)

    def _restore(self, op: Op) -> Outcome:
        held = self._found(op)
        self.guards.whole(held)
        if held.deleted:
            self.batch.change(held, DELETED, None)
        return Outcome(held)

    def _brings_back(self, held: Held, outcome: Outcome) -> bool:
        """An edited line of a quote comes back, if its quote is still there."""
        root = self.batch.root_of(held)
        if root is None or root.deleted or held.type not in LINES:
            return False
        self.batch.change(held, DELETED, None)
        outcome.losses.append(Loss(DELETED, None, None, merge.SET, False))
        return True

    # ------------------------------------------------------------ reading

    def _found(self, op: Op) -> Held:
        held = self.batch.get(op.type, op.record)
        if held is None:
            self.guards.absent(op.record)
        self.guards.write(held)
        return held

    def _check(self, record_type: str, name: str, value: Any) -> None:
        fields = RECORDS[record_type].fields()
        if name in _RESERVED or len(name) > 64 or "\0" in name:
            raise Rejected("invalid", INVALID)
        try:
            if name in fields:
                check(record_type, name, value)
            else:
                check_structure(value)
        except BadValue as error:
            raise Rejected("invalid", INVALID) from error

    def _structure(self, value: Any) -> None:
        try:
            check_structure(value)
        except BadValue as error:
            raise Rejected("invalid", INVALID) from error

    # ------------------------------------------------------------ taking

    def _take(
        self, held: Held, name: str, merged: merge.Merged, sent: Any, merge_class: str, outcome: Outcome
    ) -> None:
        if merged.value != held.row[name]:
            self.batch.change(held, name, merged.value)
        if merged.conflict or merged.value != sent:
            outcome.losses.append(Loss(name, sent, merged.value, merge_class, merged.conflict))

    def _take_unknown(self, held: Held, name: str, merged: merge.Merged, sent: Any, outcome: Outcome) -> None:
        known = held.row["unknown"] or {}
        if merged.value != known.get(name):
            self.batch.change(held, "unknown", {**known, name: merged.value})
            held.fields[name] = held.version
        if merged.conflict:
            outcome.losses.append(Loss(name, sent, merged.value, merge.CRITICAL, True))


def _codes(options: tuple[tuple[str, Message], ...]) -> tuple[str, ...]:
    return tuple(code for code, _ in options)


_SEALED: Final = frozenset({"snapshot", "content_hash"})
_OF_A_SHARE: Final = frozenset({"of", "of_id", "person_id", "group_id"})
_WAYS: Final = {_codes(way.choices): way for way in stages.ALL}
