"""`petrel mail`: trying mail out, what waits, what came back, what belongs into DNS."""

import os
import sys
import syslog
from typing import BinaryIO

import click
import msgspec

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring


@click.group()
def mail() -> None:
    """Try mail out, see what waits, take in what came back."""


@mail.command()
@click.argument("address")
@with_data
@with_json
@click.pass_obj
def test(wiring: Wiring, address: str, data: str | None, as_json: bool) -> None:
    """Send a letter to ADDRESS now, and say what the mail server said."""
    from petrel.features import mail as room

    said = wiring.call(wiring.settings(data), lambda: room.try_out(address), say)
    put({"sent": True, "said": said}, f"{said}\nThat it was taken does not mean that it arrived: look.", as_json)


@mail.command()
@click.option("--ended", is_flag=True, help="Those of the last 30 days that were refused, or whose time was over.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=200, show_default=True)
@with_data
@with_json
@click.pass_obj
def queue(wiring: Wiring, ended: bool, limit: int, data: str | None, as_json: bool) -> None:
    """Letters that wait, and why. Nobody's address or text is shown: not even we can read them here."""
    from petrel.core.doors import reading
    from petrel.core.viewer import System
    from petrel.features import mail as room

    async def work() -> tuple[room.Health, list[room.Shown]]:
        async with reading(System("cli")) as r:
            return await room.health(r), await room.waiting(r, ended=ended, limit=limit)

    health, found = wiring.call(wiring.settings(data), work, say)
    rows = [(one.id, one.template, one.account or "the crew", one.attempts, f"{one.next_at:%Y-%m-%d %H:%M}", one.code)
            for one in found]
    head = ("letter", "about", "account", "tries", "ended" if ended else "next", "said")
    put({"health": health, "letters": [msgspec.to_builtins(one) | {"id": str(one.id)} for one in found]},
        lambda: f"{_said(health)}\n{table(rows, head) if rows else ''}".rstrip(), as_json)


def _said(health: object) -> str:
    one: dict[str, object] = msgspec.to_builtins(health)
    if not one["is_on"]:
        return "This site sends no mail: the setting mail_server is empty."
    if one["relay"] is not None:
        return (f"The mail server takes nothing just now (it said: {one['relay']}). {one['waiting']} letters wait. "
                "`petrel mail test ADDRESS` tells more.")
    return f"{one['waiting']} letters wait. Within a day {one['sent']} were sent and {one['refused']} refused."


@mail.command()
@click.argument("letter", type=int, required=False)
@with_data
@with_json
@click.pass_obj
def retry(wiring: Wiring, letter: int | None, data: str | None, as_json: bool) -> None:
    """Try everything that waits now, or one LETTER; what was let rest is asked again."""
    from petrel.core.doors import writing
    from petrel.core.viewer import System
    from petrel.features import mail as room

    async def work() -> int:
        async with writing(System("cli"), cause="petrel mail retry") as w:
            return await room.retry(w, letter)

    count = wiring.call(wiring.settings(data), work, say)
    put({"letters": count}, f"{count} letters are tried now. `petrel mail queue` shows what became of them.", as_json)


@mail.command()
@click.argument("message", type=click.File("rb"), default="-")
@click.option("--to", default="", help="The address it came to, where the message does not say it.")
@with_data
@with_json
@click.pass_obj
def bounce(wiring: Wiring, message: BinaryIO, to: str, data: str | None, as_json: bool) -> None:
    """Take in MESSAGE (a file, or standard input): a report that a letter of ours was not delivered, or a complaint.

    What is of no letter of ours is said and let go: a mail server that is told of a failure would answer whoever wrote
    it, and a bounce of a bounce helps nobody. Exit code 75: it could not be taken in now, bring it again.
    """
    from petrel.features import mail as room

    raw = message.read()
    try:
        taken = wiring.call(wiring.settings(data), lambda: room.take_bounce(raw, to), say)
    except Exception as e:          # whatever is wrong with us: the mail server keeps the report for later
        say(f"petrel: it could not be taken in now: {str(e) or type(e).__name__}")
        sys.exit(os.EX_TEMPFAIL)
    put(taken, taken.said, as_json)
    if not taken.is_ours:
        # Where the mail server's own lines are: whoever calls us there shows nobody what we print.
        syslog.openlog("petrel", facility=syslog.LOG_MAIL)
        syslog.syslog(f"a message of {len(raw)} bytes was let go: {taken.said}")


@mail.command()
@with_data
@with_json
@click.pass_obj
def dns(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """What belongs into DNS, so that our mail is believed."""
    from petrel.core.errors import Invalid
    from petrel.features import mail as room

    found = wiring.call(wiring.settings(data), room.records, say)
    if not found:
        raise Invalid(message="This site sends no mail: set mail_server first, then ask again.")
    put(found, "\n\n".join(f"{one.name}  TXT\n  {one.text}\n  ({one.why})" for one in found), as_json)
