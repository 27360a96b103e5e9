"""`petrel accounts`: making, showing and changing accounts, for the crew on the machine itself."""

import sys
from typing import Any

import click
import msgspec

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring

ROLES = click.Choice(["member", "moderator", "admin", "owner"])
HAS_OWNER = """This site has an owner. For one who cannot sign in: `petrel accounts link HANDLE`. For another one:
  `petrel accounts set HANDLE --role owner`, or `petrel accounts create NEWNAME --role owner --password`."""
with_password = click.option("--password", "asks_password", is_flag=True,
                             help="Ask for a password; without a terminal its first line of input is taken.")


@click.group()
def accounts() -> None:
    """Make, show and change accounts."""


@accounts.command()
@click.argument("handle")
@click.option("--role", type=ROLES, default="member", show_default=True)
@click.option("--name", default="", help="Display name.")
@click.option("--email", help="Mail address; not asked to confirm it.")
@click.option("--protected", is_flag=True, help="Followers are asked for first.")
@click.option("--discoverable", is_flag=True, help="May be suggested and searched for.")
@click.option("--indexable", is_flag=True, help="Public posts may be found by search.")
@click.option("--bot", is_flag=True)
@with_password
@with_data
@with_json
@click.pass_obj
def create(wiring: Wiring, /, data: str | None, as_json: bool, asks_password: bool, name: str, handle: str,
           **given: Any) -> None:
    """Make an account. Without --password nobody can sign in to it, but tokens can be made for it."""
    from petrel.core.doors import writing
    from petrel.core.viewer import System
    from petrel.features import accounts as room

    password = read_password() if asks_password else None
    handle = handle.removeprefix("@")

    async def work() -> Any:
        hashed = await room.hash_password(password) if password is not None else None
        async with writing(System("cli"), cause="petrel accounts create") as w:
            return await room.create(w, room.NewAccount(handle=handle, display_name=name, **given), secret_hash=hashed)

    made = wiring.call(wiring.settings(data), work, say)
    put(shown(made), f"@{made.handle} was made, with the number {made.id}.", as_json)


@accounts.command("list")
@click.option("--after", type=int, default=0, help="Only accounts newer than this number.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@click.option("--all", "probes", is_flag=True, help="The site's own decoys too, by which it sees whether it leaks.")
@click.option("--crew", "only_crew", is_flag=True, help="Only who may more than a member.")
@with_data
@with_json
@click.pass_obj
def list_(wiring: Wiring, /, data: str | None, as_json: bool, **wanted: Any) -> None:
    """Accounts of this site, oldest first."""
    from petrel.core.doors import reading
    from petrel.core.viewer import System
    from petrel.features import accounts as room

    async def work() -> list[Any]:
        async with reading(System("cli")) as r:
            return await room.listed(r, **wanted)

    found = [shown(one) for one in wiring.call(wiring.settings(data), work, say)]
    rows = [(one["id"], "@" + one["handle"], one["role"], "protected" if one["is_protected"] else "") for one in found]
    put(found, lambda: table(rows, ("number", "handle", "role", "")), as_json)


@accounts.command()
@click.argument("handle")
@with_data
@with_json
@click.pass_obj
def show(wiring: Wiring, handle: str, data: str | None, as_json: bool) -> None:
    """One account."""
    one = shown(wiring.call(wiring.settings(data), lambda: find(handle), say))
    put(one, "\n".join(f"{name}: {value}" for name, value in one.items()), as_json)


@accounts.command("set")
@click.argument("handle")
@click.option("--role", type=ROLES)
@click.option("--protected", is_flag=True, help="Protect it at once. Only its owner can open it again, on the web.")
@click.option("--discoverable/--not-discoverable", default=None)
@click.option("--indexable/--not-indexable", default=None)
@click.option("--bot/--not-bot", default=None)
@with_password
@with_data
@with_json
@click.pass_obj
def set_(wiring: Wiring, /, handle: str, data: str | None, as_json: bool, asks_password: bool, role: Any,
         protected: bool, **flags: bool | None) -> None:
    """Change an account: role, protection, how it may be found, password."""
    from petrel.core.doors import writing
    from petrel.core.viewer import System
    from petrel.features import accounts as room

    password = read_password() if asks_password else None

    async def work() -> Any:
        account = await find(handle)
        hashed = await room.hash_password(password) if password is not None else None
        async with writing(System("cli"), cause="petrel accounts set") as w:
            if role is not None:
                await room.set_role(w, account.id, role)
            if protected:
                await room.protect(w, account.id)
            if any(flag is not None for flag in flags.values()):
                await room.set_flags(w, account.id, **flags)
            if hashed is not None:
                await room.set_password(w, account.id, hashed)
        return await find(handle)

    one = shown(wiring.call(wiring.settings(data), work, say))
    put(one, f"@{one['handle']} was changed.", as_json)


@accounts.command("setup-link")
@with_data
@with_json
@click.pass_obj
def setup_link(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """A new link that makes whoever opens it the owner of the site, once; older ones end. Only until there is one."""
    from petrel.core.doors import writing
    from petrel.core.errors import Invalid
    from petrel.core.viewer import System
    from petrel.features import accounts as room

    now = wiring.settings(data)

    async def work() -> str:
        async with writing(System("cli"), cause="petrel accounts setup-link") as w:
            if (secret := await room.invites.make_first_setup_link(w)) is None:
                raise Invalid(message=HAS_OWNER)
            return secret

    link = f"{wiring.address(now)}/setup/{wiring.call(now, work, say)}"
    put({"link": link}, link, as_json)


@accounts.command()
@click.option("--uses", type=click.IntRange(1, 1000), default=1, show_default=True, help="How many may join with it.")
@click.option("--days", type=click.IntRange(1, 365), default=7, show_default=True, help="How long it is good.")
@with_data
@with_json
@click.pass_obj
def invite(wiring: Wiring, uses: int, days: int, data: str | None, as_json: bool) -> None:
    """A link with which people may join while registration is by invitation."""
    from petrel.core.doors import writing
    from petrel.core.viewer import System
    from petrel.features import accounts as room

    now = wiring.settings(data)

    async def work() -> str:
        async with writing(System("cli"), cause="petrel accounts invite") as w:
            return await room.invites.make_invite(w, uses=uses, days=days)

    link = f"{wiring.address(now)}/auth/sign_up?invite={wiring.call(now, work, say)}"
    put({"link": link, "uses": uses, "days": days}, link, as_json)


@accounts.command()
@click.argument("handle")
@with_data
@with_json
@click.pass_obj
def confirm(wiring: Wiring, handle: str, data: str | None, as_json: bool) -> None:
    """Take somebody's mail address as confirmed: where no mail is sent, or theirs does not arrive."""
    from petrel.core.doors import writing
    from petrel.core.viewer import System
    from petrel.features import accounts as room

    async def work() -> None:
        account = await find(handle)
        async with writing(System("cli"), cause="petrel accounts confirm") as w:
            await room.confirm_email(w, await room.make_confirm_link(w, account.id))

    wiring.call(wiring.settings(data), work, say)
    name = handle.removeprefix("@")
    put({"handle": name, "confirmed": True}, f"@{name} may sign in now.", as_json)


@accounts.command()
@click.argument("handle")
@with_data
@with_json
@click.pass_obj
def link(wiring: Wiring, handle: str, data: str | None, as_json: bool) -> None:
    """A link with which somebody sets a new password: for who gets no mail. Be sure who asks you for it."""
    from petrel.core.doors import writing
    from petrel.core.viewer import System
    from petrel.features import accounts as room

    now = wiring.settings(data)

    async def work() -> str:
        account = await find(handle)
        async with writing(System("cli"), cause="petrel accounts link") as w:
            return await room.resets.make(w, account.id, useful_s=room.resets.BY_THE_CREW_S)

    made = f"{wiring.address(now)}/auth/reset/{wiring.call(now, work, say)}"
    put({"link": made, "days": 3}, made, as_json)


@accounts.command("codes-off")
@click.argument("handle")
@with_data
@with_json
@click.pass_obj
def codes_off(wiring: Wiring, handle: str, data: str | None, as_json: bool) -> None:
    """Ask somebody for no codes any more, who lost the app and the recovery codes. Every way in ends; the password
    works as before. Be sure who asks you for it."""
    from petrel.core.doors import writing
    from petrel.core.viewer import System
    from petrel.features import accounts as room

    async def work() -> bool:
        account = await find(handle)
        async with writing(System("cli"), cause="petrel accounts codes-off") as w:
            return await room.codes.take_off(w, account.id)

    name, done = handle.removeprefix("@"), wiring.call(wiring.settings(data), work, say)
    put({"handle": name, "taken_off": done},
        f"@{name} signs in with the password alone, and has to do so everywhere." if done
        else f"@{name} is asked for no codes.", as_json)


async def find(handle: str) -> Any:
    """Errors: NotFound, naming the handle."""
    from petrel.core.doors import reading
    from petrel.core.errors import NotFound
    from petrel.core.viewer import System
    from petrel.features import accounts as room

    async with reading(System("cli")) as r:
        account = await room.find(r, handle.removeprefix("@"))
    if account is None:
        raise NotFound(f"There is no account @{handle.removeprefix('@')} here. `petrel accounts list` shows all.")
    return account


def shown(account: Any) -> dict[str, Any]:
    """As JSON has it: ids are strings, since many programs cannot hold 63 bits."""
    one: dict[str, Any] = msgspec.to_builtins(account)
    return one | {"id": str(account.id)}


def read_password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")
