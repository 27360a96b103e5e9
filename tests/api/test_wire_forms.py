"""How the client API says "behind a notice", "history" and "taken away": docs/law/visibility.md section 14."""

import pytest

from petrel import app
from petrel.core.doors import writing
from petrel.core.viewer import System
from petrel.features import relationships
from petrel.features.posts import State
from tests.people import follow, signed_in

app.load_api()  # before the gate of the `api` fixture is made

NOT_FOUND = b'{"error":"Record not found"}'


async def change(table: str, number: int, column: str, value: int) -> None:
    """What moderators will do one day: behind the program's back."""
    async with writing(System("tests"), cause="tests") as w:
        await w.execute(f"update {table} set {column} = {column} | $2 where id = $1", number, value)
        if table == "accounts.account":
            await w.execute("update accounts.account set version = version + 1 where id = $1", number)
        w.record("accounts.account.changed", number)


async def end(member, verb: str, other) -> None:
    async with writing(member, cause="tests") as w:
        await getattr(relationships, verb)(w, other.account)


class Board:
    """One reader at the API."""

    def __init__(self, api, token):
        self.api, self.token = api, token

    async def post(self, text: str, **more) -> str:
        made = await self.api("POST", "/api/v1/statuses", token=self.token, json={"status": text, **more})
        assert made.status == 200, made.body
        return made.json["id"]

    async def get(self, target: str):
        return await self.api("GET", target, token=self.token)

    async def one(self, number: str, **query):
        return (await self.get(f"/api/v1/statuses/{number}" + "".join(f"?{k}={v}" for k, v in query.items()))).json

    async def listed(self, target: str) -> dict:
        answer = await self.get(target)
        assert answer.status == 200, answer.body
        return {status["id"]: status for status in answer.json}

    async def below(self, number: str) -> dict:
        context = (await self.get(f"/api/v1/statuses/{number}/context")).json
        return {status["id"]: status for status in context["ancestors"] + context["descendants"]}


def assert_notice(status: dict, words: str) -> None:
    """Nothing of what was written, the notice as the warning, and a filter that apps show with a button."""
    assert (status["content"], status["spoiler_text"], status["sensitive"]) == ("", words, True)
    assert status["media_attachments"] == status["mentions"] == status["tags"] == []
    assert status["reblog"] is None and status["language"] is None and status["edited_at"] is None
    assert status["favourited"] is False and "/@/" not in status["url"]
    [entry] = status["filtered"]
    assert (entry["filter"]["filter_action"], entry["filter"]["title"]) == ("warn", words)
    assert {"home", "thread", "account", "public", "notifications"} == set(entry["filter"]["context"])


def assert_whole(status: dict, text: str) -> None:
    assert text in status["content"] and status["filtered"] == [] and "You have" not in status["spoiler_text"]


async def boards(api, *handles, **more):
    people = await signed_in(*handles, **more)
    return [m for m, _ in people], [Board(api, t) for _, t in people]


async def test_whom_i_have_blocked_waits_behind_a_notice_and_leaves_threads(api, site):
    (ann, ben, _cor), (mine, theirs, third) = await boards(api, "ann", "ben", "cor")
    number = await theirs.post("The text of ben #tag @ann", spoiler_text="ben's own warning")
    answered = await third.post("an open question")
    answer = await theirs.post("ben's answer", in_reply_to_id=answered)
    boost = (await third.api("POST", f"/api/v1/statuses/{number}/reblog", token=third.token)).json["id"]
    await end(ann, "block", ben)

    words = "You have blocked this person"
    assert_notice(await mine.one(number), words)
    assert_notice((await mine.listed(f"/api/v1/accounts/{ben.account}/statuses"))[number], words)
    assert_notice((await mine.listed(f"/api/v1/statuses?id[]={number}"))[number], words)
    revealed = await mine.one(number, reveal="true")
    assert_whole(revealed, "The text of ben")
    assert revealed["spoiler_text"] == "ben's own warning" and revealed["tags"]
    assert answer not in await mine.below(answered)
    assert number not in await mine.listed("/api/v1/timelines/public")
    assert boost not in await mine.listed(f"/api/v1/accounts/{_cor.account}/statuses")
    assert_whole(await third.one(number), "The text of ben")


async def test_whom_i_have_muted_waits_behind_a_notice_in_threads_only(api, site):
    (dan, eve, fay), (mine, theirs, third) = await boards(api, "dan", "eve", "fay")
    await follow(dan, fay)
    question = await third.post("a question of fay")
    answer = await theirs.post("the answer of eve", in_reply_to_id=question)
    alone = await theirs.post("eve by herself", sensitive=True)
    boost = (await third.api("POST", f"/api/v1/statuses/{alone}/reblog", token=third.token)).json["id"]
    await end(dan, "mute", eve)

    words = "You have muted this person"
    assert_notice((await mine.below(question))[answer], words)
    assert_whole(await mine.one(answer), "the answer of eve")
    home = await mine.listed("/api/v1/timelines/home")
    assert question in home and answer not in home
    assert_notice(home[boost]["reblog"], words)
    # On her profile she is not muted; that her post is sensitive is for the app to hide.
    shown = (await mine.listed(f"/api/v1/accounts/{eve.account}/statuses"))[alone]
    assert_whole(shown, "eve by herself")
    assert shown["sensitive"] is True and shown["spoiler_text"] == ""
    assert_whole(await mine.one(alone), "eve by herself")


async def test_a_limited_author_waits_behind_a_notice_among_others(api, site):
    (gil, _, ivy), (theirs, mine, third) = await boards(api, "gil", "hal", "ivy")
    await follow(ivy, gil)
    question = await third.post("a question of ivy")
    answer = await theirs.post("the answer of gil", in_reply_to_id=question)
    await change("accounts.account", gil.account, "state", State.LIMITED)

    words = "This account has been limited by the moderators"
    assert_notice((await mine.below(question))[answer], words)
    assert_whole(await mine.one(answer), "the answer of gil")
    assert_whole(await mine.one(answer, reveal="true"), "the answer of gil")
    assert answer in await mine.listed(f"/api/v1/accounts/{gil.account}/statuses")
    assert answer not in await mine.listed("/api/v1/timelines/public")
    assert_whole((await third.below(question))[answer], "the answer of gil")
    signed_out = Board(api, None)
    anonymous = (await signed_out.below(question))[answer]
    assert (anonymous["content"], anonymous["spoiler_text"]) == ("", words)
    assert "favourited" not in anonymous


@pytest.mark.parametrize("who_blocks", ["sender", "receiver"])
async def test_a_conversation_from_before_a_block_is_history(api, site, who_blocks):
    names = (f"jan_{who_blocks}", f"kim_{who_blocks}")
    (jan, kim), (theirs, mine) = await boards(api, *names)
    before = await theirs.post(f"@{names[1]} only between us", visibility="direct")
    answer = await mine.post(f"@{names[0]} yes", visibility="direct", in_reply_to_id=before)
    await (end(jan, "block", kim) if who_blocks == "sender" else end(kim, "block", jan))

    words = "From a conversation with somebody on the other side of a block"
    for reader, number, text in ((mine, before, "only between us"), (theirs, answer, "yes")):
        status = await reader.one(number)
        assert text in status["content"] and status["spoiler_text"] == ""
        assert [e["filter"]["title"] for e in status["filtered"]] == [words]
        assert status["filtered"][0]["filter"]["filter_action"] == "warn"
        assert_whole(await reader.one(number, reveal="true"), text)
    assert [e["filter"]["title"] for e in (await mine.below(answer))[before]["filtered"]] == [words]
    assert_whole(await mine.one(answer), "yes")


async def test_a_deleted_post_says_so_to_those_who_could_see_it(api, site):
    (leo, mia, _), (theirs, follower, stranger) = await boards(api, "leo", "mia", "ned")
    await follow(mia, leo)
    narrow = await theirs.post("for followers", visibility="private")
    root = await theirs.post("a thread")
    gone = await theirs.post("its second", in_reply_to_id=root)
    last = await theirs.post("its third", in_reply_to_id=gone)
    for number in (narrow, gone):
        assert (await api("DELETE", f"/api/v1/statuses/{number}", token=theirs.token)).status == 200

    told = await follower.get(f"/api/v1/statuses/{narrow}")
    assert (told.status, told.json) == (404, {"error": "Record not found", "reason": "deleted"})
    assert (await follower.get(f"/api/v1/statuses/{narrow}?reveal=true")).body == told.body
    hidden = await stranger.get(f"/api/v1/statuses/{narrow}")
    assert (hidden.status, hidden.body) == (404, NOT_FOUND)
    for reader in (follower, stranger, Board(api, None)):
        assert (await reader.get(f"/api/v1/statuses/{gone}")).json["reason"] == "deleted"
        assert await reader.listed(f"/api/v1/statuses?id[]={gone}") == {}
        assert gone not in await reader.below(root)
        assert gone not in await reader.listed(f"/api/v1/accounts/{leo.account}/statuses")
    assert last in await follower.below(root) and mia


@pytest.mark.parametrize("word", ["suspended", "removed"])
async def test_what_moderators_took_away_is_gone_for_those_who_could_see_it(api, site, word):
    people, (theirs, follower, stranger) = await boards(api, *(f"{name}_{word}" for name in ("ola", "pia", "quin")))
    await follow(people[1], people[0])
    narrow = await theirs.post("for followers", visibility="private")
    open_ = await theirs.post("for all")
    answer = await follower.post("an answer", in_reply_to_id=open_)
    if word == "suspended":
        await change("accounts.account", people[0].account, "state", State.SUSPENDED)
    else:
        for number in (narrow, open_):
            await change("posts.post", int(number), "flags", State.REMOVED)

    for reader, number in ((follower, narrow), (follower, open_), (stranger, open_), (Board(api, None), open_)):
        for query in ("", "?reveal=true"):
            told = await reader.get(f"/api/v1/statuses/{number}{query}")
            assert (told.status, told.json) == (410, {"error": "This is no longer here", "reason": word})
    hidden = await stranger.get(f"/api/v1/statuses/{narrow}")
    assert (hidden.status, hidden.body) == (404, NOT_FOUND)
    assert open_ not in await stranger.below(answer)
    assert open_ not in await stranger.listed("/api/v1/timelines/public")
    assert await follower.listed("/api/v1/timelines/home") == {answer: await follower.one(answer)}


async def test_a_warning_of_the_author_is_for_apps_to_keep(api, site):
    _, (theirs, mine) = await boards(api, "rae", "sol")
    number = await theirs.post("the whole text", spoiler_text="careful")
    status = await mine.one(number)
    assert_whole(status, "the whole text")
    assert (status["spoiler_text"], status["sensitive"]) == ("careful", True)
