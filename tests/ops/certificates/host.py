"""A machine with a site on it: a port under TLS that shows what the files say, the plain one, and an issuer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from petrel.api.http.plain import Plain
from petrel.core import whole_file
from petrel.ops.certificates import Issuer, Places, Plan, Served, files_of, places, self_signed, turn
from petrel.ops.certificates.proving import believing, shown
from petrel.ops.drills.issuer import free_ports

NAME = "petrel.test"


class Host:
    """`watching` is what takes a changed certificate over. `told`: what went into the journal."""

    def __init__(self, plan: Plan, where: Places, watching: "asyncio.Task[None]", plain_port: int) -> None:
        self.plan, self.where, self.watching, self.plain_port = plan, where, watching, plain_port
        self.told: list[tuple[str, str]] = []

    async def turn(self, **changed: object) -> str | None:
        async def tell(verb: str, words: str) -> None:
            self.told.append((verb, words))

        return await turn(msgspec.structs.replace(self.plan, **changed), tell)

    async def shows(self, roots: Path | str = "") -> str:
        """What a careful visitor sees."""
        believed = believing(str(roots or self.plan.roots))
        return (await shown("127.0.0.1", self.plan.port, NAME, believed)).fingerprint


@asynccontextmanager
async def host(folder: Path, directory: str = "https://issuer.test/dir",
               roots: Path | str = "") -> AsyncIterator[Host]:
    where = places(folder)
    where.make()
    whole_file.write(where.temporary, self_signed([NAME]))
    served = Served(files_of(where))
    served.begin()
    tls_port, plain_port = free_ports(2)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(line)
        except OSError:
            pass
        writer.close()

    servers = [await asyncio.start_server(talk, "127.0.0.1", tls_port, ssl=served.outer),
               await asyncio.get_running_loop().create_server(
                   lambda: Plain(f"https://{NAME}", where.questions), "127.0.0.1", plain_port)]
    watching = asyncio.create_task(served.watch())
    plan = Plan(data=folder, names=(NAME,), issuers=(Issuer(directory),), roots=str(roots), port=tls_port,
                public_port=tls_port)
    try:
        yield Host(plan, where, watching, plain_port)
    finally:
        watching.cancel()
        for server in servers:
            server.close()
