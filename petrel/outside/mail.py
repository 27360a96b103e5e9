"""Mail leaves here: by SMTP to one relay, which the operator names, or not at all (`Null`).

Rules of the connection: the relay's certificate is checked, always; `starttls` means that without TLS nothing is said;
a password goes over TLS only; without TLS the relay must be on this machine. Every step has a limit of time, so that
a relay that hangs holds up nothing but itself. source: RFC 8314 section 3, RFC 3207.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any, Literal, Protocol

from msgspec import Struct

Security = Literal["tls", "starttls", "none"]
Whose = Literal["relay", "recipient", "letter"]

CONNECT_S, LETTER_S = 20.0, 60.0
_enhanced = re.compile(r"^\s*([245]\.\d{1,3}\.\d{1,3})\b")
US = (421, 530, 534, 535, 538)
"""It wants nothing from us, whoever the letter is to. source: RFC 5321 section 3.8, RFC 4954 section 6."""

_relaying = re.compile(r"relay(ing)?\b.{0,40}\b(denied|prohibited|refused|not (permitted|allowed))|"
                       r"(unable|refus\w+|not (permitted|allowed)) to relay|list of allowed rcpthosts|"
                       r"authentication (is )?required|must (first )?authenticate", re.I)
"""The same in words, with the codes of a refused recipient: as postfix, exim, sendmail, qmail and Exchange say it."""


class Relay(Struct, frozen=True):
    """The server that takes our mail, and in whose name we write. `ca`: file of certificates its own is checked
    against, "" for those of the system. `sender`: address our mails come from."""

    server: str
    sender: str
    port: int = 587
    security: Security = "starttls"
    user: str = ""
    password: str = ""
    ca: str = ""

    def __repr__(self) -> str:
        return f"Relay({self.server}:{self.port} {self.security})"


class Envelope(Struct, frozen=True):
    """One letter to one person. `sender` is where it comes back to; the domain of `to` is in ASCII."""

    sender: str
    to: str
    message: bytes


class Trouble(Exception):
    """The letter was not taken."""

    def __init__(self, whose: Whose, code: int, text: str, *, cure: str = "") -> None:
        """`whose` fault: the relay's or ours towards it; the recipient's; the letter's. `code` as the relay said it,
        0 where it said nothing. `cure`: what the operator can do. What the relay wrote may name the recipient: it is
        for nobody's log (`text`)."""
        super().__init__(cure or f"{whose} {code}")
        self.cure = cure
        self.text = text[:500]
        self.whose: Whose = whose
        self.code = code
        found = _enhanced.match(text)
        self.enhanced = found[1] if found else ""

    @property
    def said(self) -> str:
        """The codes, without text: "550 5.1.1"."""
        return f"{self.code or ''} {self.enhanced}".strip()


class Session(Protocol):
    """An open connection to the relay."""

    async def send(self, envelope: Envelope) -> None:
        """Returns when the relay has taken it. Errors: Trouble."""


class Post(Protocol):
    """A way for mail out of the building."""

    @property
    def relay(self) -> Relay | None: ...

    def session(self) -> Any:
        """`async with post.session() as session`. Errors: Trouble (the relay's)."""


class Null:
    """No mail: the twin for sites without a relay."""

    relay: Relay | None = None

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        raise Trouble("relay", 0, "", cure="This site sends no mail: the setting mail_server is empty.")
        yield


class Smtp:
    """Mail through a relay. Holds no connection."""

    def __init__(self, relay: Relay) -> None:
        self.relay: Relay | None = relay
        self._relay = relay

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        import aiosmtplib

        client = _client(self._relay)
        try:
            async with asyncio.timeout(CONNECT_S):
                await client.connect()
        except aiosmtplib.SMTPAuthenticationError as e:
            client.close()
            raise Trouble("relay", e.code, e.message, cure=f"{self._relay.server} does not take the user and password "
                          "of the settings mail_user and mail_password.") from e
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as e:
            client.close()
            raise _unreachable(self._relay, e) from e
        try:
            yield _Open(client)
        finally:
            try:
                async with asyncio.timeout(2):
                    await client.quit()
            except (aiosmtplib.SMTPException, OSError, TimeoutError):
                client.close()


class _Open:
    def __init__(self, client: Any) -> None:
        self._client = client

    async def send(self, envelope: Envelope) -> None:
        import aiosmtplib as a

        options = [] if envelope.to.isascii() else ["SMTPUTF8"]
        try:
            async with asyncio.timeout(LETTER_S):
                await self._client.sendmail(envelope.sender, [envelope.to], envelope.message, mail_options=options)
        except a.SMTPRecipientsRefused as e:
            raise _refused("recipient", e.recipients[0].code, e.recipients[0].message) from e
        except a.SMTPDataError as e:
            raise _refused("letter", e.code, e.message) from e
        except a.SMTPSenderRefused as e:
            raise Trouble("relay", e.code, e.message, cure="The relay does not take mail from the address of the "
                          "setting mail_from. Ask its operator which addresses you may write from.") from e
        except a.SMTPNotSupported as e:
            raise Trouble("recipient", 553, f"5.6.7 {e}") from e
        except a.SMTPResponseException as e:
            raise Trouble("relay", e.code, e.message) from e
        except (a.SMTPException, OSError, TimeoutError, UnicodeError) as e:
            raise Trouble("relay", 0, f"{type(e).__name__}: {e}",
                          cure="The relay did not answer in time, or hung up.") from e


def _refused(whose: Whose, code: int, text: str) -> Trouble:
    """A relay that does not hand on for us refuses every recipient. Nobody's address is wrong for that."""
    if code not in US and not _relaying.search(text):
        return Trouble(whose, code, text)
    return Trouble("relay", code, text, cure="" if code == 421 else "The relay does not hand on letters for us. Check "
                   "mail_user and mail_password; a relay without them has to know this machine's address.")


def _client(relay: Relay) -> Any:
    """Errors: Trouble for what is not allowed, before anything is sent."""
    import aiosmtplib

    if relay.security == "none" and (relay.password or not is_local(relay.server)):
        raise Trouble("relay", 0, "", cure="mail_security = none is for a relay on this machine, without a password. "
                      "Use starttls (port 587) or tls (port 465).")
    context = None
    if relay.security != "none":
        try:
            context = ssl.create_default_context(cafile=relay.ca or None)
        except OSError as e:
            raise Trouble("relay", 0, str(e), cure=f"mail_ca = {relay.ca} cannot be read: {e.strerror}.") from e
        context.minimum_version = ssl.TLSVersion.TLSv1_2
    return aiosmtplib.SMTP(
        hostname=relay.server, port=relay.port, username=relay.user or None, password=relay.password or None,
        timeout=CONNECT_S, use_tls=relay.security == "tls", start_tls=relay.security == "starttls", tls_context=context)


def is_local(server: str) -> bool:
    """Whether the relay is this machine, by its name."""
    try:
        return ip_address(server.strip("[]")).is_loopback
    except ValueError:
        return server == "localhost"


def _unreachable(relay: Relay, e: Exception) -> Trouble:
    place = f"{relay.server}:{relay.port}"
    text = f"{type(e).__name__}: {e}"
    low = text.lower()
    if "certificate" in low:
        cure = (f"{place} shows a certificate that does not prove it is {relay.server}. Check mail_server and mail_ca; "
                "mail is not sent to a stranger.")
    elif "starttls" in low or "not supported" in low:
        cure = f"{place} offers no TLS. Use another port or relay; a password is not sent in the clear."
    elif isinstance(e, TimeoutError) or "timeout" in low or "timed out" in low:
        cure = f"{place} did not answer within {CONNECT_S:.0f} s. Is the port right, and does a firewall let it out?"
    elif "name or service" in low or "nodename" in low or "getaddrinfo" in low or "name resolution" in low:
        cure = f"There is no server named {relay.server}. Check mail_server."
    else:
        cure = f"{place} cannot be reached, or broke off. Check mail_server, mail_port and mail_security."
    return Trouble("relay", int(getattr(e, "code", 0) or 0), text, cure=cure)


_post: Post = Null()


def install(relay: Relay | None) -> None:
    """Tells this process by which relay mail leaves; None: not at all."""
    global _post
    if (relay or None) != _post.relay:
        _post = Smtp(relay) if relay else Null()


def post() -> Post:
    """The way out that is open now."""
    return _post
