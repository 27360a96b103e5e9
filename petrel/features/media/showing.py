"""How an upload is told of: kind, names of its renditions, measures; in the words of the client API. Posts keep a copy
of it, sealed with their text. And the addresses of files, and of the pictures that accounts wear."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from petrel.features.media.shapes import Facts, Kind, Size, Uploaded

WORDS = {Kind.NONE: "unknown", Kind.IMAGE: "image", Kind.GIFV: "gifv", Kind.VIDEO: "video", Kind.AUDIO: "audio"}
ENDINGS = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "video/mp4": "mp4",
    "video/webm": "webm", "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/ogg": "ogg", "audio/flac": "flac",
}


NOUNS = {"image": ("picture", "pictures"), "gifv": ("film", "films"), "video": ("film", "films"),
         "audio": ("sound", "sounds")}


class Told(Struct, frozen=True):
    """`file` and `preview`: last part of an address, such as original.jpg; "" for none."""

    id: int
    kind: str
    file: str
    preview: str
    description: str
    blurhash: str | None
    meta: dict[str, Any]


def told(one: Uploaded) -> Told:
    facts = one.facts
    sizes = {size.name: size for size in facts.sizes}
    large, small = sizes.get("original"), sizes.get("small")
    return Told(one.id, WORDS[one.kind], name_of(large), name_of(small), facts.description, facts.blurhash or None,
                _meta(facts, large, small))


def name_of(size: Size | None) -> str:
    return "" if size is None else f"{size.name}.{ENDINGS[size.type]}"


def counted(kinds: Iterable[str]) -> str:
    """For where files are not shown themselves: "2 pictures", "1 film and 1 sound"; "" for none."""
    found = Counter(NOUNS.get(kind, ("file", "files")) for kind in kinds)
    return " and ".join(f"{count} {nouns[count > 1]}" for nouns, count in found.items())


def address(name: str, signature: str = "") -> str:
    """On this site. `name`: what follows /media/; `signature`: for a file that not everybody may have."""
    return f"/media/{name}?as={signature}" if signature else f"/media/{name}"


def upload_of(name: str) -> int:
    """Which upload it is, by what follows /media/ in its address."""
    return int(name.partition("/")[0])


def avatar(account: int, worn: str) -> str:
    """`worn`: what follows /media/ of an uploaded picture; "" for the one that is drawn."""
    return address(worn) if worn else f"/avatars/{account}.png"


def header(account: int, worn: str, signature: str = "") -> str:
    """As `avatar`; a header has a signature where the account is protected."""
    return address(worn, signature) if worn else f"/headers/{account}.png"


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
        meta["original"] = whole
    if small is not None:
        meta["small"] = _size(small)
    return meta


def _size(size: Size) -> dict[str, Any]:
    if not size.width or not size.height:
        return {}
    return {"width": size.width, "height": size.height, "size": f"{size.width}x{size.height}",
            "aspect": size.width / size.height}
