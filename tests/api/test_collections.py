"""Collections as apps meet them, and how whoever is recommended keeps the say over it."""

import msgspec
import pytest

from petrel.api.live.events import notified
from petrel.core.doors import reading, writing
from petrel.core.viewer import Member, System
from petrel.features import accounts, moderation
from petrel.features.collections import jobs
from tests.api.members import Members
from tests.api.schemas import read
from tests.api.schemas.collections import (
    CollectionsWithAccountPreviews,
    CollectionWithAccounts,
    WrappedCollection,
    WrappedCollectionItem,
)
from tests.drain import drain


@pytest.fixture
def api(api):
    return Members(api)


async def cast(api, count=3, **named):
    """An owner, and others who let themselves be proposed."""
    owner, *others = await api.join(count, **named)
    for one in (owner, *others):
        await api.set(one, is_discoverable=True)
    return [owner, *others]


async def made(api, owner, *others, **body):
    told = await api.post("/api/v1/collections", as_=owner, **{"name": "Sea birds", "account_ids": [
        str(one.id) for one in others], **body})
    return read(told, WrappedCollection).collection


async def within(api, number, viewer):
    """Who is in it, as somebody sees it; None when they see no such thing."""
    told = await api.get(f"/api/v1/collections/{number}", as_=viewer)
    if told.status == 404:
        return None
    found = read(told, CollectionWithAccounts)
    shown = [int(one.account_id) for one in found.collection.items]
    assert [int(one.id) for one in found.accounts] == list(dict.fromkeys([int(found.collection.account_id), *shown]))
    assert found.collection.item_count == len(shown)
    return shown


async def restrict(who, state, *, to=True):
    async with writing(System("test"), cause="test") as w:
        await (accounts.restrict if to else accounts.release)(w, who.id, state)


async def told_of(api, who, kind):
    await drain("notifications")
    return (await api.get(f"/api/v1/notifications?types[]={kind}", as_=who)).json


async def test_a_collection_from_making_to_deleting(api):
    ann, ben, cid = await cast(api)
    told = await api.post("/api/v1/collections", as_=ann, name=" Sea birds ", description="Gulls & <b>terns</b>",
                          language="en", tag_name="#SeaBirds", sensitive=True, account_ids=[str(ben.id)])
    one = read(told, WrappedCollection).collection
    assert (one.name, one.description) == ("Sea birds", "Gulls &amp; &lt;b&gt;terns&lt;/b&gt;")
    assert (one.language, one.sensitive, one.discoverable, one.tag.name) == ("en", True, True, "SeaBirds")
    assert one.tag.url.endswith("/tags/seabirds") and one.url.endswith(f"/collections/{one.id}")
    for who in (ann, ben, cid, None):
        found = read(await api.get(f"/api/v1/collections/{one.id}", as_=who), CollectionWithAccounts)
        assert [int(x.id) for x in found.accounts] == [ann.id, ben.id] and found.collection == one
    told = await api.post(f"/api/v1/collections/{one.id}/items", as_=ann, account_id=str(cid.id))
    item = read(told, WrappedCollectionItem).collection_item
    assert (item.account_id, item.state) == (str(cid.id), "accepted")
    told = await api.ask("PATCH", f"/api/v1/collections/{one.id}", as_=ann, name="Waders", tag_name="", language=None,
                         discoverable=False)
    new = read(told, WrappedCollection).collection
    assert (new.name, new.description, new.tag, new.language, new.discoverable, new.sensitive) == (
        "Waders", one.description, None, None, False, True)
    for who, shown in ((ann, [one.id]), (ben, []), (None, [])):
        told = await api.get(f"/api/v1/accounts/{ann.id}/collections", as_=who)
        assert [x.id for x in read(told, CollectionsWithAccountPreviews).collections] == shown
    told = await api.get(f"/api/v1/accounts/{ben.id}/in_collections", as_=ben)
    assert [x.id for x in read(told, CollectionsWithAccountPreviews).collections] == [one.id]
    for status in (200, 404):
        told = await api.ask("DELETE", f"/api/v1/collections/{one.id}/items/{one.items[0].id}", as_=ann)
        assert told.status == status and await within(api, one.id, None) == [cid.id]
    told = await api.post(f"/api/v1/collections/{one.id}/items/{item.id}/revoke", as_=cid)
    assert (told.status, told.json) == (200, {}) and await within(api, one.id, ann) == []
    assert (await api.ask("DELETE", f"/api/v1/collections/{one.id}", as_=ann)).json == {}
    assert await within(api, one.id, ann) is None


async def test_the_addresses_of_the_previews_are_the_same(api):
    ann, ben = await cast(api, 2)
    told = await api.post("/api/v1_alpha/collections", as_=ann, name="Gulls")
    one = read(told, WrappedCollection).collection
    told = await api.post(f"/api/v1_alpha/collections/{one.id}/items", as_=ann, account_id=str(ben.id))
    item = read(told, WrappedCollectionItem).collection_item
    assert (await api.ask("PATCH", f"/api/v1_alpha/collections/{one.id}", as_=ann, name="Terns")).status == 200
    found = read(await api.get(f"/api/v1_alpha/collections/{one.id}"), CollectionWithAccounts).collection
    assert (found.name, found.items) == ("Terns", [item])
    told = await api.get(f"/api/v1_alpha/accounts/{ann.id}/collections")
    assert read(told, CollectionsWithAccountPreviews).collections == [found]
    told = await api.get(f"/api/v1_alpha/accounts/{ben.id}/in_collections", as_=ben)
    assert read(told, CollectionsWithAccountPreviews).collections == [found]
    assert (await api.get(f"/api/v1_alpha/accounts/{ben.id}/in_collections")).status == 422
    assert (await api.post(f"/api/v1_alpha/collections/{one.id}/items/{item.id}/revoke", as_=ben)).json == {}
    cid, = await cast(api, 1)
    told = await api.post(f"/api/v1_alpha/collections/{one.id}/items", as_=ann, account_id=str(cid.id))
    number = told.json["collection_item"]["id"]
    assert (await api.ask("DELETE", f"/api/v1_alpha/collections/{one.id}/items/{number}", as_=ann)).json == {}
    assert (await api.ask("DELETE", f"/api/v1_alpha/collections/{one.id}", as_=ann)).json == {}


@pytest.mark.parametrize("body, text", [
    ({"name": " "}, "Validation failed: Name can't be blank"),
    ({"name": "x" * 41}, "Validation failed: Name is too long (maximum is 40 characters)"),
    ({"description": "x" * 101}, "Validation failed: Description is too long (maximum is 100 characters)"),
    ({"tag_name": "two words"}, "Validation failed: Tag name is invalid"),
    ({"language": "not a language"}, "Validation failed: Language is not a language"),
    ({"account_ids": ["1"]}, "Validation failed: This account cannot be added to the collection"),
    ({"account_ids": [str(n) for n in range(1, 27)]}, "Validation failed: A collection has at most 25 accounts"),
])
async def test_wrong_collections_are_refused(api, body, text):
    ann, = await cast(api, 1)
    told = await api.post("/api/v1/collections", as_=ann, **{"name": "x", **body})
    assert (told.status, told.error) == (422, text)
    assert (await api.get(f"/api/v1/accounts/{ann.id}/collections", as_=ann)).json["collections"] == []


async def test_only_the_owner_changes_it_and_only_who_is_in_it_leaves_it(api):
    ann, ben, eve = await cast(api)
    one = await made(api, ann, ben)
    target = f"/api/v1/collections/{one.id}"
    for method, path, body in (
            ("PATCH", target, {"name": "Mine"}), ("DELETE", target, {}),
            ("POST", f"{target}/items", {"account_id": str(eve.id)}),
            ("DELETE", f"{target}/items/{one.items[0].id}", {}),
            ("POST", f"{target}/items/{one.items[0].id}/revoke", {})):
        told = await api.ask(method, path, as_=eve, **body)
        assert (told.status, told.error) == (403, "This action is not allowed"), (method, path)
        assert (await api.ask(method, path, **body)).status == 401
        assert (await api.ask(method, path.replace(one.id, "1"), as_=eve, **body)).status == 404
    told = await api.post(f"{target}/items", as_=ann)
    assert (told.status, told.error) == (422, "`account_id` parameter is missing")
    told = await api.post(f"{target}/items", as_=ann, account_id=str(ben.id))
    assert (told.status, told.error) == (422, "Validation failed: Account has already been taken")
    assert await within(api, one.id, None) == [ben.id]


async def test_who_is_in_what_is_for_whom_it_is_about(api):
    ann, ben, eve = await cast(api)
    await made(api, ann, ben)
    target = f"/api/v1/accounts/{ben.id}/in_collections"
    assert (await api.get(target, as_=eve)).status == 403 and (await api.get(target)).status == 401
    found = read(await api.get(target, as_=ben), CollectionsWithAccountPreviews)
    assert {int(x.id) for x in found.partial_accounts} == {ann.id, ben.id}


async def test_nobody_is_added_who_did_not_agree_to_be_proposed_or_is_kept_apart(api):
    ann, shy, blocking, blocked, guarded, limited, gone = await cast(api, 7)
    await api.set(shy, is_discoverable=False)
    await api.set(guarded, is_protected=True)
    await restrict(limited, "limited")
    await restrict(gone, "suspended")
    await api.post(f"/api/v1/accounts/{ann.id}/block", as_=blocking)
    await api.post(f"/api/v1/accounts/{blocked.id}/block", as_=ann)
    one = await made(api, ann)
    for who in (shy, blocking, blocked, guarded, limited, gone):
        told = await api.post(f"/api/v1/collections/{one.id}/items", as_=ann, account_id=str(who.id))
        assert (told.status, told.error) == (422, "Validation failed: This account cannot be added to the collection")
        assert (await api.post("/api/v1/collections", as_=ann, name="x", account_ids=[str(who.id)])).status == 422
    assert await within(api, one.id, ann) == []
    told = (await api.get(f"/api/v1/accounts/{shy.id}", as_=ann)).json["feature_approval"]
    assert told == {"automatic": [], "manual": [], "current_user": "denied"}
    told = (await api.get(f"/api/v1/accounts/{guarded.id}", as_=ann)).json["feature_approval"]
    assert told == {"automatic": ["followers"], "manual": [], "current_user": "denied"}


async def test_who_leaves_is_out_at_once_and_is_not_put_back(api):
    ann, ben, cid = await cast(api)
    one = await made(api, ann, ben, cid)
    [told] = await told_of(api, ben, "added_to_collection")
    assert told["account"]["id"] == str(ann.id) and told["collection"]["name"] == "Sea birds" and "status" not in told
    assert "fallback" not in told
    for types, is_known in (("mention", False), ("added_to_collection", True)):
        asked = f"?supported_types[]={types}"
        [again] = (await api.get(f"/api/v1/notifications{asked}", as_=ben)).json
        alone = (await api.get(f"/api/v1/notifications/{told['id']}{asked}", as_=ben)).json
        [group] = (await api.get(f"/api/v2/notifications{asked}", as_=ben)).json["notification_groups"]
        for shown in (again, alone, group):
            assert ("fallback" in shown) is not is_known
            assert is_known or "added you to a collection" in shown["fallback"]["title"]
            assert is_known or f'/collections/{one.id}">Sea birds' in shown["fallback"]["details"]
    item = next(x for x in told["collection"]["items"] if x["account_id"] == str(ben.id))
    target = f"/api/v1/collections/{one.id}/items/{item['id']}/revoke"
    for _ in range(2):
        assert (await api.post(target, as_=ben)).json == {}
    for who in (ann, ben, cid, None):
        assert await within(api, one.id, who) == [cid.id]
    assert (await api.get(f"/api/v1/accounts/{ben.id}/in_collections", as_=ben)).json["collections"] == []
    assert await told_of(api, ben, "added_to_collection") == []
    told = await api.post(f"/api/v1/collections/{one.id}/items", as_=ann, account_id=str(ben.id))
    assert (told.status, told.error) == (422, "Validation failed: This account cannot be added to the collection")


async def test_who_does_not_want_to_be_proposed_any_more_is_out_of_all_of_them(api):
    ann, ben, cid = await cast(api)
    one = await made(api, ann, ben, cid)
    await api.ask("PATCH", "/api/v1/accounts/update_credentials", as_=ben, discoverable=False)
    assert await within(api, one.id, None) == await within(api, one.id, cid) == [cid.id]
    for who in (ann, ben):          # these two learn that it waits for ben's consent
        items = (await api.get(f"/api/v1/collections/{one.id}", as_=who)).json["collection"]["items"]
        assert [x["state"] for x in items] == ["pending", "accepted"]


@pytest.mark.parametrize("blocks", ["owner", "featured"])
async def test_a_block_parts_them_for_good(api, blocks):
    ann, ben, cid = await cast(api)
    one = await made(api, ann, ben, cid)
    by, other = (ann, ben) if blocks == "owner" else (ben, ann)
    await api.post(f"/api/v1/accounts/{other.id}/block", as_=by)
    for who in (ann, cid, None):    # before any follower of the journal has run
        assert await within(api, one.id, who) == [cid.id]
    assert await within(api, one.id, ben) == ([cid.id] if blocks == "featured" else None)
    assert await told_of(api, ben, "added_to_collection") == []
    await drain("collections")
    async with reading(System("test")) as r:
        ordered = [row["args"] for row in await r.fetch("select args from ops.job where name = 'collections.part'")]
    assert msgspec.json.decode(ordered[-1]) == {"owner": ann.id, "account": ben.id}
    for _ in range(2):
        await jobs.part_them(ann.id, ben.id)
    await api.post(f"/api/v1/accounts/{other.id}/unblock", as_=by)
    assert await within(api, one.id, cid) == [cid.id]


async def test_it_is_shown_as_its_people_are(api):
    """Not of an owner, nor an account in it, that the viewer may not see; whom a viewer blocks is left out for them."""
    ann, ben, cid = await cast(api)
    one = await made(api, ann, ben, cid)
    await api.post(f"/api/v1/accounts/{ben.id}/block", as_=cid)
    assert await within(api, one.id, cid) == [cid.id] and await within(api, one.id, ben) == [ben.id]
    await restrict(ben, "suspended")
    assert await within(api, one.id, None) == [cid.id]
    items = (await api.get(f"/api/v1/collections/{one.id}", as_=ann)).json["collection"]["items"]
    assert [(x["state"], x["account_id"]) for x in items] == [("pending", None), ("accepted", str(cid.id))]
    await restrict(ben, "suspended", to=False)
    await api.set(ann, is_protected=True)
    eve, = await api.join()
    assert await within(api, one.id, eve) is None and await within(api, one.id, None) is None
    assert await within(api, one.id, ben) == [ben.id]       # nobody is recommended behind their back
    assert (await api.get(f"/api/v1/accounts/{ann.id}/collections", as_=eve)).json["collections"] == []
    await restrict(ann, "suspended")
    assert await within(api, one.id, ben) is None
    told = await api.post(f"/api/v1/collections/{one.id}/items/{one.items[0].id}/revoke", as_=ben)
    assert told.status == 200       # one may leave what one cannot see


async def test_whoever_is_in_it_is_told_when_it_is_called_something_else(api):
    ann, ben, eve = await cast(api)
    one = await made(api, ann, ben)
    assert await told_of(api, ben, "collection_update") == []
    for name in ("Bores", "Terrible bores"):
        await api.ask("PATCH", f"/api/v1/collections/{one.id}", as_=ann, name=name)
    [told] = await told_of(api, ben, "collection_update")
    assert told["collection"]["name"] == "Terrible bores"
    assert (await api.get(f"/api/v1/notifications/{told['id']}", as_=ben)).json == told
    streamed = await notified(Member(ben.id, accounts.digest_of(ben.token), frozenset(("read",))), [int(told["id"])])
    assert [msgspec.json.decode(entity) for _, entity in streamed] == [told]
    groups = (await api.get("/api/v2/notifications?types[]=collection_update", as_=ben)).json
    assert [g["collection"]["id"] for g in groups["notification_groups"]] == [one.id] and groups["statuses"] == []
    await api.ask("PATCH", f"/api/v1/collections/{one.id}", as_=ann, name="Terrible bores")
    assert [x["id"] for x in await told_of(api, ben, "collection_update")] == [told["id"]]
    assert await told_of(api, eve, "collection_update") == await told_of(api, ann, "collection_update") == []
    await api.post(f"/api/v1/accounts/{ann.id}/mute", as_=ben)
    assert await told_of(api, ben, "collection_update") == []
    await api.post(f"/api/v1/accounts/{ann.id}/unmute", as_=ben)
    await api.ask("DELETE", f"/api/v1/collections/{one.id}", as_=ann)
    assert (await api.get("/api/v1/notifications", as_=ben)).json == []
    assert await told_of(api, ben, "added_to_collection") == []


async def test_there_are_only_so_many(api):
    ann, *others = await cast(api, 27)
    one = await made(api, ann, *others[:25])
    told = await api.post(f"/api/v1/collections/{one.id}/items", as_=ann, account_id=str(others[25].id))
    assert (told.status, told.error) == (422, "Validation failed: A collection has at most 25 accounts")
    for n in range(9):
        await made(api, ann, name=f"No. {n}")
    told = await api.post("/api/v1/collections", as_=ann, name="One more")
    assert told.error == "Validation failed: You have reached the maximum number of collections"
    first = await api.get(f"/api/v1/accounts/{ann.id}/collections?limit=6")
    assert [x["name"] for x in first.json["collections"]] == [f"No. {n}" for n in (8, 7, 6, 5, 4, 3)]
    assert len(first.json["partial_accounts"]) == 1
    rest = await api.get(first.link("next"))
    assert [x["name"] for x in rest.json["collections"]] == ["No. 2", "No. 1", "No. 0", "Sea birds"]
    assert len(rest.json["partial_accounts"]) == 5 and rest.link("next") is None
    assert "offset=0" in rest.link("prev")


async def test_the_crew_can_take_one_down_and_put_it_back(api):
    ann, ben, cid = await cast(api)
    one, mod = await made(api, ann, ben, description="Rude words", tag_name="#rude"), await api.crew("moderator")
    told = await api.post("/api/v1/reports", as_=cid, account_id=str(ann.id), collection_ids=[one.id])
    assert told.json["collection_ids"] == [one.id] and told.json["status_ids"] == []
    seen = await api.get(f"/api/v1/admin/reports/{told.json['id']}", as_=mod)
    assert [x["name"] for x in seen.json["collections"]] == ["Sea birds"] and seen.json["statuses"] == []
    async with writing(System("test"), cause="test") as w:
        session = await accounts.open_session(w, mod.id)
    member = Member(mod.id, accounts.digest_of(session.token), is_session=True)
    async with reading(System("test")) as r:
        case = await r.value("select case_file from moderation.report where id = $1", int(told.json["id"]))
    async with reading(member) as r:
        [copy] = [e.copy for e in await moderation.evidence(r, case) if e.post == int(one.id)]
    assert (copy.name, copy.text) == ("Sea birds", "Rude words\n\n#rude")
    async with writing(member, cause="test") as w:
        [decision] = await moderation.decide(w, case, moderation.Verdict(
            "take_down", "rules", "1. Be kind", "It calls people names.", (int(one.id),)))
    for who in (ben, cid, None):
        assert await within(api, one.id, who) is None
    assert await within(api, one.id, ann) == [ben.id]
    assert await told_of(api, ben, "added_to_collection") == []
    async with writing(member, cause="test") as w:
        await moderation.undo(w, decision)
    assert await within(api, one.id, None) == [ben.id]
