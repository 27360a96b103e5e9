"""Raising the policy, and saying that a program is older than it."""

from petrel.core.doors import Writer, writing
from petrel.core.errors import Invalid
from petrel.core.ids import any_cell, new_id
from petrel.core.policy import POLICY
from petrel.core.viewer import System
from petrel.ops import access, changes

RAISE = "select law.raise_policy('petrel policy raise', $1, $2)"


async def raise_to(w: Writer, number: int, request: int) -> None:
    """Makes `number` the policy in force, by an approved request of two people. Nothing lowers it again.

    Errors: Invalid (this program does not know the number, or it is not beyond the one in force), and access.use's.
    """
    in_force = await w.value("select max(version) from law.policy")
    if number > POLICY:
        raise Invalid(None, f"This program knows policy {POLICY}. Raising it to {number} would shut out this program "
                            "itself: install the release that knows it first.")
    if number <= in_force:
        raise Invalid(None, f"Policy {in_force} is in force already, and the number only grows.")

    used = await access.use(w, request, "policy.raise", {"policy": str(number)})
    await w.change(RAISE, number, used.reason)
    await changes.note(w, changes.slips.new("policy", {"policy": str(number)}, used.reason, risk=2,
                                            how=f"raised by request {request} of two people"))

    w.record("ops.policy.raised", new_id(any_cell()), refs=[number, in_force, request])


async def say_outdated(build: str, knows: int, in_force: int) -> None:
    """One journal entry: this build is or was connected, and is older than the policy. Outdated programs may say it."""
    async with writing(System("policy"), cause="policy") as w:
        await w.fetch("select set_config('petrel.says_older', 'yes', true)")
        w.record("ops.policy.outdated", new_id(any_cell()), refs=[knows, in_force], body=build.encode())
