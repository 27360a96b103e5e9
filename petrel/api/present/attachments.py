"""The MediaAttachment entity, and addresses of files."""

from collections.abc import Sequence
from typing import Any

import msgspec

from petrel.core import limits
from petrel.features import media
from petrel.features.media import Facts, Kind, Size, State, Uploaded

TYPES = {Kind.NONE: "unknown", Kind.IMAGE: "image", Kind.GIFV: "gifv", Kind.VIDEO: "video", Kind.AUDIO: "audio"}
ENDINGS = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "video/mp4": "mp4",
    "video/webm": "webm", "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/ogg": "ogg", "audio/flac": "flac",
}
SIGNED = "?as="


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


def address(upload: int, size: Size, signature: str = "") -> str:
    tail = SIGNED + signature if signature else ""
    return f"{limits.current().base_url}/media/{upload}/{size.name}.{ENDINGS[size.type]}{tail}"


def entity(upload: int, kind: Kind, facts: Facts, signature: str = "") -> Entity:
    """`signature`: for a file that not everybody may have."""
    sizes = {size.name: size for size in facts.sizes}
    large, small = sizes.get("original"), sizes.get("small")
    url = address(upload, large, signature) if large else None
    preview = address(upload, small, signature) if small else None if kind is Kind.AUDIO else url
    return Entity(
        id=str(upload), type=TYPES[kind], url=url, preview_url=preview, remote_url=None, preview_remote_url=None,
        text_url=None, meta=_meta(facts, large, small), description=facts.description or None,
        blurhash=facts.blurhash or None)


def _meta(facts: Facts, large: Size | None, small: Size | None) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    if facts.focus is not None:
        meta["focus"] = {"x": facts.focus[0], "y": facts.focus[1]}
    if large is not None:
        whole = _size(large)
        if facts.duration_s:
            whole |= {"duration": facts.duration_s, "bitrate": facts.bitrate}
            if facts.rate:
                whole["frame_rate"] = facts.rate if "/" in facts.rate else f"{facts.rate}/1"
            meta |= {"length": _clock(facts.duration_s), "duration": facts.duration_s}
            if large.width:
                meta |= {"width": large.width, "height": large.height, "size": f"{large.width}x{large.height}",
                         "aspect": large.width / large.height, "fps": _fps(facts.rate)}
        meta["original"] = whole
    if small is not None:
        meta["small"] = _size(small)
    return meta


def _size(size: Size) -> dict[str, Any]:
    if not size.width or not size.height:
        return {}
    return {"width": size.width, "height": size.height, "size": f"{size.width}x{size.height}",
            "aspect": size.width / size.height}


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes // 60)}:{int(minutes % 60):02d}:{rest:05.2f}"


def _fps(rate: str) -> int:
    over, _, under = rate.partition("/")
    return round(int(over) / int(under or 1)) if over.isdigit() else 0


async def own(upload: Uploaded, digest: bytes) -> Entity:
    """As its owner sees it, with addresses for whoever holds this digest; without, while it is not ready."""
    if upload.state is not State.READY:
        return entity(upload.id, upload.kind, upload.facts)
    return entity(upload.id, upload.kind, upload.facts, (await media.signer()).sign(digest, upload.id).decode())


def ending_of(type: str) -> str:
    return ENDINGS.get(type, "")


def kinds() -> Sequence[str]:
    return media.rules.accepted()
