"""Every term of the inventory that names days is carried out by a schedule, and nothing else is promised."""

from petrel import app
from petrel.core import jobs, retention
from petrel.core.doors import reading
from petrel.core.inventory import Line, read
from petrel.core.viewer import System


def unkept(lines: dict[str, Line]) -> list[str]:
    """Promises that nobody keeps."""
    found = []
    for name, line in lines.items():
        table, days = name.rpartition(".")[0], line.kept.days
        rule = retention.RULES.get(table)
        if not line.kept.is_built or not line.erased.is_built:
            found.append(f"{name}: promised, and done by no code")
        elif days is not None and (rule is None or rule.days != days):
            found.append(f"{name}: kept for {days} days, and no schedule ends that: see petrel/core/retention.py")
    return found


async def lines_of_the_site() -> dict[str, Line]:
    app.load_rooms()
    async with reading(System("tests")) as r:
        return (await read({"main": r.fetch}))[0].lines


async def test_every_term_is_carried_out(site):
    assert unkept(await lines_of_the_site()) == []


async def test_every_rule_is_promised_and_scheduled(site):
    lines = await lines_of_the_site()
    promised = {name.rpartition(".")[0] for name, line in lines.items() if line.kept.days is not None}
    assert retention.RULES.keys() == promised
    for rule in retention.RULES.values():
        assert rule.schedule in jobs.SCHEDULES, rule


async def test_conditions_are_true_of_the_tables(site):
    """Each can be asked; a fresh site has nothing overdue."""
    app.load_rooms()
    async with reading(System("tests")) as r:
        for rule in retention.RULES.values():
            if rule.overdue:
                assert await r.value(f"select count(*) from {rule.table} where {rule.overdue}") == 0, rule


async def test_it_bites(site, monkeypatch):
    lines = await lines_of_the_site()
    monkeypatch.delitem(retention.RULES, "accounts.token")
    assert "accounts.token.digest" in unkept(lines)[0]
