"""Rows of cards: the statements, and nothing decided."""

import hmac
from collections.abc import Sequence

import msgspec

from petrel.core import ids, seal
from petrel.core.doors import Reader, Writer
from petrel.features.cards.shapes import Card, Due

CARRYING = """
select p.id from posts.post p join unnest($1::smallint[], $2::bigint[]) c(cell, id) on p.cell = c.cell and p.id = c.id
 where p.flags & 1048576 <> 0
"""
SEALED = "select id, sealed from posts.sealed_of('cards', $1::bigint[])"
# What is there already is told apart by its number: it was not made now.
WANT = """
insert into cards.card as c (id, digest, expires_at, sealed_card)
select id, digest, now() + interval '1 day', sealed from unnest($1::bigint[], $2::bytea[], $3::bytea[])
       n(id, digest, sealed) order by digest
on conflict (digest) do update set state = case when c.expires_at < now() then 0 else c.state end,
       tries = case when c.expires_at < now() then 0 else c.tries end,
       expires_at = case when c.expires_at < now() then now() + interval '1 day' else c.expires_at end
returning c.id, c.digest, c.state = 0 and c.tries = 0 as waits
"""
LINK = """
insert into cards.link (cell, post, card) select law.cell(post), post, card from unnest($1::bigint[], $2::bigint[])
       l(post, card) on conflict (cell, post) do update set card = excluded.card
"""
UNLINK = """
delete from cards.link l using unnest($1::smallint[], $2::bigint[]) g(cell, post)
 where l.cell = g.cell and l.post = g.post returning l.card
"""
DROP_UNLINKED = """
delete from cards.card c where c.id = any ($1::bigint[]) and not exists (select from cards.link l where l.card = c.id)
"""
DUE = "select id, tries, sealed_card from cards.waiting('cards', $1)"
LINKED_BY = "select post from cards.link where card = $1 order by post desc limit $2"
DONE = """
update cards.card set state = $2, fetched_at = now(), expires_at = now() + make_interval(days => $3),
       sealed_card = $4 where id = $1
"""
TRIED = "update cards.card set tries = tries + 1 where id = $1 returning tries"
SWEEP = """
delete from cards.card c where c.expires_at < now() - interval '30 days'
   and not exists (select from cards.link l where l.card = c.id)
"""


async def key() -> bytes:
    """Errors: Unavailable."""
    return await seal.secret("cards")


def digest_of(key: bytes, url: str) -> bytes:
    """By which the card of this address is found."""
    return hmac.digest(key, url.encode(), "sha256")


def opened(key: bytes, card: int, sealed: bytes) -> Card:
    return msgspec.json.decode(seal.open_sealed(key, card, sealed), type=Card)


async def want(w: Writer, links: Sequence[tuple[int, str]]) -> list[int]:
    """Notes what these posts link to (post, address). Returns cards that wait to be fetched."""
    secret = await key()
    digests = {url: digest_of(secret, url) for _, url in links}
    new = [(ids.new_id(ids.any_cell()), digest, url) for url, digest in digests.items()]
    found = await w.change(WANT, [n for n, _, _ in new], [d for _, d, _ in new], [
        seal.seal(secret, n, msgspec.json.encode(Card(url))) for n, _, url in new])
    cards = {row["digest"]: row["id"] for row in found}
    await w.execute(LINK, [post for post, _ in links], [cards[digests[url]] for _, url in links])
    return [row["id"] for row in found if row["waits"]]


async def unlink(w: Writer, posts: Sequence[int]) -> list[int]:
    """These posts link to nothing any more. Returns cards that perhaps nobody links to now: for `drop`."""
    return [row["card"] for row in await w.change(UNLINK, [ids.cell_of(p) for p in posts], list(posts))]


async def drop(w: Writer, cards: Sequence[int]) -> None:
    """Those of these cards that nobody links to."""
    if cards:
        await w.execute(DROP_UNLINKED, list(cards))


async def due(r: Reader, card: int) -> Due | None:
    """None when it waits no longer."""
    row = await r.row(DUE, card)
    return None if row is None else Due(card, row["tries"], opened(await key(), card, row["sealed_card"]).url)


async def done(w: Writer, card: Card, number: int, state: int, days: int) -> None:
    await w.execute(DONE, number, state, days, seal.seal(await key(), number, msgspec.json.encode(card)))
