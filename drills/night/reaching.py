"""The addresses of those who are on call, and what each was told when. Anna's only one takes the connection and says
nothing. Ben's first one refuses; his second is a letter, through a real SMTP server. Carla's answers. So does that of
the watcher on another host, which has one of its own."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from functools import partial
from typing import Any, NamedTuple

from drills.hooks import hook
from petrel.ops.drills import Impossible

WHO = ("anna", "ben", "carla")
WATCHER = "watcher"
WAIT_S = 30


class Call(NamedTuple):
    """`at` is monotonic. The first line of `text` is the subject."""

    at: float
    who: str
    text: str

    def is_about(self, root: str) -> bool:
        return self.who != WATCHER and f": {root}" in self.text.splitlines()[0]


class Pagers:
    def __init__(self) -> None:
        self.told: list[Call] = []
        self.ports: dict[str, int] = {}
        self.mail: dict[str, str] = {}
        """Settings of the site by which letters come here."""

    def address(self, who: str) -> str:
        return f"http://127.0.0.1:{self.ports[who]}/"

    def about(self, root: str, after: int = 0) -> list[Call]:
        """Calls about it, after so many in all."""
        return [call for call in self.told[after:] if call.is_about(root)]

    async def until(self, is_it: Callable[[Call], bool], within_s: float, after: int = 0) -> float | None:
        """When the first of these came, after so many in all; None when none did."""
        end = time.monotonic() + within_s
        while True:
            if found := next(filter(is_it, self.told[after:]), None):
                return found.at
            if time.monotonic() > end:
                return None
            await asyncio.sleep(0.2)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        letter = message_from_bytes(bytes(envelope.content or b""), policy=policy.default)
        body = letter.get_body(("plain",))
        text = body.get_content() if body is not None else ""
        self.told.append(Call(time.monotonic(), str(letter["To"]).partition("@")[0], f"{letter['Subject']}\n{text}"))
        return "250 OK"


@asynccontextmanager
async def pagers() -> AsyncIterator[Pagers]:
    """Errors: Impossible."""
    found, servers = Pagers(), []

    def hear(who: str, said: dict[str, Any]) -> None:
        if said.get("what") == "incident" or who == WATCHER:
            found.told.append(Call(time.monotonic(), who, said["text"]))

    with socket.socket() as refuses:
        refuses.bind(("127.0.0.1", 0))          # taken, and nobody listens
        found.ports["ben"] = refuses.getsockname()[1]
        for who in ("anna", "carla", WATCHER):
            server, found.ports[who] = await hook(partial(hear, who), hangs=who == "anna")
            servers.append(server)
        servers.append(await _post_office(found))
        found.mail = {"PETREL_MAIL_SERVER": "127.0.0.1", "PETREL_MAIL_SECURITY": "none",
                      "PETREL_MAIL_PORT": str(servers[-1].sockets[0].getsockname()[1]),
                      "PETREL_MAIL_FROM": "petrel@birds.example"}
        try:
            yield found
        finally:
            for server in servers:
                server.close()


async def _post_office(handler: Pagers) -> asyncio.Server:
    try:
        from aiosmtpd.smtp import SMTP
    except ImportError as e:
        raise Impossible("aiosmtpd is not installed: pip install aiosmtpd") from e
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: SMTP(handler, hostname="relay.test", enable_SMTPUTF8=True, loop=loop),
                                    "127.0.0.1", 0)


def alerts_toml(pagers: Pagers, *, rota: bool) -> str:
    owners = "".join(f'[owners.{who}]\nwebhook = ["{pagers.address(who)}"]\n'
                     + ('mail = ["ben@crew.example"]\n' if who == "ben" else "") for who in WHO)
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    rules = '[rules.follower]\nlimit = 20\nfor_s = 0\nowner = "anna"\n[rules.database]\nlimit = 5\nowner = "anna"\n'
    turns = f'[rota]\nturns = ["anna", "ben"]\nbegins = {yesterday}\nmanager = "carla"\nwait_s = {WAIT_S}\n'
    return owners + rules + (turns if rota else "")
