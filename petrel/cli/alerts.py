"""`petrel alerts`: what is wrong now, who was told, and what the site watches for."""

import asyncio
import sys

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring


@click.group()
def alerts() -> None:
    """See what is wrong, say that you look at it, try the way to you."""


@alerts.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@with_data
@with_json
@click.pass_obj
def list_(wiring: Wiring, data: str | None, as_json: bool, limit: int) -> None:
    """What is wrong now, then what was. Exit code 1 when something is."""
    from petrel.core import amounts
    from petrel.core.doors import reading
    from petrel.core.errors import Invalid
    from petrel.core.viewer import System
    from petrel.ops import watching

    async def work() -> "list[watching.Alert]":
        async with reading(System("cli")) as r:
            return await watching.alerts.listed(r, limit)

    now = wiring.settings(data)
    found = wiring.call(now, work, say)
    try:
        known = watching.plan(now.folder, watching.Owner()).rules
    except Invalid:                             # whoever broke that file still sees what is wrong
        known = {}
    rows = [(a.id, f"{a.rule} {a.target}".strip(), a.owner,
             amounts.of(known[a.rule].measure if a.rule in known else "", a.value), f"{a.fired_at:%F %T}",
             f"{a.cleared_at:%F %T}" if a.cleared_at else "STANDS", a.told) for a in found]
    put(found, lambda: table(rows, ("number", "rule", "owner", "value", "since (UTC)", "until", "told")) if rows
        else "Nothing is wrong, and nothing was.", as_json)
    sys.exit(1 if any(a.cleared_at is None for a in found) else 0)


@alerts.command()
@click.argument("number", type=int)
@click.option("--hours", type=click.FloatRange(0.1, 24 * 14), default=4, show_default=True)
@with_data
@with_json
@click.pass_obj
def quiet(wiring: Wiring, data: str | None, as_json: bool, number: int, hours: float) -> None:
    """Say that you look at an alert: nobody is told again for so long, and it is passed on to nobody."""
    from petrel.core.doors import writing
    from petrel.core.viewer import System
    from petrel.ops import watching

    async def work() -> None:
        async with writing(System("cli"), cause="petrel alerts quiet") as w:
            await watching.alerts.quiet(w, number, hours * 3600)

    wiring.call(wiring.settings(data), work, say)
    put({"quiet": number, "hours": hours}, f"Alert {number} is yours for {hours:g} hours.", as_json)


@alerts.command()
@with_data
@with_json
@click.pass_obj
def rules(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """What the site watches for, and who is told; DATA/alerts.toml changes it."""
    from petrel.core import amounts
    from petrel.ops import watching

    now = wiring.settings(data)
    plan = watching.plan(now.folder, watching.crew(now.alert_mail, now.alert_webhook))
    rows = [(name, rule.measure, rule.when, amounts.of(rule.measure, rule.limit), amounts.lasting(rule.for_s),
             f"{rule.owner}{f', then {rule.then}' if rule.then else ''}")
            for name, rule in plan.rules.items() if rule.is_on]
    put(plan, lambda: table(rows, ("rule", "measure", "is", "limit", "for", "owner")), as_json)


@alerts.command()
@click.option("--owner", default="crew", show_default=True, help="Whom to tell.")
@with_data
@with_json
@click.pass_obj
def test(wiring: Wiring, data: str | None, as_json: bool, owner: str) -> None:
    """Send a notice to an owner's webhooks, to see that it arrives. Mail: `petrel mail test`."""
    from petrel.ops import watching

    now = wiring.settings(data)
    plan = watching.plan(now.folder, watching.crew(now.alert_mail, now.alert_webhook))
    wrong = asyncio.run(watching.try_out(plan, owner))
    text = "\n".join(f"{place}: {why or 'taken'}" for place, why in wrong.items())
    put(wrong, text or f"{owner} has no webhook: set alert_webhook, or [owners.{owner}] in {now.folder}/alerts.toml.",
        as_json)
    sys.exit(1 if any(wrong.values()) or not wrong else 0)
