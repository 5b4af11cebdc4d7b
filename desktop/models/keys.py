"""The keys of a vault: one master key, wrapped once by the passphrase and once by the recovery code.

Floor: models. Nothing heavier than the standard library is imported before a key is asked for.
"""

import hashlib
import hmac
import json
import secrets
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, Self

from desktop.errors import Damaged, Refused, WrongPassphrase
from desktop.models.profile import write_durably
from desktop.rules.canonical import canonical
from desktop.words import msg

FORMAT: Final = 1
"""The newest vault format that this program understands."""

PURPOSES: Final = frozenset({"db", "blob", "backup", "anchor", "log", "transport"})
KEY_BYTES: Final = 32
FLOOR_KIB: Final = 64 * 1024
CALIBRATED_SECONDS: Final = 1.5

ENVELOPE: Final = "vault.json"
ENVELOPE_COPY: Final = "vault.copy.json"


@dataclass(frozen=True, slots=True)
class KdfCost:
    """What a guess at a passphrase costs (Argon2id, RFC 9106); below 64 MiB only where a test says so."""

    memory_kib: int
    passes: int
    lanes: int
    below_floor_for_tests: bool = False

    def __post_init__(self) -> None:
        if self.memory_kib < FLOOR_KIB and not self.below_floor_for_tests:
            raise ValueError(f"{self.memory_kib} KiB is below the floor of {FLOOR_KIB} KiB")


STRONG: Final = KdfCost(memory_kib=256 * 1024, passes=3, lanes=4)


class MasterKey:
    """The 32 bytes from which every key of a vault is derived; `wipe` forgets them."""

    def __init__(self, key: bytes | bytearray, vault_id: str, epoch: int) -> None:
        self._key: bytearray | None = bytearray(key)
        self._salt = bytes.fromhex(vault_id)
        self._epoch = epoch

    def subkey(self, purpose: str) -> bytes:
        """The 32-byte key of one purpose (HKDF-SHA256, RFC 5869). Refused once the vault is locked."""
        if purpose not in PURPOSES:
            raise ValueError(f"no key has the purpose {purpose!r}")
        return self._derive(purpose)

    def mac(self, content: bytes) -> str:
        """What only a holder of this key can write under an envelope."""
        return hmac.new(self._derive("envelope"), content, hashlib.sha256).hexdigest()

    def wrap(self, kek: bytes, aad: bytes) -> tuple[bytes, bytes]:
        """(nonce, this key sealed under `kek` with AES-256-GCM)."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(12)
        return nonce, AESGCM(kek).encrypt(nonce, bytes(self._living()), aad)

    def wipe(self) -> None:
        """Overwrite the key; every later use is refused."""
        if self._key is not None:
            self._key[:] = bytes(len(self._key))
            self._key = None

    def _derive(self, purpose: str) -> bytes:
        return derive(bytes(self._living()), self._salt, f"satchel {purpose} {self._epoch}")

    def _living(self) -> bytearray:
        if self._key is None:
            raise Refused(msg("The vault is locked."))
        return self._key


def derive(secret: bytes, salt: bytes, info: str) -> bytes:
    """HKDF-SHA256 to 32 bytes."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=info.encode()).derive(secret)


# ---------------------------------------------------------------- the recovery code

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LETTERS: Final = 26
_CHECK_PRIME: Final = 1021
"""A prime below 32² where 32 has order 68: one wrong letter, or two swapped, always changes the check."""


def recovery_code(secret: bytes) -> str:
    """16 bytes as 26 letters (Crockford base 32) and 2 check letters, in 7 groups of 4."""
    number = int.from_bytes(secret, "big")
    letters = _letters(number, _CODE_LETTERS) + _letters(number % _CHECK_PRIME, 2)
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def read_recovery_code(text: str) -> bytes:
    """The 16 bytes of a typed code; case, spaces and look-alikes do not matter. Says so if it is mistyped."""
    plain = unicodedata.normalize("NFKC", text).upper().translate(str.maketrans("OIL", "011"))
    letters = [letter for letter in plain if letter.isalnum()]
    if len(letters) != _CODE_LETTERS + 2 or any(letter not in _ALPHABET for letter in letters):
        raise WrongPassphrase(
            msg("The recovery code is mistyped: it has 28 letters and digits in 7 groups of 4, and no U.")
        )
    number, check = _number(letters[:_CODE_LETTERS]), _number(letters[_CODE_LETTERS:])
    if number >> 128 or number % _CHECK_PRIME != check:
        raise WrongPassphrase(
            msg(
                "The recovery code is mistyped: its check letters do not fit. "
                "Compare it with the paper, group by group."
            )
        )
    return number.to_bytes(16, "big")


def is_recovery_code(text: str) -> bool:
    """Whether a text is such a code without a mistake; of which vault, only its envelope knows."""
    try:
        read_recovery_code(text)
    except WrongPassphrase:
        return False
    return True


def _letters(number: int, count: int) -> str:
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(count)))


def _number(letters: list[str]) -> int:
    number = 0
    for letter in letters:
        number = number * 32 + _ALPHABET.index(letter)
    return number


# ---------------------------------------------------------------- slots and the envelope


@dataclass(frozen=True, slots=True)
class Slot:
    """The master key, sealed under one secret."""

    type: Literal["passphrase", "recovery"]
    kdf: Mapping[str, int | str]
    nonce: str
    wrapped: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """What `vault.json` says: who the vault is and which secrets open it."""

    vault_id: str
    created_at: str
    slots: tuple[Slot, ...]
    epoch: int = 1
    generation: int = 1
    restored_at: str | None = None

    def with_slot(self, slot: Slot) -> Self:
        """The same envelope with the slot of that type replaced."""
        return replace(self, slots=(*(old for old in self.slots if old.type != slot.type), slot))

    def plain(self) -> dict[str, Any]:
        """The document before it is sealed."""
        return {
            "format": FORMAT,
            "vault": self.vault_id,
            "created_at": self.created_at,
            "restored_at": self.restored_at,
            "epoch": self.epoch,
            "generation": self.generation,
            "slots": [
                {"type": slot.type, "kdf": dict(slot.kdf), "nonce": slot.nonce, "wrapped": slot.wrapped}
                for slot in self.slots
            ],
        }

    def sealed(self, master: MasterKey) -> dict[str, Any]:
        """The document with its MAC, and a check that tells damage from a wrong passphrase without a key."""
        document = self.plain()
        document["mac"] = master.mac(canonical(document))
        document["check"] = hashlib.sha256(canonical(document)).hexdigest()
        return document


@dataclass(frozen=True, slots=True)
class Sealed:
    """An envelope as read: its check holds, its MAC waits for the key."""

    envelope: Envelope
    mac: str

    @classmethod
    def read(cls, document: object) -> Self:
        """Raises Damaged when it is not what was written, Refused when a newer Satchel wrote it."""
        if not isinstance(document, dict):
            raise Damaged(msg("The key file is damaged."))
        if isinstance(document.get("format"), int) and document["format"] > FORMAT:
            raise Refused(
                msg(
                    "This vault was made by a newer Satchel. "
                    "Update this program; the vault was left untouched."
                )
            )
        content = {key: value for key, value in document.items() if key != "check"}
        try:
            if hashlib.sha256(canonical(content)).hexdigest() != document["check"]:
                raise ValueError("check")
            envelope = Envelope(
                vault_id=content["vault"],
                created_at=content["created_at"],
                restored_at=content["restored_at"],
                epoch=content["epoch"],
                generation=content["generation"],
                slots=tuple(Slot(**slot) for slot in content["slots"]),
            )
            return cls(envelope, content["mac"])
        except (KeyError, TypeError, ValueError) as error:
            raise Damaged(msg("The key file is damaged.")) from error

    def open(self, secret: str | None, code: str | None) -> MasterKey:
        """The master key. Raises WrongPassphrase when no slot opens, Damaged when the MAC is false."""
        kind = "passphrase" if code is None else "recovery"
        master = self._unwrap(kind, secret or "", code)
        if not hmac.compare_digest(master.mac(canonical(self.envelope.plain())), self.mac):
            master.wipe()
            raise Damaged(
                msg(
                    "The key file was changed by something other than Satchel. "
                    "Restore the vault from a backup."
                )
            )
        return master

    def _unwrap(self, kind: str, secret: str, code: str | None) -> MasterKey:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        for slot in self.envelope.slots:
            if slot.type != kind:
                continue
            kek = _passphrase_kek(secret, slot.kdf) if code is None else _recovery_kek(code, slot.kdf)
            try:
                key = AESGCM(kek).decrypt(
                    bytes.fromhex(slot.nonce),
                    bytes.fromhex(slot.wrapped),
                    _aad(self.envelope, slot.type, slot.kdf),
                )
            except InvalidTag:
                continue
            return MasterKey(key, self.envelope.vault_id, self.envelope.epoch)
        if code is None:
            raise WrongPassphrase(msg("The passphrase is wrong."))
        raise WrongPassphrase(
            msg("This recovery code belongs to another vault, or was replaced by a newer one.")
        )


def passphrase_slot(master: MasterKey, envelope: Envelope, passphrase: str, cost: KdfCost | None) -> Slot:
    """A slot for `passphrase`, at `cost` or at what this machine bears in 1.5 s."""
    kdf: dict[str, int | str] = {"name": "argon2id", "salt": secrets.token_hex(16)}
    cost = cost or calibrated()
    kdf |= {"memory_kib": cost.memory_kib, "passes": cost.passes, "lanes": cost.lanes}
    return _slot(master, envelope, "passphrase", kdf, _passphrase_kek(passphrase, kdf))


def recovery_slot(master: MasterKey, envelope: Envelope) -> tuple[Slot, str]:
    """A slot for a new recovery code, and the code."""
    kdf: dict[str, int | str] = {"name": "hkdf-sha256", "salt": secrets.token_hex(16)}
    code = recovery_code(secrets.token_bytes(16))
    return _slot(master, envelope, "recovery", kdf, _recovery_kek(code, kdf)), code


def _slot(
    master: MasterKey,
    envelope: Envelope,
    kind: Literal["passphrase", "recovery"],
    kdf: Mapping[str, int | str],
    kek: bytes,
) -> Slot:
    nonce, wrapped = master.wrap(kek, _aad(envelope, kind, kdf))
    return Slot(kind, kdf, nonce.hex(), wrapped.hex())


def _aad(envelope: Envelope, kind: str, kdf: Mapping[str, int | str]) -> bytes:
    return canonical(
        {
            "format": FORMAT,
            "vault": envelope.vault_id,
            "slot": kind,
            "kdf": dict(kdf),
            "epoch": envelope.epoch,
        }
    )


def calibrated() -> KdfCost:
    """The strongest cost that this machine bears in 1.5 s, never below the floor."""
    cost = STRONG
    while cost.memory_kib > FLOOR_KIB:
        start = time.perf_counter()
        _argon2(b"calibration", bytes(16), cost.memory_kib, cost.passes, cost.lanes)
        if time.perf_counter() - start <= CALIBRATED_SECONDS:
            break
        cost = replace(cost, memory_kib=max(cost.memory_kib // 2, FLOOR_KIB))
    return cost


def _passphrase_kek(passphrase: str, kdf: Mapping[str, int | str]) -> bytes:
    memory, passes, lanes = (int(kdf[name]) for name in ("memory_kib", "passes", "lanes"))
    if not (1 <= lanes <= 64 and 1 <= passes <= 64 and 8 * lanes <= memory <= 4 * 1024 * 1024):
        raise Damaged(msg("The key file is damaged."))
    secret = unicodedata.normalize("NFC", passphrase).encode()
    return _argon2(secret, bytes.fromhex(str(kdf["salt"])), memory, passes, lanes)


def _argon2(secret: bytes, salt: bytes, memory_kib: int, passes: int, lanes: int) -> bytes:
    from argon2.low_level import Type, hash_secret_raw

    return hash_secret_raw(secret, salt, passes, memory_kib, lanes, KEY_BYTES, Type.ID)


def _recovery_kek(code: str, kdf: Mapping[str, int | str]) -> bytes:
    return derive(read_recovery_code(code), bytes.fromhex(str(kdf["salt"])), "satchel recovery")


# ---------------------------------------------------------------- the two copies on disk


def write_envelope(folder: Path, envelope: Envelope, master: MasterKey) -> Envelope:
    """Write the next generation to both copies, one after the other, so that no older secret stays behind."""
    envelope = replace(envelope, generation=envelope.generation + 1)
    content = canonical(envelope.sealed(master))
    write_durably(folder / ENVELOPE, content)
    write_durably(folder / ENVELOPE_COPY, content)
    return envelope


def read_envelope(folder: Path) -> Sealed:
    """The envelope of `folder`: the first copy, or the second where that is broken; then both are alike."""
    for path in (folder / ENVELOPE, folder / ENVELOPE_COPY):
        try:
            content = path.read_bytes()
            sealed = Sealed.read(json.loads(content))
        except (FileNotFoundError, ValueError, RecursionError, Damaged):
            continue
        for other in (folder / ENVELOPE, folder / ENVELOPE_COPY):
            if not other.exists() or other.read_bytes() != content:
                write_durably(other, content)
        return sealed
    raise Damaged(
        msg(
            "Both copies of the key file in {folder} are damaged or missing. Restore the vault from a backup."
        ).of(folder=folder)
    )


# ---------------------------------------------------------------- the delay after wrong guesses

_DELAYS: Final = (0, 0, 0, 1, 2, 4, 8, 16, 30)


class Attempts:
    """Wrong guesses in a row, counted on disk before each guess: killing the program gains nothing."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "attempts.json"

    def begin(self) -> None:
        """Count one more guess. Raises WrongPassphrase with the seconds to wait when it comes too soon."""
        failed, last = self._read()
        delay = _DELAYS[min(failed, len(_DELAYS) - 1)]
        wait = min(delay, last + delay - time.time())
        if wait > 0:
            raise WrongPassphrase(
                msg("Too many wrong passphrases. Wait {seconds} seconds and try again.").of(
                    seconds=max(1, round(wait))
                )
            )
        write_durably(self._path, canonical({"failed": failed + 1, "last": int(time.time())}))

    def forget(self) -> None:
        """The guess was right."""
        self._path.unlink(missing_ok=True)

    def _read(self) -> tuple[int, int]:
        try:
            known = json.loads(self._path.read_bytes())
            return int(known["failed"]), int(known["last"])
        except FileNotFoundError:
            return 0, 0
        except (ValueError, KeyError, TypeError):
            return len(_DELAYS), int(time.time())
