"""Every question of a cycle: each door that is read, by each sort of viewer, for each decoy that could come out."""

import time
from collections.abc import Iterator, Sequence

from petrel.core import ids
from petrel.ops.stranger.asking import Question, Route, of_route
from petrel.ops.stranger.planting import HIDDEN, bulk
from petrel.ops.stranger.shapes import Asked, Decoys, Page, Place

NOBODY, FAR, SHUT, NARROW, APP, GONE = ("somebody not signed in", "a stranger", "a blocked person",
                                        "an app without the scope", "an app by itself", "somebody signed out")
# Asked every time: what a broken verdict shows first.
URGENT = ("/api/v1/statuses/:id", "/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/conversations",
          "/api/v2/notifications")
SINGLE = "/api/v1/statuses/:id"
# For the other doors of posts. "open" is no secret; who answered it is.
SOME = ("open", "protected", "message", "open", "closed", "edited")
# Asked for by their author each time, and by the stranger just after it in the same words.
OWN = ("protected", "followers", "edited", "reply")
LONG_AGO_MS = 86_400_000


def never_of(found: Decoys) -> int:
    """A number in the cell of the decoys' people that nothing ever had: by a maker that no process has."""
    return ((int(time.time() * 1000) - LONG_AGO_MS) << 16) | ids.cell_of(found.people["shy"]) << 6 | 63


def questions(place: Place, found: Decoys) -> list[Asked]:
    """In such an order that any stretch of it goes through many doors; within a kind, what never existed first."""
    never = never_of(found)
    asked = [one for route, surface, is_open in place.routes
             for one in _of_route(route, surface, is_open, found, never)]
    asked += [one for page in place.pages for one in _of_page(page, found, never)]
    asked += _special(place, found)
    count: dict[str, int] = {}
    turns = []
    for one in asked:
        turns.append(count.setdefault(one.door, 0))
        count[one.door] += 1
    order = sorted(range(len(asked)), key=lambda i: (turns[i], i))
    return [asked[i] for i in order]


def _of_route(route: Route, surface: str, is_open: bool, found: Decoys, never: int) -> Iterator[Asked]:
    own = dict.fromkeys(("list", "filter", "keyword", "post"), never) | {"account": found.people["far"]}
    handles = [found.handles["shy"], found.handles["near"]]
    door = f"GET {route.path}"
    things = _things(route.path, found)
    for turn, question in enumerate(of_route(route, [never, *things], own, handles, [found.word], found.tag)):
        if not question.names:
            continue
        viewers = (FAR, NOBODY) if is_open else (FAR,)
        if is_open and route.path != SINGLE and question.id != never:
            # Both come to every door, but not for everything behind it.
            viewers = (NOBODY,) if turn % 2 or not (question.id or surface != "none") else (FAR,)
        for viewer in viewers:
            yield Asked(viewer, question, door, surface, never=question.id == never,
                        urgent=route.path in URGENT and question.id in _urgent(found))


def _things(path: str, found: Decoys) -> list[int]:
    """What could be asked for there."""
    people, things = found.people, found.things
    if "/statuses" in path and not any(of in path for of in ("/accounts", "/filters", "/bookmark_folders")):
        return [found.posts[name] for name in ((*HIDDEN, "deleted", "open") if path == SINGLE else SOME)]
    if path.endswith("/accounts/:id/lists"):
        return [people["near"]]
    if "/collections/" in path:
        return [things["collection"], people["shy"]]
    if "/bookmark_folders" in path:
        return [things["list"], people["shy"]]
    if "/lists" in path or "/list/" in path:
        return [things["list"], people["shy"]]
    if "/filters" in path:
        return [things["filter"], things["keyword"]]
    if "/notifications" in path:
        return [people["shy"], found.posts["message"]]
    if "/accounts" in path or "/users" in path or "search" in path:
        return [people["shy"], people["near"]]
    return []


def _urgent(found: Decoys) -> set[int]:
    return {0, found.posts["message"], found.posts["protected"], found.posts["closed"]}


def _of_page(page: Page, found: Decoys, never: int) -> Iterator[Asked]:
    def asked(target: str, number: int = 0, viewers: Sequence[str] = (NOBODY, FAR)) -> Iterator[Asked]:
        question = Question(f"GET {page.path}", "GET", target, number)
        for viewer in viewers:
            yield Asked(viewer, question, f"GET {page.path}", page.surface, is_page=True, never=number == never)

    if "{post}" in page.path:
        is_post = page.path.endswith("{post}")
        for author, names in (("shy", (*HIDDEN[:4], "reply") if is_post else ("protected",)),
                              ("near", ("answer", "closed") if is_post else ())):
            for turn, number in enumerate((never, *(found.posts[name] for name in names)) if names else ()):
                yield from asked(page.path.format(handle=found.handles[author], post=number) + "?reveal=1", number,
                                 (NOBODY, FAR) if number == never else ((NOBODY, FAR)[turn % 2],))
    elif page.path.startswith("/collections/"):
        for number in (never, found.things["collection"]):
            yield from asked(page.path.format(number=number), number)
    elif "{handle}" in page.path:
        for name in ("shy", "near"):
            yield from asked(page.path.format(handle=found.handles[name]))
    elif "{tag}" in page.path:
        yield from asked(page.path.format(tag=found.tag))
    elif page.path == "/search":
        yield from asked(f"/search?q={found.word}")
    elif page.path == "/compose":
        for number in (never, found.posts["message"], found.posts["protected"]):
            yield from asked(f"/compose?reply_to={number}", number)
    elif "{" not in page.path:
        yield from asked(page.path)


def _special(place: Place, found: Decoys) -> list[Asked]:
    """What is between people, a blocked one, an app that was not let into posts; and what may be kept."""
    surfaces = {route.path: surface for route, surface, _ in place.routes} | {
        page.path: page.surface for page in place.pages}

    def one(viewer: str, path: str, target: str, number: int = 0, *, after: str = "",
            must: tuple[str, ...] = ()) -> Asked:
        return Asked(viewer, Question(f"GET {path}", "GET", target, number), f"GET {path}", surfaces.get(path, "none"),
                     is_page=not path.startswith("/api/"), urgent=bool(after), after=after, must=must)

    shy, near, secret = found.people["shy"], found.people["near"], found.posts["protected"]
    asked = [one(FAR, "/api/v1/statuses", bulk([found.posts[name] for name in HIDDEN])),
             one(FAR, "/api/v1/statuses", bulk([found.posts[name] for name in OWN]), after="shy",
                 must=("protected", "followers", "after", "reply")),
             one(FAR, "/@{handle}/{post}", f"/@{found.handles['shy']}/{secret}?reveal=1", secret, after="shy"),
             one(SHUT, "/api/v1/accounts/relationships", f"/api/v1/accounts/relationships?id[]={shy}&id[]={near}"),
             one(SHUT, "/api/v1/accounts/:id/statuses", f"/api/v1/accounts/{shy}/statuses"),
             one(NARROW, "/api/v1/timelines/home", "/api/v1/timelines/home"),
             one(NARROW, "/api/v1/conversations", "/api/v1/conversations")]
    for name in ("message", "protected", "followers"):
        target = f"/api/v1/statuses/{found.posts[name]}"
        asked += [one(viewer, SINGLE, target, found.posts[name]) for viewer in (SHUT, NARROW, APP, GONE)]
    return asked


def controls(found: Decoys, *, whole: bool) -> Sequence[tuple[str, str, tuple[str, ...]]]:
    """(as whom, what is asked, marks that must come): those who may see the decoys find them. What somebody asks just
    before a stranger (`Asked.must`) is looked at as well.

    Mostly their own, since reads of what others wrote for some are recorded: those only in a `whole` cycle.
    """
    own = (("near", f"/api/v1/statuses/{found.posts['answer']}", ("answer",)),)
    if not whole:
        return own
    posts = [found.posts[name] for name in HIDDEN]
    return (*own,
            ("near", bulk(posts), ("protected", "closed")),
            ("near", f"/api/v1/statuses/{found.posts['message']}", ("message",)),
            ("near", f"/@{found.handles['shy']}/{found.posts['protected']}?reveal=1", ("protected",)),
            ("far", f"/api/v1/statuses/{found.posts['open']}", ("open",)))
