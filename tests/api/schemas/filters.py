"""A member's filters, and what they did to a post."""

from typing import Any, Literal

from tests.api.schemas.base import Empty, Entity, Id, Time

Context = Literal["home", "notifications", "public", "thread", "account"]


class FilterKeyword(Entity):
    id: Id
    keyword: str
    whole_word: bool


class FilterStatus(Entity):
    id: Id
    status_id: Id


class NamedFilter(Entity):
    id: Id
    title: str
    context: list[Context]
    expires_at: Time | None
    filter_action: Literal["warn", "hide", "blur"]


class Filter(NamedFilter):
    keywords: list[FilterKeyword]
    statuses: list[FilterStatus]


class FilterResult(Entity):
    filter: NamedFilter
    keyword_matches: list[str] | None
    status_matches: list[Id] | None


class FirstFilter(Entity):
    """As version 1 has it."""

    id: Id
    phrase: str
    context: list[Context]
    whole_word: bool
    expires_at: Time | None
    irreversible: bool


F, F1 = "/api/v2/filters", "/api/v1/filters"
ANSWERS: dict[str, Any] = {
    f"GET {F}": list[Filter],
    f"POST {F}": Filter,
    f"GET {F}/:id": Filter,
    f"PUT {F}/:id": Filter,
    f"PATCH {F}/:id": Filter,
    f"DELETE {F}/:id": Empty,
    f"GET {F}/:id/keywords": list[FilterKeyword],
    f"POST {F}/:id/keywords": FilterKeyword,
    f"GET {F}/keywords/:id": FilterKeyword,
    f"PUT {F}/keywords/:id": FilterKeyword,
    f"PATCH {F}/keywords/:id": FilterKeyword,
    f"DELETE {F}/keywords/:id": Empty,
    f"GET {F}/:id/statuses": list[FilterStatus],
    f"POST {F}/:id/statuses": FilterStatus,
    f"GET {F}/statuses/:id": FilterStatus,
    f"DELETE {F}/statuses/:id": Empty,
    f"GET {F1}": list[FirstFilter],
    f"POST {F1}": FirstFilter,
    **{f"{method} {F1}/:id": FirstFilter for method in ("GET", "PUT", "PATCH")},
    f"DELETE {F1}/:id": Empty,
}
