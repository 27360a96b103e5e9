"""Apps introducing themselves. source: docs/law API notes section 6."""

from msgspec import Struct

from petrel.api.http import Call, route
from petrel.core.doors import reading, writing
from petrel.core.errors import Unauthenticated
from petrel.core.viewer import AppOnly, Member
from petrel.features import accounts, push

NO_POSTS = "apps, not posts"


class NewAppForm(Struct, frozen=True, kw_only=True):
    """`redirect_uris`: a list, or one text with lines; `scopes`: a list, or one text with spaces."""

    client_name: str = ""
    redirect_uris: list[str] = []
    scopes: list[str] = []
    website: str | None = None


class Application(Struct):
    """What an app may know of itself. `redirect_uri` and `vapid_key` are there for older apps."""

    id: str
    name: str
    website: str | None
    scopes: list[str]
    redirect_uri: str
    redirect_uris: list[str]
    vapid_key: str


class CredentialApplication(Application):
    """With its secret, told once. `client_secret_expires_at` 0: never."""

    client_id: str = ""
    client_secret: str = ""
    client_secret_expires_at: int = 0


@route("POST", "/api/v1/apps", scope="public", surface="none", why_no_surface=NO_POSTS, limit="apps")
async def register(call: Call, form: NewAppForm) -> CredentialApplication:
    uris = " ".join(form.redirect_uris).split()
    async with writing(call.viewer, cause=call.id) as w:
        made = await accounts.oauth.register(w, form.client_name, uris, " ".join(form.scopes), form.website)
    app = made.app
    return CredentialApplication(
        str(app.id), app.name, app.website, list(app.scopes), "\n".join(app.redirect_uris), list(app.redirect_uris),
        await push.server_key(), client_id=app.client_id, client_secret=made.client_secret)


@route("GET", "/api/v1/apps/verify_credentials", scope="any token", surface="none", why_no_surface=NO_POSTS)
async def verify(call: Call) -> Application:
    """For an app's own token, and for the tokens it got from members."""
    viewer = call.viewer
    assert isinstance(viewer, Member | AppOnly)
    async with reading(viewer) as r:
        app = await accounts.oauth.app_of(r, viewer)
    if app is None:
        raise Unauthenticated
    return Application(str(app.id), app.name, app.website, list(app.scopes), "\n".join(app.redirect_uris),
                       list(app.redirect_uris), await push.server_key())
