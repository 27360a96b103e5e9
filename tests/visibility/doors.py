"""The doors of each surface, and what each shows of one post to one viewer. A list is fetched once for a viewer and
read for every post; each cell is looked at on its own.
"""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from petrel.core import limits
from tests.api.plain import Answer
from tests.visibility import feeds, files, quoted, talked_about
from tests.visibility.asking import (
    NOTHING,
    Asker,
    Seen,
    api_single,
    chunk_seen,
    entity_seen,
    is_refused,
    marks_in,
    refusal,
    web_single,
)
from tests.visibility.expected import code
from tests.visibility.listening import listened, no_streams_for_anon, streamed
from tests.visibility.pushes import no_push_for_anon, pushed
from tests.visibility.taking_out import exported
from tests.visibility.world import COMMON, COUNTS, MARK, Person, Planted, World


class Door(Struct, frozen=True):
    """`surface`: whose cell decides what is seen here. `single`: one post is asked for by its address."""

    name: str
    surface: str
    is_web: bool
    is_single: bool
    see: Callable[["Visitor", Planted], Awaitable[Seen]]
    fits: Callable[["Visitor", Planted], bool] = lambda visitor, post: True
    # The forms that a code takes at this door, where it has its own.
    own: dict[str, set[str]] = {}


class Fetched(Struct):
    """A whole list: by post what of it stands there, and the marks in all of it."""

    entities: dict[int, dict[str, Any]]
    html: str
    marks: dict[int, set[str]]


class Visitor:
    """One viewer with one row of the law, who keeps the lists that were fetched."""

    def __init__(self, ask: Asker, world: World, row: str, person: Person | None) -> None:
        self.ask, self.world, self.row, self.person = ask, world, row, person
        self._lists: dict[str, asyncio.Task[Fetched]] = {}
        self._export: asyncio.Task[dict[int, set[str]]] | None = None
        self.subscribing: asyncio.Task[None] | None = None

    async def listed(self, target: str) -> Fetched:
        return await self._kept(target, self._fetch_listed)

    async def sheet(self, target: str) -> Fetched:
        return await self._kept("web " + target, self._fetch_sheet)

    async def told(self, target: str) -> Fetched:
        return await self._kept(target, self._fetch_told)

    async def streamed(self, post: Planted) -> Fetched:
        """What streams bring of all posts; of an author's own, who looks at nothing else, of that one."""
        assert self.person is not None
        posts = [post] if self.row == "author" else self.world.posts

        async def fetch(_: str) -> Fetched:
            assert self.person is not None
            found = await listened(self.ask, self.world, self.person, posts, self.world.lists.get(self.row, 0))
            return _fetched(found)
        return await self._kept("streams", fetch)

    async def export(self) -> dict[int, set[str]]:
        """The marks in all files of the viewer's export."""
        if self._export is None:
            assert self.person is not None
            self._export = asyncio.ensure_future(exported(self.ask, self.person, _marks_of))
        return await self._export

    async def _kept(self, target: str, fetch: Callable[[str], Awaitable[Fetched]]) -> Fetched:
        if target not in self._lists:
            self._lists[target] = asyncio.ensure_future(fetch(target))
        return await self._lists[target]

    async def _fetch_listed(self, target: str) -> Fetched:
        return _fetched(await self.ask.pages(target, self.person))

    async def _fetch_told(self, target: str) -> Fetched:
        """Notifications, one by one or in groups."""
        if "/v2/" not in target:
            found = await self.ask.pages(target, self.person)
            return _fetched([one["status"] for one in found if one.get("status")], json.dumps(found))
        answer = await self.ask.get(target, self.person)
        if is_refused(answer):
            return _fetched([])
        return _fetched(answer.json["statuses"], answer.body.decode())

    async def _fetch_sheet(self, target: str) -> Fetched:
        html = await self.ask.sheets(target.removeprefix("web "), self.person)
        return Fetched({}, html, _marks_of(html))


def _fetched(entities: list[dict[str, Any]], text: str | None = None) -> Fetched:
    return Fetched({int((e.get("reblog") or e)["id"]): e for e in entities}, "",
                   _marks_of(json.dumps(entities) if text is None else text))


def _marks_of(text: str) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for mark in MARK.finditer(text):
        found[int(mark[1])].add(mark[0][5:])
    return found


def _api(address: str) -> Callable[[Visitor, Planted], Awaitable[Seen]]:
    async def see(v: Visitor, post: Planted) -> Seen:
        return await api_single(v.ask, address.format(post=post), v.person, post)
    return see


def _list(address: str, *, told: bool = False) -> Callable[[Visitor, Planted], Awaitable[Seen]]:
    async def see(v: Visitor, post: Planted) -> Seen:
        target = address.format(post=post, list=v.world.lists.get(v.row, 0),
                                booster=v.world.neutral["booster"].id)
        found = await (v.told(target) if told else v.listed(target))
        seen = entity_seen(found.entities[post.id], post) if post.id in found.entities else Seen("nothing")
        seen.marks = seen.marks | frozenset(found.marks.get(post.number, ()))
        return seen
    return see


def _page(address: str, *, boost: bool = False) -> Callable[[Visitor, Planted], Awaitable[Seen]]:
    async def see(v: Visitor, post: Planted) -> Seen:
        found = await v.sheet(address.format(post=post))
        seen = chunk_seen(found.html, post, post.boost if boost else post.id)
        if seen is NOTHING:
            seen = Seen("nothing")
        seen.marks = seen.marks | frozenset(found.marks.get(post.number, ()))
        return seen
    return see


def _web(address: str) -> Callable[[Visitor, Planted], Awaitable[Seen]]:
    async def see(v: Visitor, post: Planted) -> Seen:
        return await web_single(v.ask, address.format(post=post), v.person, post)
    return see


async def _revealed(v: Visitor, post: Planted) -> Seen:
    """The second request, after the button: the whole text."""
    return await web_single(v.ask, f"{post.url}?reveal=1", v.person, post)


async def _revealed_by_id(v: Visitor, post: Planted) -> Seen:
    return await api_single(v.ask, f"/api/v1/statuses/{post.id}?reveal=true", v.person, post)


async def _history(v: Visitor, post: Planted) -> Seen:
    return await _older(v, post, f"/api/v1/statuses/{post.id}/history", "first")


async def _source(v: Visitor, post: Planted) -> Seen:
    return await _older(v, post, f"/api/v1/statuses/{post.id}/source", "text")


async def _older(v: Visitor, post: Planted, target: str, mark: str) -> Seen:
    answer = await v.ask.get(target, v.person)
    marks = marks_in(answer.body.decode(), post.number)
    assert answer.status in (200, 401, 403, 404), (target, answer.status)
    return Seen("full" if mark in marks else "nothing", "", marks)


async def _bulk(v: Visitor, post: Planted) -> Seen:
    some = [one.id for one in v.world.posts if one.number // 40 == post.number // 40]
    return await _list("/api/v1/statuses?" + "&".join(f"id[]={one}" for one in some))(v, post)


async def _around(v: Visitor, post: Planted) -> Seen:
    """As what the reply to it, which was opened, answers."""
    target = f"/api/v1/statuses/{post.neighbour}/context"
    answer = await v.ask.get(target, v.person)
    if answer.status != 200:
        return await refusal(v.ask, answer, target, v.person, post, web=False)
    whole = {int(e["id"]): e for e in (*answer.json["ancestors"], *answer.json["descendants"])}
    seen = entity_seen(whole[post.id], post) if post.id in whole else Seen("nothing")
    seen.marks = marks_in(answer.body.decode(), post.number)
    return seen


async def _around_page(v: Visitor, post: Planted) -> Seen:
    answer = await v.ask.get(post.neighbour_url, v.person, web=True)
    if answer.status != 200:
        return await refusal(v.ask, answer, post.neighbour_url, v.person, post, web=True)
    html = answer.body.decode()
    seen = chunk_seen(html, post, post.id)
    if seen is NOTHING:
        seen = Seen("nothing", "gap" if '<p class="gap">' in html else "")
    seen.marks = marks_in(html, post.number)
    return seen


async def _search(v: Visitor, post: Planted) -> Seen:
    target = f"/api/v2/search?q={post.mark()}"
    answer = await v.ask.get(target, v.person)
    return _in_answer(answer, post)


async def _search_of_author(v: Visitor, post: Planted) -> Seen:
    answer = await v.ask.get(f"/api/v2/search?q={COMMON}&type=statuses&account_id={post.author.id}", v.person)
    return _in_answer(answer, post)


async def _search_page(v: Visitor, post: Planted) -> Seen:
    answer = await v.ask.get(f"/search?q={post.mark()}", v.person, web=True)
    # What was typed stands in the page.
    html = answer.body.decode().replace(f'value="{post.mark()}"', "")
    seen = chunk_seen(html, post, post.id)
    if seen is NOTHING:
        return Seen("nothing", "", marks_in(html.replace(post.mark(), ""), post.number))
    return seen


async def _by_address(v: Visitor, post: Planted) -> Seen:
    answer = await v.ask.get(f"/api/v2/search?q={limits.current().base_url}{post.url}", v.person)
    return _in_answer(answer, post)


def _in_answer(answer: Answer, post: Planted) -> Seen:
    entities = [] if is_refused(answer) else answer.json["statuses"]
    found = [e for e in entities if int(e["id"]) == post.id]
    seen = entity_seen(found[0], post) if found else Seen("nothing")
    seen.marks = marks_in(answer.body.decode(), post.number)
    return seen


def _signed_in(v: Visitor, post: Planted) -> bool:
    return v.person is not None


def _not_direct(v: Visitor, post: Planted) -> bool:
    return not post.is_direct


def _total_by_command(v: Visitor, post: Planted) -> bool:
    """Totals follow the commands, so only states that a command made; and only what an anonymous visitor may see is
    counted, so that whoever sees more is told no other number."""
    return post.state in ("live", "sensitive", "deleted") and (
        post.audience in ("public", "unlisted") or code(post.state, post.audience, v.row, "cnt") == "N")


def _anon(v: Visitor, post: Planted) -> bool:
    return v.person is None


async def _told_page(v: Visitor, post: Planted) -> Seen:
    found = await v.sheet("/notifications")
    items = re.findall(r'<li class="happening .*?</li>', found.html, re.S)
    here = next((item for item in items if f'href="{post.url}"' in item), None)
    marks = frozenset(found.marks.get(post.number, ()))
    if here is None:
        return Seen("nothing", "", marks)
    return Seen("full" if post.mark() in here else "gate", "", marks)


async def _closed_to_anon(v: Visitor, post: Planted) -> Seen:
    """Home and notifications are for members."""
    for target in ("/api/v1/timelines/home", "/api/v1/notifications", "/api/v2/notifications"):
        answer = await v.ask.get(target, None)
        assert answer.status == 401 and not MARK.search(answer.body.decode()), target
    return NOTHING


def _people(which: str) -> Callable[[Visitor, Planted], Awaitable[Seen]]:
    async def see(v: Visitor, post: Planted) -> Seen:
        target = f"/api/v1/statuses/{post.id}/{which}"
        answer = await v.ask.get(target, v.person)
        if answer.status == 200:
            return Seen("counted" if answer.json else "nothing")
        return await refusal(v.ask, answer, target, v.person, post, web=False)
    return see


async def _numbers(v: Visitor, post: Planted) -> Seen:
    answer = await v.ask.get(f"/api/v1/statuses/{post.id}", v.person)
    if answer.status != 200:
        return Seen("nothing")
    return _as_counted(entity_seen(answer.json, post).counts)


async def _numbers_on_page(v: Visitor, post: Planted) -> Seen:
    answer = await v.ask.get(post.url, v.person, web=True)
    return _as_counted(chunk_seen(answer.body.decode(), post, post.id).counts)


def _as_counted(counts: tuple[int, int, int] | None) -> Seen:
    if counts in (None, (0, 0, 0)):
        return Seen("nothing")
    return Seen("counted" if counts == tuple(COUNTS.values()) else f"counted as {counts}")


async def _total(v: Visitor, post: Planted) -> Seen:
    """The account's own total and day of its last post: it has written this one post."""
    answer = await v.ask.get(f"/api/v1/accounts/{post.author.id}", v.person)
    if answer.status != 200:
        return Seen("nothing")
    shown = answer.json["statuses_count"], answer.json["last_status_at"]
    return Seen("nothing" if shown == (0, None) else "counted", str(shown))


async def _exported(v: Visitor, post: Planted) -> Seen:
    """The viewer's own export, made and opened as its owner gets it."""
    assert v.person is not None
    archive = await v.export()
    marks = frozenset(archive.get(post.number, ()))
    return Seen("full" if "text" in marks else "nothing", "", marks)


def _is_gated(surface: str) -> Callable[[Visitor, Planted], bool]:
    return lambda v, post: code(post.state, post.audience, v.row, surface) == "G"


# After its button a post is whole. Older versions are shown with the whole post or not at all; nobody else's source is.
OPENED = {"G": {"full", "warned"}}
KEPT = {**{letter: {"nothing"} for letter in "NTPHGO."}, "Y": {"full"}}
S = "/api/v1/statuses"
DOORS = (
    Door("page of the post", "link", True, True, _web("{post.url}")),
    Door("the post by id", "api", False, True, _api(S + "/{post.id}")),
    Door("page of the post, after the button", "link", True, True, _revealed, _is_gated("link"), OPENED),
    Door("the post by id, revealed", "api", False, True, _revealed_by_id, _is_gated("api"), OPENED),
    Door("its history", "api", False, True, _history, _not_direct, KEPT),
    Door("its source", "api", False, True, _source, lambda v, post: v.row == "author", KEPT),
    Door("what its source is for others", "api", False, True, _source, lambda v, post: v.row != "author",
         {letter: {"nothing"} for letter in "NTPHGOY."}),
    Door("posts by id, many", "api", False, False, _bulk),
    Door("search by address", "api", False, False, _by_address),
    Door("bookmarks", "api", False, False, _list("/api/v1/bookmarks?limit=40"), _signed_in),
    Door("likes", "api", False, False, _list("/api/v1/favourites?limit=40"), _signed_in),
    Door("posts of the account", "prof", False, False, _list("/api/v1/accounts/{post.author.id}/statuses")),
    Door("pinned posts", "prof", False, False, _list("/api/v1/accounts/{post.author.id}/statuses?pinned=true")),
    Door("profile page", "prof", True, False, _page("/@{post.author.handle}")),
    Door("profile page with replies", "prof", True, False, _page("/@{post.author.handle}/with_replies")),
    Door("thread", "thrd", False, False, _around),
    Door("page of a thread", "thrd", True, False, _around_page),
    Door("boost by id", "embd", False, False, _api(S + "/{post.boost}"), _not_direct),
    Door("boosts of an account", "embd", False, False, _list("/api/v1/accounts/{booster}/statuses?limit=40")),
    Door("page of who boosted", "embd", True, False, _page("/@booster", boost=True)),
    Door("quoted, by id", "embd", False, False, quoted.by_id, _not_direct, {"T": {"nothing"}}),
    Door("quoted, on a page", "embd", True, False, quoted.on_page, _not_direct, {"T": {"nothing"}}),
    Door("on other sites", "embd", False, False, talked_about.embedded, _anon, {"T": {"nothing"}, "G": {"gate"}}),
    Door("home", "home", False, False, _list("/api/v1/timelines/home?limit=40"), _signed_in),
    Door("home page", "home", True, False, _page("/"), _signed_in),
    Door("list", "home", False, False, _list("/api/v1/timelines/list/{list}?limit=40"),
         lambda v, post: v.row in v.world.lists),
    Door("home, not signed in", "home", False, False, _closed_to_anon, _anon),
    Door("public timeline", "pub", False, False, _list("/api/v1/timelines/public?limit=40")),
    Door("public page", "pub", True, False, _page("/public")),
    Door("hashtag", "pub", False, False, _list(f"/api/v1/timelines/tag/{COMMON}tag?limit=40")),
    Door("page of a hashtag", "pub", True, False, _page(f"/tags/{COMMON}tag")),
    *(Door(f"feed of {what}, {kind}", surface, True, False, feeds.seen(of, kind), _anon, feeds.FORMS)
      for what, surface, of in feeds.FEEDS for kind in ("rss", "atom")),
    Door("trending posts", "pub", False, False, _list(talked_about.POSTS)),
    Door("trending links", "pub", False, False, talked_about.link, own={"G": {"nothing"}}),
    Door("timeline of a link", "pub", False, False, _list(talked_about.TIMELINE)),
    Door("search", "srch", False, False, _search),
    Door("search among an account's posts", "srch", False, False, _search_of_author),
    Door("search page", "srch", True, False, _search_page),
    Door("notifications", "ntf", False, False,
         _list("/api/v1/notifications?limit=80&include_filtered=true", told=True), _signed_in),
    Door("notifications in groups", "ntf", False, False, _list("/api/v2/notifications?limit=80", told=True),
         _signed_in),
    Door("notifications page", "ntf", True, False, _told_page, _signed_in),
    Door("its file", "media", False, False, files.seen, own=files.SENT),
    Door("its file, by a signed address", "media", False, False, files.seen_signed, _signed_in, files.SENT),
    Door("push message", "push", False, False, pushed, _signed_in),
    Door("push, not signed in", "push", False, False, no_push_for_anon, _anon),
    Door("who liked it", "cnt", False, False, _people("favourited_by"), _signed_in),
    Door("who boosted it", "cnt", False, False, _people("reblogged_by"), _signed_in),
    Door("its numbers", "cnt", False, False, _numbers),
    Door("its numbers on the page", "cnt", True, False, _numbers_on_page),
    Door("total of the account", "cnt", False, False, _total, _total_by_command),
    Door("streams", "strm", False, False, streamed, _signed_in),
    Door("streams, not signed in", "strm", False, False, no_streams_for_anon, _anon),
    Door("export", "exp", False, False, _exported, _signed_in),
    Door("export, not signed in", "exp", False, False, _closed_to_anon, _anon),
    Door("notifications, not signed in", "ntf", False, False, _closed_to_anon, _anon),
)
