"""The one table from the error tree to statuses and bodies, and the errors that only HTTP knows.

Texts are those of the client API, because apps compare them (source: docs/law, API notes section 4).
A body never holds details: those go to the log with the request id.
"""

import math
import traceback

import structlog

from petrel.api.http.reply import Headers, Reply
from petrel.core.errors import (
    Conflict,
    Full,
    Gone,
    Invalid,
    NotFound,
    PetrelError,
    Refused,
    TooMany,
    Unauthenticated,
    Unavailable,
    Withheld,
)

log = structlog.get_logger("petrel.http")


class HttpError(PetrelError):
    """The request cannot be answered"""

    status = 400
    headers: Headers = ()


class BadRequest(HttpError):
    """The request cannot be read"""


class NeedsUser(HttpError):
    """This method requires an authenticated user"""

    status = 422


class NotAllowedHere(HttpError):
    """This method is not supported at this address"""

    status = 405

    def __init__(self, allow: bytes) -> None:
        super().__init__()
        self.headers = ((b"allow", allow),)


class TooLarge(HttpError):
    """The body is too large"""

    status = 413
    headers = ((b"connection", b"close"),)

    def __init__(self, most_bytes: int) -> None:
        super().__init__(f"The body is too large: at most {most_bytes} bytes are accepted here")


class AddressTooLong(HttpError):
    """The address is too long"""

    status = 414


class UnknownType(HttpError):
    """The body must be JSON, a form or multipart"""

    status = 415


class ClientGone(Exception):
    """The client hung up while its body was read; there is nobody to answer."""


OAUTH = frozenset(("/oauth/token", "/oauth/revoke", "/oauth/introspect"))
OUTSIDE_SCOPES = "This action is outside the authorized scopes"
CHALLENGE = (b"www-authenticate", b'Bearer realm="petrel", error="invalid_token"')

# Looked up along the class's ancestors, so a subclass made by a room needs no line of its own.
STATUSES: dict[type[PetrelError], int] = {
    Withheld: 451,
    Gone: 410,
    NotFound: 404,
    Refused: 403,
    Invalid: 422,
    Conflict: 409,
    TooMany: 429,
    Full: 507,
    Unavailable: 503,
    Unauthenticated: 401,
}


def reply_for(error: BaseException, request_id: str, place: str) -> Reply:
    """What a client is told. Anything not in the tree is a 500 and is logged with its traceback.

    `place` is the route's pattern, never the address asked for, which may carry a token.
    """
    if isinstance(error, HttpError):
        if place in OAUTH and error.status == 400:
            # source: RFC 6749 section 5.2
            return Reply({"error": "invalid_request", "error_description": error.message}, 400, error.headers)
        return Reply({"error": error.message}, error.status, error.headers)
    status = next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)
    if status == 500:
        # As text: some renderers print the variables of a traceback, and the token is among them.
        trace = "".join(traceback.format_exception(error))
        log.error("request failed", request_id=request_id, place=place, exception=trace)
        if isinstance(error, TimeoutError | ConnectionError):
            # Something we lean on is gone or slow, and no room has put it into words.
            return reply_for(Unavailable(), request_id, place)
        return Reply({"error": "Something went wrong on our side", "request_id": request_id}, 500)
    assert isinstance(error, PetrelError)
    if status in (403, 503) or error.detail is not None:
        # Strangers can be refused as often as they like: that is for the log of somebody who looks closely.
        tell = log.debug if status == 403 else log.info
        reason = getattr(error, "reason", None)
        tell("request refused", request_id=request_id, place=place, status=status, reason=reason, detail=error.detail)
    return Reply(_body(error), status, _headers(error))


def _body(error: PetrelError) -> dict[str, object]:
    if isinstance(error, Withheld):
        return {"error": error.message, "reason": error.reason, "case_number": error.case_number,
                "notice_url": error.notice_url}
    if isinstance(error, NotFound):
        # The same bytes for every kind of missing and forbidden thing (law, section 3).
        return {"error": "Record not found"} if not error.reason else {"error": error.message, "reason": error.reason}
    if isinstance(error, Invalid):
        text = error.message
        if error.field:
            text = f"Validation failed: {error.field.replace('_', ' ').capitalize()} {text}"
        return {"error": text, "details": error.details} if error.details else {"error": text}
    return {"error": error.message}


def _headers(error: PetrelError) -> Headers:
    if isinstance(error, TooMany | Unavailable | Full):
        return ((b"retry-after", b"%d" % max(1, math.ceil(error.retry_after_s))),)
    if isinstance(error, Unauthenticated):
        return (CHALLENGE,)
    return ()
