"""What a viewer can get of posts. Every function asks the database's verdict; none decides."""

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter, itemgetter

from msgspec import Struct

from petrel.core import seal, seen
from petrel.core.doors import Reader, Row, reading
from petrel.core.errors import PetrelError
from petrel.core.pages import Page
from petrel.core.together import Together
from petrel.core.viewer import Anonymous
from petrel.features.posts import countries
from petrel.features.posts.shapes import Audience, Code, Content, PostNotFound, State, Surface, Who, decode_content

PAGES = """
select * from law.pages($1::bytea[], $2::integer[], $3::smallint[], $4::bigint[], $5::bigint[], $6::bigint[],
                        $7::bigint[])
"""
STREAMED = """
select * from law.streamed($1::bytea[], $2::integer[], $3::smallint, $4::bigint[], $5::bigint[], $6::bigint[])
"""
# Direct messages, which are shown one viewer at a time, are on none of these.
SHARED = frozenset((Surface.HOME, Surface.LIST, Surface.PROF, Surface.PUB))
MOST_SHARED = 16
COUNTRY_UNKNOWN_BIT = int(State.COUNTRY_UNKNOWN).bit_length() - 1

_ord = itemgetter("ord")
# Plain numbers: comparing with a member of an enum costs ten times as much, for every row of every page.
_UNLISTED, _POINTER, _AUTHOR = int(Audience.UNLISTED), int(Code.POINTER), int(Who.AUTHOR)


class Candidates(Struct, frozen=True):
    """Candidates that a viewer may be about to see on one surface, and the stamps of the copies that the caller has
    rendered of each, of what it boosts, and of what it quotes (0: none; empty: of none).

    `have_boosted` None says that none of the candidates is a boost, and one that is all the same is left out;
    `have_quoted` None that none quotes.
    """

    surface: Surface
    ids: Sequence[int]
    have: Sequence[int] = ()
    have_boosted: Sequence[int] | None = ()
    have_quoted: Sequence[int] | None = ()


_Asked = tuple[bytes, Candidates]
"""Who asks, by their digest."""


def _all_have(asks: Sequence[Candidates], of: Callable[[Candidates], Sequence[int] | None]) -> list[int] | None:
    """What all of them have of boosted or quoted posts; None when none of them wants any."""
    if all(of(ask) is None for ask in asks):
        return None
    return [h for ask in asks for h in of(ask) or [0] * len(ask.ids)]


async def _pages(r: Reader, asked: Sequence[_Asked]) -> list[list[Row]]:
    """The rows of all of them, in one query; those of each in the order of its ids, depths apart."""
    asks = [ask for _, ask in asked]
    found = await r.fetch(
        PAGES,
        [digest for digest, _ in asked],
        [number for number, ask in enumerate(asks, 1) for _ in ask.ids],
        [ask.surface for ask in asks],
        [i for ask in asks for i in ask.ids],
        [h for ask in asks for h in ask.have or [0] * len(ask.ids)],
        _all_have(asks, attrgetter("have_boosted")),
        _all_have(asks, attrgetter("have_quoted")),
    )
    if len(asks) == 1:
        return [found]
    whose = [number for number, ask in enumerate(asks) for _ in ask.ids]
    rows: list[list[Row]] = [[] for _ in asks]
    for row in found:
        rows[whose[row["ord"] - 1]].append(row)
    return rows


async def _pages_together(asked: list[_Asked]) -> list[list[Row] | PetrelError]:
    """The pages that requests of this process wait for at one moment: half the cost of a page is beginning it."""
    async with reading(Anonymous()) as r:
        return [*await _pages(r, asked)]


_together: Together[_Asked, list[Row]] = Together(_pages_together, most=MOST_SHARED)


class Shown(Struct):
    """One candidate that the law shows: its row, for a boost the row of the boosted post, and where either quotes, the
    row of the quoted post as embedded content: None when the viewer gets nothing of it.

    `row` is of type law.entry (visibility.sql): code, marks, counts, stamp; `sealed` and `card` only where the stamp
    differs from the one the caller had.
    """

    row: Row
    boosted: Row | None = None
    quoted: Row | None = None


async def shown(
    r: Reader, surface: Surface, ids: Sequence[int], have: Sequence[int] = (),
    have_boosted: Sequence[int] | None = (), have_quoted: Sequence[int] | None = (),
) -> list[Shown]:
    """What the viewer may be shown of these candidates on this surface, in the order asked; one query.

    A boost comes only when both it and the boosted post may be shown. Tombstones (code 1) are included: doors leave
    them out of lists. `have`, `have_boosted`, `have_quoted`: see Candidates.
    """
    found = await judged(r, surface, ids, have, have_boosted, have_quoted)
    _note(r, surface, found)
    return found


async def shown_on(r: Reader, asks: Sequence[Candidates]) -> list[list[Shown]]:
    """As `shown`, of each of these; one query for all of them."""
    found = await judged_on(r, asks)
    for ask, part in zip(asks, found, strict=True):
        _note(r, ask.surface, part)
    return found


async def judged(
    r: Reader, surface: Surface, ids: Sequence[int], have: Sequence[int] = (),
    have_boosted: Sequence[int] | None = (), have_quoted: Sequence[int] | None = (),
) -> list[Shown]:
    """As `shown`, for deciding only: nothing of these rows may leave, since nobody records that they were read."""
    return (await judged_on(r, [Candidates(surface, ids, have, have_boosted, have_quoted)]))[0]


async def judged_on(r: Reader, asks: Sequence[Candidates]) -> list[list[Shown]]:
    """As `shown_on`, for deciding only."""
    asked = [(r.digest, ask) for ask in asks if ask.ids]
    if not asked:
        return [[] for _ in asks]
    if type(r) is Reader and len(asked) == 1 and asked[0][1].surface in SHARED:
        await r.release()  # who waits for the shared query must not hold a connection that it may need
        found = [await _together(asked[0])]
    else:
        found = await _pages(r, asked)
    pages = iter(found)
    return [_in_order(next(pages)) if ask.ids else [] for ask in asks]


def _in_order(found: Sequence[Row]) -> list[Shown]:
    # A hidden boost still brings the row of what it boosts: alone it is no post of the list.
    if all(row["depth"] == 0 and row["boost_of"] is None for row in found):
        return [Shown(row) for row in sorted(found, key=_ord)]
    boosted = {row["ord"]: row for row in found if row["depth"] == 1}
    quoted = {row["ord"]: row for row in found if row["depth"] == 2}
    rows = sorted((row for row in found if row["depth"] == 0), key=_ord)
    return [
        Shown(row, boosted.get(row["ord"]), quoted.get(row["ord"]))
        for row in rows
        if row["boost_of"] is None or (row["ord"] in boosted and boosted[row["ord"]]["code"] > Code.TOMBSTONE)
    ]


class Streamed(Struct):
    """A post as it is the same for some of those whom it was proposed to. `places`: which of the proposals."""

    shown: Shown
    places: list[int]

    def note(self, r: seen.Seeing) -> None:
        """For each of them, when it is sent: what of this is not public and not the viewer's own is recorded."""
        place = self.shown.row["id"]
        for row in (self.shown.row, self.shown.boosted, self.shown.quoted):
            if row is not None and row["audience"] > _UNLISTED and row["code"] > _POINTER and not row["who"] & _AUTHOR:
                seen.note(r, Surface.STRM, [place], [row["id"]], [row["author"]])


async def streamed(
    place: Surface, digests: Sequence[bytes], ids: Sequence[int], have: Sequence[int], have_boosted: Sequence[int]
) -> list[Streamed]:
    """What may go out on open streams of what is proposed: ids[i] to the holder of digests[i], as it stands at `place`.
    One query for all. Whoever sends it calls `note`."""
    whose: dict[bytes, int] = {}
    numbers = [whose.setdefault(digest, len(whose) + 1) for digest in digests]
    async with reading(Anonymous()) as r:
        rows = await r.fetch(STREAMED, list(whose), numbers, int(place), ids, have, have_boosted)
    inner: tuple[dict[int, Row], dict[int, Row]] = {}, {}
    for row in rows:
        if row["shown"]["depth"]:
            inner[row["shown"]["depth"] - 1].update(dict.fromkeys(row["ords"], row["shown"]))
    found = []
    for row in rows:
        outer = row["shown"]
        if outer["depth"] == 0:
            alike: dict[tuple[int, int], Streamed] = {}
            for i in row["ords"]:
                boosted, quoted = inner[0].get(i), inner[1].get(i)
                if outer["boost_of"] is None or (boosted is not None and boosted["code"] > Code.TOMBSTONE):
                    one = alike.setdefault((id(boosted), id(quoted)), Streamed(Shown(outer, boosted, quoted), []))
                    one.places.append(i - 1)
            found += alike.values()
    return found


def _note(r: Reader, surface: Surface, found: Sequence[Shown]) -> None:
    """Records what of this is not public and not the viewer's own (a pointer brings no text), and counts
    what was hidden because nobody knows the viewer's country."""
    rows = [
        row
        for one in found
        if (row := one.row)["audience"] > _UNLISTED and row["code"] > _POINTER and not row["who"] & _AUTHOR
    ]
    if rows:
        ids = [row["id"] for row in rows]
        seen.note(r, surface, ids, ids, [row["author"] for row in rows])
    for one in found:
        for row in (one.boosted, one.quoted):
            if row is not None and row["audience"] > _UNLISTED and row["code"] > _POINTER and not row["who"] & _AUTHOR:
                seen.note(r, surface, [one.row["id"]], [row["id"]], [row["author"]])
    if unknown := sum([one.row["states"] >> COUNTRY_UNKNOWN_BIT for one in found]):
        countries.missed(unknown)


async def contents(rows: Sequence[Row]) -> dict[int, Content]:
    """The plain content of rows that brought ciphertext, by post; one query to the keyring, none for none.

    A post whose key was destroyed is absent.
    """
    sealed = [row for row in rows if row["sealed"] is not None]
    keys = await seal.keys(row["id"] for row in sealed)
    found = {}
    for row in sealed:
        key = keys.get(row["id"])
        if key is not None:
            found[row["id"]] = decode_content(seal.open_sealed(key, row["id"], row["sealed"]))
    return found


async def source(r: Reader, post: int) -> Content:
    """The plain content of a post of the viewer's own. Errors: PostNotFound."""
    own = [s.row for s in await shown(r, Surface.API, [post]) if s.row["who"] & Who.AUTHOR]
    content = (await contents(own)).get(post)
    if content is None:
        raise PostNotFound
    return content


async def withholding(r: Reader, post: int) -> tuple[str, str]:
    """(case number, address of the order) where the viewer is shown a notice instead of this post; empty for others.

    Those of a message are nobody's business here.
    """
    row = await r.row("select case_number, notice_url from posts.withholding($1, $2)", r.digest, post)
    return (row[0], row[1]) if row else ("", "")


async def thread(r: Reader, post: int, *, most: int = 4000) -> tuple[list[int], list[int]]:
    """Ids of a post's ancestors (oldest first) and descendants (in the order of writing); candidates only.

    Errors: PostNotFound when the viewer may not see the post itself.
    """
    one = await judged(r, Surface.API, [post])
    if not one or one[0].row["code"] <= Code.TOMBSTONE:
        raise PostNotFound
    conversation = one[0].row["conversation"]
    if conversation is not None:
        members = await r.fetch("select * from messages.thread($1, $2, $3)", r.digest, conversation, most)
    else:
        members = await r.fetch("select * from posts.thread($1, $2, $3)", r.digest, post, most)
    parents = {m["id"]: m["reply_to"] for m in members}
    above: dict[int, None] = {}
    at = parents.get(post)
    while at is not None and at not in above:
        above[at] = None
        at = parents.get(at)
    below = {post}
    descendants = []
    for number, parent in sorted(parents.items()):
        if parent in below:
            below.add(number)
            descendants.append(number)
    return list(above)[::-1], descendants


async def replies(r: Reader, post: int, *, most: int) -> tuple[list[tuple[int, int | None]], bool]:
    """What hangs below a post, at any depth, that the viewer may be shown in a thread: (number, what it answers), in
    the order of writing; and whether there is more than the `most` that were looked through. What answers something
    hidden is there too. Verdicts only: whoever shows one of them has it judged again.

    Errors: PostNotFound when the viewer may not see the post itself.
    """
    one = await judged(r, Surface.API, [post])
    if not one or one[0].row["code"] <= Code.TOMBSTONE:
        raise PostNotFound
    conversation = one[0].row["conversation"]
    if conversation is not None:
        parents = dict(await r.fetch("select id, reply_to from messages.thread($1, $2, $3)", r.digest, conversation,
                                     most))
        rows = [(number, parent, True) for number, parent in sorted(parents.items()) if number > post]
    else:
        rows = [tuple(row) for row in await r.fetch("select * from posts.outline($1, $2, $3)", r.digest, post, most)]
    family = {post}
    found = []
    for number, parent, is_shown in rows:
        if parent in family:
            family.add(number)
            if is_shown:
                found.append((number, parent))
    return found, len(rows) >= most


async def by_author(r: Reader, author: int, page: Page, *, replies: bool = True, boosts: bool = True) -> list[int]:
    """Candidate ids of an author's posts, newest first."""
    rows = await r.fetch(
        "select id from posts.of_author($1, $2, $3, $4, $5, $6, $7)",
        r.digest,
        author,
        page.limit,
        page.max_id,
        page.min_id if page.min_id is not None else None,
        replies,
        boosts,
    )
    return [row[0] for row in rows if page.since_id is None or row[0] > page.since_id]


async def with_media(r: Reader, page: Page, *, author: int | None = None, replies: bool = True) -> list[int]:
    """Candidate ids of posts with pictures, video or sound: of one author, or public ones of everybody."""
    rows = await r.fetch("select id from posts.with_media($1, $2, $3, $4, $5, $6)", r.digest, author, page.limit,
                         page.max_id, page.min_id, replies)
    return [row[0] for row in rows if page.since_id is None or row[0] > page.since_id]


async def public(r: Reader, page: Page) -> list[int]:
    """Candidate ids of the public timeline, newest first."""
    rows = await r.fetch("select id from posts.public($1, $2, $3, $4)", r.digest, page.limit, page.max_id, page.min_id)
    return [row[0] for row in rows if page.since_id is None or row[0] > page.since_id]


async def marked(r: Reader, kind: int, page: Page, *, account: int | None = None) -> list[tuple[int, int]]:
    """(mark id, post id) of the viewer's likes (1) or bookmarks (2), or the pins (8) of `account`; newest first."""
    rows = await r.fetch(
        "select mark, post from posts.marked($1, $2, $3, $4, $5, $6)",
        r.digest,
        kind,
        account,
        page.limit,
        page.max_id,
        page.min_id,
    )
    return sorted(((m, p) for m, p in rows if page.since_id is None or m > page.since_id), reverse=True)


async def reactions(r: Reader, post: int, kind: int, page: Page) -> list[tuple[int, int]]:
    """(reaction id, account) of who liked (1) or boosted (4) a post; empty when the viewer may not see it."""
    rows = await r.fetch(
        "select reaction, account from posts.reactions($1, $2, $3, $4, $5)",
        r.digest,
        post,
        kind,
        page.limit,
        page.max_id,
    )
    return [(m, a) for m, a in rows]


class Version(Struct, frozen=True):
    """A post as it once read."""

    number: int
    at: datetime
    is_sensitive: bool
    content: Content


async def history(r: Reader, post: int, *, reveal: bool = False) -> list[Version]:
    """All versions, oldest first, the current one last. Errors: PostNotFound, for what waits behind a notice too
    unless it is revealed."""
    rows = await r.fetch("select * from posts.history($1, $2, $3)", r.digest, post, reveal)
    if rows and rows[0]["audience"] > Audience.UNLISTED and not rows[0]["who"] & Who.AUTHOR:
        seen.note(r, Surface.API, [post], [post], [rows[0]["author"]])
    key = (await seal.keys([post])).get(post)
    if not rows or key is None:
        raise PostNotFound
    return [
        Version(
            row["version"],
            row["at"],
            bool(row["flags"] & 2),
            decode_content(seal.open_sealed(key, post, row["sealed"])),
        )
        for row in rows
    ]
