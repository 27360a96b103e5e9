"""What a post carries beside its text, as pages show it."""

from msgspec import Struct


class MediaView(Struct, frozen=True, kw_only=True):
    """A file of a post. `kind`: image, gifv, video, audio. Addresses are of this site; with `is_closed` they are the
    viewer's own and end some minutes after the page was made."""

    id: int
    kind: str
    url: str
    preview: str = ""
    description: str = ""
    width: int | None = None
    height: int | None = None
    is_closed: bool = False
