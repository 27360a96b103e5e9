"""Which names a site can have for ever. Pure.

source: RFC 1035 section 2.3.4 (lengths), RFC 1123 section 2.1 (letters), RFC 6761, 6762, 7686, 8375 and 9476 (names
that the public DNS never has), RFC 5891 (names in other scripts).
"""

import ipaddress
import re

import idna

from petrel.ops.setup.shapes import CannotWork

NEVER_PUBLIC = frozenset((
    "localhost", "local", "test", "invalid", "example", "onion", "internal", "lan", "home", "corp", "mail", "intranet",
    "private", "alt", "arpa", "localdomain"))
EXAMPLES = frozenset(("example.com", "example.net", "example.org"))
_label = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def proper(typed: str, *, try_out: bool = False) -> str:
    """The name in lower-case ASCII. While trying out, names that only this network knows will do.

    Errors: CannotWork, saying what to give instead.
    """
    name = typed.strip().rstrip(".")
    if "/" in name:
        host = name.partition("://")[2] if "://" in name else name
        raise CannotWork(f"{typed} is an address. Give the name alone: petrel init {host.split('/')[0] or 'DOMAIN'}")
    if "@" in name:
        raise CannotWork(f"{typed} is a mail address. Give the name alone: petrel init {name.partition('@')[2]}")
    _refuse_addresses(name)
    if ":" in name:
        raise CannotWork(f"{typed} has a port in it. People and other servers use 443, so give the name alone: "
                         f"petrel init {name.partition(':')[0]}")
    try:
        ascii_name = idna.encode(name, uts46=True).decode().lower() if name else ""
    except idna.IDNAError as e:
        raise CannotWork(f"{typed} cannot be a domain name: {e}") from e
    labels = ascii_name.split(".")
    if not ascii_name or len(ascii_name) > 253 or not all(_label.fullmatch(label) for label in labels):
        raise CannotWork(f"{typed or 'Nothing'} cannot be a domain name: it has letters, digits and - between dots, at "
                         "most 63 in a part and 253 in all. Example: social.your-name.org")
    if not try_out:
        _refuse_private(ascii_name, labels)
    return ascii_name


def is_public(name: str) -> bool:
    """Whether the public DNS can have it at all."""
    labels = name.split(".")
    return not (len(labels) == 1 or labels[-1] in NEVER_PUBLIC or ".".join(labels[-2:]) in EXAMPLES)


def shown(name: str) -> str:
    """The name as people read it: in its own script, where it has one."""
    try:
        return idna.decode(name)
    except idna.IDNAError:
        return name


def _refuse_addresses(name: str) -> None:
    bare = name.strip("[]")
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        return
    raise CannotWork(f"{name} is the number of a machine. Posts carry the site's name for ever, and machines change: "
                     "get a domain name and give that")


def _refuse_private(name: str, labels: list[str]) -> None:
    if not is_public(name):
        raise CannotWork(f"Nobody on the internet can reach {name}: names like this are never in the public DNS. Get a "
                         f"domain name of your own, or try Petrel out first: petrel init {name} --try-out")
    if labels[-1].isdigit():
        raise CannotWork(f"{name} ends in a number, which no domain name does")
