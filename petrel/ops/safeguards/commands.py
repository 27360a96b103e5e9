"""Who owns what: safeguards.toml in the data directory, which can be read while the databases are away.

    [owners]
    disk-full = ["anna", "ben"]

Whatever is not in it belongs to the owners of the site.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from petrel.core import whole_file
from petrel.core.errors import Invalid, NotFound
from petrel.ops.safeguards.declaring import declared
from petrel.ops.safeguards.rules import LEAST
from petrel.ops.safeguards.shapes import Declared, Person

FILE = "safeguards.toml"
HEAD = "# Who owns which safeguard: `petrel safeguards own NAME @one @two`. What is not here is the site's owners'.\n"


class Named(Struct, frozen=True, forbid_unknown_fields=True):
    """The file. Handles without @."""

    owners: dict[str, tuple[str, ...]] = {}


def named(data: Path, found: Declared | None = None) -> dict[str, tuple[str, ...]]:
    """As the file says. Errors: Invalid."""
    path = data / FILE
    try:
        said = msgspec.convert(tomllib.loads(path.read_text()) if path.exists() else {}, Named)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as e:
        raise Invalid(message=f"{path}: {e}. Correct it, or remove it and name the owners again") from e
    if unknown := sorted(said.owners.keys() - (found or declared()).safeguards.keys()):
        raise Invalid(message=f"{path}: there is no safeguard {', '.join(unknown)}; `petrel safeguards list` has all")
    return dict(said.owners)


def own(data: Path, name: str, handles: Sequence[str], crew: Sequence[Person]) -> tuple[str, ...]:
    """Two people or more of the crew; nobody: the site's owners again. Errors: NotFound, Invalid."""
    found = declared()
    if name not in found.safeguards:
        raise NotFound(f"There is no safeguard {name}; `petrel safeguards list` has all.")
    if not found.safeguards[name].built:
        raise Invalid(message=f"Of {name} nothing is built: there is nothing to own yet")
    wanted = tuple(dict.fromkeys(handle.removeprefix("@").lower() for handle in handles))
    known = {one.handle.lower() for one in crew}
    if strangers := [one for one in wanted if one not in known]:
        raise Invalid(message=f"@{', @'.join(strangers)} is not of the crew: `petrel accounts set @name --role "
                              "moderator` makes somebody one")
    if wanted and len(wanted) < LEAST:
        raise Invalid(message=f"Name two people at least: @{wanted[0]} may be the one who is away")
    owners = {**named(data, found), name: wanted}
    lines = [f"{key} = [{', '.join(msgspec.json.encode(one).decode() for one in of)}]"
             for key, of in sorted(owners.items()) if of]
    whole_file.write(data / FILE, (HEAD + "\n[owners]\n" + "\n".join(lines) + "\n").encode(),
                     owner=whole_file.owner_of(data))
    return wanted


def owned(found: Declared, said: dict[str, tuple[str, ...]], crew: Sequence[Person]) -> dict[str, tuple[Person, ...]]:
    """The people of each safeguard; a name that nobody of the crew has stays there, without an account."""
    by_handle = {one.handle.lower(): one for one in crew}
    site = tuple(one for one in crew if one.role == "owner")
    return {name: tuple(by_handle.get(handle.lower(), Person(handle, 0)) for handle in said[name])
            if said.get(name) else site for name in found.safeguards}
