"""Making lists and choosing who is in them. Only the owner of a list can; titles are sealed."""

from collections.abc import Sequence

from petrel.core import seal
from petrel.core.doors import Writer
from petrel.core.errors import Invalid, NotFound
from petrel.core.ids import cell_of, new_id
from petrel.core.text import named
from petrel.features.accounts import key_of
from petrel.features.lists.reads import get
from petrel.features.lists.shapes import List, MemberTaken, RepliesPolicy
from petrel.features.relationships import actor

MOST_LISTS = 50
MOST_MEMBERS = 5000
LONGEST_TITLE = 256

INSERT = """
insert into lists.list (cell, id, owner, sealed_title, replies_policy, is_exclusive)
values (law.cell($1), $1, $2, $3, $4, $5)
"""
UPDATE = """
update lists.list set sealed_title = $3, replies_policy = $4, is_exclusive = $5
 where cell = law.cell($1) and id = $1 and owner = $2
"""
DELETE = "delete from lists.list where cell = law.cell($1) and id = $1 and owner = $2"
LOCK = "select id from lists.list where cell = law.cell($1) and id = $1 and owner = $2 for update"
COUNT = "select count(*) from lists.list where cell = law.cell($1) and owner = $1"
COUNT_MEMBERS = "select count(*) from lists.member where cell = law.cell($1) and list = $1"
# A share lock on the follow: it cannot end between this look and the commit without the sweep coming after.
FOLLOWED = """
select other from relationships.relation
 where cell = law.cell($1) and owner = $1 and other = any ($2::bigint[]) and bits & 1 <> 0 order by other for share
"""
ADD = """
insert into lists.member (cell, list, account, id)
select law.cell($1), $1, account, id from unnest($2::bigint[], $3::bigint[]) m(account, id) order by account
on conflict do nothing
"""
REMOVE = "delete from lists.member where cell = law.cell($1) and list = $1 and account = any ($2::bigint[])"
EMPTY = "delete from lists.member where cell = law.cell($1) and list = $1"
SWEEP = """
delete from lists.member m using lists.list l
 where l.cell = law.cell($1) and l.owner = $1 and m.cell = l.cell and m.list = l.id and m.account = $2
   and not exists (select from relationships.relation r
                    where r.cell = l.cell and r.owner = $1 and r.other = $2 and r.bits & 1 <> 0)
returning m.list
"""


async def _sealed(owner: int, title: str) -> bytes:
    return seal.seal(await key_of(owner), owner, title.encode())


async def _lock(w: Writer, list_id: int) -> int:
    """Locks a list of the actor's; returns the actor. Errors: NotFound."""
    owner = await actor(w)
    if not await w.fetch(LOCK, list_id, owner):
        raise NotFound
    return owner


async def create(w: Writer, title: str, *, replies_policy: RepliesPolicy = "list", exclusive: bool = False) -> List:
    """Errors: Invalid (blank or too long a title, one list too many)."""
    owner = await actor(w)
    made = List(new_id(cell_of(owner)), named(title, "title", LONGEST_TITLE), replies_policy, exclusive)
    if await w.value(COUNT, owner) >= MOST_LISTS:
        raise Invalid(message="Validation failed: You have reached the maximum number of lists")

    await w.execute(INSERT, made.id, owner, await _sealed(owner, made.title), replies_policy, exclusive)

    w.record("lists.list.created", made.id)

    return made


async def change(w: Writer, list_id: int, *, title: str | None = None, replies_policy: RepliesPolicy | None = None,
                 exclusive: bool | None = None) -> List:
    """None leaves as it is. Errors: NotFound, Invalid."""
    owner = await _lock(w, list_id)
    old = await get(w, list_id)
    new = List(list_id, old.title if title is None else named(title, "title", LONGEST_TITLE),
               replies_policy or old.replies_policy, old.is_exclusive if exclusive is None else exclusive)

    await w.execute(UPDATE, list_id, owner, await _sealed(owner, new.title), new.replies_policy, new.is_exclusive)

    w.record("lists.list.changed", list_id)

    return new


async def delete(w: Writer, list_id: int) -> None:
    """With its memberships. Errors: NotFound."""
    if not await w.execute(DELETE, list_id, await actor(w)):
        raise NotFound
    await w.execute(EMPTY, list_id)

    w.record("lists.list.deleted", list_id)


async def add(w: Writer, list_id: int, accounts: Sequence[int]) -> None:
    """All of them or none. Errors: NotFound (the list, or an account that the owner does not follow),
    MemberTaken, Invalid (one member too many). source: the client API's answers."""
    owner = await _lock(w, list_id)
    wanted = sorted(set(accounts))
    if len(await w.fetch(FOLLOWED, owner, wanted)) < len(wanted):
        raise NotFound

    if await w.execute(ADD, list_id, wanted, [new_id(cell_of(list_id)) for _ in wanted]) < len(wanted):
        raise MemberTaken
    if await w.value(COUNT_MEMBERS, list_id) > MOST_MEMBERS:
        raise Invalid(message=f"Validation failed: A list has at most {MOST_MEMBERS} members")

    if wanted:
        w.record("lists.member.added", list_id, refs=wanted)


async def remove(w: Writer, list_id: int, accounts: Sequence[int]) -> None:
    """Accounts that are not in the list are passed over. Errors: NotFound (the list)."""
    await _lock(w, list_id)

    if await w.execute(REMOVE, list_id, sorted(set(accounts))):
        w.record("lists.member.removed", list_id, refs=sorted(set(accounts)))


async def sweep(w: Writer, owner: int, account: int) -> None:
    """Takes an account out of all lists of an owner who follows it no longer; does nothing while they do."""
    for row in await w.change(SWEEP, owner, account):
        w.record("lists.member.removed", row["list"], refs=[account])
