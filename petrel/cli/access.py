"""`petrel access`: what one person of the crew may not do alone. Each proves who they are by handle and password."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring

if TYPE_CHECKING:
    from petrel.core.doors import Reader, Writer
    from petrel.core.viewer import Member
    from petrel.ops.access import Request

with_person = click.option("--as", "handle", required=True, metavar="HANDLE",
                           help="Who you are. Your password is asked for; without a terminal it is the first line of "
                                "input.")
with_number = click.argument("number", type=int)


@click.group()
def access() -> None:
    """Ask for what takes two people, approve it, stop it. `petrel access kinds` lists what that is."""


@access.command()
@with_json
def kinds(as_json: bool) -> None:
    """Everything that takes two people, and what it takes."""
    from petrel.ops.access import KINDS

    rows = [(kind.name, " ".join(f"{name}=..." for name in kind.fields), kind.least, kind.sentence)
            for kind in KINDS.values()]
    put(list(KINDS.values()), lambda: table(rows, ("kind", "particulars", "at least", "")), as_json)


@access.command()
@click.argument("kind")
@click.argument("what", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--reason", required=True, help="Why; the second person decides by it.")
@with_person
@with_data
@with_json
@click.pass_obj
def ask(wiring: Wiring, /, kind: str, what: tuple[str, ...], reason: str, handle: str, data: str | None,
        as_json: bool) -> None:
    """Ask for KIND with these particulars, exactly. Somebody else of the crew has to approve it."""
    from petrel.ops import access as room

    given = dict(_pair(one) for one in what)
    _act(wiring, data, as_json, handle, lambda w: room.ask(w, kind, given, reason))


@access.command()
@with_number
@with_person
@with_data
@with_json
@click.pass_obj
def approve(wiring: Wiring, number: int, handle: str, data: str | None, as_json: bool) -> None:
    """Approve request NUMBER of somebody else. Read it first: `petrel access show NUMBER`."""
    from petrel.ops import access as room

    _act(wiring, data, as_json, handle, lambda w: room.approve(w, number))


@access.command()
@with_number
@with_person
@with_data
@with_json
@click.pass_obj
def refuse(wiring: Wiring, number: int, handle: str, data: str | None, as_json: bool) -> None:
    """Stop request NUMBER, approved or not. Takes one person of the crew."""
    from petrel.ops import access as room

    _act(wiring, data, as_json, handle, lambda w: room.refuse(w, number))


@access.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that are over too.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@with_data
@with_json
@click.pass_obj
def list_(wiring: Wiring, data: str | None, as_json: bool, everything: bool, limit: int) -> None:
    """Requests that wait for a second person or to be used, newest first."""
    from petrel.ops import access as room

    async def read(r: "Reader") -> list[dict[str, Any]]:
        found = await (room.listed if everything else room.waiting)(r, limit=limit)
        return [await _shown(r, one) for one in found]

    found = _look(wiring, data, read)
    rows = [(one["id"], one["state"], one["kind"], _particulars(one), f"@{one['asker']}", _when(one["asked_at"]))
            for one in found]
    put(found, lambda: table(rows, ("number", "state", "kind", "for", "asked by", "at")), as_json)


@access.command()
@with_number
@with_data
@with_json
@click.pass_obj
def show(wiring: Wiring, number: int, data: str | None, as_json: bool) -> None:
    """One request, with everything it is for."""
    from petrel.ops import access as room

    async def read(r: "Reader") -> dict[str, Any]:
        return await _shown(r, await room.find(r, number))

    one = _look(wiring, data, read)
    put(one, lambda: _told(one), as_json)


@asynccontextmanager
async def signed_in(handle: str, password: str) -> AsyncIterator["Member"]:
    """The person with this handle and password, by a session that ends with the block.
    Errors: WrongSignIn, WrongCode."""
    from petrel.core.doors import reading, writing
    from petrel.core.errors import Unauthenticated
    from petrel.core.viewer import Anonymous, Member
    from petrel.features import accounts

    try:
        issued = await accounts.sign_in(handle, password, cause="petrel access")
    except accounts.CodeNeeded as needed:
        issued = await accounts.finish(needed.step, read_code(handle), cause="petrel access")
    async with reading(Anonymous()) as r:
        member = await accounts.resolve(r, accounts.digest_of(issued.token))
    if not isinstance(member, Member):
        raise Unauthenticated
    try:
        yield member
    finally:
        async with writing(member, cause="petrel access") as w:
            await accounts.sign_out(w)


def read_password(handle: str) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(f"Password of @{handle.removeprefix('@')}", hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\n")


def read_code(handle: str) -> str:
    """Asked for after the right password only."""
    if sys.stdin.isatty():
        return str(click.prompt(f"Code of @{handle.removeprefix('@')}", err=True))
    return sys.stdin.readline().rstrip("\n")


def _act(wiring: Wiring, data: str | None, as_json: bool, handle: str,
         do: "Callable[[Writer], Awaitable[Request]]") -> None:
    """Signs the person in, does it as them, signs out, and says how the request stands."""
    from petrel.core.doors import reading, writing
    from petrel.core.viewer import System

    password = read_password(handle)

    async def work() -> dict[str, Any]:
        async with signed_in(handle, password) as member, writing(member, cause="petrel access") as w:
            request = await do(w)
        async with reading(System("access")) as r:
            return await _shown(r, request)

    one = wiring.call(wiring.settings(data), work, say)
    put(one, lambda: _told(one), as_json)


def _look(wiring: Wiring, data: str | None, read: "Callable[[Reader], Awaitable[Any]]") -> Any:
    from petrel.core.doors import reading
    from petrel.core.viewer import System

    async def work() -> Any:
        async with reading(System("access")) as r:
            return await read(r)

    return wiring.call(wiring.settings(data), work, say)


async def _shown(r: "Reader", one: "Request") -> dict[str, Any]:
    """As JSON has it: numbers as strings, people by their handles."""
    import msgspec

    from petrel.features import accounts
    from petrel.ops.access import KINDS

    shown: dict[str, Any] = msgspec.to_builtins(one) | {"id": str(one.id)}
    people = [number for number in (one.asker, one.approver, one.refuser) if number]
    handles = {a.id: a.handle for number in people for a in await accounts.listed(r, after=number - 1, limit=1)}
    for role in ("asker", "approver", "refuser"):
        number = getattr(one, role)
        shown[role] = handles.get(number, str(number)) if number else None
    known = KINDS.get(one.kind)
    try:
        shown["sentence"] = known.sentence.format(**one.what) if known else one.kind
    except KeyError:
        shown["sentence"] = one.kind
    return shown


def _told(one: dict[str, Any]) -> str:
    lines = [f"Request {one['id']}: {one['state']}", f"  {one['sentence']}",
             f"  {one['kind']} {_particulars(one)}".rstrip(),
             f"  asked by @{one['asker']} at {_when(one['asked_at'])}: {one['reason']}"]
    if one["approver"]:
        lines.append(f"  approved by @{one['approver']} at {_when(one['approved_at'])}")
    elif one["is_alone"]:
        lines.append(f"  approved by waiting, in a crew of one, at {_when(one['approved_at'])}")
    if one["refuser"]:
        lines.append(f"  stopped by @{one['refuser']}")
    if one["state"] == "asked":
        lines.append(f"Until {_when(one['expires_at'])} somebody else of the crew may approve it: "
                     f"petrel access approve {one['id']} --as THEIR-HANDLE")
        if one["approves_itself_at"]:
            lines.append(f"There is nobody else: it approves itself at {_when(one['approves_itself_at'])}. "
                         f"To stop it: petrel access refuse {one['id']} --as HANDLE")
    elif one["state"] == "approved":
        lines.append(f"It may be used until {_when(one['good_until'])}, by giving --request {one['id']}.")
    return "\n".join(lines)


def _particulars(one: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in sorted(one["what"].items()))


def _when(at: str | datetime) -> str:
    return f"{datetime.fromisoformat(at) if isinstance(at, str) else at:%Y-%m-%d %H:%M:%S} UTC"


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="WHAT")
    return name, value
