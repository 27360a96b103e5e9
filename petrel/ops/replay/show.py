"""Progress for a person: a bar on a terminal, a line every few seconds elsewhere. All of it goes to standard error."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import click

LINE_EVERY_S = 5.0
TICK_S = 0.25
TITLE_WIDTH = 12


class Phase:
    """One piece of work of known size, told how it comes along."""

    def __init__(self, title: str, total: int, draw: Callable[[int, str], None]) -> None:
        self.title, self.total = title, total
        self._draw = draw
        self._started = time.monotonic()
        self._done = 0

    def advance(self, more: int) -> None:
        self._done += more
        self._draw(self._done, f"{self._done / max(1e-6, time.monotonic() - self._started):,.0f}/s")

    def at(self, done: int, note: str) -> None:
        self._done = done
        self._draw(done, note)


class Show:
    """`quiet` shows nothing at all."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet

    @contextmanager
    def phase(self, title: str, total: int) -> Iterator[Phase]:
        if self._quiet or not total:
            yield Phase(title, total, lambda _done, _note: None)
        elif sys.stderr.isatty():
            with _bar(title, total) as draw:
                yield Phase(title, total, draw)
        else:
            yield Phase(title, total, _lines(title, total))

    @asynccontextmanager
    async def watching(self, title: str, total: int, look: Callable[[], tuple[int, str]]) -> AsyncIterator[None]:
        """Asks `look` for (done, note) a few times a second while the block runs."""
        with self.phase(title, total) as phase:
            task = asyncio.create_task(_keep_looking(phase, look))
            try:
                yield
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
                phase.at(*look())


async def _keep_looking(phase: Phase, look: Callable[[], tuple[int, str]]) -> None:
    while True:
        phase.at(*look())
        await asyncio.sleep(TICK_S)


@contextmanager
def _bar(title: str, total: int) -> Iterator[Callable[[int, str], None]]:
    bar: click._termui_impl.ProgressBar[str | None]
    with click.progressbar(
        length=total, label=f"{title:<{TITLE_WIDTH}}", show_pos=True, item_show_func=lambda note: note, file=sys.stderr
    ) as bar:
        yield lambda done, note: bar.update(done - bar.pos, note)


def _lines(title: str, total: int) -> Callable[[int, str], None]:
    printed_at = time.monotonic()

    def draw(done: int, note: str) -> None:
        nonlocal printed_at
        if time.monotonic() - printed_at >= LINE_EVERY_S or done == total:
            printed_at = time.monotonic()
            print(f"{title:<{TITLE_WIDTH}} {done:,}/{total:,}  {note}", file=sys.stderr, flush=True)

    return draw
