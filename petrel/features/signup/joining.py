"""Coming in: what is looked at, the decision, the arrival; and the gate, which shuts by itself when too many come."""

import hmac

from msgspec.structs import replace

from petrel.core import limits, seal
from petrel.core.doors import Reader, Row, Writer, reading
from petrel.core.viewer import Anonymous, AppOnly, System
from petrel.features import accounts, mail, moderation
from petrel.features.accounts import Newcomer
from petrel.features.signup import rows, rules, work
from petrel.features.signup.shapes import Came, Facts, Gate, Joined

SYSTEM = System("signup")
LONGEST_ANSWER = 2000


async def gate() -> Gate:
    """What the form has to ask for now."""
    setting = limits.current()
    async with reading(SYSTEM) as r:
        row = await rows.counts(r, None)
    bits = rules.work_asked(setting.signup_work, row["an_hour"], setting.signups_an_hour)
    return Gate(setting.registrations, row["shut_at"] is not None, bits, setting.signup_question)


async def join(newcomer: Newcomer, came: Came, *, cause: str, app: AppOnly | None = None) -> Joined:
    """A new account, by the way that the site leaves open. Errors: those of `rules.way`, of
    `accounts.sign_up` and of `moderation.blocks.may_join`."""
    setting = limits.current()
    network = await _digest(rules.network_of(came.address))
    async with reading(Anonymous()) as r:
        await moderation.blocks.may_join(r, email=newcomer.account.email, address=came.address)
        is_invited = bool(newcomer.invite) and await accounts.invites.holds(r, newcomer.invite)
    async with reading(SYSTEM) as r:
        row = await rows.counts(r, network)
    async with reading(Anonymous()) as r:
        facts = await _facts(r, newcomer, came, row, is_invited=is_invited)
    if facts.mode != "closed" and not (facts.is_shut and not is_invited):
        # All that is wrong with the form at once, before anything that the site has against it.
        await accounts.check(newcomer, needs_email=facts.confirms)
    way = rules.way(facts)

    async def note(w: Writer, account: int) -> None:
        invite = accounts.digest_of(newcomer.invite) if way.by_invite else None
        answers = came.answers.strip()[:LONGEST_ANSWER]
        sealed = seal.seal(await accounts.key_of(account), account, answers.encode()) if answers else None
        if invite is None:
            # Who comes alone is counted one after the other: of many who come at once, all saw that there was room.
            await w.execute(rows.ONE_AT_A_TIME)
            now = await rows.counts(w, network)
            rules.way(replace(facts, is_shut=now["shut_at"] is not None, of_network=now["of_network"]))
            if setting.signups_an_hour:
                await _shut_if_wave(w, now["an_hour"] + 1, setting.signups_an_hour)
        await rows.arrived(w, account, network, invite, sealed)

    issued = await accounts.sign_up(newcomer, cause=cause, app=app, way=way, note=note)
    return Joined(issued, "crew" if way.waits_for_crew else "mail" if way.confirms else "")


async def _facts(r: Reader, newcomer: Newcomer, came: Came, row: Row, *, is_invited: bool) -> Facts:
    setting = limits.current()
    email = (newcomer.account.email or "").strip()
    bits = rules.work_asked(setting.signup_work, row["an_hour"], setting.signups_an_hour)
    return Facts(
        mode=setting.registrations, is_shut=row["shut_at"] is not None, is_invited=is_invited,
        confirms=setting.email_confirmation, has_mail=mail.is_on() and bool(email), asks_work=bits > 0,
        has_worked=bits > 0 and await work.holds(came.challenge, newcomer.account.handle, came.proof, bits),
        has_answered=bool(came.answers.strip()), of_network=row["of_network"],
        most_of_network=setting.signups_per_network,
        is_doubtful=await moderation.blocks.blocked_address(r, came.address) > 0)


async def _shut_if_wave(w: Writer, an_hour: int, most: int) -> None:
    """In the transaction of the arrival that is one too many: the next is not taken."""
    if an_hour < most or not await w.change(rows.SHUT, f"{an_hour} accounts within an hour, {most} are taken"):
        return
    w.record("signup.gate.shut", 0, cell=0, refs=[an_hour])
    setting = limits.current()
    facts = {"subject": f"Nobody more can join {setting.site_name}: {an_hour} came within an hour",
             "text": f"""{an_hour} accounts were made within an hour without an invitation. From now on nobody more is
taken who comes without one; whoever is here notices nothing.

Look at who came, and decide: {setting.base_url}/desk/arrivals

- If they are people (an article, a friend's recommendation): open again there.
- If they are not: undo the whole wave there with one button, then open again. Who waits to
  be let in goes on waiting, unless you say otherwise.

On the machine: petrel signup show, petrel signup undo, petrel signup open."""}
    for row in await w.fetch(rows.SENIORS):
        await mail.queue(w, row["id"], "notice", facts)
    if setting.contact_email:
        await mail.queue(w, setting.contact_email, "notice", facts)


async def _digest(network: str) -> bytes | None:
    """Keyed, so that nobody who has the table finds out who came from where."""
    return hmac.digest(await seal.secret("signup"), b"network " + network.encode(), "sha256") if network else None
