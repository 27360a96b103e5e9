"""Cards of links: a real page asked once, and what of it comes with a post, in the API and on our pages."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from msgspec.structs import replace

from petrel.core import limits
from petrel.core.doors import current, deriving, reading
from petrel.core.viewer import System
from petrel.features import posts
from petrel.features.cards import robots
from petrel.features.posts import Audience
from petrel.worker import jobs
from tests.api import town  # noqa: F401  (loads the routes)
from tests.api.entities import PublicStatus, Status, read
from tests.conftest import loop
from tests.drain import drain
from tests.outside.strangers import Stranger, names, said, stranger
from tests.people import act, open_up, publish, signed_in

PAGE = """<html lang="en"><head><meta property="og:title" content="Plovers &amp; &lt;b&gt;terns&lt;/b&gt;">
<meta property="og:description" content="On the beach"><meta property="og:site_name" content="Birds"></head></html>"""
TESTS = System("tests")
_made: dict[str, Any] = {}


@pytest.fixture
def ann(site: Any) -> Iterator[Any]:
    if _made.get("site") is not current():
        _made.update(site=current(), ann=loop().run_until_complete(signed_in("ann"))[0])
    before = limits.current()
    limits.install(replace(before, link_cards=True))
    robots._kept.clear()
    with ExitStack() as stack:
        stack.enter_context(names())
        yield _made["ann"]
    limits.install(before)
    loop().run_until_complete(_forget())


async def _forget() -> None:
    async with deriving("tests") as w:
        for table in ("ops.job", "ops.resting_host", "cards.card", "cards.link"):
            await w.execute(f"delete from {table}")


def page(at: Stranger, path: str = "/a", body: str = PAGE, **headers: str) -> str:
    at.answers[path] = said(200, body, **{"Content_Type": "text/html; charset=utf-8", **headers})
    return at.url(path)


async def fetched() -> None:
    await drain("cards")
    await jobs.drain(until_s=20)


async def card_of(api: Any, number: int, token: str | None = None) -> dict[str, Any] | None:
    found = await api("GET", f"/api/v1/statuses/{number}", token=token)
    read(found, Status if token else PublicStatus)
    return found.json["card"]


def asked(at: Stranger) -> list[str]:
    return [head.split(" ")[1] for head in at.heads if " /robots.txt " not in head]


async def test_a_page_is_asked_once_and_says_of_itself_on_every_post(api: Any, ann: Any) -> None:
    me, token = ann
    async with stranger() as at:
        url = page(at)
        answer = await api("POST", "/api/v1/statuses", token=token, json={"status": f"See {url}"})
        assert read(answer, Status).card is None
        made = answer.json
        second = await publish(me, f"Also {url} and http://other.example/b", audience=Audience.UNLISTED)
        await fetched()
        for number in (int(made["id"]), second.id):
            card = await card_of(api, number, token)
            assert card and card == {
                **card, "url": url, "title": "Plovers & terns", "description": "On the beach", "provider_name": "Birds",
                "provider_url": at.url(""), "language": "en", "type": "link", "html": "", "image": None}
            assert await card_of(api, number) == card, "to whoever may see the post"
        assert asked(at) == ["/a"]
        [listed] = [one for one in (await api("GET", f"/api/v1/accounts/{me.account}/statuses", token=token)).json
                    if one["id"] == made["id"]]
        boost = (await api("POST", f"/api/v1/statuses/{made['id']}/reblog", token=token)).json
        assert listed["card"] == boost["reblog"]["card"] == card
        third = await publish(me, url)
        await fetched()
        assert await card_of(api, third.id, token) == card and asked(at) == ["/a"]


async def test_its_server_learns_the_sites_name_and_nothing_of_anybody(api: Any, ann: Any) -> None:
    me, _ = ann
    async with stranger() as at:
        await publish(me, page(at))
        await fetched()
        for head in at.heads:
            assert f"Petrel (+{limits.current().base_url}; link previews)" in head
            assert not {"cookie", "referer", "authorization", "x-forwarded-for"} & {
                line.split(":")[0].lower() for line in head.splitlines()}
            assert "ann" not in head.lower() and str(me.account) not in head


async def test_only_what_anybody_may_see_is_asked_for(api: Any, ann: Any) -> None:
    me, token = ann
    [(kim, of_kim)] = await signed_in("kim", protected=True)
    async with stranger() as at:
        url = page(at)
        for who, audience in ((me, Audience.FOLLOWERS), (me, Audience.DIRECT), (kim, Audience.PUBLIC)):
            await publish(who, f"@ann {url}", audience=audience)
        own = await publish(me, f"see {limits.current().base_url}/@ann")
        gone = await publish(me, url)
        narrow = await publish(me, url)
        await drain("cards")
        await api("DELETE", f"/api/v1/statuses/{gone.id}", token=token)
        await api("PUT", f"/api/v1/statuses/{narrow.id}", token=token, json={"status": url, "visibility": "private"})
        await fetched()
        assert at.heads == [] and await card_of(api, own.id, token) is None
        meanwhile = await publish(me, url)
        await drain("cards")
        await act(me, posts.narrow, meanwhile.id, Audience.FOLLOWERS)
        await jobs.drain(until_s=20)
        assert at.heads == [], "what is public when it is asked for, not when it was written"
        await open_up(kim)
        assert await card_of(api, own.id, of_kim) is None


async def test_an_edit_changes_the_card_and_a_deletion_takes_it_away(api: Any, ann: Any) -> None:
    me, token = ann
    async with stranger() as at:
        first, second = page(at, "/a"), page(at, "/b", PAGE.replace("Plovers", "Godwits"))
        made = await publish(me, first)
        await fetched()
        await api("PUT", f"/api/v1/statuses/{made.id}", token=token, json={"status": f"now {second}"})
        await fetched()
        card = await card_of(api, made.id, token)
        assert card and card["title"] == "Godwits & terns"
        await api("PUT", f"/api/v1/statuses/{made.id}", token=token, json={"status": f"again {second}"})
        await fetched()
        assert await card_of(api, made.id, token) == card and asked(at) == ["/a", "/b"]
        await api("PUT", f"/api/v1/statuses/{made.id}", token=token, json={"status": "no link"})
        await fetched()
        assert await card_of(api, made.id, token) is None
        await api("PUT", f"/api/v1/statuses/{made.id}", token=token, json={"status": second})
        await fetched()
        await api("DELETE", f"/api/v1/statuses/{made.id}", token=token)
        await fetched()
        async with reading(TESTS) as r:
            assert await r.value("select (select count(*) from cards.link) + (select count(*) from cards.card)") == 0


@pytest.mark.parametrize(("how", "count"), [
    ("404", 1), ("picture", 1), ("no title", 1), ("nosnippet", 1), ("header", 1), ("robots", 0)])
async def test_what_has_no_card_is_remembered(api: Any, ann: Any, how: str, count: int) -> None:
    me, token = ann
    async with stranger() as at:
        url = page(at)
        if how == "404":
            at.answers["/a"] = said(404, PAGE, Content_Type="text/html")
        elif how == "picture":
            at.answers["/a"] = said(200, PAGE, Content_Type="image/png")
        elif how == "no title":
            page(at, body="<p>hello")
        elif how == "nosnippet":
            page(at, body=PAGE.replace("<head>", '<head><meta name="robots" content="nosnippet">'))
        elif how == "header":
            page(at, X_Robots_Tag="noindex, nosnippet")
        else:
            at.answers["/robots.txt"] = said(200, "User-agent: *\nDisallow: /", Content_Type="text/plain")
        for _ in range(2):
            made = await publish(me, url)
            await fetched()
            assert await card_of(api, made.id, token) is None
        assert len(asked(at)) == count


async def test_a_server_that_is_away_is_asked_again_a_few_times(api: Any, ann: Any) -> None:
    me, token = ann
    async with stranger() as at:
        at.answers["/a"] = at.answers["/robots.txt"] = b"nonsense"
        made = await publish(me, at.url("/a"))
        await drain("cards")
        await jobs.drain(until_s=1e6)
        assert len(at.heads) == 3
        async with deriving("tests") as w:
            await w.execute("update cards.card set expires_at = now() - interval '1 minute'")
        url = page(at)
        del at.answers["/robots.txt"]
        await publish(me, f"again {url}")
        await fetched()
        card = await card_of(api, made.id, token)
        assert card and card["url"] == url, "a day later, for every post that links there"


async def test_oembed_gives_a_title_where_the_page_has_none(api: Any, ann: Any) -> None:
    me, token = ann
    async with stranger() as at:
        url = page(at, body='<link rel="alternate" type="application/json+oembed" href="/oembed">')
        at.answers["/oembed"] = said(200, '{"title": "A film", "author_name": "Ann"}', Content_Type="application/json")
        made = await publish(me, url)
        await fetched()
        card = await card_of(api, made.id, token)
        assert card and (card["title"], card["author_name"], card["authors"][0]["name"]) == ("A film", "Ann", "Ann")


async def test_nothing_in_the_house_is_asked(api: Any, ann: Any) -> None:
    me, token = ann
    async with stranger() as at:
        for url in ("http://127.0.0.1:80/a", "http://10.0.0.1/", f"http://localhost:{at.port}/a"):
            made = await publish(me, url)
            await fetched()
            assert await card_of(api, made.id, token) is None
        at.answers["/to"] = said(302, Location=f"http://127.0.0.1:{at.port}/a")
        await publish(me, at.url("/to"))
        await fetched()
        assert asked(at) == ["/to"]


async def test_a_site_can_do_without(api: Any, ann: Any) -> None:
    me, _ = ann
    limits.install(replace(limits.current(), link_cards=False))
    async with stranger() as at:
        await publish(me, page(at))
        await fetched()
        assert at.heads == []
