"""What people find without having looked for it."""

from typing import Any

from tests.api.schemas.base import Seen
from tests.api.schemas.belongings import PublicTag, Tag
from tests.api.schemas.statuses import PublicStatus, Status


class AdminTag(Tag, kw_only=True):
    trendable: bool
    usable: bool
    listable: bool
    requires_review: bool


class AdminTrend(Status, kw_only=True):
    requires_review: bool


T, A = "/api/v1/trends", "/api/v1/admin/trends"
ANSWERS: dict[str, Any] = {
    f"GET {T}": Seen(list[Tag], list[PublicTag]),
    f"GET {T}/tags": Seen(list[Tag], list[PublicTag]),
    f"GET {T}/statuses": Seen(list[Status], list[PublicStatus]),
    f"GET {A}/tags": list[AdminTag],
    f"GET {A}/statuses": list[AdminTrend],
    **{f"POST {A}/tags/:id/{verb}": AdminTag for verb in ("approve", "reject")},
    **{f"POST {A}/statuses/:id/{verb}": AdminTrend for verb in ("approve", "reject")},
}
