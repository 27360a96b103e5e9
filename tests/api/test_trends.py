"""What is talked about: tags and posts, over HTTP."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from petrel.core import limits
from petrel.core.doors import deriving
from petrel.features import discovery
from petrel.features.discovery import rules
from petrel.features.search import building
from tests.api.members import Members
from tests.conftest import loop
from tests.drain import drain

TAGS, POSTS = "/api/v1/trends/tags", "/api/v1/trends/statuses"


@pytest.fixture
def api(api):
    return Members(api)


async def _emptied():
    while await building.step():
        pass
    async with deriving("discovery") as w:
        for table in ("discovery.post_trend", "discovery.review", "search.post_words"):
            await w.execute(f"delete from {table}")


@pytest.fixture(autouse=True)
def a_quiet_site(site, monkeypatch):
    """Nothing is talked about yet, the index is there, and accounts of a minute count as old ones do."""
    monkeypatch.setattr(rules, "FIRST_WEEK", timedelta(0))
    loop().run_until_complete(_emptied())


async def say(api, who, text, **more):
    return int((await api.post("/api/v1/statuses", as_=who, status=text, **more)).json["id"])


async def counted(*, days=1):
    await drain("search", "discovery")
    assert await discovery.count(days=days)


async def names(api, path=TAGS, as_=None):
    return [one["name"] for one in (await api.get(path, as_=as_)).json]


async def test_a_tag_that_several_people_use_is_shown_once_the_crew_has_approved_it(api):
    people = await api.join(4, discoverable=True)
    crew = await api.crew("moderator")
    for one in people:
        await say(api, one, "The #Godwits are back")
    await say(api, people[0], "Only I say #nonsense, #nonsense")
    await say(api, people[0], "And again #nonsense")
    await counted()
    assert await names(api) == await names(api, "/api/v1/trends", people[0]) == []
    [waiting] = (await api.get("/api/v1/admin/trends/tags", as_=crew)).json
    assert (waiting["name"], waiting["requires_review"], waiting["trendable"]) == ("Godwits", True, False)
    assert waiting["history"][0]["accounts"] == "4" and len(waiting["history"]) == 7
    approved = (await api.post(f"/api/v1/admin/trends/tags/{waiting['id']}/approve", as_=crew)).json
    assert (approved["requires_review"], approved["trendable"]) == (False, True)
    assert await names(api) == await names(api, "/api/v1/trends", people[0]) == ["Godwits"]
    assert await names(api, TAGS + "?offset=1") == []
    rejected = (await api.post(f"/api/v1/admin/trends/tags/{waiting['id']}/reject", as_=crew)).json
    assert rejected["trendable"] is False and await names(api) == []


async def test_how_a_tag_was_used_is_told_in_days_of_what_is_public(api):
    ann, ben, pat = await api.join(3)
    await api.set(pat, is_protected=True)
    kept = await say(api, ann, "#dunlin")
    gone = await say(api, ann, "#dunlin again")
    await say(api, ben, "#dunlin", visibility="unlisted")
    await say(api, ben, "#dunlin", visibility="private")
    await say(api, pat, "#dunlin")
    await counted()

    async def today(path="/api/v1/tags/dunlin"):
        told = (await api.get(path)).json
        days = told["history"] if "history" in told else told["hashtags"][0]["history"]
        return days[0]["uses"], days[0]["accounts"], sum(int(day["uses"]) for day in days[1:])

    assert await today() == await today("/api/v2/search?q=dunlin&type=hashtags") == ("2", "1", 0)
    await api.ask("DELETE", f"/api/v1/statuses/{gone}", as_=ann)
    await counted()
    assert await today() == ("1", "1", 0)
    await api.set(ann, is_protected=True)
    await counted(days=7)
    assert await today() == ("0", "0", 0) and kept


async def test_who_does_not_want_to_be_proposed_is_limited_or_new_moves_no_trend(api, monkeypatch):
    monkeypatch.setattr(limits, "_current", replace(limits.current(), trends="open"))
    shy = await api.join(4)
    limited = await api.join(4, discoverable=True)
    for one in shy:
        await say(api, one, "#whimbrel")
    for one in limited:
        await say(api, one, "#curlew")
        await api.set(one, state=8)
    await counted()
    assert await names(api) == []
    for one in shy:
        await api.set(one, is_discoverable=True)
    await counted()
    assert await names(api) == ["whimbrel"]
    monkeypatch.setattr(rules, "FIRST_WEEK", timedelta(days=7))
    await counted()
    assert await names(api) == []               # four in their first week weigh as one
    monkeypatch.setattr(limits, "_current", replace(limits.current(), trends="off"))
    assert await discovery.count() is False and await names(api) == []


async def test_nobody_is_shown_a_tag_for_posts_that_they_may_not_see(api, monkeypatch):
    monkeypatch.setattr(limits, "_current", replace(limits.current(), trends="open"))
    people = await api.join(3, discoverable=True)
    [eve] = await api.join()
    for one in people:
        await say(api, one, "#knots")
    await counted()
    assert await names(api) == await names(api, TAGS, eve) == ["knots"]
    for one in people:
        await api.post(f"/api/v1/accounts/{eve.id}/block", as_=one)
    assert (await names(api), await names(api, TAGS, eve)) == (["knots"], [])
    for one in people:
        await api.set(one, is_protected=True)   # before anything is counted again
    assert await names(api) == []


async def test_posts_that_several_people_like_or_boost(api):
    (author,), fans = await api.join(discoverable=True), await api.join(4)
    crew = await api.crew("admin")
    liked = await say(api, author, "A ruff in the reeds")
    hidden = await say(api, author, "For few", visibility="unlisted")
    for n, fan in enumerate(fans):
        for post in (liked, hidden):
            await api.post(f"/api/v1/statuses/{post}/{'reblog' if n % 2 else 'favourite'}", as_=fan)
    await api.post(f"/api/v1/statuses/{hidden}/favourite", as_=author)
    await counted()
    assert (await api.get(POSTS)).json == []
    [waiting] = (await api.get("/api/v1/admin/trends/statuses", as_=crew)).json
    assert (int(waiting["id"]), waiting["requires_review"]) == (liked, True)
    assert (await api.post(f"/api/v1/admin/trends/statuses/{liked}/approve", as_=crew)).json["requires_review"] is False
    assert (await api.get(POSTS)).ids == (await api.get(POSTS, as_=fans[0])).ids == [liked]
    await api.post(f"/api/v1/accounts/{fans[0].id}/block", as_=author)
    assert (await api.get(POSTS, as_=fans[0])).ids == []
    await api.post(f"/api/v1/admin/trends/statuses/{liked}/reject", as_=crew)
    assert (await api.get(POSTS)).ids == []
    await api.post(f"/api/v1/admin/trends/statuses/{liked}/approve", as_=crew)
    await api.set(author, is_discoverable=False)
    await counted()
    assert (await api.get(POSTS)).ids == []


async def test_what_may_not_be_seen_is_not_shown_whatever_was_counted(api, monkeypatch):
    monkeypatch.setattr(limits, "_current", replace(limits.current(), trends="open"))
    people = await api.join(5, discoverable=True)
    public = await say(api, people[0], "open")
    others = [await say(api, people[1], "u", visibility="unlisted"),
              await say(api, people[2], "f", visibility="private"),
              await say(api, people[3], f"@{people[0].handle} d", visibility="direct"), await say(api, people[4], "x")]
    await api.ask("DELETE", f"/api/v1/statuses/{others[-1]}", as_=people[4])
    async with deriving("discovery") as w:
        for number, one in zip([public, *others], people, strict=True):
            await w.execute("insert into discovery.post_trend (post, author, score) values ($1, $2, 9)", number, one.id)
    for viewer in (None, *people):
        assert (await api.get(POSTS, as_=viewer)).ids == [public]


async def test_the_crew_looks_at_a_tag_and_says_whether_it_may_be_a_trend(api):
    ann, crew = (await api.join(discoverable=True))[0], await api.crew("admin")
    for one in (ann, *await api.join(2, discoverable=True)):
        await say(api, one, "#ruddyduck")
    await counted()
    assert [one["name"] for one in (await api.get("/api/v1/admin/tags", as_=crew)).json] == ["ruddyduck"]
    one = (await api.get("/api/v1/admin/tags/RuddyDuck", as_=crew)).json
    assert (one["id"], one["trendable"], one["requires_review"]) == ("ruddyduck", False, True)
    for trendable in (True, False):
        told = (await api.ask("PUT", "/api/v1/admin/tags/ruddyduck", as_=crew, trendable=trendable, usable=True)).json
        assert (told["trendable"], told["requires_review"]) == (trendable, False)
        assert await names(api) == ["ruddyduck"] * trendable
        assert (await api.get("/api/v1/admin/tags/ruddyduck", as_=crew)).json["trendable"] is trendable
    assert (await api.ask("PUT", "/api/v1/admin/tags/ruddyduck", as_=crew)).json["trendable"] is False
    assert (await api.ask("PUT", "/api/v1/admin/tags/ruddyduck", as_=crew, usable=False)).status == 422
    assert (await api.get("/api/v1/admin/tags/no way", as_=crew)).status == 404
    for path in ("/api/v1/admin/tags", "/api/v1/admin/tags/ruddyduck"):
        assert (await api.get(path, as_=ann)).status == 403


async def test_only_the_crew_reviews(api):
    ann, = await api.join()
    forbidden = await api.with_app_for_crew(ann)
    number = await say(api, ann, "hello")
    for who, status in ((ann, 403), (forbidden, 404)):
        assert (await api.get("/api/v1/admin/trends/tags", as_=who)).status == status
        assert (await api.get("/api/v1/admin/trends/statuses", as_=who)).status == status
        for verb in ("approve", "reject"):
            assert (await api.post(f"/api/v1/admin/trends/tags/heron/{verb}", as_=who)).status == status
            assert (await api.post(f"/api/v1/admin/trends/statuses/{number}/{verb}", as_=who)).status == status
    crew = await api.crew("moderator")
    assert (await api.post("/api/v1/admin/trends/tags/no way/approve", as_=crew)).status == 404
    assert (await api.post(f"/api/v1/admin/trends/statuses/{number + 1}/approve", as_=crew)).status == 404
    for bad in ("limit=-1", "offset=-1"):
        assert (await api.get(f"{TAGS}?{bad}")).status == 400
