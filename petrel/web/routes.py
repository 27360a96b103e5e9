"""Every address of the web door, and the surface of visibility.md each is judged by."""

import re
from typing import Any

from msgspec import Struct
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from petrel.core import surfaces
from petrel.web import serve
from petrel.web.door import Door
from petrel.web.pages import (
    about,
    arrivals,
    audience,
    choosing,
    collections,
    crawling,
    desk,
    desk_blocks,
    desk_trends,
    devices,
    doctor,
    doorway,
    feeds,
    files,
    filters,
    founding,
    home,
    installed,
    judged,
    keeping,
    letters,
    moderated,
    notifications,
    oauth,
    ops,
    owed,
    people,
    post,
    profile,
    reporting,
    safeguards,
    search,
    security,
    settings,
    speed,
    status,
    style,
    taking,
    talking,
    timelines,
)


class Address(Struct, frozen=True):
    """`surface`: those of core/surfaces.py on which this page shows posts, or "none" with the reason `why_none`."""

    path: str
    method: str
    handler: serve.Handler
    surface: str
    why_none: str = ""
    from_anywhere: bool = False     # other programs may send its form without our page: the address is the secret

    def __post_init__(self) -> None:
        surfaces.check(surfaces.Kind.PAGE, f"{self.method} {self.path}", self.surface, self.why_none)


SAYS = "what the site says of itself"
CONSOLE = "the crew's console: copies in evidence, which section 6 of the law shows it"
FOLDERS = "names of a member's own for what they kept; no post"
RECOMMENDED = "accounts that somebody recommends; no post stands in it"
FOUND = "accounts that agreed to be found outside; no post stands in it"
OWN_FORM = "a form of the person's own; no post stands in it"


def _none(path: str, method: str, handler: serve.Handler, why_none: str = OWN_FORM) -> Address:
    return Address(path, method, handler, surfaces.NONE, why_none)


ADDRESSES = (
    Address("/", "GET", home.show, "home pub"),
    Address("/public", "GET", timelines.public, "pub"),
    Address("/trends", "GET", keeping.trends, "pub"),
    Address("/bookmarks", "GET", keeping.bookmarks, "api"),
    _none("/bookmarks/folders", "GET", keeping.folders, FOLDERS),
    _none("/bookmarks/folders", "POST", keeping.change_folders, FOLDERS),
    Address("/bookmarks/{number}", "GET", keeping.bookmark, "api"),
    Address("/bookmarks/{number}", "POST", keeping.move, "api"),
    Address("/favourites", "GET", keeping.favourites, "api"),
    _none("/lists", "GET", keeping.lists, "a member's own choice of accounts; no post"),
    Address("/lists/{number}", "GET", keeping.one_list, "home"),
    Address("/notifications", "GET", notifications.show, "ntf"),
    _none("/notifications/read", "POST", notifications.mark_read),
    _none("/announcements/away", "POST", home.put_away),
    _none("/notifications/requests", "POST", notifications.answer_request),
    Address("/conversations", "GET", talking.show, "api"),
    _none("/conversations/new", "GET", talking.begin),
    _none("/conversations/new", "POST", talking.send_first),
    Address("/conversations/{number}", "GET", talking.one, "thrd"),
    Address("/conversations/{number}", "POST", talking.act, "thrd"),
    _none("/yours", "GET", talking.yours, "ways to what is the member's own; no post"),
    _none("/drafts", "GET", talking.in_the_app, "says that the app shows it; no post"),
    _none("/followed-tags", "GET", talking.in_the_app, "says that the app shows it; no post"),
    _none("/catch-up", "GET", talking.in_the_app, "says that the app shows it; no post"),
    _none("/lists/{number}/edit", "GET", talking.in_the_app, "says that the app shows it; no post"),
    Address("/search", "GET", search.show, "srch"),
    Address("/tags/{tag}.rss", "GET", feeds.tag_rss, "pub"),
    Address("/tags/{tag}.atom", "GET", feeds.tag_atom, "pub"),
    Address("/tags/{tag}", "GET", timelines.tag, "pub"),
    _none("/robots.txt", "GET", crawling.robots, SAYS),
    _none("/sitemap.xml", "GET", crawling.index, FOUND),
    _none("/sitemaps/site.xml", "GET", crawling.site, SAYS),
    _none("/sitemaps/{cell}.xml", "GET", crawling.accounts, FOUND),
    _none("/status", "GET", status.show, SAYS),
    _none("/about", "GET", about.show, SAYS),
    _none("/about/rules", "GET", about.rules, SAYS),
    _none("/imprint", "GET", about.imprint, SAYS),
    _none("/privacy", "GET", about.privacy, SAYS),
    _none("/terms", "GET", about.terms, SAYS),
    Address("/compose", "GET", post.write, "link"),
    Address("/compose", "POST", post.create, "link"),
    _none("/manifest.webmanifest", "GET", installed.manifest, SAYS),
    _none("/shell", "GET", installed.shell, "the frame of a member's pages, without any"),
    Address("/share", "POST", installed.share, surfaces.NONE, OWN_FORM, from_anywhere=True),
    Address("/marks", "POST", post.mark, "api"),
    Address("/votes", "POST", post.vote, "api"),
    _none("/auth/sign_in", "GET", doorway.sign_in_form),
    _none("/auth/sign_in", "POST", doorway.sign_in),
    _none("/auth/step", "POST", security.step),
    _none("/auth/passkey", "POST", security.by_key),
    _none("/auth/again", "GET", doorway.again_form),
    _none("/auth/again", "POST", doorway.again),
    _none("/auth/forgot", "GET", letters.forgot_form),
    _none("/auth/forgot", "POST", letters.forgot),
    _none("/auth/reset/{secret}", "GET", letters.reset_form),
    _none("/auth/reset/{secret}", "POST", letters.reset),
    _none("/auth/confirm/{secret}", "GET", letters.confirm_form),
    _none("/auth/confirm/{secret}", "POST", letters.confirm),
    _none("/mail/off/{secret}", "GET", letters.off_form),
    Address("/mail/off/{secret}", "POST", letters.off, surfaces.NONE, OWN_FORM, from_anywhere=True),
    _none("/settings/mail", "GET", letters.settings),
    _none("/settings/mail", "POST", letters.set_mail),
    _none("/auth/sign_up", "GET", doorway.sign_up_form),
    _none("/auth/sign_up", "POST", doorway.sign_up),
    _none("/auth/sign_out", "GET", doorway.sign_out_form),
    _none("/auth/sign_out", "POST", doorway.sign_out),
    _none("/setup/steps/end", "GET", founding.end),
    _none("/setup/steps/{step}", "GET", founding.show),
    _none("/setup/steps/{step}", "POST", founding.save),
    _none("/setup/{token}", "GET", doorway.setup_form),
    _none("/setup/{token}", "POST", doorway.setup),
    _none("/oauth/authorize", "GET", oauth.ask),
    _none("/oauth/authorize", "POST", oauth.decide),
    # Some clients put a slash in front of the query.
    _none("/oauth/authorize/", "GET", oauth.ask),
    _none("/oauth/authorize/native", "GET", oauth.show_code),
    _none("/settings", "GET", settings.index),
    _none("/settings/devices", "GET", devices.show),
    _none("/settings/devices", "POST", devices.end),
    _none("/settings/security", "GET", security.show),
    _none("/settings/security/password", "POST", security.set_password),
    _none("/settings/security/codes", "GET", security.codes_form),
    _none("/settings/security/codes", "POST", security.enable_codes),
    _none("/settings/security/recovery", "POST", security.set_codes),
    _none("/settings/security/passkeys", "GET", security.key_form),
    _none("/settings/security/passkeys", "POST", security.add_key),
    _none("/settings/security/passkey", "POST", security.set_key),
    _none("/settings/filters", "GET", filters.show),
    _none("/settings/filters", "POST", filters.make),
    _none("/settings/filters/{number}", "GET", filters.edit_form),
    _none("/settings/filters/{number}", "POST", filters.edit),
    _none("/settings/people", "GET", people.show),
    _none("/settings/people", "POST", people.change),
    _none("/settings/lists", "GET", taking.show),
    _none("/settings/lists", "POST", taking.bring),
    Address("/settings/lists/{name}", "GET", taking.one, "exp"),
    _none("/settings/lists/{name}", "POST", taking.answer),
    _none("/settings/profile", "GET", choosing.profile),
    _none("/settings/profile", "POST", choosing.set_profile),
    _none("/settings/appearance", "GET", choosing.appearance),
    _none("/settings/appearance", "POST", choosing.set_appearance),
    _none("/settings/notifications", "GET", choosing.notifications),
    _none("/settings/notifications", "POST", choosing.set_notifications),
    _none("/settings/privacy", "GET", settings.privacy),
    _none("/settings/privacy", "POST", settings.set_privacy),
    _none("/settings/followers", "GET", settings.followers),
    _none("/settings/followers", "POST", settings.remove_follower),
    Address("/settings/privacy/open", "GET", settings.ask_open, "cnt"),
    _none("/settings/privacy/open", "POST", settings.open_account),
    _none("/settings/data", "GET", owed.show),
    _none("/settings/data/export", "POST", owed.ask_export),
    Address("/settings/data/exports/{number}", "GET", owed.download, "exp"),
    _none("/settings/data/erase", "GET", owed.erase_form),
    _none("/settings/data/erase", "POST", owed.erase),
    _none("/settings/deletions", "GET", owed.deletions, "numbers and times of what is gone, to whose it was"),
    _none("/settings/deletions/{number}", "GET", owed.deletion, "numbers and times of what is gone, to whose it was"),
    _none("/settings/moderation", "GET", judged.show, "the crew's reasons, to whom they concern"),
    _none("/settings/moderation/{number}/appeal", "POST", judged.appeal),
    _none("/auth/data", "GET", owed.sign_in_form),
    _none("/auth/data", "POST", owed.sign_in),
    _none("/erased/{secret}", "GET", owed.erased, "numbers of what is gone, for whoever holds the link"),
    _none("/erased/{secret}/receipt", "GET", owed.receipt, "numbers of what is gone, for whoever holds the link"),
    _none("/about/data", "GET", owed.about, SAYS),
    _none("/about/moderation", "GET", moderated.show, SAYS),
    _none("/about/style", "GET", style.show, "invented posts, of nobody"),
    _none("/report", "GET", reporting.show, "names a post, and shows nothing of it"),
    _none("/report", "POST", reporting.send, "names a post, and shows nothing of it"),
    _none("/report/taken", "GET", reporting.taken, "says that a report was taken"),
    _none("/report/{secret}", "GET", reporting.follow, "how a report goes, for whoever holds the link"),
    _none("/desk", "GET", desk.queue, CONSOLE),
    _none("/desk/ops", "GET", ops.show, "how the site and its machine fare"),
    _none("/desk/ops", "POST", ops.act, "how the site and its machine fare"),
    _none("/desk/doctor", "GET", doctor.show, "how the site and its machine fare"),
    _none("/desk/doctor", "POST", doctor.again, "how the site and its machine fare"),
    _none("/desk/cases/{number}", "GET", desk.case, CONSOLE),
    _none("/desk/cases/{number}", "POST", desk.set_case, CONSOLE),
    _none("/desk/cases/{number}/look", "POST", desk.look, CONSOLE),
    _none("/desk/cases/{number}/decide", "POST", desk.decide, CONSOLE),
    _none("/desk/arrivals", "GET", arrivals.show, CONSOLE),
    _none("/desk/arrivals", "POST", arrivals.act, CONSOLE),
    _none("/desk/waiting", "GET", desk.waiting, CONSOLE),
    _none("/desk/appeals", "GET", desk.appeals, CONSOLE),
    _none("/desk/appeals/{number}", "GET", desk.appeal, CONSOLE),
    _none("/desk/appeals/{number}", "POST", desk.answer, CONSOLE),
    Address("/desk/trends", "GET", desk_trends.show, "pub"),
    _none("/desk/trends", "POST", desk_trends.say, CONSOLE),
    _none("/desk/speed", "GET", speed.show, "how fast the site is"),
    _none("/desk/safeguards", "GET", safeguards.show, "how the site and its machine fare"),
    _none("/desk/runbooks/{name}", "GET", safeguards.runbook, "what to type when something happens"),
    _none("/desk/numbers", "GET", moderated.numbers, CONSOLE),
    _none("/desk/blocks", "GET", desk_blocks.show, CONSOLE),
    _none("/desk/blocks", "POST", desk_blocks.block, CONSOLE),
    _none("/desk/blocks/{number}/lift", "POST", desk_blocks.lift, CONSOLE),
    _none("/desk/lists/compare", "POST", desk_blocks.compare, CONSOLE),
    _none("/desk/lists", "POST", desk_blocks.bring_in, CONSOLE),
    _none("/desk/lists/{number}/undo", "POST", desk_blocks.undo_list, CONSOLE),
    _none("/desk/decisions/{number}/undo", "POST", desk.undo, CONSOLE),
    _none("/collections/{number}", "GET", collections.show, RECOMMENDED),
    _none("/collections/{number}/follow", "POST", collections.follow_all, RECOMMENDED),
    _none("/collections/{number}/leave", "POST", collections.leave, RECOMMENDED),
    _none("/@{handle}/collections", "GET", collections.of_account, RECOMMENDED),
    Address("/@{handle}.rss", "GET", feeds.profile_rss, "prof"),
    Address("/@{handle}.atom", "GET", feeds.profile_atom, "prof"),
    Address("/@{handle}", "GET", profile.posts, "prof cnt"),
    Address("/@{handle}/with_replies", "GET", profile.posts_and_replies, "prof cnt"),
    Address("/@{handle}/media", "GET", profile.media, "prof cnt"),
    Address("/@{handle}/about", "GET", profile.about, "cnt"),
    _none("/@{handle}/follow", "POST", profile.follow),
    Address("/@{handle}/{post}", "GET", post.show, "link thrd"),
    Address("/@{handle}/{post}/audience", "GET", audience.show, "link cnt"),
    Address("/@{handle}/{post}/audience", "POST", audience.change, "link"),
    Address("/@{handle}/{post}/why", "GET", keeping.why, "api"),
    Address("/@{handle}/{post}/delete", "GET", post.ask_delete, "link"),
    Address("/@{handle}/{post}/delete", "POST", post.delete, "link"),
)


FILES = {
    "/avatars/{name}": "drawn from a number, whether or not an account has it",
    "/headers/{name}": "drawn from a number, whether or not an account has it",
    "/static/{name}": "files of the program",
    "/static/app/{name}": "files of the program",
    "/sw.js": "a file of the program",
}
"""Addresses that are no pages, and why no post can leave there."""


_SHAPES = [(re.compile(re.sub(r"{[a-z]+}", "[^/]+", one.path) + r"\Z"), one) for one in ADDRESSES]


def stands_at(method: str, path: str) -> tuple[str, str]:
    """(surface, name) of the page at a path, by which it may be closed; ("none", "") where there is none. For the
    front gate, which asks only while something is closed."""
    for shape, one in _SHAPES:
        if one.method == ("GET" if method == "HEAD" else method) and shape.match(path):
            return one.surface, f"{one.method} {one.path}"
    return surfaces.NONE, ""


def routes(door: Door) -> list[Route]:
    """All of them, ready to be put beside the API's."""
    pages: dict[str, dict[str, serve.Endpoint]] = {}
    for address in ADDRESSES:
        pages.setdefault(address.path, {})[address.method] = serve.endpoint(
            door, address.handler, path=address.path, from_anywhere=address.from_anywhere)
    made = [Route(path, _by_method(methods), methods=list(methods)) for path, methods in pages.items()]
    for folder in ("avatars", "headers"):
        made.append(Route(f"/{folder}/{{name}}", files.picture))
    made.append(Route("/static/{name}", files.static))
    made.append(Route("/static/app/{name}", files.app))
    made.append(Route("/sw.js", files.worker))
    return made


def _by_method(methods: dict[str, serve.Endpoint]) -> serve.Endpoint:
    async def choose(request: Request) -> Response:
        return await methods["GET" if request.method == "HEAD" else request.method](request)

    return choose


def build(door: Door) -> Starlette:
    """The web door as an ASGI application: whole by itself, or `pages` of the front gate (`api/http/asgi.py`)."""
    nowhere = serve.not_found(door)

    async def refused(request: Request, fault: HTTPException) -> Response:
        return await nowhere(request) if fault.status_code == 404 else serve.bare_trouble(fault.status_code)

    handlers: dict[Any, Any] = {HTTPException: refused, Exception: serve.broken}
    app = Starlette(routes=routes(door), exception_handlers=handlers)
    app.router.redirect_slashes = False
    return app
