"""Blocked servers, mail domains and networks: asking, setting, lifting, bringing in lists and taking them back.

A name is found by a keyed digest (63 bits of HMAC-SHA256), which the journal can carry: what was blocked after a backup
is blocked again after a restore, though its name is lost. Networks, what stands for mail addresses, and what the crew
notes, are sealed.
"""

import hmac
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from petrel.core import ids, seal
from petrel.core.doors import Reader, Row, Writer
from petrel.core.errors import Conflict, Invalid, NotFound, Refused
from petrel.core.viewer import System
from petrel.features.moderation import block_rules, cases
from petrel.features.moderation.block_rules import BLOCK_KINDS, Block, BlockKind, Difference, Line, NewBlock

SCOPES = ["admin:read", "admin:read:domain_blocks", "admin:read:email_domain_blocks", "admin:read:ip_blocks",
          "admin:read:canonical_email_blocks"]
WRITE_SCOPES = ["admin:write", "admin:write:domain_blocks", "admin:write:email_domain_blocks", "admin:write:ip_blocks",
                "admin:write:canonical_email_blocks"]
ANY_SCOPE = [*SCOPES, *WRITE_SCOPES]
LEVEL = "select moderation.level_of($1, $2, $3::smallint[], $4::bigint[])"
LEVEL_FOR_SYSTEM = """
select coalesce(max(b.level), -1) from unnest($2::smallint[], $3::bigint[]) a(width, digest)
  join moderation.block b on b.kind = $1 and b.width = a.width and b.digest = a.digest
 where b.lifted_at is null and (b.expires_at is null or b.expires_at > now())
"""
LISTED = "select * from moderation.blocks($1, $2, $3, $4, $5, $6)"
BLOCK_OF = "select moderation.block_of($1, $2, $3, $4)"
PUBLIC = "select * from moderation.public_blocks($1)"
STANDING = """
select id, digest, name, level, rejects_media, rejects_reports, lifted_at is not null as is_lifted
  from moderation.block where kind = $1 and width = $2 and digest = any ($3::bigint[]) for update
"""
PUT = """
insert into moderation.block as b (id, kind, digest, width, level, name, public_comment, rejects_media,
                                   rejects_reports, is_obfuscated, made_by, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now() + make_interval(secs => $12))
on conflict (kind, width, digest) do update
  set level = excluded.level, name = excluded.name, public_comment = excluded.public_comment,
      rejects_media = excluded.rejects_media, rejects_reports = excluded.rejects_reports,
      is_obfuscated = excluded.is_obfuscated, made_by = excluded.made_by, made_at = now(),
      expires_at = excluded.expires_at, lifted_at = null
"""
SEAL = "update moderation.block set sealed = $2 where id = $1"
PUT_LINES = """
insert into moderation.block as b (id, kind, digest, level, name, public_comment, rejects_media, rejects_reports,
                                   is_obfuscated, made_by)
select id, 'server', digest, level, name, comment, media, reports, veiled, $9
  from unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::text[], $5::text[], $6::boolean[], $7::boolean[],
              $8::boolean[]) l(id, digest, level, name, comment, media, reports, veiled)
on conflict (kind, width, digest) do update
  set level = excluded.level, name = excluded.name, public_comment = excluded.public_comment,
      rejects_media = b.rejects_media or excluded.rejects_media,
      rejects_reports = b.rejects_reports or excluded.rejects_reports, made_by = excluded.made_by, made_at = now(),
      expires_at = null, lifted_at = null
"""
LIFT = "update moderation.block set lifted_at = now() where id = $1 and lifted_at is null"
SET_LEVEL = """
update moderation.block set level = $2, lifted_at = case when $3 then coalesce(lifted_at, now()) end where id = $1
"""
NEW_LIST = "insert into moderation.block_list (id, name, made_by) values ($1, $2, $3)"
NEW_CHANGES = """
insert into moderation.block_change (block_list, block, before, after)
select $1, block, before::jsonb, after::jsonb from unnest($2::bigint[], $3::text[], $4::text[]) c(block, before, after)
"""
LAST_OF_LIST = """
select b.name from moderation.block_change c join moderation.block b on b.id = c.block
  join moderation.block_list l on l.id = c.block_list
 where l.name = $1 and l.undone_at is null and b.lifted_at is null and b.name is not null
"""
OURS = """
select name, level from moderation.block
 where kind = 'server' and lifted_at is null and name is not null and (expires_at is null or expires_at > now())
"""
LISTS = "select id, name, made_at, undone_at, changes from moderation.lists($1)"
CHANGES = """
select c.block, c.before::text as before, c.after::text as after, b.level, b.lifted_at is not null as is_lifted
  from moderation.block_change c join moderation.block b on b.id = c.block where c.block_list = $1
"""
UNDO_LIST = "update moderation.block_list set undone_by = $2, undone_at = now() where id = $1 and undone_at is null"


class Hidden(Struct, frozen=True, omit_defaults=True):
    """What is sealed of a block. `name` of a network or mailbox."""

    name: str = ""
    note: str = ""


class Stand(Struct, frozen=True):
    """How a block stands, as a change of a list keeps it."""

    level: int
    is_lifted: bool = False


class Imported(Struct, frozen=True):
    """A list that was brought in."""

    id: int
    name: str
    made_at: object
    undone_at: object
    changes: int


async def _digests(kind: BlockKind, names: Iterable[str]) -> list[int]:
    key = await seal.secret("blocks")
    return [int.from_bytes(hmac.digest(key, f"{kind}\0{name}".encode(), "sha256")[:8], "big") >> 1 for name in names]


async def _level(r: Reader, kind: BlockKind, names: Sequence[tuple[int, str]]) -> int:
    """The strictest block of these names, -1 for none."""
    if not names:
        return -1
    digests = await _digests(kind, [name for _, name in names])
    widths = [width for width, _ in names]
    if isinstance(r.viewer, System):
        return int(await r.value(LEVEL_FOR_SYSTEM, kind, widths, digests))
    return int(await r.value(LEVEL, r.digest, kind, widths, digests))


async def is_blocked_domain(r: Reader, domain: str) -> bool:
    """Whether nobody may join with a mail address of this domain, or of one that it is under. Errors: Invalid."""
    return await _level(r, "mail", [(0, name) for name in block_rules.above(domain)]) > 0


async def blocked_server(r: Reader, domain: str) -> int:
    """How strictly a server, or one that it is under, is blocked: 2 suspended, 1 silenced, 0 for its files or reports
    only, -1 not at all. Errors: Invalid."""
    return await _level(r, "server", [(0, name) for name in block_rules.above(domain)])


async def blocked_address(r: Reader, address: str) -> int:
    """How strictly a network address is blocked: 2 nobody joins from there, 1 only with approval, -1 not at all.
    What is no address is not blocked."""
    return await _level(r, "network", block_rules.around(address))


async def is_blocked_address(r: Reader, address: str) -> bool:
    """Whether nobody may join from this network address."""
    return await blocked_address(r, address) >= block_rules.LEVELS["network"]["sign_up_block"]


async def is_blocked_mailbox(r: Reader, email: str) -> bool:
    """Whether nobody may join with this mail address, however it is spelled. Errors: Invalid."""
    return await _level(r, "mailbox", [(0, block_rules.hash_of(email))]) > 0


async def is_blocked_mail(r: Reader, email: str) -> bool:
    """Whether nobody may have this mail address here, for its domain's sake or its own."""
    host = email.rpartition("@")[2].strip()
    try:
        return bool(host) and (await is_blocked_domain(r, host) or await is_blocked_mailbox(r, email))
    except Invalid:         # no address at all; whoever checks them says so
        return False


async def may_join(r: Reader, *, email: str | None, address: str) -> None:
    """Errors: Refused, in words that do not help to get round it."""
    if await is_blocked_mail(r, email or "") or await is_blocked_address(r, address):
        raise Refused("deny.blocked_newcomer", "Nobody can join from there just now. If that hits you wrongly, write "
                                               "to the crew of this site: their address stands under About")


async def must_block(r: Reader, scopes: Sequence[str] = SCOPES) -> int:
    """The viewer's account: blocks of servers and networks reach wide, so admins and owners set them.

    source: our choice. Errors: NotCrew, Refused.
    """
    me, role = await cases.crew(r, scopes)
    if role == "moderator":
        raise Refused("deny.role", "Servers, mail domains and networks are blocked by admins and owners of this site.")
    return me


async def listed(r: Reader, kind: BlockKind, *, below: int | None = None, only: int | None = None,
                 limit: int = 200) -> list[Block]:
    """Standing ones, newest first. Empty for who is not of the crew."""
    rows = await r.fetch(LISTED, r.digest, ANY_SCOPE, kind, only, below, limit)
    keys = await seal.keys(row["id"] for row in rows if row["sealed"])
    return [_block(row, keys.get(row["id"])) for row in rows]


async def find(r: Reader, kind: BlockKind, number: int) -> Block:
    """Errors: NotFound."""
    found = await listed(r, kind, only=number)
    if not found:
        raise NotFound
    return found[0]


async def of_mailbox(r: Reader, email: str) -> list[Block]:
    """The block of this mail address, if there is one, for the crew. Errors: Invalid."""
    [digest] = await _digests("mailbox", [block_rules.normal("mailbox", email)])
    number = await r.value(BLOCK_OF, r.digest, ANY_SCOPE, "mailbox", digest)
    return [] if number is None else await listed(r, "mailbox", only=number)


async def public(r: Reader) -> list[Block]:
    """Blocked servers as everybody may read them."""
    return [_block(row, None) for row in await r.fetch(PUBLIC, r.digest)]


def _block(row: Row, key: bytes | None) -> Block:
    hidden = Hidden()
    if key is not None and row["sealed"]:
        hidden = msgspec.json.decode(seal.open_sealed(key, row["id"], row["sealed"]), type=Hidden)
    return Block(row["id"], row["kind"], row["name"] or hidden.name, row["level"], row["public_comment"], hidden.note,
                 row["rejects_media"], row["rejects_reports"], row["is_obfuscated"], row["made_at"], row["expires_at"])


async def put(w: Writer, new: NewBlock) -> int:
    """Blocks, or changes a block of that name; its number. Errors: NotCrew, Refused, Invalid."""
    me = await must_block(w, WRITE_SCOPES)
    new = block_rules.checked(new)
    [digest] = await _digests(new.kind, [new.name])
    width = block_rules.width(new.kind, new.name)
    before = await w.row(STANDING, new.kind, width, [digest])
    number = before["id"] if before else ids.new_id(ids.any_cell())
    hides_name = new.kind in block_rules.SEALED_NAMES
    sealed = None
    if hides_name or new.note:
        key = (await seal.new_keys([number]))[number]      # of a block that stands already, the one that it has
        sealed = seal.seal(key, number, msgspec.json.encode(Hidden(new.name if hides_name else "", new.note)))
    await w.execute(PUT, number, new.kind, digest, width, new.level, None if hides_name else new.name,
                    new.public_comment, new.rejects_media, new.rejects_reports, new.is_obfuscated, me,
                    new.expires_in_s)
    await w.execute(SEAL, number, sealed)

    # refs: kind, digest, width, level, files and reports refused; as restoring.py reads them.
    w.record("moderation.block.set", number, refs=[
        BLOCK_KINDS.index(new.kind), digest, width, new.level, int(new.rejects_media), int(new.rejects_reports)])
    return number


async def lift(w: Writer, number: int) -> bool:
    """False when it was lifted. Errors: NotCrew, Refused."""
    await must_block(w, WRITE_SCOPES)
    return await _lift(w, number)


async def _lift(w: Writer, number: int) -> bool:
    if not await w.execute(LIFT, number):
        return False
    w.record("moderation.block.lifted", number)
    return True


async def compare(w: Writer, name: str, text: str) -> Difference:
    """What taking over a list of servers would change. Errors: NotCrew, Refused, Invalid."""
    await must_block(w, SCOPES)
    lines, unread = block_rules.read_list(text)
    ours = {row["name"]: row["level"] for row in await w.fetch(OURS)}
    before = [row["name"] for row in await w.fetch(LAST_OF_LIST, name)]
    return block_rules.difference(lines, unread, ours, before)


async def bring_in(w: Writer, name: str, text: str, *, fingerprint: str, lifts: bool) -> int:
    """Takes over what was shown: adds and raises, and with `lifts` lifts what the list no longer has. Ours is never
    made milder. Errors: as of `compare`; Conflict when that is no longer what was shown."""
    me = await must_block(w, WRITE_SCOPES)
    found = await compare(w, name, text)
    if found.fingerprint != fingerprint:
        raise Conflict("Blocks were changed meanwhile. Look at the differences again before taking them over.")
    number = ids.new_id(ids.any_cell())
    await w.execute(NEW_LIST, number, name, me)
    await _put_lines(w, me, number, [*found.added, *(line for line, _ in found.raised)])
    if lifts and found.gone:
        rows = await w.fetch(STANDING, "server", 0, await _digests("server", found.gone))
        for row in rows:
            await _lift(w, row["id"])
        await _note(w, number, [(row["id"], Stand(row["level"]), Stand(row["level"], True)) for row in rows])
    w.record("moderation.list.taken", number, refs=[len(found.added), len(found.raised)])
    return number


async def _put_lines(w: Writer, me: int, number: int, lines: Sequence[Line]) -> None:
    """All at once: a list of some thousand takes three statements."""
    if not lines:
        return
    digests = await _digests("server", [line.name for line in lines])
    standing = {row["digest"]: row for row in await w.fetch(STANDING, "server", 0, digests)}
    numbers = [standing[d]["id"] if d in standing else ids.new_id(ids.any_cell()) for d in digests]
    await w.execute(PUT_LINES, numbers, digests, [one.level for one in lines], [one.name for one in lines],
                    [one.public_comment for one in lines], [one.rejects_media for one in lines],
                    [one.rejects_reports for one in lines], [one.is_obfuscated for one in lines], me)
    for block, digest, line in zip(numbers, digests, lines, strict=True):
        w.record("moderation.block.set", block, refs=[
            BLOCK_KINDS.index("server"), digest, 0, line.level, int(line.rejects_media), int(line.rejects_reports)])
    before = [standing.get(digest) for digest in digests]
    await _note(w, number, [
        (block, Stand(was["level"], was["is_lifted"]) if was else None, Stand(line.level))
        for block, was, line in zip(numbers, before, lines, strict=True)])


async def _note(w: Writer, number: int, changes: Sequence[tuple[int, Stand | None, Stand]]) -> None:
    await w.execute(NEW_CHANGES, number, [block for block, _, _ in changes],
                    [before and msgspec.json.encode(before).decode() for _, before, _ in changes],
                    [msgspec.json.encode(after).decode() for _, _, after in changes])


async def undo_list(w: Writer, number: int) -> int:
    """Takes a list back: whatever stands as it left it is as before; what was changed since stays. How many changed.

    Errors: NotCrew, Refused, NotFound.
    """
    me = await must_block(w, WRITE_SCOPES)
    if not await w.execute(UNDO_LIST, number, me):
        raise NotFound("This list was taken back already, or never came.")
    changed = 0
    for row in await w.fetch(CHANGES, number):
        after = msgspec.json.decode(row["after"], type=Stand)
        before = msgspec.json.decode(row["before"], type=Stand) if row["before"] else Stand(after.level, True)
        if (row["level"], row["is_lifted"]) == (after.level, after.is_lifted):
            changed += await w.execute(SET_LEVEL, row["block"], before.level, before.is_lifted)
            w.record("moderation.block.withdrawn" if before.is_lifted else "moderation.block.returned", row["block"],
                     refs=[before.level])
    w.record("moderation.list.undone", number, refs=[changed])
    return changed


async def lists(r: Reader) -> list[Imported]:
    """Lists that were brought in, newest first."""
    return [Imported(*row) for row in await r.fetch(LISTS, r.digest)]
