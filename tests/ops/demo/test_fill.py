"""What `petrel demo` writes: plausible times, whole conversations, everything through the law."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from petrel import app
from petrel.core import clock, ids
from petrel.core.doors import Doors, reading
from petrel.core.pages import Page
from petrel.core.viewer import Anonymous, Member
from petrel.features import accounts, notifications, posts
from petrel.features.posts import Code, Surface
from petrel.ops import demo
from petrel.ops.demo import catalogue
from petrel.ops.demo.cast import BY_HANDLE
from petrel.ops.demo.threads import MESSAGES, TALKS
from petrel.storage.pools import Addresses
from petrel.worker.followers import drain
from tests.conftest import loop

PASSWORD = "tern-quay-1234"
EVERYDAY = 150


@pytest.fixture(scope="module")
def filled(site: Doors, addresses: Addresses) -> Iterator[demo.Filled]:
    async def work() -> demo.Filled:
        app.load_rooms()
        await app.register_followers(addresses)
        made = await demo.fill(PASSWORD, lambda line: None, everyday=EVERYDAY)
        await drain()
        return made

    yield loop().run_until_complete(work())


async def enter(handle: str) -> Member:
    session = await accounts.sign_in(handle, PASSWORD, cause="tests")
    async with reading(Anonymous()) as r:
        member = await accounts.resolve(r, accounts.digest_of(session.token))
    assert isinstance(member, Member)
    return member


async def everything_by(r: object, author: int) -> list[int]:
    found: list[int] = []
    page = Page(400)
    while some := await posts.by_author(r, author, page):   # type: ignore[arg-type]
        found += some
        page = Page(400, max_id=some[-1])
    return found


async def said_by(viewer: Member, author: int) -> dict[int, str]:
    async with reading(viewer) as r:
        shown = await posts.shown(r, Surface.PROF, await everything_by(r, author))
        texts = await posts.contents([one.row for one in shown])
    return {number: content.text for number, content in texts.items()}


async def test_everybody_signs_in_with_the_password_and_has_written_since_they_came(filled: demo.Filled) -> None:
    assert filled.people == len(BY_HANDLE)
    now = clock.now()
    written = 0
    for handle, person in BY_HANDLE.items():
        member = await enter(handle)
        said = await said_by(member, member.account)
        written += len(said)
        assert said
        for number in said:
            assert now - timedelta(days=person.days) < ids.at_of(number) < now, (handle, said[number])
        spoken = [text for text in said.values() if not text.startswith("@")]
        assert len(set(spoken)) == len(spoken), "nobody says the same twice"
    lost = sum(line.is_deleted for talk in TALKS for line in talk.lines)
    assert written == filled.posts - lost - sum(len(talk.lines) for talk in MESSAGES)


async def test_conversations_are_whole(filled: demo.Filled) -> None:
    mira, gustav = await enter("mira"), await enter("gustav")
    for talk in TALKS:
        if talk.lines[0].audience != "public" or len(talk.lines) < 2:
            continue
        first = await find(mira, talk.lines[0].who, talk.lines[0].edited_to or talk.lines[0].text)
        async with reading(mira) as r:
            _, below = await posts.thread(r, first)
            shown = {one.row["id"]: one.row["code"] for one in await posts.shown(r, Surface.THRD, below)}
        begun = [n for n, line in enumerate(talk.lines) if n and line.to != -2]
        assert len(below) == len(begun), talk.lines[0].text
        gone = [number for number in below if shown.get(number) == Code.TOMBSTONE]
        assert len(gone) == sum(talk.lines[n].is_deleted for n in begun)
    assert await find(gustav, "bram", "Count from the dune") > 0


async def find(viewer: Member, who: str, text: str) -> int:
    async with reading(viewer) as r:
        author = (await accounts.ids_by_handle(r, [who]))[who]
    said = await said_by(viewer, author)
    return next(number for number, words in said.items() if words.startswith(text[:30]))


async def test_what_is_not_for_everybody_is_not_seen_by_everybody(filled: demo.Filled) -> None:
    okello, wren = await enter("okello"), await enter("wren")
    async with reading(okello) as r:
        harbour = (await accounts.ids_by_handle(r, ["quiet_harbour"]))["quiet_harbour"]
    assert len(await said_by(okello, harbour)) > 1
    assert await said_by(wren, harbour) == {}
    gustav, ines = await enter("gustav"), await enter("ines")
    assert await said_by(gustav, ines.account) == {}, "she blocks him"


async def test_counts_are_there_and_nobody_is_told_a_month_late(filled: demo.Filled) -> None:
    mira = await enter("mira")
    petrel = await find(mira, "mira", "A storm petrel came in")
    async with reading(mira) as r:
        [one] = await posts.shown(r, Surface.API, [petrel])
        told = await notifications.listed(r, Page(200))
    assert one.row["likes"] == 10 and one.row["boosts"] == 4 and one.row["replies"] == 3
    assert 0 < len(told) < 200
    recent = clock.now() - timedelta(days=5)
    assert all(ids.at_of(item.post) > recent for item in told if item.post)


def test_the_catalogue_is_the_same_for_the_same_seed_and_never_the_same_twice() -> None:
    now = clock.now()
    first, again, other = (catalogue.written(now, 300, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    texts = [entry.text for entry in first if entry.answers is None]
    assert len(set(texts)) == len(texts)
    assert not [text for text in texts if "{" in text]
    for entry in first:
        if entry.answers is not None:
            assert entry.at > first[entry.answers].at
