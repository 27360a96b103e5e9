"""Who sees what somebody wrote, and how their account is shown: functions of `needs.Settling` over the real rooms."""

from petrel.core.doors import reading, writing
from petrel.core.errors import Invalid
from petrel.core.viewer import Viewer
from petrel.features import accounts, posts
from petrel.features.accounts import Changes
from petrel.features.posts import Audience
from petrel.web.rooms.reading import member_of
from petrel.web.shapes import Opening, Privacy, Reach

OPEN = {"public": Audience.PUBLIC, "unlisted": Audience.UNLISTED, "followers": Audience.FOLLOWERS}
WORDS = {audience: word for word, audience in OPEN.items()}


class SettlingRooms:
    """One per process."""

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
