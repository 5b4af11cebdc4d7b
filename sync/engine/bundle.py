"""What a laptop makes of the office's reply by bundle: everything, its verdicts only, or nothing."""

from collections.abc import Iterable
from typing import Final, Literal

from desktop.errors import Refused
from desktop.words import msg
from sync.engine.actions import Situation
from sync.protocol.bundle import Reply
from sync.protocol.messages import Head

FORKED: Final = msg(
    "The office knows this laptop otherwise: it was put back from a backup, or copied. Nothing was taken in;"
    " sync once over the network, then bundles go on."
)
Counts = Literal["new", "old", "gap", "unasked"]


def weigh(reply: Reply, now: Situation, heard: int, taken: int, *, asked: bool) -> Counts:
    """How much of a reply counts here. Raises Refused for one that this vault cannot have asked for.

    `heard` is the newest numbered request whose answer is stored, `taken` the newest reply. An old reply may
    still answer ops; `gap`: the office was put back from a backup and asks for ops that it had answered.
    `unasked`: this vault did not write the letter (it came from a backup since): the numbers of its ops may
    mean others by now, so nothing of the reply counts.
    """
    response = reply.response
    if not asked:
        return "unasked"
    if response.status == "forked" or response.last > now.last:
        raise Refused(FORKED)
    if reply.sequence < heard or reply.taken <= taken:
        return "old"
    return "gap" if response.status == "gap" and response.last < now.acked else "new"


def is_everything(reply: Reply, now: Situation) -> bool:
    """Whether, with this reply stored, every stream stands where the office stood: nothing else will come.

    An older reply knows nothing of ops that another one answered, whose rows a power cut has kept away.
    """
    response = reply.response
    whole = response.status == "ok" and response.last >= now.acked and not reply.more
    return whole and _at_heads(response.heads, now)


def _at_heads(heads: Iterable[Head], now: Situation) -> bool:
    held = {cursor.stream: cursor for cursor in now.cursors}
    return all(
        head.stream in held
        and held[head.stream].seq >= head.seq
        and (held[head.stream].mask == head.mask or not head.seq)
        for head in heads
    )
