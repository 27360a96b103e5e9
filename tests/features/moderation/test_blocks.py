"""Blocked servers, mail domains and networks; lists of them, with what they would change before they do."""

import time

import asyncpg
import pytest

from petrel import app
from petrel.core.doors import reading, writing
from petrel.core.errors import Conflict, Invalid, NotFound, Refused
from petrel.core.restrictions import AGAIN, Kept
from petrel.core.viewer import Anonymous, Member, System
from petrel.features import moderation
from petrel.features.moderation import NotCrew, block_rules, blocks
from petrel.features.moderation.block_rules import NewBlock
from tests.features.moderation.test_cases import crew
from tests.people import people

ANY = Anonymous()


async def put(by: Member, kind, name, level, **more) -> int:
    async with writing(by, cause="tests") as w:
        return await blocks.put(w, NewBlock(kind, name, level, **more))


async def asked(ask, name, viewer=ANY):
    async with reading(viewer) as r:
        return await ask(r, name)


@pytest.mark.parametrize("viewer", [ANY, System("tests")], ids=["web", "site"])
async def test_a_domain_blocks_what_is_under_it(site, viewer):
    boss = await crew("boss_" + type(viewer).__name__.lower(), "admin")
    number = await put(boss, "mail", "Müll.Example.", 1)
    for domain, is_blocked in (("müll.example", True), ("xn--mll-hoa.example", True), ("a.b.MÜLL.example", True),
                               ("notmüll.example", False), ("example", False)):
        assert await asked(moderation.is_blocked_domain, domain, viewer) is is_blocked, domain
    async with writing(boss, cause="tests") as w:
        assert await blocks.lift(w, number) and not await blocks.lift(w, number)
    assert not await asked(moderation.is_blocked_domain, "müll.example", viewer)


@pytest.mark.parametrize("network, inside, outside", [
    ("192.0.2.77/24", "192.0.2.1", "192.0.3.1"), ("198.51.100.7", "198.51.100.7", "198.51.100.8"),
    ("2001:db8::1/48", "2001:db8:0:5::9", "2001:db8:1::1"), ("203.0.113.0/24", "::ffff:203.0.113.9", "::ffff:1.2.3.4")])
async def test_a_network_blocks_the_addresses_in_it(site, network, inside, outside):
    boss = await crew("boss_" + str(abs(hash(network)))[:8], "owner")
    number = await put(boss, "network", network, 2, note="a wave of bots")
    assert await asked(moderation.is_blocked_address, inside)
    assert not await asked(moderation.is_blocked_address, outside)
    async with reading(boss) as r:
        one = await blocks.find(r, "network", number)
    assert one.note == "a wave of bots" and one.name == block_rules.normal("network", network)
    row = await site.pools["system"].fetchrow("select name from moderation.block where id = $1", number)
    assert row["name"] is None, "addresses are sealed"


async def test_an_approval_only_network_is_not_closed_and_blocks_end(site, addresses):
    boss = await crew("boss_e", "admin")
    await put(boss, "network", "192.88.99.0/24", 1)
    assert await asked(blocks.blocked_address, "192.88.99.1") == 1
    assert not await asked(moderation.is_blocked_address, "192.88.99.1")
    await put(boss, "network", "192.88.99.0/24", 2, expires_in_s=0)
    assert await asked(blocks.blocked_address, "192.88.99.1") == -1
    assert await asked(blocks.blocked_address, "no address") == -1


async def test_admins_and_owners_block(site):
    mona = await crew("mod_x")
    [ada] = await people("ada_x")
    for who, wrong in ((mona, Refused), (ada, NotCrew)):
        with pytest.raises(wrong):
            await put(who, "mail", "bad.example", 1)
    async with reading(ada) as r:
        assert await blocks.listed(r, "server") == []
    boss = await crew("boss_x", "admin")
    for kind, name, level in (("server", "not a name", 2), ("network", "10.0.0.0/3", 2), ("network", "bad", 2),
                              ("mail", "bad.example", 2)):
        with pytest.raises(Invalid):
            await put(boss, kind, name, level)


LIST = """\ufeff#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
worst.example,suspend,true,true,"Spam, and worse",false
mild.example,silence,false,false,,false
MILD.example,noop,false,false,,false
h*dden.example,suspend,false,false,,true
Odd.example,forever,,,,
"""


async def test_a_list_is_compared_taken_over_and_taken_back(site):
    boss = await crew("boss_l", "admin")
    await put(boss, "server", "mild.example", 2)
    await put(boss, "server", "raise.example", 1)
    text = LIST + "raise.example,suspend,,,,\n"
    async with writing(boss, cause="tests") as w:
        found = await blocks.compare(w, "A list", text)
    assert [line.name for line in found.added] == ["worst.example"]
    assert [(line.name, was) for line, was in found.raised] == [("raise.example", "silence")]
    assert [(line.name, was) for line, was in found.softer] == [("mild.example", "suspend")]
    assert len(found.unread) == 2
    with pytest.raises(Conflict):
        async with writing(boss, cause="tests") as w:
            await blocks.bring_in(w, "A list", text, fingerprint="another", lifts=False)
    async with writing(boss, cause="tests") as w:
        number = await blocks.bring_in(w, "A list", text, fingerprint=found.fingerprint, lifts=False)
    assert await asked(blocks.blocked_server, "sub.worst.example") == 2
    assert await asked(blocks.blocked_server, "raise.example") == 2
    assert await asked(blocks.blocked_server, "mild.example") == 2, "never made milder"
    async with writing(boss, cause="tests") as w:
        again = await blocks.compare(w, "A list", "raise.example\n")
    assert (again.gone, again.same, again.added) == (("worst.example",), 1, ())
    async with writing(boss, cause="tests") as w:
        assert await blocks.undo_list(w, number) == 2
    assert await asked(blocks.blocked_server, "worst.example") == -1
    assert await asked(blocks.blocked_server, "raise.example") == 1
    with pytest.raises(NotFound):
        async with writing(boss, cause="tests") as w:
            await blocks.undo_list(w, number)


async def test_what_a_list_no_longer_has_is_lifted_when_that_is_wished_and_comes_back(site):
    boss = await crew("boss_m", "admin")
    numbers = []
    for text in ("one.example\ntwo.example\n", "# a comment\ntwo.example\n"):
        async with writing(boss, cause="tests") as w:
            found = await blocks.compare(w, "Plain", text)
            numbers.append(await blocks.bring_in(w, "Plain", text, fingerprint=found.fingerprint, lifts=True))
    assert await asked(blocks.blocked_server, "one.example") == -1
    async with writing(boss, cause="tests") as w:
        assert await blocks.undo_list(w, numbers[1]) == 1
    assert await asked(blocks.blocked_server, "one.example") == 2


async def test_three_thousand_lines_take_no_second(site):
    boss = await crew("boss_n", "admin")
    text = "\n".join(f"bad{n}.example,suspend" for n in range(3000))
    async with writing(boss, cause="tests") as w:
        found = await blocks.compare(w, "Long", text)
    begun = time.monotonic()
    async with writing(boss, cause="tests") as w:
        await blocks.bring_in(w, "Long", text, fingerprint=found.fingerprint, lifts=False)
    assert time.monotonic() - begun < 2, "a write transaction has about a second; this machine is busy"


async def test_a_restore_blocks_again_what_it_has_no_name_for(site, addresses):
    app.load_rooms()
    boss = await crew("boss_r", "admin")
    await put(boss, "network", "100.64.0.0/16", 2)
    await put(boss, "mail", "lost.example", 1)
    owner = await asyncpg.connect(**addresses.main["owner"])
    entries = await owner.fetch("select * from journal.entry where kind = 'moderation.block.set' and actor = $1",
                                boss.account)
    await owner.execute("delete from moderation.block")
    await owner.close()
    assert not await asked(moderation.is_blocked_domain, "lost.example")
    async with writing(System("restore"), cause="restore") as w:
        for e in entries:
            kept = Kept(e["cell"], e["id"], e["epoch"], e["xid"], 0, e["kind"], e["subject"], e["actor"], e["refs"])
            assert await AGAIN["moderation.block.set"](w, kept)
            assert not await AGAIN["moderation.block.set"](w, kept)
        w.record("moderation.block.set", 1, refs=[0, 0, 0, 0, 0, 0])
    assert await asked(moderation.is_blocked_domain, "lost.example")
    assert await asked(moderation.is_blocked_address, "100.64.3.3")


async def test_nobody_joins_from_a_blocked_network_or_with_a_blocked_domain(site):
    boss = await crew("boss_j", "admin")
    await put(boss, "mail", "throwaway.example", 1)
    await put(boss, "network", "192.0.2.0/24", 2)
    async with reading(ANY) as r:
        await blocks.may_join(r, email="a@good.example", address="198.51.100.1")
        await blocks.may_join(r, email=None, address="")
        await blocks.may_join(r, email="not an address", address="198.51.100.1")
        for email, address in (("a@sub.throwaway.example", "198.51.100.1"), ("a@good.example", "192.0.2.9")):
            with pytest.raises(Refused):
                await blocks.may_join(r, email=email, address=address)
