"""A member's own account in the client API: who am I, changing that, signing up, preferences."""

from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from petrel.api import present
from petrel.api.http import BadRequest, Call, Upload, route
from petrel.api.oauth import Token, token_of
from petrel.core.doors import Reader, reading, writing
from petrel.core.limits import MOST_PICTURE_MIB
from petrel.core.viewer import AppOnly
from petrel.features import accounts, media, posts, signup
from petrel.features.accounts import Changes, NewAccount, Newcomer, Own
from petrel.features.collections import MOST_COLLECTIONS
from petrel.features.media import Use

NO_POSTS = "an account's own settings, not posts"
WORDS = {0: "public", 1: "unlisted", 2: "private"}
QUOTERS = tuple(policy.name.lower() for policy in posts.QUOTE_POLICIES)
AUDIENCES = {word: number for number, word in WORDS.items()}
WORN: dict[Use, Literal["avatar", "header"]] = {Use.AVATAR: "avatar", Use.HEADER: "header"}
MOST_BYTES = (2 * MOST_PICTURE_MIB + 1) << 20          # both pictures, and the words beside them
ROLES = {"member": "", "moderator": "Moderator", "admin": "Admin", "owner": "Owner"}
ROLE_IDS = {"member": "-99", "moderator": "1", "admin": "2", "owner": "3"}


class FieldForm(Struct, frozen=True, kw_only=True):
    name: str = ""
    value: str = ""


class SourceForm(Struct, frozen=True, kw_only=True):
    privacy: Literal["public", "unlisted", "private"] | UnsetType = UNSET
    sensitive: bool | UnsetType = UNSET
    language: str | UnsetType = UNSET
    quote_policy: Literal["public", "followers", "nobody"] | UnsetType = UNSET


class UpdateForm(Struct, frozen=True, kw_only=True):
    """What is not sent stays as it is."""

    display_name: str | UnsetType = UNSET
    note: str | UnsetType = UNSET
    locked: bool | UnsetType = UNSET
    bot: bool | UnsetType = UNSET
    discoverable: bool | UnsetType = UNSET
    indexable: bool | UnsetType = UNSET
    hide_collections: bool | UnsetType = UNSET
    fields_attributes: list[FieldForm] | UnsetType = UNSET
    source: SourceForm = SourceForm()
    attribution_domains: tuple[str, ...] | UnsetType = UNSET
    show_media: bool | UnsetType = UNSET
    show_media_replies: bool | UnsetType = UNSET
    show_featured: bool | UnsetType = UNSET
    avatar_description: str | UnsetType = UNSET
    header_description: str | UnsetType = UNSET
    avatar: Any = None
    header: Any = None

    def changes(self) -> Changes:
        fields, privacy, quoters = self.fields_attributes, self.source.privacy, self.source.quote_policy
        return Changes(
            display_name=self.display_name, note=self.note, protected=self.locked, bot=self.bot,
            discoverable=self.discoverable, indexable=self.indexable, hides_network=self.hide_collections,
            fields=fields if fields is UNSET else tuple(accounts.Field(f.name, f.value) for f in fields),
            default_audience=privacy if privacy is UNSET else AUDIENCES[privacy],
            default_sensitive=self.source.sensitive, default_language=self.source.language,
            default_quote=quoters if quoters is UNSET else QUOTERS.index(quoters),
            attribution_domains=self.attribution_domains, avatar_description=self.avatar_description,
            header_description=self.header_description, shows_media=self.show_media,
            shows_media_replies=self.show_media_replies, shows_featured=self.show_featured)


class SignUpForm(Struct, frozen=True, kw_only=True):
    """Nothing is required here, so that all that is wrong is told at once, as that API does."""

    username: str = ""
    email: str = ""
    password: str = ""
    agreement: bool = False
    locale: str = ""
    invite_code: str = ""
    reason: str = ""

    def newcomer(self) -> Newcomer:
        new = NewAccount(self.username.strip(), self.password, self.email.strip() or None,
                         locale=self.locale[:16] or None)
        return Newcomer(new, has_agreed=self.agreement, invite=self.invite_code.strip())


class SourceField(Struct):
    name: str
    value: str
    verified_at: str | None = None


class Source(Struct):
    """The account as it was typed, and its defaults for new posts."""

    privacy: str
    sensitive: bool
    language: str | None
    note: str
    fields: list[SourceField]
    follow_requests_count: int
    discoverable: bool
    indexable: bool
    hide_collections: bool
    attribution_domains: tuple[str, ...]
    quote_policy: str


class Role(Struct):
    """`permissions` are those of the moderation API, which is not built: none."""

    id: str
    name: str
    color: str = ""
    permissions: str = "0"
    highlighted: bool = False
    collection_limit: int = MOST_COLLECTIONS


@route("GET", "/api/v1/accounts/verify_credentials", scope="profile or read:accounts", surface="none",
       why_no_surface=NO_POSTS)
async def verify(call: Call) -> bytes:
    async with reading(call.viewer) as r:
        return await _credential_account(r, await accounts.own(r))


async def _uploaded(call: Call, picture: Any, use: Use) -> int:
    """Takes a picture in and waits until it was read. Errors: BadRequest, NotTaken."""
    if not isinstance(picture, Upload):
        raise BadRequest(f'The parameter "{WORN[use]}" must be a file, sent as multipart/form-data')
    number = await media.upload(call.member, picture.file, picture.size_bytes, purpose=WORN[use],  # type: ignore[arg-type]
                                cause=call.id)
    await media.settled(call.viewer, number, media.PATIENT_S)
    return number


def _bare_routes(use: Use) -> None:
    @route("DELETE", f"/api/v1/profile/{WORN[use]}", scope="write:accounts", surface="none", why_no_surface=NO_POSTS)
    async def take_off(call: Call) -> bytes:
        """The picture drawn from the number takes its place."""
        async with writing(call.member, cause=call.id) as w:
            await media.take_off(w, use)
            own = await accounts.update(w, Changes(**{WORN[use]: ""}))      # type: ignore[arg-type]
        async with reading(call.viewer) as r:
            return await _credential_account(r, own)


for _use in WORN:
    _bare_routes(_use)


@route("PATCH", "/api/v1/accounts/update_credentials", scope="write:accounts", surface="none",
       why_no_surface=NO_POSTS, deadline="upload", most_bytes=MOST_BYTES)
async def update(call: Call, form: UpdateForm) -> bytes:
    own = await changed(call, form)
    async with reading(call.viewer) as r:
        return await _credential_account(r, own)


async def changed(call: Call, form: UpdateForm) -> Own:
    """The account with what was sent, pictures included: each is counted as the upload that it is. Errors: Invalid,
    BadRequest, NotTaken, TooMany."""
    changes = form.changes()
    pictures = {use: picture for use, picture in ((Use.AVATAR, form.avatar), (Use.HEADER, form.header))
                if picture is not None and picture != ""}
    for _ in pictures:
        call.count("media")
    sent = {use: await _uploaded(call, picture, use) for use, picture in pictures.items()}
    async with writing(call.member, cause=call.id) as w:
        worn = {WORN[use]: await media.wear(w, number, use) for use, number in sent.items()}
        return await accounts.update(w, msgspec.structs.replace(changes, **worn))


@route("POST", "/api/v1/accounts", scope="app: write:accounts", surface="none", why_no_surface=NO_POSTS,
       limit="signup")
async def sign_up(call: Call, form: SignUpForm) -> Token:
    viewer = call.viewer
    assert isinstance(viewer, AppOnly)
    came = signup.Came(call.ip, form.reason)
    issued = (await signup.join(form.newcomer(), came, cause=call.id, app=viewer)).issued
    assert issued is not None
    return token_of(issued)


@route("GET", "/api/v1/preferences", scope="read:accounts", surface="none", why_no_surface=NO_POSTS)
async def preferences(call: Call) -> dict[str, str | bool | None]:
    async with reading(call.viewer) as r:
        own = await accounts.own(r)
    return {
        "posting:default:visibility": WORDS[_audience(own)],
        "posting:default:sensitive": own.default_sensitive,
        "posting:default:language": own.default_language,
        "posting:default:quote_policy": QUOTERS[own.default_quote],
        "reading:expand:media": "default",
        "reading:expand:spoilers": False,
        "reading:autoplay:gifs": False,
        "petrel:theme": own.look.theme,
        "petrel:text_size": own.look.text_size,
        "petrel:reduce_motion": own.look.is_calm,
        "petrel:language": own.locale if own.locale in accounts.rules.LOCALES else None,
    }


async def _credential_account(r: Reader, own: Own) -> bytes:
    """The Account entity as others see it, with what only its owner reads."""
    entity = await present.account(r, own.account.id)
    source = Source(
        WORDS[_audience(own)], own.default_sensitive, own.default_language, own.profile.note,
        [SourceField(f.name, f.value) for f in own.profile.fields], own.follow_requests, own.is_discoverable,
        own.is_indexable, own.hides_network, own.profile.attribution_domains, QUOTERS[own.default_quote])
    role = Role(ROLE_IDS[own.account.role], ROLES[own.account.role])
    return b"".join((entity[:-1], b',"source":', msgspec.json.encode(source), b',"role":', msgspec.json.encode(role),
                     b"}"))


def _audience(own: Own) -> int:
    """What a new post without an audience gets: a protected account's are for followers."""
    return max(own.default_audience, 2) if own.account.is_protected else own.default_audience
