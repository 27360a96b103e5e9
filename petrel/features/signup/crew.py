"""What the crew does: letting in, turning away, opening and shutting the gate, undoing a wave."""

from collections.abc import Sequence
from datetime import datetime

from petrel.core import ids, seal
from petrel.core.doors import Reader, Writer, reading, writing
from petrel.core.errors import Invalid, NotFound
from petrel.core.viewer import Member, System
from petrel.features import accounts, mail, moderation
from petrel.features.signup import rows
from petrel.features.signup.shapes import Arrival, Wave

SYSTEM = System("signup")
BATCH = 200
COUNTED = 1_000_000
Actor = Member | System


async def must_be_crew(actor: Actor, scopes: Sequence[str] = moderation.cases.SCOPES) -> None:
    """Errors: NotCrew. The system is: who is at the machine itself."""
    if not isinstance(actor, System):
        async with reading(actor) as r:
            await moderation.crew(r, scopes)


async def arrivals(r: Reader, *, waiting: bool = False, most: int = 200) -> list[Arrival]:
    """Newest first (System only)."""
    found = await r.fetch(rows.LISTED, "signup", waiting, most)
    keys = await seal.keys(row["account"] for row in found if row["sealed_answers"])
    return [Arrival(row["account"], row["handle"], row["at"], row["waits"], row["is_invited"], row["is_undone"],
                    row["peers"], _answers(keys.get(row["account"]), row["account"], row["sealed_answers"]))
            for row in found]


def _answers(key: bytes | None, account: int, sealed: bytes | None) -> str:
    return seal.open_sealed(key, account, sealed).decode() if key and sealed else ""


async def wave(r: Reader) -> Wave | None:
    """Why nobody more is taken; None while the gate is open (System only)."""
    row = await r.row(rows.WAVE)
    return None if row is None else Wave(row["shut_at"], row["since_at"], row["why"], row["arrivals"], row["waiting"])


async def admit(actor: Actor, account: int, *, cause: str, scopes: Sequence[str] = moderation.cases.SCOPES) -> None:
    """Lets somebody in who waited. Errors: NotCrew, NotFound."""
    await must_be_crew(actor, scopes)
    async with writing(actor, cause=cause) as w:
        if not await accounts.admit(w, account):
            raise NotFound
        await w.execute(rows.LET_IN, account)
        await mail.queue(w, account, "admitted", {})


async def refuse(actor: Actor, account: int, *, cause: str, scopes: Sequence[str] = moderation.cases.SCOPES) -> None:
    """Turns somebody away who waited: the account goes, with all that is in it. Errors: NotCrew, NotFound."""
    await must_be_crew(actor, scopes)
    async with reading(SYSTEM) as r:
        home = (await accounts.mail_addresses(r, [account])).get(account)
        spoken = await mail.language_of(r, account)
    async with writing(actor, cause=cause) as w:
        if not await accounts.turn_away(w, account):
            raise NotFound
        await w.execute("delete from signup.arrival where cell = law.cell($1) and account = $1", account)
        if home is not None:
            await mail.queue(w, home.address, "not_admitted", {"name": home.handle}, language=spoken or "")
    await seal.destroy([account])


async def shut(actor: Actor, *, cause: str) -> bool:
    """Nobody who comes alone is taken from now on. Errors: NotCrew."""
    await must_be_crew(actor)
    async with writing(actor, cause=cause) as w:
        done = bool(await w.change(rows.SHUT, "by the crew"))
        w.record("signup.gate.shut", 0, cell=0, refs=[0])
    return done


async def open_gate(actor: Actor, *, cause: str) -> bool:
    """False when it was open. Errors: NotCrew."""
    await must_be_crew(actor)
    async with writing(actor, cause=cause) as w:
        done = bool(await w.execute(rows.OPEN))
        w.record("signup.gate.opened", 0, cell=0)
    return done


async def undo(actor: Actor, since: datetime, until: datetime, *, like: int | None = None, waiting: bool = False,
               back: bool = False, cause: str) -> int:
    """Suspends everybody who came in alone between two times (with `like`: from the network of that account), or with
    `back` lets them in again; how many. The invited, the crew and whom the crew let in are not touched; nor, without
    `waiting`, who waits to be let in: a person looks at each of them anyway. Each batch is one transaction.

    Errors: NotCrew, Invalid (nothing is known of where `like` came from).
    """
    await must_be_crew(actor)
    async with reading(SYSTEM) as r:
        network = await _network_of(r, like)
    done = 0
    while True:
        async with writing(actor, cause=cause) as w:
            found = [int(row[0]) for row in await w.fetch(rows.IN_WAVE, since, until, back, network, waiting,
                                                             BATCH)]
            if not found:
                return done
            await _each(w, found, back)
            await w.execute(rows.MARK, found, not back)
            number = ids.new_id(ids.any_cell())
            w.record("signup.wave.brought_back" if back else "signup.wave.undone", number, refs=found)
        done += len(found)


async def in_wave(r: Reader, since: datetime, until: datetime, *, like: int | None = None, waiting: bool = False,
                  back: bool = False) -> int:
    """How many `undo` would be about. For the system. Errors: Invalid."""
    return len(await r.fetch(rows.IN_WAVE, since, until, back, await _network_of(r, like), waiting, COUNTED))


async def _network_of(r: Reader, like: int | None) -> bytes | None:
    if like is None:
        return None
    network: bytes | None = await r.value(rows.NETWORK_OF, like)
    if network is None:
        raise Invalid(message="Where that account came from is not known: it came longer than 30 days ago, or from "
                              "this very machine.")
    return network


async def _each(w: Writer, found: Sequence[int], back: bool) -> None:
    for account in found:
        await (accounts.release(w, account, "suspended") if back else accounts.restrict(w, account, "suspended"))
