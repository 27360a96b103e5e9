"""`petrel privacy erase`: an account goes for good, on behalf of whoever it is."""

import click

from petrel.cli.accounts import find
from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring
from petrel.core.errors import Invalid


@click.command()
@click.argument("handle")
@click.option("--dry-run", is_flag=True, help="Only list what would go, by table and column.")
@with_data
@with_json
@click.pass_obj
def erase(wiring: Wiring, handle: str, dry_run: bool, data: str | None, as_json: bool) -> None:
    """Erase an account for good: keys, posts, messages, relations, all that is its. Nobody can bring it back.

    Asks to type the handle; a program gives it as the first line of input.
    """
    from petrel.core.doors import reading, writing
    from petrel.core.viewer import System
    from petrel.features import privacy

    now = wiring.settings(data)

    async def plan() -> dict[str, int]:
        account = await find(handle)
        async with reading(System("cli")) as r:
            return await privacy.erasure.planned(r, account.id)

    planned = wiring.call(now, plan, say)
    if dry_run:
        put(planned, lambda: table(sorted(planned.items()), ("column", "rows")), as_json)
        return
    say(f"{sum(planned.values())} rows in {len(planned)} places go, and every key with them.")
    typed = click.prompt("Type the handle to erase it for good", err=True)
    if typed.strip().removeprefix("@").lower() != handle.removeprefix("@").lower():
        raise Invalid("handle", "is not what was typed; nothing was erased")

    wiring.load_rooms()

    async def work() -> dict[str, int]:
        account = await find(handle)
        async with writing(System("cli"), cause="petrel privacy erase") as w:
            # A minute later a job takes over, should this process be killed.
            await privacy.erasure.begin(w, account.id, by_crew=True, run_in_s=60)
        return await privacy.erasure.run(account.id)

    gone = wiring.call(now, work, say)
    put(gone, lambda: table(sorted(gone.items()), ("step", "gone")) + "\n\nNothing is left of it.", as_json)
