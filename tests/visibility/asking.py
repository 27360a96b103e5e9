"""Asks the running application as each viewer, and reads what came: in which form of section 14 a post was shown.

Whatever comes, on any door, is searched for marks of posts (`Seen.marks`): a text that stands in a page where its post
should not is found, wherever it stands.
"""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

from msgspec import Struct

from petrel import app
from petrel.api.http.limits import Limits
from petrel.core import limits
from petrel.core.ids import cell_of
from petrel.settings import Settings
from petrel.web import speech
from tests.api.plain import Answer, _call
from tests.visibility.world import MARK, Person, Planted

REASONS = {text: key[4:] for key, text in speech.of("en").words.items() if key.startswith("gap.")}
# What differs between two answers that are the same.
OF_THE_CALL = {"x-request-id", "date", "set-cookie", "x-petrel-search"}
LINK = re.compile(r'<([^>]+)>; rel="next"')
COUNTED, MOST_OFFSET = re.compile(r"limit=(\d+)&offset=(\d+)$"), 100


class Seen(Struct):
    """How a post was shown: full, gate, history, tombstone, nothing. `why`: the notice or reason that came along;
    `marks`: kinds of its marks anywhere in the answer; `counts`: replies, boosts, likes."""

    form: str
    why: str = ""
    marks: frozenset[str] = frozenset()
    counts: tuple[int, int, int] | None = None


NOTHING = Seen("nothing")


def marks_in(text: str, number: int) -> frozenset[str]:
    return frozenset(m[0][5:] for m in MARK.finditer(text) if int(m[1]) == number)


class Asker:
    """One web process over the doors that are open; nothing is counted. `asked`: how many requests went in."""

    def __init__(self, gate: Any) -> None:
        self.gate = gate
        self.asked = 0
        self._some = asyncio.Semaphore(8)
        self.some_exports = asyncio.Semaphore(2)
        self._nothing: dict[str, Answer] = {}

    async def get(self, target: str, viewer: Person | None, *, web: bool = False) -> Answer:
        headers = {"x-country": "DE"}               # where every viewer of the world is
        if viewer is not None:
            headers |= {"cookie": f"petrel_session={viewer.session}"} if web else {
                "authorization": f"Bearer {viewer.token}"}
        path, _, query = target.partition("?")
        async with self._some:
            self.asked += 1
            answer = await _call(self.gate, "GET", path, query, headers, b"")
        assert answer.status < 500, (target, answer.status, answer.body[:300])
        return answer

    async def pages(self, target: str, viewer: Person | None) -> list[dict[str, Any]]:
        """All entities of a list of the API, page by page as apps go through them."""
        found: list[dict[str, Any]] = []
        for _ in range(40):
            answer = await self.get(target, viewer)
            if is_refused(answer):
                return found
            found += answer.json
            link, counted = LINK.search(answer.headers.get("link", "")), COUNTED.search(target)
            if counted is not None and int(counted[2]) < MOST_OFFSET:
                target = f"{target[:counted.start(2)]}{int(counted[2]) + int(counted[1])}"
            elif link is None:
                return found
            else:
                target = link[1].removeprefix(limits.current().base_url)
        raise AssertionError(f"{target} has no end")

    async def sheets(self, target: str, viewer: Person | None) -> str:
        """All pages of a list of the web, one after the other."""
        html, at = "", target
        for _ in range(40):
            answer = await self.get(at, viewer, web=True)
            html += answer.body.decode()
            older = re.search(r'href="\?max_id=(\d+)" rel="next"', answer.body.decode())
            if older is None:
                return html
            at = f"{target}?max_id={older[1]}"
        raise AssertionError(f"{target} has no end")

    async def is_nothing(self, answer: Answer, target: str, viewer: Person | None, post: int, *, web: bool) -> bool:
        """Whether this is, byte for byte, what an id that never existed answers at the same address."""
        never = (post >> 16 << 16) | cell_of(post) << 6 | 63
        key = f"{target.replace(str(post), '#')} {viewer and viewer.handle} {web}"
        if key not in self._nothing:
            self._nothing[key] = await self.get(target.replace(str(post), str(never)), viewer, web=web)
        other = self._nothing[key]
        return alike(answer, other, post, never)


def is_refused(answer: Answer) -> bool:
    """A list that is not for this viewer at all. Nothing but a list and a refusal may come."""
    assert answer.status in (200, 401, 403, 404, 422), (answer.status, answer.body)
    assert answer.status == 200 or not MARK.search(answer.body.decode()), answer.body
    return answer.status != 200


def alike(one: Answer, other: Answer, post: int, never: int) -> bool:
    def seen(answer: Answer) -> tuple[Any, ...]:
        headers = {k: v for k, v in answer.headers.items() if k not in OF_THE_CALL}
        body = answer.body.replace(str(post).encode(), b"#").replace(str(never).encode(), b"#")
        body = re.sub(rb'name="(csrf|once)" value="[^"]*"', b"", body)
        return answer.status, headers, body

    return seen(one) == seen(other)


def entity_seen(entity: dict[str, Any], post: Planted) -> Seen:
    """A Status entity, or the boosted one in it."""
    inner = entity.get("reblog") or entity
    marks = marks_in(json.dumps(entity), post.number)
    counts = inner["replies_count"], inner["reblogs_count"], inner["favourites_count"]
    warns = [f["filter"]["title"] for f in inner.get("filtered") or [] if f["filter"]["filter_action"] == "warn"]
    if not marks and "withheld in your country" in inner["content"]:
        return Seen("withheld", "", marks, counts)
    if inner["content"] == "":
        bare = inner["sensitive"] and inner["spoiler_text"] == (warns or [None])[0]
        if not bare or any(inner[part] for part in ("media_attachments", "mentions", "tags", "card", "poll")):
            return Seen(f"a gate that shows too much: {inner}", "", marks, counts)
        return Seen("gate", warns[0], marks, counts)
    if warns:
        return Seen("history", warns[0], marks, counts)
    return Seen("warned" if inner["sensitive"] and inner["spoiler_text"] else "full", "", marks, counts)


async def api_single(ask: Asker, target: str, viewer: Person | None, post: Planted) -> Seen:
    answer = await ask.get(target, viewer)
    if answer.status == 200:
        return entity_seen(answer.json, post)
    return await refusal(ask, answer, target, viewer, post, web=False)


async def refusal(ask: Asker, answer: Answer, target: str, viewer: Person | None, post: Planted, *, web: bool) -> Seen:
    number = next(n for n in (post.id, post.neighbour, post.boost) if str(n) in target)
    if await ask.is_nothing(answer, target, viewer, number, web=web):
        return NOTHING
    if web:
        title = re.search(r"<h1>([^<]*)</h1>", answer.body.decode())
        why = REASONS.get(title[1] + "." if title else "", title[1] if title else "")
        return Seen("tombstone", f"{answer.status} {why}", marks_in(answer.body.decode(), post.number))
    return Seen("tombstone", f"{answer.status} {answer.json.get('reason', '')}".strip(),
                marks_in(answer.body.decode(), post.number))


def chunk_seen(html: str, post: Planted, place: int) -> Seen:
    """The article of a post in a page: `place` is the id of the list's entry. A gap stands for nobody in particular."""
    # Only what stands before the next article or gap belongs to it.
    end = r'(?=<article |<p class="gap"|</main>|\Z)'
    found = re.search(rf'<article class="post[^"]*" id="p{place}".*?{end}', html, re.S)
    if found is None:
        return NOTHING
    chunk = found[0]
    marks = marks_in(chunk, post.number)
    notice = re.search(r'<p class="notice">([^<]*)</p>', chunk)
    if 'class="gate"' in chunk:
        said = re.search(r'<form class="gate".*?<bdi>(.*?)</bdi>', chunk, re.S)
        return Seen("gate", said[1] if said else "", marks, _counts(chunk))
    if notice:
        return Seen("history", notice[1], marks, _counts(chunk))
    return Seen("warned" if 'class="warned"' in chunk else "full", "", marks, _counts(chunk))


def _counts(chunk: str) -> tuple[int, int, int] | None:
    found = re.findall(r"</svg>(?:<span class=\"unseen\">[^<]*</span>)? ?(\d+)", chunk)
    return (int(found[0]), int(found[1]), int(found[2])) if len(found) >= 3 else None


async def web_single(ask: Asker, target: str, viewer: Person | None, post: Planted) -> Seen:
    answer = await ask.get(target, viewer, web=True)
    if answer.status == 200:
        seen = chunk_seen(answer.body.decode(), post, post.id)
        # Whatever stands elsewhere on the page (head lines, previews, forms) belongs to what was shown as well.
        seen.marks = marks_in(answer.body.decode(), post.number)
        return seen
    if answer.status in (301, 302):
        return Seen("moved", answer.headers["location"])
    return await refusal(ask, answer, target, viewer, post, web=True)


async def front(folder: Path) -> Asker:
    app.load_api()
    settings = Settings(data=str(folder), country_header="X-Country", trusted_proxies="192.0.2.7", nothing_after_ms=0)
    return Asker(await app.web_app(settings, Limits(on=False)))
