"""`petrel tokens`: access tokens for scripts and tests, made without a browser."""

import click

from petrel.cli.accounts import find
from petrel.cli.common import put, say, with_data, with_json
from petrel.cli.wiring import Wiring


@click.group()
def tokens() -> None:
    """Make access tokens."""


@tokens.command()
@click.argument("account")
@click.option("--scopes", default="read write follow", show_default=True, help="What it may do, with spaces between.")
@with_data
@with_json
@click.pass_obj
def create(wiring: Wiring, account: str, scopes: str, data: str | None, as_json: bool) -> None:
    """Make a token for ACCOUNT and print it: the only time it can be seen. Treat it like a password."""
    from petrel.core.doors import writing
    from petrel.core.scopes import parse
    from petrel.core.viewer import System
    from petrel.features import accounts as room

    try:
        wanted = parse(scopes)
    except ValueError as e:
        raise click.BadParameter(f"there is no scope {e}", param_hint="--scopes") from e

    async def work() -> str:
        found = await find(account)
        async with writing(System("cli"), cause="petrel tokens create") as w:
            return (await room.issue_tokens_many(w, [found.id], wanted))[0]

    token = wiring.call(wiring.settings(data), work, say)
    put({"token": token, "account": account.removeprefix("@"), "scopes": wanted}, token, as_json)
