"""Checks of the site as others reach it: by its public name, over the network, through whatever stands in front."""

import http.client
import ipaddress
import json
import secrets
import ssl
import time
from urllib.parse import quote, urlsplit

from petrel import watch
from petrel.ops.doctor.shapes import Check, Outside, bad, fine

FORGED = "203.0.113.77"
"""An address of nobody. source: RFC 5737."""

DAYS_LEFT = 10
GONE = (OSError, http.client.HTTPException)


def check_reached(known: Outside, addresses: list[str]) -> list[Check]:
    """Blocking: for a thread. `addresses`: what DNS says. Each is tried, since people are given any of them."""
    wanted, place = {"site": known.address}, urlsplit(known.address)
    answers: dict[str, watch.Answer] = {}
    problems: dict[str, Exception] = {}
    for address in addresses:
        try:
            answers[address] = watch.ask(wanted, [address], "/health", {})
        except GONE as e:
            problems[address] = e
    checks = [_reach(problems, answers, place.port or (443 if place.scheme == "https" else 80))]
    if place.scheme == "https":
        checks += [_certificate(problems, answers), _plain(str(place.hostname), addresses)]
    if not answers:
        return checks
    first = [next(iter(answers))]
    return [*checks, _front(known, first), _finger(known, first)]


def _reach(problems: dict[str, Exception], answers: dict[str, watch.Answer], port: int) -> Check:
    failed = {address: e for address, e in problems.items() if not isinstance(e, ssl.SSLError)}
    if failed:
        told = "; ".join(f"{address} port {port}: {e}" for address, e in failed.items())
        cure = f"Let port {port} through every firewall and router, or take that address out of DNS."
        if not answers:
            cure = (f"Is the site up, and port {port} let through firewall and router to it? Where it is up and says "
                    "nothing: `petrel restart web`.")
        return bad("reached", told, cure)
    took_ms = max((one.took_s for one in answers.values()), default=0.0) * 1000
    return fine("reached", f"at {', '.join([*answers, *problems])} in {took_ms:.0f} ms")


def _certificate(problems: dict[str, Exception], answers: dict[str, watch.Answer]) -> Check:
    for address, e in problems.items():
        if isinstance(e, ssl.SSLError):
            why = getattr(e, "verify_message", "") or e.reason or str(e)
            return bad("certificate", f"{address}: {why}",
                       "`petrel certificates show` says what is served and when it is renewed; behind a proxy it is "
                       "the proxy's: serve the whole chain, for this name.")
    if not answers:
        return bad("certificate", "nothing answers", "See above.")
    left = min((ssl.cert_time_to_seconds(str(one.certificate["notAfter"])) - time.time()) / 86_400
               for one in answers.values())
    if left < DAYS_LEFT:
        return bad("certificate", f"ends in {left:.1f} days", "It is not being renewed: `petrel certificates show`.")
    return fine("certificate", f"trusted, good for {left:.0f} more days")


def _plain(host: str, addresses: list[str]) -> Check:
    """Port 80 should lead to the safe address, and to nothing else."""
    try:
        answer = watch.ask({"site": f"http://{host}"}, addresses, "/", {})
    except GONE:
        return fine("plain address", "port 80 is shut: whoever types http:// gets nothing, which is safe")
    if answer.status in (301, 302, 307, 308) and str(answer.headers.get("location", "")).startswith("https://"):
        return fine("plain address", "leads to the safe one")
    return bad("plain address", f"http://{host}/ answers {answer.status} instead of leading to https",
               "Set http_port = 80, or have the proxy redirect: passwords could be read on the way.")


def _front(known: Outside, addresses: list[str]) -> Check:
    """Asks with a forged address, as anybody may: whom does the site take us for?"""
    nonce, at = secrets.token_hex(16), str(int(time.time()))
    if not known.watch_key:
        return bad("proxy headers", "the site's key cannot be asked for", "Start the site, then examine again.")
    sign = watch.signed(known.watch_key, b"ask", nonce.encode(), at.encode())
    try:
        answer = watch.ask({"site": known.address}, addresses, f"/health/crew?nonce={nonce}&at={at}",
                           {"X-Petrel-Watch": sign, "X-Forwarded-For": FORGED})
    except GONE as e:
        return bad("proxy headers", str(e), "Examine again in a moment.")
    wanted = watch.signed(known.watch_key, b"answer", nonce.encode(), answer.body)
    if str(answer.headers.get("x-petrel-signature", "")) != wanted:
        return bad("proxy headers", f"what answers at {addresses[0]} is not this site (status {answer.status})",
                   "Another server has that address, or a proxy answers by itself or drops headers: it has to hand on "
                   "every path and X-Petrel-Watch.")
    said = json.loads(answer.body)
    return _judge(str(said["seen_as"]), str(said["forwarded"]))


def _judge(seen: str, forwarded: str) -> Check:
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    if seen == FORGED:
        return bad("proxy headers", "the site believes whatever address people claim: limits and blocks are void",
                   "The proxy in front must add the address of its caller to X-Forwarded-For (nginx: proxy_set_header "
                   "X-Forwarded-For $proxy_add_x_forwarded_for), and trusted_proxies name that proxy alone.")
    if hops and hops != [FORGED] and seen not in hops:
        return bad("proxy headers", f"a proxy at {seen} says who calls, and is not trusted: everybody behind it shares "
                   "one limit", f"petrel settings set trusted_proxies {seen}")
    if not hops and _is_local(seen):
        return bad("proxy headers", f"a proxy at {seen} does not say who calls: everybody behind it shares one limit",
                   "nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; then trusted_proxies.")
    return fine("proxy headers", "a forged address is not believed")


def _is_local(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_private
    except ValueError:
        return True


def _finger(known: Outside, addresses: list[str]) -> Check:
    """Whether other servers can find somebody of ours by name."""
    if not known.handle:
        return fine("federation identity", "nobody of ours to be asked for yet")
    name = f"acct:{known.handle}@{known.address.partition('://')[2]}"
    cure = "Hand /.well-known/ on to Petrel, all of it: without that other servers find nobody of ours."
    try:
        answer = watch.ask({"site": known.address}, addresses, f"/.well-known/webfinger?resource={quote(name)}", {})
        subject = json.loads(answer.body).get("subject", "") if answer.status == 200 else ""
    except (*GONE, ValueError, AttributeError) as e:
        return bad("federation identity", f"WebFinger of {name}: {e}", cure)
    if answer.status != 200:
        return bad("federation identity", f"WebFinger of {name} answers {answer.status}", cure)
    if subject != name:
        return bad("federation identity", f"WebFinger of {name} says that it is {subject or 'nobody'}",
                   "base_url and the name in front of the proxy differ; base_url is for ever, so mend the proxy.")
    return fine("federation identity", f"{name} is found")
