"""Telling owners: addresses that take a POST of JSON, mail. What could not be delivered is tried again at each look."""

import asyncio
import time
from datetime import UTC, datetime

import structlog
from msgspec import Struct

from petrel.core.limits import current
from petrel.ops.watching.judging import Act
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

    @property
    def subject(self) -> str:
        return f"[{self.site}] {self.what}: {self.rule}{f' ({self.target})' if self.target else ''}"

    @property
    def text(self) -> str:
        """Plain text, also what chat services show of a webhook."""
        lines = [self.says, "" if self.what == "cleared" else f"What to do: {self.cure}", f"Since {self.since}."]
        if self.number and self.what != "cleared":
            lines.append(f"Say that you look at it: petrel alerts quiet {self.number}")
        return "\n".join(filter(None, lines))


def notice(plan: Plan, act: Act) -> Notice:
    rule = plan.rules.get(act.rule)
    says = rule.says.format(value=act.value, target=act.target) if rule else act.rule
    since = (act.alert.fired_at if act.alert else datetime.now(UTC)).astimezone(UTC)
    return Notice(current().domain, act.what, act.rule, act.target, act.value,
                  f"It is well again: {act.rule}." if act.what == "cleared" else says,
                  rule.cure if rule else "", f"{since:%Y-%m-%d %H:%M:%S} UTC", act.alert.id if act.alert else 0)


class Messenger:
    """Keeps for an hour what an address did not take."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, str, Notice]] = []

    async def tell(self, addresses: tuple[str, ...], said: Notice) -> None:
        self._waiting += [(time.monotonic() + KEEP_S, address, said) for address in addresses]
        await self.send()

    async def send(self) -> None:
        """All at the same time, each address with a few seconds."""
        waiting, self._waiting = self._waiting, []
        outcome = await asyncio.gather(*(asyncio.to_thread(_post, address, said) for _, address, said in waiting))
        for one, wrong in zip(waiting, outcome, strict=True):
            if not wrong:
                continue
            log.warning("an alert was not taken", rule=one[2].rule, error=wrong)
            if time.monotonic() < one[0]:
                self._waiting.append(one)
            else:
                log.error("an alert is given up: its address takes nothing", rule=one[2].rule)


def _post(address: str, said: Notice) -> str:
    """What went wrong, or ""."""
    body = {"text": f"{said.subject}\n{said.text}", "site": said.site, "what": said.what, "rule": said.rule,
            "target": said.target, "value": said.value, "since": said.since, "number": said.number}
    return webhooks.post(address, body)
