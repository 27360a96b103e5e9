"""What pages show and what forms send. Text in `html` fields is sanitised HTML; all other text is plain.
Nothing here decides who sees what: a shape holds only what the verdict has let through for this viewer."""

from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import quote

from msgspec import Struct

from petrel.core.viewer import Anonymous, Viewer
from petrel.features import media
from petrel.features.accounts import Look
from petrel.web.asking import CardView, PollFields, PollView
from petrel.web.carried import MediaView


class AccountView(Struct, frozen=True, kw_only=True):
    """The first line of an account: what may be shown next to a post."""

    id: int
    handle: str             # without the leading "@"; with "@domain" for accounts of other servers
    name: str = ""
    is_protected: bool = False
    is_bot: bool = False
    role: str = "member"
    is_indexable: bool = False      # agreed to be found outside
    picture: str = ""       # of an uploaded one, what follows /media/

    @property
    def label(self) -> str:
        """The display name, or the handle of somebody who chose none."""
        return self.name.strip() or self.handle

    @property
    def url(self) -> str:
        return "/@" + quote(self.handle, safe="@.-_")

    @property
    def avatar(self) -> str:
        return media.address(self.picture) if self.picture else f"/avatars/{self.id}.svg"

    @property
    def is_crew(self) -> bool:
        return self.role != "member"


class PostView(Struct, frozen=True, kw_only=True):
    """One post as its viewer may see it (verdicts Y, G, H). A boost shows the boosted post with `boosted_by`."""

    id: int
    author: AccountView
    at: datetime
    html: str = ""
    """Empty when `is_gated`: the text comes with the second request (visibility.md section 14, `G`)."""
    audience: str = "public"
    """public, unlisted, followers or direct."""
    warning: str = ""
    """The author's content warning; may be shown with a gated post."""
    notice: str = ""
    """Why it waits behind a button (`is_gated`), or stands behind a notice (verdict H): a word of `Speech.notice`."""
    is_gated: bool = False
    language: str = ""
    edited_at: datetime | None = None
    reply_to: int | None = None
    reply_to_handle: str = ""
    mentions: tuple[str, ...] = ()      # handles, without "@"; the answer form begins with them
    boosted_by: AccountView | None = None
    boost: int | None = None
    """Id of the boost itself: the place in a list."""
    replies: int = 0
    boosts: int = 0
    likes: int = 0
    is_liked: bool = False
    is_boosted: bool = False
    is_bookmarked: bool = False
    is_own: bool = False
    is_removed: bool = False
    """Taken down by moderators; its author still sees it."""
    media: tuple[MediaView, ...] = ()
    """Nothing while `is_gated`."""
    card: CardView | None = None
    poll: PollView | None = None
    quote: "QuoteView | None" = None
    may_be_quoted: bool = False
    """For the look of the link only; the room decides."""

    @property
    def url(self) -> str:
        return f"{self.author.url}/{self.id}"

    @property
    def place(self) -> int:
        """Id by which lists are paged and anchors are named."""
        return self.boost or self.id

    @property
    def may_be_boosted(self) -> bool:
        """For the look of the button only; the room decides."""
        return self.audience in ("public", "unlisted")


class QuoteView(Struct, frozen=True, kw_only=True):
    """What a post quotes, as this viewer may see it; `why` they may not: a word of `Speech.gap`."""

    post: PostView | None = None
    why: str = ""


class Gap(Struct, frozen=True, kw_only=True):
    """A placeholder where a post was (verdict T): a reason, nothing of the author."""

    reason: str
    """unavailable, deleted, removed, suspended, withheld, age or blocking."""
    id: int | None = None
    reply_to: int | None = None
    case_number: str = ""
    """Of a post by itself that is withheld, and where the order can be read."""
    notice_url: str = ""


class Timeline(Struct, frozen=True, kw_only=True):
    """Newest first. `older` / `newer`: the `max_id` / `min_id` of the neighbouring page, None where the list ends."""

    posts: tuple[PostView | Gap, ...] = ()
    older: int | None = None
    newer: int | None = None


class Relation(Struct, frozen=True, kw_only=True):
    """How the viewer stands to an account."""

    is_self: bool = False
    is_following: bool = False
    is_requested: bool = False
    is_followed_by: bool = False
    is_muting: bool = False
    is_blocking: bool = False


class Field(Struct, frozen=True, kw_only=True):
    """A line of a profile."""

    name: str
    html: str
    is_verified: bool = False


class Profile(Struct, frozen=True, kw_only=True):
    """An account's page. `is_shell`: only the first line may be shown (visibility.md 4.3 and 9)."""

    account: AccountView
    html: str = ""
    fields: tuple[Field, ...] = ()
    posts: int = 0
    following: int | None = None
    followers: int | None = None
    joined_at: datetime | None = None
    relation: Relation = Relation()
    is_shell: bool = False
    is_indexable: bool = False
    uploaded_header: str = ""       # its address, the viewer's own where the account is protected

    @property
    def has_feed(self) -> bool:
        """Only who wants to be found outside has one."""
        return self.is_indexable and not self.is_shell and not self.account.is_protected

    @property
    def header(self) -> str:
        return self.uploaded_header or f"/headers/{self.account.id}.svg"


class Notification(Struct, frozen=True, kw_only=True):
    """`kind` as the API names it: those of the catalogues under `happened`, and moderation_warning."""

    id: int
    kind: str
    at: datetime
    who: tuple[AccountView, ...]
    others: int = 0             # how many more than `who` did the same
    post: PostView | None = None
    collection: tuple[int, str] | None = None       # number and name
    is_new: bool = False


class Notifications(Struct, frozen=True, kw_only=True):
    items: tuple[Notification, ...] = ()
    older: int | None = None
    newer: int | None = None


class Tag(Struct, frozen=True, kw_only=True):
    name: str
    uses: int = 0

    @property
    def url(self) -> str:
        return "/tags/" + quote(self.name, safe="")


class Found(Struct, frozen=True, kw_only=True):
    """What a search found. `is_catching_up`: the index is being rebuilt, so something may be missing. `unclear`: what
    looks like an operator and could only be searched for as words."""

    accounts: tuple[AccountView, ...] = ()
    tags: tuple[Tag, ...] = ()
    posts: tuple[PostView, ...] = ()
    is_catching_up: bool = False
    unclear: tuple[str, ...] = ()


class Site(Struct, frozen=True, kw_only=True):
    """What a site says of itself. `registration`: open, invite or closed. `caution`: see petrel/ops/attendance."""

    name: str = "Petrel"
    description: str = ""
    rules: tuple[str, ...] = ()
    contact: str = ""
    registration: str = "open"
    asks_email: bool = False
    sends_mail: bool = False
    post_graphemes: int = 500
    password_characters: int = 8
    """The least a password may have."""
    version: str = ""
    members: int | None = None
    posts: int | None = None
    is_try_out: bool = False
    field_percent: int = 0      # of how many sessions the app tells how fast it was
    is_kept_offline: bool = True    # whether the app may keep what was looked at on the device
    crawlers: str = "all"       # which programs may go through the pages: all, search or none
    ai_crawlers: bool = False
    caution: int = 0
    texts: frozenset[str] = frozenset()
    """Kinds of texts that the crew has written: about, rules, imprint, privacy, terms, contact."""


class Visitor(Struct, frozen=True, kw_only=True):
    """Whoever asks for a page. `account` is None for somebody not signed in. `language`: theirs, "" for none."""

    viewer: Viewer = Anonymous()
    account: AccountView | None = None
    unread: int = 0
    unread_talks: int = 0
    default_audience: str = "public"
    look: Look = Look()
    language: str = ""


class Draft(Struct, frozen=True, kw_only=True):
    """What the composer sends. The same `once` publishes once."""

    text: str
    warning: str = ""
    audience: str = "public"
    reply_to: int | None = None
    once: str = ""
    poll: PollFields = PollFields()
    quote_of: int | None = None
    media: tuple[int, ...] = ()


class Reach(Struct, frozen=True, kw_only=True):
    """Whom one's own post is for, in the words of audiences, and whom a change of that concerns."""

    sees: str
    """As it holds now; narrower than what the author chose where the account is protected."""
    narrower: tuple[str, ...]
    wider: tuple[str, ...]
    """What it may be changed to; nothing wider while the account is protected, nor beyond what the post answers."""
    is_protected: bool = False
    followers: int = 0
    named: int = 0
    replies: int = 0
    boosts: int = 0


class Privacy(Struct, frozen=True, kw_only=True):
    """How somebody's account is shown to others. `default_audience`: of a new post that names none."""

    is_indexable: bool = False
    is_discoverable: bool = False
    hides_network: bool = False
    default_audience: str = "public"


class People(Struct, frozen=True, kw_only=True):
    """A page of accounts, newest first. `older`: the `max_id` of the next one, None where the list ends."""

    accounts: tuple[AccountView, ...] = ()
    older: int | None = None


class Opening(Struct, frozen=True, kw_only=True):
    """What opening a protected account does to its posts: how many everybody may then see, `listed` in public places
    or `unlisted`, and how many `stay` for followers."""

    listed: int = 0
    unlisted: int = 0
    stay: int = 0


class Consent(Struct, frozen=True, kw_only=True):
    """An app's request to act for somebody, checked: known app, registered address, registered scopes."""

    app: str
    website: str = ""
    scopes: tuple[str, ...]
    redirect_uri: str


class Copy(Struct, frozen=True):
    """A copy of somebody's data: asked for, or done and there until `expires_at`."""

    id: int
    asked_at: datetime
    done_at: datetime | None
    bytes: int
    expires_at: datetime | None


class Agreed(Struct, frozen=True):
    """One line of the history of what somebody agreed to. `what`: terms, indexable, discoverable."""

    what: str
    version: str
    given: bool
    at: datetime
    how: str


class OwnData(Struct, frozen=True, kw_only=True):
    """The page about one's own data; `is_fresh` as for showing more."""

    is_fresh: bool
    copies: tuple[Copy, ...]
    agreed: tuple[Agreed, ...]


Pieces = Callable[[int, int], Iterator[bytes]]         # inside the next class `bytes` has another meaning


class Download(Struct, frozen=True, kw_only=True):
    """A finished copy: `pieces(start, end)` reads it. `digest`: SHA-256 in hexadecimal."""

    bytes: int
    digest: str
    pieces: Pieces


class Ended(Struct, frozen=True):
    """How the erasure of an account went. `gone`: how many, by a word of the catalogues under `erase`. `receipt`:
    signed JSON, empty until there is one."""

    asked_at: datetime
    done_at: datetime | None
    looked_at: datetime | None
    gone: dict[str, int]
    receipt: bytes


class Deleted(Struct, frozen=True):
    """Something that its author deleted. `keys_gone_at`: from then on nobody can read a copy of it."""

    id: int
    what: str
    asked_at: datetime
    keys_gone_at: datetime | None
    looked_at: datetime | None
    has_remains: bool


class Kept(Struct, frozen=True):
    """What is kept for one purpose, in words for everybody."""

    title: str
    why: str
    what: tuple[str, ...]
    how_long: tuple[str, ...]
    who: str


class Handover(Struct, frozen=True, kw_only=True):
    """How an answer reaches the app: `address` to go to, or `code` to be shown for typing over.

    With `fields`, they are posted to `address` by the person's button (response_mode=form_post).
    """

    address: str = ""
    code: str = ""
    fields: dict[str, str] | None = None
