"""Asking for a letter, wishing for a topic, trying again."""

from collections.abc import Mapping

import msgspec

from petrel.core import ids, seal
from petrel.core.doors import Writer, writing
from petrel.core.errors import NotFound, Unauthenticated
from petrel.core.viewer import Member, System
from petrel.features import accounts
from petrel.features.mail import envelopes, letters, rows
from petrel.features.mail.shapes import NEEDED, TOPICS, Content
from petrel.outside import mail as outside

SEND, RESET, CONFIRM = "mail.send", "mail.reset", "mail.confirm"
SYSTEM = System("mail")


def is_on() -> bool:
    """Whether this site sends mail: a relay is named in the settings."""
    return outside.post().relay is not None


async def queue(w: Writer, to: int | str, template: str, facts: Mapping[str, str], *, once: str | None = None,
                language: str = "") -> bool:
    """Asks for a letter, in the transaction of what it tells; it leaves within seconds of the commit.

    `to`: the number of an account, or an address of the crew. `once`: a name for what is told; a second letter of the
    same name is not written. `language`: of who has not chosen one. False, and nothing is written: no relay, the
    account has no address, or nobody wished for this topic. Errors: NoSuchTemplate (also for a fact that is missing).
    """
    one = letters.must_have(template, facts)
    if not is_on():
        return False
    account = to if isinstance(to, int) else None
    if account is not None and not await rows.takes(w, account, one.topic, one.topic != NEEDED):
        return False

    letter = ids.new_id(ids.any_cell() if account is None else ids.cell_of(account))
    chosen = None if account is None else await rows.language_of(w, account)
    content = Content("" if isinstance(to, int) else to, dict(facts), chosen or language)
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


async def ask_reset(address: str, *, cause: str) -> None:
    """Somebody says that they forgot the password of the account with this address. Whether there is one is found
    out later, by a job, so that neither the answer nor its time can tell; the address is written nowhere."""
    digest = await accounts.resets.digest_to_ask(address)
    async with writing(SYSTEM, cause=cause) as w:
        w.later(RESET, {"digest": digest.hex()}, lane="urgent")


async def ask_confirmation(w: Writer, account: int) -> None:
    """A letter with the link that confirms an account's address; at most one in ten minutes to the same."""
    w.later(CONFIRM, {"account": account}, once=f"{CONFIRM} {account}", lane="urgent")


async def change_address(member: Member, address: str, password: str, *, cause: str) -> None:
    """Another address for this member: the new one is asked to confirm, the old one is told.

    Errors: those of `accounts.change_email`.
    """
    before = await accounts.change_email(member, address, password, cause=cause)
    async with writing(member, cause=cause) as w:
        own = await accounts.own(w)
        await ask_confirmation(w, member.account)
        if before and before.casefold() != address.strip().casefold():
            await queue(w, before, "address_changed", {"name": own.account.handle}, language=own.locale or "")
