"""What people find without having looked for it."""

from typing import Any, Literal

from tests.api.schemas.accounts import Account
from tests.api.schemas.base import Count, Empty, Entity, Id, Seen, Text, Time, Url
from tests.api.schemas.belongings import PublicTag, Tag, TagDay
from tests.api.schemas.statuses import PreviewCard, PublicStatus, Status


class AdminTag(Tag, kw_only=True):
    trendable: bool
    usable: bool
    listable: bool
    requires_review: bool


class AdminTrend(Status, kw_only=True):
    requires_review: bool


class TrendingLink(PreviewCard, kw_only=True):
    history: list[TagDay]


class AdminLink(TrendingLink, kw_only=True):
    id: Id
    requires_review: bool


class AdminPublisher(Entity, kw_only=True):
    id: Id
    domain: Text
    trendable: bool
    requires_review: bool
    reviewed_at: Time | None
    requested_review_at: None


class Oembed(Entity):
    """source: oembed.com sections 2.3.4 and 2.3.4.4."""

    type: Literal["rich"]
    version: Literal["1.0"]
    title: Text
    author_name: Text
    author_url: Url
    provider_name: Text
    provider_url: Url
    cache_age: Count
    html: Text
    width: Count
    height: None


class Suggestion(Entity):
    source: Literal["staff", "past_interactions", "global"]
    sources: list[Literal["featured", "friends_of_friends", "most_followed"]]
    account: Account


T, A = "/api/v1/trends", "/api/v1/admin/trends"
ANSWERS: dict[str, Any] = {
    f"GET {T}": Seen(list[Tag], list[PublicTag]),
    f"GET {T}/tags": Seen(list[Tag], list[PublicTag]),
    f"GET {T}/statuses": Seen(list[Status], list[PublicStatus]),
    "GET /api/v2/suggestions": list[Suggestion],
    "GET /api/v1/suggestions": list[Account],
    "DELETE /api/v1/suggestions/:account_id": Empty,
    "GET /api/v1/directory": list[Account],
    "GET /api/oembed": Oembed,
    f"GET {T}/links": list[TrendingLink],
    "GET /api/v1/timelines/link": Seen(list[Status], list[PublicStatus]),
    f"GET {A}/links": list[AdminLink],
    f"GET {A}/links/publishers": list[AdminPublisher],
    **{f"POST {A}/links/:id/{verb}": AdminLink for verb in ("approve", "reject")},
    **{f"POST {A}/links/publishers/:id/{verb}": AdminPublisher for verb in ("approve", "reject")},
    f"GET {A}/tags": list[AdminTag],
    "GET /api/v1/admin/tags": list[AdminTag],
    "GET /api/v1/admin/tags/:id": AdminTag,
    "PUT /api/v1/admin/tags/:id": AdminTag,
    f"GET {A}/statuses": list[AdminTrend],
    **{f"POST {A}/tags/:id/{verb}": AdminTag for verb in ("approve", "reject")},
    **{f"POST {A}/statuses/:id/{verb}": AdminTrend for verb in ("approve", "reject")},
}
