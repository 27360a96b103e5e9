"""Watches a Petrel site from another host, as people would find it: names, certificate, pages, posts, backups.

One file that needs nothing but Python 3.11: copy it (`petrel watch copy`), and run it with a settings file:

    python3 watch.py watch.toml              # for ever, once a minute
    python3 watch.py watch.toml --once       # once; exit code 1 when something is wrong

    site = "https://birds.example"
    key = "..."                              # petrel watch key
    state = "/var/lib/petrel-watch"          # a directory of its own
    page = "/var/www/status"                 # where the status page goes; leave out for none
    resolvers = ["1.1.1.1", "9.9.9.9"]       # asked instead of this host's own; leave out for those
    addresses = ["203.0.113.5"]              # what DNS has to say; leave out: whatever it says, as long as all agree
    registered_until = "2027-05-01"          # where the registry does not say (RDAP)
    webhook = ["https://..."]                # told when something begins and ends
    heartbeat = "https://..."                # asked after each round, so that somebody notices when this ends
    [mail]
    server = "relay.example"
    to = ["anna@example.org"]                # also: port, security = "starttls" | "tls" | "none", user, password, from

Who watches the watcher: the site does, by being asked (alert `watcher`), the page shows its time, and the heartbeat.
"""

import argparse
import hmac
import html
import http.client
import ipaddress
import json
import os
import secrets
import smtplib
import socket
import ssl
import struct
import sys
import time
import tomllib
import urllib.error
import urllib.request
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

TIMEOUT_S, DAY_S = 10.0, 86_400.0
CERTIFICATE_DAYS, REGISTRATION_DAYS = 10, 30
BACKUP_S, PROVEN_S, SILENT_S, CLOCK_S = 36 * 3600, 72 * 3600, 180, 30
REPEAT_S = 4 * 3600
CONFIRM = 2
"""Rounds in a row in which something has to be wrong before anybody is told."""
PUBLIC = {"names": "Name", "certificate": "Certificate", "site": "Pages", "posts": "Posting and reading"}
DAYS_SHOWN = 60
KNOWN = {"site", "key", "state", "page", "resolvers", "addresses", "registered_until", "domain", "rdap", "webhook",
         "heartbeat", "mail", "every_s", "ca"}


class Check(NamedTuple):
    """`found`: what was seen. `cure`: what to do, empty when all is well."""

    name: str
    ok: bool
    found: str
    cure: str = ""


class Wrong(Exception):
    """A settings file that cannot be used, or an answer that means nothing."""


def settings(path: Path) -> dict[str, Any]:
    """Errors: Wrong."""
    try:
        found = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError) as e:
        raise Wrong(f"{path}: {e}") from e
    if unknown := found.keys() - KNOWN:
        raise Wrong(f"{path}: nobody knows {', '.join(sorted(unknown))}; there are {', '.join(sorted(KNOWN))}")
    if urlsplit(found.get("site", "")).scheme not in ("http", "https") or not found.get("state"):
        raise Wrong(f'{path}: say at least site = "https://..." and state = "a directory"')
    if found.get("registered_until") and not _day_of(found["registered_until"]):
        raise Wrong(f'{path}: registered_until is a day, such as "2027-05-01"')
    return found


# --- names

def ask_name(resolver: str, name: str, kind: int) -> list[str]:
    """Addresses by one resolver ("1.1.1.1", "127.0.0.1:5353"). `kind`: 1 is A, 28 AAAA. Errors: OSError, Wrong."""
    host, _, port = resolver.partition(":") if resolver.count(":") == 1 else (resolver, "", "")
    number = secrets.randbelow(65536)
    labels = b"".join(bytes([len(part)]) + part for part in name.rstrip(".").encode("idna").split(b"."))
    question = struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", kind, 1)
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.settimeout(TIMEOUT_S / 2)
        wire.connect((host, int(port or 53)))
        wire.send(question)
        answer = wire.recv(4096)
    if len(answer) < len(question) or answer[:2] != question[:2] or answer[12:len(question)] != question[12:]:
        raise Wrong("an answer to something else")
    if (code := answer[3] & 15) not in (0, 3):
        raise Wrong(f"the resolver refuses (code {code})")
    return list(_addresses(answer, len(question), struct.unpack(">H", answer[6:8])[0], kind))


def _addresses(answer: bytes, at: int, count: int, kind: int) -> "list[str]":
    found = []
    try:
        for _ in range(count):
            while answer[at] and answer[at] < 192:
                at += answer[at] + 1
            at += 2 if answer[at] else 1
            what, _, _, length = struct.unpack(">2HIH", answer[at:at + 10])
            at += 10
            if what == kind:
                found.append(str(ipaddress.ip_address(answer[at:at + length])))
            at += length
    except (IndexError, struct.error, ValueError) as e:
        raise Wrong("an answer that cannot be read") from e
    return sorted(found)


def look_at_names(wanted: dict[str, Any]) -> tuple[Check, list[str]]:
    """And the addresses to try."""
    host = str(urlsplit(wanted["site"]).hostname)
    said: dict[str, list[str]] = {}
    for resolver in wanted.get("resolvers", ["this host"]):
        try:
            if resolver == "this host":
                found = sorted({str(one[4][0]) for one in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)})
            else:
                found = sorted(ask_name(resolver, host, 1) + ask_name(resolver, host, 28))
        except (OSError, Wrong, UnicodeError) as e:
            return Check("names", False, f"{resolver} does not say where {host} is: {e}",
                         "See whether the name servers of the domain answer."), _any(said)
        said[resolver] = found
    seen = _any(said)
    told = "; ".join(f"{resolver}: {', '.join(found) or 'nothing'}" for resolver, found in said.items())
    if not seen or not all(said.values()):
        return Check("names", False, told, f"{host} has no address: mend its zone at the name servers."), seen
    if (named := sorted(wanted.get("addresses", []))) and any(found != named for found in said.values()):
        return Check("names", False, f"{told}; it should be {', '.join(named)}",
                     "If nobody of the crew changed it: the domain may be in others' hands. Call the registrar."), named
    if len(set(map(tuple, said.values()))) > 1:
        return Check("names", False, f"they disagree: {told}", "Wait for the time to live of the old entry."), seen
    return Check("names", True, told), seen


def _any(said: dict[str, list[str]]) -> list[str]:
    return next(filter(None, said.values()), [])


# --- asking

class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    took_s: float
    certificate: dict[str, Any]


def ask(wanted: dict[str, Any], addresses: list[str], target: str, headers: dict[str, str]) -> Answer:
    """Of the first address that answers, by the name of the site. Errors: OSError (also ssl), HTTPException."""
    place = urlsplit(wanted["site"])
    host, port = str(place.hostname), place.port or (443 if place.scheme == "https" else 80)
    began, trouble = time.monotonic(), None
    for address in addresses or [host]:
        try:
            wire = socket.create_connection((address, port), TIMEOUT_S)
        except OSError as e:
            trouble = e
            continue
        with wire:
            if place.scheme == "https":
                context = ssl.create_default_context(cafile=wanted.get("ca"))
                wire = context.wrap_socket(wire, server_hostname=host)
            shown = wire.getpeercert() if isinstance(wire, ssl.SSLSocket) else None
            asked = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
            asked.sock = wire
            asked.request("GET", target, headers={"User-Agent": "petrel-watch", "Connection": "close", **headers})
            answer = asked.getresponse()
            body = answer.read(1 << 20)
            return Answer(answer.status, answer.headers, body, time.monotonic() - began, dict(shown or {}))
    raise trouble or OSError("no address")


def look_at_site(wanted: dict[str, Any], addresses: list[str]) -> list[Check]:
    try:
        answer = ask(wanted, addresses, "/health", {})
    except ssl.SSLError as e:
        why = getattr(e, "verify_message", "") or str(e)
        return [Check("certificate", False, why, "petrel certificates show, on the host of the site."),
                Check("site", False, "no trusted connection", "See the certificate.")]
    except (OSError, http.client.HTTPException) as e:
        return [Check("site", False, f"{type(e).__name__}: {e}", "Is the host up? petrel doctor, there.")]
    checks = []
    if answer.certificate:
        left = (ssl.cert_time_to_seconds(answer.certificate["notAfter"]) - time.time()) / DAY_S
        found = f"good for {left:.1f} more days"
        checks.append(Check("certificate", left > CERTIFICATE_DAYS, found,
                            "" if left > CERTIFICATE_DAYS else "It is not being renewed: petrel certificates show."))
    try:
        said = json.loads(answer.body)
        word, age = str(said["status"]), said.get("canary_age_s")
    except (ValueError, KeyError, TypeError):
        return [*checks, Check("site", False, f"answers {answer.status}, and not as a Petrel would",
                               "See what stands in front of it.")]
    checks.append(Check("site", True, f"answers in {answer.took_s * 1000:.0f} ms"))
    well = word in ("ok", "starting")
    checks.append(Check("posts", well, f"{word}; a post came through {age} s ago" if age is not None else word,
                        "" if well else "Posts do not get through, or nobody watches there: petrel doctor."))
    return checks


def look_inside(wanted: dict[str, Any], addresses: list[str]) -> list[Check]:
    """What only the crew is told: signed both ways."""
    key, nonce, at = wanted.get("key", ""), secrets.token_hex(16), str(int(time.time()))
    if not key:
        return [Check("inside", False, "no key", 'Print one there with `petrel watch key`, and set key = "...".')]
    try:
        shown = {"X-Petrel-Watch": signed(key, b"ask", nonce.encode(), at.encode())}
        answer = ask(wanted, addresses, f"/health/crew?nonce={nonce}&at={at}", shown)
        told = str(answer.headers.get("x-petrel-signature", ""))
        if not hmac.compare_digest(told, signed(key, b"answer", nonce.encode(), answer.body)):
            raise Wrong("it is not signed: another key, a clock that is off by minutes, or somebody in between")
        said = json.loads(answer.body)
    except (OSError, http.client.HTTPException, ValueError, Wrong) as e:
        return [Check("inside", False, str(e), "petrel watch key; date -u, on both hosts.")]
    measures = {name: value for name, target, value in said["measures"] if not target}
    return [_clock(said["at"]), _silence(said), _backup(measures), _alerts(measures)]


def signed(key: str, *parts: bytes) -> str:
    return hmac.digest(bytes.fromhex(key), b"\n".join(parts), "sha256").hex()


def _clock(at_s: int) -> Check:
    off = at_s - time.time()
    return Check("clock", abs(off) < CLOCK_S, f"{off:+.0f} s from this host's",
                 "" if abs(off) < CLOCK_S else "Keep both with NTP: timedatectl.")


def _silence(said: dict[str, Any]) -> Check:
    age = said["measured_age_s"]
    ok = age is not None and age < SILENT_S
    return Check("inside", ok, "nobody has ever measured" if age is None else f"measured {age:.0f} s ago",
                 "" if ok else "Its brain does not run, and tells of nothing: petrel restart brain, there.")


def _backup(measures: dict[str, float]) -> Check:
    age, proven = measures.get("backup_age_seconds"), measures.get("backup_proven_age_seconds")
    if age is None:
        return Check("backup", False, "there is none", "petrel backups, there; handbook: restore.")
    found = f"newest {age / 3600:.1f} h old, " + ("never proven" if proven is None else
                                                  f"proven by a restore {proven / 3600:.1f} h ago")
    ok = age < BACKUP_S and proven is not None and proven < PROVEN_S
    return Check("backup", ok, found, "" if ok else "petrel doctor, there, names the target and what it said.")


def _alerts(measures: dict[str, float]) -> Check:
    firing = int(measures.get("alerts_firing", 0))
    return Check("alerts", not firing, f"{firing} stand" if firing else "none stands",
                 "petrel alerts list, there." if firing else "")


# --- registration

def look_at_registration(wanted: dict[str, Any], state: dict[str, Any]) -> Check:
    """The registry is asked once a day; in between what it said counts."""
    kept = state.setdefault("registration", {"asked": 0.0, "until": ""})
    if time.time() - kept["asked"] > DAY_S:
        kept["asked"] = time.time()
        kept["until"] = _registered_until(wanted) or kept["until"]
    until = _day_of(wanted.get("registered_until") or kept["until"])
    if not until:
        return Check("registration", True, 'the registry does not say; set registered_until = "YYYY-MM-DD"')
    left = (until - datetime.now(UTC).date()).days
    return Check("registration", left > REGISTRATION_DAYS, f"paid until {until}, {left} days",
                 "" if left > REGISTRATION_DAYS else "Renew the domain at its registrar now: its name is for ever.")


def _day_of(said: object) -> date | None:
    """None for what is no day, as registries write many a thing there."""
    try:
        return date.fromisoformat(str(said)[:10])
    except ValueError:
        return None


def _registered_until(wanted: dict[str, Any]) -> str:
    labels = str(wanted.get("domain") or urlsplit(wanted["site"]).hostname).split(".")
    for n in range(len(labels) - 1):
        place = wanted.get("rdap", "https://rdap.org/domain/") + ".".join(labels[n:])
        try:
            with urllib.request.urlopen(place, timeout=TIMEOUT_S) as answer:  # noqa: S310 (the operator's own)
                events = json.load(answer).get("events", [])
            return next((str(e["eventDate"]) for e in events if e.get("eventAction") == "expiration"), "")
        except urllib.error.HTTPError:
            continue
        except (OSError, ValueError, KeyError, AttributeError):
            return ""
    return ""


# --- remembering and telling

def remember(state: dict[str, Any], checks: list[Check], now_s: float) -> list[tuple[str, Check]]:
    """Counts, and what is to be told: ("begins" | "goes on" | "has ended", check)."""
    told = []
    today = state.setdefault("days", {}).setdefault(datetime.fromtimestamp(now_s, UTC).date().isoformat(), [0, 0])
    today[0] += all(c.ok for c in checks if c.name in ("site", "posts"))
    today[1] += 1
    state["days"] = dict(sorted(state["days"].items())[-DAYS_SHOWN:])
    wrong = state.setdefault("wrong", {})
    for check in checks:
        one = wrong.get(check.name)
        if check.ok and one is not None:
            del wrong[check.name]
            if one["told"]:
                told.append(("has ended", check))
                state["past"] = [[check.name, one["since"], now_s, one["found"]], *state.get("past", [])][:50]
        elif not check.ok:
            one = wrong.setdefault(check.name, {"since": now_s, "rounds": 0, "told": 0.0})
            one |= {"rounds": one["rounds"] + 1, "found": check.found}
            if one["rounds"] >= CONFIRM and now_s - one["told"] >= REPEAT_S:
                told.append(("goes on" if one["told"] else "begins", check))
                one["told"] = now_s
    return told


def tell(wanted: dict[str, Any], told: list[tuple[str, Check]]) -> list[str]:
    """One message for all of it; returns what could not be told."""
    host = urlsplit(wanted["site"]).hostname
    subject = f"[{host}] {', '.join(f'{check.name} {what}' for what, check in told)}"
    text = "\n\n".join(f"{check.name} {what}: {check.found}" + (f"\nWhat to do: {check.cure}" if check.cure else "")
                       for what, check in told)
    failed = []
    for address in wanted.get("webhook", []):
        body = json.dumps({"text": f"{subject}\n{text}", "site": host}).encode()
        asked = urllib.request.Request(address, body, {"Content-Type": "application/json"})  # noqa: S310
        try:
            urllib.request.urlopen(asked, timeout=TIMEOUT_S).close()  # noqa: S310
        except (OSError, ValueError) as e:
            failed.append(f"webhook: {getattr(e, 'code', None) or getattr(e, 'reason', None) or type(e).__name__}")
    if mail := wanted.get("mail"):
        try:
            _send(mail, subject, text)
        except (OSError, smtplib.SMTPException) as e:
            failed.append(f"mail: {e}")
    return failed


def _send(mail: dict[str, Any], subject: str, text: str) -> None:
    letter = EmailMessage()
    letter["Subject"], letter["To"] = subject, ", ".join(mail["to"])
    letter["From"] = mail.get("from") or f"petrel-watch@{socket.getfqdn()}"
    letter.set_content(text)
    security = mail.get("security", "starttls")
    port = mail.get("port", {"tls": 465, "starttls": 587, "none": 25}[security])
    context = ssl.create_default_context()
    kind = smtplib.SMTP_SSL if security == "tls" else smtplib.SMTP
    more: dict[str, Any] = {"context": context} if security == "tls" else {}
    with kind(mail["server"], port, timeout=TIMEOUT_S, **more) as post:
        if security == "starttls":
            post.starttls(context=context)
        if mail.get("user"):
            post.login(mail["user"], mail["password"])
        post.send_message(letter)


# --- the page

STYLE = """body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;color:#1c2733;
background:#fff}h1{font-size:1.6rem}li{margin:.4rem 0}ul{padding:0;list-style:none}.days{display:flex;gap:2px}
.days li{flex:1;height:2rem;margin:0;background:#1d7a46}.days .bad{background:#b3261e}.days .none{background:#c9d1d9}
.state{font-weight:600}.wrong{color:#b3261e}@media(prefers-color-scheme:dark){body{background:#11181f;color:#e6edf3}
.wrong{color:#ff8a80}}"""


def page(wanted: dict[str, Any], checks: list[Check], state: dict[str, Any], now_s: float) -> str:
    """What everybody may know; nothing of backups and the like."""
    host = html.escape(str(urlsplit(wanted["site"]).hostname))
    shown = {c.name: c for c in checks if c.name in PUBLIC}
    down = [name for name in shown if state["wrong"].get(name, {}).get("told")]
    headline = "Something is wrong" if down else "All is well"
    # A check that did not run is not known: what it needs did not answer.
    lines = "".join(f'<li>{PUBLIC[name]}: <span class="state{" wrong" if name in down else ""}">'
                    f'{"not working" if name in down else "works" if name in shown else "not known"}</span></li>'
                    for name in PUBLIC)
    days = "".join(_day(day, *counts) for day, counts in state["days"].items())
    past = "".join(f"<li>{_time(since)} to {_time(until)}: {PUBLIC[name]}</li>"
                   for name, since, until, _ in state.get("past", []) if name in PUBLIC)
    return (f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f'<meta http-equiv="refresh" content="60"><title>{headline}: {host}</title><style>{STYLE}</style>'
            f'<main><h1>{headline}</h1><p><a href="{html.escape(wanted["site"])}">{host}</a>, looked at from another '
            f'place at <time>{_time(now_s)}</time>. If that is long ago, whoever looks is away.</p><ul>{lines}</ul>'
            f'<h2>The last days</h2><ul class="days">{days}</ul>'
            f'<h2>What was</h2><ul>{past or "<li>Nothing is noted.</li>"}</ul></main></html>')


def _day(day: str, good: int, asked: int) -> str:
    share = good / asked if asked else 0
    kind = "none" if not asked else "bad" if share < 0.995 else ""
    said = f"{day}: worked {share:.2%} of the time"
    return f'<li class="{kind}" title="{said}" aria-label="{said}"></li>'


def _time(at_s: float) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M} UTC"


def write(path: Path, text: str) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text)
    fresh.replace(path)


# --- a round

def look(wanted: dict[str, Any]) -> list[Check]:
    """One round: looks, remembers, tells, writes the page."""
    place = Path(wanted["state"]) / "state.json"
    try:
        state = json.loads(place.read_text())
    except (OSError, ValueError):
        state = {}
    names, addresses = look_at_names(wanted)
    checks = [names, *look_at_site(wanted, addresses)]
    checks += look_inside(wanted, addresses) if checks[-1].name == "posts" else []
    checks.append(look_at_registration(wanted, state))
    now_s = time.time()
    if told := remember(state, checks, now_s):
        for failed in tell(wanted, told):
            print(f"not told: {failed}", file=sys.stderr, flush=True)
    write(place, json.dumps(state))
    if wanted.get("page"):
        folder = Path(wanted["page"])
        write(folder / "index.html", page(wanted, checks, state, now_s))
        public = [{"name": c.name, "ok": c.ok} for c in checks if c.name in PUBLIC]
        write(folder / "status.json", json.dumps({"at": int(now_s), "checks": public}))
    if wanted.get("heartbeat"):
        try:
            urllib.request.urlopen(wanted["heartbeat"], timeout=TIMEOUT_S).close()  # noqa: S310
        except (OSError, ValueError) as e:
            print(f"heartbeat: {type(e).__name__}", file=sys.stderr, flush=True)
    return checks


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("settings", type=Path)
    parser.add_argument("--once", action="store_true", help="look once; exit code 1 when something is wrong")
    given = parser.parse_args(arguments)
    try:
        wanted = settings(given.settings)
    except Wrong as e:
        print(e, file=sys.stderr)
        return 2
    while True:
        began = time.monotonic()
        try:
            checks = look(wanted)
        except Exception as e:                  # whatever it is, the next round looks again
            checks = [Check("watch", False, f"cannot look: {type(e).__name__}: {e}", "See this watcher's settings.")]
        for check in checks:
            if given.once or not check.ok:
                print(f"{'ok ' if check.ok else 'BAD'} {check.name}: {check.found}"
                      + (f"\n      {check.cure}" if check.cure else ""), flush=True)
        if given.once:
            return 0 if all(check.ok for check in checks) else 1
        time.sleep(max(1.0, float(wanted.get("every_s", 60)) - (time.monotonic() - began)))


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
