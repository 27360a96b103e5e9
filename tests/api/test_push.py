"""Push: an app subscribes over HTTP, and its service gets what the law lets it be told, sealed for the app alone."""

from typing import Any

import pytest

from petrel.core.doors import current, deriving, reading, writing
from petrel.core.viewer import System
from petrel.features import accounts, relationships
from petrel.features.posts import Audience, Mark
from petrel.outside import reach
from petrel.worker import jobs
from tests.api import town  # noqa: F401  (loads the routes)
from tests.conftest import loop
from tests.drain import drain
from tests.features.push.receiver import App, Service, service
from tests.people import act, follow, mark, publish, signed_in, tell

ALL = ("mention", "status", "reblog", "follow", "follow_request", "favourite")
PATH = "/api/v1/push/subscription"
TESTS = System("tests")
OPEN = "Open the app to see it."
_made: dict[str, Any] = {}


@pytest.fixture
def ann(site: Any) -> Any:
    """Ann, and her app's token; Ben, who has something to do with her."""
    if _made.get("site") is not current():
        people = loop().run_until_complete(signed_in("ann", "ben", "cor"))
        loop().run_until_complete(act(people[0][0], accounts.update, accounts.Changes(display_name="Ann Auk")))
        loop().run_until_complete(act(people[1][0], accounts.update, accounts.Changes(display_name="Ben Bunting")))
        _made.update(site=current(), people=people)
    return _made["people"]


async def subscribe(api: Any, to: Service, token: str, alerts: tuple[str, ...] = ALL, *, standard: bool = True,
                    language: str = "en", **data: Any) -> dict[str, Any]:
    answer = await api("POST", PATH, token=token, headers={"Accept-Language": language}, json={
        "subscription": to.subscription(standard=standard), "data": {"alerts": dict.fromkeys(alerts, True), **data}})
    assert answer.status == 200, answer.body
    to.server_key = answer.json["server_key"]
    return dict(answer.json)


async def sent(to: Service) -> list[dict[str, Any]]:
    """What the app was told since it was last asked."""
    await drain("notifications", "push")
    await jobs.drain()
    told, to.came = [message.said for message in to.came], []
    return told


async def test_an_app_subscribes_changes_and_leaves(api: Any, ann: Any) -> None:
    (_, token), (_, other), _ = ann
    async with service() as to:
        answer = await api("GET", PATH, token=token)
        assert (answer.status, answer.json) == (404, {"error": "Record not found"})
        assert (await api("PUT", PATH, token=token, json={"data": {}})).status == 404
        made = await subscribe(api, to, token, ("mention", "poll"))
        assert made == {
            "id": made["id"], "endpoint": to.at.url("/send"), "standard": True, "server_key": made["server_key"],
            "policy": "all", "alerts": {name: name in ("mention", "poll") for name in made["alerts"]}}
        assert 0 < made["id"] < 2 ** 31, "Android's own app reads it into so many bits"
        assert set(made["alerts"]) > {*ALL, "poll", "update", "quote", "admin.sign_up", "admin.report"}
        assert (await api("GET", PATH, token=token)).json == made
        assert (await api("GET", PATH, token=other)).status == 404, "each token has its own"

        form = {"data[alerts][follow]": "true", "data[alerts][mention]": "0", "data[policy]": "followed"}
        changed = (await api("PUT", PATH, token=token, form=form)).json
        assert [name for name, on in changed["alerts"].items() if on] == ["follow"] and changed["policy"] == "followed"
        old = {"subscription[endpoint]": to.at.url("/old"), "subscription[keys][p256dh]": App().keys["p256dh"],
               "subscription[keys][auth]": to.app.keys["auth"], "data[alerts][mention]": "1"}
        replaced = (await api("POST", PATH, token=token, form=old)).json
        assert replaced["endpoint"].endswith("/old") and not replaced["standard"] and replaced["policy"] == "all"
        assert replaced["id"] == made["id"]

        instance = (await api("GET", "/api/v2/instance")).json
        app = (await api("POST", "/api/v1/apps", json={"client_name": "x", "redirect_uris": "x://y"})).json
        assert made["server_key"] == instance["configuration"]["vapid"]["public_key"] == app["vapid_key"] != ""

        for _ in range(2):
            answer = await api("DELETE", PATH, token=token)
            assert (answer.status, answer.json) == (200, {})
        assert (await api("GET", PATH, token=token)).status == 404


async def test_what_cannot_be_a_subscription_is_refused(api: Any, ann: Any) -> None:
    token, keys = ann[0][1], App().keys
    for endpoint in ("", "http://push.example/x", "https://push.example:22/x", "https://a@b.example/", "mailto:x",
                     "https://push.example/" + "x" * 3000, "https://push.example/\n"):
        answer = await api("POST", PATH, token=token, json={"subscription": {"endpoint": endpoint, "keys": keys}})
        assert answer.status == 422 or endpoint.endswith("\n"), endpoint
    for wrong in ({}, {**keys, "p256dh": "AAAA"}, {**keys, "auth": "x"}, "text", [1] * 10_000):
        answer = await api("POST", PATH, token=token,
                           json={"subscription": {"endpoint": "https://push.example/x", "keys": wrong}})
        assert answer.status in (400, 422), (wrong, answer.status)
    answer = await api("POST", PATH, token=token, json={"subscription": {"endpoint": "https://push.example/x",
                                                                         "keys": keys}, "data": {"policy": "some"}})
    assert answer.status in (400, 422)
    assert (await api("GET", PATH)).status == 401
    async with writing(TESTS, cause="tests") as w:
        narrow = (await accounts.issue(w, ann[0][0].account, None, ["read", "write"])).token
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert (await api(method, PATH, token=narrow)).status == 403
    await api("DELETE", PATH, token=token)


async def test_who_chose_no_language_is_told_in_that_of_the_app(api: Any, ann: Any) -> None:
    (_, token), (ben, _), _ = ann
    async with service() as to:
        await subscribe(api, to, token, language="de-AT,en;q=0.5")
        await publish(ben, "@ann schau, ein Regenpfeifer!")
        [one] = await sent(to)
        assert one["title"] == "Ben Bunting hat dich erwähnt" and one["preferred_locale"] == "de-AT"


@pytest.mark.parametrize("standard", [True, False])
async def test_what_is_public_comes_with_its_words_and_nothing_else_does(api: Any, ann: Any, standard: bool) -> None:
    (me, token), (ben, _), _ = ann
    async with service() as to:
        await subscribe(api, to, token, standard=standard)
        word = "plover" if standard else "godwit"
        await publish(ben, f"@ann look, a {word}! " + "x" * 300)
        [one] = await sent(to)
        assert (one["notification_type"], one["title"]) == ("mention", "Ben Bunting mentioned you")
        assert one["body"].startswith(f"@ann look, a {word}!") and len(one["body"]) == 200
        assert one["access_token"] == "" and token not in str(one) and one["preferred_locale"] == "en"
        assert one["icon"].endswith(f"/avatars/{ben.account}.png")
        await act(ben, accounts.update, accounts.Changes(avatar="77/original.jpg"))
        await publish(ben, f"@ann another {word}")
        assert (await sent(to))[0]["icon"].endswith("/media/77/original.jpg")
        await act(ben, accounts.update, accounts.Changes(avatar=""))
        fetched = await api("GET", f"/api/v1/notifications/{one['notification_id']}", token=token)
        assert fetched.json["type"] == "mention" and isinstance(one["notification_id"], int)

        for text, more in ((f"@ann in private, a {word}", {"audience": Audience.FOLLOWERS}),
                           (f"@ann a {word}", {"spoiler": f"of {word}s"})):
            await publish(ben, text, **more)
            [one] = await sent(to)
            assert (one["title"], one["body"]) == ("You were mentioned", OPEN), text
            assert word not in str(one) and "Ben" not in str(one) and str(ben.account) not in str(one)
        hello = await tell(me, "@ben hello")
        await tell(ben, f"@ann between us, a {word}", reply_to=hello.id)
        [one] = await sent(to)
        assert (one["title"], one["body"]) == ("You were mentioned", OPEN) and word not in str(one)

        private = await publish(me, "for followers", audience=Audience.FOLLOWERS)
        public = await publish(me, "How many?")
        await follow(ben, me)
        [one] = await sent(to)
        assert (one["notification_type"], one["title"], one["body"]) == ("follow", "Ben Bunting follows you", "")
        await mark(ben, public.id, Mark.LIKE)
        await mark(ben, private.id, Mark.LIKE)
        first, second = sorted(await sent(to), key=lambda one: one["body"])
        assert (first["title"], first["body"]) == ("Ben Bunting likes your post", "How many?")
        assert (second["title"], second["body"]) == ("A post of yours was liked", OPEN) and "Ben" not in str(second)
        await act(ben, relationships.unfollow, me.account)
        await act(me, accounts.set_look, accounts.Look(), "de")
        await publish(ben, f"@ann {word}")
        assert [one["title"] for one in await sent(to)] == ["Ben Bunting hat dich erwähnt"]
        await act(me, accounts.set_look, accounts.Look(), None)
        await api("DELETE", PATH, token=token)
        await publish(ben, "@ann hello")
        assert await sent(to) == []


async def test_an_app_hears_of_what_and_whom_it_asked_for(api: Any, ann: Any) -> None:
    (me, token), (ben, _), (cor, _) = ann
    async with service() as to:
        await subscribe(api, to, token, ("follow",))
        await publish(ben, "@ann hello")
        assert await sent(to) == []
        for policy, heard in (("followed", cor), ("follower", ben), ("none", None)):
            await act(me, relationships.follow, cor.account)
            await act(ben, relationships.follow, me.account)
            await sent(to)
            await subscribe(api, to, token, ("mention",), policy=policy)
            for who in (ben, cor):
                await publish(who, f"@ann {who.account}")
            assert [one["body"] for one in await sent(to)] == ([f"@ann {heard.account}"] if heard else [])
        await act(me, relationships.unfollow, cor.account)
        await act(ben, relationships.unfollow, me.account)
        await api("DELETE", PATH, token=token)


async def test_the_law_is_asked_when_it_is_sent(api: Any, ann: Any) -> None:
    """What has changed since somebody was told counts: a block, a deletion, a narrower audience, a filter."""
    (me, token), _, (cor, _) = ann
    async with service() as to:
        await subscribe(api, to, token)

        async def meanwhile(text: str, *change: Any, by: Any = me) -> list[dict[str, Any]]:
            made = await publish(cor, text)
            await drain("notifications")
            arguments = [made.id if one == "post" else one for one in change[1:]]
            await act(by, change[0], *arguments)
            return await sent(to)

        from petrel.features import posts
        assert await meanwhile("@ann gone", posts.delete, "post", by=cor) == []
        [one] = await meanwhile("@ann narrower", posts.narrow, "post", Audience.FOLLOWERS, by=cor)
        assert one["body"] == OPEN
        assert await meanwhile("@ann blocked", relationships.block, cor.account) == []
        await act(me, relationships.unblock, cor.account)
        await act(me, relationships.filters.create, relationships.filters.FilterDraft(
            title="no gulls", contexts=("notifications",), action="hide",
            keywords=(relationships.filters.KeywordChange(keyword="gull"),)))
        await publish(cor, "@ann a gull")
        await publish(cor, "@ann a tern")
        assert [one["body"] for one in await sent(to)] == ["@ann a tern"]
        await api("DELETE", PATH, token=token)


async def test_a_service_that_says_it_is_over_is_believed_and_one_that_is_away_is_asked_again(
        api: Any, ann: Any) -> None:
    (_, token), (ben, _), _ = ann
    async with service() as to:
        await subscribe(api, to, token)
        to.status = 503
        await publish(ben, "@ann first")
        assert await sent(to) == [] and to.asked == 1
        to.status = 201
        assert await jobs.drain() == 0, "not at once"
        await jobs.drain(until_s=60)
        assert [message.said["body"] for message in to.came] == ["@ann first"]
        to.came = []

        to.status = 410
        await publish(ben, "@ann second")
        assert await sent(to) == []
        assert (await api("GET", PATH, token=token)).status == 404
        to.status = 201
        await publish(ben, "@ann third")
        assert await sent(to) == [] and to.asked == 3

        await subscribe(api, to, token)
        to.status = 400
        await publish(ben, "@ann fourth")
        assert await sent(to) == [] and await jobs.drain(until_s=1e6) == 0, "it will not be taken either way"
        assert (await api("GET", PATH, token=token)).status == 200
        await api("DELETE", PATH, token=token)


async def test_a_service_that_fails_again_and_again_rests(api: Any, ann: Any) -> None:
    (_, token), (ben, _), _ = ann
    async with service() as to:
        await subscribe(api, to, token)
        to.status = 500
        for n in range(7):
            await publish(ben, f"@ann {n}")
            await sent(to)
        assert to.asked == 7, "one that answers is not away"
        to.status = 503
        for n in range(7):
            await publish(ben, f"@ann again {n}")
            await sent(to)
        assert to.asked == 12
        await api("DELETE", PATH, token=token)
        assert await jobs.drain(until_s=1e6) >= 1, "what waits finds no subscription any more"
        async with deriving("tests") as w:
            await w.execute("delete from ops.resting_host")


async def test_an_address_in_the_house_is_not_asked(api: Any, ann: Any) -> None:
    """Whatever the name said when the app subscribed."""
    (_, token), (ben, _), _ = ann
    async with service() as to:
        await subscribe(api, to, token)
        reach.let_in(frozenset())
        await publish(ben, "@ann hello")
        assert await sent(to) == [] and to.asked == 0
        await api("DELETE", PATH, token=token)


async def test_a_token_that_has_ended_takes_its_subscription_along(api: Any, ann: Any) -> None:
    (me, _), (ben, _), _ = ann
    async with service() as to:
        async with writing(TESTS, cause="tests") as w:
            one = await accounts.issue(w, me.account, None, ["read", "push"])
        await subscribe(api, to, one.token)
        await publish(ben, "@ann hello")
        await drain("notifications")
        async with writing(TESTS, cause="tests") as w:
            await accounts.revoke(w, one.id)
        await jobs.drain()
        assert to.asked == 0
        await drain("push")
        async with reading(TESTS) as r:
            assert await r.value("select count(*) from push.subscription where token = $1", one.id) == 0

