"""`petrel privacy consent`: what somebody agreed to and took back, for the crew to answer a question with."""

import click

from petrel.cli.accounts import find
from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring


@click.command()
@click.argument("handle")
@with_data
@with_json
@click.pass_obj
def consent(wiring: Wiring, handle: str, data: str | None, as_json: bool) -> None:
    """The history of what HANDLE agreed to: the terms, being found by words, being suggested to others."""
    from petrel.core.doors import reading
    from petrel.core.viewer import System
    from petrel.features import privacy

    async def work() -> list[privacy.consents.Consent]:
        account = await find(handle)
        async with reading(System("cli")) as r:
            return await privacy.consents.of(r, account.id)

    found = wiring.call(wiring.settings(data), work, say)
    rows = [(f"{one.at:%Y-%m-%d %H:%M}", one.what, one.version, "given" if one.given else "withdrawn", one.how)
            for one in found]
    put(found, lambda: table(rows, ("when", "what", "version", "", "how")), as_json)
