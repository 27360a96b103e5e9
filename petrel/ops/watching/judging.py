"""Which alerts fire, and what is to be done about those that stand. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from petrel.ops.watching.shapes import Alert, Measure, Plan, Rule

Key = tuple[str, str]                       # rule, target
SATURDAY = 5
What = Literal["fired", "still", "passed on", "cleared"]


class Act(Struct, frozen=True):
    """`alert`: the one that stands; None for a new one. `owner`: who is told."""

    what: What
    rule: str
    target: str
    value: float
    owner: str
    alert: Alert | None = None


class Judge:
    """Remembers since when each thing has been wrong: a rule may ask that it is for a while."""

    def __init__(self) -> None:
        self._since_s: dict[Key, float] = {}

    def firing(self, rules: Mapping[str, Rule], measures: Iterable[Measure], now_s: float) -> dict[Key, float]:
        """What is wrong for long enough, with its value. `now_s`: of a clock that is never set."""
        by_name: dict[str, list[Measure]] = {}
        for measure in measures:
            by_name.setdefault(measure.name, []).append(measure)
        wrong = {(name, m.target): m.value for name, rule in rules.items() if rule.is_on
                 for m in by_name.get(rule.measure, ()) if _is_beyond(rule, m.value)}
        self._since_s = {key: self._since_s.get(key, now_s) for key in wrong}
        return {key: value for key, value in wrong.items() if now_s - self._since_s[key] >= rules[key[0]].for_s}


def _is_beyond(rule: Rule, value: float) -> bool:
    return value > rule.limit if rule.when == "above" else value < rule.limit


def acts(plan: Plan, standing: Iterable[Alert], firing: Mapping[Key, float], now: datetime) -> list[Act]:
    """What to do about what stands and what fires, in no particular order."""
    found, known = [], set()
    for alert in standing:
        key = (alert.rule, alert.target)
        known.add(key)
        rule = plan.rules.get(alert.rule)
        if rule is not None and not may_tell(rule, now):
            continue
        if rule is None or key not in firing:
            found.append(Act("cleared", *key, alert.value, alert.owner, alert))
        elif (what := _due(rule, alert, now)) is not None:
            owner = rule.then if what == "passed on" else alert.owner
            found.append(Act(what, *key, firing[key], owner, alert))
    new = [Act("fired", *key, value, plan.rules[key[0]].owner) for key, value in firing.items()
           if key not in known and may_tell(plan.rules[key[0]], now)]
    return found + new


def may_tell(rule: Rule, now: datetime) -> bool:
    """Not at night nor at the weekend, where the rule has hours; the clock is the machine's."""
    if not rule.hours:
        return True
    first, last = map(int, rule.hours.split("-"))
    here = now.astimezone()
    return here.weekday() < SATURDAY and first <= here.hour < last


def _due(rule: Rule, alert: Alert, now: datetime) -> What | None:
    # Whoever said that they look at it is left in peace until then, and it is passed on to nobody.
    if alert.quiet_until is not None and now < alert.quiet_until:
        return None
    is_alone = alert.quiet_until is None and rule.then and alert.owner != rule.then
    if is_alone and now - alert.fired_at >= timedelta(seconds=rule.escalate_s):
        return "passed on"
    return "still" if now - alert.told_at >= timedelta(seconds=rule.repeat_s) else None
