"""Checks of names: what DNS says of the site, and of its mail. Asks the machine's resolvers, or those it is told."""

import ipaddress
import socket
from collections.abc import Sequence

import psutil  # type: ignore[import-untyped]

from petrel.ops.doctor.shapes import Check, Letters, bad, fine

LIFETIME_S = 5.0
ISSUERS = ("letsencrypt.org", "zerossl.com", "sectigo.com", "buypass.com", "pki.goog", "ssl.com")
LOCAL = ("localhost", "127.0.0.1", "::1")


class Unsaid(Exception):
    """No resolver answered."""


class Names:
    """Blocking: for a thread. `servers`: "1.1.1.1" or "127.0.0.1:5353"; none: the machine's own."""

    def __init__(self, servers: Sequence[str] = ()) -> None:
        import dns.resolver

        self._by = dns.resolver.Resolver(configure=not servers)
        if servers:
            # An address of IPv6 has more colons, and no port here.
            parted = [one.split(":") if one.count(":") == 1 else [one, "53"] for one in servers]
            self._by.nameservers = [host for host, _ in parted]
            self._by.port = int(parted[0][1])
        self._by.lifetime = LIFETIME_S

    def ask(self, name: str, kind: str) -> list[str]:
        """Records as text; none where there are none. Errors: Unsaid."""
        import dns.exception
        import dns.resolver

        try:
            found = self._by.resolve(name, kind, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as e:
            raise Unsaid(f"{name} {kind}: {e}") from e
        if kind == "TXT":
            return [b"".join(one.strings).decode("utf-8", "replace") for one in found]
        return sorted(one.to_text().rstrip(".") for one in found)

    def addresses(self, name: str) -> list[str]:
        return self.ask(name, "A") + self.ask(name, "AAAA")

    def name_of(self, address: str) -> list[str]:
        return self.ask(ipaddress.ip_address(address).reverse_pointer, "PTR")


def check_names(by: Names, host: str) -> tuple[Check, list[str]]:
    """And the addresses that the site is reached at."""
    try:
        found = by.addresses(host)
    except Unsaid as e:
        return bad("names", f"no resolver answers: {e}", "See /etc/resolv.conf, and whether the network is up."), []
    if not found:
        return bad("names", f"{host} has no address",
                   f"At whoever keeps the domain's zone, add: {host} A {_own() or 'the address of this machine'}"), []
    private = [one for one in found if ipaddress.ip_address(one).is_private and not _is_own(one)]
    if private:
        return bad("names", f"{host} is {', '.join(found)}, which nobody outside can reach",
                   "Put the public address into DNS: that of this machine, or of the router or proxy in front."), found
    away = "" if any(map(_is_own, found)) else "; not of this machine, so of a router or proxy in front of it"
    return fine("names", f"{host} is {', '.join(found)}{away}"), found


def check_issuers(by: Names, host: str) -> Check:
    """source: RFC 8659: the nearest CAA record up the tree decides who may issue."""
    labels = host.split(".")
    try:
        for n in range(len(labels) - 1):
            if found := by.ask(".".join(labels[n:]), "CAA"):
                allowed = [text.split('"')[1].partition(";")[0].strip() for text in found if " issue " in f" {text} "]
                if allowed and not set(allowed) & set(ISSUERS):
                    return bad("issuers", f"CAA of {'.'.join(labels[n:])} lets only {', '.join(allowed)} issue",
                               f'Add to that zone: {".".join(labels[n:])} CAA 0 issue "letsencrypt.org"')
                return fine("issuers", f"CAA allows {', '.join(allowed) or 'everybody'}")
    except Unsaid as e:
        return bad("issuers", f"no resolver answers: {e}",
                   "Some name servers drop what they do not know: certificates are then refused. Change them.")
    return fine("issuers", "no CAA record stands in the way of a certificate")


def check_letters(by: Names, letters: Letters) -> list[Check]:
    """SPF, DKIM and DMARC of the domain that mail comes from, and the way back to it."""
    domain = letters.sender.rpartition("@")[2]
    try:
        return [_spf(by, domain), _dkim(by, letters), _dmarc(by, domain), _bounces(by, domain),
                _reverse(by, letters.server)]
    except Unsaid as e:
        return [bad("mail names", f"no resolver answers: {e}", "Examine again; see `petrel mail dns`.")]


def _spf(by: Names, domain: str) -> Check:
    found = [text for text in by.ask(domain, "TXT") if text.lower().startswith("v=spf1")]
    cure = "`petrel mail dns` says what belongs there."
    if len(found) != 1:
        return bad("mail SPF", f"{domain} has {len(found) or 'no'} SPF record{'s' if len(found) > 1 else ''}",
                   cure + " Exactly one: several count as none.")
    last = found[0].split()[-1].lower()
    if last in ("+all", "all", "?all"):
        return bad("mail SPF", f'"{found[0]}" lets everybody write in your name', cure + ' It ends in "-all".')
    return fine("mail SPF", found[0])


def _dkim(by: Names, letters: Letters) -> Check:
    if not letters.dkim_name:
        return bad("mail DKIM", "the site's key cannot be asked for", "Start the site, then examine again.")
    found = "".join(by.ask(letters.dkim_name, "TXT"))
    wanted = letters.dkim_text.partition("p=")[2]
    if not found:
        return bad("mail DKIM", f"{letters.dkim_name} has no record", "`petrel mail dns` says what belongs there.")
    if "".join(found.partition("p=")[2].split()).partition(";")[0] != wanted:
        return bad("mail DKIM", f"{letters.dkim_name} holds another key than ours",
                   "Every letter is refused or counted as forged: put there what `petrel mail dns` says.")
    return fine("mail DKIM", f"{letters.dkim_name} holds our key")


def _dmarc(by: Names, domain: str) -> Check:
    labels = domain.split(".")
    for n in range(len(labels) - 1):
        name = "_dmarc." + ".".join(labels[n:])
        if found := [text for text in by.ask(name, "TXT") if text.upper().startswith("V=DMARC1")]:
            return fine("mail DMARC", found[0])
    return bad("mail DMARC", f"_dmarc.{domain} has no record",
               "Large providers refuse mail without one: `petrel mail dns` says what belongs there.")


def _bounces(by: Names, domain: str) -> Check:
    found = by.ask(domain, "MX") or by.addresses(domain)
    if not found:
        return bad("mail bounces", f"{domain} has neither MX nor address: what comes back arrives nowhere",
                   f"Add an MX record for {domain}, whose server hands bounces to `petrel mail bounce`.")
    return fine("mail bounces", f"come back to {', '.join(found)}")


def _reverse(by: Names, server: str) -> Check:
    """Of whoever hands the letters on: this machine where that is local, else the relay."""
    ours = server in LOCAL
    addresses = [one for one in _public_own() if one] if ours else by.addresses(server)
    if not addresses:
        return fine("mail reverse name", f"{server}: no public address to be asked for")
    missing = []
    for address in addresses:
        try:
            leads_back = any(address in by.addresses(name) for name in by.name_of(address))
        except Unsaid:
            leads_back = False
        if not leads_back:
            missing.append(address)
    if missing and ours:
        return bad("mail reverse name", f"{', '.join(missing)} has no name that leads back to it",
                   "Set the reverse name (PTR) at whoever gave you the address, to this machine's; or use a relay.")
    told = f"of {server} " + (f"is not whole ({', '.join(missing)}): its operator's" if missing else "leads back")
    return fine("mail reverse name", told)


def _own_addresses() -> list[str]:
    return [one.address.partition("%")[0] for found in psutil.net_if_addrs().values() for one in found
            if one.family in (socket.AF_INET, socket.AF_INET6)]


def _public_own() -> list[str]:
    return [one for one in _own_addresses() if ipaddress.ip_address(one).is_global]


def _own() -> str:
    return next((one for one in _public_own()), "")


def _is_own(address: str) -> bool:
    return address in _own_addresses()
