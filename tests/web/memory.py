"""What the fake site remembers, and who may see what of it (a rough likeness of the law, for looks only)."""

from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_urlsafe

import msgspec

from petrel.core import clock
from petrel.core.errors import NotFound, Unauthenticated
from petrel.core.viewer import Viewer, account_of
from petrel.web.carried import MediaView
from petrel.web.outward import Fares
from petrel.web.shapes import (
    AccountView,
    Draft,
    PostView,
    Site,
)
from tests.web.cast import ACCOUNTS, FOLLOWS, POSTS, Line

OOB = "urn:ietf:wg:oauth:2.0:oob"
PASSWORD = "correct horse"
SETUP = "first-light"
INVITE = "come-aboard"


@dataclass
class Memory:
    """All state. `site` may be changed by a test; `calls` says what was asked of it."""

    site_says: Site = field(
        default_factory=lambda: Site(
            name="Petrel",
            description="Short posts from the harbour and beyond, newest first.",
            rules=(
                "Be kind to people, hard on problems.",
                "Describe your pictures.",
                "No harassment, no hate, no exceptions.",
            ),
            contact="keeper@petrel.example",
            texts=frozenset(("about", "rules", "imprint", "privacy", "terms")),
            version="0.1",
            members=len(ACCOUNTS),
            posts=len(POSTS),
        )
    )
    sessions: dict[str, int] = field(default_factory=dict)
    accounts: dict[int, AccountView] = field(default_factory=lambda: {a.id: a for a in ACCOUNTS})
    posts: dict[int, PostView] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    follows: set[tuple[int, int]] = field(default_factory=lambda: set(FOLLOWS))
    requests: set[tuple[int, int]] = field(default_factory=lambda: {(9, 1)})
    marks: set[tuple[int, int, str]] = field(default_factory=set)
    once: dict[str, int] = field(default_factory=dict)
    votes: dict[int, list[int]] = field(default_factory=dict)
    files: dict[int, MediaView] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)
    setup_tokens: set[str] = field(default_factory=lambda: {SETUP})
    read_until: int = 0
    most_replies: int = 60
    fares_so: Fares = field(default_factory=lambda: Fares(word="ok", posting="ok", watch="ok", room="ok", minutes=1,
                                                           seconds="0.03", at=clock.now()))
    trouble: Exception | None = None

    def __post_init__(self) -> None:
        for line in POSTS:
            self._write(line)

    def enter(self, handle: str) -> str:
        """A session for somebody of the cast."""
        session = token_urlsafe(24)
        self.sessions[session] = self._account(handle).id
        return session

    def _account(self, handle: str) -> AccountView:
        for account in self.accounts.values():
            if account.handle.lower() == handle.lower():
                return account
        raise NotFound()

    def _member(self, viewer: Viewer) -> int:
        me = account_of(viewer)
        if me is None:
            raise Unauthenticated()
        return me

    def _stumble(self) -> None:
        if self.trouble is not None:
            raise self.trouble

    def _write(self, line: Line) -> None:
        parent = self.posts.get(line.reply_to or 0)
        self.posts[line.id] = PostView(
            id=line.id,
            author=self.accounts[line.author],
            at=clock.now() - timedelta(minutes=line.minutes_ago),
            html=line.html,
            audience=line.audience,
            warning=line.warning,
            language=line.language,
            reply_to=line.reply_to,
            reply_to_handle=parent.author.handle if parent else "",
            boosted_by=self.accounts[line.booster] if line.booster else None,
            boost=line.id if line.booster else None,
            boosts=line.boosts,
            likes=line.likes,
        )

    def _seen(self, viewer: Viewer) -> list[PostView]:
        """Newest first, as this viewer sees them."""
        me = account_of(viewer) or 0
        return [
            self._as_seen(post, me)
            for post in sorted(self.posts.values(), key=lambda p: p.id, reverse=True)
            if self._may_see(post, me) and post.id not in self.deleted
        ]

    def _may_see(self, post: PostView, me: int) -> bool:
        author = post.author
        if author.id == me:
            return True
        if f'/@{self.accounts[me].handle}"' in post.html if me else False:
            return True
        if post.audience == "direct":
            return False
        is_open = post.audience in ("public", "unlisted") and not author.is_protected
        return is_open or (me, author.id) in self.follows

    def _as_seen(self, post: PostView, me: int) -> PostView:
        target = post.id
        gated = bool(post.warning) and post.author.id != me
        marks = {kind for who, what, kind in self.marks if (who, what) == (me, target)}
        return msgspec.structs.replace(
            post,
            html="" if gated else post.html,
            is_gated=gated,
            is_own=post.author.id == me,
            is_liked="like" in marks,
            is_boosted="boost" in marks,
            is_bookmarked="bookmark" in marks,
            likes=post.likes + sum(m[1:] == (target, "like") for m in self.marks),
            boosts=post.boosts + sum(m[1:] == (target, "boost") for m in self.marks),
            replies=sum(p.reply_to == target and p.id not in self.deleted for p in self.posts.values()),
        )
