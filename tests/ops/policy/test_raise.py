"""Raising the policy takes two people, goes one way, and shuts out whoever does not know the number."""

import pytest

from petrel.core import policy as ours
from petrel.core.doors import reading, writing
from petrel.core.errors import Invalid
from petrel.core.restrictions import AGAIN, Kept
from petrel.core.viewer import System
from petrel.ops import access, policy
from petrel.ops.policy import commands, restoring  # noqa: F401
from tests.crew import approve, ask, crew

BEYOND = ours.POLICY + 1


async def raise_to(number: int, request: access.Request) -> None:
    async with writing(System("cli"), cause="t") as w:
        await w.fetch("select set_config('petrel.policy', $1, true)", str(commands.POLICY))
        await policy.raise_to(w, number, request.id)


async def numbers() -> list[int]:
    async with reading(System("t")) as r:
        return [one.number for one in await policy.history(r)]


async def test_a_new_site_begins_with_the_number_of_its_program(site):
    assert (await numbers())[-1] == ours.POLICY


async def test_two_people_raise_it_once_and_this_program_is_outdated_then(site, monkeypatch):
    ann, bob = await crew(praise_ann="admin", praise_bob="admin")
    request = await ask(ann, "policy.raise", "protected accounts have come", policy=str(BEYOND))
    with pytest.raises(Invalid, match=f"knows policy {ours.POLICY}"):
        await raise_to(BEYOND, request)
    with pytest.raises(Invalid, match="only grows"):
        await raise_to(ours.POLICY, request)
    monkeypatch.setattr(commands, "POLICY", BEYOND)             # as the release that knows it would
    with pytest.raises(access.NotAllowed):
        await raise_to(BEYOND, request)
    await approve(bob, request)
    async with reading(System("t")) as r:
        assert [one.is_outdated for one in await policy.programs(r)] == [False]
    await raise_to(BEYOND, request)
    assert (await numbers())[-2:] == [ours.POLICY, BEYOND]
    async with reading(System("t")) as r:
        [program] = await policy.programs(r)
    assert program.is_outdated and program.policy == ours.POLICY and program.build != "unknown"


async def test_a_restore_raises_it_again(site):
    before = (await numbers())[-1]
    entry = Kept(cell=0, id=1, epoch=1, xid=1, at_us=1, kind="ops.policy.raised", subject=1, actor=None,
                 refs=[before + 1, before, 0])
    for changed in (True, False):
        async with writing(System("restore"), cause="t") as w:
            await w.fetch("select set_config('petrel.policy', $1, true)", str(before + 1))
            assert await AGAIN["ops.policy.raised"](w, entry) is changed
            w.record("ops.policy.raised", 1, refs=entry.refs)
    assert (await numbers())[-1] == before + 1
