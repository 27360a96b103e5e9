"""Pure decisions about uploads: how large, how many, which together."""

from collections.abc import Sequence
from typing import Any

from petrel.core import limits
from petrel.core.errors import Invalid
from petrel.features.media.shapes import Kind, NotTaken, State, Uploaded
from petrel.outside import decoding
from petrel.outside.decoding import ACCEPTED, HEIC, WHY, sort_of
from petrel.outside.decoding import Limits as Cost

MOST_IN_A_POST = 4
DESCRIPTION_CHARACTERS = 1500
MIB = 1 << 20
HEAD_BYTES = decoding.HEAD_BYTES
KINDS = {"image": Kind.IMAGE, "gifv": Kind.GIFV, "video": Kind.VIDEO, "audio": Kind.AUDIO}
FREE_H = 24
"""An upload that nothing shows is gone after so long. source: our choice, and what apps expect"""

FREE_AT_ONCE = 100
ALONE = (Kind.GIFV, Kind.VIDEO, Kind.AUDIO)


def most_bytes() -> int:
    now = limits.current()
    return max(now.media_picture_mib, now.media_video_mib) * MIB


def check_head(head: bytes, size: int) -> None:
    """By the first bytes, before any work is done. Errors: NotTaken, in words for people."""
    now = limits.current()
    if not size:
        raise refused("empty")
    sort = sort_of(head)
    if sort is None or sort is HEIC:
        raise refused("kind" if sort is None else "heic")
    most_mib = now.media_picture_mib if sort.is_picture else now.media_video_mib
    if size > most_mib * MIB:
        what = "a picture" if sort.is_picture else "video or sound"
        raise NotTaken("file", f"is too large: at most {most_mib} MiB for {what}")


def refused(why: str) -> NotTaken:
    return NotTaken("file", WHY.get(why, "cannot be used"))


def cost() -> Cost:
    now = limits.current()
    return Cost(pixels=now.media_megapixels * 1_000_000, seconds=now.media_seconds,
                made_bytes=max(now.media_video_mib, now.media_picture_mib) * MIB)


def check_description(text: str | None) -> None:
    if text is not None and len(text) > DESCRIPTION_CHARACTERS:
        raise Invalid("description", f"is too long (maximum is {DESCRIPTION_CHARACTERS} characters)")


def focus_of(text: str | None) -> tuple[float, float] | None:
    """From "x,y"; None for nothing given. Errors: Invalid."""
    if text is None or not text.strip():
        return None
    across, _, down = text.partition(",")
    try:
        point = float(across), float(down)
    except ValueError:
        raise Invalid("focus", "must be two numbers with a comma between") from None
    if not all(-1 <= value <= 1 for value in point):
        raise Invalid("focus", "must lie between -1 and 1")
    return point


def check_together(asked: Sequence[int], found: Sequence[Uploaded]) -> None:
    """Whether these may stand in one post. Errors: Invalid, in the words that apps know."""
    if len(asked) > MOST_IN_A_POST:
        raise Invalid(message=f"Cannot attach more than {MOST_IN_A_POST} files")
    if missing := sorted(set(asked) - {one.id for one in found}):
        raise Invalid(message=f"Media {', '.join(map(str, missing))} not found or already attached to another post")
    if any(one.state != State.READY for one in found):
        raise Invalid(message="Cannot attach files that have not finished processing. Try again in a moment!")
    if len(found) > 1 and any(one.kind in ALONE for one in found):
        raise Invalid(message="Cannot attach a video to a post that already contains images")


def told() -> dict[str, Any]:
    """What may be uploaded, as apps are told."""
    now, most = limits.current(), cost()
    return {
        "supported_mime_types": list(dict.fromkeys(ACCEPTED)), "description_limit": DESCRIPTION_CHARACTERS,
        "image_size_limit": now.media_picture_mib * MIB, "image_matrix_limit": most.pixels,
        "video_size_limit": now.media_video_mib * MIB, "video_frame_rate_limit": most.rate,
        "video_matrix_limit": most.moving_pixels}
