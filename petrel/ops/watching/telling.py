"""Telling owners: addresses that take a POST of JSON, mail. What could not be delivered is tried again at each look."""

import asyncio
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import structlog
from msgspec import Struct

from petrel.core.amounts import Amount
from petrel.core.doors import deriving
from petrel.core.errors import NotFound, PetrelError
from petrel.core.limits import current
from petrel.features import mail
from petrel.ops.watching.judging import Act
from petrel.ops.watching.measuring import explained
from petrel.ops.watching.shapes import Plan
from petrel.outside import webhooks

log = structlog.get_logger("petrel.watching")

KEEP_S = 3600.0


class Notice(Struct, frozen=True):
    """What somebody is told. `since`: when it began, as text."""

    site: str
    what: str
    rule: str
    target: str
    value: float
    says: str
    cure: str
    since: str
    number: int
    more: str = ""

    @property
    def subject(self) -> str:
        return f"[{self.site}] {self.what}: {self.rule}{f' ({self.target})' if self.target else ''}"

    @property
    def text(self) -> str:
        """Plain text, also what chat services show of a webhook."""
        cure = "" if self.what == "cleared" else f"What to do: {self.cure}"
        lines = [self.says, self.more, cure, f"Since {self.since}."]
        if self.number and self.what != "cleared":
            lines.append(f"Say that you look at it: petrel alerts quiet {self.number}")
        return "\n".join(filter(None, lines))


def notice(plan: Plan, act: Act, number: int) -> Notice:
    rule = plan.rules.get(act.rule)
    says = rule.says.format(value=Amount(act.value), target=act.target) if rule else act.rule
    since = (act.alert.fired_at if act.alert else datetime.now(UTC)).astimezone(UTC)
    return Notice(current().domain, act.what, act.rule, act.target, act.value,
                  f"It is well again: {act.rule}." if act.what == "cleared" else says,
                  rule.cure if rule else "", f"{since:%Y-%m-%d %H:%M:%S} UTC", number,
                  explained(rule.measure) if rule and act.what != "cleared" else "")


class Waiting(Struct, frozen=True):
    """`to`: an address of the web, one of mail, or the number of an account."""

    to: str | int
    said: Notice
    until_s: float

    @property
    def is_letter(self) -> bool:
        return isinstance(self.to, int) or "://" not in self.to


class Messenger:
    """Tells beside whoever asks it to: an address that hangs keeps nobody from looking. What an address did not take is
    tried again at each `send`, for an hour."""

    def __init__(self) -> None:
        self._waiting: list[Waiting] = []
        self._sending: set[asyncio.Task[None]] = set()

    def tell(self, addresses: Iterable[str | int], said: Notice) -> None:
        self._waiting += [Waiting(to, said, time.monotonic() + KEEP_S) for to in addresses]
        self.send()

    def send(self) -> None:
        """All that waits, at the same time, each address with a few seconds."""
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            task = asyncio.create_task(self._try(one))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def settled(self) -> None:
        """Until everything that was sent was taken or not."""
        while self._sending:
            await asyncio.gather(*self._sending)

    async def _try(self, one: Waiting) -> None:
        if not (wrong := await _sent(one)):
            return
        log.warning("an alert was not taken", rule=one.said.rule, error=wrong)
        if time.monotonic() < one.until_s:
            self._waiting.append(one)
        else:
            log.error("an alert is given up: its address takes nothing", rule=one.said.rule)


async def _sent(one: Waiting) -> str:
    """What went wrong, or ""."""
    if not one.is_letter:
        return await _post(str(one.to), one.said)
    if not mail.is_on():
        return ""                               # nothing will change that; the log has the alert
    try:
        async with deriving("watching") as w:
            await mail.queue(w, one.to, "notice", {"subject": one.said.subject, "text": one.said.text})
    except PetrelError as e:
        return str(e.detail or e)
    return ""


async def _post(address: str, said: Notice) -> str:
    """What went wrong, or ""."""
    body = {"text": f"{said.subject}\n{said.text}", "site": said.site, "what": said.what, "rule": said.rule,
            "target": said.target, "value": said.value, "since": said.since, "number": said.number}
    return await webhooks.post(address, body)


async def try_out(plan: Plan, owner: str) -> dict[str, str]:
    """Sends a notice to each webhook of an owner; what went wrong, by host. Errors: NotFound."""
    if owner not in plan.owners:
        raise NotFound(f"There is no owner {owner}; there are {', '.join(plan.owners)}.")
    said = Notice(current().domain, "test", "none", "", 0.0, "This is only a test: alerts reach you here.",
                  "nothing", f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC", 0)
    # An address may hold a secret: its host alone is shown.
    return {urlsplit(one).netloc: await _post(one, said) for one in plan.owners[owner].webhook}
