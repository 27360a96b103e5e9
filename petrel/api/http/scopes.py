"""Who may call a route: the words of the API's own list, made into a rule once.

    public                    anybody; a token that is no longer good counts as none
    public or read:statuses   anybody; but a token, if one is shown, must be good and cover the scope
    read:statuses             a member whose token covers the scope ("profile or read:accounts": either)
    read:statuses + push      a member whose token covers both
    user                      any member
    app                       an app's own token (client credentials), not a member's
    app: write:accounts       the same, covering the scope
    any token                 an app's or a member's
    app or user               the same

Scopes are hierarchical: `read` covers `read:statuses`, `admin:write` covers `admin:write:accounts`.
`follow` (old) covers reading and writing of blocks, follows and mutes. `profile` covers only itself.
Source: docs/law API notes, section 6.
"""

from msgspec import Struct

from petrel.core.scopes import KNOWN, covering

WORDS = frozenset(("public", "user", "app", "any token"))


class Access(Struct, frozen=True):
    """`needs`: sets of scopes, one of each set must be held. Empty: any token of the right kind will do."""

    needs: tuple[frozenset[str], ...] = ()
    anonymous: bool = False
    members: bool = False
    apps: bool = False
    # Whether a token that is not good is answered 401, rather than taken as no token.
    strict: bool = True


def scopes_named(text: str) -> list[str]:
    """The scopes in a route's words."""
    parts = [part.removeprefix("app:").strip() for choice in text.split(" or ") for part in choice.split(" + ")]
    return [part for part in parts if part not in WORDS]


def access_of(text: str) -> Access:
    """Errors: ValueError for words that mean nothing, at import of the route."""
    choices = [choice.strip() for choice in text.split(" or ")]
    app_only = [choice for choice in choices if choice.startswith("app:")]
    if app_only:
        if len(choices) > 1:
            raise ValueError(f"an app's scope stands alone: {text!r}")
        return Access(needs=_needs(app_only[0].removeprefix("app:").strip()), apps=True)
    anonymous = "public" in choices
    scopes = [choice for choice in choices if choice not in WORDS]
    if len(scopes) > 1 and any("+" in scope for scope in scopes):
        raise ValueError(f"cannot mix + and or: {text!r}")
    if scopes:
        needs = _needs(scopes[0]) if len(scopes) == 1 else (frozenset().union(*map(_covers, scopes)),)
        return Access(needs=needs, anonymous=anonymous, members=True, apps=anonymous)
    any_token = "any token" in choices
    return Access(
        anonymous=anonymous,
        members=anonymous or any_token or "user" in choices,
        apps=anonymous or any_token or "app" in choices,
        strict=not anonymous or "user" in choices,
    )


def _needs(text: str) -> tuple[frozenset[str], ...]:
    return tuple(_covers(part.strip()) for part in text.split("+"))


def _covers(scope: str) -> frozenset[str]:
    if scope not in KNOWN:
        raise ValueError(f"not a scope: {scope!r}")
    return covering(scope)
