"""What can be changed by a change. Whoever needs another sort adds a class and a line in KINDS."""

import shlex
from collections.abc import Mapping, Sequence

from petrel.core import choices, flags
from petrel.core.doors import Reader, Writer
from petrel.core.errors import Conflict, Invalid
from petrel.ops.changes import slips
from petrel.ops.changes.for_accounts import AccountFlagKind
from petrel.ops.changes.for_waves import WaveKind
from petrel.ops.changes.noted import BlocksKind, MigrationKind, PolicyKind, RestartKind
from petrel.ops.changes.plain import Kind, Plain, by_its_inverse
from petrel.ops.changes.releasing import ReleaseKind
from petrel.ops.changes.shapes import Back, Change, Plan
from petrel.ops.changes.slips import Slip
from petrel.ops.changes.without import WithoutKind

NOT_KEPT = "(not kept)"
SECRET = ("password", "secret", "key")


class FlagKind(Plain):
    """A flag on or off, for everybody or all but a share of accounts."""

    fields: tuple[str, ...] = ("flag", "to", "percent")
    sentence = "Set a flag to on or off, for all accounts or for a share: flag=NAME to=on [percent=10]"
    confirms_itself = True

    async def plan(self, r: Reader, what: Mapping[str, str]) -> Plan:
        flag = flags.FLAGS.get(what.get("flag", ""))
        if flag is None:
            raise Invalid("flag", f"is one of {', '.join(sorted(flags.FLAGS)) or '(none is declared)'}")
        if what.get("to") not in ("on", "off"):
            raise Invalid("to", "is on or off")
        percent = _percent(what.get("percent", "100"))
        row = await r.row("select is_on, percent, change from ops.flag where name = $1", flag.name)
        if row is not None and row["change"] is not None:
            raise Conflict(f"Change {row['change']} of this flag is on its way. Confirm or undo it first.")
        was_on, was_percent = (row["is_on"], row["percent"]) if row else (flag.default, 0)
        is_on = what["to"] == "on"
        # A share of accounts has what the others do not have.
        base, share = (is_on, 0) if percent == 100 else (not is_on, percent)
        if flag.holds and (was_on, was_percent) == (True, 0) and (base, share) != (True, 0):
            raise Conflict(f"{flag.name} stays on: {flag.holds}. A release without the flag ends it, no change does.")
        if (base, share) == (was_on, was_percent):
            raise Invalid("to", f"changes nothing: {flag.name} is {_said(was_on, was_percent)}")
        return Plan(
            effect=f"{flag.name} from {_said(was_on, was_percent)} to {_said(base, share)}",
            what=_what(flag.name, base, share), inverse=_what(flag.name, was_on, was_percent), risk=1)

    async def back(self, r: Reader, change: Change) -> Back:
        flag = flags.FLAGS.get(change.what["flag"])
        if flag is None:
            return Back(before=(f"This release has no flag {change.what['flag']}: bring back one that has.",))
        lost = (f"established what people rely on: {flag.holds}.",) if flag.holds and _meant(change.what)[0] else ()
        return Back(lost=lost, do=by_its_inverse(change))

    async def put(self, w: Writer, change: Change, cells: Sequence[int]) -> None:
        flag = flags.FLAGS[change.what["flag"]]
        is_on, percent = _meant(change.what)
        was_on, was_percent = _meant(change.inverse)
        found = await w.change(
            "insert into ops.flag as f (name, is_on, percent, becomes, becomes_percent, change, cells) "
            "values ($1, $2, $3, $4, $5, $6, $7) on conflict (name) do update set becomes = excluded.becomes, "
            "becomes_percent = excluded.becomes_percent, change = excluded.change, cells = excluded.cells "
            "where f.change is null or f.change = excluded.change returning 1",
            flag.name, was_on, was_percent, is_on, percent, change.id, list(cells))
        if not found:
            raise Conflict("Another change of this flag is on its way. Confirm or undo it first.")

    async def take(self, w: Writer, change: Change) -> None:
        await w.execute("update ops.flag set becomes = null, becomes_percent = null, change = null, cells = '{}' "
                        "where name = $1 and change = $2", change.what["flag"], change.id)

    async def settle(self, w: Writer, change: Change) -> None:
        await w.execute("update ops.flag set is_on = becomes, percent = becomes_percent, becomes = null, "
                        "becomes_percent = null, change = null, cells = '{}' where name = $1 and change = $2",
                        change.what["flag"], change.id)


class SettingKind(Plain):
    """A setting that can be changed while the site runs. The site has it once, so there is no control: it is watched,
    and undone when an alert fires or nobody confirms it."""

    fields = ("setting", "value")
    sentence = "Change a setting, and change it back unless somebody confirms it: setting=NAME value=VALUE"
    confirms_itself = False

    async def plan(self, r: Reader, what: Mapping[str, str]) -> Plan:
        name = what.get("setting", "")
        if name not in choices.CHANGEABLE or any(part in name for part in SECRET):
            known = sorted(one for one in choices.CHANGEABLE if not any(part in one for part in SECRET))
            raise Invalid("setting", f"is one of {', '.join(known)}; passwords are set by `petrel settings set`")
        if "value" not in what:
            raise Invalid("value", "is missing: value=...")
        was = _text(choices.current().read().get(name, ""))
        if was == what["value"]:
            raise Invalid("value", f"changes nothing: {name} is {was!r}")
        return Plan(effect=f"{name} from {was!r} to {what['value']!r}", what={"setting": name, "value": what["value"]},
                    inverse={"setting": name, "value": was}, risk=1, is_by_cell=False)

    async def put(self, w: Writer, change: Change, cells: Sequence[int]) -> None:
        self._write(change.what)

    async def take(self, w: Writer, change: Change) -> None:
        now = _text(choices.current().read().get(change.what["setting"], ""))
        if now == change.what["value"]:                 # else somebody has set it since, and means that
            self._write(change.inverse)

    async def settle(self, w: Writer, change: Change) -> None:
        pass

    async def back(self, r: Reader, change: Change) -> Back:
        name = change.what["setting"]
        if NOT_KEPT in (change.inverse["value"], change.what["value"]):
            return Back(before=(f"{name} is a secret, which no ledger keeps: set it to what it was.",))
        if name not in choices.CHANGEABLE:
            return Back(do=f"petrel settings set {name} {shlex.quote(change.inverse['value'])}")
        now = _text(choices.current().read().get(change.what["setting"], ""))
        other = () if now == change.what["value"] else (
            f"Somebody has set it to {now!r} since, and meant that: ask them first.",)
        return Back(before=other, do=by_its_inverse(change))

    def _write(self, what: Mapping[str, str]) -> None:
        choices.current().write({what["setting"]: what["value"]})


KINDS: dict[str, Kind] = {
    "blocks": BlocksKind(), "flag": FlagKind(), "flag-for": AccountFlagKind(), "migration": MigrationKind(),
    "policy": PolicyKind(), "release": ReleaseKind(), "restart": RestartKind(), "setting": SettingKind(),
    "wave": WaveKind(), "without": WithoutKind(FlagKind())}


def set_by_hand(name: str, value: str, was: object, *, is_secret: bool) -> Slip:
    """Of `petrel settings set`, which also works with the databases dead."""
    after, before = value, _text(was)
    if is_secret or any("@" in one and "://" in one for one in (after, before)):        # an address with a password
        after = before = NOT_KEPT
    return slips.new("setting", {"setting": name, "value": after}, "by hand, petrel settings set", risk=1, how="set",
                     inverse={"setting": name, "value": before}, is_by_cell=False)


def find(name: str) -> Kind:
    """Errors: Invalid."""
    if name not in KINDS:
        raise Invalid(None, f"There is no kind of change {name}. Known are: {', '.join(sorted(KINDS))}")
    return KINDS[name]


def check_fields(kind: Kind, what: Mapping[str, str]) -> None:
    """Errors: Invalid."""
    if more := sorted(set(what) - set(kind.fields)):
        raise Invalid(None, f"This does not take {', '.join(more)}; it takes {', '.join(kind.fields)}")


def _percent(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100:
        raise Invalid("percent", "is a whole number from 1 to 100")
    return int(text)


def _what(flag: str, is_on: bool, percent: int) -> dict[str, str]:
    """In words that mean the same whatever there was before."""
    if percent:
        return {"flag": flag, "to": "off" if is_on else "on", "percent": str(percent)}
    return {"flag": flag, "to": "on" if is_on else "off", "percent": "100"}


def _meant(what: Mapping[str, str]) -> tuple[bool, int]:
    percent, is_on = int(what["percent"]), what["to"] == "on"
    return (is_on, 0) if percent == 100 else (not is_on, percent)


def _said(is_on: bool, percent: int) -> str:
    if percent:
        return f"{'off' if is_on else 'on'} for {percent} %"
    return "on" if is_on else "off"


def _text(value: object) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else str(value)
