"""Posts over HTTP, as apps send and read them."""

from datetime import datetime

import pytest

from petrel.api import statuses, timelines
from petrel.core.doors import current, writing
from petrel.core.viewer import System
from petrel.features import accounts
from tests.drain import drain
from tests.people import follow, signed_in

# Fields that typed clients insist on. source: the client API's documented Status and Account entities.
STATUS = {
    "id",
    "uri",
    "created_at",
    "account",
    "content",
    "visibility",
    "sensitive",
    "spoiler_text",
    "media_attachments",
    "application",
    "mentions",
    "tags",
    "emojis",
    "reblogs_count",
    "favourites_count",
    "replies_count",
    "url",
    "in_reply_to_id",
    "in_reply_to_account_id",
    "reblog",
    "poll",
    "card",
    "language",
    "edited_at",
}
VIEWERS = {"favourited", "reblogged", "muted", "bookmarked", "filtered"}
ACCOUNT = {
    "id",
    "username",
    "acct",
    "url",
    "uri",
    "display_name",
    "note",
    "avatar",
    "avatar_static",
    "header",
    "header_static",
    "locked",
    "fields",
    "emojis",
    "bot",
    "group",
    "discoverable",
    "created_at",
    "last_status_at",
    "statuses_count",
    "followers_count",
    "following_count",
}

assert statuses and timelines  # importing them registers the routes


async def test_a_post_is_an_entity_with_everything_that_typed_clients_need(api, site):
    [(ada, token)] = await signed_in("ada")
    made = await api(
        "POST", "/api/v1/statuses", token=token, form={"status": "Hello @ada, see https://example.com #Terns"}
    )
    assert made.status == 200
    for answer in (made, await api("GET", f"/api/v1/statuses/{made.json['id']}", token=token)):
        status = answer.json
        assert STATUS | VIEWERS | {"pinned"} <= status.keys() and status["account"].keys() >= ACCOUNT
        assert status["account"]["id"] == str(ada.account) and status["visibility"] == "public"
        assert [m["acct"] for m in status["mentions"]] == ["ada"] and [t["name"] for t in status["tags"]] == ["terns"]
        assert 'class="u-url mention"' in status["content"] and 'class="mention hashtag"' in status["content"]
        assert datetime.fromisoformat(status["created_at"]).microsecond % 1000 == 0
        assert (int(status["id"]) >> 16) == int(datetime.fromisoformat(status["created_at"]).timestamp() * 1000)
    anonymous = (await api("GET", f"/api/v1/statuses/{made.json['id']}")).json
    assert anonymous.keys() >= STATUS and not VIEWERS & anonymous.keys()


@pytest.mark.parametrize("how", ["form", "json", "query"])
async def test_parameters_arrive_in_any_form(api, site, how):
    [(_, token)] = await signed_in(f"bea_{how}")
    sent = {"status": "in any form", "visibility": "unlisted", "spoiler_text": "careful"}
    target = "/api/v1/statuses" + (
        "?status=in+any+form&visibility=unlisted&spoiler_text=careful" if how == "query" else ""
    )
    answer = await api("POST", target, token=token, **({} if how == "query" else {how: sent}))
    assert (answer.json["visibility"], answer.json["spoiler_text"], answer.json["sensitive"]) == (
        "unlisted",
        "careful",
        True,
    )


async def test_hidden_and_missing_are_the_same_answer(api, site):
    (dee, token), (_, other) = await signed_in("dee", "dora")
    hidden = (await api("POST", "/api/v1/statuses", token=token, json={"status": "mine", "visibility": "direct"})).json[
        "id"
    ]
    missing = str(int(hidden) + (1 << 16))
    answers = [await api("GET", f"/api/v1/statuses/{number}", token=other) for number in (hidden, missing, "nonsense")]
    assert {(a.status, a.body) for a in answers} == {(404, b'{"error":"Record not found"}')}
    same = [{k: v for k, v in a.headers.items() if k != "x-request-id"} for a in answers]
    assert same[0] == same[1] == same[2]
    for verb in ("favourite", "reblog", "bookmark", "pin", "mute", "context", "source", "history"):
        method = "GET" if verb in ("context", "source", "history") else "POST"
        assert (await api(method, f"/api/v1/statuses/{hidden}/{verb}", token=other)).status == 404
    assert (await api("DELETE", f"/api/v1/statuses/{hidden}", token=other)).status == 404
    assert (await api("GET", f"/api/v1/statuses/{hidden}", token=token)).status == 200 and dee


async def test_marks_show_at_once_and_their_counts_follow_the_journal(api, site):
    (_, mine), (_, theirs) = await signed_in("eli", "eva")
    number = (await api("POST", "/api/v1/statuses", token=mine, json={"status": "like me"})).json["id"]
    liked = (await api("POST", f"/api/v1/statuses/{number}/favourite", token=theirs)).json
    assert (liked["favourited"], liked["favourites_count"]) == (True, 1)
    boosted = (await api("POST", f"/api/v1/statuses/{number}/reblog", token=theirs)).json
    assert boosted["reblog"]["id"] == number and boosted["reblog"]["reblogged"] and boosted["id"] != number
    assert (await api("POST", f"/api/v1/statuses/{number}/reblog", token=theirs)).json["id"] == boosted["id"]
    await api("POST", "/api/v1/statuses", token=theirs, json={"status": "answer", "in_reply_to_id": number})
    await drain("counts")
    seen = (await api("GET", f"/api/v1/statuses/{number}")).json
    assert (seen["favourites_count"], seen["reblogs_count"], seen["replies_count"]) == (1, 1, 1)
    assert [a["acct"] for a in (await api("GET", f"/api/v1/statuses/{number}/favourited_by", token=mine)).json] == [
        "eva"
    ]
    gone = (await api("POST", f"/api/v1/statuses/{number}/unfavourite", token=theirs)).json
    assert (gone["favourited"], gone["favourites_count"]) == (False, 0)
    await api("POST", f"/api/v1/statuses/{number}/unreblog", token=theirs)
    await drain("counts")
    seen = (await api("GET", f"/api/v1/statuses/{number}")).json
    assert (seen["favourites_count"], seen["reblogs_count"], seen["replies_count"]) == (0, 0, 1)


async def test_a_reply_to_a_narrow_post_does_not_count_for_everybody(api, site):
    (fay, mine), (flo, theirs) = await signed_in("fay", "flo")
    await follow(flo, fay)
    number = (await api("POST", "/api/v1/statuses", token=mine, json={"status": "open"})).json["id"]
    await api(
        "POST",
        "/api/v1/statuses",
        token=theirs,
        json={"status": "narrow", "in_reply_to_id": number, "visibility": "private"},
    )
    await drain("counts")
    assert (await api("GET", f"/api/v1/statuses/{number}")).json["replies_count"] == 0


async def test_a_thread_is_ancestors_and_descendants_in_order(api, site):
    [(_, token)] = await signed_in("gus")
    numbers, parent = [], None
    for text in ("one", "two", "three", "four"):
        parent = (
            await api("POST", "/api/v1/statuses", token=token, json={"status": text, "in_reply_to_id": parent})
        ).json["id"]
        numbers.append(parent)
    context = (await api("GET", f"/api/v1/statuses/{numbers[1]}/context", token=token)).json
    assert [s["id"] for s in context["ancestors"]] == numbers[:1]
    assert [s["id"] for s in context["descendants"]] == numbers[2:]


async def test_editing_deleting_and_the_text_for_writing_it_anew(api, site):
    (_, token), (_, other) = await signed_in("hal", "hea")
    number = (await api("POST", "/api/v1/statuses", token=token, json={"status": "frist"})).json["id"]
    edited = (await api("PUT", f"/api/v1/statuses/{number}", token=token, json={"status": "first"})).json
    assert edited["content"] == "<p>first</p>" and edited["edited_at"]
    assert [v["content"] for v in (await api("GET", f"/api/v1/statuses/{number}/history")).json] == [
        "<p>frist</p>",
        "<p>first</p>",
    ]
    assert (await api("GET", f"/api/v1/statuses/{number}/source", token=token)).json["text"] == "first"
    assert (await api("GET", f"/api/v1/statuses/{number}/source", token=other)).status == 404
    assert (await api("DELETE", f"/api/v1/statuses/{number}", token=token)).json["text"] == "first"
    assert (await api("GET", f"/api/v1/statuses/{number}", token=token)).status == 404


async def test_a_home_page_costs_at_most_two_queries_and_joins_by_link(api, site):
    (ida, mine), (ian, theirs) = await signed_in("ida", "ian")
    await follow(ida, ian)
    sent = [
        (await api("POST", "/api/v1/statuses", token=theirs, json={"status": f"n{i}"})).json["id"] for i in range(9)
    ]
    await api("GET", "/api/v1/timelines/home?limit=4", token=mine)  # who reads for the first time, sign-in included
    before = current().queries
    first = await api("GET", "/api/v1/timelines/home?limit=4", token=mine)
    # The page, and (without the followers' process there is no ring) the candidates.
    assert current().queries - before == 2
    assert [s["id"] for s in first.json] == sent[:-5:-1]
    following = first.headers["link"].split(">")[0].partition("?")[2]
    second = await api("GET", f"/api/v1/timelines/home?{following}", token=mine)
    assert [s["id"] for s in second.json] == sent[4:0:-1] and 'rel="prev"' in second.headers["link"]


async def test_a_protected_accounts_posts_are_for_approved_followers(api, site):
    [(joy, mine)] = await signed_in("joy", protected=True)
    [(jan, theirs)] = await signed_in("jan")
    number = (await api("POST", "/api/v1/statuses", token=mine, json={"status": "for mine"})).json
    assert number["visibility"] == "private"
    for token in (None, theirs):
        assert (await api("GET", f"/api/v1/statuses/{number['id']}", token=token)).status == 404
        assert (await api("GET", f"/api/v1/accounts/{joy.account}/statuses", token=token)).json == []
    assert jan


async def test_markers_say_how_far_was_read(api, site):
    [(_, token)] = await signed_in("kim")
    assert (await api("GET", "/api/v1/markers?timeline[]=home", token=token)).json == {}
    await api("POST", "/api/v1/markers", token=token, json={"home": {"last_read_id": "4711"}})
    again = await api("POST", "/api/v1/markers", token=token, form={"home[last_read_id]": "4712"})
    assert again.json["home"]["last_read_id"] == "4712" and again.json["home"]["version"] == 2


async def test_a_boost_of_ones_own_is_taken_back_by_deleting_it_and_nobody_elses(api, site):
    (_, mine), (_, theirs) = await signed_in("leo", "lia")
    number = (await api("POST", "/api/v1/statuses", token=mine, json={"status": "boost me"})).json["id"]
    boost = (await api("POST", f"/api/v1/statuses/{number}/reblog", token=theirs)).json["id"]
    assert (await api("DELETE", f"/api/v1/statuses/{boost}", token=mine)).status == 404
    assert (await api("GET", f"/api/v1/statuses/{boost}", token=mine)).status == 200
    assert (await api("DELETE", f"/api/v1/statuses/{boost}", token=theirs)).json["reblog"]["id"] == number
    assert (await api("GET", f"/api/v1/statuses/{boost}", token=mine)).status == 404
    assert (await api("GET", f"/api/v1/statuses/{number}", token=mine)).status == 200


async def test_since_id_gives_the_newest_and_min_id_the_next(api, site):
    [(_, token)] = await signed_in("mia")
    sent = []
    for i in range(6):
        sent.append((await api("POST", "/api/v1/statuses", token=token, json={"status": f"n{i}"})).json["id"])
        await api("POST", f"/api/v1/statuses/{sent[-1]}/bookmark", token=token)
    link = (await api("GET", "/api/v1/bookmarks?limit=6", token=token)).headers["link"]
    oldest = link.partition("max_id=")[2].partition(">")[0]
    newest = await api("GET", f"/api/v1/bookmarks?limit=2&since_id={oldest}", token=token)
    following = await api("GET", f"/api/v1/bookmarks?limit=2&min_id={oldest}", token=token)
    assert [s["id"] for s in newest.json] == sent[:3:-1] and [s["id"] for s in following.json] == sent[2:0:-1]


async def test_an_app_that_may_only_write_changes_and_takes_back_what_is_not_public(api, site):
    [(ada, token)] = await signed_in("w_only")
    async with writing(System("tests"), cause="tests") as w:
        [app] = await accounts.issue_tokens_many(w, [ada.account], ["write:statuses"])
    made = await api("POST", "/api/v1/statuses", token=app, json={"status": "a slip", "visibility": "private"})
    target = f"/api/v1/statuses/{made.json['id']}"
    changed = await api("PUT", target, token=app, json={"status": "no slip"})
    assert (changed.status, changed.json["content"]) == (200, "<p>no slip</p>")
    assert (await api("GET", target, token=app)).status == 403
    gone = await api("DELETE", target, token=app)
    assert (gone.status, gone.json["text"], gone.json["content"]) == (200, "no slip", "<p>no slip</p>")
    assert (await api("GET", target, token=token)).status == 404


async def test_visibility_of_an_edit_narrows_and_never_widens(api, site):
    [(_, token)] = await signed_in("narrower")
    made = await api("POST", "/api/v1/statuses", token=token, json={"status": "oh"})
    target = f"/api/v1/statuses/{made.json['id']}"
    narrowed = await api("PUT", target, token=token, json={"visibility": "private"})
    assert (narrowed.status, narrowed.json["visibility"], narrowed.json["edited_at"]) == (200, "private", None)
    assert (await api("GET", target)).status == 404
    assert (await api("PUT", target, token=token, json={"visibility": "private"})).status == 200
    for wider in ("unlisted", "public"):
        refused = await api("PUT", target, token=token, json={"status": "changed?", "visibility": wider})
        assert refused.status == 403 and "on the web" in refused.json["error"]
    assert (await api("PUT", target, token=token, json={"visibility": "direct"})).status == 422
    both = await api("PUT", target, token=token, json={"status": "changed", "visibility": "private"})
    assert (both.json["content"], both.json["visibility"]) == ("<p>changed</p>", "private")
    history = await api("GET", f"{target}/history", token=token)
    assert [v["content"] for v in history.json] == ["<p>oh</p>", "<p>changed</p>"]
