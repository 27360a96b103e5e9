"""What the pages ask of the rooms: one protocol, so that pages can be built and tested without a database.

Every function takes the viewer, and answers only what that viewer may see. `NotFound` stands for missing and
for hidden alike; other errors are those of `petrel.core.errors`, whose messages are shown to the person.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal, Protocol

from petrel.core.multipart import Upload
from petrel.core.pages import Page
from petrel.core.viewer import Viewer
from petrel.web import said
from petrel.web.arriving import Arrivals, Entered, Moved, Newcomer, OwnMail, SignupGate
from petrel.web.carried import MediaView
from petrel.web.casework import Trending
from petrel.web.kept import Keeping
from petrel.web.needs_crew import Examining, Moderating
from petrel.web.needs_entrances import Entering
from petrel.web.needs_settings import Choosing, Filtering
from petrel.web.outward import Outward
from petrel.web.recommended import Recommending
from petrel.web.shapes import (
    Consent,
    Deleted,
    Download,
    Draft,
    Ended,
    Found,
    Gap,
    Handover,
    Kept,
    Notifications,
    Opening,
    OwnData,
    People,
    PostView,
    Privacy,
    Profile,
    Reach,
    Site,
    Timeline,
    Visitor,
)
from petrel.web.talks import Talking
from petrel.web.threads import Thread

Mark = Literal["like", "boost", "bookmark"]
Tab = Literal["posts", "replies", "media"]


class Reading(Protocol):
    """Pages that show."""

    async def site(self) -> Site:
        """Asked for every page; must come from memory."""

    async def home(self, viewer: Viewer, page: Page) -> Timeline:
        """Errors: Unauthenticated."""

    async def public(self, viewer: Viewer, page: Page) -> Timeline: ...

    async def tag(self, viewer: Viewer, tag: str, page: Page) -> Timeline:
        """`tag` without "#", in any case; an unused tag is an empty timeline."""

    async def profile(self, viewer: Viewer, handle: str) -> Profile | Gap:
        """`handle` without the leading "@", in any case. A Gap for a suspended account. Errors: NotFound."""

    async def profile_posts(self, viewer: Viewer, account: int, page: Page, tab: Tab) -> Timeline:
        """`posts`: with boosts and answers to oneself; `replies`: with all answers; `media`: posts with files."""

    async def thread(self, viewer: Viewer, post: int, *, reveal: bool, after: int | None = None) -> Thread:
        """With `reveal` the focus is no longer gated: the person pressed the button. `after`: the last reply of the
        page before. Errors: NotFound."""

    async def notifications(self, viewer: Viewer, page: Page) -> Notifications:
        """Errors: Unauthenticated."""

    async def search(self, viewer: Viewer, query: str) -> Found:
        """Posts only for members (visibility.md 4.1)."""


class Acting(Protocol):
    """Forms that change something; `cause` is the id of the request, for the journal.

    Errors of all: Unauthenticated, Refused, TooMany, Unavailable.
    """

    async def create_post(self, viewer: Viewer, draft: Draft, *, cause: str) -> PostView:
        """Errors: Invalid ("text", "warning", "audience"), NotFound (what is answered)."""

    async def vote(self, viewer: Viewer, post: int, choices: Sequence[int], *, cause: str) -> None:
        """Errors: NotFound, Invalid (in words)."""

    async def take_file(self, viewer: Viewer, file: Upload, description: str, *, cause: str) -> int:
        """A file for a post, once it was read. Errors: Invalid ("file"), with words for people."""

    async def own_files(self, viewer: Viewer, numbers: Sequence[int]) -> tuple[MediaView, ...]:
        """Those of these that the viewer sent and no post shows yet, in the order asked."""

    async def delete_post(self, viewer: Viewer, post: int, *, cause: str) -> None:
        """Errors: NotFound."""

    async def mark(self, viewer: Viewer, post: int, mark: Mark, *, on: bool, cause: str) -> None:
        """Twice is as once. Errors: NotFound."""

    async def follow(self, viewer: Viewer, account: int, *, on: bool, cause: str) -> None:
        """Off also takes back a request. Twice is as once. Errors: NotFound."""

    async def answer_request(self, viewer: Viewer, account: int, *, accept: bool, cause: str) -> None:
        """Errors: NotFound (no such request)."""

    async def mark_read(self, viewer: Viewer, until: int, *, cause: str) -> None:
        """Notifications up to and including this id have been seen."""


class Settling(Protocol):
    """Who sees what somebody has written, and how their account is shown.

    Errors of all: Unauthenticated, Unavailable. Showing more takes `is_fresh`; otherwise it is Refused.
    """

    async def is_fresh(self, viewer: Viewer) -> bool:
        """Whether this browser signed in within the last minutes."""

    async def reach(self, viewer: Viewer, post: int) -> Reach:
        """Of one's own post. Errors: NotFound (also for what has no other audience: boosts, direct messages)."""

    async def narrow(self, viewer: Viewer, post: int, audience: str, *, cause: str) -> None:
        """Holds at once. Errors: NotFound, Invalid, Refused."""

    async def widen(self, viewer: Viewer, post: int, audience: str, *, cause: str) -> None:
        """Errors: NotFound, Invalid, Refused, Conflict."""

    async def privacy(self, viewer: Viewer) -> Privacy: ...

    async def set_privacy(self, viewer: Viewer, privacy: Privacy, *, cause: str) -> None:
        """Errors: Invalid."""

    async def protect(self, viewer: Viewer, *, cause: str) -> None:
        """Holds at once. Twice is as once."""

    async def followers(self, viewer: Viewer, page: Page) -> People:
        """The viewer's own."""

    async def remove_follower(self, viewer: Viewer, account: int, *, cause: str) -> None:
        """Holds at once, and they are not told. Also takes a request away. Twice is as once."""

    async def opening(self, viewer: Viewer) -> Opening: ...

    async def unprotect(self, viewer: Viewer, *, cause: str) -> None:
        """Errors: Refused."""


class Owing(Protocol):
    """What people are owed. Errors of all that take a viewer: Unauthenticated."""

    async def claimant(self, session: str) -> Viewer:
        """Who is signed in by this, suspended people included, for the pages that these have too."""

    async def sign_in_for_data(self, name: str, password: str, *, address: str, cause: str, device: str) -> str:
        """As `sign_in`, for suspended people too: the session opens the pages about one's own data, no others."""

    async def own_data(self, viewer: Viewer) -> OwnData: ...

    async def ask_export(self, viewer: Viewer, *, cause: str) -> None:
        """One that is being made already is that one. Errors: Refused (not signed in lately)."""

    async def download(self, viewer: Viewer, number: int) -> Download:
        """Errors: NotFound: somebody else's, none, not done, expired."""

    async def planned_erasure(self, viewer: Viewer) -> dict[str, int]:
        """What would go: how many, by a word that is in the catalogues under `erase`."""

    async def erase(self, viewer: Viewer, handle: str, password: str, *, address: str, cause: str) -> str:
        """Hides the account at once and orders the rest; the secret of the link that tells how it went.

        Errors: Invalid ("handle", or the password), TooMany.
        """

    async def ended(self, secret: str) -> Ended:
        """Errors: NotFound."""

    async def deletions(self, viewer: Viewer, below: int | None) -> tuple[Deleted, ...]:
        """What the viewer deleted, the newest first; `below` the one of this number."""

    async def deletion_receipt(self, viewer: Viewer, number: int) -> bytes:
        """Signed JSON. Errors: NotFound: somebody else's, none, not deleted."""

    async def kept(self) -> tuple[Kept, ...]:
        """What is kept of people, by what for."""


class Doorkeeping(Protocol):
    """Who comes in. Session tokens are bearer strings; the cookie holds one, the database its digest."""

    async def visitor(self, session: str) -> Visitor:
        """Nobody behind it, expired or revoked: an anonymous visitor, never an error. "" asks nothing."""

    async def sign_in(self, name: str, password: str, *, address: str, cause: str, device: str) -> str:
        """A session token. `name`: handle or e-mail; `address`: network address, for limits.

        Errors: Invalid (wrong in any way: nobody is told which), Refused (CodeNeeded, or may not sign in), TooMany.
        """

    async def sign_in_again(self, viewer: Viewer, password: str, *, code: str, address: str, cause: str,
                            device: str) -> str:
        """A new session token in place of the viewer's, which ends. Errors: Invalid (the password, "code"), TooMany."""

    async def sign_out(self, session: str, *, cause: str) -> None: ...

    async def signup_gate(self) -> SignupGate: ...

    async def sign_up(self, newcomer: Newcomer, *, address: str, cause: str) -> Entered:
        """Errors: Invalid ("handle", "email", "password", "invite", "agreement", "reason"), Refused (closed), TooMany.
        """

    async def invite_holds(self, invite: str) -> bool:
        """Whether an invitation can still be used."""

    async def setup_holds(self, token: str) -> bool:
        """Whether a set-up link can still be used; it can once."""

    async def set_up(self, token: str, newcomer: Newcomer, *, cause: str) -> str:
        """Makes the first administrator; a session token. Errors: NotFound (link used or wrong), Invalid."""


class Arriving(Protocol):
    """The crew's page of who comes. Errors of all: Unauthenticated, NotFound (not of the crew)."""

    async def arrivals(self, viewer: Viewer) -> Arrivals: ...

    async def let_in(self, viewer: Viewer, account: int, *, yes: bool, cause: str) -> None:
        """Errors: NotFound (nobody who waits)."""

    async def set_gate(self, viewer: Viewer, *, is_open: bool, cause: str) -> None: ...

    async def undo_wave(self, viewer: Viewer, since: datetime, until: datetime, *, waiting: bool = False,
                        back: bool = False, cause: str) -> Moved:
        """Those suspended (with `waiting`: of those who wait to be let in too), or with `back` brought back."""


class Mailing(Protocol):
    """What mail leads to. Nothing here tells whether an address is known."""

    async def ask_reset(self, email: str, *, address: str, cause: str) -> None:
        """Whoever has this mail address gets a link, if anybody does. Errors: TooMany."""

    async def reset_holds(self, secret: str) -> bool: ...

    async def reset(self, secret: str, password: str, *, address: str, cause: str) -> None:
        """Ends every session. Errors: NotFound (link used or wrong), Invalid ("password"), TooMany."""

    async def confirm_address(self, secret: str, *, cause: str) -> None:
        """Errors: NotFound."""

    async def unsubscribe(self, secret: str, *, cause: str) -> None:
        """A link that we did not make changes nothing, and is not told from one that we made."""

    async def own_mail(self, viewer: Viewer) -> OwnMail:
        """Errors: Unauthenticated."""

    async def set_wishes(self, viewer: Viewer, *, digest: bool, cause: str) -> None: ...

    async def ask_confirmation(self, viewer: Viewer, *, cause: str) -> None: ...

    async def change_address(self, viewer: Viewer, email: str, password: str, *, address: str, cause: str) -> None:
        """Errors: Invalid ("email", or the password), TooMany."""


class Consenting(Protocol):
    """The OAuth authorize page; `parameters` are the query of RFC 6749 4.1.1 with RFC 7636, each at most once."""

    async def authorize_request(self, parameters: dict[str, str]) -> Consent | Handover:
        """A Handover carries an error back to the app (unknown scope, say).

        Errors: Invalid when the app or its address is not known; then nobody is sent anywhere (RFC 6749 4.1.2.1).
        """

    async def grant(self, viewer: Viewer, parameters: dict[str, str], *, cause: str) -> Handover:
        """Checks all again; a code. Errors: as above, Unauthenticated."""

    async def deny(self, viewer: Viewer, parameters: dict[str, str], *, cause: str) -> Handover:
        """error=access_denied for the app. Errors: as above."""


class Saying(Protocol):
    """What the site says of itself, in its crew's words."""

    async def site_text(self, kind: str, day: date | None = None) -> said.SiteText:
        """The version in force, or the one that counts from a day on. Errors: NotFound."""

    async def reached(self) -> said.Reached: ...

    async def announced(self, viewer: Viewer) -> list[said.Announced]:
        """What this member has not put away, oldest first."""

    async def put_away(self, viewer: Viewer, number: int, *, cause: str) -> None:
        """Errors: Unauthenticated, NotFound."""


class Founding(Protocol):
    """Setting the site up. Errors of all: Unauthenticated, NotFound (no owner, or no such page), Unavailable."""

    async def founding(self, viewer: Viewer, step: str) -> said.Founding: ...

    async def found(self, viewer: Viewer, step: str, sent: Mapping[str, str], *, cause: str) -> None:
        """Keeps what a page's form sent. Errors: Invalid (also for a text with blanks and without "anyway")."""

    async def test_mail(self, viewer: Viewer, address: str) -> str:
        """Sends a letter now, and says by which way. Errors: Invalid, Unavailable, with the cure."""


class Needs(Reading, Acting, Settling, Owing, Moderating, Examining, Doorkeeping, Arriving, Mailing, Consenting,
            Saying, Founding, Trending, Recommending, Keeping, Outward, Entering,
            Filtering, Choosing, Talking, Protocol):
    """All of it."""
