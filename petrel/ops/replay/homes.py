"""Reads whole home timelines through the API and compares them, entry by entry, with what the oracle says."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from petrel.core.errors import Unavailable
from petrel.ops.replay.client import Lost
from petrel.ops.replay.deliver import deliver, words_of
from petrel.ops.replay.oracle import Oracle
from petrel.ops.replay.play import Site
from petrel.ops.replay.shapes import Checked, Difference, Kind
from petrel.ops.replay.store import Sampled
from petrel.ops.replay.wire import PAGE, page_of

AT_ONCE = 8
PAGES_AT_MOST = 60  # far more than a home timeline has: a site that never ends its pages is stopped here
FIRST_DIFFERENCES = 20
AGAIN_S = 0.5
Pairs = list[tuple[int, int]]
Report = Callable[[int], None]


class Unreadable(Unavailable):
    """The site did not give a page of a home timeline"""


class Homes:
    """`log` (records of store.LOG) gives the differences their words."""

    def __init__(self, site: Site, oracle: Oracle, log: np.ndarray, report: Report) -> None:
        self._site, self._oracle, self._log, self._report = site, oracle, log, report

    async def check(self, sampled: Sampled, settle_s: float) -> Checked:
        """The half that was read before may agree a little later (fan-out), the half never read must at once."""
        expected = {who: self._oracle.home(who) for who in sampled.read_before + sampled.never_read}
        started = time.perf_counter()
        before = await self._compare_all("read before", sampled.read_before, expected)
        differed = len(before)
        while before and time.perf_counter() - started < settle_s:
            await asyncio.sleep(AGAIN_S)
            before = await self._compare_all("read before", before, expected, again=True)
        settled_s, late = time.perf_counter() - started, differed - len(before)
        never = await self._compare_all("never read", sampled.never_read, expected)

        found = [difference for some in (before, never) for each in some.values() for difference in each]
        return Checked(
            read_before=len(sampled.read_before),
            never_read=len(sampled.never_read),
            entries=sum(map(len, expected.values())),
            longest=max(map(len, expected.values()), default=0),
            settled_s=round(settled_s, 2),
            late=late,
            differences=len(found),
            first=tuple(found[:FIRST_DIFFERENCES]),
        )

    async def _compare_all(
        self, half: str, people: Iterable[int], expected: dict[int, Pairs], *, again: bool = False
    ) -> dict[int, list[Difference]]:
        """Only those that differ."""
        turn = asyncio.Semaphore(AT_ONCE)

        async def one(person: int) -> tuple[int, list[Difference]]:
            async with turn:
                try:
                    found = self.compare(half, person, expected[person], await read_home(self._site, person))
                except Unreadable as why:
                    found = [Difference(person, half, "unreadable", 0, 0, str(why))]
            self._report(0 if again else 1)
            return person, found

        results = await asyncio.gather(*(one(person) for person in people))
        return {person: found for person, found in results if found}

    def compare(self, half: str, person: int, expected: Pairs, got: Pairs) -> list[Difference]:
        """Each entry that is missing or too many; or one difference for a right set in a wrong order."""
        should, does = set(expected), set(got)
        found = [
            Difference(person, half, what, entry, under, self._words(person, entry))
            for what, wrong in (("missing", should - does), ("extra", does - should))
            for entry, under in sorted(wrong, reverse=True)
        ]
        if not found and got != expected:
            entry, under = next(one for one, two in zip(got, [*expected, (0, 0)], strict=False) if one != two)
            found = [Difference(person, half, "wrong order", entry, under, self._words(person, entry))]
        return found

    def _words(self, person: int, entry: int) -> str:
        rows = self._log[self._log["entry"] == entry]
        if not len(rows):
            return "the replay was never told of this id"
        row = rows[0]
        return f"{Kind(int(row['kind'])).word} by p{row['actor']} of or to p{row['target']}"


async def read_home(site: Site, person: int) -> Pairs:
    """The whole home timeline, newest first as the site gives it. Errors: Unreadable."""
    got: Pairs = []
    max_id = 0
    for _ in range(PAGES_AT_MOST):
        try:
            request = site.requests.home(site.tokens[person], max_id=max_id, limit=PAGE)
            answer = await deliver(site.ask, request, Counter())
            page = page_of(answer.body) if answer.status == 200 else None
        except (Lost, ValueError) as broken:
            raise Unreadable(f"page before {max_id or 'the end'}: {broken}") from broken
        if page is None:
            raise Unreadable(f"page before {max_id or 'the end'}: {words_of(answer)}")
        if not page:
            return got
        got += page
        max_id = page[-1][0]
    raise Unreadable(f"no end after {PAGES_AT_MOST} pages")


async def read_first_pages(site: Site, people: Sequence[int], report: Report) -> None:
    """Makes these accounts active: one read of each one's home timeline. Errors: Unreadable."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(person: int) -> None:
        async with turn:
            try:
                answer = await deliver(site.ask, site.requests.home(site.tokens[person]), Counter())
            except Lost as lost:
                raise Unreadable(str(lost)) from lost
            if answer.status != 200:
                raise Unreadable(words_of(answer))
        report(1)

    await asyncio.gather(*(one(person) for person in people))
