"""What an account may be called, and how names of servers are written.

A handle is 1 to 30 of A-Z a-z 0-9 _, the same in any case. Names from other servers may also hold dots and
hyphens and are nobody's choice here, so only `address` reads them.
"""

import re

from petrel.core.errors import Invalid

LONGEST_HANDLE = 30
LONGEST_DOMAIN = 253  # RFC 1035, section 2.3.4, without the final dot

_handle = re.compile(r"[A-Za-z0-9_]+")
_address = re.compile(r"@?([A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*)(?:@([^@\s/]+))?")
_domain = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
_port = re.compile(r":([0-9]{1,5})\Z")

# Compared without underscores, so that ad_min and _root are refused with them. Source: our choice, but for
# the mail roles.
_RESERVED_BECAUSE = {
    "it would be taken for us; whoever holds it can ask members for passwords": """
        admin administrator root superuser sysadmin system sysop operator owner staff team official petrel server
        instance moderator moderators mod mods moderation support help helpdesk contact security trust safety
        trustandsafety legal privacy press billing payment payments verify verified verification""",
    "mail to it means the operator (RFC 2142)": """
        abuse hostmaster info mailerdaemon marketing noc noreply postmaster sales usenet uucp webmaster www ftp""",
    "it is a path of ours, of the API or of .well-known; a name in a path must mean one thing": """
        about account accounts api app apps assets auth blocked bookmarks explore favicon favourites feed feeds
        filters follow followers following home inbox index invite invites lists live local login logout manifest
        me media messages metrics new nodeinfo notifications oauth outbox people post posts profile public register
        reports robots rss search sessions settings share signin signout signup static status statuses streaming
        sw tag tags terms timeline timelines tos trends u user username users wellknown web""",
    "mentioning it reads as a group, or as nobody": """
        all anonymous channel deleted everybody everyone here nobody none null undefined unknown""",
}
RESERVED = frozenset(word for listed in _RESERVED_BECAUSE.values() for word in listed.split())


def fault(typed: str) -> str | None:
    """Why this cannot be a handle, as the code that sign-up answers with; None if it can.

    ERR_BLANK, ERR_TOO_LONG, ERR_INVALID or ERR_RESERVED. Whether it is taken only the database knows.
    """
    if not typed:
        return "ERR_BLANK"
    if len(typed) > LONGEST_HANDLE:
        return "ERR_TOO_LONG"
    if not _handle.fullmatch(typed) or not typed.strip("_"):
        return "ERR_INVALID"
    return "ERR_RESERVED" if typed.lower().replace("_", "") in RESERVED else None


_TOLD = {
    "ERR_BLANK": "can't be blank",
    "ERR_TOO_LONG": f"is too long (maximum is {LONGEST_HANDLE} characters)",
    "ERR_INVALID": "must contain only letters, numbers and underscores",
    "ERR_RESERVED": "is reserved",
}


def handle(typed: str, field: str = "username") -> str:
    """The lower-case form under which a handle is unique. Errors: Invalid(field) for any `fault`."""
    if code := fault(typed):
        raise Invalid(field, _TOLD[code])
    return typed.lower()


def domain(typed: str, field: str = "domain") -> str:
    """A server's name as DNS has it: lower case, A-labels, no final dot; a port other than 443 is kept.

    Errors: Invalid(field). Source: RFC 5891 with the mapping of UTS 46.
    """
    name, port = typed.strip(), ""
    if found := _port.search(name):
        name, port = name[: found.start()], "" if found[1] == "443" else found[0]
    name = name.removesuffix(".")
    if 0 < len(name) <= LONGEST_DOMAIN:
        name = name.lower() if name.isascii() and "xn--" not in name.lower() else _to_ascii(name)
        if len(name) <= LONGEST_DOMAIN and _domain.fullmatch(name):
            return name + port
    raise Invalid(field, "is not a valid domain")


def _to_ascii(name: str) -> str:
    """Empty for what is no name. `idna` is loaded by the first that needs it."""
    import idna

    try:
        return idna.encode(name, uts46=True, std3_rules=True).decode()
    except UnicodeError:
        return ""


def address(acct: str, own_domain: str, field: str = "acct") -> tuple[str, str | None]:
    """`user`, `@user`, `user@domain` as lower-case user and domain, None for ours.

    `@bob` and `@bob@our.domain` come out the same. Errors: Invalid(field).
    """
    found = _address.fullmatch(acct.strip())
    if not found:
        raise Invalid(field, "is not a valid address")
    at = domain(found[2], field) if found[2] else own_domain
    return found[1].lower(), None if at == own_domain else at
