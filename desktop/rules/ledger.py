"""Ledgers: entries are only ever added, the balance is their sum, and the office refuses an overdraft.

Two laptops that spend the same points offline cannot both be right; each entry counts once in whatever order
they arrive, and the one that comes too late waits for a person.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ledger:
    """Of a record type whose records are entries: the field that counts, and the least balance allowed.

    The account is the record that the entries are parts of (`__root__`).
    """

    amount: str
    least: int = 0

    def overdrawn(self, balance: int, amount: int) -> bool:
        """Whether an entry of `amount` may not be added to `balance`; what adds is always welcome.

        >>> Ledger("points").overdrawn(100, -101), Ledger("points").overdrawn(-5, 3)
        (True, False)
        """
        return amount < 0 and balance + amount < self.least
