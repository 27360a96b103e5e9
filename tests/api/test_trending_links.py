"""Links that are talked about, and their timelines, over HTTP."""

from collections.abc import Iterator
from datetime import timedelta

import asyncpg
import msgspec
import pytest
from msgspec.structs import replace

from petrel.core import limits, seal
from petrel.core.doors import deriving
from petrel.features import cards, discovery
from petrel.features.discovery import rules
from tests.api.members import Members, Person
from tests.conftest import loop
from tests.drain import drain

LINKS, TIMELINE, ADMIN = "/api/v1/trends/links", "/api/v1/timelines/link", "/api/v1/admin/trends/links"
PAGE = "https://www.birds.example/godwits"


@pytest.fixture
def api(api) -> Members:
    return Members(api)


async def _emptied() -> None:
    await drain("cards")
    async with deriving("discovery") as w:
        for table in ("cards.link", "cards.card", "ops.job", "discovery.review"):
            await w.execute(f"delete from {table}")


@pytest.fixture(autouse=True)
def a_quiet_site(site, monkeypatch) -> Iterator[None]:
    """No links yet, cards are made, and accounts of a minute count as old ones do."""
    monkeypatch.setattr(rules, "FIRST_WEEK", timedelta(0))
    monkeypatch.setattr(limits, "_current", replace(limits.current(), link_cards=True))
    loop().run_until_complete(_emptied())
    yield
    loop().run_until_complete(_emptied())


async def say(api: Members, who: Person, text: str, **more: object) -> int:
    return int((await api.post("/api/v1/statuses", as_=who, status=text, **more)).json["id"])


async def counted() -> None:
    """Every page was asked and has a title; then all is counted."""
    await drain("cards")
    secret = await seal.secret("cards")
    async with deriving("cards") as w:
        await w.execute("delete from ops.job")
        for row in await w.fetch("select id, digest from cards.card"):
            for url in (PAGE, "https://other.example/a"):
                if await cards.digest_of(url) == row["digest"]:
                    card = msgspec.json.encode(cards.Card(url, "Godwits", "On a flat"))
                    await w.execute("update cards.card set state = 1, sealed_card = $2 where id = $1", row["id"],
                                    seal.seal(secret, row["id"], card))
    await discovery.count()


async def urls(api: Members, path: str = LINKS, as_: Person | None = None) -> list[str]:
    return [one["url"] for one in (await api.get(path, as_=as_)).json]


async def test_a_link_that_several_people_post_is_shown_once_the_crew_has_approved_it(api):
    people = await api.join(4, discoverable=True)
    crew = await api.crew("moderator")
    made = [await say(api, one, f"Look: {PAGE}") for one in people]
    await say(api, people[0], f"Again {PAGE}")
    await say(api, people[0], "https://other.example/a alone, and alone")
    await counted()
    assert (await api.get("/api/v1/trends/links")).json == []
    assert (await api.get("/api/v1/timelines/link", url=PAGE)).status == 404
    [waiting] = (await api.get("/api/v1/admin/trends/links", as_=crew)).json
    assert (waiting["url"], waiting["title"], waiting["requires_review"]) == (PAGE, "Godwits", True)
    assert (waiting["history"][0]["accounts"], waiting["history"][0]["uses"], len(waiting["history"])) == ("4", "5", 7)
    told = (await api.post(f"/api/v1/admin/trends/links/{waiting['id']}/approve", as_=crew)).json
    assert told["requires_review"] is False
    assert await urls(api) == await urls(api, LINKS, people[0]) == [PAGE] and await urls(api, LINKS + "?offset=1") == []
    shown = (await api.get(TIMELINE, url=PAGE)).ids
    assert shown[1:] == made[::-1] and len(shown) == 5
    assert (await api.get(TIMELINE, url=PAGE, limit=2, max_id=shown[2])).ids == shown[3:]
    assert (await api.get(TIMELINE, url=PAGE, limit=2, min_id=shown[3])).ids == shown[1:3]
    for other in ("https://other.example/a", PAGE + "?", ""):
        assert (await api.get(TIMELINE, url=other)).status == 404, other
    assert (await api.post(f"/api/v1/admin/trends/links/{waiting['id']}/reject", as_=crew)).status == 200
    assert await urls(api) == [] and (await api.get(TIMELINE, url=PAGE)).status == 404


async def test_what_the_crew_says_of_a_publisher_holds_for_its_links_until_it_says_something_of_one(api):
    crew = await api.crew("moderator")
    for one in await api.join(3, discoverable=True):
        await say(api, one, PAGE)
    await counted()
    [publisher] = (await api.get("/api/v1/admin/trends/links/publishers", as_=crew)).json
    assert (publisher["domain"], publisher["requires_review"]) == ("birds.example", True)
    told = (await api.post(f"/api/v1/admin/trends/links/publishers/{publisher['id']}/approve", as_=crew)).json
    assert (told["trendable"], told["requires_review"], bool(told["reviewed_at"])) == (True, False, True)
    assert await urls(api) == [PAGE]
    [link] = (await api.get(ADMIN, as_=crew)).json
    assert link["requires_review"] is False
    told = (await api.post(f"/api/v1/admin/trends/links/publishers/{publisher['id']}/reject", as_=crew)).json
    assert told["trendable"] is False and await urls(api) == []
    await api.post(f"/api/v1/admin/trends/links/{link['id']}/approve", as_=crew)
    assert await urls(api) == [PAGE]


async def test_a_link_is_shown_for_what_the_viewer_may_see_and_who_wants_to_be_proposed(api, monkeypatch):
    monkeypatch.setattr(limits, "_current", replace(limits.current(), trends="open"))
    shy = await api.join(3)
    people = await api.join(3, discoverable=True)
    eve, = await api.join()
    for one in shy:
        await say(api, one, PAGE)
    for one in people:
        await say(api, one, PAGE, visibility="unlisted")
        await say(api, one, PAGE, spoiler_text="careful")
    await counted()
    assert await urls(api) == []
    made = [await say(api, one, PAGE) for one in people]
    await counted()
    assert await urls(api) == await urls(api, LINKS, eve) == [PAGE]
    whole = (await api.get(TIMELINE, url=PAGE, as_=eve)).ids
    assert {int(one) for one in made} <= set(whole) and len(whole) == 6     # also behind a warning; not the shy
    for one in people:
        await api.post(f"/api/v1/accounts/{eve.id}/block", as_=one)
    assert (await urls(api), await urls(api, LINKS, eve)) == ([PAGE], [])
    assert (await api.get(TIMELINE, url=PAGE, as_=eve)).ids == []
    for one in people:
        await api.set(one, is_protected=True)           # before anything is counted again
    assert await urls(api) == [] and (await api.get(TIMELINE, url=PAGE)).ids == []
    monkeypatch.setattr(limits, "_current", replace(limits.current(), trends="off"))
    assert (await api.get(TIMELINE, url=PAGE)).status == 404
    await discovery.count()
    monkeypatch.setattr(limits, "_current", replace(limits.current(), trends="open"))
    assert await urls(api) == []


async def test_only_the_crew_reviews_links(api):
    ann, = await api.join()
    forbidden = await api.with_app_for_crew(ann)
    crew = await api.crew("moderator")
    for what in ("", "/publishers"):
        for who, status in ((ann, 403), (forbidden, 404)):
            assert (await api.get(ADMIN + what, as_=who)).status == status
            for verb in ("approve", "reject"):
                assert (await api.post(f"{ADMIN}{what}/5/{verb}", as_=who)).status == status
        for verb in ("approve", "reject"):
            assert (await api.post(f"{ADMIN}{what}/5/{verb}", as_=crew)).status == 404


async def test_the_crew_rejects_a_link_also_where_it_may_see_no_post_with_it(api, monkeypatch):
    monkeypatch.setattr(limits, "_current", replace(limits.current(), trends="open"))
    people = await api.join(3, discoverable=True)
    crew = await api.crew("moderator")
    for one in people:
        await say(api, one, PAGE)
    await counted()
    [link] = (await api.get(ADMIN, as_=crew)).json
    for one in people:
        await api.post(f"/api/v1/accounts/{crew.id}/block", as_=one)
    assert await urls(api) == [PAGE] and (await api.get(ADMIN, as_=crew)).json == []
    assert (await api.post(f"{ADMIN}/{link['id']}/reject", as_=crew)).status == 200
    assert await urls(api) == []


async def test_a_page_of_a_link_that_very_many_have_reads_a_part_of_them(api, addresses):
    one, = await api.join(discoverable=True)
    owner = await asyncpg.connect(**addresses.main["owner"])
    try:
        await owner.execute("begin; insert into cards.link (cell, post, card) "
                            "select 0, n::bigint << 16, 7 from generate_series(1, 20000) n; "
                            "insert into posts.post (cell, id, author, audience, thread) "
                            f"select 0, n::bigint << 16, {one.id}, 0, n::bigint << 16 "
                            "from generate_series(1, 20000) n; "
                            "analyze cards.link, posts.post")
        read = ("select coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::bigint from pg_stat_xact_user_tables "
                "where relid = 'cards.link'::regclass")
        before = await owner.fetchval(read)
        for back in (False, True):
            found = await owner.fetch("select * from discovery.linking('', 7, 20, null, null, $1)", back)
            assert [row["post"] >> 16 for row in found] == [*(range(20, 0, -1) if back else range(20000, 19980, -1))]
        assert await owner.fetchval(read) - before <= 2 * 2000
    finally:
        await owner.close()
