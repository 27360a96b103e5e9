"""What an examination hands back."""

from collections.abc import Callable

from msgspec import Struct

from petrel.outside.mail import Relay
from petrel.outside.stores import Store


class Check(Struct, frozen=True):
    """`found` is what was seen; `cure` what to do about it, empty when all is well."""

    name: str
    ok: bool
    found: str
    cure: str = ""


def fine(name: str, found: str) -> Check:
    return Check(name, ok=True, found=found)


def bad(name: str, found: str, cure: str) -> Check:
    return Check(name, ok=False, found=found, cure=cure)


class Letters(Struct, frozen=True):
    """Of mail: from which address, by which server, and the DKIM record as it has to be ("" where nobody knows).
    `relay`: where somebody is to knock at the server's door; None: nobody does."""

    sender: str
    server: str
    dkim_name: str = ""
    dkim_text: str = ""
    relay: Relay | None = None


class Bucket(Struct, frozen=True):
    """Of photos and films. `is_chosen`: new ones go there. Opening it may raise StoreError."""

    open: Callable[[], Store]
    is_chosen: bool


class Outside(Struct, frozen=True, kw_only=True):
    """What is needed to look at the site as others do. `address`: as people see it. `watch_key` and `handle` (of
    somebody of ours): from the running site, "" where it does not run. `letters`: None where no mail is sent. `clock`:
    a web server whose time is taken for right, "" for none. `bucket`: None where there is none."""

    address: str
    resolvers: tuple[str, ...] = ()
    watch_key: str = ""
    handle: str = ""
    letters: Letters | None = None
    clock: str = ""
    bucket: Bucket | None = None
