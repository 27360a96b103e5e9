"""Who is looking or acting. No read and no write happens without one of these.

A `Member` here is what the door believes, for choosing a timeline and wording an error. It is not authority:
the database resolves the digest of the session or token anew at every read (`law.viewer`).
"""

from functools import cache

from msgspec import Struct

NO_SCOPES: frozenset[str] = frozenset()


class Anonymous(Struct, frozen=True):
    """Somebody not signed in. Instead of a digest the country of their network address, where it is known."""

    digest: bytes = b""


@cache
def anonymous_in(country: str) -> Anonymous:
    """`country`: two capital letters, or "" for not known."""
    return Anonymous(country.encode())


class Member(Struct, frozen=True):
    """An account, by the sha256 digest (32 bytes) of the session or access token that it showed.

    `is_outdated`: this program is older than the policy in force. It reads what is public, and changes nothing.
    """

    account: int
    digest: bytes
    scopes: frozenset[str] = NO_SCOPES
    role: str = "member"
    app: int | None = None
    token: int | None = None
    is_session: bool = False
    is_outdated: bool = False


class AppOnly(Struct, frozen=True):
    """An app with a token of its own (client credentials): no account behind it. Reads as nobody."""

    app: int
    digest: bytes
    scopes: frozenset[str] = NO_SCOPES


class Staff(Struct, frozen=True):
    """A member of the crew in the console, who names why they look; looks at what is not public are journaled."""

    account: int
    digest: bytes
    purpose: str


class System(Struct, frozen=True):
    """Petrel itself: a journal follower, a job, the command line."""

    purpose: str
    digest: bytes = b""


Viewer = Anonymous | Member | AppOnly | Staff | System


def account_of(viewer: Viewer) -> int | None:
    """The account acting or looking; None for the anonymous, apps and the system."""
    return viewer.account if isinstance(viewer, (Member, Staff)) else None
