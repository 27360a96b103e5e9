"""Reporting, and the desk of the crew: functions of `needs.Moderating` over the room moderation."""

import re
import time
from urllib.parse import urlsplit

from petrel.core import limits
from petrel.core.doors import Reader, reading, writing
from petrel.core.errors import NotFound
from petrel.core.viewer import Anonymous, Staff, Viewer
from petrel.features import about, accounts, moderation, posts
from petrel.features.about import Rule
from petrel.features.moderation import Appeal, Case, Followed, NewReport, Plea, Verdict
from petrel.features.moderation.block_rules import Difference, NewBlock
from petrel.features.moderation.numbers import Year
from petrel.features.posts import Code, Surface
from petrel.ops import attendance, changes
from petrel.web.casework import DeskAppeal, DeskBlocks, DeskCase, OwnModeration, ReportTarget, Wait
from petrel.web.forms import as_id
from petrel.web.rooms.acting import Counting
from petrel.web.rooms.reading import card_of, member_of
from petrel.web.rooms.views import account_view

MOST_BLOCKS = 5_000
KEPT_S = 300.0
KEPT: dict[int, tuple[float, Year]] = {}
"""Numbers by year, and until when they are young enough; there are as many as there are years."""
OUR_PAGE = re.compile(r"/@([^/@]+(?:@[^/]+)?)(?:/(\d{1,19}))?/?")


class ModeratingRooms:
    """One per process."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting

    async def report_target(self, viewer: Viewer, *, post: int | None, handle: str) -> ReportTarget | None:
        async with reading(viewer) as r:
            return await _target(r, post, handle)

    async def rules(self) -> list[Rule]:
        async with reading(Anonymous()) as r:
            return await about.rules(r)

    async def target_at(self, viewer: Viewer, url: str) -> ReportTarget | None:
        parts = urlsplit(url.strip())
        if parts.netloc and parts.netloc != urlsplit(limits.current().base_url).netloc:
            return None
        match = OUR_PAGE.fullmatch(parts.path)
        if match is None:
            return None
        async with reading(viewer) as r:
            return await _target(r, as_id(match[2] or ""), match[1]) or await _target(r, None, match[1])

    async def report(self, viewer: Viewer, new: NewReport, *, address: str, cause: str) -> str:
        if isinstance(viewer, Anonymous):
            self._counting.take_address("notices", address)
        else:
            self._counting.take_member("reports", member_of(viewer).account)
        async with writing(viewer, cause=cause) as w:
            return (await moderation.report(w, new)).link

    async def followed(self, link: str) -> Followed:
        async with reading(Anonymous()) as r:
            return await moderation.followed(r, link)

    async def own_moderation(self, viewer: Viewer) -> OwnModeration:
        async with reading(member_of(viewer)) as r:
            return OwnModeration(
                decisions=tuple(await moderation.appeals.own(r)), looks=await moderation.appeals.looks_at_own(r),
                reports=tuple(await moderation.appeals.own_reports(r)))

    async def appeal(self, viewer: Viewer, decision: int, plea: Plea, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await moderation.appeals.appeal(w, decision, plea)

    async def desk_waiting(self, viewer: Viewer) -> list[Wait]:
        async with reading(staff(viewer, "what waits")) as r:
            await moderation.crew(r)
            found = await attendance.waiting_for(r)
        return [Wait(kind=one.kind, what=one.what, since=one.since, where=attendance.where(one),
                     is_pressing=one.weight >= attendance.PRESSING) for one in found]

    async def desk_appeals(self, viewer: Viewer) -> list[Appeal]:
        async with reading(staff(viewer, "appeals")) as r:
            await moderation.crew(r)
            return await moderation.appeals.waiting(r)

    async def desk_appeal(self, viewer: Viewer, number: int) -> DeskAppeal:
        async with reading(staff(viewer, f"appeal {number}")) as r:
            await moderation.crew(r)
            appeal = await moderation.appeals.find(r, number)
            return DeskAppeal(appeal=appeal, decision=await moderation.find_decision(r, appeal.decision))

    async def desk_answer(self, viewer: Viewer, number: int, text: str, *, granted: bool, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await moderation.appeals.answer(w, number, granted=granted, text=text)

    async def desk_blocks(self, viewer: Viewer) -> DeskBlocks:
        async with reading(staff(viewer, "blocks")) as r:
            _, role = await moderation.crew(r)
            return DeskBlocks(
                servers=tuple(await moderation.blocks.listed(r, "server", limit=MOST_BLOCKS)),
                mails=tuple(await moderation.blocks.listed(r, "mail", limit=MOST_BLOCKS)),
                networks=tuple(await moderation.blocks.listed(r, "network", limit=MOST_BLOCKS)),
                mailboxes=tuple(await moderation.blocks.listed(r, "mailbox", limit=MOST_BLOCKS)),
                lists=tuple(await moderation.blocks.lists(r)), may_block=role != "moderator")

    async def desk_block(self, viewer: Viewer, new: NewBlock, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await moderation.blocks.put(w, new)

    async def desk_lift(self, viewer: Viewer, block: int, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await moderation.blocks.lift(w, block)

    async def desk_compare(self, viewer: Viewer, name: str, text: str) -> Difference:
        async with writing(member_of(viewer), cause="compare") as w:
            return await moderation.blocks.compare(w, name, text)

    async def desk_bring_in(self, viewer: Viewer, name: str, text: str, *, fingerprint: str, lifts: bool,
                            cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            number = await moderation.blocks.bring_in(w, name, text, fingerprint=fingerprint, lifts=lifts)
            await changes.note(w, changes.blocks_moved(number, f"the list {name} was taken over"))

    async def desk_undo_list(self, viewer: Viewer, number: int, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await moderation.blocks.undo_list(w, number)
            await changes.note(w, changes.blocks_moved(number, "what a list brought was taken back", is_back=True))

    async def moderation_numbers(self, year: int) -> Year:
        kept = KEPT.get(year)
        if kept is None or kept[0] < time.monotonic():
            async with reading(Anonymous()) as r:
                kept = KEPT[year] = (time.monotonic() + KEPT_S, await moderation.numbers.of_year(r, year))
        return kept[1]

    async def desk_queue(self, viewer: Viewer, *, is_open: bool, below: int | None) -> list[Case]:
        async with reading(staff(viewer, "queue")) as r:
            await moderation.crew(r)
            return await moderation.queue(r, is_open=is_open, below=below)

    async def desk_case(self, viewer: Viewer, case: int) -> DeskCase:
        async with reading(staff(viewer, f"case {case}")) as r:
            me, role = await moderation.crew(r)
            found = await moderation.find(r, case)
            reports = tuple(await moderation.reports(r, case))
            named = {int(rule) for one in reports for rule in one.rules if rule.isascii() and rule.isdigit()}
            return DeskCase(
                case=found, me=me, role=role, reports=reports,
                broken={rule.id: rule.text for rule in await about.rules(r, sorted(named))} if named else {},
                rules=tuple(rule.text for rule in await about.rules(r)),
                evidence=tuple(await moderation.evidence(r, case)),
                history=tuple(await moderation.history(r, found.about)) if found.about else ())

    async def desk_look(self, viewer: Viewer, case: int, reason: str, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await moderation.look(w, case, reason)

    async def desk_decide(self, viewer: Viewer, case: int, verdict: Verdict, *, keep_open: bool, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await moderation.decide(w, case, verdict, keep_open=keep_open)

    async def desk_set(self, viewer: Viewer, case: int, act: str, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            match act:
                case "take" | "give":
                    await moderation.assign(w, case, to_me=act == "take")
                case "close":
                    await moderation.close(w, case)
                case "reopen":
                    await moderation.reopen(w, case)
                case _:
                    raise NotFound

    async def desk_undo(self, viewer: Viewer, decision: int, *, cause: str) -> int:
        async with writing(member_of(viewer), cause=cause) as w:
            found = await moderation.find_decision(w, decision)
            await moderation.undo(w, decision)
        return found.case


def staff(viewer: Viewer, purpose: str) -> Staff:
    member = member_of(viewer)
    return Staff(member.account, member.digest, purpose)


async def _target(r: Reader, post: int | None, handle: str) -> ReportTarget | None:
    """What the viewer may see of it; None for nothing."""
    card = None
    if post is not None:
        found = [s.row for s in await posts.shown(r, Surface.LINK, [post])]
        if not found or found[0]["code"] <= Code.POINTER:
            return None
        author = found[0]["author"]
        card = (await accounts.cards_of(r, [author])).get(author)
    elif handle:
        card = await card_of(r, handle)
    return ReportTarget(account=account_view(card), post=post) if card else None
