"""Notifications over HTTP, as apps ask for them."""

import pytest

from petrel.api import notification_requests, notifications, timelines  # noqa: F401
from petrel.core import policy
from petrel.core.doors import writing
from petrel.core.viewer import System
from petrel.features import posts, relationships
from petrel.features.posts import Audience, Mark
from tests.drain import drain
from tests.people import act, follow, mark, publish, signed_in, tell

NOTIFICATION = {"id", "type", "created_at", "group_key", "account"}
GROUP = {"group_key", "notifications_count", "type", "most_recent_notification_id", "page_min_id", "page_max_id",
         "latest_page_notification_at", "sample_account_ids", "status_id"}


async def set_state(member, state):
    async with writing(System("test"), cause="test") as w:
        await policy.widens(w, member.account)
        await w.execute("update accounts.account set state = $2 where id = $1", member.account, state)
        w.record("accounts.account.changed", member.account)


async def walk(api, target, token, rel="next"):
    """Every page from `target` on."""
    pages = []
    while target:
        answer = await api("GET", target, token=token)
        assert answer.status == 200, answer.body
        pages.append(answer.json)
        target = answer.link(rel)
        if isinstance(answer.json, list) and not answer.json:
            break
        assert len(pages) < 30
    return pages


async def test_each_kind_has_its_entity(api):
    (ann, token), (ben, _) = await signed_in("ann20", "ben20")
    post = (await publish(ann, "a swan")).id
    await act(ann, relationships.follow, ben.account, bell=True)
    await mark(ben, post, Mark.LIKE)
    await mark(ben, post, Mark.BOOST)
    reply = (await publish(ben, "@ann20 oh", reply_to=post)).id
    news = (await publish(ben, "swans everywhere")).id
    await follow(ben, ann)
    await drain("notifications")
    found = (await api("GET", "/api/v1/notifications", token=token)).json
    assert all(one.keys() >= NOTIFICATION for one in found)
    assert [(one["type"], one.get("status", {}).get("id")) for one in found] == [
        ("follow", None), ("status", str(news)), ("mention", str(reply)), ("reblog", str(post)),
        ("favourite", str(post))]
    assert {one["account"]["id"] for one in found} == {str(ben.account)}
    one = (await api("GET", f"/api/v1/notifications/{found[2]['id']}", token=token)).json
    assert one == found[2]
    assert found[2]["group_key"] == f"ungrouped-{found[2]['id']}"
    assert found[3]["group_key"].startswith(f"reblog-{post}-")


async def test_types_and_accounts_narrow_the_list(api):
    (ann, token), (ben, _), (cat, _) = await signed_in("ann21", "ben21", "cat21")
    post = (await publish(ann, "x")).id
    await mark(ben, post, Mark.LIKE)
    await mark(cat, post, Mark.BOOST)
    await publish(cat, "@ann21 y")
    await drain("notifications")

    async def types(query):
        return [one["type"] for one in (await api("GET", f"/api/v1/notifications?{query}", token=token)).json]

    assert await types("types[]=mention&types[]=poll") == ["mention"]
    assert await types("types[]=poll") == []
    assert await types("exclude_types[]=mention&exclude_types[]=admin.sign_up") == ["reblog", "favourite"]
    assert await types(f"account_id={ben.account}") == ["favourite"]


async def test_pages_lead_through_everything_both_ways(api):
    (ann, token), *others = await signed_in("ann22", *(f"fan22x{n}" for n in range(9)))
    post = (await publish(ann, "popular")).id
    for other, _ in others:
        await mark(other, post, Mark.LIKE)
        await publish(other, "@ann22 yes")
        await drain("notifications")
    everything = [one["id"] for one in (await api("GET", "/api/v1/notifications", token=token)).json]
    assert len(everything) == 18
    pages = await walk(api, "/api/v1/notifications?limit=4", token)
    assert [one["id"] for page in pages for one in page] == everything
    oldest = everything[-1]
    back = await walk(api, f"/api/v1/notifications?limit=4&min_id={oldest}", token, rel="prev")
    assert [one["id"] for page in reversed(back) for one in page] == everything[:-1]
    newer = (await api("GET", f"/api/v1/notifications?since_id={everything[3]}", token=token)).json
    assert [one["id"] for one in newer] == everything[:3]


async def test_hidden_people_and_posts_vanish_and_the_page_still_fills(api):
    (ann, token), *others = await signed_in("ann23", *(f"fan23x{n}" for n in range(8)))
    for other, _ in others:
        await publish(other, "@ann23 hello")
    await drain("notifications")
    await set_state(others[7][0], 128)                                  # suspended
    await act(ann, relationships.block, others[6][0].account)
    await act(ann, relationships.mute, others[5][0].account, notifications=False)     # the law: muted, not told
    found = (await api("GET", "/api/v1/notifications?limit=5", token=token)).json
    assert [one["account"]["username"] for one in found] == [f"fan23x{n}" for n in (4, 3, 2, 1, 0)]
    assert "fan23x7" not in str(found)


async def test_a_limited_stranger_s_mention_is_not_shown(api):
    (ann, token), (ben, _) = await signed_in("ann24", "ben24")
    await publish(ben, "@ann24 buy this")
    await drain("notifications")
    assert len((await api("GET", "/api/v1/notifications", token=token)).json) == 1
    await set_state(ben, 8)
    assert (await api("GET", "/api/v1/notifications", token=token)).json == []
    # Following changes the law's code to "if asked for": asked for is what a bell says.
    await follow(ann, ben)
    assert (await api("GET", "/api/v1/notifications", token=token)).json == []


async def test_what_is_no_longer_the_viewers_to_see_is_gone(api):
    (_ann, token), (ben, _) = await signed_in("ann25", "ben25")
    post = (await publish(ben, "@ann25 psst", audience=Audience.FOLLOWERS)).id
    await drain("notifications")
    [one] = (await api("GET", "/api/v1/notifications", token=token)).json
    await act(ben, posts.edit, post, posts.Draft("nobody in particular"))
    assert (await api("GET", "/api/v1/notifications", token=token)).json == []
    assert (await api("GET", f"/api/v1/notifications/{one['id']}", token=token)).status == 404


async def test_others_notifications_are_not_there(api):
    (ann, token), (ben, others_token) = await signed_in("ann26", "ben26")
    post = (await publish(ann, "mine")).id
    await mark(ben, post, Mark.LIKE)
    await drain("notifications")
    [one] = (await api("GET", "/api/v1/notifications", token=token)).json
    for method, target in (("GET", f"/api/v1/notifications/{one['id']}"),
                           ("POST", f"/api/v1/notifications/{one['id']}/dismiss"),
                           ("GET", f"/api/v2/notifications/{one['group_key']}"),
                           ("GET", f"/api/v2/notifications/{one['group_key']}/accounts")):
        answer = await api(method, target, token=others_token)
        assert (answer.status, answer.json) == (404, {"error": "Record not found"}), target
    assert (await api("POST", f"/api/v2/notifications/{one['group_key']}/dismiss", token=others_token)).status == 200
    assert len((await api("GET", "/api/v1/notifications", token=token)).json) == 1
    assert (await api("GET", "/api/v1/notifications")).status == 401


async def test_dismissing_and_clearing(api):
    (ann, token), (ben, _), (cat, _) = await signed_in("ann27", "ben27", "cat27")
    post = (await publish(ann, "x")).id
    for who in (ben, cat):
        await mark(who, post, Mark.LIKE)
        await follow(who, ann)
    await drain("notifications")
    first, *_ = (await api("GET", "/api/v1/notifications", token=token)).json
    assert (await api("POST", f"/api/v1/notifications/{first['id']}/dismiss", token=token)).json == {}
    assert (await api("POST", f"/api/v1/notifications/{first['id']}/dismiss", token=token)).status == 404
    groups = (await api("GET", "/api/v2/notifications", token=token)).json["notification_groups"]
    liked = next(g for g in groups if g["type"] == "favourite")
    assert (await api("POST", f"/api/v2/notifications/{liked['group_key']}/dismiss", token=token)).status == 200
    assert [one["type"] for one in (await api("GET", "/api/v1/notifications", token=token)).json] == ["follow"]
    assert (await api("POST", "/api/v1/notifications/clear", token=token)).json == {}
    assert (await api("GET", "/api/v1/notifications", token=token)).json == []
    assert (await api("GET", f"/api/v2/notifications/{liked['group_key']}", token=token)).status == 404


async def test_unread_counts_stop_at_the_marker(api):
    (ann, token), (ben, _), (cat, _) = await signed_in("ann28", "ben28", "cat28")
    post = (await publish(ann, "x")).id
    await mark(ben, post, Mark.LIKE)
    await drain("notifications")
    [seen] = (await api("GET", "/api/v1/notifications", token=token)).json
    await api("POST", "/api/v1/markers", token=token, json={"notifications": {"last_read_id": seen["id"]}})
    await mark(cat, post, Mark.LIKE)
    await mark(cat, post, Mark.BOOST)
    await publish(cat, "@ann28 hey")
    await drain("notifications")
    assert (await api("GET", "/api/v1/notifications/unread_count", token=token)).json == {"count": 3}
    assert (await api("GET", "/api/v1/notifications/unread_count?types[]=mention", token=token)).json == {"count": 1}
    assert (await api("GET", "/api/v1/notifications/unread_count?limit=2", token=token)).json == {"count": 2}
    assert (await api("GET", "/api/v2/notifications/unread_count", token=token)).json == {"count": 3}


async def test_groups_name_their_people_and_their_post(api):
    (ann, token), *others = await signed_in("ann29", *(f"fan29x{n}" for n in range(12)))
    post = (await publish(ann, "popular")).id
    for other, _ in others:
        await mark(other, post, Mark.LIKE)
        await drain("notifications")
    await follow(others[0][0], ann)
    await follow(others[1][0], ann)
    await publish(others[2][0], "@ann29 hm")
    await drain("notifications")
    answer = (await api("GET", "/api/v2/notifications", token=token)).json
    mention, followed, liked = answer["notification_groups"]
    assert all(group.keys() == GROUP for group in answer["notification_groups"])
    assert (mention["type"], mention["notifications_count"]) == ("mention", 1)
    assert (followed["type"], followed["notifications_count"], followed["status_id"]) == ("follow", 2, None)
    assert (liked["type"], liked["notifications_count"], liked["status_id"]) == ("favourite", 12, str(post))
    assert liked["sample_account_ids"] == [str(o.account) for o, _ in others[:3:-1]]
    assert isinstance(liked["most_recent_notification_id"], int)
    assert int(liked["page_min_id"]) <= int(liked["page_max_id"]) == liked["most_recent_notification_id"]
    named = {i for group in answer["notification_groups"] for i in group["sample_account_ids"]}
    assert {one["id"] for one in answer["accounts"]} == named
    assert {one["id"] for one in answer["statuses"]} == {mention["status_id"], str(post)}

    whole = (await api("GET", f"/api/v2/notifications/{liked['group_key']}", token=token)).json
    assert whole["notification_groups"][0]["notifications_count"] == 12
    everybody = (await api("GET", f"/api/v2/notifications/{liked['group_key']}/accounts", token=token)).json
    assert len(everybody) == 12
    alone = (await api("GET", f"/api/v2/notifications/{mention['group_key']}", token=token)).json
    assert alone["notification_groups"][0]["group_key"] == mention["group_key"]

    single = (await api("GET", "/api/v2/notifications?grouped_types[]=follow", token=token)).json
    assert len(single["notification_groups"]) == 14
    partial = (await api("GET", "/api/v2/notifications?expand_accounts=partial_avatars", token=token)).json
    firsts = {group["sample_account_ids"][0] for group in partial["notification_groups"]}
    assert {one["id"] for one in partial["accounts"]} == firsts
    assert {one["id"] for one in partial["partial_accounts"]} == named - firsts
    assert set(partial["partial_accounts"][0]) == {"id", "acct", "url", "avatar", "avatar_static", "locked", "bot"}


async def test_pages_of_groups_miss_nobody(api):
    (ann, token), *others = await signed_in("ann30", *(f"fan30x{n}" for n in range(6)))
    made = [(await publish(ann, f"post {n}")).id for n in range(5)]
    for other, _ in others:
        for post in made:
            await mark(other, post, Mark.LIKE)
        await publish(other, "@ann30 hm")
        await drain("notifications")
    pages = await walk(api, "/api/v2/notifications?limit=2", token)
    keys = [group["group_key"] for page in pages for group in page["notification_groups"]]
    assert len(set(keys)) == 5 + 6
    assert all(len(page["notification_groups"]) <= 2 for page in pages)
    oldest = min(int(g["page_min_id"]) for page in pages for g in page["notification_groups"])
    back = await walk(api, f"/api/v2/notifications?limit=2&min_id={oldest - 1}", token, rel="prev")
    assert {g["group_key"] for page in back for g in page["notification_groups"]} == set(keys)


async def test_a_group_without_anybody_to_show_is_left_out(api):
    (ann, token), (ben, _), (cat, _) = await signed_in("ann31", "ben31", "cat31")
    post = (await publish(ann, "x")).id
    await mark(ben, post, Mark.LIKE)
    await mark(cat, post, Mark.LIKE)
    await drain("notifications")
    await act(ann, relationships.block, cat.account)
    [group] = (await api("GET", "/api/v2/notifications", token=token)).json["notification_groups"]
    assert (group["notifications_count"], group["sample_account_ids"]) == (1, [str(ben.account)])
    await set_state(ben, 128)
    answer = (await api("GET", "/api/v2/notifications", token=token)).json
    assert answer == {"accounts": [], "statuses": [], "notification_groups": []}


async def test_the_policy_in_both_forms(api):
    (_, token), = await signed_in("ann32")
    assert (await api("GET", "/api/v2/notifications/policy", token=token)).json == {
        "for_not_following": "accept", "for_not_followers": "accept", "for_new_accounts": "accept",
        "for_private_mentions": "filter", "for_limited_accounts": "filter",
        "summary": {"pending_requests_count": 0, "pending_notifications_count": 0}}
    changed = (await api("PATCH", "/api/v2/notifications/policy", token=token,
                         json={"for_not_following": "drop", "for_new_accounts": "filter"})).json
    assert (changed["for_not_following"], changed["for_new_accounts"]) == ("drop", "filter")
    assert (await api("GET", "/api/v2/notifications/policy", token=token)).json == changed
    old = (await api("PATCH", "/api/v1/notifications/policy", token=token, json={"filter_new_accounts": False})).json
    assert (old["filter_not_following"], old["filter_new_accounts"], old["filter_private_mentions"]) == (
        True, False, True)
    assert (await api("PATCH", "/api/v2/notifications/policy", token=token,
                      json={"for_new_accounts": "maybe"})).status == 422


async def test_a_group_that_is_held_back_shows_when_asked_for(api):
    (ann, token), (ben, _) = await signed_in("ann34", "ben34")
    await api("PATCH", "/api/v2/notifications/policy", token=token, json={"for_not_following": "filter"})
    await mark(ben, (await publish(ann, "a swan")).id, Mark.LIKE)
    await drain("notifications")
    assert (await api("GET", "/api/v2/notifications", token=token)).json["notification_groups"] == []
    [group] = (await api("GET", "/api/v2/notifications?include_filtered=true", token=token)).json["notification_groups"]
    assert (group["type"], group["notifications_count"], group["sample_account_ids"]) == (
        "favourite", 1, [str(ben.account)])


async def test_requests_are_listed_and_answered(api):
    (_ann, token), (ben, _), (cat, _) = await signed_in("ann33", "ben33", "cat33")
    for who in (ben, cat):
        await tell(who, "@ann33 hello")
    last = (await tell(ben, "@ann33 there")).id
    await drain("notifications")
    assert (await api("GET", "/api/v1/notifications", token=token)).json == []
    assert len((await api("GET", "/api/v1/notifications?include_filtered=true", token=token)).json) == 3
    of_cat, of_ben = (await api("GET", "/api/v1/notifications/requests", token=token)).json
    assert (of_ben["account"]["id"], of_ben["notifications_count"]) == (str(ben.account), "2")
    assert of_ben["last_status"]["id"] == str(last)
    policy = (await api("GET", "/api/v2/notifications/policy", token=token)).json
    assert policy["summary"] == {"pending_requests_count": 2, "pending_notifications_count": 3}
    one = (await api("GET", f"/api/v1/notifications/requests/{of_cat['id']}", token=token)).json
    assert one == of_cat

    assert (await api("POST", f"/api/v1/notifications/requests/{of_ben['id']}/accept", token=token)).json == {}
    assert (await api("GET", "/api/v1/notifications/requests/merged", token=token)).json == {"merged": True}
    assert len((await api("GET", "/api/v1/notifications", token=token)).json) == 2
    assert (await api("POST", "/api/v1/notifications/requests/dismiss", token=token,
                      json={"id": [of_cat["id"]]})).status == 200
    assert (await api("GET", "/api/v1/notifications/requests", token=token)).json == []
    assert (await api("GET", f"/api/v1/notifications/requests/{of_cat['id']}", token=token)).status == 404
    assert (await api("POST", f"/api/v1/notifications/requests/{of_cat['id']}/accept", token=token)).status == 404


@pytest.mark.parametrize("target", [
    "/api/v1/notifications/abc", "/api/v1/notifications/99999999999999999999", "/api/v1/notifications/1",
    "/api/v2/notifications/nonsense", "/api/v2/notifications/follow-1e9", "/api/v2/notifications/favourite-x-1",
    "/api/v2/notifications/ungrouped-99999999999999999999", "/api/v2/notifications/follow-99999999999999",
    "/api/v2/notifications/follow-\u0663/accounts", "/api/v1/notifications/requests/1"])
async def test_what_is_no_notification_is_not_found(api, target):
    (_, token), = await signed_in(f"ann{abs(hash(target)) % 10**9}")
    answer = await api("GET", target.encode().decode("latin-1"), token=token)
    assert (answer.status, answer.json) == (404, {"error": "Record not found"})


async def test_bad_paging_is_refused(api):
    (_, token), = await signed_in("ann35")
    assert (await api("GET", "/api/v1/notifications?limit=-1", token=token)).status == 400
    assert (await api("GET", "/api/v1/notifications?max_id=abc", token=token)).status == 400
