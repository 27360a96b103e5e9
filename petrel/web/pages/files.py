"""Pictures drawn from an account's number, the files of static/, and those of the app in the browser."""

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from petrel.core import limits, packing
from petrel.features.accounts import pictures
from petrel.web import built, look

PICTURES: dict[tuple[str, str], tuple[str, Callable[[int], bytes]]] = {
    ("avatars", "svg"): ("image/svg+xml", pictures.svg),
    ("avatars", "png"): ("image/png", pictures.png),
    ("headers", "svg"): ("image/svg+xml", pictures.header_svg),
    ("headers", "png"): ("image/png", pictures.header_png),
}
# A picture opened by itself must stay a picture.
FOR_EVER = "public, max-age=31536000, immutable"
SANDBOX = {"x-content-type-options": "nosniff", "content-security-policy": "default-src 'none'; sandbox"}


async def picture(request: Request) -> Response:
    """Any number has one, so that asking tells nobody whether the account exists. Open to apps of other origins."""
    name, _, kind = request.path_params["name"].rpartition(".")
    known = PICTURES.get((request.url.path.split("/")[1], kind))
    if known is None or not name.isascii() or not name.isdigit() or len(name) > 19 or int(name) >= 2**63:
        return PlainTextResponse("No such picture.\n", status_code=404, headers=SANDBOX)
    media_type, draw = known
    headers = {"cache-control": "public, max-age=86400", "access-control-allow-origin": "*", **SANDBOX}
    return Response(draw(int(name)), media_type=media_type, headers=headers)


async def static(request: Request) -> Response:
    """Files of an older release are not here any more; a page that asks for one is loaded anew anyway."""
    return _sent(request, look.static_files().get(request.path_params["name"]), SANDBOX)


async def app(request: Request) -> Response:
    """A page that was open during an upgrade may ask for what is no longer here: the app loads itself anew then."""
    return _sent(request, built.files().get(request.path_params["name"]),
                 {"x-content-type-options": "nosniff", "cross-origin-resource-policy": "same-origin"})


def _sent(request: Request, found: look.File | None, headers: Mapping[str, str]) -> Response:
    """Packed for whoever takes that: these files are the same for everybody (decision 0032 is about what is not)."""
    if found is None:
        return PlainTextResponse("No such file.\n", status_code=404, headers=SANDBOX)
    headers = {"cache-control": FOR_EVER, "vary": "Accept-Encoding", **headers}
    if found.packed is not None and packing.is_taken(request.headers.get("accept-encoding", "").encode()):
        return Response(found.packed, media_type=found.type, headers={**headers, "content-encoding": "gzip"})
    return Response(found.content, media_type=found.type, headers=headers)


async def worker(request: Request) -> Response:
    """Asked for by browsers at every visit; needs no database, so that it can be ended whatever else stands still."""
    headers = {"cache-control": "no-cache", "x-content-type-options": "nosniff",
               "content-security-policy": "default-src 'none'; connect-src 'self'",
               "cross-origin-resource-policy": "same-origin"}
    return Response(built.worker(is_on=limits.current().offline), media_type=look.KINDS[".js"], headers=headers)
