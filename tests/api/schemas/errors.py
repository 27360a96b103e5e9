"""What goes wrong, by status. An operation's own errors stand beside its answer in `ANSWERS`."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from tests.api.schemas.base import Entity, Text, Url


class Error(Entity):
    error: Text


class Detail(Entity):
    """One fault of one field. source: notes of the API, section 4."""

    error: Literal["ERR_BLOCKED", "ERR_UNREACHABLE", "ERR_TAKEN", "ERR_RESERVED", "ERR_ACCEPTED", "ERR_BLANK",
                   "ERR_INVALID", "ERR_TOO_LONG", "ERR_TOO_SHORT", "ERR_INCLUSION"]
    description: Text


class Invalid(Error):
    """`details` where a form is told all that is wrong with it at once."""

    details: dict[str, list[Detail]] | UnsetType = UNSET


class Missing(Error):
    """`reason` for somebody who could see it before. source: docs/law/visibility.md section 3."""

    reason: str | UnsetType = UNSET


class Withheld(Error):
    reason: str
    case_number: str
    notice_url: Url | None


class Failed(Error):
    request_id: Annotated[str, Meta(pattern=r"^[0-9a-f]{24}$")]


class OAuthError(Error):
    """source: RFC 6749 section 5.2."""

    error_description: Text


ERRORS: dict[int, Any] = {404: Missing, 410: Missing, 422: Invalid, 451: Withheld, 500: Failed}
OF_OAUTH: dict[int, Any] = {400: OAuthError, 401: OAuthError, 403: OAuthError}
