"""A wave of sign-ups taken back, or brought back, from cell to cell: what is about so many accounts that one person
does not do it at once (setting accounts_at_once).

The targets are a set that the crew has gathered (features/signup/crew.py: gather), each marked with its number; the
plan says who is in it by a digest. Somebody let in meanwhile, erased, or gathered anew: then it is another plan.
"""

import hashlib
from collections.abc import Mapping, Sequence

from petrel.core.doors import Reader, Writer
from petrel.core.errors import Conflict, Invalid
from petrel.features import signup
from petrel.ops.changes import rows
from petrel.ops.changes.plain import Plain, by_its_inverse
from petrel.ops.changes.shapes import Back, Change, Plan

WIDE, DESTRUCTIVE = 0.01, 0.1
"""Of all accounts, from which share on it takes two people, and is called so."""

WORDS = {2: ", more than one in 100 here", 3: ", more than one in 10 here"}


class WaveKind(Plain):
    """Who came with a wave: `out` suspends them, `in` brings them back."""

    fields = ("set", "to")
    sentence = "Suspend a wave of sign-ups, or bring it back: set=NUMBER to=out (petrel signup undo plans it)"
    confirms_itself = True

    async def plan(self, r: Reader, what: Mapping[str, str]) -> Plan:
        number, to = what.get("set", ""), what.get("to", "")
        if not number.isascii() or not number.isdigit() or to not in ("in", "out"):
            raise Invalid(None, "A wave is set=NUMBER to=out or to=in: petrel signup undo gathers it and plans this")
        if (other := next((one for one in await rows.open_now(r) if one.kind == "wave"), None)) is not None:
            raise Conflict(f"Another wave is on its way (change {other.id}). Confirm or undo it first.")
        found = await signup.crew.gathered(r, int(number), back=to == "in")
        if not found:
            raise Invalid(None, f"Nobody of {number} is there to be moved: as wanted already, or gathered anew since")
        share = len(found) / max(1, await signup.crew.members(r))
        risk = 3 if share >= DESTRUCTIVE else 2 if share >= WIDE else 1
        many = f"{len(found)} accounts that came with a wave{WORDS.get(risk, '')}"
        return Plan(
            effect=f"suspends {many}: nobody sees anything of them" if to == "out" else f"brings back {many}",
            what={"set": number, "to": to, "accounts": str(len(found)), "digest": _digest(found)},
            inverse={"set": number, "to": "in" if to == "out" else "out"}, risk=risk)

    async def put(self, w: Writer, change: Change, cells: Sequence[int]) -> None:
        await signup.crew.move(w, int(change.what["set"]), frozenset(cells), back=change.what["to"] == "in")

    async def take(self, w: Writer, change: Change) -> None:
        await signup.crew.move(w, int(change.what["set"]), frozenset(change.visiting), back=change.what["to"] == "out")

    async def settle(self, w: Writer, change: Change) -> None:
        pass

    async def back(self, r: Reader, change: Change) -> Back:
        left = await signup.crew.gathered(r, int(change.what["set"]), back=change.what["to"] == "out")
        if not left:
            return Back(nothing="Nobody of it is left to be moved back: they were already, or came more than 30 days "
                                "ago, after which nothing is known of how somebody came. One by one: the desk.")
        gone = int(change.what["accounts"]) - len(left)
        return Back(stays=(f"{gone} of {change.what['accounts']} are not among them any more.",) if gone > 0 else (),
                    do=by_its_inverse(change))


def _digest(found: Sequence[int]) -> str:
    return hashlib.sha256(" ".join(map(str, found)).encode()).hexdigest()[:32]
