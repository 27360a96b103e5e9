"""Operations beyond the first screens that no story of their own tells: called, their whole answers read."""

from typing import Any

import pytest

from tests.api import entities as e
from tests.api.entities import Empty, Relationship, Status, read
from tests.api.town import Person, settled
from tests.drain import drain
from tests.people import signed_in


async def people(api: Any, *handles: str) -> list[Person]:
    return [Person(api, m.account, t) for m, t in await signed_in(*handles)]


@pytest.mark.parametrize(("method", "target", "field", "sent", "value"), [
    ("POST", "/api/v1/accounts/{}/endorse", "endorsed", {}, True),
    ("POST", "/api/v1/accounts/{}/unendorse", "endorsed", {}, False),
    ("POST", "/api/v1/accounts/{}/pin", "endorsed", {}, True),
    ("POST", "/api/v1/accounts/{}/unpin", "endorsed", {}, False),
    ("POST", "/api/v1/accounts/{}/note", "note", {"comment": "met at the pier"}, "met at the pier"),
    ("POST", "/api/v1/accounts/{}/remove_from_followers", "followed_by", {}, False),
])
async def test_acts_towards_somebody(api: Any, site: Any, method: str, target: str, field: str, sent: Any,
                                     value: Any) -> None:
    verb = target.rpartition("/")[2]
    me, other = await people(api, f"me_{verb}", f"you_{verb}")
    await me.good("POST", f"/api/v1/accounts/{other.number}/follow")
    await other.good("POST", f"/api/v1/accounts/{me.number}/follow")
    relation = read(await me(method, target.format(other.number), **sent), Relationship)
    assert (relation.id, getattr(relation, field), relation.following) == (other.number, value, True)


async def test_marks_of_ones_own(api: Any, site: Any) -> None:
    me, other = await people(api, "marker", "marked")
    own, theirs = await me.post("my own"), await other.post("theirs")
    for method, target, field, value in (
        ("POST", f"/api/v1/statuses/{own}/pin", "pinned", True),
        ("POST", f"/api/v1/statuses/{own}/unpin", "pinned", False),
        ("POST", f"/api/v1/statuses/{theirs}/mute", "muted", True),
        ("POST", f"/api/v1/statuses/{theirs}/unmute", "muted", False),
    ):
        assert getattr(read(await me(method, target), Status), field) is value, target
    for verb in ("favourite", "bookmark", "reblog"):
        await me.good("POST", f"/api/v1/statuses/{theirs}/{verb}")
    await drain("counts")
    assert [s.id for s in read(await me("GET", "/api/v1/favourites"), list[Status])] == [theirs]
    assert [s.id for s in read(await me("GET", "/api/v1/bookmarks"), list[Status])] == [theirs]
    assert [a.id for a in read(await other("GET", f"/api/v1/statuses/{theirs}/reblogged_by"), list[e.Account])] == [
        me.number]


async def test_a_mark_taken_back_before_it_was_counted_leaves_no_count_below_zero(api: Any, site: Any) -> None:
    me, other = await people(api, "hasty", "slow")
    number = await other.post("counted in a moment")
    for verb, count in (("favourite", "favourites_count"), ("reblog", "reblogs_count")):
        await me.good("POST", f"/api/v1/statuses/{number}/{verb}")
        assert (await me.good("POST", f"/api/v1/statuses/{number}/un{verb}"))[count] == 0


async def test_versions_of_a_post(api: Any, site: Any) -> None:
    me, other = await people(api, "editor", "reader")
    number = await me.post("Frist for @reader", spoiler_text="soft")
    await me.good("PUT", f"/api/v1/statuses/{number}", status="First for @reader")
    old, new = read(await other("GET", f"/api/v1/statuses/{number}/history"), list[e.StatusEdit])
    assert "Frist" in old.content and "First" in new.content and old.spoiler_text == "soft"
    assert '/@reader"' in old.content and old.created_at < new.created_at and new.account.id == me.number
    talk = await me.post("@reader only you", visibility="direct")
    [only] = read(await other("GET", f"/api/v1/statuses/{talk}/history"), list[e.StatusEdit])
    assert "only you" in only.content
    [stranger] = await people(api, "stranger")
    assert (await stranger("GET", f"/api/v1/statuses/{talk}/history")).status == 404
    await other.good("POST", f"/api/v1/accounts/{me.number}/block")
    [held] = read(await other("GET", f"/api/v1/statuses/{number}/history"), list[e.StatusEdit])
    assert (held.content, held.spoiler_text) == ("", "You have blocked this person")
    assert len(read(await other("GET", f"/api/v1/statuses/{number}/history?reveal=true"), list[e.StatusEdit])) == 2


async def test_members_of_a_list(api: Any, site: Any) -> None:
    me, one, two = await people(api, "lister", "listed_one", "listed_two")
    for other in (one, two):
        await me.good("POST", f"/api/v1/accounts/{other.number}/follow")
    number = (await me.good("POST", "/api/v1/lists", title="Those"))["id"]
    target = f"/api/v1/lists/{number}/accounts"
    assert read(await me("POST", target, account_ids=[one.number, two.number]), Empty) == Empty()
    found = read(await me("GET", f"/api/v1/lists/{number}/accounts"), list[e.Account])
    assert {account.id for account in found} == {one.number, two.number}
    assert read(await me("DELETE", f"/api/v1/lists/{number}/accounts", account_ids=[one.number]), Empty) == Empty()
    found = read(await me("GET", f"/api/v1/lists/{number}/accounts?limit=0"), list[e.Account])
    assert [account.id for account in found] == [two.number]
    stranger = (await me("GET", f"/api/v1/lists/{number}1/accounts")).status
    assert stranger == 404 and (await one("GET", f"/api/v1/lists/{number}/accounts")).status == 404


async def test_parts_of_a_filter(api: Any, site: Any) -> None:
    me, other = await people(api, "sifter", "sifted")
    number = await other.post("a post to be named")
    made = await me.good("POST", "/api/v2/filters", title="F", context=["home"],
                         keywords_attributes=[{"keyword": "word"}])
    await me.good("POST", f"/api/v2/filters/{made['id']}/statuses", status_id=number)
    [named] = read(await me("GET", f"/api/v2/filters/{made['id']}/statuses"), list[e.FilterStatus])
    assert named.status_id == number
    keyword = made["keywords"][0]["id"]
    assert (await other("DELETE", f"/api/v2/filters/keywords/{keyword}")).status == 404
    assert read(await me("DELETE", f"/api/v2/filters/keywords/{keyword}"), Empty) == Empty()
    assert read(await me("GET", f"/api/v2/filters/{made['id']}"), e.Filter).keywords == []


async def test_requests_policy_and_clearing(api: Any, site: Any) -> None:
    me, one, two = await people(api, "picky", "unknown_one", "unknown_two")
    changed = await me.good("PATCH", "/api/v1/notifications/policy", filter_not_following=True)
    assert changed["filter_not_following"] is True
    old = await me.good("GET", "/api/v1/notifications/policy")
    assert old == {**old, "filter_not_following": True, "filter_new_accounts": False}
    for other in (one, two):
        await other.post("@picky hello")
    await drain("notifications")
    first, second = read(await me("GET", "/api/v1/notifications/requests"), list[e.NotificationRequest])
    assert read(await me("POST", f"/api/v1/notifications/requests/{first.id}/dismiss"), Empty) == Empty()
    assert read(await me("POST", "/api/v1/notifications/requests/accept", id=[second.id]), Empty) == Empty()
    assert read(await me("GET", "/api/v1/notifications/requests"), list[e.NotificationRequest]) == []
    told = read(await me("GET", "/api/v1/notifications"), list[e.Notification])
    assert [one.account.id for one in told] == [second.account.id]
    assert read(await me("POST", "/api/v2/notifications/clear"), Empty) == Empty()
    assert read(await me("GET", "/api/v1/notifications"), list[e.Notification]) == []


async def test_a_conversation_is_read_unread_and_put_away(api: Any, site: Any) -> None:
    me, other = await people(api, "talker", "answerer")
    await other.post("@talker a word", visibility="direct")
    await drain("notifications")
    [talk] = read(await me("GET", "/api/v1/conversations"), list[e.Conversation])
    assert talk.unread and [a.id for a in talk.accounts] == [other.number]
    assert read(await me("POST", f"/api/v1/conversations/{talk.id}/read"), e.Conversation).unread is False
    assert read(await me("POST", f"/api/v1/conversations/{talk.id}/unread"), e.Conversation).unread is True
    stranger, = await people(api, "passer_by")
    assert (await stranger("POST", f"/api/v1/conversations/{talk.id}/unread")).status == 404
    assert read(await me("DELETE", f"/api/v1/conversations/{talk.id}"), Empty) == Empty()
    assert read(await me("GET", "/api/v1/conversations"), list[e.Conversation]) == []
    assert len(read(await other("GET", "/api/v1/conversations"), list[e.Conversation])) == 1


async def test_who_am_i_asked_by_post(api: Any, site: Any) -> None:
    town = await settled(api)
    refused = await town.ann("POST", "/oauth/userinfo")
    assert (refused.status, refused.json["error"]) == (403, "This action is outside the authorized scopes")
