"""What the pages of reports and of the crew's desk show, and what that of trends asks of the rooms (part of
`needs.Needs`)."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct

from petrel.core.viewer import Viewer
from petrel.features.moderation import Appeal, Case, Decision, Evidence, OwnDecision, OwnReport, Report
from petrel.features.moderation.block_rules import Block
from petrel.features.moderation.blocks import Imported
from petrel.web.shapes import AccountView, PostView


class ReportTarget(Struct, frozen=True, kw_only=True):
    """What somebody is about to report: an account, or a post of it."""

    account: AccountView
    post: int | None = None


class DeskCase(Struct, frozen=True, kw_only=True):
    """A case on the desk, as `me` of the crew, in `role`, may see it. `history`: all decisions about the account."""

    case: Case
    me: int
    role: str
    reports: tuple[Report, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    history: tuple[Decision, ...] = ()
    broken: dict[str, str] = {}
    """Texts of the rules that reports name, by number."""
    rules: tuple[str, ...] = ()
    """Those in force."""

    @property
    def infringements(self) -> int:
        """Standing decisions on copyright: whoever infringes again and again loses the account (17 U.S.C. 512 (i))."""
        return sum(one.ground == "copyright" and one.undone_at is None for one in self.history)

    @property
    def has_hidden(self) -> bool:
        """Something here is not public, and was not looked at."""
        return any(one.copy is None for one in self.evidence)


class Wait(Struct, frozen=True, kw_only=True):
    """Something that waits for the crew. `where`: a page that begins with a slash, or a command."""

    kind: str
    what: str
    since: datetime
    where: str
    is_pressing: bool


class DeskAppeal(Struct, frozen=True, kw_only=True):
    """An appeal on the desk, and the decision that it is against."""

    appeal: Appeal
    decision: Decision


class OwnModeration(Struct, frozen=True, kw_only=True):
    """What moderators decided about somebody, how often they looked, and what this person reported."""

    decisions: tuple[OwnDecision, ...] = ()
    looks: dict[str, int] = {}
    reports: tuple[OwnReport, ...] = ()


class DeskBlocks(Struct, frozen=True, kw_only=True):
    """All that is blocked, by kind, and lists that were brought in. `may_block`: admins and owners."""

    servers: tuple[Block, ...] = ()
    mails: tuple[Block, ...] = ()
    networks: tuple[Block, ...] = ()
    mailboxes: tuple[Block, ...] = ()
    lists: tuple[Imported, ...] = ()
    may_block: bool = False


class TrendingTag(Struct, frozen=True):
    """`is_approved`: None while the crew has said nothing. `uses`, `accounts`: today."""

    name: str
    is_approved: bool | None
    uses: int
    accounts: int


class TrendingPost(Struct, frozen=True):
    number: int
    is_approved: bool | None
    post: PostView


class TrendingLink(Struct, frozen=True):
    """`is_approved`: the link or, where nothing was said of it, its publisher. `uses`, `accounts`: today."""

    number: int
    is_approved: bool | None
    url: str
    title: str
    uses: int
    accounts: int


class TrendingPublisher(Struct, frozen=True):
    number: int
    is_approved: bool | None
    name: str


class DeskTrends(Struct, frozen=True, kw_only=True):
    """What is talked about. `mode`: the setting `trends`."""

    mode: str
    links: tuple[TrendingLink, ...] = ()
    publishers: tuple[TrendingPublisher, ...] = ()
    tags: tuple[TrendingTag, ...] = ()
    posts: tuple[TrendingPost, ...] = ()


class Trending(Protocol):
    """What is talked about, on the desk. For who is not of the crew it is not there (NotFound)."""

    async def desk_trends(self, viewer: Viewer) -> DeskTrends: ...

    async def desk_say_of_trend(self, viewer: Viewer, kind: str, thing: int | str, *, approved: bool,
                                cause: str) -> None:
        """`kind`: tag, post, link or publisher. `thing`: the name of a tag, or its number. Errors: NotFound."""
