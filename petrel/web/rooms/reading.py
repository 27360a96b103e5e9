"""What pages show: functions of `needs.Reading` over the real rooms."""

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from msgspec.structs import replace

from petrel.core import limits
from petrel.core.doors import Reader, reading
from petrel.core.errors import NotFound, PetrelError, Unauthenticated
from petrel.core.pages import Page
from petrel.core.viewer import Anonymous, Member, Viewer
from petrel.features import about, accounts, mail, posts, relationships, timelines
from petrel.features.accounts import Card, Counts
from petrel.features.posts import Code, Surface
from petrel.features.relationships import Bit
from petrel.storage import build
from petrel.web.rooms import lists
from petrel.web.rooms.views import account_view, gap, html_of, views_of
from petrel.web.shapes import Field, Gap, PostView, Profile, Relation, Site, Thread, Timeline

COUNTS_KEPT_S, TEXTS_KEPT_S = 300, 10
MOST_ANCESTORS = 100
MOST_REPLIES, MOST_REPLIES_FOR_VISITORS = 400, 60
LEAST_PASSWORD = 8


def member_of(viewer: Viewer) -> Member:
    """Errors: Unauthenticated."""
    if not isinstance(viewer, Member):
        raise Unauthenticated
    return viewer


class ReadingRooms:
    """One per process."""

    def __init__(self) -> None:
        self._counts = Counts(0, 0, 0)
        self._counted_until_s = 0.0
        self._said = about.Summary()
        self._said_until_s = 0.0

    async def site(self) -> Site:
        setting, counts, said = limits.current(), await self._count(), await self._summary()
        return Site(
            name=setting.site_name,
            description=setting.site_description,
            contact=setting.contact_email,
            registration=setting.registrations,
            caution=setting.caution,
            asks_email=setting.email_confirmation,
            sends_mail=mail.is_on(),
            post_graphemes=setting.post_length,
            password_characters=LEAST_PASSWORD,
            version=build.VERSION,
            members=counts.accounts or None,
            posts=counts.posts or None,
            rules=tuple(rule.text for rule in said.rules),
            texts=said.kinds,
            is_try_out=setting.try_out,
        )

    async def _summary(self) -> about.Summary:
        """The rules, and which texts there are, some seconds old at most; as `_count` otherwise."""
        if time.monotonic() >= self._said_until_s:
            self._said_until_s = time.monotonic() + TEXTS_KEPT_S
            try:
                async with reading(Anonymous()) as r:
                    self._said = await about.summary(r)
            except PetrelError:
                self._said_until_s = 0.0
        return self._said

    async def _count(self) -> Counts:
        """How large the site is, at most five minutes old. A site that cannot count is still a site."""
        if time.monotonic() >= self._counted_until_s:
            # Put off first, so that one request counts and the others go on with what was known.
            self._counted_until_s = time.monotonic() + COUNTS_KEPT_S
            try:
                async with reading(Anonymous()) as r:
                    self._counts = await accounts.counts(r)
            except PetrelError:
                self._counted_until_s = 0.0
        return self._counts

    async def home(self, viewer: Viewer, page: Page) -> Timeline:
        member_of(viewer)
        async with reading(viewer) as r:

            async def show(ids: list[int], _boosted: list[int | None]) -> Any:
                return await lists.placed(r, Surface.HOME, ids)

            async def fetch(wanted: Page) -> Any:
                return await timelines.home(r, wanted, show)

            return lists.timeline(await lists.paged(r, page, fetch))

    async def public(self, viewer: Viewer, page: Page) -> Timeline:
        async with reading(viewer) as r:
            return await lists.by_candidates(r, Surface.PUB, page, partial(posts.public, r))

    async def profile(self, viewer: Viewer, handle: str) -> Profile | Gap:
        user, _, domain = handle.partition("@")
        async with reading(viewer) as r:
            number = (await accounts.ids_by_handle(r, [user], domain.lower())).get(user)
            card = (await accounts.cards_of(r, [number])).get(number) if number is not None else None
            if card is None:
                raise NotFound
            if card.shell == accounts.TOMBSTONE:
                return Gap(reason="suspended")
            return _profile(card, await _relation(r, card.id))

    async def profile_posts(self, viewer: Viewer, account: int, page: Page, *, with_replies: bool) -> Timeline:
        async with reading(viewer) as r:

            async def propose(wanted: Page) -> list[int]:
                return await posts.by_author(r, account, wanted, replies=with_replies)

            return await lists.by_candidates(r, Surface.PROF, page, propose)

    async def thread(self, viewer: Viewer, post: int, *, reveal: bool) -> Thread:
        async with reading(viewer) as r:
            found = await posts.shown(r, Surface.LINK, [post])
            if not found:
                raise NotFound
            if found[0].row["code"] == Code.TOMBSTONE:
                return Thread(focus=await _alone(r, gap(found[0].row)))
            [focus] = await views_of(r, found, Surface.LINK, reveal=reveal)
            assert focus is not None
            original = focus.id if isinstance(focus, PostView) and focus.boost is not None else post
            above, below = await posts.thread(r, original)
            most = MOST_REPLIES_FOR_VISITORS if isinstance(viewer, Anonymous) else MOST_REPLIES
            return Thread(
                focus=focus,
                ancestors=await _around(r, above[-MOST_ANCESTORS:]),
                replies=await _around(r, below[:most]),
                is_cut=len(below) > most,
            )


async def _alone(r: Reader, focus: Gap) -> Gap:
    """A placeholder that is the whole page says more: of what is withheld, which order it is."""
    if focus.reason != "withheld" or focus.id is None:
        return focus
    case_number, notice_url = await posts.withholding(r, focus.id)
    return replace(focus, case_number=case_number, notice_url=notice_url)


async def _around(r: Reader, ids: Sequence[int]) -> tuple[PostView | Gap, ...]:
    return tuple(view for _, view in await lists.placed(r, Surface.THRD, ids))


async def _relation(r: Reader, account: int) -> Relation:
    if r.account is None:
        return Relation()
    if r.account == account:
        return Relation(is_self=True)
    one = await relationships.one(r, account)
    return Relation(
        is_following=one.has(Bit.FOLLOWING),
        is_requested=one.has(Bit.REQUESTED),
        is_followed_by=one.has(Bit.FOLLOWED_BY),
        is_muting=one.has(Bit.MUTING),
        is_blocking=one.has(Bit.BLOCKING),
    )


def _profile(card: Card, relation: Relation) -> Profile:
    is_shell = card.shell != accounts.FULL
    profile = card.profile
    return Profile(
        account=account_view(card),
        html="" if is_shell else html_of(profile.note),
        fields=() if is_shell else tuple(Field(name=f.name, html=html_of(f.value)) for f in profile.fields),
        posts=card.posts,
        following=None if is_shell else card.following,
        followers=None if is_shell else card.followers,
        joined_at=None if is_shell else card.joined_at,
        relation=relation,
        is_shell=is_shell,
        is_indexable=card.is_indexable,
    )
