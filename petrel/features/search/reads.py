"""What a viewer can search. Ids come back as candidates: the law has the last word on each, where it is shown."""

from collections.abc import Sequence

from msgspec import Struct

from petrel.core import limits, seal
from petrel.core.doors import Reader, Row
from petrel.core.pages import Page
from petrel.core.text import WordKey, says
from petrel.features import posts as room
from petrel.features.posts import Surface
from petrel.features.search import terms
from petrel.features.search.asked import ME, Asked, Place

WINDOW = 500            # how many of the newest posts are read before the index is asked, at least
PHRASE_ROUNDS = 4       # so many pages of candidates for a phrase are opened, and no more

POSTS = """
select post from search.posts($1, $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::smallint[], $7, $8, $9,
                              $10::bigint[], $11, $12, $13, $14, $15)
"""
TAGGED = "select post from search.tagged($1, $2::bigint[], $3::bigint[], $4::bigint[], $5, $6, $7, $8, $9)"
TAGS = "select tag, sealed_name, posts from search.tags($1, $2, $3, $4)"
ACCOUNTS = "select account from search.accounts($1, $2::bigint[], $3::bigint[], $4, $5, $6)"
BY_HANDLES = "select ord, id from accounts.by_handles($1, $2::text[], $3::text[])"


class Sought(Struct, frozen=True):
    """What the database is asked for, but for the page: terms and marks still readable, people by their numbers."""

    every: list[str]
    words: tuple[str, ...]
    is_typing: bool
    none: list[str]
    said: list[str]
    unsaid: tuple[str, ...]
    where: str
    did: int
    author: int | None
    after: int
    before: int


async def posts(r: Reader, asked: Asked, page: Page, *, author: int | None = None) -> list[int]:
    """Candidates for a member's search, newest first; none for anybody else. `author`: only by this account.

    Posts that have to say a phrase, or must not, are opened to see whether they do: the index knows only which words
    stand side by side.
    """
    if r.account is None or asked.is_empty:
        return []
    sought = await _sought(r, r.account, asked, author)
    if sought is None:
        return []
    if not sought.said and not sought.unsaid:
        return await _candidates(r, sought, asked, page)
    kept: list[int] = []
    at = page
    for _ in range(PHRASE_ROUNDS):
        ids = await _candidates(r, sought, asked, at)
        kept += await _saying(r, ids, sought)
        if len(kept) >= page.limit or len(ids) < at.limit:
            break
        at = (Page(at.limit, at.max_id, at.since_id, ids[0]) if page.min_id is not None
              else Page(at.limit, ids[-1], at.since_id))
    kept.sort(reverse=True)
    return kept[-page.limit:] if page.min_id is not None else kept[:page.limit]


async def _sought(r: Reader, viewer: int, asked: Asked, author: int | None) -> Sought | None:
    """None when somebody is asked for who is not here, or who is somebody else than `author`: then nothing is found."""
    names = [name for name in (asked.author, asked.to, *asked.not_by, *asked.not_to) if name]
    known = {ME: viewer} | (await _accounts(r, names) if names else {})
    if (asked.author is not None and asked.author not in known) or (asked.to is not None and asked.to not in known):
        return None
    by = known[asked.author] if asked.author is not None else author
    if author not in (None, by):
        return None
    every = [*asked.query.terms(), *asked.marks]
    if asked.to is not None:
        every.append(terms.to(known[asked.to]))
    if asked.language:
        every.append(terms.language(asked.language))
    none = [*asked.without, *(terms.by(known[one]) for one in asked.not_by if one in known),
            *(terms.to(known[one]) for one in asked.not_to if one in known)]
    where = "did" if asked.did else str(asked.place)
    if by is not None:
        if where == "all" or (where, by) == ("library", viewer):
            where = "author"
        else:
            every.append(terms.by(by))
    if asked.did and asked.place == Place.PUBLIC:
        every.append(terms.OPEN)
    return Sought(every, asked.either, bool(asked.query.prefixes), none, asked.said, asked.unsaid, where, asked.did, by,
                  asked.after, asked.before)


async def _candidates(r: Reader, sought: Sought, asked: Asked, page: Page) -> list[int]:
    key = await terms.word_key()
    h = key.hash
    me = r.account or 0
    marks = [h(terms.OPEN), h(terms.by(me)), h(terms.to(me)), h(terms.by(sought.author or 0))]
    below = min(sought.before, page.max_id or sought.before)
    rows = await r.fetch(
        POSTS, r.digest, [h(term) for term in sought.every], [h(word) for word in sought.words],
        [h(terms.edge(word)) for word in sought.words] if sought.is_typing else [], [h(term) for term in sought.none],
        sorted(set().union(*(terms.pairs(key, one) for one in asked.query.phrases))), sought.where, sought.did,
        sought.author, marks, page.limit, below, max(sought.after, _least(page) or 0), page.min_id is not None, WINDOW)
    return [row[0] for row in rows]


def _least(page: Page) -> int | None:
    return page.min_id if page.min_id is not None else page.since_id


async def _account(r: Reader, acct: str) -> int | None:
    return (await _accounts(r, [acct])).get(acct)


async def _accounts(r: Reader, accts: Sequence[str]) -> dict[str, int]:
    """Those of these accounts that there are, by what they were called."""
    parts = [acct.partition("@")[::2] for acct in accts]
    domains = ["" if domain == limits.current().domain else domain for _, domain in parts]
    rows = await r.fetch(BY_HANDLES, r.digest, [handle for handle, _ in parts], domains)
    return {accts[row["ord"] - 1]: int(row["id"]) for row in rows}


async def _saying(r: Reader, ids: Sequence[int], sought: Sought) -> list[int]:
    """Those of these posts that the viewer may see in a search, that say all the phrases, and none of those they must
    not, in the order given."""
    rows = [s.row for s in await room.judged(r, Surface.SRCH, ids) if s.row["sealed"] is not None]
    keys = await seal.keys(row["id"] for row in rows)
    kept = []
    for row in rows:
        if row["id"] in keys:
            text = terms.spoken(room.decode_content(seal.open_sealed(keys[row["id"]], row["id"], row["sealed"])))
            if all(says(text, one) for one in sought.said) and not any(says(text, one) for one in sought.unsaid):
                kept.append(row["id"])
    return kept


def _tags(key: WordKey, names: Sequence[str]) -> list[int]:
    """Hashes of tags by name, with or without the sign; what is no tag is a hash that nothing has."""
    return [key.hash(f"#{next(iter(terms.read('#' + name.removeprefix('#'), '').tags), '')}") for name in names]


async def tagged(r: Reader, tag: str, page: Page, *, other: Sequence[str] = (), also: Sequence[str] = (),
                 without: Sequence[str] = (), only_media: bool = False) -> list[int]:
    """Candidates of a hashtag's timeline, newest first: posts under `tag` or one of `other`, under all of `also`, and
    none of `without`. `only_media`: with pictures, video or sound."""
    key = await terms.word_key()
    one = _tags(key, [tag])
    either = one + _tags(key, other) if other else None
    every = _tags(key, also) if other else one + _tags(key, also)
    if only_media:
        every.append(key.hash(terms.kind("media")))
    rows = await r.fetch(TAGGED, r.digest, every, either, _tags(key, without), page.limit, page.max_id, _least(page),
                         page.min_id is not None, WINDOW)
    return [row[0] for row in rows]


async def tags(r: Reader, typed: str, limit: int) -> list[str]:
    """Names of hashtags that begin as typed, with or without the sign; only such as are on posts that the viewer may
    see in public timelines. The tag itself comes first."""
    name = next(iter(terms.read("#" + typed.strip().removeprefix("#"), "").tags), None)
    if name is None:
        return []
    key = await terms.word_key()
    rows = await r.fetch(TAGS, r.digest, key.hash(f"#{name}"), key.hash(terms.edge(f"#{name}")), limit)
    samples = [post for row in rows for post in row["posts"]]
    visible = {s.row["id"] for s in await room.judged(r, Surface.PUB, samples)}
    return await tag_names([row for row in rows if not visible.isdisjoint(row["posts"])])


async def tag_names(rows: Sequence[Row]) -> list[str]:
    """Of rows of search.tag: `tag` and `sealed_name`."""
    secret = await seal.secret("tags")
    return [seal.open_sealed(secret, row["tag"] % (1 << 64), row["sealed_name"]).decode() for row in rows]


async def accounts(r: Reader, typed: str, limit: int, *, offset: int = 0, following: bool = False) -> list[int]:
    """Candidates for an account search: the handle itself first, then whom the viewer follows, then by followers."""
    edges, handle, domain = terms.of_account_query(typed)
    exact = await _account(r, f"{handle}@{domain or ''}") if handle else None
    if domain == limits.current().domain:
        edges = [terms.edge(handle)]
    if not edges and exact is None:
        return []
    key = await terms.word_key()
    rows = await r.fetch(ACCOUNTS, r.digest, [key.hash(edge) for edge in edges], [] if exact is None else [exact],
                         following, limit, offset)
    return [row[0] for row in rows]
