"""Asking for a letter, wishing for a topic, trying again."""

from collections.abc import Mapping

import msgspec

from petrel.core import ids, seal
from petrel.core.doors import Writer, writing
from petrel.core.errors import NotFound, Unauthenticated
from petrel.core.viewer import System
from petrel.features.mail import envelopes, letters, rows
from petrel.features.mail.shapes import NEEDED, TOPICS, Content
from petrel.outside import mail as outside

SEND = "mail.send"
SYSTEM = System("mail")


def is_on() -> bool:
    """Whether this site sends mail: a relay is named in the settings."""
    return outside.post().relay is not None


async def queue(w: Writer, to: int | str, template: str, facts: Mapping[str, str], *, once: str | None = None) -> bool:
    """Asks for a letter, in the transaction of what it tells; it leaves within seconds of the commit.

    `to`: the number of an account, or an address of the crew. `once`: a name for what is told; a second letter of the
    same name is not written. False, and nothing is written: no relay, the account has no address, or nobody wished for
    this topic. Errors: NoSuchTemplate (also for a fact that is missing).
    """
    one = letters.must_have(template, facts)
    if not is_on():
        return False
    account = to if isinstance(to, int) else None
    if account is not None and not await rows.takes(w, account, one.topic, one.topic != NEEDED):
        return False

    letter = ids.new_id(ids.any_cell() if account is None else ids.cell_of(account))
    content = Content("" if isinstance(to, int) else to, dict(facts))
    key = (await seal.new_keys([letter]))[letter]
    sealed = seal.seal(key, letter, msgspec.json.encode(content))
    if not await rows.insert(w, letter, account, one, once, sealed):
        await seal.destroy([letter])
        return True

    if not w.is_deriving:
        w.record("mail.letter.asked", letter, refs=[account or 0])
    w.later(SEND, {}, once=SEND)
    return True


async def retry(w: Writer, letter: int | None = None) -> int:
    """Everything that waits, or one letter, is tried now, whatever was let rest; how many those are."""
    count = await rows.hurry(w, letter)
    w.record("mail.letter.retried", letter or 0, refs=[count])
    w.later(SEND, {}, once=SEND)
    return count


async def wish(w: Writer, topic: str, *, on: bool) -> None:
    """The acting member wants letters of a topic, or no more of them. Errors: Unauthenticated, NotFound (topic)."""
    if w.account is None:
        raise Unauthenticated
    if topic not in TOPICS:
        raise NotFound
    if on:
        await rows.make_wish(w, w.account, topic)
        w.record("mail.wish.made", w.account)
    else:
        await rows.end_wish(w, w.account, topic)
        w.record("mail.wish.ended", w.account)


async def unsubscribe(secret: str, *, cause: str) -> None:
    """The link of a letter: no more of its topic. What we did not make changes nothing, and is answered alike."""
    found = await envelopes.off_from(secret)
    if found is None or found[1] not in TOPICS:
        return
    account, topic = found
    async with writing(SYSTEM, cause=cause) as w:
        if await rows.end_wish(w, account, topic):
            w.record("mail.wish.ended", account, actor=account)
