"""Shapes of moderation: reports, cases, decisions with their reasons."""

from datetime import datetime
from enum import IntEnum
from typing import Literal, get_args

import msgspec
from msgspec import Struct

from petrel.core.errors import NotFound, Refused

ReportKind = Literal["spam", "other", "violation", "copyright", "legal"]
REPORT_KINDS: tuple[ReportKind, ...] = get_args(ReportKind)
What = Literal["nothing", "warn", "take_down", "limit", "suspend"]
WHATS: tuple[What, ...] = get_args(What)
Ground = Literal["none", "rules", "law", "copyright"]
GROUNDS: tuple[Ground, ...] = get_args(Ground)
Conflict = Literal["", "own", "follows", "followed", "blocks"]


class Act(IntEnum):
    """What a decision did, as the journal carries it."""

    NOTHING = 0
    WARN = 1
    TAKE_DOWN = 2
    LIMIT = 3
    SUSPEND = 4


class Written(Struct, frozen=True, omit_defaults=True):
    """What a reporter wrote, sealed. The rest is of somebody without an account, and of notices.

    `good_faith`: they confirmed that what they say is accurate and complete to the best of their knowledge.
    """

    comment: str = ""
    name: str = ""
    email: str = ""
    address: str = ""           # of the page reported, as they gave it
    law: str = ""               # why it is held to be illegal, or which work of whose it copies
    good_faith: bool = False
    language: str = ""          # in which they would rather hear of it

    def encode(self) -> bytes:
        return msgspec.json.encode(self)


class NewReport(Struct, frozen=True):
    """Something about to be reported. `about` None: nobody of ours, or nobody knows. `posts`: and collections. `rules`:
    ids of the site's."""

    about: int | None
    kind: ReportKind = "other"
    posts: tuple[int, ...] = ()
    rules: tuple[str, ...] = ()
    written: Written = Written()


class Made(Struct, frozen=True):
    """A report as it was taken. `link`: the secret of the page that tells somebody without an account how it goes."""

    id: int
    case: int
    link: str = ""


class Followed(Struct, frozen=True):
    """How a report goes. `answered_at`: when its case was decided; `is_restricted`: whether anything was."""

    id: int
    kind: ReportKind
    made_at: datetime
    answered_at: datetime | None
    is_restricted: bool


class Copy(Struct, frozen=True):
    """What a post or profile said, sealed as evidence."""

    text: str
    spoiler: str = ""
    name: str = ""
    at: datetime | None = None


class Case(Struct, frozen=True):
    """`conflict`: why the viewer may not handle it, "" when they may. `account_state`: bits of accounts.State."""

    id: int
    about: int | None
    handle: str
    account_state: int
    account_role: str
    is_protected: bool
    kind: ReportKind
    harm: int
    reports: int
    state: str
    assigned: int | None
    assigned_to: str
    opened_at: datetime
    closed_at: datetime | None
    conflict: Conflict


class Report(Struct, frozen=True):
    """A report as the crew reads it; `reporter` and what tells who they are only for admins and owners."""

    id: int
    kind: ReportKind
    rules: tuple[str, ...]
    posts: tuple[int, ...]
    is_notice: bool
    made_at: datetime
    written: Written
    has_account: bool
    reporter: int | None
    reporter_handle: str


class Evidence(Struct, frozen=True):
    """A copy. `copy` None: not public, and nobody has said why they need to see it (or its key is gone).
    `stands`: the post is still there, and not taken down."""

    post: int
    author: int
    handle: str
    audience: int
    is_reported: bool
    is_taken_down: bool
    is_deleted: bool
    copy: Copy | None


class Statement(Struct, frozen=True, omit_defaults=True):
    """Reasons of a decision, sealed. source: DSA article 17 (3)."""

    facts: str
    reference: str = ""         # the rule, or the provision of law
    handle: str = ""


class Verdict(Struct, frozen=True):
    """What somebody of the crew decides. `posts`: of a take-down."""

    what: What
    ground: Ground = "none"
    reference: str = ""
    facts: str = ""
    posts: tuple[int, ...] = ()


class Decision(Struct, frozen=True):
    """`statement` is None once its key is destroyed. `by`: initials for moderators, the handle for admins and owners,
    "" for whom it concerns."""

    id: int
    case: int
    about: int
    post: int | None
    what: What
    ground: Ground
    is_of_notice: bool
    by: str
    is_own: bool
    decided_at: datetime
    undone_at: datetime | None
    statement: Statement | None


class NotForYou(Refused):
    """Somebody else of the crew has to handle this: it is about you, or somebody close to you"""


class NotCrew(NotFound):
    """Record not found"""


class Plea(Struct, frozen=True, omit_defaults=True):
    """What somebody wrote in an appeal, sealed. `name` and `reach`: of a counter-notice, who and where they are.

    `good_faith`: of a counter-notice, that they believe what was taken down was taken down by mistake.
    """

    text: str
    name: str = ""
    reach: str = ""
    good_faith: bool = False


class OwnDecision(Struct, frozen=True):
    """A decision as whom it concerns sees it, with their appeal. `may_appeal`: there is none yet, and it is not late.

    `not_before`: when what a counter-notice is about may come back. `is_unheard`: the appeal has waited for so long
    that there may be nobody else who could look at it.
    """

    id: int
    post: int | None
    what: What
    ground: Ground
    decided_at: datetime
    undone_at: datetime | None
    text: str
    may_appeal: bool
    appeal_state: str
    plea: Plea | None
    answer: str
    not_before: datetime | None
    is_unheard: bool = False


class OwnReport(Struct, frozen=True):
    id: int
    kind: ReportKind
    made_at: datetime
    answered_at: datetime | None
    is_restricted: bool


class Appeal(Struct, frozen=True):
    """An appeal on the desk. `conflict`: why the viewer may not decide it; "decided": they made that decision."""

    id: int
    decision: int
    is_counter: bool
    made_at: datetime
    not_before: datetime | None
    state: str
    decided_at: datetime | None
    about: int
    handle: str
    conflict: str
    plea: Plea | None
    answer: str
