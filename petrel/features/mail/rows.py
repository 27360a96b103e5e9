"""Rows of mail: the statements, and nothing decided."""

from petrel.core import seal
from petrel.core.breakers import LONGEST_REST_S
from petrel.core.doors import Reader, Row, Writer, deriving
from petrel.core.ids import cell_of
from petrel.features.mail import rules
from petrel.features.mail.letters import Template
from petrel.features.mail.shapes import Letter, Shown, State

# Somebody else's wish is nobody's: a topic that can be turned off goes to confirmed addresses that did not refuse.
TAKES = """
select exists (
  select from accounts.credential c
   where c.cell = $1 and c.account = $2 and c.email_digest is not null
     and (not $4 or c.confirmed_at is not null
          and exists (select from mail.wish w where w.cell = $1 and w.account = $2 and w.topic = $3)
          and not exists (select from mail.refusal f where f.cell = $1 and f.account = $2
                                                       and f.digest = c.email_digest)))
"""
IS_THERE = "select exists (select from mail.letter where once = $1)"
# A part of the digest tells two addresses of one account apart.
ADDRESS = "select left(encode(email_digest, 'hex'), 12) from accounts.credential where cell = $1 and account = $2"
LANGUAGE = "select locale from accounts.credential where cell = $1 and account = $2"
INSERT = """
insert into mail.letter (cell, id, account, template, once, until_at, sealed_letter)
values (law.cell($1), $1, $2, $3, $4, now() + make_interval(secs => $5), $6) on conflict (once) do nothing
"""


async def takes(r: Reader, account: int, topic: str, must_wish: bool) -> bool:
    """Whether there is an address to write to."""
    return bool(await r.value(TAKES, cell_of(account), account, topic, must_wish))


async def language_of(r: Reader, account: int) -> str | None:
    """The one that its holder has chosen."""
    found: str | None = await r.value(LANGUAGE, cell_of(account), account)
    return found


async def is_there(r: Reader, once: str) -> bool:
    """Whether a letter of that name was asked for."""
    return bool(await r.value(IS_THERE, once))


async def address_of(r: Reader, account: int) -> str:
    """What stands for an account's address now; empty without one."""
    return str(await r.value(ADDRESS, cell_of(account), account) or "")


async def insert(w: Writer, letter: int, account: int | None, one: Template, once: str | None, sealed: bytes) -> int:
    """0 when a letter of that name (`once`) is there."""
    return await w.execute(INSERT, letter, account, one.name, once, one.useful_s, sealed)


# Made, claimed or put off by a clock that was ahead and has been set right since. $1: how long a claim lasts. $2: the
# wait of a letter after so many tries, none first. $3: how long a domain or the relay rests at most.
_WAIT = "($2::float8[])[1 + least(attempts, cardinality($2::float8[]) - 1)]"
_TOO_FAR = f"next_at > now() + make_interval(secs => 60 + 1.2 * ({_WAIT} + $3::float8))"
SET_RIGHT = f"""
update mail.letter
   set next_at = case when {_TOO_FAR} then now() + make_interval(secs => {_WAIT})
                      else next_at - greatest(made_at - now(), interval '0') end,
       until_at = until_at - greatest(made_at - now(), interval '0'), made_at = least(made_at, now()),
       locked_until = case when locked_until > now() + make_interval(secs => 2 * $1)
                           then now() + make_interval(secs => $1) else locked_until end
 where state = 'waiting'
   and (made_at > now() + interval '1 minute' or {_TOO_FAR} or locked_until > now() + make_interval(secs => 2 * $1))
"""
CLAIM = "select * from mail.claim($1, $2, $3)"
UNLOCK = ("update mail.letter l set locked_until = null from unnest($1::bigint[]) g(id) "
          "where l.cell = law.cell(g.id) and l.id = g.id")
PUT_OFF = """
update mail.letter set next_at = now() + make_interval(secs => $2 * (1 + (id % 100) / 500.0)), attempts = $3,
       code = coalesce(nullif($4, ''), code), locked_until = null
 where cell = law.cell($1) and id = $1
"""
END = """
update mail.letter set state = $2, code = $3, ended_at = now(), sealed_letter = null, locked_until = null
 where cell = law.cell($1) and id = $1
"""
NOTE_REFUSAL = """
insert into mail.refusal as f (cell, account, digest, why, code) values (law.cell($1), $1, $2, $3, $4)
on conflict (cell, account) do update
  set count = case when f.digest = excluded.digest then f.count + 1 else 1 end, digest = excluded.digest, at = now(),
      why = case when f.digest = excluded.digest and f.why = 'complaint' then f.why else excluded.why end,
      code = excluded.code
"""
SHOWN = "id, account, template, state, attempts, made_at, coalesce(ended_at, next_at), code"
LISTED = f"""
select {SHOWN} from mail.letter
 where state = any($1::text[]) order by coalesce(ended_at, next_at) limit $2
"""


async def claim(w: Writer, most: int, seconds: int) -> list[Letter]:
    """Those whose time has come, for this process alone, for so long."""
    return [Letter(*row) for row in await w.change(CLAIM, "mail", most, seconds)]


async def unlock(letters: list[int]) -> None:
    """What was claimed and not come to goes back."""
    if letters:
        async with deriving("mail") as w:
            await w.execute(UNLOCK, letters)


async def put_off(letter: int, seconds: float, attempts: int, code: str) -> None:
    """Up to a fifth longer, so that not all come again at one moment."""
    async with deriving("mail") as w:
        await w.execute(PUT_OFF, letter, float(seconds), attempts, code)


async def end(letter: int, state: State, code: str) -> None:
    """What it said goes, here and everywhere: its key is destroyed."""
    async with deriving("mail") as w:
        await w.execute(END, letter, state, code)
    await seal.destroy([letter])


async def set_right(claim_s: int) -> None:
    """Letters wait for no time that a clock has put off. `claim_s`: how long a claim lasts."""
    waits_s = [0.0, *map(float, rules.WAITS_S)]
    async with deriving("mail") as w:
        await w.execute(SET_RIGHT, claim_s, waits_s, float(LONGEST_REST_S))


async def note_refusal(account: int, digest: bytes, why: str, code: str) -> None:
    async with deriving("mail") as w:
        await w.execute(NOTE_REFUSAL, account, digest, why, code)


FIND = f"select {SHOWN} from mail.letter where cell = law.cell($1) and id = $1"
HURRY = """
update mail.letter set next_at = now() where state = 'waiting' and ($1::bigint is null or id = $1)
"""
CLOSE_ALL = "delete from mail.breaker where open_until is not null"
HEALTH = """
select (select count(*) from mail.letter where state = 'waiting') as waiting,
       (select extract(epoch from now() - min(made_at))::float8 from mail.letter where state = 'waiting') as oldest_s,
       (select count(*) from mail.letter where state = 'refused' and ended_at > now() - interval '1 day') as refused,
       (select count(*) from mail.letter where state = 'sent' and ended_at > now() - interval '1 day') as sent,
       (select code from mail.breaker where domain = '' and open_until > now()) as relay
"""


async def find(r: Reader, letter: int) -> Shown | None:
    row = await r.row(FIND, letter)
    return None if row is None else Shown(*row)


async def listed(r: Reader, states: list[str], limit: int) -> list[Shown]:
    """Those whose turn is next first."""
    return [Shown(*row) for row in await r.fetch(LISTED, states, limit)]


async def hurry(w: Writer, letter: int | None) -> int:
    """Now is the time of what waits (or of this one); nothing is let rest any more."""
    await w.execute(CLOSE_ALL)
    return await w.execute(HURRY, letter)


async def health(r: Reader) -> Row:
    row = await r.row(HEALTH)
    assert row is not None
    return row


MAKE_WISH = "insert into mail.wish (cell, account, topic) values (law.cell($1), $1, $2) on conflict do nothing"
END_WISH = "delete from mail.wish where cell = law.cell($1) and account = $1 and topic = $2"


async def make_wish(w: Writer, account: int, topic: str) -> int:
    return await w.execute(MAKE_WISH, account, topic)


async def end_wish(w: Writer, account: int, topic: str) -> int:
    return await w.execute(END_WISH, account, topic)


UNCONFIRMED = """
select a.id from unnest($1::bigint[]) o(id) join accounts.account a on a.cell = law.cell(o.id) and a.id = o.id
 where a.state & 4096 <> 0
   and not exists (select from accounts.credential c where c.cell = a.cell and c.account = a.id
                                                       and c.waits_for_crew and not c.must_confirm)
"""


async def unconfirmed(r: Reader, accounts: list[int]) -> list[int]:
    """Those of them that wait for their address to be confirmed."""
    return [int(row[0]) for row in await r.fetch(UNCONFIRMED, accounts)]


END_LATE = """
update mail.letter l set state = 'ended', code = 'too late', ended_at = now(), sealed_letter = null
  from (select cell, id from mail.letter where state = 'waiting' and next_at <= now()
           and until_at < now() - interval '1 hour' limit 2000) late
 where l.cell = late.cell and l.id = late.id returning l.id
"""
SWEEPS = (
    "delete from mail.letter where (cell, id) in (select cell, id from mail.letter "
    "where ended_at < now() - make_interval(days => $1) limit 5000)",
    "delete from mail.breaker where said_at < now() - make_interval(days => $1)",
)


async def end_late(w: Writer) -> list[int]:
    """Ends letters whose time is over; returns those whose keys are to be destroyed."""
    return [int(row[0]) for row in await w.change(END_LATE)]


async def sweep(w: Writer, days: int) -> int:
    return sum([await w.execute(sql, days) for sql in SWEEPS])
