"""What has to be right before anything is changed, each with its cure. Looks only."""

import ipaddress
import shutil
from pathlib import Path

from petrel.core.amounts import lasting, size
from petrel.ops.doctor import Check
from petrel.ops.setup.domains import shown
from petrel.ops.setup.machine import Machine
from petrel.ops.setup.shapes import USER, Answers, Layout

GIB = 1 << 30
ROOM_LEAST_BYTES = 5 * GIB
MEMORY_LEAST_BYTES = 900 << 20
CLOCK_MOST_S = 300
"""A certificate authority refuses what is signed at another time; a sign-in code runs out meanwhile."""


def examine(answers: Answers, layout: Layout, machine: Machine, issuer: str) -> list[Check]:
    """In the order in which one would mend them. Asks the DNS and, for certificates of our own, the
    `issuer` at this address."""
    checks = [_root(layout, machine)]
    if layout.is_system:
        checks.append(_program(machine))
    checks += [_room(layout.data), _memory(machine)]
    if answers.domain and answers.https != "off":
        checks.append(_dns(answers, machine))
    if answers.https == "own" and answers.domain:
        checks += [_port(port, layout, machine) for port in (443, 80)]
        checks.append(_clock(machine, issuer))
    if answers.https == "proxy":
        checks.append(_proxies(answers.proxies))
    return checks


def _root(layout: Layout, machine: Machine) -> Check:
    if layout.is_system and not machine.is_root:
        return _bad("root", "you are not root", "Making a user and units takes root: sudo petrel init ... "
                    "To have everything in one directory of your own instead, and start it by hand: --data DIR")
    return Check("root", True, "yes" if layout.is_system else f"not needed: everything goes into {layout.data}")


def _program(machine: Machine) -> Check:
    place = machine.program
    if not place.exists():
        return _bad("program", f"{place} is missing", "Run `make setup` where you put Petrel, and start it from there.")
    for one in (place, place.resolve(), machine.python):
        if str(one).startswith(machine.hidden):
            return _bad("program", f"{one} is where services may not look",
                        "Put Petrel into /opt/petrel, run `make setup` there with the system's Python, and start it "
                        "from there.")
    if closed := [*machine.closed_on_the_way(place), *machine.closed_on_the_way(machine.python)]:
        return _bad("program", f"the user {USER} may not enter {closed[0]}", f"chmod o+rx {closed[0]}")
    return Check("program", True, str(place))


def _room(data: Path) -> Check:
    place = next(one for one in (data, *data.parents) if one.exists())
    free_bytes = shutil.disk_usage(place).free
    found = f"{size(free_bytes)} free in {place}"
    if free_bytes < ROOM_LEAST_BYTES:
        return _bad("disk", found, f"A site begins with {ROOM_LEAST_BYTES // GIB} GiB free; make room, or give a "
                    "larger disk to the machine.")
    return Check("disk", True, found)


def _memory(machine: Machine) -> Check:
    total_bytes = machine.memory_bytes()
    found = size(total_bytes)
    if total_bytes < MEMORY_LEAST_BYTES:
        return _bad("memory", found, "Take a machine with at least 1 GiB; 2 for some thousand people.")
    return Check("memory", True, found)


def _dns(answers: Answers, machine: Machine) -> Check:
    """Behind a proxy the name leads to the proxy; there it only has to exist."""
    domain, found, own = answers.domain, machine.addresses_of(answers.domain), machine.own_addresses()
    public = {one for one in own if _is_public(one)}
    here = ", ".join(sorted(public)) or "the public address of this machine"
    records = " and ".join(f"{domain} {'AAAA' if ':' in one else 'A'} {one}" for one in sorted(public)) or \
        f"{domain} A {here}"
    if not found:
        return _bad("dns", f"{shown(domain)} has no address in the DNS",
                    f"Where you registered the name, make the record {records}. It takes minutes, at times hours, "
                    "until everybody sees it. Then run the same command again.")
    said = ", ".join(sorted(found))
    if answers.https == "own" and public and not found & own:
        return _bad("dns", f"{shown(domain)} leads to {said}, and this machine is {here}",
                    f"Make the record {records}, or, when a proxy of yours stands there: --https proxy --proxy ADDRESS")
    if answers.https == "own" and (wrong := [one for one in found - own if ":" in one and public]):
        return _bad("dns", f"{shown(domain)} leads here, and also to {', '.join(wrong)}, which is not this machine",
                    "Correct or remove that AAAA record: certificate authorities and half of all people go there.")
    return Check("dns", True, f"{shown(domain)} leads to {said}")


def _port(port: int, layout: Layout, machine: Machine) -> Check:
    holder = machine.holder_of(port)
    if holder is None:
        return Check(f"port {port}", True, "free")
    if machine.is_of(port, layout.data):
        return Check(f"port {port}", True, f"{holder} holds it for this site")
    return _bad(f"port {port}", f"{holder} has it",
                f"When you do not need {holder}: systemctl disable --now {holder}. When it is to stand in front of "
                "Petrel: --https proxy")


def _clock(machine: Machine, issuer: str) -> Check:
    ahead_s = machine.ahead_s(issuer)
    if ahead_s is None:
        return _bad("issuer", f"{issuer} does not answer: no certificate can be had",
                    "This machine has to reach the web by HTTPS: look at its firewall and /etc/resolv.conf. Does the "
                    "issuer have a bad day? Go on, the site obtains its certificate later: --despite issuer")
    if abs(ahead_s) > CLOCK_MOST_S:
        how = "ahead" if ahead_s > 0 else "behind"
        return _bad("clock", f"this machine's clock is {lasting(abs(ahead_s))} {how}",
                    "timedatectl set-ntp true (or install chrony), and wait a minute. No certificate can be had "
                    "meanwhile.")
    return Check("clock", True, "right")


def _proxies(text: str) -> Check:
    for one in filter(None, map(str.strip, text.split(","))):
        try:
            network = ipaddress.ip_network(one, strict=False)
        except ValueError:
            return _bad("proxy", f"{one} is no address or network", "Give numbers: --proxy 192.0.2.7 or 10.0.0.0/8")
        if network.prefixlen == 0:
            return _bad("proxy", f"{one} is everybody", "Who is believed can pretend to be anybody: name your proxy.")
    return Check("proxy", True, f"{text} may say who asks")


def _is_public(address: str) -> bool:
    return ipaddress.ip_address(address).is_global


def _bad(name: str, found: str, cure: str) -> Check:
    return Check(name, False, found, cure)
