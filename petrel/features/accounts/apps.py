"""Apps: how they introduce themselves, and where people may be sent back to."""

import hmac
import re
from urllib.parse import urlsplit

from petrel.core import ids, scopes
from petrel.core.doors import Reader, Writer
from petrel.core.errors import Invalid
from petrel.core.text.normal import clean
from petrel.core.viewer import AppOnly, Member
from petrel.features.accounts import reads
from petrel.features.accounts.sealing import digest_of, new_token
from petrel.features.accounts.shapes import App, NewApp

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
REFUSED_SCHEMES = frozenset(("data", "javascript", "vbscript", "blob", "file", "about", "filesystem", "view-source"))
LONGEST_URI = 2000
MOST_URIS = 20
LONGEST_NAME = 60

_scheme = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*\Z")


def redirect_uri_fault(uri: str) -> str | None:
    """Why nobody can be sent to this address; None if they can. A custom scheme may stand with one slash or none.

    source: RFC 6749 section 3.1.2 (absolute, no fragment); RFC 8252 section 7.1 (schemes of apps).
    """
    if uri == OUT_OF_BAND:
        return None
    if not uri or len(uri) > LONGEST_URI or not uri.isascii() or any(ord(c) <= 32 or ord(c) == 127 for c in uri):
        return "must be an absolute URI"
    try:
        parts = urlsplit(uri)
        is_web = parts.scheme in ("http", "https")
        good = bool(_scheme.match(uri.partition(":")[0])) and (not is_web or bool(parts.hostname and parts.port != 0))
    except ValueError:
        return "must be an absolute URI"
    if not parts.scheme or not good:
        return "must be an absolute URI"
    if parts.scheme in REFUSED_SCHEMES:
        return "must not be of a scheme that browsers run or read themselves"
    if "#" in uri:
        return "must not contain a fragment"
    return "must not contain a name or password" if is_web and "@" in parts.netloc else None


async def register(w: Writer, name: str, redirect_uris: list[str], scope: str = "",
                   website: str | None = None) -> NewApp:
    """An app introduces itself; anybody's may. Errors: Invalid."""
    name = clean(name, "name")[:LONGEST_NAME]
    if not name:
        raise Invalid("name", "can't be blank")
    uris = tuple(dict.fromkeys(redirect_uris))
    if not uris:
        raise Invalid("redirect_uri", "can't be blank")
    if len(uris) > MOST_URIS:
        raise Invalid("redirect_uri", f"can be at most {MOST_URIS}")
    for uri in uris:
        if fault := redirect_uri_fault(uri):
            raise Invalid("redirect_uri", fault)
    try:
        wanted = scopes.parse(scope)
    except ValueError as unknown:
        raise Invalid("scopes", f'contain "{str(unknown)[:40]}", which this server does not know') from None

    app = App(ids.new_id(ids.any_cell()), name, _website(website), uris, wanted, new_token())
    secret = new_token()
    await w.execute(
        "insert into accounts.app (id, name, website, redirect_uris, scopes, client_id, client_digest) "
        "values ($1, $2, $3, $4, $5, $6, $7)",
        app.id, app.name, app.website, list(uris), list(wanted), app.client_id, digest_of(secret))
    w.record("accounts.app.registered", app.id, body=name.encode())
    return NewApp(app, secret)


def _website(typed: str | None) -> str | None:
    """Shown as a link under posts, so nothing but an ordinary web address."""
    if not typed or not typed.strip():
        return None
    uri = typed.strip()
    if redirect_uri_fault(uri.partition("#")[0]) or not uri.lower().startswith(("http://", "https://")):
        raise Invalid("website", "is not a web address")
    return uri


async def authenticate(w: Writer, client_id: str, client_secret: str) -> App | None:
    """The app with this id and secret, None when they do not fit together."""
    row = await w.row("select id, name, website, redirect_uris, scopes, client_id, client_digest from accounts.app "
                      "where client_id = $1", client_id)
    if row is None or not hmac.compare_digest(row["client_digest"], digest_of(client_secret)):
        return None
    return App(row["id"], row["name"], row["website"], tuple(row["redirect_uris"]), tuple(row["scopes"]), client_id)


async def app_of(r: Reader, viewer: Member | AppOnly) -> App | None:
    """The app behind a token; None for sessions and for tokens made on the command line."""
    number = viewer.app
    return None if number is None else (await reads.apps(r, [number])).get(number)
