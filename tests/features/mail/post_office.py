"""A real SMTP server on a free port, which keeps what it takes, and can be told to refuse, hang or hang up."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from petrel.outside import mail


class Office:
    """`answers`: what the server says to a recipient (RCPT) instead of yes, by address. `hangs`: says nothing;
    `hangs_at`: to one address."""

    def __init__(self) -> None:
        self.taken: list[tuple[Envelope, bytes]] = []
        self.answers: dict[str, str] = {}
        self.after_data = "250 OK"
        self.hangs = False
        self.hangs_at = ""
        self.port = 0

    @property
    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for _, raw in self.taken]  # type: ignore[misc]

    def last(self) -> EmailMessage:
        return self.letters[-1]

    def text(self) -> str:
        return self.text_of(self.last())

    def text_of(self, letter: EmailMessage) -> str:
        part = letter.get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    async def handle_RCPT(self, server: Any, session: Session, envelope: Envelope, address: str, _options: Any) -> str:
        if self.hangs or address == self.hangs_at:
            await asyncio.sleep(3600)
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        if self.after_data.startswith("250"):
            self.taken.append((envelope, bytes(envelope.content or b"")))
        return self.after_data


@asynccontextmanager
async def office(tls: ssl.SSLContext | None = None, *, implicit: bool = False, asks: str = "",
                 **relay: Any) -> AsyncIterator[Office]:
    """An office that is open, installed as this process's relay. `tls`: offers STARTTLS, or speaks TLS at once.
    `asks`: for this password."""
    one = Office()

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=isinstance(data, LoginPassword) and data.password == asks.encode(),
                          handled=False)

    def make() -> SMTP:
        return SMTP(one, hostname="relay.test", enable_SMTPUTF8=True, tls_context=None if implicit else tls,
                    require_starttls=bool(tls and not implicit), authenticator=check if asks else None,
                    auth_required=bool(asks) and not implicit, auth_require_tls=not implicit,
                    loop=asyncio.get_running_loop())

    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0, ssl=tls if implicit else None)
    one.port = server.sockets[0].getsockname()[1]
    given = {"server": "127.0.0.1", "sender": "petrel@birds.example", "port": one.port, "security": "none", **relay}
    mail.install(mail.Relay(**given))
    try:
        yield one
    finally:
        mail.install(None)
        server.close()
