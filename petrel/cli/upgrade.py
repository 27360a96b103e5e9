"""`petrel upgrade`: bring a running site to the release that this program is, and back."""

import sys
from typing import TYPE_CHECKING, Any

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring
from petrel.core.amounts import size

if TYPE_CHECKING:
    from petrel.ops.upgrades import Plan


@click.group(invoke_without_command=True)
@with_data
@with_json
@click.option("--plan", "only_plan", is_flag=True, help="Only say what it would do, how long, and what is in its way.")
@click.option("--without-backup", is_flag=True, help="Go on without a backup of the last 24 hours.")
@click.option("--trial", is_flag=True, help="Go back by itself unless a post of the site's own comes through in time.")
@click.pass_context
def upgrade(ctx: click.Context, data: str | None, as_json: bool, only_plan: bool, without_backup: bool,
            trial: bool) -> None:
    """Bring the running site to this release, without a pause. Run it with the new release's own `petrel`.

    Exit code 1 of --plan: something is in the way. Interrupted, run it again.
    """
    if ctx.invoked_subcommand is not None:
        ctx.obj = (ctx.obj, data)
        return
    wiring: Wiring = ctx.obj
    now = _settings(wiring, data)
    plan = wiring.upgrade_plan(now, wants_backup=not without_backup)
    if only_plan or plan.is_done:
        put(plan, lambda: _told(plan), as_json)
        sys.exit(1 if plan.problems else 0)
    say(_told(plan))
    done = wiring.upgrade(now, plan, say, is_trial=trial)
    put(done, lambda: f"The site is served by {done.taker.name}. The way back: petrel upgrade back", as_json)


@upgrade.command()
@with_data
@with_json
@click.pass_obj
def back(given: "tuple[Wiring, str | None]", data: str | None, as_json: bool) -> None:
    """Go back to the release before, while no contract step was run."""
    wiring, earlier = given
    record = wiring.upgrade_back(_settings(wiring, data or earlier), say)
    put(record, lambda: f"The site is with {record.giver.name} again.", as_json)


def _settings(wiring: Wiring, data: str | None) -> Any:
    """As root: those that the site's user sees, whom we are from then on."""
    from petrel.ops.processes import become_owner

    become_owner(wiring.settings_or_defaults(data).folder)
    return wiring.settings(data)


def _told(plan: "Plan") -> str:
    giver = plan.giver.name if plan.giver else "unknown"
    if plan.is_done and not plan.problems:
        return f"The site is served by {plan.taker.name}: nothing to do."
    rows = [(one.step, f"{one.seconds:.1f} s", size(one.bytes) if one.bytes else "") for one in plan.costs]
    lines = [f"From {giver}", f"to   {plan.taker.name}", "",
             table(rows, ("step", "at most about", "disk")), "",
             f"Together about {plan.seconds:.0f} s, in which everybody is served and no lock is held for a second.",
             f"Disk: {size(plan.needs_bytes)} needed, {size(plan.free_bytes)} free. Backup: {plan.backup}."]
    if plan.later:
        lines.append(f"Left for later, when you will not go back: petrel migrate --contract ({', '.join(plan.later)}).")
    for one in plan.problems:
        lines += [f"IN THE WAY: {one.text}", f"  {one.cure}"]
    return "\n".join(lines)
