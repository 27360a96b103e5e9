"""Making collections and choosing who is in them: their owner. Leaving one: whoever is in it, at once and for good."""

from collections.abc import Sequence

import msgspec

from petrel.core import seal
from petrel.core.doors import Writer
from petrel.core.errors import Invalid, NotFound, Refused
from petrel.core.ids import cell_of, new_id
from petrel.features.accounts import key_of
from petrel.features.collections import rules
from petrel.features.collections.reads import get
from petrel.features.collections.shapes import CannotAdd, Change, Collection, Item, ItemTaken, Marks, Text
from petrel.features.relationships import actor

INSERT = """
insert into collections.collection (cell, id, owner, sealed_text, language, is_sensitive, is_discoverable)
values (law.cell($1), $1, $2, $3, $4, $5, $6)
"""
UPDATE = """
update collections.collection
   set sealed_text = $3, language = $4, is_sensitive = $5, is_discoverable = $6, changed_at = now()
 where cell = law.cell($1) and id = $1 and owner = $2
"""
DELETE = "delete from collections.collection where cell = law.cell($1) and id = $1 and owner = $2"
LOCK = "select id from collections.collection where cell = law.cell($1) and id = $1 and owner = $2 for update"
# One writer at a time makes collections of an account, so that they can be counted.
LOCK_OWNER = "select id from accounts.account where cell = law.cell($1) and id = $1 for no key update"
COUNT = "select count(*) from collections.collection where owner = $1"
COUNT_ITEMS = """
select count(*) from collections.item where cell = law.cell($1) and collection = $1 and not is_refused
"""
# Whom the viewer may add: seen whole, of this site, lets itself be proposed, not limited, and no block either way.
ADDABLE = """
select k.id from accounts.cards($1, $2::bigint[], array[]::integer[]) k
 where k.shell = 2 and k.domain is null and k.is_discoverable and k.state & 8 = 0 and k.relation & 48 = 0
"""
REFUSED = """
select 1 from collections.item
 where cell = law.cell($1) and collection = $1 and account = any ($2::bigint[]) and is_refused limit 1
"""
ADD = """
insert into collections.item (cell, collection, owner, account, id)
select law.cell($1), $1, $4, account, id from unnest($2::bigint[], $3::bigint[]) n(account, id)
on conflict do nothing
"""
MEMBERS = """
select account from collections.item where cell = law.cell($1) and collection = $1 and not is_refused order by id
"""
EMPTY = "delete from collections.item where cell = law.cell($1) and collection = $1"
REMOVE = """
delete from collections.item where cell = law.cell($1) and collection = $1 and id = $2 and not is_refused
returning account
"""
REFUSE = """
update collections.item set is_refused = true
 where cell = law.cell($1) and collection = $1 and id = $2 and account = $3
"""
APART = """
select collection, id from collections.item where account = $2 and owner = $1 and not is_refused
"""
SET_TAKEN_DOWN = """
update collections.collection set is_taken_down = $3
 where cell = law.cell($1) and id = $1 and owner = $2 and is_taken_down <> $3
"""


async def _sealed(owner: int, text: Text) -> bytes:
    return seal.seal(await key_of(owner), owner, msgspec.json.encode(text))


async def _lock(w: Writer, number: int) -> int:
    """Locks a collection of the actor's; returns the actor. Errors: Refused (somebody else's), NotFound."""
    owner = await actor(w)
    if not await w.fetch(LOCK, number, owner):
        await get(w, number)
        raise Refused("deny.not_owner")
    return owner


async def create(w: Writer, text: Text, marks: Marks, accounts: Sequence[int] = ()) -> Collection:
    """With these accounts in it, or not at all. Errors: Invalid (a text, too many collections or accounts),
    CannotAdd."""
    owner = await actor(w)
    await w.fetch(LOCK_OWNER, owner)
    if await w.value(COUNT, owner) >= rules.MOST_COLLECTIONS:
        raise Invalid(message="Validation failed: You have reached the maximum number of collections")
    text, marks = rules.changed(text, marks, Change(text.name, text.description, text.tag, marks.language))

    number = new_id(cell_of(owner))
    await w.execute(INSERT, number, owner, await _sealed(owner, text), marks.language, marks.is_sensitive,
                    marks.is_discoverable)
    await _add(w, owner, number, list(dict.fromkeys(accounts)))

    w.record("collections.collection.created", number)

    return await get(w, number)


async def change(w: Writer, number: int, new: Change) -> Collection:
    """Everybody in it is told. Errors: NotFound, Refused, Invalid."""
    owner = await _lock(w, number)
    old = await get(w, number)
    text, marks = rules.changed(old.text, old.marks, new)
    if (text, marks) == (old.text, old.marks):
        return old

    await w.execute(UPDATE, number, owner, await _sealed(owner, text), marks.language, marks.is_sensitive,
                    marks.is_discoverable)

    w.record("collections.collection.changed", number, refs=await _members(w, number))
    if closed := rules.closed_by(old.marks, marks):
        w.record("collections.collection.narrowed", number, refs=[closed])

    return await get(w, number)


async def delete(w: Writer, number: int) -> None:
    """Errors: NotFound, Refused."""
    owner = await _lock(w, number)

    members = await _members(w, number)
    await w.execute(EMPTY, number)
    await w.execute(DELETE, number, owner)

    w.record("collections.collection.deleted", number, refs=members)


async def _members(w: Writer, number: int) -> list[int]:
    return [row["account"] for row in await w.fetch(MEMBERS, number)]


async def add(w: Writer, number: int, account: int) -> Item:
    """Errors: NotFound, Refused, CannotAdd, ItemTaken, Invalid (it is full)."""
    owner = await _lock(w, number)
    [item] = await _add(w, owner, number, [account])
    return item


async def _add(w: Writer, owner: int, number: int, accounts: Sequence[int]) -> list[Item]:
    if not accounts:
        return []
    if len(accounts) > rules.MOST_ITEMS:
        raise _full()
    addable = {row["id"] for row in await w.fetch(ADDABLE, w.digest, list(accounts))}
    if addable != set(accounts) or await w.value(REFUSED, number, list(accounts)):
        raise CannotAdd

    made = [Item(new_id(cell_of(number)), account) for account in accounts]
    if await w.execute(ADD, number, list(accounts), [item.id for item in made], owner) < len(made):
        raise ItemTaken
    if await w.value(COUNT_ITEMS, number) > rules.MOST_ITEMS:
        raise _full()

    for item in made:
        w.record("collections.item.added", item.id, refs=[number, item.account or 0])
    return made


def _full() -> Invalid:
    return Invalid(message=f"Validation failed: A collection has at most {rules.MOST_ITEMS} accounts")


async def remove(w: Writer, number: int, item: int) -> None:
    """By the owner. Errors: NotFound (either), Refused."""
    await _lock(w, number)

    gone = await w.change(REMOVE, number, item)
    if not gone:
        raise NotFound

    w.record("collections.item.removed", item, refs=[number, gone[0]["account"]])


async def revoke(w: Writer, number: int, item: int) -> None:
    """By the account itself, also where it may not see the collection. It cannot be added there again; twice is as
    once. Errors: NotFound, Refused (it is somebody else's place, in a collection that the actor sees)."""
    me = await actor(w)

    if not await w.execute(REFUSE, number, item, me):
        await get(w, number)
        raise Refused("deny.not_yours")

    w.record("collections.item.revoked", item, refs=[number, me])


async def part(w: Writer, owner: int, account: int) -> None:
    """Takes an account out of the collections of somebody who blocks it, or whom it blocks."""
    for row in await w.fetch(APART, owner, account):
        await w.change(REMOVE, row["collection"], row["id"])
        w.record("collections.item.removed", row["id"], actor=owner, refs=[row["collection"], account])


async def take_down(w: Writer, number: int, owner: int) -> bool:
    """For the room `moderation`, which has decided: out of everybody's sight but its owner's. False when it is gone,
    somebody else's, or so already."""
    if not await w.execute(SET_TAKEN_DOWN, number, owner, True):
        return False
    w.record("collections.collection.taken_down", number, refs=[owner])
    return True


async def put_back(w: Writer, number: int, owner: int) -> bool:
    """Undoes `take_down`."""
    if not await w.execute(SET_TAKEN_DOWN, number, owner, False):
        return False
    w.record("collections.collection.put_back", number, refs=[owner])
    return True
