"""Withheld in a country: 451 with the case and the order for those who are there, the post for everybody else."""

from datetime import UTC, datetime, timedelta

import pytest

from petrel import app
from petrel.api.http.limits import Limits
from petrel.api.http.wiring import HttpSettings, country_of, proxies
from petrel.core.doors import reading
from petrel.core.viewer import Anonymous, anonymous_in
from petrel.features import posts
from petrel.features.posts import Audience, Surface, countries
from petrel.settings import Settings
from tests.api.plain import Answer, _call
from tests.people import follow, people, publish, signed_in

NOTICE = "https://lumendatabase.example/notices/17"
TO_TELL = {"error": "This is withheld in your country because of a legal order", "reason": "withheld",
           "case_number": "2 O 17/26", "notice_url": NOTICE}


async def withhold(site, post: int, *, country: str = "DE", days: int = 30) -> None:
    writer = site.pools["writer"]
    await writer.execute("insert into posts.withheld values (law.cell($1), $1, $2, '2 O 17/26', $3, $4)", post, country,
                         NOTICE, datetime.now(UTC) + timedelta(days=days))
    await writer.execute("update posts.post set flags = flags | 16, version = version + 1 where id = $1", post)


async def live_in(site, member, country: str | None) -> None:
    await site.pools["writer"].execute("update accounts.account set country = $2 where id = $1", member.account,
                                       country)


@pytest.fixture
def ask(site):
    gates = {}

    async def asked(path: str, *, country: str = "", token: str | None = None) -> Answer:
        if not gates:
            app.load_api()
            settings = Settings(country_header="CF-IPCountry", trusted_proxies="192.0.2.7", rate_limits=False)
            gates["one"] = await app.web_app(settings, Limits(on=False))
        headers = {"cf-ipcountry": country} if country else {}
        if token:
            headers["authorization"] = f"Bearer {token}"
        return await _call(gates["one"], "GET", path, "", headers, b"")
    return asked


async def test_people_there_are_told_which_order_and_others_see_the_post(site, ask):
    [ann] = await people("wh_ann")
    [(bob, token)] = await signed_in("wh_bob")
    post = await publish(ann, "forbidden in one place")
    await withhold(site, post.id)
    api, page = f"/api/v1/statuses/{post.id}", f"/@wh_ann/{post.id}"

    for country, status in (("DE", 451), ("de", 451), ("FR", 200), ("XX", 200), ("D1", 200), ("", 200)):
        assert (await ask(api, country=country)).status == status, country
        assert (await ask(page, country=country)).status == status, country
    there = await ask(api, country="DE")
    assert there.json == TO_TELL
    shown = (await ask(page, country="DE")).body.decode()
    assert "2 O 17/26" in shown and NOTICE in shown and "forbidden in one place" not in shown

    for declared, status in (("DE", 451), ("FR", 200), (None, 200)):        # wherever their address is
        await live_in(site, bob, declared)
        assert (await ask(api, country="DE", token=token)).status == status, declared
    assert (await ask("/api/v1/timelines/public", country="DE")).json == []
    assert len((await ask("/api/v1/timelines/public", country="FR")).json) == 1


async def test_its_author_sees_it_and_who_may_not_see_it_learns_nothing(site, ask):
    [(ann, token)], [(bob, strange)] = await signed_in("wha_ann"), await signed_in("wha_bob")
    post = await publish(ann, "for followers", audience=Audience.FOLLOWERS)
    await withhold(site, post.id)
    for member in (ann, bob):
        await live_in(site, member, "DE")
    assert (await ask(f"/api/v1/statuses/{post.id}", token=token)).status == 200
    for answer in (await ask(f"/api/v1/statuses/{post.id}", token=strange),
                   await ask(f"/api/v1/statuses/{post.id}", country="DE")):
        assert (answer.status, answer.json) == (404, {"error": "Record not found"})
    async with reading(bob) as r:
        assert await posts.withholding(r, post.id) == ("", "")
    await follow(bob, ann)
    assert (await ask(f"/api/v1/statuses/{post.id}", token=strange)).json == TO_TELL


async def test_an_order_that_has_ended_or_is_of_elsewhere_says_nothing(site, ask):
    [ann] = await people("whe_ann")
    post = await publish(ann, "once forbidden")
    await withhold(site, post.id, days=-1)
    assert (await ask(f"/api/v1/statuses/{post.id}", country="DE")).status == 200


async def test_who_is_nowhere_sees_it_and_is_counted(site):
    [ann, bob] = await people("whn_ann", "whn_bob")
    post, other = await publish(ann, "forbidden somewhere"), await publish(ann, "allowed")
    await withhold(site, post.id)
    before = countries.count
    for viewer in (Anonymous(), bob, anonymous_in("FR"), anonymous_in("DE")):
        async with reading(viewer) as r:
            for surface in (Surface.API, Surface.PUB):
                await posts.shown(r, surface, [post.id, other.id])
    assert countries.count == before + 4
    assert (await posts.why(posts_asker(), None, post.id, country="DE")).verdicts[0].line == "withheld public"


def posts_asker():
    from petrel.core.viewer import System

    return System("tests")


def test_only_a_proxy_of_ours_says_where_somebody_is():
    ours = HttpSettings(country_header=b"x-country", trusted_proxies=proxies("10.0.0.1"))
    said = {b"x-country": b"DE"}
    for peer in (("10.0.0.1", 1), None, ("", 0)):           # a peer without an address is a socket of this machine
        assert country_of(peer, said, ours) == "DE"
    assert country_of(("203.0.113.5", 1), said, ours) == ""
    assert country_of(("10.0.0.1", 1), {}, ours) == country_of(("10.0.0.1", 1), said, HttpSettings()) == ""
