"""Who comes in, by which way, and what happens when too many come at once."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from petrel import app
from petrel.core import limits, seal
from petrel.core.doors import deriving, reading, writing
from petrel.core.errors import Invalid, NotFound, PetrelError, Refused, TooMany
from petrel.core.viewer import Anonymous, System
from petrel.features import accounts, moderation, signup
from petrel.features.accounts import NewAccount, Newcomer, RegistrationClosed
from petrel.features.moderation.block_rules import NewBlock
from petrel.features.signup import Came, Joined, rules, work
from petrel.worker import jobs
from tests.conftest import loop
from tests.features.mail.post_office import office
from tests.features.moderation.test_cases import crew
from tests.people import people

SYSTEM = System("tests")
PASSWORD = "long enough to be one"


@pytest.fixture(autouse=True)
def choose(site) -> Any:
    app.load_rooms()
    before = limits.current()

    def set_to(**changes: Any) -> None:
        limits.install(replace(limits.current(), **changes))

    loop().run_until_complete(forget())
    yield set_to
    limits.install(before)


async def forget() -> None:
    async with deriving("tests") as w:
        pass
    async with writing(SYSTEM, cause="tests") as w:
        for table in ("arrival", "gate"):
            await w.execute(f"delete from signup.{table}")
        w.record("signup.arrival.swept", 0, cell=0)


async def join(handle: str, address: str = "192.0.2.1", *, email: str = "", invite: str = "", **came: str) -> Joined:
    new = Newcomer(NewAccount(handle, PASSWORD, email or None), has_agreed=True, invite=invite)
    return await signup.join(new, Came(address, **came), cause="tests")


async def number_of(handle: str) -> int:
    async with reading(SYSTEM) as r:
        found = await accounts.find(r, handle)
    assert found is not None
    return found.id


async def may_sign_in(handle: str) -> bool:
    try:
        await accounts.sign_in(handle, PASSWORD, cause="tests")
    except (Refused, accounts.WrongSignIn):
        return False
    return True


async def suspended(*beginnings: str) -> set[str]:
    """Handles that begin so, of the suspended."""
    async with reading(SYSTEM) as r:
        found = await r.fetch("select handle from accounts.account where state & 128 <> 0")
    return {row["handle"] for row in found if row["handle"].startswith(beginnings)}


async def invitation(uses: int = 1) -> str:
    async with writing(SYSTEM, cause="tests") as w:
        return await accounts.invites.make_invite(w, uses=uses)


async def test_an_open_site_takes_people_at_once(site):
    assert (await join("anna")).issued is not None


async def test_whom_the_crew_lets_in(site, choose):
    choose(registrations="approval")
    with pytest.raises(Invalid, match=r"(?i)blank"):
        await join("ben")
    joined = await join("ben", email="ben@nest.example", answers="I count terns")
    assert (joined.issued, joined.waits) == (None, "crew") and not await may_sign_in("ben")
    async with reading(SYSTEM) as r:
        [waiting] = await signup.crew.arrivals(r, waiting=True)
    assert (waiting.handle, waiting.answers, waiting.waits) == ("ben", "I count terns", True)
    async with office() as post:
        await signup.crew.admit(SYSTEM, waiting.account, cause="tests")
        await jobs.drain()
        assert "let you in" in post.text()
    assert await may_sign_in("ben")
    with pytest.raises(NotFound):
        await signup.crew.admit(SYSTEM, waiting.account, cause="tests")


async def test_whom_the_crew_turns_away_leaves_nothing(site, choose):
    choose(registrations="approval")
    await join("cleo", email="cleo@nest.example", answers="Buy pills")
    cleo = await number_of("cleo")
    async with office() as post:
        await signup.crew.refuse(SYSTEM, cleo, cause="tests")
        await jobs.drain()
        assert post.last()["To"] == "cleo@nest.example"
    async with reading(SYSTEM) as r:
        assert await accounts.find(r, "cleo") is None and not await signup.crew.arrivals(r)
    assert not await seal.keys([cleo])


async def test_confirming_an_address_does_not_pass_by_the_crew(site, choose):
    choose(registrations="approval", email_confirmation=True)
    await join("dan", email="dan@nest.example", answers="Hello")
    dan = await number_of("dan")
    async with writing(SYSTEM, cause="tests") as w:
        await accounts.confirm_email(w, await accounts.make_confirm_link(w, dan))
    assert not await may_sign_in("dan")
    await signup.crew.admit(SYSTEM, dan, cause="tests")
    assert await may_sign_in("dan")

    await join("dora", email="dora@nest.example", answers="Hello")
    dora = await number_of("dora")
    await signup.crew.admit(SYSTEM, dora, cause="tests")
    assert not await may_sign_in("dora")
    async with writing(SYSTEM, cause="tests") as w:
        await accounts.confirm_email(w, await accounts.make_confirm_link(w, dora))
    assert await may_sign_in("dora")


async def test_an_invitation_needs_no_answer_and_ends(site, choose):
    choose(registrations="approval")
    invite = await invitation(uses=1)
    assert (await join("eve", invite=invite)).issued is not None
    with pytest.raises(Invalid):
        await join("eva", invite=invite)


async def test_one_network_makes_so_many_accounts_a_day(site, choose):
    choose(signups_per_network=2)
    await join("fay", "198.51.100.7")
    await join("finn", "198.51.100.99")
    with pytest.raises(TooMany):
        await join("flo", "198.51.100.200")
    assert (await join("fred", "203.0.113.1")).issued is not None
    assert (await join("fox", "198.51.100.7", invite=await invitation())).issued is not None
    choose(signups_per_network=1)
    await join("gus", "2001:db8:1:2::3")
    with pytest.raises(TooMany):
        await join("gil", "2001:db8:1:ffff::9")
    async with reading(SYSTEM) as r:
        found = await r.fetch("select network from signup.arrival where network is not null")
    kept = b"".join(bytes(row[0]) for row in found)
    assert b"198.51" not in kept and len(kept) == 32 * 5


async def test_joining_has_limits_of_its_own_also_where_calls_are_not_counted(site, choose):
    choose(rate_limits=False, signups_per_network=1, signups_an_hour=2)
    await join("gwen", "198.51.100.7")
    with pytest.raises(TooMany):
        await join("glen", "198.51.100.8")
    await join("gert", "203.0.113.8")
    with pytest.raises(RegistrationClosed):
        await join("greg", "192.0.2.8")


async def test_limits_hold_for_those_who_come_at_the_same_moment(site, choose):
    choose(signups_per_network=2, signups_an_hour=5)
    came = await asyncio.gather(*(join(f"same{i}", "198.51.100.7") for i in range(6)), return_exceptions=True)
    assert sum(isinstance(one, Joined) for one in came) == 2 and sum(isinstance(one, TooMany) for one in came) == 4
    came = await asyncio.gather(*(join(f"many{i}", f"203.0.{i}.7") for i in range(8)), return_exceptions=True)
    assert sum(isinstance(one, Joined) for one in came) == 3
    assert sum(isinstance(one, RegistrationClosed) for one in came) == 5
    async with reading(SYSTEM) as r:
        assert len(await signup.crew.arrivals(r)) == 5


async def test_this_machine_itself_is_no_network(site, choose):
    choose(signups_per_network=1)
    for handle in ("hal", "ida", "jon"):
        assert (await join(handle, "127.0.0.1")).issued is not None


async def test_whom_the_moderators_keep_out_and_whom_they_look_at_first(site):
    async with writing(await crew("olaf", "admin"), cause="tests") as w:
        await moderation.blocks.put(w, NewBlock("mail", "throwaway.example", 1))
        await moderation.blocks.put(w, NewBlock("network", "192.88.99.0/24", 1))
    with pytest.raises(Refused):
        await join("kai", email="x@throwaway.example", invite=await invitation())
    assert (await join("kai", email="x@notthrowaway.example")).issued is not None
    assert (await join("kim", "192.88.99.7")).waits == "crew"
    assert (await join("kit", "192.88.99.7", invite=await invitation())).issued is not None


def found_for(challenge: str, handle: str, good: Callable[[int], bool]) -> str:
    return next(str(i) for i in range(10_000_000)
                if good(work.zeros(hashlib.sha256(f"{challenge} {handle} {i}".encode()).digest())))


async def test_who_does_the_work_comes_in_and_who_cannot_comes_in_slower(site, choose):
    choose(signup_work=10)
    challenge = await work.challenge(10)
    proof = found_for(challenge, "lea", lambda zeros: zeros >= 10)
    assert (await join("Lea", challenge=challenge, proof=proof)).issued is not None
    # The same proof for another handle, too little work, an easier challenge, one of nobody's: as if there were none.
    easy = await work.challenge(1)
    forged = challenge.replace(".10.", ".01.")
    for number, (text, found) in enumerate((
            (challenge, proof), (challenge, found_for(challenge, "max1", lambda zeros: zeros < 10)),
            (easy, found_for(easy, "max2", lambda zeros: zeros >= 1)), (forged, "1"), ("", ""), ("x.y.z", "é"))):
        joined = await join(f"max{number}", challenge=text, proof=found)
        assert (joined.issued, joined.waits) == (None, "crew"), number
    async with office():
        assert (await join("mia", email="mia@nest.example")).waits == "mail"


async def test_a_wave_shuts_the_gate_and_is_undone_with_one_act(site, choose):
    choose(signups_an_hour=4, contact_email="crew@birds.example")
    before = await join("nora", "192.0.2.77", invite=await invitation())
    assert before.issued is not None
    [crew_member] = await people("olga")
    async with writing(SYSTEM, cause="tests") as w:
        await accounts.set_role(w, crew_member.account, "owner")
    assert (await signup.gate()).work == 0
    async with office() as post:
        for i in range(4):
            joined = await join(f"bot{i}", f"203.0.113.{i}", challenge="", proof="")
            assert joined.waits == ("crew" if i >= 2 else ""), "from half of the wave on, work is asked for"
        with pytest.raises(RegistrationClosed):
            await join("bot4", "198.51.100.4")
        await jobs.drain()
        assert [m["To"] for m in post.letters] == ["crew@birds.example"] and "/desk/arrivals" in post.text()
    assert (await signup.gate()).is_shut
    assert (await join("pia", invite=await invitation())).issued is not None, "the invited come in all the same"

    async with reading(SYSTEM) as r:
        wave = await signup.crew.wave(r)
    assert wave is not None and (wave.arrivals, wave.waiting) == (2, 2)
    async with reading(SYSTEM) as r:
        assert await signup.crew.in_wave(r, wave.since_at, wave.shut_at) == 2
        assert await signup.crew.in_wave(r, wave.since_at, wave.shut_at, waiting=True) == 4
    undone = await signup.crew.undo(SYSTEM, wave.since_at, wave.shut_at, cause="tests")
    assert undone == 2
    assert await suspended("bot", "nora", "olga", "pia") == {"bot0", "bot1"}, "who waits, waits on"
    assert await signup.crew.undo(SYSTEM, wave.since_at, wave.shut_at, waiting=True, cause="tests") == 2
    assert await suspended("bot", "nora", "olga", "pia") == {f"bot{i}" for i in range(4)}
    assert await signup.crew.undo(SYSTEM, wave.since_at, wave.shut_at, cause="tests") == 0

    assert await signup.crew.undo(SYSTEM, wave.since_at, wave.shut_at, back=True, cause="tests") == 4
    assert await may_sign_in("bot0")
    assert await signup.crew.open_gate(SYSTEM, cause="tests") and not (await signup.gate()).is_shut


async def test_whom_the_crew_let_in_stays_when_the_wave_is_undone(site, choose):
    choose(signups_an_hour=4)
    for i in range(2):
        await join(f"crowd{i}", f"203.0.113.{i}")
    for name in ("tove", "crowd2"):                       # neither could do the work that is asked for by now
        assert (await join(name, challenge="", proof="")).waits == "crew"
    await signup.crew.admit(SYSTEM, await number_of("tove"), cause="tests")
    async with reading(SYSTEM) as r:
        wave = await signup.crew.wave(r)
    assert wave is not None and (wave.arrivals, wave.waiting) == (2, 1), "she is counted with neither"
    assert await signup.crew.undo(SYSTEM, wave.since_at, wave.shut_at, waiting=True, cause="tests") == 3
    assert await suspended("crowd", "tove") == {"crowd0", "crowd1", "crowd2"} and await may_sign_in("tove")


async def test_only_those_from_the_network_of_one_are_undone(site):
    for i in range(3):
        await join(f"quinn{i}", f"192.0.2.{i}")
    await join("rose", "198.51.100.1")
    hour = timedelta(hours=1)
    now = datetime.now(UTC)
    done = await signup.crew.undo(SYSTEM, now - hour, now + hour, like=await number_of("quinn1"), cause="tests")
    assert done == 3 and await may_sign_in("rose") and not await may_sign_in("quinn2")


async def test_the_crew_s_acts_are_the_crew_s(site):
    [member] = await people("sam")
    now = datetime.now(UTC)
    for act in (lambda: signup.crew.open_gate(member, cause="x"), lambda: signup.crew.shut(member, cause="x"),
                lambda: signup.crew.admit(member, member.account, cause="x"),
                lambda: signup.crew.undo(member, now, now, cause="x")):
        with pytest.raises(PetrelError):
            await act()
    async with reading(Anonymous()) as r:
        with pytest.raises(PetrelError):
            await signup.crew.arrivals(r)


def test_networks():
    assert rules.network_of("192.0.2.77") == "192.0.2.0/24" and rules.network_of("::ffff:192.0.2.77") == "192.0.2.0/24"
    assert rules.network_of("2001:db8:1:2::3") == "2001:db8:1::/48"
    assert [rules.network_of(x) for x in ("127.0.0.1", "::1", "", "nonsense")] == [""] * 4
