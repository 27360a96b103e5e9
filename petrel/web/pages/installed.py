"""The site as an app of the device: what it is called and looks like there, the frame that opens before anything has
come over the network, and what other apps share with it (decision 0061)."""

from urllib.parse import quote, urlencode

import msgspec
from starlette.responses import Response

from petrel.core.errors import PetrelError, Unauthenticated
from petrel.features import media
from petrel.web import built, look
from petrel.web.door import Visit
from petrel.web.forms import TooLarge

SHARED = ("title", "text", "url")
MOST_SHARED_CHARACTERS = 1000
"""Of each: an address carries it, also behind the one of signing in."""
OURS = (None, "none", "same-origin")
"""What a browser says of who sends a form: nobody, such as the device itself, or a page of ours."""


async def manifest(visit: Visit) -> Response:
    """Of the site, in the reader's language. source: W3C, Web Application Manifest; WICG, Web Share Target."""
    says, name, ground = visit.says, visit.site.name, look.GROUNDS["light"][""]
    icons = [
        {"src": look.static("icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": look.static("icon-512.png"), "sizes": "512x512", "type": "image/png"},
        {"src": look.static("icon-full.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
        {"src": look.static("mark.svg"), "sizes": "any", "type": "image/svg+xml"},
    ]
    ways = {"write": "/compose", "notifications": "/notifications", "messages": "/conversations"}
    said = {
        "id": "/", "name": name, "short_name": name[:30], "description": visit.site.description or name,
        "lang": says.language, "dir": says.direction, "scope": "/", "start_url": "/", "display": "standalone",
        "theme_color": ground, "background_color": ground, "icons": icons, "categories": ["social"],
        "shortcuts": [{"name": str(says.t(f"frame.{word}")), "url": url, "icons": icons[:1]}
                      for word, url in ways.items()],
        "share_target": {
            "action": "/share", "method": "POST", "enctype": "multipart/form-data",
            "params": {**{one: one for one in SHARED},
                       "files": [{"name": "files", "accept": media.rules.told()["supported_mime_types"]}]}},
    }
    return Response(msgspec.json.encode(said), media_type="application/manifest+json")


async def shell(visit: Visit) -> Response:
    """The frame of the member's pages, for the app's worker to keep: it names the member, and shows nothing else."""
    visit.member()
    if built.app() is None:
        return Response(status_code=404)
    return visit.page("shell.html")


async def share(visit: Visit) -> Response:
    """What another app shares fills the composer, and does nothing else: whoever made a browser send this has filled in
    a form that its reader sees. Files are taken of members, when no other site sent them; all else goes on to where
    somebody signs in, and from there into the composer."""
    takes_files = visit.me is not None and visit.request.headers.get("sec-fetch-site") in OURS
    is_lost = False
    try:
        await visit.form.read(visit.request, takes_files=takes_files)
    except TooLarge:
        is_lost = True                  # the files; words before them have been read
    fields = [(one, visit.sent[one][:MOST_SHARED_CHARACTERS]) for one in SHARED if visit.sent.get(one)]
    for file in visit.form.uploads:
        if not file.size_bytes:
            continue
        try:
            if not takes_files:
                raise Unauthenticated
            number = await visit.needs.take_file(visit.viewer, file, "", cause=visit.cause)
        except PetrelError:
            is_lost = True
        else:
            fields.append(("media", str(number)))
    if is_lost:
        fields.append(("lost", "1"))
    target = "/compose" + ("?" + urlencode(fields, quote_via=quote) if fields else "")
    return visit.go(target if visit.me else "/auth/sign_in?next=" + quote(target, safe=""))
