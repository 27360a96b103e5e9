"""What accounts that came without an invitation may not do in their first hours; and that others may."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from petrel.core import clock, limits
from petrel.core.doors import writing
from petrel.core.viewer import System
from petrel.features import posts
from petrel.features.posts import newcomers
from petrel.features.posts.newcomers import TooNew
from tests.people import follow, people, publish, tell


@pytest.fixture(autouse=True)
def hours(site):
    before = limits.current()
    limits.install(replace(before, newcomer_hours=24, base_url="https://birds.example"))
    yield
    limits.install(before)


async def alone(*handles: str):
    """People who came by the form just now."""
    found = await people(*handles)
    async with writing(System("tests"), cause="tests") as w:
        for one in found:
            await w.execute("insert into accounts.credential (cell, account, came_alone) "
                            "values (law.cell($1), $1, true)", one.account)
        w.record("accounts.email.asked", found[0].account)
    return found


async def test_no_links_at_first_not_even_by_an_edit(site):
    [anna] = await alone("anna")
    for text in ("Buy https://pills.example now", "pills.example/x http://x.example"):
        with pytest.raises(TooNew, match="first 24 hours"):
            await publish(anna, text)
    limits.install(replace(limits.current(), rate_limits=False))
    with pytest.raises(TooNew):
        await publish(anna, "Where calls are not counted: https://pills.example")
    mine = await publish(anna, "Seen https://birds.example/@anna and a tern")
    async with writing(anna, cause="tests") as w:
        with pytest.raises(TooNew):
            await posts.edit(w, mine.id, posts.Draft("Now with https://pills.example"))


async def test_few_strangers_are_named_and_none_is_written_to(site):
    [ben] = await alone("ben")
    others = await people("c1", "c2", "c3", "c4", "friend")
    await publish(ben, "@c1 @c2 @c3 hello")
    with pytest.raises(TooNew, match="more than 3"):
        await publish(ben, "@c1 @c2 @c3 @c4 hello")
    with pytest.raises(TooNew, match="messages"):
        await tell(ben, "@c1 psst")
    await follow(others[-1], ben)
    await tell(ben, "@friend hello")
    first = await tell(others[0], "@ben welcome")
    await tell(ben, "@c1 thank you", reply_to=first.id)


async def test_who_came_with_a_wave_posts_nothing_public_until_the_crew_has_looked(site):
    async def gate(is_shut: bool) -> None:
        async with writing(System("tests"), cause="tests") as w:
            await w.execute("delete from signup.gate")
            if is_shut:
                await w.execute("insert into signup.gate (since_at, why) values (now() - interval '1 hour', 'tests')")
            w.record("signup.gate.shut", 0, cell=0)
    ann, ivy, joe = await alone("ann", "ivy", "joe")
    async with writing(System("tests"), cause="tests") as w:
        for one, hours_ago in ((ann, 5), (ivy, 0), (joe, 0)):
            await w.execute("insert into signup.arrival (cell, account, at, let_in_at) values (law.cell($1), $1, "
                            "now() - make_interval(hours => $2), case when $3 then now() end)",
                            one.account, hours_ago, one is joe)
        w.record("accounts.email.asked", ivy.account)
    await publish(ivy, "Plain words")
    await gate(True)
    with pytest.raises(TooNew, match="until the crew has looked"):
        await publish(ivy, "Plain words")
    with pytest.raises(TooNew, match="until the crew has looked"):
        await publish(ivy, "@joe plain words", audience=1)
    mine = await publish(ivy, "Plain words", audience=1)
    for one in (ann, joe):
        await publish(one, "I came before, or was let in")
    async with writing(ivy, cause="tests") as w:
        with pytest.raises(TooNew):
            await newcomers.check_public(w, ivy.account)
    await gate(False)
    await publish(ivy, "Plain words")
    async with writing(ivy, cause="tests") as w:
        await newcomers.check_public(w, ivy.account)
    assert mine


async def test_who_was_invited_or_has_been_here_a_day_may_all(site, monkeypatch):
    await people("dan")
    [invited] = await people("eve")
    assert (await publish(invited, "https://elsewhere.example")).id
    await tell(invited, "@dan hello")
    [fay] = await alone("fay")
    later = datetime.now(UTC) + timedelta(hours=25)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert (await publish(fay, "https://elsewhere.example")).id


async def test_one_who_is_too_new_does_not_hold_up_others_of_the_same_moment(site):
    [gus] = await alone("gus")
    [hal] = await people("hal")
    asks = [posts.Ask(one, posts.Draft("https://elsewhere.example"), "tests", None) for one in (gus, hal)]
    refused, made = await posts.create_together(asks)
    assert isinstance(refused, TooNew) and isinstance(made, posts.Fresh)
