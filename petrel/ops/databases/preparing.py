"""`petrel database prepare`: servers found or set up, furnished, tuned, and tried with the addresses of the site."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, unquote, urlsplit

import asyncpg
import msgspec
from msgspec import Struct

from petrel.ops.databases import debian, furnishing
from petrel.ops.databases.shapes import CLUSTERS, LOGIN, Finding, Unfit, Urls
from petrel.storage.postgres import (
    DATABASES,
    VARIABLES,
    ClusterName,
    check_asks,
    check_external,
    check_link,
    this_machine,
)

CONNECT_S = 10.0
Say = Callable[[str], None]
Passwords = Literal["ours", "theirs", "new"]
"""One that is not known: made anew; left, because the site on another machine has it; or new in any case."""


class Ask(Struct, frozen=True):
    """What an operator asks for. `superusers`: of servers that run elsewhere, instead of this machine's; `ready`: of
    servers that were prepared elsewhere, to be tried and taken. `for_others`: the site is on another machine, and its
    password goes on; `new_password`: it ends."""

    major: int | None = None
    listen: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    only: ClusterName | None = None
    superusers: Urls | None = None
    ready: Urls | None = None
    for_others: bool = False
    new_password: bool = False


class Prepared(Struct, frozen=True):
    """What to write into the settings, and what of the servers is still not as it should be. `unchanged`: prepared
    before, with a password that only the site has, and not in `urls`."""

    urls: Urls
    findings: list[Finding]
    unchanged: tuple[ClusterName, ...] = ()


async def prepare(ask: Ask, known: Urls, say: Say) -> Prepared:
    """`known`: addresses of before; the password of one that works stays good. Errors: StorageError; OSError (disk)."""
    if ask.ready is not None:
        return await as_they_are(ask.ready)
    passwords: Passwords = "new" if ask.new_password else "theirs" if ask.for_others else "ours"
    if ask.superusers is not None:
        return await by_superuser(ask.superusers, known, say, passwords)
    wanted = debian.Wanted(ask.major, ask.listen, ask.names)
    return await on_this_machine(wanted, known, say, (ask.only,) if ask.only else CLUSTERS, passwords)


async def on_this_machine(wanted: debian.Wanted, known: Urls, say: Say,
                          only: tuple[ClusterName, ...] = CLUSTERS, passwords: Passwords = "ours") -> Prepared:
    """The distribution's Postgres, here; as root."""
    urls, findings, unchanged = known, [], []
    for cluster in only:
        made = debian.make(cluster, wanted, say)

        async def inside(database: str, made: debian.Made = made) -> Any:
            return await asyncpg.connect(host=str(made.sockets), port=made.port, user=debian.OWNER, database=database,
                                         timeout=CONNECT_S)

        admin = await inside("postgres")
        try:
            await furnishing.check_server(admin, cluster)
            password = await _password(admin, known.of(cluster), passwords)
            await furnishing.furnish(admin, cluster, password, inside)
            findings += await furnishing.judge(admin, cluster, this_machine())
        finally:
            await admin.close()
        if not password:
            unchanged.append(cluster)
        else:
            urls = urls.but(cluster, url_of(cluster, made, password))
            await check_external(f"cluster {made.name}", _from_here(cluster, made, password))
        say(f"Cluster {made.major}/{made.name} is ready for {cluster}, port {made.port}.")
    return Prepared(urls, findings, tuple(unchanged))


async def by_superuser(superusers: Urls, known: Urls, say: Say, passwords: Passwords = "ours") -> Prepared:
    """Servers that somebody set up, each reached as its superuser."""
    urls, findings, seen, unchanged = known, [], {}, []
    for cluster in CLUSTERS:
        url = superusers.of(cluster)
        link = check_link(url, f"The superuser's address for {cluster}")
        await check_asks(f"the superuser's address for {cluster}", url)

        async def inside(database: str, url: str = url) -> Any:
            return await asyncpg.connect(url, database=database, timeout=CONNECT_S)

        admin = await _connected(cluster, url)
        try:
            identifier = await furnishing.check_server(admin, cluster)
            if identifier in seen:
                raise Unfit("Both addresses lead to the same server: whoever has it, or a copy of it, could read all "
                            "that is sealed, and backups of it are refused.",
                            "Name a second server (a second cluster on the same machine will do) for the keyring.")
            seen[identifier] = cluster
            password = await _password(admin, known.of(cluster), passwords)
            await furnishing.furnish(admin, cluster, password, inside)
            findings += await furnishing.tune(admin, cluster, this_machine() if link.is_local else None)
        finally:
            await admin.close()
        if not password:
            unchanged.append(cluster)
        else:
            parts = urlsplit(url)
            where = f"{LOGIN}:{password}@{parts.netloc.rpartition('@')[2]}"
            urls = urls.but(cluster, parts._replace(netloc=where, path=f"/{DATABASES[cluster]}").geturl())
            await check_external(VARIABLES[cluster], urls.of(cluster))
        say(f"The server for {cluster} is ready.")
    return Prepared(urls, findings, tuple(unchanged))


async def as_they_are(urls: Urls) -> Prepared:
    """Servers that were prepared elsewhere. Nothing is changed in them."""
    findings = []
    for cluster in CLUSTERS:
        await check_external(VARIABLES[cluster], urls.of(cluster))
        connection = await _connected(cluster, urls.of(cluster))
        try:
            is_near = check_link(urls.of(cluster)).is_local
            findings += await furnishing.judge(connection, cluster, this_machine() if is_near else None)
        finally:
            await connection.close()
    return Prepared(urls, findings)


def url_of(cluster: ClusterName, made: debian.Made, password: str) -> str:
    """How the site reaches it: over TLS when others are to, over the socket otherwise."""
    database = DATABASES[cluster]
    if made.listen:
        host = (made.names or made.listen)[0]
        host = f"[{host}]" if ":" in host else host
        return (f"postgresql://{LOGIN}:{password}@{host}:{made.port}/{database}"
                f"?sslmode=verify-full&sslrootcert={quote(str(made.authority))}")
    return f"postgresql://{LOGIN}:{password}@/{database}?host={quote(str(made.sockets))}&port={made.port}"


def _from_here(cluster: ClusterName, made: debian.Made, password: str) -> str:
    """The name is for others: here it may lead nowhere, or to 127.0.1.1 (Debian's installer writes that)."""
    everywhere = ("*", "0.0.0.0", "::")  # noqa: S104 (compared)
    listen = [one for one in made.listen if one not in everywhere][:1]
    return url_of(cluster, msgspec.structs.replace(made, listen=tuple(listen), names=()), password)


def for_another_machine(urls: Urls) -> Urls:
    """Each machine has an authority of its own, and the site needs all of them: each has its own place there."""
    for cluster in CLUSTERS:
        url, _, authority = urls.of(cluster).partition("sslrootcert=")
        if authority:
            place = quote(str(Path(unquote(authority)).with_name(f"{cluster}-ca.crt")))
            urls = urls.but(cluster, f"{url}sslrootcert={place}")
    return urls


async def _connected(cluster: ClusterName, url: str) -> Any:
    try:
        return await asyncpg.connect(url, timeout=CONNECT_S)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError, TimeoutError) as problem:
        raise Unfit(f"The address for {cluster} does not work: {problem or type(problem).__name__}",
                    "Check host, port, user and password, and that pg_hba.conf lets this machine in.") from problem


async def _password(admin: Any, known: str, passwords: Passwords) -> str:
    """What the login is to have; empty where it stays as it is, and only the site knows it."""
    if passwords != "new" and (works := await _known_password(known)):
        return works
    return "" if passwords == "theirs" and await furnishing.has_password(admin) else secrets.token_hex(24)


async def _known_password(url: str) -> str | None:
    """The password of an address that works; a new one would shut out a site that runs."""
    password = urlsplit(url).password
    if not password:
        return None
    try:
        await (await asyncpg.connect(url, timeout=CONNECT_S)).close()
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError, TimeoutError):
        return None
    return password
