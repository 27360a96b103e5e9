"""The part for moderators."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from tests.api.schemas.accounts import Account, Role
from tests.api.schemas.base import Digits, Empty, Entity, Id, Midnight, Text, Time
from tests.api.schemas.collections import Collection
from tests.api.schemas.sites import Rule
from tests.api.schemas.statuses import Status


class Ip(Entity):
    ip: str
    used_at: Time


class AdminAccount(Entity):
    id: Id
    username: str
    domain: str | None
    email: str
    ip: str | None
    ips: list[Ip]
    created_at: Time
    locale: str | None
    invite_request: str | None
    account: Account
    role: Role | None
    confirmed: bool
    approved: bool
    disabled: bool
    sensitized: bool
    silenced: bool
    suspended: bool


class AdminReport(Entity):
    """`account`: the one that answers for the site, in place of whoever reported."""

    id: Id
    action_taken: bool
    action_taken_at: Time | None
    category: Literal["spam", "legal", "violation", "other"]
    comment: str
    forwarded: bool
    created_at: Time
    updated_at: Time
    account: AdminAccount | None
    target_account: AdminAccount | None
    assigned_account: AdminAccount | None
    action_taken_by_account: AdminAccount | None
    statuses: list[Status]
    rules: list[Rule]
    collections: list[Collection]


class MeasuredDay(Entity):
    date: Midnight
    value: Digits


class Measure(Entity):
    key: Literal["new_users", "opened_reports", "resolved_reports"]
    unit: None
    total: Digits
    previous_total: Digits
    data: list[MeasuredDay]


class DomainBlock(Entity):
    id: Id
    created_at: Time
    domain: Text
    digest: str
    severity: Literal["noop", "silence", "suspend"]
    reject_media: bool
    reject_reports: bool
    private_comment: str | None
    public_comment: str | None
    obfuscate: bool


class UseOfDay(Entity):
    day: Digits
    accounts: Digits
    uses: Digits


class MailDomainBlock(Entity):
    id: Id
    created_at: Time
    domain: Text
    history: list[UseOfDay]
    allow_with_approval: bool


class NetworkBlock(Entity):
    id: Id
    created_at: Time
    ip: Text
    severity: Literal["sign_up_requires_approval", "sign_up_block", "no_access"]
    comment: str
    expires_at: Time | None


class MailboxBlock(Entity):
    """`canonical_email_hash` is empty where a restore has lost it."""

    id: Id
    canonical_email_hash: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")]


class DimensionLine(Entity):
    """`unit`, `human_value` of sizes and versions."""

    key: Text
    human_key: Text
    value: Text
    unit: Literal["bytes"] | UnsetType = UNSET
    human_value: Text | UnsetType = UNSET


class Dimension(Entity):
    key: Literal["languages", "sources", "space_usage", "software_versions"]
    data: list[DimensionLine]


class CohortData(Entity):
    date: Midnight
    rate: Annotated[float, Meta(ge=0, le=1)]
    value: Digits


class Cohort(Entity):
    period: Midnight
    frequency: Literal["day", "month"]
    data: list[CohortData]


A, R = "/api/v1/admin/accounts", "/api/v1/admin/reports"


def _blocks(kind: str, one: type[Entity]) -> dict[str, Any]:
    path = f"/api/v1/admin/{kind}_blocks"
    return {f"GET {path}": list[one], f"POST {path}": one, f"GET {path}/:id": one,  # type: ignore[valid-type]
            f"DELETE {path}/:id": Empty}


ANSWERS: dict[str, Any] = {
    f"GET {A}": list[AdminAccount],
    "GET /api/v2/admin/accounts": list[AdminAccount],
    f"GET {A}/:id": AdminAccount,
    f"DELETE {A}/:id": AdminAccount,
    f"POST {A}/:id/action": Empty,
    **{f"POST {A}/:id/{verb}": AdminAccount
       for verb in ("approve", "reject", "enable", "unsilence", "unsuspend", "unsensitive")},
    f"GET {R}": list[AdminReport],
    f"GET {R}/:id": AdminReport,
    f"PUT {R}/:id": AdminReport,
    "POST /api/v1/admin/measures": list[Measure],
    "POST /api/v1/admin/dimensions": list[Dimension],
    "POST /api/v1/admin/retention": list[Cohort],
    "POST /api/v1/admin/canonical_email_blocks/test": list[MailboxBlock],
    **{f"POST {R}/:id/{verb}": AdminReport for verb in ("assign_to_self", "unassign", "resolve", "reopen")},
    **_blocks("domain", DomainBlock), **_blocks("email_domain", MailDomainBlock), **_blocks("ip", NetworkBlock),
    **_blocks("canonical_email", MailboxBlock),
    "PUT /api/v1/admin/domain_blocks/:id": DomainBlock,
    "PUT /api/v1/admin/ip_blocks/:id": NetworkBlock,
}
