"""Who is calling: from the bearer token to a viewer, and whether the route lets them in.

Only the sha256 digest of a token is ever kept or passed on. What is remembered here for a few seconds
is not authority: the database resolves the digest anew at each read, so a revoked token opens nothing.
"""

import hashlib
import time
from collections.abc import Awaitable, Callable

from petrel.api.http.errors import OUTSIDE_SCOPES, NeedsUser
from petrel.api.http.scopes import Access
from petrel.core.errors import Refused, Unauthenticated, Unavailable
from petrel.core.policy import OLDER
from petrel.core.viewer import Anonymous, AppOnly, Member

Caller = Anonymous | Member | AppOnly
Resolve = Callable[[bytes], Awaitable[Member | AppOnly | None]]

ANONYMOUS = Anonymous()
WRITERS_MAX_AGE_S = 1.0
NO_USER = "This method requires an authenticated user"


class Tokens:
    """Digest to member or app, asked of `resolve` and remembered for a few seconds per process.

    Unknown tokens are not remembered: one just made works at once. Whoever changes something asks with a smaller
    `max_age_s`: a revoked token writes nothing after a second (source: docs/law/visibility.md section 11).
    """

    def __init__(self, resolve: Resolve, *, keep_s: float = 5.0, most: int = 4096) -> None:
        self._resolve = resolve
        self._keep_s = keep_s
        self._most = most
        self._known: dict[bytes, tuple[float, Member | AppOnly]] = {}

    async def find(self, digest: bytes, max_age_s: float | None = None) -> Member | AppOnly | None:
        known = self._known.get(digest)
        oldest = time.monotonic() - (self._keep_s if max_age_s is None else min(max_age_s, self._keep_s))
        if known is not None and known[0] > oldest:
            return known[1]
        found = await self._resolve(digest)
        self._known.pop(digest, None)
        if found is not None:
            if len(self._known) >= self._most:
                # Oldest first: entries are put at the end when they are resolved anew.
                del self._known[next(iter(self._known))]
            self._known[digest] = (time.monotonic(), found)
        return found

    def forget(self, digest: bytes) -> None:
        """After a sign-out or revocation in this process; others forget by themselves within seconds."""
        self._known.pop(digest, None)


def bearer_of(authorization: bytes | None) -> bytes | None:
    """The token of an `Authorization` header, None without one. Other schemes are not for us.

    Source: RFC 6750 section 2.1; the word Bearer in any case (RFC 9110 section 11.1).
    """
    if authorization is None or authorization[:7].lower() != b"bearer ":
        return None
    return authorization[7:].strip() or None


def digest_of(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()


def admit(access: Access, caller: Caller, *, has_token: bool, only_reads: bool = True) -> Caller:
    """The caller as the route sees them. `has_token`: whether any token was shown.

    Errors, with the API's own texts: Unauthenticated (401), Refused (403), NeedsUser (422); Unavailable (503) for a
    member who comes through an outdated program to anything but what everybody may read: apps drop a token for 401.
    """
    if isinstance(caller, Member) and caller.is_outdated:
        if access.anonymous and only_reads:
            return caller
        raise Unavailable(OLDER, retry_after_s=60)
    if not isinstance(caller, Anonymous):
        for need in access.needs:
            if need.isdisjoint(caller.scopes):
                raise Refused("scope", OUTSIDE_SCOPES)
        if isinstance(caller, Member) and not access.members:
            raise Refused("app token wanted")
        if isinstance(caller, AppOnly) and not access.apps:
            raise NeedsUser
        return caller
    if has_token and access.strict:
        raise Unauthenticated
    if not access.anonymous:
        wants_user = access.members and not access.needs and not access.apps
        raise Unauthenticated(NO_USER if wants_user and not has_token else None)
    return ANONYMOUS
