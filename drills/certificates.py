"""Row 53: a certificate is renewed in time, whatever its issuer does, and one that nobody declared is found.

A site of its own with certificates of real issuers (two pebbles). A certificate lives 90 seconds and stands for one of
90 days: every wait of Petrel's is a share of a certificate's life, so the clocks are real and nothing is simulated but
the scale. Visitors who believe nothing but the issuers make new connections all the while, and keep others open.
"""

import asyncio
import ssl
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

from petrel.ops import certificates
from petrel.ops.drills import Broken, Drill, Outcome, Phases, Site, Stage
from petrel.ops.drills.issuer import Pebble, free_ports, pebble
from petrel.ops.drills.visitors import Visitors

LAPSED = "a visitor met a certificate that had lapsed"

DRILL = Drill(
    name="certificates", row=53, tier="real", covers="part", harm=LAPSED, sabotage="renewing",
    left_out="logs of certificate transparency, internal certificates, a leap day (only in the tests of the rules)",
    shown=("handshakes", "failed", "exchanges", "least_left_days", "undeclared_seen_s"), limit_s=700)

NAME = "petrel.test"
DAY_S = 1.0
LIFE_DAYS, DOWN_DAYS = 90, 14
FIRST_S = 60.0                  # until the first certificate is served
SEEN_S = 60.0                   # the row's limit for one that nobody declared
SLACK_DAYS = 25                 # a renewal takes seconds, which here are days


class Host:
    """The site with its files, as an operator would look at it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.where = certificates.places(site.data)

    def live(self) -> str:
        found = certificates.read(self.where.live)
        return found.fingerprint if found is not None else ""

    def left_days(self) -> float:
        found = certificates.read(self.where.live)
        return found.left_s(datetime.now(UTC)) / DAY_S if found is not None else 0.0

    def is_proven(self, besides: str = "") -> bool:
        return certificates.state(self.where).proven == self.live() not in ("", besides)

    def strange(self) -> list[str]:
        census = certificates.census(self.where)
        return [one.certificate.fingerprint for one in census.seen if one.is_ours and not one.is_declared] \
            if census else []


async def run(stage: Stage) -> Outcome:
    """What visitors saw, and what the site's own files say."""
    program = ("drills.sabotaged", "never-renew") if stage.sabotage else ("petrel",)
    site_port, plain_port = free_ports(2)
    async with AsyncExitStack() as stack:
        issuers = [await stack.enter_async_context(pebble(
            stage.folder / f"issuer-{n}", http_port=plain_port, tls_port=site_port, life_s=int(LIFE_DAYS * DAY_S)))
            for n in (1, 2)]
        issuers[1].is_down = True
        roots = stage.folder / "roots.pem"
        roots.write_bytes(b"".join(one.roots.read_bytes() for one in issuers))
        site = await stack.enter_async_context(stage.site(program, {
            "PETREL_TLS": "acme", "PETREL_BASE_URL": f"https://{NAME}", "PETREL_PORT": str(site_port),
            "PETREL_HTTP_PORT": str(plain_port), "PETREL_ACME_ROOTS": str(roots), "PETREL_CANARY": "off",
            "PETREL_ACME_DIRECTORY": issuers[0].directory, "PETREL_ACME_DIRECTORY_2": issuers[1].directory}))
        host = Host(site)
        first_s = await site.until(host.is_proven, FIRST_S, "the first certificate")
        stage.say(f"The first certificate is served and proven {first_s:.1f} s after the site was ready.")
        visitors = await stack.enter_async_context(Visitors(("127.0.0.1", site_port), NAME, roots))
        if stage.sabotage:
            await _lapse(site, visitors)
            found: dict[str, Any] = {}
        else:
            found = await _months(stage, host, issuers, visitors)
        await visitors.end()
        journal, said = await site.petrel("journal", "verify")
        if journal:
            stage.say(said)
    return _outcome(visitors, found, first_s, journal_verifies=not journal, sabotage=stage.sabotage)


async def _lapse(site: Site, visitors: Visitors) -> None:
    """Nobody renews: waits for what must come."""
    try:
        await site.until(lambda: visitors.lapsed, LIFE_DAYS * DAY_S + 20, "a certificate to lapse")
    except Broken:
        pass                        # nobody met one: the verdict says so


async def _months(stage: Stage, host: Host, issuers: list[Pebble], visitors: Visitors) -> dict[str, Any]:
    """Three renewals: an ordinary one, one while the issuer is away for a fortnight, one by the second issuer."""
    found: dict[str, Any] = {"undeclared_seen_s": await _rogue(stage, host)}
    found["ordinary_left_days"] = await _renewed(stage, host, "a renewal")

    await _until_left(host, LIFE_DAYS / 3 + 1)
    issuers[0].is_down = True
    stage.say(f"The issuer is away, for {DOWN_DAYS} days; there is no other.")
    before = host.live()
    await asyncio.sleep((1 + DOWN_DAYS) * DAY_S)
    found["kept_while_away"] = host.live() == before
    found["left_when_back_days"] = round(host.left_days(), 1)
    issuers[0].is_down = False
    found["after_away_left_days"] = await _renewed(stage, host, "the issuer, back again, to renew", before)

    await _until_left(host, LIFE_DAYS / 3 + 1)
    issuers[0].is_down, issuers[1].is_down = True, False
    stage.say("The issuer is away for good; the second one is there.")
    found["second_left_days"] = await _renewed(stage, host, "the second issuer")
    found["second_issued"] = certificates.state(host.where).issuer == issuers[1].directory
    found["refused_by_issuers"] = sum(one.refused for one in issuers)
    await asyncio.sleep(3)          # visitors meet the last one too
    return found


async def _until_left(host: Host, days: float) -> None:
    await host.site.until(lambda: host.left_days() <= days, (LIFE_DAYS + 10) * DAY_S, "time to pass")


async def _renewed(stage: Stage, host: Host, what: str, before: str | None = None) -> float:
    """Days that were left of the one before when another was served and proven; below zero when it came too late."""
    old = certificates.read(host.where.live)
    before = before or host.live()
    assert old is not None
    try:
        await host.site.until(lambda: host.is_proven(before), max(1.0, old.left_s(datetime.now(UTC))) + 10, what)
    except Broken:
        return -1.0
    left = old.left_s(datetime.now(UTC)) / DAY_S
    stage.say(f"Waited for {what}: served and proven with {left:.1f} days left of the one before.")
    return round(left, 1)


async def _rogue(stage: Stage, host: Host) -> float | None:
    """Somebody serves another certificate for the site's name on this machine: seconds until the site has seen it."""
    pem = stage.folder / "rogue.pem"
    pem.write_bytes(certificates.self_signed([NAME]))
    made = certificates.read(pem)
    assert made is not None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = await asyncio.start_server(lambda _r, w: w.close(), "0.0.0.0", 0, ssl=context)  # noqa: S104
    try:
        seen_s = await host.site.until(lambda: made.fingerprint in host.strange(), SEEN_S + 10, "the census")
    except Broken:
        return None
    finally:
        server.close()
    stage.say(f"A certificate that nobody declared was seen after {seen_s:.1f} s.")
    return round(seen_s, 1)


def _outcome(visitors: Visitors, found: dict[str, Any], first_s: float, *, journal_verifies: bool,
             sabotage: bool) -> Outcome:
    lefts = [found.get(name, 0.0) for name in ("ordinary_left_days", "after_away_left_days", "second_left_days")]
    seen_s = found.get("undeclared_seen_s")
    harm = {
        LAPSED: visitors.lapsed,
        "a visitor's handshake failed": sum(visitors.failed.values()) - visitors.lapsed,
        "a connection that was kept open was dropped": visitors.dropped,
        "not renewed in time": not sabotage and min(lefts) <= 0,
        "an ordinary renewal came late": not sabotage and lefts[0] < LIFE_DAYS / 3 - SLACK_DAYS,
        "the second issuer was not asked": not sabotage and not found["second_issued"],
        f"a certificate that nobody declared was not seen within {SEEN_S:.0f} s":
            not sabotage and (seen_s is None or seen_s > SEEN_S),
        "journal does not verify": not journal_verifies,
    }
    exchanges = len(visitors.shown) - 1
    figures: dict[str, Any] = {
        "handshakes": visitors.handshakes, "failed": sum(visitors.failed.values()), "requests": visitors.requests,
        "kept_open": visitors.kept, "dropped": visitors.dropped, "exchanges": exchanges,
        "least_left_days": min(lefts) if not sabotage else None, "first_s": round(first_s, 1), **found,
        "why_failed": dict(Counter(visitors.failed).most_common(5)), "a_day_is_s": DAY_S,
        "journal_verifies": journal_verifies}
    if sabotage:
        phases = Phases(injected=f"nobody renews; {visitors.handshakes} handshakes",
                        detected=f"by {visitors.lapsed} visitors, who met a certificate that had lapsed")
        return Outcome(harm=tuple(name for name, is_so in harm.items() if is_so), exercised=visitors.handshakes,
                       phases=phases, figures=figures)
    phases = Phases(
        injected=f"the issuer away for {DOWN_DAYS} days and then for good, a certificate that nobody declared; "
                 f"{visitors.handshakes} handshakes, {visitors.kept} connections kept open",
        detected=f"the undeclared one after {seen_s} s; the issuer's absence at each try",
        contained=f"the certificate in use was kept; {figures['failed']} handshakes failed",
        recovered=f"{exchanges} exchanges, with at least {figures['least_left_days']} days left",
        lost=f"{visitors.dropped} connections dropped")
    return Outcome(harm=tuple(name for name, is_so in harm.items() if is_so), exercised=visitors.handshakes,
                   phases=phases, figures=figures)


