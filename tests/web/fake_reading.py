"""The pages of the fake site: functions of `needs.Reading`."""

from datetime import timedelta
from hashlib import sha256

import msgspec

from petrel.core import clock
from petrel.core.errors import NotFound
from petrel.core.pages import Page
from petrel.core.viewer import Anonymous, Member, Viewer, account_of
from petrel.ops.speed import Speed
from petrel.web.kept import NamedList, TalkedAbout
from petrel.web.needs import Tab
from petrel.web.outward import Fares, Findable
from petrel.web.shapes import (
    Field,
    Found,
    Gap,
    Notification,
    Notifications,
    PostView,
    Profile,
    Relation,
    Site,
    Tag,
    Timeline,
    Visitor,
)
from petrel.web.threads import Thread, outline
from tests.web.cast import PROFILES
from tests.web.memory import Memory


class FakeReading(Memory):
    async def site(self) -> Site:
        return self.site_says

    async def visitor(self, session: str) -> Visitor:
        account = self.sessions.get(session)
        if account is None:
            return Visitor()
        viewer = Member(account, sha256(session.encode()).digest(), frozenset({"read", "write"}), is_session=True)
        unread = sum(1 for item in self._happenings(account) if item.is_new)
        return Visitor(viewer=viewer, account=self.accounts[account], unread=unread)

    async def home(self, viewer: Viewer, page: Page) -> Timeline:
        me = self._member(viewer)
        whom = {b for a, b in self.follows if a == me} | {me}
        mine = [p for p in self._seen(viewer) if p.author.id in whom or (p.boosted_by and p.boosted_by.id in whom)]
        return self._page(mine, page)

    async def public(self, viewer: Viewer, page: Page) -> Timeline:
        posts = self._seen(viewer)
        return self._page([p for p in posts if p.audience == "public" and not p.reply_to and not p.boosted_by], page)

    async def tag(self, viewer: Viewer, tag: str, page: Page) -> Timeline:
        mark = f"/tags/{tag.lower()}"
        posts = [p for p in self._seen(viewer) if p.audience == "public" and not p.boosted_by]
        return self._page([p for p in posts if mark in p.html.lower()], page)

    async def marked(self, viewer: Viewer, mark: str, page: Page, *, folder: int | None = None) -> Timeline:
        self._member(viewer)
        if folder not in (None, 5):
            raise NotFound
        return self._page([p for p in self._seen(viewer) if p.is_liked], page)

    async def lists(self, viewer: Viewer) -> tuple[NamedList, ...]:
        self._member(viewer)
        return (NamedList(id=7, title="Harbour"),)

    async def list_posts(self, viewer: Viewer, number: int, page: Page) -> tuple[NamedList, Timeline]:
        if number != 7:
            raise NotFound
        return NamedList(id=7, title="Harbour"), await self.home(viewer, page)

    async def talked_about(self, viewer: Viewer) -> TalkedAbout:
        return TalkedAbout(tags=(Tag(name="birds"),))

    async def profile(self, viewer: Viewer, handle: str) -> Profile:
        account = self._account(handle)
        me = account_of(viewer) or 0
        relation = Relation(
            is_self=me == account.id,
            is_following=(me, account.id) in self.follows,
            is_requested=(me, account.id) in self.requests,
            is_followed_by=(account.id, me) in self.follows,
        )
        shell = account.is_protected and not (relation.is_self or relation.is_following)
        words, lines = PROFILES.get(account.id, ("", ()))
        return Profile(
            account=account,
            html="" if shell else words,
            fields=() if shell else tuple(Field(name=n, html=h, is_verified=v) for n, h, v in lines),
            posts=sum(p.author.id == account.id for p in self.posts.values()),
            following=sum(a == account.id for a, _ in self.follows),
            followers=sum(b == account.id for _, b in self.follows),
            joined_at=clock.now() - timedelta(days=40 * account.id),
            relation=relation,
            is_shell=shell,
            is_indexable=account.id % 2 == 1,
        )

    async def profile_posts(self, viewer: Viewer, account: int, page: Page, tab: Tab) -> Timeline:
        mine = [p for p in self._seen(viewer) if (p.boosted_by.id if p.boosted_by else p.author.id) == account]
        if tab == "media":
            return self._page([p for p in mine if p.media], page)
        return self._page([p for p in mine if tab == "replies" or not p.reply_to or p.boosted_by], page)

    async def thread(self, viewer: Viewer, post: int, *, reveal: bool, after: int | None = None) -> Thread:
        self._stumble()
        if post in self.deleted:
            return Thread(focus=Gap(reason="deleted", id=post))
        seen = {p.id: p for p in self._seen(viewer) if not p.boosted_by}
        if post not in seen:
            raise NotFound()
        focus = seen[post]
        if reveal and focus.is_gated:
            focus = msgspec.structs.replace(focus, is_gated=False, html=self.posts[post].html)
        ancestors: list[PostView | Gap] = []
        above = focus.reply_to
        while above is not None:
            found: PostView | Gap = seen.get(above) or Gap(reason="deleted" if above in self.deleted else "unavailable")
            ancestors.insert(0, found)
            above = found.reply_to
        below: list[PostView | Gap] = []
        family = {post}
        for reply in sorted(seen.values(), key=lambda p: p.id):
            if reply.reply_to in family:
                family.add(reply.id)
                below.append(reply)
        drawn = outline(post, [(reply.id or 0, reply.reply_to) for reply in below])
        before = drawn.order.index(after) + 1 if after in drawn.order else 0
        ids = drawn.order[before:before + self.most_replies]
        return Thread(focus=focus, ancestors=tuple(ancestors), replies=tuple(seen[one] for one in ids),
                      total=drawn.total, before=before, after=ids[-1] if ids else 0, more=drawn.more,
                      next=min(self.most_replies, len(drawn.order) - before - len(ids)))

    async def fares(self) -> Fares:
        return self.fares_so

    async def findable_cells(self) -> list[int]:
        return [3]

    async def findable(self, cell: int) -> list[Findable]:
        return [Findable(one.handle, "2026-11-01") for one in self.accounts.values() if one.is_indexable]

    async def speed(self, viewer: Viewer, days: int) -> Speed:
        raise NotFound

    async def notifications(self, viewer: Viewer, page: Page) -> Notifications:
        return Notifications(items=tuple(self._happenings(self._member(viewer))))

    async def search(self, viewer: Viewer, query: str) -> Found:
        word = query.lower().lstrip("#@")
        people = [a for a in self.accounts.values() if word in a.handle.lower() or word in a.name.lower()]
        tags = [t for t in ("harbour", "birds", "bread", "tides") if word in t]
        posts = [p for p in self._seen(viewer) if word in p.html.lower() and not p.boosted_by]
        if isinstance(viewer, Anonymous):
            posts = []
        found_tags = tuple(Tag(name=t, uses=len(t)) for t in tags)
        return Found(accounts=tuple(people), tags=found_tags, posts=tuple(posts[:10]))

    def _page(self, posts: list[PostView], page: Page) -> Timeline:
        older_than = [p for p in posts if page.max_id is None or p.place < page.max_id]
        if page.min_id is not None:
            newer = [p for p in posts if p.place > page.min_id]
            older_than = newer[-page.limit :]
        shown = older_than[: page.limit]
        if not shown:
            return Timeline()
        is_last = shown[-1].place == posts[-1].place
        is_first = shown[0].place == posts[0].place
        return Timeline(
            posts=tuple(shown),
            older=None if is_last else shown[-1].place,
            newer=None if is_first else shown[0].place,
        )

    def _happenings(self, me: int) -> list[Notification]:
        who = self.accounts
        now = clock.now()
        items = [
            Notification(id=100 + a, kind="follow_request", at=now - timedelta(minutes=8), who=(who[a],))
            for a, b in sorted(self.requests)
            if b == me
        ]
        if me == 1:
            mine = [p for p in self.posts.values() if p.author.id == 1 and not p.reply_to]
            items += [
                Notification(
                    id=90, kind="mention", at=now - timedelta(minutes=31), who=(who[3],), post=self.posts.get(43)
                ),
                Notification(
                    id=80,
                    kind="favourite",
                    at=now - timedelta(hours=2),
                    who=(who[2], who[4], who[6]),
                    others=5,
                    post=mine[-1],
                ),
                Notification(id=70, kind="reblog", at=now - timedelta(hours=5), who=(who[5],), post=mine[-1]),
                Notification(id=60, kind="follow", at=now - timedelta(days=1), who=(who[8],)),
            ]
        return [msgspec.structs.replace(item, is_new=item.id > max(self.read_until, 75)) for item in items]
