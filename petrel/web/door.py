"""What a handler holds while it answers: who asks, what they sent, and how to answer with a page or a redirect."""

from functools import cached_property
from secrets import token_urlsafe

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from petrel.core import cookies
from petrel.core.errors import Unauthenticated
from petrel.core.pages import Page
from petrel.core.viewer import Anonymous, Viewer
from petrel.web import addresses, agents, built, csp, csrf, forms, look, speech
from petrel.web.needs import Needs
from petrel.web.shapes import AccountView, Site, Visitor

PAGE_POSTS = 20
SESSION_COOKIE_S = 365 * 24 * 3600
WHOSE = "x-petrel-me"
"""Whose page it is, for the worker of the app: at a page of nobody's or of another's, it forgets what it keeps."""


class Door(Struct, frozen=True):
    """One per process. `base_url` without trailing slash; `csrf_key` at least 32 bytes, the same in all processes."""

    needs: Needs
    base_url: str
    csrf_key: bytes

    @property
    def is_secure(self) -> bool:
        return self.base_url.startswith("https://")

    def cookie(self, name: str) -> str:
        return cookies.name(name, is_secure=self.is_secure)


class Visit:
    """One request, from the moment the visitor is known."""

    def __init__(self, door: Door, request: Request, visitor: Visitor, site: Site) -> None:
        self.door = door
        self.needs = door.needs
        self.request = request
        self.visitor = visitor
        self.site = site
        self.form = forms.Form()
        self._new_guest = ""

    @property
    def sent(self) -> dict[str, str]:
        return self.form.fields

    @property
    def viewer(self) -> Viewer:
        return self.visitor.viewer

    @property
    def me(self) -> AccountView | None:
        return self.visitor.account

    @property
    def session(self) -> str:
        return self.request.cookies.get(self.door.cookie("session"), "")

    @property
    def address(self) -> str:
        """The network address, for limits; the front gate has looked behind trusted proxies."""
        peer = self.request.client.host if self.request.client else ""
        return str(self.request.scope.get("petrel.ip", peer))

    @property
    def device(self) -> str:
        """What the visitor sits at, in words, for the list of where they are signed in."""
        return agents.device_of(self.request.headers.get("user-agent", ""))

    @cached_property
    def cause(self) -> str:
        """The id of this request, for the journal."""
        return str(self.request.scope.get("petrel.call_id") or token_urlsafe(9))

    @cached_property
    def says(self) -> speech.Speech:
        """The words of pages in the reader's language: their account's, or the one that their browser asks for."""
        asked = self.request.headers.get("accept-language", "")
        return speech.of(speech.wanted(f"{self.visitor.language}, {asked}" if self.visitor.language else asked))

    @property
    def path(self) -> str:
        """Path and query as asked for, to come back to."""
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query else "")

    @property
    def once(self) -> str:
        """A fresh key for a form that must not act twice."""
        return token_urlsafe(12)

    @property
    def csrf(self) -> str:
        """For forms. The first use on a page for somebody without a cookie gives them one."""
        binding = self._binding
        if not binding:
            binding = self._new_guest = csrf.new_guest()
        return csrf.token(self.door.csrf_key, binding)

    @property
    def _binding(self) -> str:
        guest = self.request.cookies.get(self.door.cookie("guest"), "")
        return ("session:" + self.session) if self.session else (guest or self._new_guest)

    async def receive(self) -> None:
        """Read the form of a POST. Files are read of members only; to others a form that is so large says to sign in.
        Errors: Unauthenticated, csrf.NotOurForm, and those of `forms.Form.read`."""
        is_member = self.me is not None
        try:
            await self.form.read(self.request, takes_files=is_member)
        except forms.TooLarge as wrong:
            if is_member or not self.request.headers.get("content-type", "").startswith("multipart/"):
                raise
            raise Unauthenticated() from wrong
        if self.request.headers.get("sec-fetch-site") == "cross-site":
            raise csrf.NotOurForm()
        if not csrf.holds(self.door.csrf_key, self._binding, self.sent.get("csrf", "")):
            raise csrf.NotOurForm()

    def member(self) -> AccountView:
        """Errors: Unauthenticated."""
        if self.me is None or isinstance(self.viewer, Anonymous):
            raise Unauthenticated()
        return self.me

    def wanted_page(self) -> Page:
        """Bounds that could not be ids are left out."""
        older, newer = (self.request.query_params.get(name, "") for name in ("max_id", "min_id"))
        return Page(PAGE_POSTS, max_id=forms.as_id(older), min_id=forms.as_id(newer))

    def page(self, template: str, *, status: int = 200, **context: object) -> Response:
        """A page of templates/; `visit` and what is given here are its words. A member's page carries the app, but
        where `app=None` is given."""
        words = {"app": built.app() if self.me else None, **context}
        html = look.render(template, reader=self.says.language, visit=self, site=self.site, me=self.me,
                           base_url=self.door.base_url, **words)
        response = HTMLResponse(html, status_code=status)
        if self.me:
            response.headers[WHOSE] = str(self.me.id)
        if words["app"]:
            response.headers["content-security-policy"] = csp.FOR_APP
        if self._new_guest:
            self._keep(response, "guest", self._new_guest, None)
        return response

    def go(self, address: str) -> Response:
        """See another page of ours (after a form: RFC 9110 15.4.4)."""
        return RedirectResponse(addresses.own(address), status_code=303)

    def come_in(self, session: str, address: str) -> Response:
        """Signed in: keep the session and go on."""
        response = self.go(address)
        self._keep(response, "session", session, SESSION_COOKIE_S)
        response.delete_cookie(self.door.cookie("guest"), secure=self.door.is_secure, httponly=True, samesite="lax")
        return response

    def leave(self, address: str = "/") -> Response:
        """Signed out: the browser forgets the session, and all that the app kept in it (decision 0061)."""
        response = self.go(address)
        response.headers["clear-site-data"] = '"storage"'
        response.delete_cookie(self.door.cookie("session"), secure=self.door.is_secure, httponly=True, samesite="lax")
        return response

    def _keep(self, response: Response, name: str, value: str, max_age_s: int | None) -> None:
        response.set_cookie(
            self.door.cookie(name),
            value,
            max_age=max_age_s,
            path="/",
            secure=self.door.is_secure,
            httponly=True,
            samesite="lax",
        )
