"""What others and the crew have to do with somebody: reports, decisions and appeals, letters, how they
arrived and come in."""

import os
from typing import TYPE_CHECKING, Any

from petrel.core import seal
from petrel.core.doors import deriving, reading, writing
from petrel.core.ids import cell_of, new_id
from petrel.core.viewer import Member, System
from petrel.features import accounts, archives, mail, moderation
from petrel.features.cards import rows as cards
from petrel.features.mail import rows as letters
from petrel.features.moderation import NewReport, Plea, Verdict, Written
from petrel.features.signup import rows as arrivals
from petrel.ops.drills import Person
from petrel.outside import mail as outside

if TYPE_CHECKING:
    from drills.dossier.walker import Walker

CAUSE = "drill"
DRILL = System(CAUSE)
NOWHERE = outside.Relay("127.0.0.1", "site@marks.example", 9)


async def judge(w: "Walker", others: "Walker", ada: Person, bram: Person, narrow: int) -> None:
    """Bram reports her, twice; the crew looks, decides, and takes one decision back; she appeals; she reports him."""
    first, second = await _crew("mona", "otto")
    her, him = await _session(ada.id), await _session(bram.id)
    rude = await w.post(ada, f"Ada is rude {w.mark()}")
    stolen = await w.post(ada, f"A poem of somebody's {w.mark()}")
    case = await _reported(him, NewReport(ada.id, "violation", (rude, narrow), ("1",), Written(others.mark())))
    async with writing(first, cause=CAUSE) as d:
        await moderation.look(d, case, "They say it is a threat")
    decision = await _decided(first, case, Verdict("take_down", "rules", "1. Be kind", "An insult.", (rude,)))
    async with writing(her, cause=CAUSE) as d:
        appeal = await moderation.appeals.appeal(d, decision, Plea(f"It was a quotation {w.mark()}"))
    async with writing(second, cause=CAUSE) as d:
        await moderation.appeals.answer(d, appeal, granted=True, text="It was one.")
    notice = Written("Mine", "B. Writer", "b@marks.example", "", "My poem of 2019", True)
    case = await _reported(him, NewReport(ada.id, "copyright", (stolen,), (), notice))
    decision = await _decided(first, case, Verdict("take_down", "copyright", "B. Writer", "The same words.", (stolen,)))
    async with writing(her, cause=CAUSE) as d:
        await moderation.appeals.appeal(d, decision, Plea(f"It is mine {w.mark()}", "Ada", w.mark(), True))
    case = await _reported(her, NewReport(bram.id, "spam", (), (), Written(f"He advertises {w.mark()}")))
    await _decided(first, case, Verdict("nothing", "none", "", "He does not."))


async def correspond(ada: Person) -> None:
    """She wants the digest, forgot her password, and a letter to her came back. Nothing leaves: nobody takes it."""
    async with writing(await _session(ada.id), cause=CAUSE) as d:
        await mail.wish(d, "digest", on=True)
    before = outside.post().relay
    outside.install(NOWHERE)
    try:
        async with writing(DRILL, cause=CAUSE) as d:
            await accounts.resets.make(d, ada.id)
            await mail.queue(d, ada.id, "reset", {"link": "https://marks.example/reset"}, once=f"drill {ada.id}")
    finally:
        outside.install(before)
    await letters.note_refusal(ada.id, await accounts.resets.digest_to_ask("ada@marks.example"), "bounce", "5.1.1")


async def arrive(ada: Person, answers: str) -> None:
    """As she would have come where the crew lets people in."""
    sealed = seal.seal(await accounts.key_of(ada.id), ada.id, answers.encode())
    async with writing(DRILL, cause=CAUSE) as d:
        await arrivals.arrived(d, ada.id, bytes(32), bytes(32), sealed)
        await d.execute(arrivals.LET_IN, ada.id)
        d.record("accounts.terms.agreed", ada.id, actor=ada.id, refs=(accounts.rules.TERMS,))


async def link(post: int) -> None:
    """Her post links to a page, which has not been asked yet: the drill asks nobody."""
    async with deriving(CAUSE) as d:
        await cards.want(d, [(post, "https://cards.example/page")])


async def enter(ada: Person, name: str) -> None:
    """She shows a code after her password, and has a passkey, which she gave a name; her browser told what it is, she
    chose how pages look, and a list of hers waits to be brought in."""
    import pyotp

    async with writing(DRILL, cause=CAUSE) as d:
        issued = await accounts.open_session(d, ada.id, "Firefox on Linux")
    her = Member(ada.id, accounts.digest_of(issued.token), is_session=True)
    async with reading(her) as r:
        setup = await accounts.codes.propose(r)
    async with writing(her, cause=CAUSE) as d:
        await accounts.codes.enable(d, setup.kept, pyotp.TOTP(setup.secret).now())
    key = [cell_of(ada.id), ada.id, new_id(cell_of(ada.id)), os.urandom(32), os.urandom(77), 0,
           await accounts.passkeys.sealed_name(ada.id, name)]
    async with writing(her, cause=CAUSE) as d:
        await d.execute(accounts.passkeys.ADD, *key)
        d.record("accounts.passkey.added", key[2], refs=[ada.id])
        await accounts.set_look(d, accounts.Look("dark", "large", True), "de")
        await archives.waiting.bring(d, "follows", f"{name}@elsewhere.example\n".encode())


async def _crew(*handles: str) -> list[Member]:
    async with writing(DRILL, cause=CAUSE) as d:
        made = await accounts.create_many(d, [accounts.NewAccount(handle=name, role="moderator") for name in handles])
    return [await _session(number) for number in made]


async def _session(account: int) -> Member:
    async with writing(DRILL, cause=CAUSE) as d:
        issued = await accounts.open_session(d, account)
    return Member(account, accounts.digest_of(issued.token), is_session=True)


async def _reported(by: Member, new: NewReport) -> int:
    async with writing(by, cause=CAUSE) as d:
        return (await moderation.report(d, new)).case


async def _decided(by: Member, case: int, verdict: Verdict) -> int:
    async with writing(by, cause=CAUSE) as d:
        made: Any = await moderation.decide(d, case, verdict)
    return int(made[0])
