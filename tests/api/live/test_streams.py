"""What streams bring, and to whom: through the front gate, on a real database, each news as the journal has it."""

from typing import Any
from unittest.mock import Mock

import pytest

from petrel.api.http.auth import digest_of
from petrel.api.live import lines
from petrel.api.live.hub import HUB
from petrel.core.doors import writing
from petrel.core.viewer import Member, System
from petrel.features import posts
from petrel.features.accounts import announcements, tokens
from petrel.features.posts import Audience
from petrel.features.streams import jobs as relayed
from tests.api.members import Members, Person
from tests.api.plain import resolve
from tests.api.streams import Stream, Wire, settled
from tests.conftest import loop
from tests.drain import drain

USER, NOTIFIED = "/api/v1/streaming/user", "/api/v1/streaming/user/notification"
PUBLIC, DIRECT = "/api/v1/streaming/public", "/api/v1/streaming/direct"
HASHTAG, LIST = "/api/v1/streaming/hashtag", "/api/v1/streaming/list"


@pytest.fixture
def api(api: Any) -> Members:
    return Members(api)


class Scene:
    """Two people, the first follows the second."""

    def __init__(self, api: Members, gate: Any, people: list[Person], wire: Wire) -> None:
        self.api, self.gate, self.wire = api, gate, wire
        self.ann, self.ben, self.cat = people
        self.streams: list[Stream] = []

    async def stream(self, who: Person, path: str, **headers: str) -> Stream:
        stream = await Stream(self.gate, who.token, path, **headers).open()
        self.streams.append(stream)
        return stream

    async def post(self, who: Person, text: str, **more: Any) -> int:
        made = await self.api.post("/api/v1/statuses", as_=who, status=text, **more)
        assert made.status == 200, made.json
        return int(made.json["id"])

    async def told(self) -> None:
        """Runs the follower of notifications, and tells the hub what it wrote."""
        heard: list[tuple[int, int]] = []
        here = Mock(tell=heard.extend)
        relayed._listeners.add(here)
        try:
            await drain("notifications")
        finally:
            relayed._listeners.clear()
        await self.wire.told(*heard)


@pytest.fixture
def scene(api: Members, request: pytest.FixtureRequest) -> Any:
    async def begin() -> Scene:
        people = await api.join(3)
        made = Scene(api, api._ask.gate, people, await Wire(HUB).begin())
        await api.post(f"/api/v1/accounts/{made.ben.id}/follow", as_=made.ann)
        await drain("notifications")
        await made.wire.fresh()
        return made

    async def end(made: Scene) -> None:
        for stream in made.streams:
            await stream.close()
        assert HUB.is_empty

    made = loop().run_until_complete(begin())
    yield made
    loop().run_until_complete(end(made))


async def test_a_post_reaches_the_home_stream_of_a_follower_and_nobody_elses(scene: Scene) -> None:
    ann, cat = await scene.stream(scene.ann, USER), await scene.stream(scene.cat, USER)
    assert ann.status == 200 and ann.text.startswith(":)\n")
    post = await scene.post(scene.ben, "hello stream")
    await scene.wire.fresh()
    [(event, entity)] = await ann.events()
    assert (event, int(entity["id"])) == ("update", post)
    assert entity == (await scene.api.get(f"/api/v1/statuses/{post}", as_=scene.ann)).json
    assert await cat.events() == []
    assert f"id: {post}\n" in ann.text


async def test_the_law_is_asked_when_it_is_sent(scene: Scene) -> None:
    """Between writing and sending: the author protects the account, blocks, or deletes."""
    ann, cat = await scene.stream(scene.ann, USER), await scene.stream(scene.cat, PUBLIC)
    await scene.post(scene.ben, "now you see it")
    await scene.api.post(f"/api/v1/accounts/{scene.ann.id}/block", as_=scene.ben)
    await scene.wire.fresh()
    assert await ann.events() == []
    assert [event for event, _ in await cat.events()] == ["update"]
    gone = await scene.post(scene.ben, "deleted before it went out")
    await scene.api.ask("DELETE", f"/api/v1/statuses/{gone}", as_=scene.ben)
    await scene.wire.fresh()
    assert await cat.events() == []


async def test_boosts_and_edits_and_deletions(scene: Scene) -> None:
    ann, cat = await scene.stream(scene.ann, USER), await scene.stream(scene.cat, PUBLIC)
    written = await scene.post(scene.cat, "to be boosted")
    await scene.wire.fresh()
    await cat.events()
    boost = int((await scene.api.post(f"/api/v1/statuses/{written}/reblog", as_=scene.ben)).json["id"])
    await scene.wire.fresh()
    [(event, entity)] = await ann.events()
    assert event == "update" and int(entity["id"]) == boost and int(entity["reblog"]["id"]) == written
    await scene.api.ask("PUT", f"/api/v1/statuses/{written}", as_=scene.cat, status="was edited")
    await scene.wire.fresh()
    [(event, entity)] = await cat.events()
    assert event == "status.update" and "was edited" in entity["content"]
    await scene.api.post(f"/api/v1/statuses/{written}/unreblog", as_=scene.ben)
    await scene.wire.fresh()
    assert await ann.events() == [("delete", boost)]
    await scene.api.ask("DELETE", f"/api/v1/statuses/{written}", as_=scene.cat)
    await scene.wire.fresh()
    assert await cat.events() == [("delete", written)]
    assert await ann.events() == []


async def test_only_who_was_sent_a_post_is_told_that_it_is_gone(scene: Scene) -> None:
    post = await scene.post(scene.ben, "before anybody listened")
    await scene.wire.fresh()
    ann, cat = await scene.stream(scene.ann, USER), await scene.stream(scene.cat, PUBLIC)
    await scene.api.ask("DELETE", f"/api/v1/statuses/{post}", as_=scene.ben)
    await scene.wire.fresh()
    assert await ann.events() == [] and await cat.events() == []


async def test_narrowing_looks_like_deletion_to_who_is_left_out(scene: Scene) -> None:
    ann, cat = await scene.stream(scene.ann, USER), await scene.stream(scene.cat, PUBLIC)
    post = await scene.post(scene.ben, "for everybody at first")
    await scene.wire.fresh()
    assert len(await ann.events()) == len(await cat.events()) == 1
    member = await resolve(digest_of(scene.ben.token.encode()))
    assert isinstance(member, Member)
    async with writing(member, cause="tests") as w:
        await posts.narrow(w, post, Audience.FOLLOWERS)
    await scene.wire.fresh()
    assert ("delete", post) in await cat.events()
    assert "delete" not in {event for event, _ in await ann.events()}


async def test_tags_lists_and_the_public_streams(scene: Scene) -> None:
    made = await scene.api.post("/api/v1/lists", as_=scene.ann, title="birds")
    await scene.api.post(f"/api/v1/lists/{made.json['id']}/accounts", as_=scene.ann, account_ids=[str(scene.ben.id)])
    streams = {path: await scene.stream(scene.ann, path) for path in (
        PUBLIC, "/api/v1/streaming/public/local", "/api/v1/streaming/public/remote", f"{PUBLIC}?only_media=true",
        "/api/v1/streaming/hashtag?tag=Saltmarsh", "/api/v1/streaming/hashtag/local?tag=%23saltmarsh",
        f"{HASHTAG}?tag=other", f"{LIST}?list={made.json['id']}", DIRECT)}
    await scene.wire.fresh()
    await scene.post(scene.ben, "a walk in the #saltMarsh")
    await scene.post(scene.ben, "not listed #saltmarsh", visibility="unlisted")
    await scene.post(scene.cat, "somebody else")
    await scene.wire.fresh()
    counts = {path: len(await stream.events()) for path, stream in streams.items()}
    assert list(counts.values()) == [2, 2, 0, 0, 1, 1, 0, 2, 0], counts


async def test_notifications_conversations_and_small_events(scene: Scene) -> None:
    user, only = await scene.stream(scene.ben, USER), await scene.stream(scene.ben, NOTIFIED)
    direct = await scene.stream(scene.ben, DIRECT)
    post = await scene.post(scene.ben, "like this")
    await scene.api.post(f"/api/v1/statuses/{post}/favourite", as_=scene.ann)
    await scene.told()
    [(event, entity)] = await only.events()
    assert (event, entity["type"], int(entity["status"]["id"])) == ("notification", "favourite", post)
    assert (event, entity) in await user.events()
    await scene.post(scene.ann, f"@{scene.ben.handle} psst", visibility="direct")
    await scene.wire.fresh()
    [(event, entity)] = await direct.events()
    assert event == "conversation" and "psst" in entity["last_status"]["content"]
    await user.events()
    await scene.api.post("/api/v2/filters", as_=scene.ben, title="no rain", context=["home"],
                         keywords_attributes=[{"keyword": "rain"}], filter_action="hide")
    await scene.wire.fresh()
    assert await user.events() == [("filters_changed", None)]
    async with writing(System("tests"), cause="tests") as w:
        number = await announcements.announce(w, "Boots off at the door")
    await scene.wire.fresh()
    [(event, entity)] = await user.events()
    assert (event, entity["id"], "Boots" in entity["content"]) == ("announcement", str(number), True)
    for method, count in (("PUT", 1), ("DELETE", 0)):
        await scene.api.ask(method, f"/api/v1/announcements/{number}/reactions/\N{OCTOPUS}", as_=scene.ann)
        await scene.wire.fresh()
        said = {"name": "\N{OCTOPUS}", "count": count, "announcement_id": str(number)}
        assert await user.events() == [("announcement.reaction", said)]
    async with writing(System("tests"), cause="tests") as w:
        await announcements.withdraw(w, number)
    await scene.wire.fresh()
    assert await user.events() == [("announcement.delete", number)]


async def test_own_filters_apply(scene: Scene) -> None:
    ann = await scene.stream(scene.ann, USER)
    for title, action in (("rain", "hide"), ("snow", "warn")):
        await scene.api.post("/api/v2/filters", as_=scene.ann, title=title, context=["home"],
                             keywords_attributes=[{"keyword": title}], filter_action=action)
    await scene.post(scene.ben, "much rain")
    await scene.post(scene.ben, "much snow")
    await scene.wire.fresh()
    found = [entity for event, entity in await ann.events() if event == "update"]
    assert ["snow" in one["content"] for one in found] == [True]
    assert found[0]["filtered"][0]["filter"]["title"] == "snow"


async def test_a_token_that_is_revoked_ends_its_streams(scene: Scene) -> None:
    ann = await scene.stream(scene.ann, USER)
    other = await scene.stream(scene.cat, USER)
    await scene.post(scene.ben, "sent to nobody")
    async with writing(System("tests"), cause="tests") as w:
        await tokens.revoke_all(w, scene.ann.id)
    await scene.wire.fresh()
    assert await ann.events() == []
    assert "no longer good" in ann.text and ann.has_ended
    assert not other.has_ended


async def test_what_is_refused(scene: Scene) -> None:
    read = (await scene.api.join(scopes=["read:notifications"]))[0]
    for who, path, status, error in (
            (scene.ann, HASHTAG, 400, "No tag for stream provided"), (scene.ann, f"{HASHTAG}?tag=", 400, None),
            (scene.ann, LIST, 400, None), (scene.ann, f"{LIST}?list=1", 404, "Record not found"),
            (scene.ann, "/api/v1/streaming", 400, "Unknown channel requested"),
            (scene.ann, "/api/v1/streaming/nonsense", 404, None), (read, USER, 403, None)):
        stream = await Stream(scene.gate, who.token, path).open()
        assert stream.status == status, path
        if error:
            assert error in stream.text
    assert (await Stream(scene.gate, "nobody", USER).open()).status == 401
    told = await scene.api.get(USER)
    assert told.status == 401
    assert (await scene.api.get("/api/v1/streaming/health")).body == b"OK"
    assert (await scene.stream(scene.ann, "/api/v1/streaming?stream=user")).status == 200
    allowed = await scene.stream(read, NOTIFIED)
    assert allowed.status == 200


async def test_a_stream_goes_on_where_it_ended(scene: Scene) -> None:
    first = await scene.post(scene.ben, "seen")
    second, third = await scene.post(scene.ben, "missed"), await scene.post(scene.ben, "missed too")
    ann = await scene.stream(scene.ann, USER, last_event_id=str(first + (3_000 << 16)))
    assert await ann.events() == []
    again = await scene.stream(scene.ann, USER, last_event_id=str(first))
    await settled(HUB)
    found = [int(entity["id"]) for _, entity in await again.events()]
    assert found[-2:] == [second, third]


async def test_a_slow_reader_is_let_go_with_the_reason(scene: Scene) -> None:
    ann = await scene.stream(scene.ann, USER)
    [line] = HUB.register.lines.values()
    line.pause_writing()
    pieces = line.transport.pieces
    for _ in range(lines.MOST_WAITING + 1):
        line.put(b": x\n\n")
    assert line.is_ending and pieces
    await ann.events()
    assert "too slowly" in ann.text
