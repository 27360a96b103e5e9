"""The MediaAttachment entity, and addresses of files."""

import re
from collections.abc import Iterable
from typing import Any, Protocol

import msgspec

from petrel.core import limits
from petrel.features import media
from petrel.features.media import State, Uploaded

UNSIGNED = re.compile(rb"\?as=\\u0000(\d+)(?=\")")
"""As it stands in a rendered post, where the viewer is not known yet. Nobody can write it: a text with a NUL is
refused, and what looks so in one has two strokes."""

MARK = b"?as=\\u0000"


class Told(Protocol):
    """A file as an upload or a post tells of it."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def preview(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def blurhash(self) -> str | None: ...
    @property
    def meta(self) -> dict[str, Any]: ...


class Entity(msgspec.Struct):
    id: str
    type: str
    url: str | None
    preview_url: str | None
    remote_url: str | None
    preview_remote_url: str | None
    text_url: str | None
    meta: dict[str, Any]
    description: str | None
    blurhash: str | None


def address(upload: int, name: str, signature: str = "") -> str:
    """`signature`: for a file that not everybody may have."""
    return limits.current().base_url + media.address(f"{upload}/{name}", signature)


def entity(one: Told, signature: str = "") -> Entity:
    url = address(one.id, one.file, signature) if one.file else None
    preview = address(one.id, one.preview, signature) if one.preview else url if one.kind != "audio" else None
    return Entity(
        id=str(one.id), type=one.kind, url=url, preview_url=preview, remote_url=None, preview_remote_url=None,
        text_url=None, meta=one.meta, description=one.description or None, blurhash=one.blurhash)


def for_viewers(one: Told) -> Entity:
    """Of a file that not everybody may have: `signed` makes its addresses each viewer's."""
    return entity(one, open_signature(one.id))


def open_signature(upload: int) -> str:
    """What `signed` replaces by the viewer's own."""
    return f"\0{upload}"


def unsigned(rendered: bytes) -> bytes:
    """Where it is not known who looks: such a file is missing there."""
    return UNSIGNED.sub(b"", rendered) if MARK in rendered else rendered


async def signed(rendered: bytes, digest: bytes) -> bytes:
    """With addresses for whoever holds this digest; whoever is nobody gets them without."""
    if MARK not in rendered:
        return rendered
    if len(digest) != media.DIGEST_BYTES:
        return UNSIGNED.sub(b"", rendered)
    signer = await media.signer()
    return UNSIGNED.sub(lambda found: b"?as=" + signer.sign(digest, int(found[1])), rendered)


async def signed_all(rendered: Iterable[tuple[int, bytes]], digest: bytes) -> list[tuple[int, bytes]]:
    return [(number, await signed(one, digest) if MARK in one else one) for number, one in rendered]


async def own(upload: Uploaded, digest: bytes) -> Entity:
    """As its owner sees it, with addresses for whoever holds this digest; without, while it is not ready."""
    told = media.told(upload)
    if upload.state is not State.READY:
        return entity(told)
    return entity(told, (await media.signer()).sign(digest, upload.id).decode())
