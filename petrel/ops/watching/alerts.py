"""Alerts as they stand in the database. Each change is made by one process only, even where several look."""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from petrel.core.doors import Reader, Row, Writer
from petrel.core.errors import NotFound, PetrelError
from petrel.features import accounts
from petrel.ops.watching.judging import Act
from petrel.ops.watching.shapes import Alert

log = structlog.get_logger("petrel.watching")

COLUMNS = "id, rule, target, owner, value, fired_at, told_at, told, quiet_until, cleared_at"
STANDING = f"select {COLUMNS} from ops.alert where cleared_at is null order by fired_at"
LISTED = f"select {COLUMNS} from ops.alert order by cleared_at is not null, fired_at desc limit $1"
NUMBERED = f"select {COLUMNS} from ops.alert where id = any($1::bigint[]) order by fired_at"
FIRE = """
insert into ops.alert (rule, target, value, owner, presses) values ($1, $2, $3, $4, $5)
on conflict (rule, target) where cleared_at is null do nothing returning id
"""
TELL = """
update ops.alert set told_at = now(), told = told + 1, value = $3, owner = $4
 where id = $1 and told = $2 and cleared_at is null returning id
"""
CLEAR = "update ops.alert set cleared_at = now() where id = $1 and cleared_at is null returning id"
QUIET = """
update ops.alert set quiet_until = now() + make_interval(secs => $2)
 where id = $1 and cleared_at is null returning id
"""
DAYS = 90
OWNERS = "select id from accounts.account where role = 'owner' and domain is null and state & $1 = 0 order by id"
Keepers = Callable[[Reader, str], Awaitable[tuple[int, ...]]]
_keepers: list[Keepers] = []
FORGET = "delete from ops.alert where cleared_at < now() - make_interval(days => $1)"


async def standing(r: Reader) -> list[Alert]:
    """Oldest first."""
    return [_alert(row) for row in await r.fetch(STANDING)]


async def listed(r: Reader, most: int = 100) -> list[Alert]:
    """Those that stand, then those that were cleared, newest first."""
    return [_alert(row) for row in await r.fetch(LISTED, most)]


async def numbered(r: Reader, numbers: Sequence[int]) -> list[Alert]:
    """Those that are still known, oldest first."""
    return [_alert(row) for row in await r.fetch(NUMBERED, list(numbers))]


async def take(w: Writer, act: Act, *, presses: bool = True) -> int:
    """Writes one act down; the number of the alert, 0 when another process did already, and tells of it."""
    if act.alert is None:
        rows = await w.change(FIRE, act.rule, act.target, act.value, act.owner, presses)
    elif act.what == "cleared":
        rows = await w.change(CLEAR, act.alert.id)
    else:
        rows = await w.change(TELL, act.alert.id, act.alert.told, act.value, act.owner)
    return int(rows[0][0]) if rows else 0


async def quiet(w: Writer, number: int, seconds: float) -> None:
    """Somebody looks at it: nobody is told again for so long, and it is passed on to nobody. Errors: NotFound."""
    if not await w.change(QUIET, number, seconds):
        raise NotFound(f"No alert {number} stands. `petrel alerts list` shows those that do.")
    w.record("ops.alert.quieted", number, cell=0)


async def owners(r: Reader) -> tuple[int, ...]:
    """Accounts that own the site, and can be reached."""
    away = accounts.State.SUSPENDED | accounts.State.DEACTIVATED | accounts.State.PURGED | accounts.State.UNCONFIRMED
    return tuple(row[0] for row in await r.fetch(OWNERS, int(away)))


def kept_by(f: Keepers) -> None:
    """`f` says which accounts keep what a rule is about; none: the owners of the site."""
    _keepers.append(f)


async def people(r: Reader, rule: str) -> tuple[int, ...]:
    """Whom a letter about this rule reaches, where no address is named."""
    for f in _keepers:
        try:
            if found := await f(r, rule):
                return found
        except (PetrelError, OSError) as e:          # nothing that is wrong there keeps somebody from being told
            log.error("nobody could say who keeps this; the owners of the site are told", rule=rule, error=str(e))
    return await owners(r)


async def forget(w: Writer) -> int:
    """Those that were cleared long ago; returns how many."""
    return await w.execute(FORGET, DAYS)



def _alert(row: Row) -> Alert:
    return Alert(*row)
