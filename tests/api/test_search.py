"""Search and hashtag timelines over HTTP."""

import itertools

from petrel.api import accounts_self, statuses, timelines  # noqa: F401
from petrel.api import search as _search  # noqa: F401
from petrel.core import limits
from petrel.core.doors import deriving, writing
from petrel.core.viewer import System
from petrel.features import posts, relationships
from petrel.features.posts import Audience
from petrel.features.search import building
from petrel.worker import jobs
from tests.drain import drain
from tests.people import act, publish, signed_in

_count = itertools.count(1)


def name(word):
    number = next(_count)
    return word + "q" + "".join(chr(97 + number // 26 ** n % 26) for n in range(3))


async def set_column(member, column, value):
    async with writing(System("test"), cause="test") as w:
        await w.execute(f"update accounts.account set {column} = $2 where id = $1", member.account, value)
        w.record("accounts.account.changed", member.account)


def ids(answer, part=None):
    return [int(one["id"]) for one in (answer.json if part is None else answer.json[part])]


async def test_people_posts_and_hashtags_in_one_answer(api):
    word = name("osprey")
    (author, token), (reader, other) = await signed_in(name(word), name("reader"), indexable=True)
    post = (await publish(author, f"#{word} over the water")).id
    await drain("search")
    answer = await api("GET", f"/api/v2/search?q={word}", token=other)
    assert answer.status == 200 and answer.json.keys() == {"accounts", "statuses", "hashtags"}
    assert ids(answer, "accounts") == [author.account]
    assert ids(answer, "statuses") == [post]
    [tag] = answer.json["hashtags"]
    assert tag["name"] == word and tag["url"] == f"{limits.current().base_url}/tags/{word}" and len(tag["history"]) == 7
    for kind in ("accounts", "statuses", "hashtags"):
        answer = await api("GET", f"/api/v2/search?q={word}&type={kind}", token=other)
        assert [part for part in ("accounts", "statuses", "hashtags") if answer.json[part]] == [kind]
    own = await api("GET", f"/api/v2/search?q=%23{word}", token=token)
    assert own.json["accounts"] == [] and ids(own, "statuses") == [post]
    assert reader


async def test_without_a_token_there_are_people_and_hashtags_only(api):
    word = name("dunlin")
    (author, _), = await signed_in(word, indexable=True)
    await publish(author, f"#{word}")
    await drain("search")
    answer = await api("GET", f"/api/v2/search?q={word}")
    assert ids(answer, "accounts") == [author.account]
    assert answer.json["statuses"] == [] and len(answer.json["hashtags"]) == 1
    assert (await api("GET", f"/api/v2/search?q={word}&offset=1&type=accounts")).status == 401
    assert (await api("GET", f"/api/v2/search?q={word}&resolve=true")).status == 401


async def test_paging_by_offset_and_by_id(api):
    word = name("sanderling")
    (author, _), (_, token) = await signed_in(name("author"), name("reader"), indexable=True)
    made = [(await publish(author, f"{word} {n}")).id for n in range(7)]
    await drain("search")
    at = f"/api/v2/search?q={word}%20&type=statuses&limit=3"
    assert ids(await api("GET", at, token=token), "statuses") == made[:3:-1]
    assert ids(await api("GET", f"{at}&offset=3", token=token), "statuses") == made[3:0:-1]
    assert ids(await api("GET", f"{at}&offset=6", token=token), "statuses") == made[:1]
    assert ids(await api("GET", f"{at}&offset=9", token=token), "statuses") == []
    assert ids(await api("GET", f"{at}&max_id={made[2]}", token=token), "statuses") == made[1::-1]
    assert ids(await api("GET", f"{at}&min_id={made[0]}", token=token), "statuses") == made[3:0:-1]
    assert ids(await api("GET", f"{at}&account_id={author.account}", token=token), "statuses") == made[:3:-1]
    assert ids(await api("GET", f"{at}&account_id=1", token=token), "statuses") == []


async def test_hidden_posts_make_room_for_the_next(api):
    word = name("curlew")
    authors = await signed_in(*(name("author") for _ in range(6)), indexable=True)
    (_, token), = await signed_in(name("reader"))
    made = [(await publish(author, word)).id for author, _ in authors]
    await drain("search")
    for author, _ in authors[2:5]:
        await set_column(author, "state", 128)
    answer = await api("GET", f"/api/v2/search?q={word}%20&type=statuses&limit=3", token=token)
    assert ids(answer, "statuses") == [made[5], made[1], made[0]]


async def test_addresses_of_this_site_are_found(api):
    handle = name("addressed")
    (author, token), (reader, other) = await signed_in(handle, name("reader"))
    post = (await publish(author, "here")).id
    narrow = (await publish(author, "not here", audience=Audience.FOLLOWERS)).id
    base = limits.current().base_url
    for address, part, number in ((f"{base}/@{handle}/{post}", "statuses", post),
                                  (f"{base}/ap/users/{author.account}/statuses/{post}", "statuses", post),
                                  (f"{base}/@{handle}", "accounts", author.account),
                                  (f"{base}/ap/users/{author.account}", "accounts", author.account)):
        assert ids(await api("GET", f"/api/v2/search?resolve=true&q={address}", token=other), part) == [number]
    for address in (f"{base}/@{handle}/{narrow}", f"{base}/@{handle}/99999999999999999999"[:60], f"{base}/@nobody",
                    f"{base}/ap/users/9999999999999999999"):
        answer = await api("GET", f"/api/v2/search?resolve=true&q={address}", token=other)
        assert answer.json == {"accounts": [], "statuses": [], "hashtags": []}, address
    assert ids(await api("GET", f"/api/v2/search?q={base}/@{handle}/{narrow}", token=token), "statuses") == [narrow]
    assert reader


async def test_bad_searches_are_refused_or_empty(api):
    (_, token), = await signed_in(name("reader"))
    assert (await api("GET", "/api/v2/search", token=token)).status == 400
    assert (await api("GET", "/api/v2/search?q=%20", token=token)).status == 400
    assert (await api("GET", "/api/v2/search?q=a&limit=-1", token=token)).status == 400
    assert (await api("GET", "/api/v2/search?q=a&offset=-1&type=accounts", token=token)).status == 400
    assert (await api("GET", "/api/v2/search?q=a&type=nonsense", token=token)).status == 422
    assert (await api("GET", "/api/v2/search?q=" + "a" * 1001, token=token)).status == 400
    for odd in ("%F0%9F%A6%80", "%22", "-", "from%3A", "%25", "%27", "%23", "%40", "%5C", "..", "a" * 999):
        assert (await api("GET", f"/api/v2/search?q={odd}", token=token)).status == 200, odd


async def test_account_search(api):
    stem = name("gannet")
    people = await signed_in(stem, f"{stem}two", f"{stem}six")
    (viewer, token), = await signed_in(name("viewer"))
    await act(viewer, relationships.follow, people[2][0].account)
    await drain("search")
    numbers = [member.account for member, _ in people]
    assert ids(await api("GET", f"/api/v1/accounts/search?q={stem}", token=token)) == [
        numbers[0], numbers[2], numbers[1]]
    assert ids(await api("GET", f"/api/v1/accounts/search?q={stem}&following=true", token=token)) == [numbers[2]]
    assert ids(await api("GET", f"/api/v1/accounts/search?q=@{stem}two", token=token)) == [numbers[1]]
    assert ids(await api("GET", f"/api/v1/accounts/search?q={stem}&limit=1&offset=1", token=token)) == [numbers[2]]
    assert ids(await api("GET", "/api/v1/accounts/search?q=", token=token)) == []
    await set_column(people[0][0], "state", 128)
    await act(people[1][0], relationships.block, viewer.account)
    left = await api("GET", f"/api/v1/accounts/search?q={stem}", token=token)
    assert ids(left)[0] == numbers[2] and numbers[0] not in ids(left)
    assert (await api("GET", f"/api/v1/accounts/search?q={stem}")).status == 401


async def test_a_hashtag_timeline_pages_and_combines(api):
    tag, other = name("Puffin"), name("Auk")
    (author, token), = await signed_in(name("author"))
    made = [(await publish(author, f"#{tag} {n}")).id for n in range(5)]
    both = (await publish(author, f"#{tag} #{other}")).id
    await publish(author, f"#{tag} hidden", audience=Audience.UNLISTED)
    await drain("search")
    every = [both, *made[::-1]]
    first = await api("GET", f"/api/v1/timelines/tag/{tag}?limit=4")
    assert ids(first) == every[:4]
    second = await api("GET", first.link("next"))
    assert ids(second) == every[4:]
    assert ids(await api("GET", second.link("prev"))) == every[:4]
    at = f"/api/v1/timelines/tag/{tag.lower()}"
    assert ids(await api("GET", f"{at}?all[]={other}", token=token)) == [both]
    assert ids(await api("GET", f"{at}?none[]={other}&limit=2", token=token)) == made[:2:-1]
    assert ids(await api("GET", f"/api/v1/timelines/tag/{other}?any[]={tag}&limit=40", token=token)) == every
    assert ids(await api("GET", f"{at}?local=true&since_id={made[3]}", token=token)) == [both, made[4]]
    assert ids(await api("GET", f"{at}?remote=true", token=token)) == []
    assert ids(await api("GET", "/api/v1/timelines/tag/nobodyusesthis")) == []
    await act(author, posts.delete, both)
    assert ids(await api("GET", at)) == made[::-1]


async def test_while_the_index_is_built_answers_say_so_and_never_fail(api):
    word = name("whimbrel")
    (author, token), = await signed_in(name("author"), indexable=True)
    post = (await publish(author, f"{word} #{word}")).id
    while await building.step():
        pass
    await drain("search")
    ready = await api("GET", f"/api/v2/search?q={word}", token=token)
    assert "x-petrel-search" not in ready.headers and ids(ready, "statuses") == [post]
    told = await api("GET", "/api/v1_alpha/async_refreshes/search-index", token=token)
    assert told.json["async_refresh"]["status"] == "finished"
    async with deriving("search") as w:
        for table in ("alive", "post_words", "account_words", "vocabulary", "tag"):
            await w.execute(f"delete from search.{table}")
    for target in (f"/api/v2/search?q={word}", f"/api/v1/accounts/search?q={word}", f"/api/v1/timelines/tag/{word}"):
        answer = await api("GET", target, token=token)
        assert answer.status == 200 and answer.headers["x-petrel-search"] == "catching-up", target
        assert answer.headers["mastodon-async-refresh"] == 'id="search-index", retry=30'
    told = await api("GET", "/api/v1_alpha/async_refreshes/search-index", token=token)
    assert told.json == {"async_refresh": {"id": "search-index", "status": "running", "result_count": None}}
    assert (await api("GET", "/api/v1_alpha/async_refreshes/other", token=token)).status == 404
    while await building.step():
        pass
    assert ids(await api("GET", f"/api/v2/search?q={word}", token=token), "statuses") == [post]


async def test_hashtags_say_whether_one_follows_them(api):
    [(_, token)] = await signed_in(name("tagger"))
    word = name("tag")
    assert (await api("POST", "/api/v1/statuses", token=token, json={"status": f"#{word} #{word}more"})).status == 200
    await drain("search")
    assert (await api("POST", f"/api/v1/tags/{word.upper()}/follow", token=token)).status == 200
    assert (await api("POST", f"/api/v1/tags/{word}more/feature", token=token)).status == 200
    found = (await api("GET", f"/api/v2/search?q={word}&type=hashtags", token=token)).json["hashtags"]
    assert {tag["name"]: (tag["following"], tag["featuring"]) for tag in found} == {
        word: (True, False), f"{word}more": (False, True)}
    anonymous = (await api("GET", f"/api/v2/search?q={word}&type=hashtags")).json["hashtags"]
    assert len(anonymous) == 2 and "following" not in anonymous[0]


async def test_whom_one_has_blocked_is_looked_up_by_their_address(api):
    handle = name("bothering")
    (viewer, token), (other, others_token), _ = await signed_in(name("viewer"), handle, handle + "too")
    await act(viewer, relationships.block, other.account)
    for typed in (handle, f"@{handle}", f"{handle}@{limits.current().domain}"):
        found = (await api("GET", f"/api/v2/search?q={typed}&type=accounts&resolve=true", token=token)).json["accounts"]
        assert found[0]["acct"] == handle and [account["acct"] for account in found].count(handle) == 1
        found = (await api("GET", f"/api/v2/search?q={typed}&type=accounts", token=token)).json["accounts"]
        assert handle not in [account["acct"] for account in found]
    # The other side gets what a look at the account's address gives them: its first line.
    mine = (await api("GET", f"/api/v1/accounts/{viewer.account}", token=token)).json["acct"]
    looked_up = (await api("GET", f"/api/v1/accounts/lookup?acct={mine}", token=others_token)).json
    found = await api("GET", f"/api/v2/search?q={mine}&type=accounts&resolve=true", token=others_token)
    assert found.json["accounts"] == [looked_up]


async def test_whoever_objects_to_being_found_is_out_of_search_at_once(api):
    """Without waiting for the index: the law asks the account at every showing."""
    word = name("plover")
    (author, token), (_, other) = await signed_in(name("author"), name("reader"), indexable=True)
    post = (await publish(author, f"A {word} on the beach")).id
    await drain("search")
    assert ids(await api("GET", f"/api/v2/search?q={word}", token=other), "statuses") == [post]
    answer = await api("PATCH", "/api/v1/accounts/update_credentials", token=token, json={"indexable": False})
    assert answer.status == 200 and answer.json["indexable"] is False
    assert ids(await api("GET", f"/api/v2/search?q={word}", token=other), "statuses") == []
    await drain()
    await jobs.drain()
    assert ids(await api("GET", f"/api/v2/search?q={word}", token=other), "statuses") == []
    assert ids(await api("GET", f"/api/v2/search?q={word}", token=token), "statuses") == [post]
