"""Servers that a member wants nothing to do with: none of their accounts follows or is followed.

Posts of other servers do not come here yet; what they would show is for the law to say (docs/law/visibility.md). The
database knows a server by a keyed hash only, as it does tags; the name is sealed under the account's key.
"""

from collections.abc import Sequence

from msgspec import Struct

from petrel.core import seal
from petrel.core.doors import Reader, Writer
from petrel.core.errors import Invalid
from petrel.core.ids import cell_of, new_id
from petrel.core.pages import Page
from petrel.core.text import WordKey, handles
from petrel.features.accounts import actors, key_of
from petrel.features.relationships import commands
from petrel.features.relationships.rows import actor

MOST = 500

LISTED = "select * from relationships.domain_blocks($1, $2, $3, $4, $5)"
TIES = "select * from relationships.ties_with($1, $2)"
DOMAINS = "select * from relationships.domains_of($1, $2)"
COUNT = "select count(*) from relationships.domain_block where cell = law.cell($1) and account = $1"
ADD = """
insert into relationships.domain_block (cell, account, domain, id, sealed_name) values (law.cell($1), $1, $2, $3, $4)
on conflict do nothing
"""
REMOVE = """
delete from relationships.domain_block where cell = law.cell($1) and account = $1 and domain = $2 returning id
"""


class BlockedDomain(Struct, frozen=True):
    """`id` is the cursor to page by."""

    id: int
    name: str


class Ties(Struct, frozen=True):
    """Accounts of one server that follow the viewer, or that the viewer follows."""

    following: tuple[int, ...]
    followers: tuple[int, ...]


async def blocked(r: Reader, page: Page) -> list[BlockedDomain]:
    """Newest first."""
    found = await r.fetch(LISTED, r.digest, page.limit, page.max_id, page.since_id, page.min_id)
    key = await key_of(found[0]["account"]) if found else b""
    names = [BlockedDomain(row["id"], seal.open_sealed(key, row["account"], row["sealed_name"]).decode())
             for row in found]
    return names if page.min_id is None else names[::-1]


async def block(w: Writer, typed: str) -> Ties:
    """Blocks a server; again: nothing happens. Returns whom it parts, which is for the caller to do.

    Errors: Invalid.
    """
    account, name = await actor(w), named(typed)
    sealed = seal.seal(await key_of(account), account, name.encode())
    number = new_id(cell_of(account))
    if await w.execute(ADD, account, await _hash_of(name), number, sealed):
        if await w.value(COUNT, account) > MOST:
            raise Invalid("domain", f"is one too many: at most {MOST} can be blocked")
        w.record("relationships.domain.blocked", number)
    return await ties(w, name)


async def block_and_part(w: Writer, typed: str) -> None:
    """As `block`, and ends what stands between its accounts and the actor. Errors: Invalid."""
    parted = await block(w, typed)
    for other in parted.following:
        await commands.unfollow(w, other)
    for other in parted.followers:
        await commands.remove_follower(w, other)


async def is_blocked(r: Reader, typed: str) -> bool:
    """By the viewer. Errors: Invalid."""
    name = named(typed)
    return name in {one.name for one in await blocked(r, Page(MOST))}


async def unblock(w: Writer, typed: str) -> None:
    """One that is not blocked: nothing happens. Errors: Invalid."""
    for row in await w.change(REMOVE, await actor(w), await _hash_of(named(typed))):
        w.record("relationships.domain.unblocked", row["id"])


async def ties(r: Reader, typed: str) -> Ties:
    """Errors: Invalid."""
    found = await r.fetch(TIES, r.digest, named(typed))
    return Ties(tuple(row["id"] for row in found if row["is_followed"]),
                tuple(row["id"] for row in found if row["follows"]))


async def blocked_among(r: Reader, ids: Sequence[int]) -> set[int]:
    """Which of these accounts are of servers that the viewer blocks. One query when all are of this site."""
    domains = {row["id"]: row["domain"] for row in await r.fetch(DOMAINS, r.digest, list(ids))}
    if not domains:
        return set()
    names = {one.name for one in await blocked(r, Page(MOST))}
    return {number for number, domain in domains.items() if domain in names}


def named(typed: str) -> str:
    """A server's name as it is compared. Errors: Invalid, for what is none, and for this site."""
    name = handles.domain(typed)
    if name == actors.own_domain():
        raise Invalid("domain", "is this site")
    return name


async def _hash_of(name: str) -> int:
    return WordKey(await seal.secret("words")).hash(f"@{name}")
