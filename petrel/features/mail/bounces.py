"""What comes back: reports of non-delivery (RFC 3464) and complaints (RFC 5965), told by whoever reads our mailbox.

A report counts only when it names one of our letters with our proof: by the address it came to (`envelopes.way_back`)
or by the Message-ID in what it returns. Anybody can send us a report; nobody silences somebody's mail by a forged one.
"""

from email import message_from_bytes, policy
from email.message import Message
from typing import Literal

from msgspec import Struct

from petrel.core.doors import deriving
from petrel.features import accounts
from petrel.features.mail import envelopes, rows, rules

LARGEST_BYTES = 2_000_000
CAME_TO = ("X-Original-To", "Delivered-To", "Envelope-To", "To")

Kind = Literal["failed", "delayed", "complaint", "other"]


class Report(Struct, frozen=True):
    """What a message says came of a letter. `code`: enhanced status, as 5.1.1."""

    kind: Kind
    code: str = ""
    letter: int | None = None


class Taken(Struct, frozen=True):
    """What was done about it, in a sentence for the crew."""

    said: str
    is_ours: bool


async def take(raw: bytes, to: str = "") -> Taken:
    """`raw`: a message as it came; `to`: the address it came to, where the caller knows it. Twice does no harm."""
    report = await read(raw, to)
    if report.letter is None:
        return Taken("It names no letter of ours: nothing was done.", False)
    if report.kind in ("delayed", "other"):
        return Taken("It is an automatic answer or a delay: nothing has to be done.", True)

    async with deriving("mail") as w:
        found = await rows.find(w, report.letter)
        account = found.account if found else None
        home = (await accounts.mail_addresses(w, [account])).get(account) if account is not None else None
    if found is None:
        return Taken("That letter is older than 30 days, or was sent for trial: nothing was done.", True)
    is_gone = report.kind == "complaint" or rules.meaning("recipient", 550, report.code) == "address"
    await rows.end(found.id, "refused", report.code or report.kind)
    if home is not None and is_gone:
        why = "complaint" if report.kind == "complaint" else "bounce"
        await rows.note_refusal(home.account, home.digest, why, report.code)
        return Taken(f"Noted of the address of @{home.handle}: {why} {report.code}".strip() +
                     ". It gets no summaries any more; what its holder asks for is still sent.", True)
    return Taken(f"Noted of the letter {found.id}: {report.kind} {report.code}.", True)


async def read(raw: bytes, to: str = "") -> Report:
    """Errors: none; what makes no sense is `other`."""
    message = message_from_bytes(raw[:LARGEST_BYTES], policy=policy.compat32)
    kind, code = _of(message)
    for address in [to, *(str(message.get(name, "")) for name in CAME_TO)]:
        for word in address.replace(",", " ").split():
            if (letter := await envelopes.came_back(word)) is not None:
                return Report(kind, code, letter)
    for part in message.walk():
        if part.get_content_type() == "text/rfc822-headers":
            returned = part.get_payload(decode=True)
            part = message_from_bytes(returned if isinstance(returned, bytes) else b"", policy=policy.compat32)
        if (letter := await envelopes.was_ours(str(part.get("Message-ID", "")))) is not None:
            return Report(kind, code, letter)
    return Report(kind, code)


def _of(message: Message) -> tuple[Kind, str]:
    for part in message.walk():
        match part.get_content_type():
            case "message/feedback-report":
                return "complaint", ""
            case "message/delivery-status":
                blocks = part.get_payload()
                if isinstance(blocks, list):
                    return _delivery([one for one in blocks if isinstance(one, Message)])
    return "other", ""


def _delivery(blocks: list[Message]) -> tuple[Kind, str]:
    """A letter of ours has one recipient, so the first block that names an action is the one."""
    for block in blocks:
        if action := str(block.get("Action", "")).strip().lower():
            status = str(block.get("Status", "")).split(" ", 1)[0].strip()
            return ("failed" if action == "failed" and not status.startswith("4") else "delayed"), status[:12]
    return "other", ""
