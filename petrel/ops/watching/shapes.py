"""Shapes of watching."""

from datetime import datetime
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
    hours of the machine's clock; it does not press (ops/attendance) and holds no change.
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
    is_on: bool = True


class Owner(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who is told: mail addresses, addresses that take a POST of JSON."""

    mail: tuple[str, ...] = ()
    webhook: tuple[str, ...] = ()


class Plan(Struct, frozen=True):
    """What is watched for, and who is told."""

    rules: dict[str, Rule]
    owners: dict[str, Owner]


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
