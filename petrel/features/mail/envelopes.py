"""From a letter to the bytes that leave: headers, both parts, the way back (VERP), the signature."""

import base64
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from email.headerregistry import Address as Named
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, make_msgid

import idna
from msgspec import Struct

from petrel.core import limits, seal
from petrel.features.mail import letters, signing
from petrel.outside.mail import Envelope, Relay

MAC_BYTES = 10
UNSUBSCRIBE = "/mail/off/"


class Addressed(Struct, frozen=True):
    """A letter, and to whom. `account` and `handle` are empty for the crew."""

    id: int
    template: letters.Template
    facts: Mapping[str, str]
    to: str
    account: int = 0
    handle: str = ""


class BadAddress(ValueError):
    """This is no address that mail can be sent to."""


async def pack(one: Addressed, relay: Relay, key: signing.Key | None) -> Envelope:
    """Signed, where there is a key. Errors: BadAddress, NoSuchTemplate."""
    setting = limits.current()
    given = {"site": setting.site_name, "base_url": setting.base_url, "handle": one.handle}
    text = letters.write(one.template, one.facts, given)
    to = in_ascii(one.to)
    local, _, domain = relay.sender.rpartition("@")

    message = EmailMessage(policy=SMTP if to.isascii() else SMTPUTF8)
    message["From"] = Named(setting.site_name, username=local, domain=domain)
    message["Subject"] = text.subject
    # Written by hand: the library would break long ones in the middle and encode the pieces. Nothing in them is typed
    # by people but the address, which has no blanks.
    exact = [f"To: {to}", f"Message-ID: <{one.id}.{await mac('id', one.id)}@{domain}>"]      # the same at every try
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Auto-Submitted"] = "auto-generated"                                  # RFC 3834: nobody's holiday answers
    if setting.contact_email:
        message["Reply-To"] = setting.contact_email
    if one.template.topic != "needed":
        off = f"{setting.base_url}{UNSUBSCRIBE}{await off_secret(one.account, one.template.topic)}"
        exact += [f"List-Unsubscribe: <{off}>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]    # RFC 8058
    message.set_content(text.plain, cte="quoted-printable")
    message.add_alternative(text.html, subtype="html", cte="quoted-printable")
    raw = "".join(f"{line}\r\n" for line in exact).encode() + message.as_bytes()
    return Envelope(await way_back(relay, one.id), to, signing.sign(raw, domain, key) + raw if key else raw)


def bare(to: str, subject: str, text: str, relay: Relay, key: signing.Key | None) -> Envelope:
    """A letter of plain text to somebody of the crew, without anything that a database would have to say: what comes
    back goes to the sender itself. Errors: BadAddress."""
    to = in_ascii(to)
    domain = relay.sender.rpartition("@")[2]
    message = EmailMessage(policy=SMTP if to.isascii() else SMTPUTF8)
    message["From"], message["To"], message["Subject"] = relay.sender, to, " ".join(subject.split())
    message["Date"], message["Auto-Submitted"] = format_datetime(datetime.now(UTC)), "auto-generated"
    message["Message-ID"] = make_msgid(domain=domain)
    message.set_content(text, cte="quoted-printable")
    raw = message.as_bytes()
    return Envelope(relay.sender, to, signing.sign(raw, domain, key) + raw if key else raw)


def in_ascii(address: str) -> str:
    """The address with its domain as DNS has it. Errors: BadAddress."""
    local, at, domain = address.strip().rpartition("@")
    try:
        name = idna.encode(domain.rstrip("."), uts46=True).decode()
    except (idna.IDNAError, UnicodeError) as e:
        raise BadAddress(str(e)) from e
    if not at or not local or any(c.isspace() or ord(c) < 32 for c in local):
        raise BadAddress("not NAME@DOMAIN")
    return f"{local}@{name}"


async def way_back(relay: Relay, letter: int) -> str:
    """Where this letter comes back to, if it does: the sender with the letter's number and a proof that we wrote it."""
    local, _, domain = relay.sender.rpartition("@")
    return f"{local}+{letter}-{await mac('back', letter)}@{domain}"


async def came_back(address: str) -> int | None:
    """The letter that an address of `way_back` names; None for what we did not make."""
    number, dash, proof = address.strip().strip("<>").rpartition("@")[0].rpartition("+")[2].partition("-")
    if not dash or not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    return int(number) if hmac.compare_digest((await mac("back", int(number))).encode(),
                                              proof.lower().encode("ascii", "replace")) else None


async def was_ours(message_id: str) -> int | None:
    """The letter that a Message-ID names, if we made it."""
    number, dot, proof = message_id.strip().strip("<>").partition("@")[0].partition(".")
    if not dot or not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    wanted = await mac("id", int(number))
    return int(number) if hmac.compare_digest(wanted.encode(), proof.encode("ascii", "replace")) else None


async def off_secret(account: int, topic: str) -> str:
    """What a link to end a topic holds. It needs no table, and never ends: old letters are found years later."""
    return f"{account}-{topic}-{await mac('off ' + topic, account)}"


async def off_from(secret: str) -> tuple[int, str] | None:
    """(account, topic) of a link of `off_secret`; None for what we did not make."""
    account, _, rest = secret.partition("-")
    topic, _, proof = rest.partition("-")
    if not account.isascii() or not account.isdigit() or len(account) > 18:
        account = "0"
    wanted = await mac("off " + topic, int(account))
    return (int(account), topic) if hmac.compare_digest(wanted.encode(), proof.encode("ascii", "replace")) else None


async def mac(purpose: str, number: int) -> str:
    """16 letters; small ones only, since mail servers change the case."""
    key = await seal.secret("mail")
    digest = hmac.digest(key, f"{purpose} {number}".encode(), "sha256")
    return base64.b32encode(digest[:MAC_BYTES]).decode().lower()
