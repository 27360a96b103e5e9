"""Who sees what somebody wrote, and how their account is shown: functions of `needs.Settling` over the real rooms."""

from petrel.core.doors import reading, writing
from petrel.core.errors import Invalid
from petrel.core.pages import Page
from petrel.core.viewer import Viewer
from petrel.features import accounts, posts, relationships
from petrel.features.accounts import Changes
from petrel.features.posts import Audience
from petrel.web.rooms.acting import Counting
from petrel.web.rooms.reading import member_of
from petrel.web.rooms.views import account_view
from petrel.web.shapes import Opening, People, Privacy, Reach

OPEN = {"public": Audience.PUBLIC, "unlisted": Audience.UNLISTED, "followers": Audience.FOLLOWERS}
WORDS = {audience: word for word, audience in OPEN.items()}


class SettlingRooms:
    """One per process."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting

    async def is_fresh(self, viewer: Viewer) -> bool:
        async with reading(member_of(viewer)) as r:
            return await accounts.is_fresh(r)

    async def reach(self, viewer: Viewer, post: int) -> Reach:
        async with reading(member_of(viewer)) as r:
            stands = await posts.standing(r, post)
        may_widen = not stands.is_protected
        return Reach(
            sees=WORDS[stands.sees],
            narrower=tuple(word for word, a in OPEN.items() if a > stands.wrote and a >= stands.sees),
            wider=tuple(word for word, a in OPEN.items() if may_widen and stands.widest <= a < stands.wrote),
            is_protected=stands.is_protected,
            followers=stands.followers,
            named=stands.named,
            replies=stands.replies,
            boosts=stands.boosts,
        )

    async def narrow(self, viewer: Viewer, post: int, audience: str, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await posts.narrow(w, post, _audience(audience))

    async def widen(self, viewer: Viewer, post: int, audience: str, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await posts.widen(w, post, _audience(audience))

    async def privacy(self, viewer: Viewer) -> Privacy:
        async with reading(member_of(viewer)) as r:
            own = await accounts.own(r)
        return Privacy(
            is_indexable=own.is_indexable,
            is_discoverable=own.is_discoverable,
            hides_network=own.hides_network,
            default_audience=WORDS.get(Audience(own.default_audience), "followers"),
        )

    async def set_privacy(self, viewer: Viewer, privacy: Privacy, *, cause: str) -> None:
        changes = Changes(
            indexable=privacy.is_indexable,
            discoverable=privacy.is_discoverable,
            hides_network=privacy.hides_network,
            default_audience=int(_audience(privacy.default_audience)),
        )
        async with writing(member_of(viewer), cause=cause) as w:
            await accounts.update(w, changes)

    async def protect(self, viewer: Viewer, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await accounts.update(w, Changes(protected=True))

    async def followers(self, viewer: Viewer, page: Page) -> People:
        member = member_of(viewer)
        async with reading(member) as r:
            edges = await relationships.followers(r, member.account, page)
            cards = await accounts.cards_of(r, [edge.account for edge in edges])
        return People(
            accounts=tuple(account_view(cards[edge.account]) for edge in edges if edge.account in cards),
            older=edges[-1].id if len(edges) == page.limit else None,
        )

    async def remove_follower(self, viewer: Viewer, account: int, *, cause: str) -> None:
        member = member_of(viewer)
        self._counting.take_member("follows", member.account)
        async with writing(member, cause=cause) as w:
            await relationships.remove_follower(w, account)

    async def opening(self, viewer: Viewer) -> Opening:
        async with reading(member_of(viewer)) as r:
            after = await posts.if_opened(r)
        return Opening(listed=after.listed, unlisted=after.unlisted, stay=after.stay)

    async def unprotect(self, viewer: Viewer, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await accounts.unprotect(w)


def _audience(word: str) -> Audience:
    if word not in OPEN:
        raise Invalid("audience", "is not one that can be chosen here")
    return OPEN[word]
