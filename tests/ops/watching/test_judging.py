"""Which alerts fire, when somebody is told again, and who."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from petrel.core.errors import Invalid
from petrel.ops.watching import Alert, Measure, Owner, Plan, Rule, plan
from petrel.ops.watching.judging import Judge, acts

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


def rule(**what: Any) -> Rule:
    return Rule(**{"measure": "heat", "limit": 10, "says": "{target} has {value:.0f}", "cure": "cool it", **what})


def alert(**what: Any) -> Alert:
    given = {"id": 7, "rule": "hot", "target": "", "owner": "crew", "value": 11.0, "fired_at": NOW, "told_at": NOW,
             "told": 1, "quiet_until": None, "cleared_at": None, **what}
    return Alert(**given)


def said(rules: Rule, standing: list[Alert], firing: dict[tuple[str, str], float],
         after_s: float) -> list[tuple[str, str]]:
    found = acts(Plan({"hot": rules}, {}), standing, firing, NOW + timedelta(seconds=after_s))
    return [(act.what, act.owner) for act in found]


def test_a_rule_fires_when_it_is_wrong_for_long_enough_and_for_each_thing_apart() -> None:
    judge, rules = Judge(), {"hot": rule(for_s=30)}
    both = [Measure("heat", 11, "a"), Measure("heat", 12, "b"), Measure("cold", 99)]
    assert judge.firing(rules, both, 0) == {}
    assert judge.firing(rules, [Measure("heat", 11, "a"), Measure("heat", 10, "b")], 29) == {}
    assert judge.firing(rules, both, 31) == {("hot", "a"): 11}, "b was well in between"
    assert judge.firing(rules, both, 61) == {("hot", "a"): 11, ("hot", "b"): 12}
    assert judge.firing({"hot": rule(is_on=False)}, both, 99) == {}
    assert judge.firing({"low": rule(when="below")}, [Measure("heat", 9)], 0) == {("low", ""): 9}


def test_told_once_then_again_after_a_while_and_when_it_is_well() -> None:
    one, hot = rule(repeat_s=3600), {("hot", ""): 11.0}
    assert said(one, [], hot, 0) == [("fired", "crew")]
    assert said(one, [alert()], hot, 3599) == []
    assert said(one, [alert()], hot, 3600) == [("still", "crew")]
    assert said(one, [alert()], {}, 1) == [("cleared", "crew")]
    assert said(one, [alert(rule="gone")], {}, 1) == [("cleared", "crew")], "a rule that was taken out"


def test_passed_on_when_nobody_says_that_they_look_and_not_when_somebody_does() -> None:
    one, hot = rule(then="anna", escalate_s=900, repeat_s=3600), {("hot", ""): 11.0}
    assert said(one, [alert()], hot, 899) == []
    assert said(one, [alert()], hot, 900) == [("passed on", "anna")]
    assert said(one, [alert(owner="anna")], hot, 901) == []
    quiet = alert(quiet_until=NOW + timedelta(hours=2))
    assert said(one, [quiet], hot, 7199) == []
    assert said(one, [quiet], hot, 7200) == [("still", "crew")]
    assert said(one, [quiet], {}, 60) == [("cleared", "crew")]


@pytest.mark.parametrize("here, wanted", [
    (datetime(2026, 11, 23, 9, 0), True), (datetime(2026, 11, 23, 16, 59), True),
    (datetime(2026, 11, 23, 17, 0), False), (datetime(2026, 11, 23, 4, 0), False),
    (datetime(2026, 11, 22, 12, 0), False)])
def test_what_may_wait_is_told_by_day_and_not_on_sundays(here: datetime, wanted: bool) -> None:
    one, hot, now = rule(hours="9-17", repeat_s=60), {("hot", ""): 11.0}, here.astimezone()
    whole = Plan({"hot": one}, {})
    old = alert(told_at=now - timedelta(days=3))
    assert [act.what for act in acts(whole, [], hot, now)] == ["fired"] * wanted
    assert [act.what for act in acts(whole, [old], hot, now)] == ["still"] * wanted
    assert [act.what for act in acts(whole, [old], {}, now)] == ["cleared"] * wanted


def test_rules_come_with_petrel_and_a_file_changes_them(tmp_path: Path) -> None:
    crew = Owner(mail=("crew@example.org",))
    ours = plan(tmp_path, crew)
    assert len(ours.rules) >= 15 and ours.owners == {"crew": crew}
    assert all(rule.cure and rule.owner == "crew" for rule in ours.rules.values())
    (tmp_path / "alerts.toml").write_text("""
[owners.anna]
webhook = ["https://chat.example/x"]
[rules.disk]
limit = 0.5
owner = "anna"
then = "crew"
[rules.canary]
is_on = false
[rules.many-posts]
measure = "jobs_waiting"
limit = 5
says = "{value} in {target}"
cure = "wait"
""")
    found = plan(tmp_path, crew)
    disk = found.rules["disk"]
    assert (disk.limit, disk.owner, disk.then, disk.cure) == (0.5, "anna", "crew", ours.rules["disk"].cure)
    assert not found.rules["canary"].is_on and found.rules["many-posts"].measure == "jobs_waiting"


@pytest.mark.parametrize("text, why", [
    ("[rules.disk]\nowner = 'bob'", "belongs to bob"), ("[rules.disk]\nlimit = 'much'", "limit"),
    ("[rules.new]\nlimit = 1", "new"), ("[rules.disk]\nsays = '{nobody}'", "nobody"), ("[rule.disk]", "known are"),
    ("[rules.disk]\nhours = 'by day'", "hours"),
    ("[owners.anna]\nphone = 1", "owner anna"), ("= 3", "alerts.toml"), ("[rules.disk]\nlimt = 3", "limt"),
])
def test_a_wrong_file_names_what_is_wrong(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "alerts.toml").write_text(text)
    with pytest.raises(Invalid, match=why):
        plan(tmp_path, Owner())
