"""What the crew does: letting in, turning away, opening and shutting the gate, undoing a wave."""

from collections.abc import Collection, Sequence
from datetime import datetime

from petrel.core import ids, limits, seal
from petrel.core.doors import Reader, Writer, reading, writing
from petrel.core.errors import Conflict, Invalid, NotFound
from petrel.core.viewer import Member, System
from petrel.features import accounts, mail, moderation
from petrel.features.signup import rows
from petrel.features.signup.shapes import Arrival, Wave

SYSTEM = System("signup")
BATCH = 200
COUNTED = 1_000_000
GATHERED = 5_000
Actor = Member | System


class TakesAChange(Conflict):
    """So many accounts are not moved at once"""

    def __init__(self, most: int) -> None:
        super().__init__(f"These are more than {most} accounts, with those of the last ten minutes: that is a change, "
                         "planned first. petrel signup undo plans it.")


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
    `waiting`, who waits to be let in: a person looks at each of them anyway.

    Errors: NotCrew, Invalid (nothing is known of where `like` came from), TakesAChange (`gather` them).
    """
    await must_be_crew(actor)
    async with reading(SYSTEM) as r:
        network = await _network_of(r, like)
    most = limits.current().accounts_at_once
    async with writing(actor, cause=cause) as w:
        found = await _found(w, since, until, back, network, waiting, most + 1)
        if len(found) + (0 if back else await w.value(rows.UNDONE_LATELY)) > most:
            raise TakesAChange(most)
        await _move(w, found, back=back)
    return len(found)


async def gather(w: Writer, since: datetime, until: datetime, *, like: int | None = None, waiting: bool = False,
                 back: bool = False) -> int:
    """The number of a set of all whom `undo` would be about: for a change (ops/changes/for_waves.py). For the system.
    Errors: Invalid, when there is nobody, or nothing is known of where `like` came from."""
    found = await _found(w, since, until, back, await _network_of(w, like), waiting, GATHERED + 1)
    if not 0 < len(found) <= GATHERED:
        raise Invalid(None, f"More than {GATHERED} accounts are too many for one change: say --since and --until, or "
                            "--like" if found else "Nobody came so between these times, or they are as you want them")
    number = ids.new_id(ids.any_cell())
    await w.execute(rows.GATHER, found, number)
    w.record("signup.wave.gathered", number, refs=[len(found)])
    return number


async def gathered(r: Reader, number: int, *, back: bool) -> list[int]:
    """Of that set those who are not out yet, or with `back` those who are. For the system."""
    return [int(row[0]) for row in await r.fetch(rows.GATHERED, number, back)]


async def named(r: Reader, number: int) -> list[tuple[str, bool]]:
    """The handles of that set, and whether they are out. For the system."""
    return [(row["handle"], row["is_out"]) for row in await r.fetch(rows.NAMED, number)]


async def move(w: Writer, number: int, cells: Collection[int], *, back: bool) -> int:
    """Suspends those of a set in these cells, or brings them back; how many. Twice is once. For the system."""
    found = [one for one in await gathered(w, number, back=back) if ids.cell_of(one) in cells]
    await _move(w, found, back=back)
    return len(found)


async def members(r: Reader) -> int:
    """How many accounts there are, of which a wave is a share. For the system."""
    return int(await r.value(rows.MEMBERS))


async def in_wave(r: Reader, since: datetime, until: datetime, *, like: int | None = None, waiting: bool = False,
                  back: bool = False) -> int:
    """How many `undo` would be about. For the system. Errors: Invalid."""
    return len(await _found(r, since, until, back, await _network_of(r, like), waiting, COUNTED))


async def _network_of(r: Reader, like: int | None) -> bytes | None:
    if like is None:
        return None
    network: bytes | None = await r.value(rows.NETWORK_OF, like)
    if network is None:
        raise Invalid(message="Where that account came from is not known: it came longer than 30 days ago, or from "
                              "this very machine.")
    return network


async def _found(r: Reader, since: datetime, until: datetime, back: bool, network: bytes | None, waiting: bool,
                 most: int) -> list[int]:
    return [int(row[0]) for row in await r.fetch(rows.IN_WAVE, since, until, back, network, waiting, most)]


async def _move(w: Writer, found: Sequence[int], *, back: bool) -> None:
    for account in found:
        await (accounts.release(w, account, "suspended") if back else accounts.restrict(w, account, "suspended"))
    await w.execute(rows.MARK, found, not back)
    for batch in range(0, len(found), BATCH):
        w.record("signup.wave.brought_back" if back else "signup.wave.undone", ids.new_id(ids.any_cell()),
                 refs=found[batch:batch + BATCH])
