"""Shapes of accounts: who somebody is, what they say of themselves, what acts for them."""

from datetime import date, datetime
from enum import IntFlag
from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from petrel.core.errors import Invalid, NotFound, PetrelError, Refused
from petrel.core.viewer import Member

Role = Literal["member", "moderator", "admin", "owner"]
TokenKind = Literal["session", "access", "app"]


class State(IntFlag):
    """Bits of `accounts.account.state`. Those below 4096 are states of the law; the others are this room's own."""

    LIMITED = 8
    SUSPENDED = 128
    DEACTIVATED = 256
    PURGED = 2048             # erased: nothing is left but the number
    UNCONFIRMED = 4096        # the e-mail address is still to be confirmed: cannot sign in, is shown to nobody
    PROBE = 8192              # the site's own, to see whether anything leaks: counted nowhere


class Field(Struct, frozen=True):
    """One line of a profile, plain text."""

    name: str
    value: str


class Profile(Struct, frozen=True):
    """What an account says of itself, plain text. Sealed as JSON under the account's key. `avatar`, `header`: of an
    uploaded picture, what follows /media/ in its address; "" for the one that is drawn. `shows_...`: which sheets of
    the profile apps are to show. `attribution_domains`: of sites whose pages may name the account as their author."""

    display_name: str = ""
    note: str = ""
    fields: tuple[Field, ...] = ()
    avatar: str = ""
    header: str = ""
    avatar_description: str = ""
    header_description: str = ""
    attribution_domains: tuple[str, ...] = ()
    shows_media: bool = True
    shows_media_replies: bool = True
    shows_featured: bool = True

    def encode(self) -> bytes:
        return msgspec.json.encode(self)


EMPTY_PROFILE = Profile()
_decoder = msgspec.json.Decoder(Profile)


def decode_profile(plain: bytes) -> Profile:
    return _decoder.decode(plain)


class NewAccount(Struct, frozen=True):
    """Somebody about to join. `password` only where somebody typed one; it is hashed before a door is opened."""

    handle: str
    password: str | None = None
    email: str | None = None
    display_name: str = ""
    note: str = ""
    role: Role = "member"
    protected: bool = False
    discoverable: bool = False
    indexable: bool = False
    bot: bool = False
    locale: str | None = None
    probe: bool = False         # State.PROBE
    id: int | None = None       # of somebody imported: says when they joined; made by `ids.IMPORT_MAKER`


class Account(Struct, frozen=True):
    """An account as commands return it. `domain` is None for ours."""

    id: int
    handle: str
    domain: str | None = None
    role: Role = "member"
    state: int = 0
    is_protected: bool = False


class Look(Struct, frozen=True):
    """How pages look to somebody; None is what their device has. `is_calm`: nothing moves."""

    theme: str | None = None
    text_size: str | None = None
    is_calm: bool = False


DEFAULT_LOOK = Look()


class Own(Struct, frozen=True):
    """What only the owner reads of an account: its settings, and the profile as it was typed."""

    account: Account
    profile: Profile
    default_audience: int
    default_sensitive: bool
    default_language: str | None
    is_discoverable: bool
    is_indexable: bool
    is_bot: bool
    hides_network: bool
    follow_requests: int
    email: str | None = None
    locale: str | None = None
    default_quote: int = 0
    look: Look = DEFAULT_LOOK


class MailAddress(Struct, frozen=True):
    """Where mail to an account goes. `digest` stands for the address in tables."""

    account: int
    handle: str
    state: State
    digest: bytes
    is_confirmed: bool
    address: str


class RemoteAccount(Struct, frozen=True):
    """An account of another server, as its actor document says. `handle` in lower case, `domain` as DNS has it."""

    handle: str
    domain: str
    actor_uri: str
    inbox_uri: str
    shared_inbox_uri: str | None = None
    key_uri: str | None = None
    public_key: str | None = None
    profile: Profile = EMPTY_PROFILE
    protected: bool = False
    discoverable: bool = False
    indexable: bool = False
    bot: bool = False


class Changes(Struct, frozen=True):
    """What an owner changes of an account; UNSET stays as it is. `protected` False opens nothing: see `unprotect`."""

    display_name: str | UnsetType = UNSET
    note: str | UnsetType = UNSET
    fields: tuple[Field, ...] | UnsetType = UNSET
    avatar: str | UnsetType = UNSET
    header: str | UnsetType = UNSET
    protected: bool | UnsetType = UNSET
    discoverable: bool | UnsetType = UNSET
    indexable: bool | UnsetType = UNSET
    bot: bool | UnsetType = UNSET
    hides_network: bool | UnsetType = UNSET
    default_audience: int | UnsetType = UNSET
    default_sensitive: bool | UnsetType = UNSET
    default_language: str | UnsetType | None = UNSET
    default_quote: int | UnsetType = UNSET
    attribution_domains: tuple[str, ...] | UnsetType = UNSET
    avatar_description: str | UnsetType = UNSET
    header_description: str | UnsetType = UNSET
    shows_media: bool | UnsetType = UNSET
    shows_media_replies: bool | UnsetType = UNSET
    shows_featured: bool | UnsetType = UNSET


class Way(Struct, frozen=True):
    """How somebody comes in, as the room `signup` has decided. `by_invite`: their invitation is used up by one."""

    by_invite: bool = False
    confirms: bool = False
    waits_for_crew: bool = False
    came_alone: bool = False


class Newcomer(Struct, frozen=True):
    """Somebody at the sign-up form. `invite` is the secret of an invitation's link, `device` what they
    sit at."""

    account: NewAccount
    has_agreed: bool = False
    invite: str = ""
    device: str = ""


class Session(Struct, frozen=True):
    """One way in that is open now: a browser's session, or an app's token."""

    id: int
    kind: TokenKind
    app: str | None
    scopes: tuple[str, ...]
    made_at: datetime
    expires_at: datetime | None
    is_current: bool
    used_on: date | None = None
    website: str | None = None
    device: str = ""


class App(Struct, frozen=True):
    """An app that registered itself. `redirect_uris` are compared letter by letter."""

    id: int
    name: str
    website: str | None
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    client_id: str


class NewApp(Struct, frozen=True):
    """An app just registered; its secret is told once."""

    app: App
    client_secret: str


class Issued(Struct, frozen=True):
    """A bearer token just made: the only time it exists outside the hands of whoever asked for it."""

    token: str
    id: int
    scopes: tuple[str, ...]
    made_at: datetime


class ActorKey(Struct, frozen=True):
    """The public half of an account's key pair, PEM (SubjectPublicKeyInfo)."""

    account: int
    public_key: str


class Counts(Struct, frozen=True):
    """What a site says of its size: own accounts, those who posted within 28 days, and posts of own accounts."""

    accounts: int
    active: int
    posts: int


class HandleTaken(Invalid):
    """has already been taken"""

    def __init__(self, *, detail: object = None) -> None:
        text = "has already been taken"
        super().__init__("username", text, details={"username": [{"error": "ERR_TAKEN", "description": text}]},
                         detail=detail)


class WrongSignIn(Invalid):
    """The name and the password do not fit together"""


class InviteNotFound(NotFound):
    """This invitation or set-up link was used up, has ended, or never was"""


class InviteNeeded(Invalid):
    """Joining this site needs an invitation, and this one was used up, has ended, or never was"""

    def __init__(self) -> None:
        super().__init__("invite", "is needed, and this one was used up, has ended, or never was")


class RegistrationClosed(Refused):
    """Nobody can join this site just now"""


class MayNotSignIn(Refused):
    """This account cannot be used just now"""

    holder: Member | None = None
    """Who showed the token, for the few routes that serve them all the same."""


class NotFresh(Refused):
    """To show something to more people, sign in again on the web and do it there; an app may not"""


class OAuthError(PetrelError):
    """An error with a code of RFC 6749; the message is its description"""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
