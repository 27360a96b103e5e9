"""What a moderator's app asks for: reports one by one, and accounts. An app has no place for a typed reason, so it gets
what takes none (visibility.md sections 6 and 9): never who reported, nor addresses."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from petrel.core import seal
from petrel.core.doors import Reader, Row
from petrel.core.errors import NotFound
from petrel.core.pages import Page
from petrel.features import accounts
from petrel.features.moderation.cases import SCOPES, WRITE_SCOPES
from petrel.features.moderation.shapes import ReportKind, Written

REPORT_SCOPES = [*SCOPES, *WRITE_SCOPES]
ACCOUNT_SCOPES = ["admin:read", "admin:read:accounts", "admin:write", "admin:write:accounts", *REPORT_SCOPES]
REPORTS = "select * from moderation.report_list($1, $2, $3, $4, $5, $6, $7, $8)"
ACCOUNTS = "select * from moderation.accounts($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"


class AppReport(Struct, frozen=True):
    """One report, and how its case stands."""

    id: int
    case: int
    about: int
    kind: ReportKind
    rules: tuple[str, ...]
    posts: tuple[int, ...]
    made_at: datetime
    comment: str
    is_closed: bool
    closed_at: datetime | None
    closed_by: int | None
    assigned: int | None


class Wanted(Struct, frozen=True):
    """Which accounts: `has` and `without` are bits of accounts.State; None asks nothing."""

    is_local: bool | None = None
    has: int = 0
    without: int = 0
    handle: str | None = None
    domain: str | None = None
    only_crew: bool = False


async def reports(r: Reader, page: Page, *, closed: bool, about: int | None = None) -> list[AppReport]:
    """Newest first."""
    return await _reports(r, None, closed, about, page)


async def report(r: Reader, number: int) -> AppReport:
    """Errors: NotFound."""
    found = await _reports(r, number, False, None, Page(1))
    if not found:
        raise NotFound
    return found[0]


async def _reports(r: Reader, only: int | None, closed: bool, about: int | None, page: Page) -> list[AppReport]:
    rows = await r.fetch(REPORTS, r.digest, REPORT_SCOPES, only, closed, about, page.max_id,
                         page.min_id or page.since_id, page.limit)
    keys = await seal.keys(row["id"] for row in rows if row["sealed"])
    return [_report(row, keys.get(row["id"])) for row in rows]


def _report(row: Row, key: bytes | None) -> AppReport:
    written = Written()
    if key is not None and row["sealed"]:
        written = msgspec.json.decode(seal.open_sealed(key, row["id"], row["sealed"]), type=Written)
    return AppReport(row["id"], row["case_file"], row["about"], row["kind"], tuple(row["rules"]), tuple(row["posts"]),
                     row["made_at"], written.comment or written.law, row["state"] == "closed", row["closed_at"],
                     row["closed_by"], row["assigned"])


async def people(r: Reader, wanted: Wanted, page: Page) -> list[Row]:
    """Rows of type accounts.card, newest first."""
    return await r.fetch(ACCOUNTS, r.digest, ACCOUNT_SCOPES, None, wanted.is_local, wanted.has, wanted.without,
                         wanted.handle, wanted.domain, wanted.only_crew, page.max_id, page.min_id or page.since_id,
                         page.limit)


async def cards(r: Reader, numbers: Sequence[int]) -> list[Row]:
    """Rows of type accounts.card of these, as far as they are there."""
    return await r.fetch(ACCOUNTS, r.digest, ACCOUNT_SCOPES, list(dict.fromkeys(numbers)), None, 0, 0, None, None,
                         False, None, None, len(numbers)) if numbers else []


SILENCED, SUSPENDED = int(accounts.State.LIMITED), int(accounts.State.SUSPENDED)
UNCONFIRMED, DEACTIVATED = int(accounts.State.UNCONFIRMED), int(accounts.State.DEACTIVATED)
