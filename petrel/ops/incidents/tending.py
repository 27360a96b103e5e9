"""Incidents are brought up to date with the alerts that stand; and the card of each, with all that is known of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from petrel.core.amounts import Amount
from petrel.core.doors import Writer
from petrel.ops import safeguards, signals
from petrel.ops.doctor import Check
from petrel.ops.incidents import grouping, rows, suspecting
from petrel.ops.incidents.shapes import HARM, Card, Event, Incident, Page, Speaking, Suspect
from petrel.ops.watching import Alert, Look, Plan

WELL_AFTER = timedelta(minutes=5)
"""Without any alert for so long, it is over."""

OPENS = 3
"""The least grave severity that opens an incident. The others are tickets."""

BEFORE = timedelta(hours=24)
AGES = frozenset(("canary_failed_seconds", "canary_unanswered_seconds", "canary_age_seconds", "database_away_seconds",
                  "keyring_away_seconds", "jobs_overdue_seconds", "journal_unsealed_seconds",
                  "transaction_oldest_seconds", "follower_lag_seconds", "jobs_silent_seconds", "web_silent_seconds"))
"""Measures that say themselves for how long it has been so."""

Counts = Sequence[tuple[datetime, Mapping[int, Sequence[int]]]]
SLOW_EDGE = 5
"""Answers that take longer than a quarter of a second."""


class Group(Struct, frozen=True):
    """Alerts that have one cause."""

    root: str
    severity: int
    began_at: datetime
    alerts: tuple[int, ...]


class Tended(Struct, frozen=True):
    """Incidents that are open, and the numbers of those that were opened just now."""

    open: tuple[Incident, ...]
    fresh: frozenset[int]


def began(plan: Plan, alert: Alert) -> datetime:
    """Since when it has been wrong: a rule waits before it fires."""
    rule = plan.rules.get(alert.rule)
    if rule is None:
        return alert.fired_at
    waited_s = rule.limit if rule.measure in AGES and rule.when == "above" else 0.0
    return alert.fired_at - timedelta(seconds=rule.for_s + waited_s)


def severity_of(plan: Plan, alert: Alert) -> int:
    rule = plan.rules.get(alert.rule)
    if rule is None:
        return 3
    if alert.rule == "answers" and alert.value >= 0.5:      # every second answer fails: nobody can do anything
        return 1
    return rule.severity


def groups(plan: Plan, standing: Iterable[Alert]) -> list[Group]:
    """Pure."""
    components = safeguards.components()
    grave = [alert for alert in standing if severity_of(plan, alert) <= OPENS]
    since: dict[str, datetime] = {}
    for alert in grave:
        name = grouping.component_of(components, alert.rule)
        since[name] = min(began(plan, alert), since.get(name, began(plan, alert)))
    root_of = grouping.roots(components, since)
    of: dict[str, list[Alert]] = {}
    for alert in grave:
        of.setdefault(root_of[grouping.component_of(components, alert.rule)], []).append(alert)
    return [Group(root, min(severity_of(plan, one) for one in alerts), min(began(plan, one) for one in alerts),
                  tuple(sorted(one.id for one in alerts))) for root, alerts in of.items()]


async def tend(w: Writer, look: Look) -> Tended:
    """Opens, joins and ends incidents, so that each group of alerts is one."""
    assert look.standing is not None
    found, fresh = groups(look.plan, look.standing), set[int]()
    left = await rows.open_now(w)
    for group in sorted(found, key=lambda one: one.root not in {known.root for known in left}):
        same = [one for one in left if one.root == group.root] or [
            one for one in left if set(one.alerts) & set(group.alerts)]
        if not same:
            number = await w.value(rows.INSERT, group.began_at, group.root, group.severity, list(group.alerts),
                                   None)
            if number is not None:
                fresh.add(number)
            continue
        kept = min(same, key=lambda one: one.opened_at)
        joined = [one for one in left if one is not kept and set(one.alerts) & set(group.alerts)]
        for other in joined:
            await w.execute(rows.END, other.id, f"has one cause with incident {kept.id}", kept.id)
        left = [one for one in left if one is not kept and one not in joined]
        elsewhere = {number for other in found if other is not group for number in other.alerts}
        alerts = sorted((set(kept.alerts) - elsewhere) | set(group.alerts) | {n for o in joined for n in o.alerts})
        await w.execute(rows.PUT, kept.id, group.root, group.severity, alerts, group.began_at)
    for one in left:
        if one.quiet_at is not None and look.at - one.quiet_at >= WELL_AFTER:
            await w.execute(rows.END, one.id, "nothing of it fires any more", None)
        else:
            await w.execute(rows.QUIET, one.id)
    standing = await rows.open_now(w)
    # What the doctor found half an hour ago may be mended since, and would be blamed for the rest of it.
    if fresh or (standing and await w.value(rows.STALE)):
        w.later("watching.examine", {}, lane="urgent", once="watching.examine")
    return Tended(tuple(standing), frozenset(fresh))


async def card(w: Writer, look: Look, one: Incident, counts: Counts, keepers: tuple[str, ...] = ()) -> Card:
    """All that is known of an open incident."""
    assert look.standing is not None
    speaking = [speak(look.plan, alert) for alert in look.standing if alert.id in one.alerts]
    hits = tuple(sorted({said.component for said in speaking} - {one.root}))
    failing = await failing_checks(w)
    late = one.began_at + timedelta(minutes=2)
    known = await rows.exposed(w, one.began_at - BEFORE, late)
    minutes = suspecting.symptom(counts, SLOW_EDGE)
    fits = suspecting.fits(hurts(counts, one.began_at), late, [minutes] if minutes else [],
                           [spans for _, spans in known])
    changes = [msgspec.structs.replace(change, fits=log) for (change, _), log in zip(known, fits, strict=True)]
    growing = [(found.said, "petrel ops drift") for found in await signals.drifts(w)]
    suspects = suspecting.rank(changes, parts(one.root, hits, speaking, failing), growing, one.began_at,
                               len(hits) + 1)
    return shown(one, speaking, hits, suspects, tuple(await rows.events(w, one)), tuple(await rows.calls(w, one.id)),
                 keepers)


def shown(one: Incident, speaking: Sequence[Speaking], hits: tuple[str, ...], suspects: Sequence[Suspect],
          events: tuple[Event, ...] = (), pages: tuple[Page, ...] = (), keepers: tuple[str, ...] = ()) -> Card:
    """Pure."""
    component = safeguards.components().get(one.root)
    about = next((about for said in speaking if said.component == one.root
                  and (about := safeguards.about(said.rule)) is not None), None)
    runbook = about.runbook if about else ""
    if not runbook and component is not None:
        runbook = component.runbook or safeguards.runbook_of(component.safeguards[0])
    step, change = next_step(one, speaking, suspects)
    return Card(one, component.what if component else "", HARM[one.severity], tuple(speaking), hits, tuple(suspects),
                events, pages, runbook, keepers, step, change)


def next_step(one: Incident, speaking: Sequence[Speaking], suspects: Sequence[Suspect]) -> tuple[str, int | None]:
    """The next safe thing to do, and the change that a button may undo. Undoing is safe; so is looking. Pure."""
    if suspects and suspects[0].change is not None and suspects[0].weight >= 0.3:
        return suspects[0].do, suspects[0].change
    ordered = sorted(speaking, key=lambda said: (said.component != one.root, said.since))
    cure = next((said.cure for said in ordered if said.cure), "petrel doctor")
    return cure, None


def speak(plan: Plan, alert: Alert) -> Speaking:
    rule = plan.rules.get(alert.rule)
    says = rule.says.format(value=Amount(alert.value), target=alert.target) if rule else f"{alert.rule} {alert.target}"
    return Speaking(alert.id, alert.rule, alert.target, rows.plain(says), rule.cure if rule else "",
                    began(plan, alert), grouping.component_of(safeguards.components(), alert.rule))


def parts(root: str, hits: Sequence[str], speaking: Sequence[Speaking], failing: Mapping[str, Check]
          ) -> list[suspecting.Part]:
    """Components that may be the cause: the deepest that says something is wrong, and what lies below it. Pure."""
    components = safeguards.components()
    below = grouping.below(components, root, soft=True)
    said = {one.component: one.says for one in speaking}
    found = []
    for name in (root, *below, *hits):
        known = components.get(name)
        check = next((failing[c] for c in known.checks if c in failing), None) if known else None
        if name not in (root, *hits) and check is None and name not in grouping.below(components, root):
            continue                            # what it only leans on softly, and of which nothing bad is known
        explains = sum(name == hit or name in grouping.below(components, hit) for hit in (root, *hits))
        says = said.get(name) or (f"the doctor: {check.found}" if check else known.what if known else name)
        do = check.cure if check and check.cure else next((one.cure for one in speaking if one.component == name), "")
        found.append(suspecting.Part(name, known.what if known else "", explains + (2 if name == root else 0),
                                     check is not None, rows.plain(says), rows.plain(do or "petrel doctor"),
                                     is_silent=bool(known and known.rules and name not in (root, *hits))))
    return found


async def failing_checks(w: Writer) -> dict[str, Check]:
    """What the doctor found wrong when it looked last."""
    text = await w.value(rows.CHECKS)
    return {check.name: check for check in msgspec.json.decode(text or "[]", type=list[Check]) if not check.ok}


def hurts(counts: Counts, since: datetime) -> dict[int, tuple[float, float]]:
    """Of each cell how much was bad since it began, and how much would have been usual. Pure."""
    if not counts:
        return {}
    before = next((counted for at, counted in reversed(counts) if at < since), counts[0][1])
    return suspecting.beyond(suspecting.hurts(counts[0][1], before, SLOW_EDGE),
                             suspecting.hurts(before, counts[-1][1], SLOW_EDGE))
