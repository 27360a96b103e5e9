"""What an app may ask about tokens of its own. source: RFC 7662."""

from datetime import datetime

from msgspec import Struct

from petrel.core.doors import Reader, Writer
from petrel.core.viewer import AppOnly, Member, Viewer
from petrel.features.accounts import tokens
from petrel.features.accounts.apps import app_of, authenticate
from petrel.features.accounts.oauth import UNKNOWN_CLIENT
from petrel.features.accounts.sealing import digest_of
from petrel.features.accounts.shapes import MayNotSignIn, OAuthError

MADE_AT = "select accounts.token_made_at($1)"


class Told(Struct, frozen=True):
    """What an app may know of a token of its own. `account`: None for the app's own token."""

    account: int | None
    client_id: str
    scopes: tuple[str, ...]
    made_at: datetime


async def told_of(r: Reader, holder: Viewer | None) -> Told | None:
    """Of the token by which somebody came; None where that is no token of an app."""
    if not isinstance(holder, Member | AppOnly) or (app := await app_of(r, holder)) is None:
        return None
    made_at = await r.value(MADE_AT, holder.digest)
    account = holder.account if isinstance(holder, Member) else None
    return None if made_at is None else Told(account, app.client_id, tuple(sorted(holder.scopes)), made_at)


async def introspect(w: Writer, client_id: str, client_secret: str, token: str) -> Told | OAuthError | None:
    """A token of the same app, as far as it works now; None for every other: nobody learns of foreign ones. The app
    shows itself by its secret, or by another token of its own. source: RFC 7662 section 2."""
    if client_id or not isinstance(w.viewer, Member | AppOnly):
        asking = await authenticate(w, client_id, client_secret)
    else:
        asking = await app_of(w, w.viewer)
    if asking is None:
        return UNKNOWN_CLIENT
    try:
        told = await told_of(w, await tokens.resolve(w, digest_of(token)))
    except MayNotSignIn:
        return None
    return told if told is not None and told.client_id == asking.client_id else None
