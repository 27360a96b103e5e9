"""What a member's filters do to posts where they are shown: marked in `filtered`, or left out."""

from time import monotonic

import pytest

from petrel import app
from petrel.api.present import sieve
from petrel.core.doors import current
from tests.drain import drain
from tests.people import follow, signed_in

app.load_api()  # before the gate of the `api` fixture is made


async def keep(api, token, *words, contexts=("home",), action="warn", whole_word=True, **more):
    sent = {"title": "no " + " ".join(words), "context": list(contexts), "filter_action": action,
            "keywords_attributes": [{"keyword": w, "whole_word": whole_word} for w in words], **more}
    made = await api("POST", "/api/v2/filters", token=token, json=sent)
    assert made.status == 200, made.body
    return made.json


async def post(api, token, text, **more):
    made = await api("POST", "/api/v1/statuses", token=token, json={"status": text, **more})
    assert made.status == 200, made.body
    return made.json["id"]


async def listed(api, token, target):
    answer = await api("GET", target, token=token)
    assert answer.status == 200, answer.body
    return {one["id"]: one for one in answer.json}


async def thread(api, token, number):
    context = (await api("GET", f"/api/v1/statuses/{number}/context", token=token)).json
    return {one["id"]: one for one in context["ancestors"] + context["descendants"]}


@pytest.mark.parametrize("context", ["home", "public", "thread", "account", "notifications"])
async def test_a_post_is_marked_where_the_filter_is_for_and_nowhere_else(api, site, context):
    [(ann, mine), (ben, theirs)] = await signed_in(f"ann_{context}", f"ben_{context}")
    await follow(ann, ben)
    made = await keep(api, mine, "spoiler", "ending", contexts=[context])
    root = await post(api, theirs, "nothing of note")
    number = await post(api, theirs, f"@ann_{context} the SPOILER, and the ending", in_reply_to_id=root)
    open_ = await post(api, theirs, f"@ann_{context} a spoiler in the open")
    await drain("notifications")

    home = await listed(api, mine, "/api/v1/timelines/home")
    public = await listed(api, mine, "/api/v1/timelines/public")
    below = await thread(api, mine, root)
    account = await listed(api, mine, f"/api/v1/accounts/{ben.account}/statuses")
    told = {n["status"]["id"]: n["status"] for n in
            (await api("GET", "/api/v1/notifications?types[]=mention", token=mine)).json}
    seen = {"home": home[open_], "public": public[open_], "thread": below[number], "account": account[open_],
            "notifications": told[open_]}
    for place, status in seen.items():
        assert bool(status["filtered"]) is (place == context), place
    assert home[root]["filtered"] == account[root]["filtered"] == []

    [entry] = seen[context]["filtered"]
    assert entry["filter"] == {k: made[k] for k in ("id", "title", "context", "expires_at", "filter_action")}
    assert entry["keyword_matches"] == (["spoiler", "ending"] if context == "thread" else ["spoiler"])
    assert entry["status_matches"] is None and "spoiler" in seen[context]["content"].lower()
    # Opened by itself it is as it is, and nobody else is concerned.
    assert (await api("GET", f"/api/v1/statuses/{open_}", token=mine)).json["filtered"] == []
    assert (await listed(api, theirs, "/api/v1/timelines/public"))[open_]["filtered"] == []
    assert "filtered" not in (await listed(api, None, "/api/v1/timelines/public"))[open_]


async def test_hiding_leaves_out_and_pages_stay_full(api, site):
    [(cai, mine), (dee, theirs)] = await signed_in("cai", "dee")
    await follow(cai, dee)
    numbers = []
    for i in range(12):
        numbers.append(await post(api, theirs, f"about birds {i}"))
        await post(api, theirs, f"about football {i}")
    await keep(api, mine, "football", contexts=["home", "account", "public"], action="hide")
    for target in ("/api/v1/timelines/home", f"/api/v1/accounts/{dee.account}/statuses", "/api/v1/timelines/public"):
        first = await api("GET", f"{target}?limit=5", token=mine)
        assert [s["id"] for s in first.json] == numbers[:-6:-1], target
        following = first.headers["link"].split(">")[0].partition("?")[2]
        second = await api("GET", f"{target}?{following}", token=mine)
        assert [s["id"] for s in second.json] == numbers[-6:-11:-1], target
    assert len(await listed(api, theirs, f"/api/v1/accounts/{dee.account}/statuses?limit=40")) == 24


async def test_a_boost_is_judged_by_what_it_boosts_and_a_warning_counts_as_text(api, site):
    [(eli, mine), (_, theirs), (fay, boosts)] = await signed_in("eli", "eva", "fay")
    await follow(eli, fay)
    number = await post(api, theirs, "see below", spoiler_text="Politics!")
    await keep(api, mine, "politics", contexts=["home"])
    boost = (await api("POST", f"/api/v1/statuses/{number}/reblog", token=boosts)).json["id"]
    shown = (await listed(api, mine, "/api/v1/timelines/home"))[boost]
    assert [f["keyword_matches"] for f in shown["reblog"]["filtered"]] == [["politics"]]
    assert shown["filtered"] == shown["reblog"]["filtered"]
    await keep(api, mine, "politics", contexts=["home"], action="hide")
    assert boost not in await listed(api, mine, "/api/v1/timelines/home")


async def test_single_posts_lists_and_own_posts(api, site):
    [(gus, mine), (hal, theirs)] = await signed_in("gus", "hal")
    await follow(gus, hal)
    named, other = await post(api, theirs, "the first"), await post(api, theirs, "the second")
    own = await post(api, mine, "words I dislike: the second")
    made = await keep(api, mine, "second", contexts=["home"])
    added = await api("POST", f"/api/v2/filters/{made['id']}/statuses", token=mine, json={"status_id": named})
    assert added.status == 200
    number = (await api("POST", "/api/v1/lists", token=mine, json={"title": "those"})).json["id"]
    await api("POST", f"/api/v1/lists/{number}/accounts", token=mine, json={"account_ids": [str(hal.account)]})
    for target in ("/api/v1/timelines/home", f"/api/v1/timelines/list/{number}"):
        shown = await listed(api, mine, target)
        [by_post], [by_word] = shown[named]["filtered"], shown[other]["filtered"]
        assert (by_post["status_matches"], by_post["keyword_matches"]) == ([named], None)
        assert (by_word["status_matches"], by_word["keyword_matches"]) == (None, ["second"])
    assert (await listed(api, mine, "/api/v1/timelines/home"))[own]["filtered"] == []


async def test_changes_hold_at_once_here_and_elsewhere_within_seconds(api, site, monkeypatch):
    [(ida, mine), (ian, theirs)] = await signed_in("ida", "ian")
    await follow(ida, ian)
    number = await post(api, theirs, "a word and another")

    async def titles():
        shown = (await listed(api, mine, "/api/v1/timelines/home"))[number]
        return [one["filter"]["title"] for one in shown["filtered"]]

    assert await titles() == []
    made = await keep(api, mine, "word")
    assert await titles() == ["no word"]
    changed = await api("PUT", f"/api/v2/filters/{made['id']}", token=mine, json={"title": "other words"})
    assert changed.status == 200 and await titles() == ["other words"]
    ends = await api("PUT", f"/api/v2/filters/{made['id']}", token=mine, json={"context": ["public"]})
    assert ends.status == 200 and await titles() == []
    back = await api("PUT", f"/api/v2/filters/{made['id']}", token=mine, json={"context": ["home"]})
    assert back.status == 200 and await titles() == ["other words"]
    [keyword] = made["keywords"]
    await api("PUT", f"/api/v2/filters/keywords/{keyword['id']}", token=mine, json={"keyword": "nowhere"})
    assert await titles() == []

    # What another process has changed: this one has not been told, and asks again when its time is up.
    with monkeypatch.context() as patched:
        patched.setattr(sieve, "forget", lambda account: None)
        await api("PUT", f"/api/v2/filters/keywords/{keyword['id']}", token=mine, json={"keyword": "another"})
    assert await titles() == []
    monkeypatch.setattr(sieve, "monotonic", lambda: monotonic() + sieve.KEEP_S)
    assert await titles() == ["other words"]
    await api("DELETE", f"/api/v2/filters/{made['id']}", token=mine)
    assert await titles() == []


async def test_filters_cost_one_query_in_seconds_and_nobody_else_any(api, site):
    [(joy, mine), (jan, theirs), (kim, without)] = await signed_in("joy", "jan", "kim")
    for reader in (joy, kim):
        await follow(reader, jan)
    for i in range(5):
        await post(api, theirs, f"word number {i}")
    await keep(api, mine, "word")

    async def cost(token):
        before = current().queries
        assert (await api("GET", "/api/v1/timelines/home?limit=4", token=token)).status == 200
        return current().queries - before

    for token in (mine, without):
        await cost(token)  # signing in, and what has to be rendered
    # No ring without the followers' process: its candidates are a query of their own.
    assert await cost(mine) == 2 and await cost(without) == 2
    sieve.forget(joy.account)
    sieve.forget(kim.account)
    assert await cost(mine) == 3 and await cost(without) == 2
    assert await cost(mine) == 2


async def test_in_a_conversation_too(api, site):
    [(_, mine), (_, theirs)] = await signed_in("lea", "lou")
    first = await post(api, mine, "@lou what happened?", visibility="direct")
    number = await post(api, theirs, "@lea the ending!", visibility="direct", in_reply_to_id=first)
    await keep(api, mine, "ending", contexts=["thread"])
    below = await thread(api, mine, first)
    assert [one["keyword_matches"] for one in below[number]["filtered"]] == [["ending"]]
