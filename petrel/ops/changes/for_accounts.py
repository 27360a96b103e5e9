"""A flag for one account, whatever others have, until a day: for whoever tries something out, or is hurt by it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from petrel.core import flags
from petrel.core.doors import Reader, Writer
from petrel.core.errors import Invalid
from petrel.core.ids import cell_of
from petrel.features import accounts
from petrel.ops.changes.plain import Plain, by_its_inverse
from petrel.ops.changes.shapes import Back, Change, Plan

NOW = "select is_on, until from ops.flag_account where flag = $1 and account = $2 and until >= current_date"
SET = """
insert into ops.flag_account as f (flag, account, is_on, until, change) values ($1, $2, $3, $4, $5)
on conflict (flag, account) do update set is_on = excluded.is_on, until = excluded.until, change = excluded.change
"""
UNSET = "delete from ops.flag_account where flag = $1 and account = $2"
AS_OTHERS = "as others"


class AccountFlagKind(Plain):
    """Nobody else has it, so there is nothing to compare: alerts and people watch it."""

    fields = ("flag", "account", "to", "until")
    sentence = ("Set a flag for one account, until a day: flag=NAME account=@NAME to=on until=2026-12-31 (or to='as "
                "others')")
    confirms_itself = True

    async def plan(self, r: Reader, what: Mapping[str, str]) -> Plan:
        flag = flags.FLAGS.get(what.get("flag", ""))
        if flag is None:
            raise Invalid("flag", f"is one of {', '.join(sorted(flags.FLAGS)) or '(none is declared)'}")
        if flag.holds:
            raise Invalid("flag", f"holds for everybody alike: {flag.holds}")
        account = await _account(r, what.get("account", ""))
        was = await _now(r, flag.name, account)
        to = {"to": what.get("to", "")}
        if to["to"] in ("on", "off"):
            to["until"] = _until(what.get("until", ""), flag).isoformat()
        elif to["to"] != AS_OTHERS:
            raise Invalid("to", f"is on, off, or '{AS_OTHERS}'")
        if to == was:
            raise Invalid("to", "changes nothing")
        whose = {"flag": flag.name, "account": str(account)}
        return Plan(effect=f"{flag.name} {_said(to)} for one account, was {_said(was)}", what={**whose, **to},
                    inverse={**whose, **was}, risk=0, is_by_cell=False, cell=cell_of(account))

    async def put(self, w: Writer, change: Change, cells: Sequence[int]) -> None:
        await _write(w, change, change.what)

    async def take(self, w: Writer, change: Change) -> None:
        await _write(w, change, change.inverse)

    async def settle(self, w: Writer, change: Change) -> None:
        pass

    def about(self, what: Mapping[str, str]) -> str:
        return f"{what['flag']} {what.get('account')}"

    async def back(self, r: Reader, change: Change) -> Back:
        if "account" not in change.what:
            return Back(lost=("was of an account that has been erased.",))
        return Back(do=by_its_inverse(change))


async def _write(w: Writer, change: Change, what: Mapping[str, str]) -> None:
    if "account" not in what:
        return                          # it was erased meanwhile
    account = int(what["account"])
    if what["to"] == AS_OTHERS:
        await w.execute(UNSET, what["flag"], account)
    else:
        await w.execute(SET, what["flag"], account, what["to"] == "on", date.fromisoformat(what["until"]), change.id)


async def _account(r: Reader, named: str) -> int:
    if named.isascii() and named.isdigit():
        return int(named)               # as plans have it
    found = await accounts.ids_by_handle(r, [named.removeprefix("@")]) if named else {}
    if not found:
        raise Invalid("account", "is the name of nobody here: account=@NAME")
    return next(iter(found.values()))


async def _now(r: Reader, flag: str, account: int) -> dict[str, str]:
    row = await r.row(NOW, flag, account)
    return {"to": AS_OTHERS} if row is None else {
        "to": "on" if row["is_on"] else "off", "until": row["until"].isoformat()}


def _until(text: str, flag: flags.Flag) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Invalid("until", "is a day, as 2026-12-31: nobody keeps something of their own for ever") from None
    if not datetime.now(UTC).date() <= found <= flag.until:
        raise Invalid("until", f"lies between today and {flag.until}, when the flag is to be gone from the code")
    return found


def _said(what: Mapping[str, str]) -> str:
    return f"{what['to']} until {what['until']}" if "until" in what else what["to"]
