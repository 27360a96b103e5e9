"""`petrel database check`: what the servers of the settings are, and everything of them that is not as wished."""

import asyncio
from datetime import UTC, datetime

import asyncpg
from msgspec import Struct

from petrel.ops.databases.authority import RENEW_BEFORE
from petrel.ops.databases.shapes import CLUSTERS, Finding, Urls
from petrel.ops.databases.tuning import judge
from petrel.storage.postgres import VARIABLES, ClusterName, Link, check_external, check_link, greet, this_machine

CONNECT_S = 10.0


class Report(Struct, frozen=True):
    cluster: ClusterName
    about: str
    findings: list[Finding]


async def look(urls: Urls) -> list[Report]:
    """One for each server that has an address. Errors: StorageError (cannot be reached, may not be used)."""
    return [await _look(cluster, urls.of(cluster)) for cluster in CLUSTERS if urls.of(cluster)]


async def _look(cluster: ClusterName, url: str) -> Report:
    link = check_link(url, VARIABLES[cluster])
    version = await check_external(VARIABLES[cluster], url)
    connection = await asyncpg.connect(url, timeout=CONNECT_S)
    try:
        found = await judge(connection, cluster, this_machine() if link.is_local else None)
    finally:
        await connection.close()
    line, more = await asyncio.to_thread(_line, cluster, link)
    return Report(cluster, f"Postgres {version}, {line}", more + found)


def _line(cluster: ClusterName, link: Link) -> tuple[str, list[Finding]]:
    """How the server is reached, and what of that is not as it should be."""
    greeting = greet(link)
    found = []
    if link.has_password and greeting.asks != "scram":
        found.append(Finding(cluster, "pg_hba.conf", f"asks for {greeting.asks}", "scram-sha-256",
                             "whoever reaches it gets in", must=True, needs_restart=False))
    if link.is_local:
        return f"over the socket in {link.host}", found
    if greeting.takes_plain:
        found.append(Finding(cluster, "pg_hba.conf", "host", "hostssl only", "it also talks without TLS", must=True,
                             needs_restart=False))
    return f"{greeting.tls} to {link.host}, whose name is proven", found + _certificate(cluster, greeting.ends_at_s)


def _certificate(cluster: ClusterName, ends_at_s: float) -> list[Finding]:
    end = datetime.fromtimestamp(ends_at_s, UTC)
    if end - datetime.now(UTC) > RENEW_BEFORE:
        return []
    return [Finding(cluster, "certificate", f"ends {end:%Y-%m-%d}", "one that lasts",
                    "the site stops when it ends; `petrel database prepare` makes a new one", must=True,
                    needs_restart=False)]
