"""Blocks, purely: how names are written, how lists of them are read, and what a list would change."""

import csv
import hashlib
import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal, get_args

from msgspec import Struct

from petrel.core.errors import Invalid
from petrel.core.text import handles

BlockKind = Literal["server", "mail", "network", "mailbox"]
BLOCK_KINDS: tuple[BlockKind, ...] = get_args(BlockKind)      # the journal has their places in it
SEALED_NAMES = ("network", "mailbox")
LEVELS: dict[BlockKind, dict[str, int]] = {
    "server": {"noop": 0, "silence": 1, "suspend": 2},
    "mail": {"block": 1},
    "network": {"sign_up_requires_approval": 1, "sign_up_block": 2},
    "mailbox": {"block": 1},
}
"""Words of the client API, and how strict they are. `noop` of a server: only what is named beside it is refused."""

HASH = re.compile("[0-9a-fA-F]{64}")
SIX = 1000                  # width of an IPv6 network: 1000 more than its bits
LEAST_WIDTH = {4: 8, 6: 19}     # nobody shuts out more than a /8, or half of what a registry hands out, by a slip
COMMENT_LENGTH = 1_000
MOST_LINES = 20_000
MOST_LIST_NAME = 60


class NewBlock(Struct, frozen=True):
    """A block as somebody sets it. `note` is for the crew, `public_comment` for everybody."""

    kind: BlockKind
    name: str
    level: int
    public_comment: str = ""
    note: str = ""
    rejects_media: bool = False
    rejects_reports: bool = False
    is_obfuscated: bool = False
    expires_in_s: int | None = None


class Block(Struct, frozen=True):
    """`name`: of a mailbox its `hash_of`; "" where a restore has lost it: what it blocks is blocked all the same."""

    id: int
    kind: BlockKind
    name: str
    level: int
    public_comment: str
    note: str
    rejects_media: bool
    rejects_reports: bool
    is_obfuscated: bool
    made_at: datetime
    expires_at: datetime | None

    @property
    def word(self) -> str:
        return next(word for word, level in LEVELS[self.kind].items() if level == self.level)

    @property
    def digest(self) -> str:
        """SHA-256 of the name, as the client API gives it."""
        return hashlib.sha256(self.name.encode()).hexdigest()

    @property
    def veiled(self) -> str:
        """The name as the public list has it: of one that is hidden every third letter."""
        if not self.is_obfuscated:
            return self.name
        return "".join(letter if letter == "." or n % 3 == 0 else "*" for n, letter in enumerate(self.name))


class Line(Struct, frozen=True):
    """A block of a list."""

    name: str
    level: int
    public_comment: str = ""
    rejects_media: bool = False
    rejects_reports: bool = False
    is_obfuscated: bool = False


class Difference(Struct, frozen=True):
    """What taking a list over would do. `softer`: the list is milder than we are, so nothing is changed; `gone`: it was
    on the list when it was last brought in, and no longer is; `unread`: lines that name no server."""

    added: tuple[Line, ...]
    raised: tuple[tuple[Line, str], ...]
    softer: tuple[tuple[Line, str], ...]
    same: int
    gone: tuple[str, ...]
    unread: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """So that what is applied is what was shown."""
        said = repr((self.added, self.raised, self.gone))
        return hashlib.sha256(said.encode()).hexdigest()[:32]


def checked(new: NewBlock) -> NewBlock:
    """Errors: Invalid."""
    if new.kind not in LEVELS or new.level not in LEVELS[new.kind].values():
        raise Invalid("severity", "is not one that this site knows")
    if len(new.public_comment) > COMMENT_LENGTH or len(new.note) > COMMENT_LENGTH:
        raise Invalid("comment", f"is too long (maximum is {COMMENT_LENGTH} characters)")
    return NewBlock(new.kind, normal(new.kind, new.name), new.level, new.public_comment.strip(), new.note.strip(),
                    new.rejects_media, new.rejects_reports, new.is_obfuscated, new.expires_in_s)


def normal(kind: BlockKind, typed: str) -> str:
    """The one spelling of a name. Errors: Invalid."""
    if kind == "network":
        return str(_network(typed))
    if kind == "mailbox":
        return typed.strip().lower() if HASH.fullmatch(typed.strip()) else hash_of(typed)
    return handles.domain(typed.strip().removeprefix("*.").removeprefix("@"))


def hash_of(address: str) -> str:
    """What stands for a mail address however it is spelled: in small letters, without dots, and without what follows a
    plus. source: the client API; other sites give the same for the same address. Errors: Invalid."""
    name, sign, domain = address.strip().casefold().rpartition("@")
    box = name.partition("+")[0].replace(".", "")
    if not (sign and box and domain):
        raise Invalid("email", "is not an address")
    return hashlib.sha256(f"{box}@{domain}".encode()).hexdigest()


def _network(typed: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        network = ipaddress.ip_network(typed.strip(), strict=False)
    except ValueError as e:
        raise Invalid("ip", "is not an address, or a network such as 192.0.2.0/24") from e
    if network.prefixlen < LEAST_WIDTH[network.version]:
        raise Invalid("ip", f"is too wide: at least /{LEAST_WIDTH[network.version]}")
    return network


def width(kind: BlockKind, name: str) -> int:
    """Of a normal name: how many bits of an address count; 0 for domains."""
    if kind != "network":
        return 0
    network = ipaddress.ip_network(name)
    return network.prefixlen + (SIX if network.version == 6 else 0)


def above(domain: str) -> list[str]:
    """The domain and those that it is under, but the last label: what a block of any of them blocks.

    Errors: Invalid.
    """
    labels = handles.domain(domain).partition(":")[0].split(".")
    return [".".join(labels[n:]) for n in range(max(1, len(labels) - 1))]


def around(address: str) -> list[tuple[int, str]]:
    """Every network that an address is in, as (width, name). Empty for what is no address."""
    try:
        ip = ipaddress.ip_address(address.strip())
    except ValueError:
        return []
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    found = []
    for bits in range(LEAST_WIDTH[ip.version], ip.max_prefixlen + 1):
        network = ipaddress.ip_network((ip, bits), strict=False)
        found.append((bits + (SIX if ip.version == 6 else 0), str(network)))
    return found


def read_list(text: str) -> tuple[list[Line], list[str]]:
    """A list as other sites export it (CSV with a head), or one domain on each line; and the lines that name none.

    A name that stands twice counts as its strictest. Errors: Invalid (too long).
    """
    rows = text.replace("\ufeff", "").splitlines()
    if len(rows) > MOST_LINES:
        raise Invalid("list", f"has too many lines (maximum is {MOST_LINES})")
    found: dict[str, Line] = {}
    unread = []
    for given in _rows(rows):
        try:
            line = _line(given)
        except Invalid:
            unread.append(given.get("domain", "")[:80])
            continue
        before = found.get(line.name)
        if before is None or line.level > before.level:
            found[line.name] = line
    return list(found.values()), unread


def _rows(rows: Sequence[str]) -> Iterator[dict[str, str]]:
    full = [row for row in rows if row.strip()]
    head = [name.strip().lstrip("#").lower() for name in full[0].split(",")] if full else []
    if "domain" in head:
        for values in csv.reader(full[1:]):
            yield {name: value.strip() for name, value in zip(head, values, strict=False)}
    else:
        for row in full:
            if not row.lstrip().startswith("#"):
                yield {"domain": row.strip().partition(",")[0]}


def _line(given: Mapping[str, str]) -> Line:
    levels = LEVELS["server"]
    word = given.get("severity", "suspend").lower() or "suspend"
    if word not in levels:
        raise Invalid("severity", "is not one that this site knows")
    yes = ("true", "1", "yes")
    return Line(normal("server", given.get("domain", "")), levels[word],
                given.get("public_comment", given.get("comment", ""))[:COMMENT_LENGTH],
                given.get("reject_media", "").lower() in yes, given.get("reject_reports", "").lower() in yes,
                given.get("obfuscate", "").lower() in yes)


def difference(lines: Sequence[Line], unread: Sequence[str], ours: Mapping[str, int],
               before: Sequence[str]) -> Difference:
    """`ours`: servers that are blocked now, with how strictly; `before`: names that this list had the last time."""
    words = {level: word for word, level in LEVELS["server"].items()}
    listed = {line.name for line in lines}
    ordered = sorted(lines, key=lambda line: line.name)
    return Difference(
        added=tuple(line for line in ordered if line.name not in ours),
        raised=tuple((line, words[ours[line.name]]) for line in ordered if ours.get(line.name, 9) < line.level),
        softer=tuple((line, words[ours[line.name]]) for line in ordered if ours.get(line.name, -1) > line.level),
        same=sum(ours.get(line.name) == line.level for line in lines),
        gone=tuple(sorted(name for name in before if name not in listed and name in ours)),
        unread=tuple(unread[:100]))
