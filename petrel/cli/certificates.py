"""`petrel certificates`: what is served and until when, and asking for a new one."""

import time
from datetime import UTC, datetime
from typing import Any

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring

WAIT_S = 300.0


@click.group()
def certificates() -> None:
    """Show which certificates are served, and have a new one ordered."""


@certificates.command()
@with_data
@with_json
@click.pass_obj
def show(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """The certificate in use, when it is renewed, and what handshakes have shown. Needs no running site.

    Exit code 1 when there is something to look at.
    """
    from petrel.ops import certificates as room

    plan = wiring.certificates(wiring.settings(data))
    if plan is None:
        put({"tls": "off"}, "This site serves no HTTPS itself (setting tls).", as_json)
        return
    where, now = room.places(plan.data), datetime.now(UTC)
    live, state, census = room.read(plan.chain or where.live), room.state(where), room.census(where)
    window = state.window if live is not None and state.window_of == live.fingerprint else None
    found = room.findings(live, census, state, now)
    shown: dict[str, Any] = {"certificate": live, "state": state, "census": census, "findings": found,
                             "renewed_at": live and plan.issuers and room.renew_at(live, window)}
    put(shown, lambda: _told(shown), as_json)
    if found:
        raise SystemExit(1)


@certificates.command()
@with_data
@with_json
@click.pass_obj
def renew(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """Have the running site order a new certificate now, due or not, and wait until it is served."""
    from petrel.core.errors import Refused
    from petrel.ops import certificates as room

    now = wiring.settings(data)
    plan = wiring.certificates(now)
    if plan is None or not plan.issuers:
        raise Refused(message="This site obtains no certificates itself: petrel settings set tls acme")
    if not wiring.is_running(now):
        raise Refused(message="The site has to run for it: the issuer asks it. Start it with `petrel up`.")
    where = room.places(plan.data)
    before = room.state(where)
    room.ask(plan)
    say("Asked for. This takes a few seconds.")
    until = time.monotonic() + WAIT_S
    while (after := room.state(where)).tried_at == before.tried_at:
        if time.monotonic() > until:
            raise Refused(message="Nothing has happened yet: see `petrel certificates show` and the log of the site.")
        time.sleep(0.2)
    if after.failures:
        raise Refused(message=f"There is no new certificate: {'; '.join(after.said)}")
    live = room.read(where.live)
    put({"certificate": live}, lambda: f"Served until {live.not_after:%Y-%m-%d %H:%M} UTC, by {live.issuer}."
        if live else "", as_json)


def _told(shown: dict[str, Any]) -> str:
    live, census, state = shown["certificate"], shown["census"], shown["state"]
    lines = []
    if live is not None:
        lines += [f"{', '.join(live.names)}: by {live.issuer}, until {live.not_after:%Y-%m-%d %H:%M} UTC"
                  f"{'' if state.proven == live.fingerprint or not shown['renewed_at'] else ', not proven yet'}"]
    if shown["renewed_at"]:
        lines.append(f"Renewed at {shown['renewed_at']:%Y-%m-%d %H:%M} UTC"
                     f"{', as its issuer wishes' if state.window is not None else ''}")
    if census is not None:
        rows = [(one.address, one.name, f"{one.certificate.not_after:%Y-%m-%d}", one.certificate.fingerprint[:16],
                 "ours" if one.is_declared else "UNDECLARED" if one.is_ours else "of others") for one in census.seen]
        lines += ["", f"Seen in handshakes at {census.at:%Y-%m-%d %H:%M:%S} UTC:",
                  table(rows, ("where", "asked for", "until", "fingerprint", ""))]
    for one in shown["findings"]:
        lines += ["", one.what, f"  {one.cure}"]
    return "\n".join(lines)
