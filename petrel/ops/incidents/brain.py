"""The incident brain: after each look, what of the alerts is one thing, what probably did it, who is called; and the
board, into the database for the console and into a file for when that is away.

In a process of its own, behind the loop that watches; one at a time on a machine (`fencing.py`). The board in the file
is its own copy of all that it has to know without the databases, calls included: whoever starts it anew loses nothing
of that. Counts by cell are learned anew.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import msgspec
import structlog
from msgspec.structs import replace

from petrel.core import limits
from petrel.core.doors import Writer, deriving, writing
from petrel.core.errors import Conflict, NotFound, PetrelError
from petrel.core.ids import CELLS_IN_USE
from petrel.core.viewer import System
from petrel.ops import changes, safeguards, signals
from petrel.ops.incidents import board as boards
from petrel.ops.incidents import calling, commands, picturing, rota, rows, slips, suspecting, telling, tending
from petrel.ops.incidents.shapes import Board, Card, Cell, Event, Growing, Incident, Moving, Page
from petrel.ops.incidents.slips import Slip
from petrel.ops.watching import Alert, Look, Measure, Owner

log = structlog.get_logger("petrel.incidents")

REMEMBERS = 240
"""Looks whose counts by cell are remembered: an hour."""

WITHIN_S = 20.0
"""Databases that take longer to answer are away, as far as this is concerned."""

PICTURES_S, BACK_S = 300.0, 60.0
ENDED_SHOWN, CHANGES_SHOWN = 8, 12
Counts = Mapping[int, Sequence[int]]


class Brain:
    """`think` follows each look, and calls `works` when it has come to its end. `crew`: who is called where the plan
    names nobody else. `count`: all answers of this machine since the start, by cell (asked, failed, by time...).
    `activity`: what those of the last seconds were like."""

    def __init__(self, data: Path, crew: Owner, count: Callable[[], Counts],
                 activity: Callable[[], Sequence[Measure]] = tuple, works: Callable[[], None] = lambda: None) -> None:
        self._data, self._crew, self._count, self._activity, self._works = data, crew, count, activity, works
        self._counts: deque[tuple[datetime, Counts]] = deque(maxlen=REMEMBERS)
        self._board = boards.read(data) or Board(at=datetime.fromtimestamp(0).astimezone())
        self._pictured_s = -PICTURES_S
        self._done_until: int | None = None
        self._done: deque[Event] = deque(maxlen=200)
        self._called_s: dict[str, float] = {}
        self._blind: dict[tuple[str, str], datetime] = {}
        self._backs: dict[int, tuple[str, float, str]] = {}
        self._reaching: set[asyncio.Task[None]] = set()

    async def think(self, look: Look) -> None:
        self._counts.append((look.at, {cell: tuple(counted) for cell, counted in self._count().items()}))
        heard, board = list[Slip](), None
        if not look.is_blind:
            try:
                async with asyncio.timeout(WITHIN_S):
                    heard, board = await self._write_down(), await self._with(look)
            except (PetrelError, TimeoutError) as e:        # they answer the watch, and not us: a lock, a grant
                log.error("the databases do not answer the brain", error=str(getattr(e, "detail", "") or repr(e)))
        self._board = board or self._without(look)
        self._keep()
        for slip in heard if board else ():
            slips.drop(self._data, slip)
        for card in self._board.open:
            await self._call(look, card)
        self._works()

    def _keep(self) -> None:
        """A disk that takes nothing keeps nobody uncalled."""
        try:
            boards.write(self._data, self._board)
        except OSError as e:
            log.error("the board cannot be written", error=e.strerror)

    async def _write_down(self) -> list[Slip]:
        """What only this machine knew: what went wrong while the databases were away, who was called, what was said.
        Returns what need not be kept once the board says it."""
        heard = slips.read(self._data)
        if self._board.is_blind:
            async with deriving("incidents") as w:
                for card in self._board.open:
                    await rows.remember(w, card.incident, card.pages)
        for slip in heard:
            try:
                async with writing(System("cli"), cause="petrel ops") as w:
                    await commands.hear(w, slip)
            except (Conflict, NotFound) as e:
                log.warning("what was said is of nothing that is wrong", who=slip.who, said=slip.said, why=e.message)
        return heard

    async def _with(self, look: Look) -> Board:
        """With the databases: rows are brought up to date, and the board is made of them."""
        async with deriving("incidents") as w:
            fresh = await self._done_since(w)
            tended = await tending.tend(w, look)
            await rows.note_done(w, [one.id for one in tended.open if one.id in tended.fresh],
                                 list(self._done))
            await rows.note_done(w, [one.id for one in tended.open if one.id not in tended.fresh], fresh)
            cards = [await tending.card(w, look, one, self._counts, await self._keepers(w, one))
                     for one in tended.open]
            board = await self._around(w, look, tuple(cards))
            await w.execute(rows.BOARD, look.at, msgspec.json.encode(board).decode())
        self._blind.clear()
        return board

    async def _around(self, w: Writer, look: Look, cards: tuple[Card, ...]) -> Board:
        moving = [replace(one, back=await self._back(w, one)) for one in await rows.moving(w, CHANGES_SHOWN)]
        self._backs = {one.id: self._backs[one.id] for one in moving}
        frozen = await changes.frozen(w)
        ended = [one for one in await rows.listed(w, 2 * ENDED_SHOWN) if one.ended_at is not None][:ENDED_SHOWN]
        growing = tuple(Growing(rows.plain(one.said), one.left_days) for one in await signals.drifts(w))
        pictures = self._board.pictures
        if time.monotonic() - self._pictured_s >= PICTURES_S or not pictures:
            self._pictured_s = time.monotonic()
            pictures = await picturing.pictures(w, look.at)
        return self._filled(look, Board(at=look.at, open=cards, ended=tuple(ended), changes=tuple(moving),
                                        frozen=frozen.why if frozen else "", growing=growing, pictures=pictures))

    async def _back(self, w: Writer, one: Moving) -> str:
        """What going back would take, in a line; looked at again every minute."""
        state, at_s, said = self._backs.get(one.id, ("", 0.0, ""))
        if state != one.state or time.monotonic() - at_s > BACK_S:
            said = (await changes.way_of(w, one.id))[1].line if one.state == "confirmed" else ""
            self._backs[one.id] = one.state, time.monotonic(), said
        return said

    def _filled(self, look: Look, board: Board) -> Board:
        """With what needs no database."""
        now = self._activity()
        whole = {f"{m.name} {m.target}".strip(): m.value for m in (*look.measures, *now)}
        turn = look.plan.rota
        return replace(board, at=look.at, site=limits.current().domain, measures=whole,
                       cells=cells(whole, board), on_call=rota.on_call(turn, look.at) if turn else "",
                       manager=rota.leads(turn, look.at) if turn else "")

    def _without(self, look: Look) -> Board:
        """The databases are away: what was known of changes and people stands as it was, alerts are what fires now."""
        for key in look.firing:
            self._blind.setdefault(key, look.at)
        alerts = [Alert(at, rule, target, "", look.firing.get((rule, target), 0.0), since, since, 0, None, None)
                  for at, ((rule, target), since) in enumerate(self._blind.items(), 1) if (rule, target) in look.firing]
        before = {card.incident.root: card for card in self._board.open}
        cards = []
        for group in tending.groups(look.plan, alerts):
            known = before.get(group.root)
            one = replace(known.incident, quiet_at=None) if known else Incident(0, look.at, group.began_at, group.root,
                                                                                group.severity, ())
            speaking = [tending.speak(look.plan, alert) for alert in alerts if alert.id in group.alerts]
            hits = tuple(sorted({said.component for said in speaking} - {group.root}))
            exposed = [suspecting.Exposed(c.id, c.kind, c.what, c.state, 1, c.at) for c in self._board.changes if c.at]
            suspects = suspecting.rank(exposed, tending.parts(group.root, hits, speaking, {}), (), group.began_at,
                                       len(hits) + 1)
            cards.append(tending.shown(one, speaking, hits, suspects, known.events if known else (),
                                       known.pages if known else (), known.keepers if known else ()))
        left = [card for root, card in before.items() if root not in {card.incident.root for card in cards}]
        return self._filled(look, replace(self._board, open=(*cards, *left), is_blind=True,
                                          blind_since=self._board.blind_since or look.at))

    async def _done_since(self, w: Writer) -> list[Event]:
        """What the crew and the site did since the last time, off the journal."""
        if self._done_until is None:
            self._done_until = int(await w.value(rows.NOW))
        found = []
        for row in await w.fetch(rows.DONE, self._done_until):
            self._done_until = max(self._done_until, row["xid"])
            words = row["kind"].removeprefix("ops.").replace(".", " ").replace("_", " ")
            found.append(Event(row["at"], "done", rows.plain(f"{words} {row['subject']} ({row['cause']})")))
        self._done.extend(found)
        return found

    async def _keepers(self, w: Writer, one: Incident) -> tuple[str, ...]:
        """The people who own what fails, by handle."""
        known = next((card.keepers for card in self._board.open if card.incident.id == one.id and card.keepers), None)
        component = safeguards.components().get(one.root)
        if known or component is None:
            return known or ()
        crew = await safeguards.crew_of(w)
        try:
            standings = safeguards.view(self._data, None, crew, None).standings
        except PetrelError as e:                # a file of the operator's that cannot be read keeps nobody uncalled
            log.warning("nobody could say who owns this", component=one.root, error=e.message)
            return tuple(f"@{person.handle}" for person in crew if person.role == "owner")
        owners = next((s.owners for s in standings if s.name == component.safeguards[0]), None) or ()
        return tuple(f"@{person.handle}" for person in owners)

    async def _call(self, look: Look, card: Card) -> None:
        """Whoever is to be called now, is."""
        turn, one = look.plan.rota, card.incident
        if turn is None or one.taken_at is not None or one.quiet_at is not None:
            return
        waited_s = time.monotonic() - self._called_s.get(one.root, time.monotonic())
        step = rota.due(turn, one.severity, card.pages, look.at, waited_s, by_day=rota.is_day(look.at))
        # Whoever said this moment that they are on it is not called.
        if step is None or any(slip.is_of(one) and not slip.said for slip in slips.read(self._data)):
            return
        self._called_s[one.root] = time.monotonic()
        for who in step[1]:
            number = 0
            if self._board.is_blind:            # kept before it is made, as with the databases
                self._note(one.root, Page(step[0], who, "", look.at))
            else:
                async with deriving("incidents") as w:
                    number = await w.value(rows.CALL, one.id, step[0], who) or 0
                if not number:
                    continue                    # another process makes this call
            # Beside the loop: an address that hangs keeps nobody from watching.
            task = asyncio.create_task(self._reach(look, card, who, step[0], number))
            self._reaching.add(task)
            task.add_done_callback(self._reaching.discard)

    def _note(self, root: str, page: Page) -> None:
        """A call into our own copy."""
        def noted(card: Card) -> Card:
            pages = {(one.step, one.who): one for one in card.pages} | {(page.step, page.who): page}
            return replace(card, pages=tuple(pages.values())) if card.incident.root == root else card

        self._board = replace(self._board, open=tuple(map(noted, self._board.open)))
        self._keep()

    async def _reach(self, look: Look, card: Card, who: str, step: int, number: int) -> None:
        owner, root = look.plan.owners.get(who) or self._crew, card.incident.root
        called = await calling.call(owner, card.incident.id, *telling.call_text(card, self._board, look.at))
        (log.info if called.taken else log.error)("called", who=who, way=called.way, step=step,
                                                  incident=card.incident.id, root=root, why=called.why)
        if not number:
            self._note(root, Page(step, who, called.way, look.at, look.at if called.taken else None, called.why))
            return
        try:
            async with deriving("incidents") as w:
                await w.execute(rows.CALLED, number, called.way, called.taken, rows.plain(called.why, 500))
        except PetrelError as e:
            log.warning("that somebody was called could not be written down", who=who, error=str(e.detail or e))

    async def settled(self) -> None:
        """Until every call that was begun has ended."""
        await asyncio.gather(*self._reaching)


def cells(measures: Mapping[str, float], board: Board) -> tuple[Cell, ...]:
    """The squares: what each cell is asked, how much of it fails, and which changes it has that are under way. Pure."""
    moving = [change for change in board.changes if change.state in ("going", "paused")]
    return tuple(Cell(n, measures.get(f"cell_answers_per_s {n}", 0.0), measures.get(f"cell_failed_ratio {n}"),
                      measures.get(f"cell_p99_seconds {n}"), tuple(one.id for one in moving if n in one.cells))
                 for n in range(CELLS_IN_USE))
