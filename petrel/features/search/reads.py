"""What a viewer can search. Ids come back as candidates: the law has the last word on each, where it is shown."""

from collections.abc import Sequence

from petrel.core import limits, seal
from petrel.core.doors import Reader, Row
from petrel.core.pages import Page
from petrel.core.text import WordKey, says
from petrel.features import posts as room
from petrel.features.posts import Surface
from petrel.features.search import terms
from petrel.features.search.terms import Asked

WINDOW = 500            # how many of the newest posts are read before the index is asked, at least
PHRASE_ROUNDS = 4       # so many pages of candidates for a phrase are opened, and no more

POSTS = """
select post from search.posts($1, $2::bigint[], $3, $4, $5::bigint[], $6::smallint[], $7, $8, $9, $10, $11, $12, $13,
                              $14, $15, $16)
"""
TAGGED = "select post from search.tagged($1, $2::bigint[], $3::bigint[], $4::bigint[], $5, $6, $7, $8, $9)"
TAGS = "select tag, sealed_name, posts from search.tags($1, $2, $3, $4)"
ACCOUNTS = "select account from search.accounts($1, $2::bigint[], $3::bigint[], $4, $5, $6)"
BY_HANDLES = "select id from accounts.by_handles($1, array[$2::text], array[$3::text])"


async def posts(r: Reader, asked: Asked, page: Page, *, author: int | None = None) -> list[int]:
    """Candidates for a member's search, newest first; none for anybody else. `author`: only by this account.

    Posts with a phrase are opened to see whether they say it: the index knows only which words stand side by side.
    """
    if r.account is None or asked.is_empty:
        return []
    if asked.author is not None:
        found = r.account if asked.author == "" else await _account(r, asked.author)
        if found is None or author not in (None, found):
            return []
        author = found
    if not asked.query.phrases:
        return await _candidates(r, asked, page, author)
    kept: list[int] = []
    at = page
    for _ in range(PHRASE_ROUNDS):
        ids = await _candidates(r, asked, at, author)
        kept += await _saying(r, ids, asked.query.phrases)
        if len(kept) >= page.limit or len(ids) < at.limit:
            break
        at = (Page(at.limit, at.max_id, at.since_id, ids[0]) if page.min_id is not None
              else Page(at.limit, ids[-1], at.since_id))
    kept.sort(reverse=True)
    return kept[-page.limit:] if page.min_id is not None else kept[:page.limit]


async def _candidates(r: Reader, asked: Asked, page: Page, author: int | None) -> list[int]:
    key = await terms.word_key()
    h = key.hash
    q = asked.query
    prefix = q.prefixes[0] if q.prefixes else None
    rows = await r.fetch(
        POSTS, r.digest, [h(term) for term in q.terms()], prefix and h(prefix), prefix and h(terms.edge(prefix)),
        [h(term) for term in asked.without], sorted(set().union(*(terms.pairs(key, one) for one in q.phrases))),
        h(terms.OPEN), h(terms.by(r.account or 0)), h(terms.to(r.account or 0)),
        author, author and h(terms.by(author)), page.limit, page.max_id, _least(page), page.min_id is not None, WINDOW)
    return [row[0] for row in rows]


def _least(page: Page) -> int | None:
    return page.min_id if page.min_id is not None else page.since_id


async def _account(r: Reader, acct: str) -> int | None:
    handle, _, domain = acct.partition("@")
    ours = domain in ("", limits.current().domain)
    found = await r.value(BY_HANDLES, r.digest, handle, "" if ours else domain)
    return None if found is None else int(found)


async def _saying(r: Reader, ids: Sequence[int], phrases: Sequence[str]) -> list[int]:
    """Those of these posts that the viewer may see in a search and that say all the phrases, in the order given."""
    rows = [s.row for s in await room.judged(r, Surface.SRCH, ids) if s.row["sealed"] is not None]
    keys = await seal.keys(row["id"] for row in rows)
    kept = []
    for row in rows:
        if row["id"] in keys:
            content = room.decode_content(seal.open_sealed(keys[row["id"]], row["id"], row["sealed"]))
            text = f"{content.spoiler}\n\n{content.text}"
            if all(says(text, phrase) for phrase in phrases):
                kept.append(row["id"])
    return kept


def _tags(key: WordKey, names: Sequence[str]) -> list[int]:
    """Hashes of tags by name, with or without the sign; what is no tag is a hash that nothing has."""
    return [key.hash(f"#{next(iter(terms.read('#' + name.removeprefix('#'), '').tags), '')}") for name in names]


async def tagged(r: Reader, tag: str, page: Page, *, other: Sequence[str] = (), also: Sequence[str] = (),
                 without: Sequence[str] = ()) -> list[int]:
    """Candidates of a hashtag's timeline, newest first: posts under `tag` or one of `other`, under all of `also`, and
    none of `without`."""
    key = await terms.word_key()
    one = _tags(key, [tag])
    either = one + _tags(key, other) if other else None
    every = _tags(key, also) if other else one + _tags(key, also)
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
