"""Shapes of watching."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

When = Literal["above", "below"]


class Measure(Struct, frozen=True):
    """One number. `name` ends in its unit; `target`: of several things of a kind, the one it is of."""

    name: str
    value: float
    target: str = ""


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fires when `measure` is beyond `limit` for `for_s` seconds on end; clears when it no longer is.

    `says`: a sentence; {value} (in words {value:time}, {value:size}: `core.amounts`) and {target} stand in it. `cure`:
    what to do first. `owner`: who is told first, and `then` who after `escalate_s` without anybody having said that
    they look at it. `repeat_s`: told again after it. `hours`: "9-17" for what may wait: told on weekdays within these
    hours of the machine's clock; it does not press (ops/attendance) and holds no change. `severity`: 1 nobody can read
    or post, or something leaks; 2 many are hindered; 3 some are, or soon will be; 4 nobody yet.
    """

    measure: str
    when: When = "above"
    limit: float
    for_s: float = 0
    owner: str = "crew"
    then: str = ""
    escalate_s: float = 1800
    repeat_s: float = 14400
    hours: Annotated[str, Meta(pattern=r"^([0-9]{1,2}-[0-9]{1,2})?$")] = ""
    says: str
    cure: str
    severity: Literal[1, 2, 3, 4] = 3
    is_on: bool = True


class Owner(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who is told: mail addresses, addresses that take a POST of JSON."""

    mail: tuple[str, ...] = ()
    webhook: tuple[str, ...] = ()


class Rota(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is called when something is wrong, by names of owners. `turns`: one after the other, for `turn_days` each
    from the day `begins` (YYYY-MM-DD, changing hands at `at_hour` UTC). `manager`: who leads when it is grave, or when
    nobody comes. Whoever has not taken it within `wait_s` is passed over."""

    turns: tuple[str, ...]
    begins: date = date(2026, 1, 5)
    turn_days: int = 7
    at_hour: int = 9
    manager: str = ""
    wait_s: float = 300


class Plan(Struct, frozen=True):
    """What is watched for, who is told, and who is called."""

    rules: dict[str, Rule]
    owners: dict[str, Owner]
    rota: Rota | None = None


class Alert(Struct, frozen=True):
    """As it stands in the database. `told`: how often somebody was."""

    id: int
    rule: str
    target: str
    owner: str
    value: float
    fired_at: datetime
    told_at: datetime
    told: int
    quiet_until: datetime | None
    cleared_at: datetime | None


class Look(Struct, frozen=True):
    """What one look of the loop saw. `firing`: what is wrong for long enough, by rule and target, with its value.
    `standing`: alerts; None while the databases are away."""

    at: datetime
    plan: Plan
    measures: tuple[Measure, ...]
    firing: dict[tuple[str, str], float]
    standing: tuple[Alert, ...] | None

    @property
    def is_blind(self) -> bool:
        """Whether the databases are away."""
        return self.standing is None


class Health(Struct, frozen=True):
    """What web processes say of the whole site. Ages in seconds, None where nothing was ever seen."""

    canary_age_s: float | None = None
    canary_took_ms: int | None = None
    canary_failed_s: float | None = None
    canary_said: str = ""
    measured_age_s: float | None = None
    measures: tuple[Measure, ...] = ()

    def of(self, name: str, target: str = "") -> float | None:
        return next((m.value for m in self.measures if m.name == name and m.target == target), None)
