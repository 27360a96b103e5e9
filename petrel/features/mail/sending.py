"""Sending what is due: claim, open, pack, hand over, note. One connection for a batch, one transaction a letter.

A letter leaves at least once: whoever dies between the relay's yes and our note sends it again, under the same
Message-ID. When the relay fails, everything waits and no letter loses a try, but the one that it failed at: that goes
behind the others, since it may be why. When a domain refuses again and again, its letters wait; when one address does
not exist, that is noted and its letter ends.
"""

import asyncio
from collections.abc import Sequence

import msgspec
import structlog
from msgspec import Struct

from petrel.core import ids, limits, seal
from petrel.core.doors import deriving
from petrel.core.errors import PetrelError, Unavailable
from petrel.features import accounts
from petrel.features.mail import breakers, envelopes, letters, rows, rules, signing
from petrel.features.mail.shapes import Content, Letter
from petrel.outside import mail as outside

log = structlog.get_logger("petrel.mail")
BATCH, CLAIM_S = 40, 3600
CALL_S = 20.0
KEY_S = 3.0
"""A call is signed where the database says the key so soon."""


class Tally(Struct):
    """What came of a batch."""

    sent: int = 0
    later: int = 0
    refused: int = 0
    ended: int = 0

    def __str__(self) -> str:
        return f"{self.sent} letters sent, {self.later} put off, {self.refused} refused, {self.ended} ended"

    def add(self, other: "Tally") -> None:
        self.sent, self.later = self.sent + other.sent, self.later + other.later
        self.refused, self.ended = self.refused + other.refused, self.ended + other.ended

    @property
    def done(self) -> int:
        return self.sent + self.later + self.refused + self.ended


class Ready(Struct, frozen=True):
    """A letter that is open and knows where it goes. `digest`: of an account's address, for what is noted of it."""

    letter: Letter
    addressed: envelopes.Addressed
    domain: bytes
    digest: bytes = b""


async def send_due(most: int = BATCH) -> Tally:
    """One batch; `Tally.done` is 0 when nothing is due or the relay rests."""
    tally, post = Tally(), outside.post()
    if post.relay is None or await breakers.rests(breakers.RELAY):
        return tally
    async with deriving("mail") as w:
        claimed = await rows.claim(w, most, CLAIM_S)
    left = list(claimed)
    try:
        if ready := await _open(claimed, left, tally):
            await _hand_over(ready, left, post, tally)
    finally:
        await rows.unlock([one.id for one in left])
    return tally


async def _hand_over(ready: Sequence[Ready], left: list[Letter], post: outside.Post, tally: Tally) -> None:
    assert post.relay is not None
    key = await signing.key()
    at: Letter | None = None
    try:
        async with post.session() as session:
            for one in ready:
                at = one.letter
                await _one(one, session, post.relay, key, tally)
                left.remove(one.letter)
            await breakers.close(breakers.RELAY)
    except outside.Trouble as trouble:
        rest_s = await breakers.fail(breakers.RELAY, trouble.said or "no answer", at_once=True)
        log.warning("the mail server takes nothing", code=trouble.said, cure=trouble.cure, again_in_s=rest_s,
                    server=post.relay.server)
        if at is not None:
            await rows.put_off(at.id, rest_s + rules.wait_s(at.attempts + 1), at.attempts + 1, trouble.said)
            left.remove(at)


async def _one(one: Ready, session: outside.Session, relay: outside.Relay, key: signing.Key, tally: Tally) -> None:
    """Errors: Trouble of the relay; everything else is noted."""
    letter = one.letter
    if rest_s := await breakers.rests(one.domain):
        await rows.put_off(letter.id, rest_s, letter.attempts, "")
        tally.later += 1
        return
    try:
        await session.send(await envelopes.pack(one.addressed, relay, key))
    except envelopes.BadAddress:
        await _refused(one, "bad address", tally)
    except outside.Trouble as trouble:
        match rules.meaning(trouble.whose, trouble.code, trouble.enhanced):
            case "relay":
                raise
            case "address":
                await _refused(one, trouble.said, tally)
            case "refused":
                await breakers.fail(one.domain, trouble.said)
                await rows.end(letter.id, "refused", trouble.said)
                tally.refused += 1
            case "later":
                await breakers.fail(one.domain, trouble.said)
                await rows.put_off(letter.id, rules.wait_s(letter.attempts + 1), letter.attempts + 1, trouble.said)
                tally.later += 1
    else:
        await breakers.close(one.domain)
        await rows.end(letter.id, "sent", "250")
        tally.sent += 1


async def _refused(one: Ready, code: str, tally: Tally) -> None:
    await rows.end(one.letter.id, "refused", code)
    if one.letter.account is not None:
        await rows.note_refusal(one.letter.account, one.digest, "bounce", code)
    tally.refused += 1


async def _open(claimed: Sequence[Letter], left: list[Letter], tally: Tally) -> list[Ready]:
    """Those that can go; what is too old, or has nobody to go to any more, ends."""
    keys = await seal.keys([one.id for one in claimed])
    async with deriving("mail") as w:
        homes = await accounts.mail_addresses(w, [one.account for one in claimed if one.account is not None])
        now = await w.value("select now()")
    ready: list[Ready] = []
    for one in claimed:
        key, home = keys.get(one.id), homes.get(one.account or 0)
        if one.until_at < now or key is None or (one.account is not None and home is None):
            await rows.end(one.id, "ended", "too late" if one.until_at < now else "no address")
            left.remove(one)
            tally.ended += 1
            continue
        content = msgspec.json.decode(seal.open_sealed(key, one.id, one.sealed), type=Content)
        to = content.to or (home.address if home else "")
        template = letters.template(one.template, content.language)
        addressed = envelopes.Addressed(one.id, template, content.facts, to, one.account or 0,
                                        home.handle if home else "")
        ready.append(Ready(one, addressed, await breakers.digest_of(to), home.digest if home else b""))
    return ready


class NotTaken(Unavailable):
    """The mail server did not take the letter"""


async def try_out(to: str) -> str:
    """Sends one letter at once, past the queue, and says by which way. Errors: NotTaken, which tells the cure."""
    post = outside.post()
    relay = post.relay or outside.Relay("", "petrel@localhost")
    number = ids.new_id(ids.any_cell())
    facts = {"domain": limits.current().domain, "server": relay.server}
    one = envelopes.Addressed(number, letters.template("test"), facts, to)
    try:
        async with post.session() as session:
            await session.send(await envelopes.pack(one, relay, await signing.key()))
    except envelopes.BadAddress as e:
        raise NotTaken(f"{to} is not an address that mail can be sent to: {e}") from e
    except outside.Trouble as e:
        said = f"{relay.server} does not take a letter to {to}." if e.whose != "relay" else "No letter left."
        heard = f"{e.code or ''} {e.text}".strip()
        raise NotTaken(e.cure or said, detail=f"it said: {heard}" if heard else None) from e
    await breakers.close(breakers.RELAY)
    return f"{relay.server}:{relay.port} ({relay.security}) took a letter from {relay.sender} to {to}."


async def call(to: str, subject: str, text: str) -> str:
    """A bare letter to somebody of the crew, at once and past the queue: it needs no database. What went wrong, or ""
    once the relay has taken it."""
    post = outside.post()
    if post.relay is None:
        return "this site sends no mail: set mail_server"
    try:
        async with asyncio.timeout(KEY_S):
            key = await signing.key()
    except (PetrelError, TimeoutError):     # the databases are away, or hang; an unsigned letter says so as well
        key = None
    try:
        async with asyncio.timeout(CALL_S), post.session() as session:
            await session.send(envelopes.bare(to, subject, text, post.relay, key))
    except envelopes.BadAddress as e:
        return f"no address: {e}"
    except TimeoutError:
        return f"{post.relay.server} takes longer than {CALL_S:g} seconds"
    except outside.Trouble as e:
        return f"{e.code or ''} {e.text or e.cure}".strip() or "the mail server did not take it"
    return ""
