"""`petrel privacy who-saw`: who saw something that is not public. Two people ask it together."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click
import msgspec

from petrel.cli.access import read_password, signed_in, with_person
from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring

if TYPE_CHECKING:
    from petrel.ops.access.who_saw import Answer


@click.command("who-saw")
@click.argument("about", metavar="POST|@HANDLE")
@click.option("--from", "since", required=True, help="From when on, UTC: 2026-11-20 or 2026-11-20T14:00:00.")
@click.option("--until", required=True, help="Until when, UTC.")
@click.option("--reason", help="Why you ask. Makes the request that somebody else has to approve.")
@click.option("--request", type=int, help="The request for exactly this, approved by somebody else.")
@with_person
@with_data
@with_json
@click.pass_obj
def who_saw(wiring: Wiring, /, about: str, since: str, until: str, reason: str | None, request: int | None, handle: str,
            data: str | None, as_json: bool) -> None:
    """Say who was shown POST, or what @HANDLE writes for some people only, in these times. It takes two people: ask
    with --reason, have somebody else approve, and ask again with --request. Reads are known for 90 days."""
    from petrel.core.doors import writing
    from petrel.ops import access as room

    if (reason is None) == (request is None):
        raise click.UsageError("give --reason to ask for it, or --request NUMBER when it has been approved")
    what = room.who_saw.particulars(about, _time(since), _time(until))
    password = read_password(handle)

    async def work() -> Any:
        async with signed_in(handle, password) as member:
            if request is not None:
                return await room.who_saw.answer(member, request, what)
            async with writing(member, cause="petrel privacy who-saw") as w:
                return await room.ask(w, "privacy.who-saw", what, reason or "")

    done = wiring.call(wiring.settings(data), work, say)
    if request is None:
        put({"request": str(done.id), "state": done.state},
            f"Request {done.id} waits. Somebody else of the crew: petrel access approve {done.id} --as THEIR-HANDLE\n"
            f"Then the same question again, with --request {done.id} instead of --reason.", as_json)
    else:
        put(_plain(done), lambda: _told(done), as_json)


def _plain(answer: "Answer") -> dict[str, Any]:
    sights = [msgspec.to_builtins(one) | {"post": str(one.post), "author": str(one.author), "account": str(one.account)}
              for one in answer.sights]
    return {"sights": sights, "pages": answer.pages, "changed": answer.changed}


def _told(answer: "Answer") -> str:
    rows: list[tuple[Any, ...]] = [
        (f"{one.at:%Y-%m-%d %H:%M:%S}", f"@{one.handle}" if one.handle else one.account or "nobody signed in", one.post,
         one.surface, one.token or "", f"policy {one.policy}, build {one.build}, process {one.process}")
        for one in answer.sights]
    lines = [table(rows, ("when (UTC)", "who", "post", "surface", "session", "by")) if rows else "Nobody."]
    if answer.changed:
        lines.append(f"{answer.changed} records of these times cannot be opened: somebody has changed them.")
    return "\n".join(lines)


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as e:
        raise click.BadParameter(f"{text!r} is no time such as 2026-11-20T14:00:00") from e
    return at if at.tzinfo else at.replace(tzinfo=UTC)
