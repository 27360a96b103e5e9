"""What a home timeline is made of, as pure functions. source: DESIGN section 6."""

from collections.abc import Sequence

RAW = 400  # candidates that a home timeline goes back
APART = 40  # a post stands at most once within this many entries, however often it is boosted

Entry = tuple[int, int]  # (id of the post or boost, id of the post itself)


def kept(entries: Sequence[Entry]) -> list[Entry]:
    """Of candidates from oldest to newest the entries of the timeline, newest first.

    Going from the oldest, one is kept unless the same post is among the last 40 kept before it: whoever boosted first
    stays, and later boosts do not move what is being read.
    """
    if len({post for _, post in entries}) == len(entries):
        return list(entries[::-1])
    place: dict[int, int] = {}
    out: list[Entry] = []
    for entry in entries:
        before = place.get(entry[1])
        if before is None or len(out) - before > APART:
            place[entry[1]] = len(out)
            out.append(entry)
    out.reverse()
    return out
