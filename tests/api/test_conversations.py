"""Conversations over HTTP."""

import itertools

from petrel.api import conversations, statuses  # noqa: F401
from petrel.core.doors import writing
from petrel.features import accounts, posts, relationships
from tests.people import act, signed_in, tell

_count = itertools.count(1)


async def some(*names):
    number = next(_count)
    return [(member, token, f"{name}{number}") for name, (member, token) in
            zip(names, await signed_in(*(f"{name}{number}" for name in names)), strict=True)]


async def test_each_side_sees_the_others_and_the_last_message(api):
    (ann, a, _), (ben, b, ben_name), (_cat, c, cat_name) = await some("ann", "ben", "cat")
    first = (await tell(ann, f"@{ben_name} @{cat_name} meeting?")).id
    [mine] = (await api("GET", "/api/v1/conversations", token=a)).json
    assert mine.keys() == {"id", "unread", "accounts", "last_status"}
    assert mine["unread"] is False and mine["last_status"]["id"] == str(first)
    assert {one["username"] for one in mine["accounts"]} == {ben_name, cat_name}
    [theirs] = (await api("GET", "/api/v1/conversations", token=b)).json
    assert theirs["id"] == mine["id"] and theirs["unread"] is True
    assert {one["id"] for one in theirs["accounts"]} >= {str(ann.account)}
    assert len((await api("GET", "/api/v1/conversations", token=c)).json) == 1

    answer = (await tell(ben, f"@ann{ben_name[3:]} yes", reply_to=first)).id
    [mine] = (await api("GET", "/api/v1/conversations", token=a)).json
    assert mine["unread"] is True and mine["last_status"]["id"] == str(answer)
    # Not named in the answer: the conversation stands where it stood.
    [third] = (await api("GET", "/api/v1/conversations", token=c)).json
    assert third["last_status"]["id"] == str(first)


async def test_reading_and_leaving(api):
    (ann, a, ann_name), (ben, b, ben_name) = await some("ann", "ben")
    await tell(ann, f"@{ben_name} one")
    [entry] = (await api("GET", "/api/v1/conversations", token=b)).json
    at = f"/api/v1/conversations/{entry['id']}"
    read = await api("POST", f"{at}/read", token=b)
    assert read.status == 200 and read.json == {**entry, "unread": False}
    count = "/api/v1/petrel/conversations/unread_count"
    assert (await api("GET", count, token=b)).json == {"count": 0}
    assert (await api("POST", f"{at}/unread", token=b)).json["unread"] is True
    assert [(await api("GET", count, token=who)).json["count"] for who in (a, b)] == [0, 1]
    assert (await api("DELETE", at, token=b)).json == {}
    assert (await api("GET", "/api/v1/conversations", token=b)).json == []
    assert len((await api("GET", "/api/v1/conversations", token=a)).json) == 1
    assert (await api("DELETE", at, token=b)).status == 404
    again = (await tell(ann, f"@{ben_name} two", reply_to=int(entry["last_status"]["id"]))).id
    [back] = (await api("GET", "/api/v1/conversations", token=b)).json
    assert (back["id"], back["unread"], back["last_status"]["id"]) == (entry["id"], True, str(again))
    assert ben and ann_name


async def test_conversations_of_others_are_not_there(api):
    (ann, _, _), (_ben, b, ben_name), (_eve, e, _) = await some("ann", "ben", "eve")
    await tell(ann, f"@{ben_name} private")
    [entry] = (await api("GET", "/api/v1/conversations", token=b)).json
    assert (await api("GET", "/api/v1/conversations", token=e)).json == []
    for method, target in (("POST", "/read"), ("POST", "/unread"), ("DELETE", "")):
        answer = await api(method, f"/api/v1/conversations/{entry['id']}{target}", token=e)
        assert (answer.status, answer.json) == (404, {"error": "Record not found"})
    [same] = (await api("GET", "/api/v1/conversations", token=b)).json
    assert same == entry
    assert (await api("GET", "/api/v1/conversations")).status == 401
    assert (await api("POST", "/api/v1/conversations/abc/read", token=b)).status == 404


async def test_an_app_without_the_scope_learns_nothing(api):
    (ann, _, _), (ben, _b, ben_name) = await some("ann", "ben")
    await tell(ann, f"@{ben_name} private")
    async with writing(ben, cause="test") as w:
        [narrow] = await accounts.issue_many(w, [ben.account], ["read:notifications"])
    assert (await api("GET", "/api/v1/conversations", token=narrow)).status == 403


async def test_pages_lead_through_all_of_them_both_ways(api):
    (_ann, a, ann_name), *others = await some("ann", *(f"w{n}x" for n in range(7)))
    made = [(await tell(other, f"@{ann_name} {n}")).id for n, (other, _, _) in enumerate(others)]
    seen, target = [], "/api/v1/conversations?limit=3"
    while target:
        answer = await api("GET", target, token=a)
        seen += [int(one["last_status"]["id"]) for one in answer.json]
        target = answer.link("next") if answer.json else None
    assert seen == made[::-1]
    newer = await api("GET", f"/api/v1/conversations?limit=3&min_id={made[0]}", token=a)
    assert [int(one["last_status"]["id"]) for one in newer.json] == made[3:0:-1]
    since = await api("GET", f"/api/v1/conversations?limit=3&since_id={made[5]}", token=a)
    assert [int(one["last_status"]["id"]) for one in since.json] == made[6:]


async def test_a_deleted_last_message_gives_way_to_the_one_before(api):
    (ann, _, _), (_ben, b, ben_name) = await some("ann", "ben")
    first = (await tell(ann, f"@{ben_name} one")).id
    last = (await tell(ann, f"@{ben_name} two", reply_to=first)).id
    await act(ann, posts.delete, last)
    [entry] = (await api("GET", "/api/v1/conversations", token=b)).json
    assert entry["last_status"]["id"] == str(first)
    await act(ann, posts.delete, first)
    [entry] = (await api("GET", "/api/v1/conversations", token=b)).json
    assert entry["last_status"] is None and entry["accounts"]


async def test_after_a_block_what_was_said_is_history(api):
    (ann, _, _), (ben, b, ben_name) = await some("ann", "ben")
    said = (await tell(ann, f"@{ben_name} before")).id
    await act(ben, relationships.block, ann.account)
    [entry] = (await api("GET", "/api/v1/conversations", token=b)).json
    assert entry["last_status"]["id"] == str(said)
    [notice] = entry["last_status"]["filtered"]         # law, section 14: code H
    assert notice["filter"]["filter_action"] == "warn"


async def test_a_note_to_oneself(api):
    (ann, a, _), = await some("ann")
    await tell(ann, "remember the milk")
    [entry] = (await api("GET", "/api/v1/conversations", token=a)).json
    assert [one["id"] for one in entry["accounts"]] == [str(ann.account)] and entry["unread"] is False


async def test_what_stays_among_people_is_refused_when_it_names_somebody_else(api):
    (_ann, a, _), (ben, b, ben_name), (_cat, c, cat_name) = await some("ann", "ben", "cat")
    fields = {"visibility": "direct", "allowed_mentions": [str(ben.account)]}
    leak = await api("POST", "/api/v1/statuses", token=a, json={**fields, "status": f"@{ben_name} ask @{cat_name} too"})
    assert leak.status == 422 and f"@{cat_name}" in leak.json["error"]
    assert (await api("GET", "/api/v1/conversations", token=c)).json == []
    assert (await api("GET", "/api/v1/conversations", token=b)).json == []
    sent = await api("POST", "/api/v1/statuses", token=a, json={**fields, "status": f"@{ben_name} ask {cat_name} too"})
    assert sent.status == 200, sent.json
    assert len((await api("GET", "/api/v1/conversations", token=b)).json) == 1
    nobody = await api("POST", "/api/v1/statuses", token=a, json={
        "status": f"hello @{ben_name}", "visibility": "direct", "allowed_mentions": []})
    assert nobody.status in (200, 422)      # an empty list in JSON names nobody: refused, or taken for none said
