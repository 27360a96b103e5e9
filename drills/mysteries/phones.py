"""The addresses at which the crew is reached, served by the drill: what each POST said is kept, and when it came."""

import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from msgspec import Struct

from drills.hooks import hook


class Told(Struct, frozen=True):
    """`at`: monotonic. `what`: "incident" for a call, else what became of an alert. `rule`: of the alert."""

    at: float
    who: str
    what: str
    rule: str
    text: str


class Phones:
    """`said`: in the order in which it came."""

    def __init__(self) -> None:
        self.said: list[Told] = []
        self.ports: dict[str, int] = {}

    def owners(self) -> str:
        """For alerts.toml."""
        return "".join(f'[owners.{who}]\nwebhook = ["http://127.0.0.1:{port}/"]\n' for who, port in self.ports.items())

    def alerted(self, who: str, rules: Collection[str], since: float) -> float | None:
        """When this person was told first that one of these fires; None for never."""
        return next((one.at for one in self.said if one.at >= since and one.who == who and one.rule in rules
                     and one.what != "cleared"), None)

    def called(self, people: Collection[str], about: str, since: float) -> float | None:
        """When one of them was called first, in words that name this as what fails, or as a suspect."""
        return next((one.at for one in self.said if one.at >= since and one.who in people and one.what == "incident"
                     and (f": {about} (" in one.text.splitlines()[0] or f"% {about}: " in one.text)), None)


@asynccontextmanager
async def phones(people: Collection[str]) -> AsyncIterator[Phones]:
    found, servers = Phones(), []

    def hear(who: str, said: dict[str, Any]) -> None:
        found.said.append(Told(time.monotonic(), who, said["what"], said.get("rule", ""), said["text"]))

    for who in people:
        server, found.ports[who] = await hook(partial(hear, who))
        servers.append(server)
    try:
        yield found
    finally:
        for server in servers:
            server.close()
            await server.wait_closed()
