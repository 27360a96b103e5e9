"""Addresses of prepared servers: read, remembered, and put into the settings when nothing has to move first."""

import tomllib
from pathlib import Path

import msgspec
from msgspec import Struct

from petrel.ops.databases import debian, state
from petrel.ops.databases.debian import Homes
from petrel.ops.databases.preparing import Ask, Prepared, for_another_machine
from petrel.ops.databases.shapes import CLUSTERS, Finding, Unfit, Urls
from petrel.storage.postgres import link_of

LINES = 'Two lines: database_url = "postgresql://..." and keyring_url = "postgresql://..."'


def read_urls(path: Path) -> Urls:
    """Two lines, as in settings.toml: database_url = "...", keyring_url = "...". Errors: Unfit."""
    try:
        found = tomllib.loads(path.read_text())
    except (OSError, ValueError) as problem:
        raise Unfit(f"{path} cannot be read: {problem}", LINES) from problem
    if set(found) != {"database_url", "keyring_url"} or not all(isinstance(v, str) and v for v in found.values()):
        raise Unfit(f"{path} has to name database_url and keyring_url, and nothing else.", LINES)
    return Urls(found["database_url"], found["keyring_url"])


class Done(Struct, frozen=True):
    """`next`: what the operator does now. `is_for_others`: kept nowhere here, to be brought to the site's machine."""

    urls: Urls
    findings: list[Finding]
    next: str
    is_for_others: bool = False


def for_whom(data: Path, current: Urls, ask: Ask, homes: Homes = Homes()) -> Ask:
    """The same, for a site on another machine when there is none here and others are let in. A machine that was
    prepared for one of both is asked again for that one."""
    if ask.ready or ask.superusers:
        return ask
    serves = debian.for_others(homes)
    is_here = any((data / name).exists() for name in ("settings.toml", *CLUSTERS)) or current != Urls()
    if not ask.for_others and (is_here or ask.listen == ("none",) or not (ask.listen or serves)):
        return ask
    only = ask.only or (serves[0] if len(serves) == 1 and not ask.listen else None)
    return msgspec.structs.replace(ask, for_others=True, only=only)


def for_others(prepared: Prepared) -> Done:
    """What the machine of the site has to be told, once."""
    said = [f"The password for {cluster} stays; the site's machine has its line. Is that one lost: --new-password."
            for cluster in prepared.unchanged]
    if prepared.urls != Urls():
        said.append("Bring these lines to the site's machine; they are kept nowhere, and not shown again.")
    return Done(for_another_machine(prepared.urls), prepared.findings, " ".join(said), is_for_others=True)


def known(data: Path, current: Urls) -> Urls:
    """The addresses whose passwords may go on: those of the settings, else those prepared and not taken yet."""
    prepared = state.read(data).prepared
    return Urls(current.main or prepared.main, current.keyring or prepared.keyring)


def take(data: Path, current: Urls, prepared: Urls) -> Urls | None:
    """What to write into the settings: all of it for a site without databases, new passwords for one that uses these
    servers already. Otherwise None, and the addresses are remembered."""
    embedded = any((data / cluster / "PG_VERSION").exists() for cluster in CLUSTERS)
    is_new = not embedded and not current.main and not current.keyring and bool(prepared.main and prepared.keyring)
    if is_new or all(_place(current.of(c)) == _place(prepared.of(c)) for c in CLUSTERS):
        return prepared
    before = state.read(data)
    state.write(data, msgspec.structs.replace(before, prepared=prepared))
    return None


def next_step(data: Path, taken: Urls | None) -> str:
    if taken is not None:
        return "The settings have the addresses; the next `petrel up` uses these servers."
    prepared = state.read(data).prepared
    if not prepared.main or not prepared.keyring:
        missing = "keyring" if prepared.main else "main"
        return f"Now the other one: petrel database prepare --only {missing}, on its machine or here."
    return "The site has databases already. To move them: petrel database move --to system --rehearse, then without."


def _place(url: str) -> tuple[str, int, str]:
    if not url:
        return "", 0, ""
    link = link_of(url)
    return link.host, link.port, link.database
