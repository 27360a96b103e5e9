"""Asks, and looks at every byte that comes back: for marks, and for whether hidden differs from never existing."""

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from drills.leak.cast import Mark, Viewer
from petrel.ops.drills import Answer, Clients, Lost
from petrel.ops.stranger.asking import Question
from petrel.ops.stranger.looking import comparable

AT_ONCE = 24


class Leak(Struct, frozen=True):
    """Somebody saw a mark they must not."""

    mark: Mark
    viewer: Viewer
    question: Question

    @property
    def harm(self) -> str:
        return f"{self.mark.kind} readable by {self.viewer.said}"


class Found(Struct):
    """`told_apart`: answers that differ for a hidden thing and for none. `failed`: none at all, or "our fault".

    `by_kind`: statuses by question: whoever answers 503 to everything was not looked at.
    """

    leaks: list[Leak] = []
    told_apart: list[str] = []
    failed: list[str] = []
    by_kind: dict[str, set[int]] = {}
    control_seen: int = 0
    requests: int = 0
    compared: int = 0
    statuses: Counter[int] = Counter()


async def found_by_owners(clients: Clients, marks: Sequence[Mark], owners: Sequence[Viewer],
                          questions: Sequence[Question]) -> set[str]:
    """The marks that come back when those ask who may see them: what cannot be found cannot be missed either."""
    words: set[str] = set()

    async def worker(viewer: Viewer, waiting: Iterator[Question]) -> None:
        for question in waiting:
            answer = await clients.ask(question.method, question.target, token=viewer.token)
            words.update(m.word for m in marks if m.bytes in answer.body)

    for viewer in owners:
        waiting = iter(questions)
        await asyncio.gather(*(worker(viewer, waiting) for _ in range(AT_ONCE)))
    return words


MADE_ID = re.compile(rb'\n\{"id":"(\d+)"')
MADE_AT = re.compile(rb'"(?:created|saved|updated)_at":"[^"]*",?|"(?:statuses|last_status)_(?:count|at)":[^,}]*,?')


class Looker:
    """`hidden` of a viewer: ids that must be answered as `never`, two ids that nobody ever had."""

    def __init__(self, clients: Clients, marks: Sequence[Mark], control: Mark, never: tuple[int, int]) -> None:
        self._clients = clients
        self._marks = marks
        self._control = control
        self._never = never
        self.found = Found(statuses=Counter())

    async def ask_all(self, viewer: Viewer, questions: Iterable[Question], hidden: frozenset[int], *,
                      cookie: bool = False) -> None:
        """In the order given, some at once. `cookie`: as a browser, for pages; else with the token."""
        answers: dict[str, dict[int, list[bytes]]] = defaultdict(lambda: defaultdict(list))
        naming: dict[str, list[Question]] = defaultdict(list)
        waiting = iter(questions)

        async def worker() -> None:
            for question in waiting:
                answer = await self._asked(viewer, question, cookie)
                if answer is None:
                    continue
                self._look(viewer, question, answer)
                if question.names and (question.id in hidden or question.id in self._never):
                    answers[question.kind][question.id].append(_alike(question, answer))
                    naming[question.kind].append(question)

        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
        for kind, by_id in answers.items():
            if self._differing({number: by_id.get(number, []) for number in self._never}):
                # What others do meanwhile shows in answers, such as a count of one's own: so nobody does anything.
                by_id = defaultdict(list)
                for question in naming[kind]:
                    if (answer := await self._asked(viewer, question, cookie)) is not None:
                        by_id[question.id].append(_alike(question, answer))
            if self._differing(by_id):
                of_never = [question for question in naming[kind] if question.id == self._never[0]]
                # Commands that succeed may have filled what is limited: so it is answered for what never was, now.
                again = [await self._asked(viewer, question, cookie) for question in of_never]
                full = sorted(_alike(question, answer) for question, answer in zip(of_never, again, strict=True)
                              if answer is not None)
                by_id = {number: these for number, these in by_id.items()
                         if number in self._never or sorted(these) != full}
            self._compare(viewer, kind, by_id)

    def _differing(self, by_id: dict[int, list[bytes]]) -> bool:
        return len({tuple(sorted(these)) for these in by_id.values()}) > 1

    async def _asked(self, viewer: Viewer, question: Question, cookie: bool) -> Answer | None:
        headers = {"Cookie": viewer.cookie} if cookie and viewer.cookie else {}
        if question.body:
            headers["Content-Type"] = "application/x-www-form-urlencoded" if cookie else "application/json"
        self.found.requests += 1
        try:
            return await self._clients.ask(question.method, question.target, token=None if cookie else viewer.token,
                                           form=question.body or None, headers=headers)
        except Lost as e:
            self.found.failed.append(f"no answer for {question.kind} {question.target}: {e}")
            return None

    def _look(self, viewer: Viewer, question: Question, answer: Answer) -> None:
        self.found.statuses[answer.status] += 1
        self.found.by_kind.setdefault(question.kind, set()).add(answer.status)
        if answer.status >= 500 and answer.status != 503:
            self.found.failed.append(f"{answer.status} for {question.kind} {question.target} by {viewer.name}")
        everything = b"\n".join((answer.body, *(part for pair in answer.headers for part in pair))).lower()
        self.found.control_seen += self._control.bytes in everything
        self.found.leaks += [
            Leak(mark, viewer, question) for mark in self._marks
            if mark.bytes.lower() in everything and mark.bytes not in question.text
            and viewer.name not in mark.known_to]

    def _compare(self, viewer: Viewer, kind: str, by_id: dict[int, list[bytes]]) -> None:
        one, other = (sorted(by_id.get(number, [])) for number in self._never)
        if one != other:
            self.found.told_apart.append(f"{kind} answers two ids that nobody had differently, to {viewer.name}: "
                                         f"{difference(one, other)}")
            return
        for number, answers in by_id.items():
            if number not in self._never:
                self.found.compared += 1
                if sorted(answers) != one:
                    self.found.told_apart.append(f"{kind}: that {number} exists, {viewer.name} can tell: "
                                                 f"{difference(answers, one)}")


def _alike(question: Question, answer: Answer) -> bytes:
    """As `comparable`; of what a command has just made also without its own number (in its address too) and time, and
    without what its maker's count has become by it."""
    text = comparable(answer, question.id)
    if question.method == "GET":
        return text
    made = MADE_ID.search(text)
    return MADE_AT.sub(b"", text.replace(made.group(1), b"") if made else text)


def difference(these: Sequence[bytes], those: Sequence[bytes]) -> str:
    """The first line that is not the same."""
    pairs = zip(b"\n".join(these).splitlines(), b"\n".join(those).splitlines(), strict=False)
    one, other = next(((a, b) for a, b in pairs if a != b), (b"more", b"less"))
    return f"{one[:120].decode(errors='replace')!r} and not {other[:120].decode(errors='replace')!r}"


def by_harm(leaks: Sequence[Leak]) -> dict[str, list[Leak]]:
    found: dict[str, list[Leak]] = defaultdict(list)
    for leak in leaks:
        found[leak.harm].append(leak)
    return dict(found)


def affected(leaks: Sequence[Leak]) -> list[str]:
    """The people whose secrets were seen."""
    return sorted({f"@{handle}" for leak in leaks for handle in leak.mark.people})
