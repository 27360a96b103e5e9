"""The Account entity. Rendered once per version; the counts are spliced in."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from petrel.api.present import attachments, emojis
from petrel.api.present.kept import Kept
from petrel.core import limits, seal
from petrel.core.doors import Reader, Row
from petrel.core.errors import NotFound
from petrel.core.text import parse, render
from petrel.features import accounts as room
from petrel.features import media

CARDS = "select * from accounts.cards($1, $2::bigint[], $3::integer[])"
FULL, FIRST_LINE = 2, 1


class Field(Struct):
    name: str
    value: str
    verified_at: str | None = None


class FeatureApproval(Struct):
    """Who may put the account into a collection: whoever sees all of it, if it lets itself be proposed."""

    automatic: list[str]
    manual: list[str]
    current_user: str


class Entity(Struct):
    """Everything of an Account that does not move; counts follow it on the wire."""

    id: str
    username: str
    acct: str
    display_name: str
    locked: bool
    bot: bool
    discoverable: bool
    indexable: bool
    group: bool
    created_at: str
    note: str
    url: str
    uri: str
    avatar: str
    avatar_static: str
    avatar_description: str
    header: str
    header_static: str
    header_description: str
    hide_collections: bool
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    noindex: bool
    suspended: bool | msgspec.UnsetType
    limited: bool | msgspec.UnsetType
    emojis: list[dict[str, Any]]
    roles: list[str]
    fields: list[Field]
    feature_approval: FeatureApproval


class PartialAccount(Struct):
    """PartialAccountWithAvatar: what a row of small pictures needs."""

    id: str
    acct: str
    url: str
    avatar: str
    avatar_static: str
    locked: bool
    bot: bool


class Card(Struct, frozen=True):
    """A rendered account, without its counts and closing brace. `first` is what a stranger to a protected account
    gets: handle, name, picture. source: docs/law/visibility.md section 9."""

    version: int
    handle: str
    domain: str
    is_protected: bool
    full: bytes
    first: bytes
    counts: tuple[int, int, int, object] = (0, 0, 0, None)  # as they were when this was rendered


KEPT: Kept[Card] = Kept(20_000)


def acct_of(handle: str, domain: str | None) -> str:
    return f"{handle}@{domain}" if domain else handle


def keep(row: Row, profile: room.Profile) -> Card:
    """Renders a row of type accounts.card and keeps it."""
    full = _entity(row, profile)
    first = _entity(row, room.Profile(display_name=profile.display_name, avatar=profile.avatar,
                                      avatar_description=profile.avatar_description), is_whole=False)
    card = Card(
        row["version"],
        row["handle"],
        row["domain"] or "",
        row["is_protected"],
        _open(full),
        _open(first),
        (row["posts"], row["followers"], row["following"], row["last_post_on"]),
    )
    KEPT.put(row["id"], card)
    return card


def _open(entity: Entity) -> bytes:
    return msgspec.json.encode(entity)[:-1]


def _approval(row: Row, *, is_whole: bool) -> FeatureApproval:
    if not row["is_discoverable"] or row["domain"] or row["state"] & room.State.LIMITED:
        return FeatureApproval([], [], "denied")
    who = "followers" if row["is_protected"] else "public"
    return FeatureApproval([who], [], "automatic" if is_whole else "denied")


def _entity(row: Row, profile: room.Profile, *, is_whole: bool = True) -> Entity:
    base = limits.current().base_url
    number, handle = row["id"], row["handle"]
    acct = acct_of(handle, row["domain"])
    avatar = avatar_of(number, profile)
    # The first line, which everybody may see, has no header.
    is_closed = profile.header and row["is_protected"]
    header = header_of(number, profile,
                       attachments.open_signature(media.upload_of(profile.header)) if is_closed else "")
    return Entity(
        id=str(number),
        username=handle,
        acct=acct,
        display_name=profile.display_name or handle,
        locked=row["is_protected"],
        bot=row["is_bot"],
        discoverable=row["is_discoverable"],
        indexable=row["is_indexable"],
        group=False,
        created_at=row["joined_at"].strftime("%Y-%m-%dT00:00:00.000Z"),
        note=_html(profile.note),
        url=f"{base}/@{acct}",
        uri=f"{base}/ap/users/{number}",
        avatar=avatar,
        avatar_static=avatar,
        avatar_description=profile.avatar_description,
        header=header,
        header_static=header,
        header_description=profile.header_description,
        hide_collections=row["hides_network"],
        show_media=profile.shows_media,
        show_media_replies=profile.shows_media_replies,
        show_featured=profile.shows_featured,
        noindex=not row["is_indexable"],
        suspended=True if row["state"] & 128 else msgspec.UNSET,
        limited=True if row["state"] & 8 else msgspec.UNSET,
        emojis=emojis.in_text(profile.display_name, profile.note, *(f.name for f in profile.fields),
                              *(f.value for f in profile.fields)),
        roles=[],
        fields=[Field(f.name, _html(f.value)) for f in profile.fields],
        feature_approval=_approval(row, is_whole=is_whole),
    )


def avatar_of(number: int, profile: room.Profile) -> str:
    return limits.current().base_url + media.avatar(number, profile.avatar)


def header_of(number: int, profile: room.Profile, signature: str = "") -> str:
    return limits.current().base_url + media.header(number, profile.header, signature)


def _html(text: str) -> str:
    base = limits.current().base_url
    return render(parse(text), {}, lambda tag: f"{base}/tags/{tag}")


_DAYS: dict[object, bytes] = {None: b"null"}


def day(last_post_on: object) -> bytes:
    """A date as JSON."""
    found = _DAYS.get(last_post_on)
    if found is None:
        if len(_DAYS) > 10_000:
            _DAYS.clear()
            _DAYS[None] = b"null"
        found = _DAYS[last_post_on] = b'"%s"' % str(last_post_on).encode()
    return found


def splice(opened: bytes, posts: int, followers: int, following: int, last_post_on: object) -> bytes:
    """The whole entity. The counts are those of the row at hand, a moment old at most."""
    return b'%s,"statuses_count":%d,"followers_count":%d,"following_count":%d,"last_status_at":%s}' % (
        opened,
        posts,
        followers,
        following,
        day(last_post_on),
    )


async def unseal(rows: Iterable[Row], more: Iterable[int] = ()) -> tuple[dict[int, room.Profile], dict[int, bytes]]:
    """Profiles of card rows that brought one, and the keys of `more`: one query to the keyring for both."""
    sealed = [row for row in rows if row["sealed_profile"] is not None]
    keys = await seal.keys([*(row["id"] for row in sealed), *more])
    profiles = {}
    for row in sealed:
        if row["id"] in keys:
            profiles[row["id"]] = room.decode_profile(
                seal.open_sealed(keys[row["id"]], row["id"], row["sealed_profile"])
            )
    return profiles, keys


async def _from_cards(rows: Sequence[Row], held: dict[int, Card]) -> list[tuple[int, bytes]]:
    """(number, Account entity) of rows of type accounts.card, in their order; tombstones and hidden ones left out.

    `held`: the copies whose versions the database was told; of these it sent no profile.
    """
    new = [row for row in rows if (card := held.get(row["id"])) is None or card.version != row["version"]]
    profiles, _ = await unseal(new) if new else ({}, {})
    cards = held | {row["id"]: keep(row, profiles.get(row["id"], room.Profile())) for row in new}
    out = []
    for row in rows:
        if row["shell"] in (FULL, FIRST_LINE):
            card = cards[row["id"]]
            opened, last = (card.full, row["last_post_on"]) if row["shell"] == FULL else (card.first, None)
            out.append((row["id"], splice(opened, row["posts"], row["followers"], row["following"], last)))
    return out


async def of_rows(rows: Sequence[Row]) -> list[tuple[int, bytes]]:
    """(number, Account entity) of rows of type accounts.card that brought their profiles."""
    shown = [row for row in rows if row["shell"] in (FULL, FIRST_LINE)]
    return [(number, attachments.unsigned(one)) for number, one in await _from_cards(shown, {})]


async def numbered(r: Reader, ids: Sequence[int]) -> list[tuple[int, bytes]]:
    """(number, Account entity) as the viewer of `r` may see them; order kept, hidden ones left out. One query when
    warm."""
    if not ids:
        return []
    held = KEPT.held(ids)
    have = [held[i].version if i in held else 0 for i in ids]
    found = await _from_cards(await r.fetch(CARDS, r.digest, ids, have), held)
    return await attachments.signed_all(found, r.digest)


async def accounts(r: Reader, ids: Sequence[int]) -> list[bytes]:
    """As `numbered`, without the numbers."""
    return [entity for _, entity in await numbered(r, ids)]


async def account(r: Reader, number: int) -> bytes:
    """Errors: NotFound."""
    found = await accounts(r, [number])
    if not found:
        raise NotFound
    return found[0]
