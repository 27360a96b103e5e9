"""What happened to a member, in groups: likes and boosts of one post, and follows, within twelve hours are one."""

from collections.abc import Awaitable, Callable, Sequence

from petrel.core import seen
from petrel.core.doors import Reader, reading
from petrel.core.ids import at_of
from petrel.core.pages import ROUNDS, Page, further
from petrel.core.viewer import Viewer
from petrel.features import accounts, collections, notifications, posts, timelines
from petrel.features.notifications import GROUPED, OF_COLLECTION, OF_OWN, Candidate, Kind, Leader, Members, Wanted
from petrel.features.posts import Candidates, Code, Shown, Surface
from petrel.web.rooms import lists
from petrel.web.rooms.reading import member_of
from petrel.web.rooms.views import account_view, views_of
from petrel.web.shapes import Notification, Notifications, PostView

FACES = 5
MOST_UNREAD = 30


class TellingRooms:
    """One per process."""

    async def notifications(self, viewer: Viewer, page: Page) -> Notifications:
        member_of(viewer)
        async with reading(viewer) as r:
            last_read = await _last_read(r)

            async def fetch(wanted: Page) -> list[tuple[int, Notification]]:
                return [(item.id, item) for item in await _filled(r, wanted, last_read)]

            found = await lists.paged(r, page, fetch)
            views = [item.post for item in found.items if item.post is not None]
            seen.only(r, [view.boost or view.id for view in views])
            return Notifications(items=found.items, older=found.older, newer=found.newer)


async def unread(r: Reader) -> int:
    """How many groups stand above the mark of the viewer and may be shown; `MOST_UNREAD` for that many or more."""
    page = Page(MOST_UNREAD, since_id=await _last_read(r))
    leaders, _ = await notifications.led(r, page, Wanted(), GROUPED, actors=0)
    people = await accounts.visible(r, list({one.newest.actor for one in leaders}))
    about = {one.row["id"] for part in await _shown(r, leaders, posts.judged_on) for one in part[1]}
    about |= (await _collections(r, leaders)).keys()
    return sum(
        one.newest.actor in people and (not one.newest.post or one.newest.post in about) for one in leaders
    )


async def _last_read(r: Reader) -> int:
    marks = await timelines.markers(r, ["notifications"])
    return int(marks[0]["last_read"]) if marks else 0  # type: ignore[index]


async def _filled(r: Reader, page: Page, last_read: int) -> list[Notification]:
    """Hidden ones make room for the next."""
    shown: list[Notification] = []
    at = page
    for _ in range(ROUNDS):
        leaders, more = await notifications.led(r, at, Wanted(), GROUPED, actors=FACES)
        part = await _whole(r, leaders, last_read)
        shown = part + shown if page.min_id is not None else shown + part
        if len(shown) >= page.limit or not more or not leaders:
            break
        at = further(at, [one.newest.id for one in leaders], page.limit, found=bool(part))
    return shown[-page.limit :] if page.min_id is not None else shown[: page.limit]


async def _whole(r: Reader, leaders: Sequence[Leader], last_read: int) -> list[Notification]:
    """Each leader's group, without those of which nobody, or whose post, may be shown."""
    cards = await accounts.cards_of(r, list({actor for one in leaders for actor in one.whole.actors}))
    about: dict[int, PostView] = {}
    within = await _collections(r, leaders)
    for surface, found in await _shown(r, leaders):
        for one, view in zip(found, await views_of(r, found, surface), strict=True):
            if isinstance(view, PostView):
                about[one.row["id"]] = view
    return [
        made
        for one in leaders
        if (made := _notification(one.newest, one.whole, cards, about, within, last_read)) is not None
    ]


async def _collections(r: Reader, leaders: Sequence[Leader]) -> dict[int, str]:
    """Names of the collections that these are about, as far as they may be shown."""
    wanted = [one.newest.post for one in leaders if one.newest.kind in OF_COLLECTION]
    return {one.id: one.text.name for one, _ in await collections.concerning(r, list(dict.fromkeys(wanted)))}


async def _shown(
    r: Reader, leaders: Sequence[Leader], look: Callable[..., Awaitable[list[list[Shown]]]] = posts.shown_on
) -> list[tuple[Surface, list[Shown]]]:
    """The posts that these are about, as far as they may be shown here: other people's, then the viewer's own,
    and those reached through what is theirs. One query."""
    leaders = [one for one in leaders if one.newest.kind not in OF_COLLECTION]
    theirs = {one.newest.post: one.newest.kind for one in leaders if one.newest.post and not _is_own(one.newest)}
    own = list({one.newest.post for one in leaders if one.newest.post and _is_own(one.newest)})
    found, of_own = await look(r, [Candidates(Surface.NTF, list(theirs)), Candidates(Surface.API, own)])
    # Code O: only where the viewer asked for it with a bell. source: docs/law/visibility.md section 14.
    fit = [
        one
        for one in found
        if one.row["code"] > Code.TOMBSTONE
        and (one.row["code"] != Code.IF_ASKED or theirs[one.row["id"]] is Kind.STATUS)
    ]
    mine = [one for one in of_own if one.row["code"] > Code.TOMBSTONE]
    return [(Surface.NTF, fit), (Surface.API, mine)]


def _is_own(one: Candidate) -> bool:
    return one.kind in OF_OWN


def _notification(
    newest: Candidate,
    whole: Members,
    cards: dict[int, accounts.Card],
    about: dict[int, PostView],
    within: dict[int, str],
    last_read: int,
) -> Notification | None:
    who = tuple(account_view(cards[actor]) for actor in whole.actors if actor in cards)
    if not who or (newest.post and newest.post not in about and newest.post not in within):
        return None
    return Notification(
        id=newest.id,
        kind=newest.kind.word,
        at=at_of(newest.id),
        who=who,
        others=max(0, whole.count - len(who)),
        post=about.get(newest.post),
        collection=(newest.post, within[newest.post]) if newest.post in within else None,
        is_new=newest.id > last_read,
    )
