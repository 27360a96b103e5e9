"""Rounds of questions. One `Stranger` lives in a jobs process; its tokens are made at its first round."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from petrel.core.doors import deriving, reading, writing
from petrel.core.errors import PetrelError
from petrel.core.viewer import System
from petrel.features import accounts
from petrel.ops.stranger import alarm, planting
from petrel.ops.stranger.looking import Secret, comparable, seen
from petrel.ops.stranger.passing import HEADER, pass_key
from petrel.ops.stranger.questions import APP, FAR, GONE, NARROW, NOBODY, SHUT, controls, questions
from petrel.ops.stranger.shapes import Asked, Decoys, Finding, Place
from petrel.ops.stranger.wire import Answer, NoAnswer, Wire

log = structlog.get_logger("petrel.stranger")

# Few, so that the site keeps no more connections to its database for it.
AT_ONCE = 2
# Of the questions that are not asked every time: all of them within six rounds, a minute.
ROUNDS = 6
# So many questions of a round may stay without an answer before it gives up: then the site is down.
MOST_SILENT = 2
SHUT_WITHIN_S = 8.0
SCOPES = ("read", "write", "follow")
NARROW_SCOPES = ("read:accounts", "read:notifications", "read:lists", "profile")
SAID = """
insert into ops.probe as p (asked_at, clean_at, blind_since, said)
values (now(), case when $1 then now() end, case when $2 then now() end, $3)
on conflict (is_one) do update set asked_at = now(), said = excluded.said,
  clean_at = coalesce(excluded.clean_at, p.clean_at),
  blind_since = case when $2 then coalesce(p.blind_since, now()) end
"""


class Told(PetrelError):
    """What a round says when it could not look"""


class Stranger:
    """`round` asks some, `cycle` everything; not at the same time."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._busy = asyncio.Lock()
        self._wire: Wire | None = None
        self._tokens: dict[str, str] = {}
        self._found: Decoys | None = None
        self._secrets: list[Secret] = []
        self._asked: list[Asked] = []
        self._twins: dict[str, Asked] = {}
        self._at = 0
        self._is_clean = True
        self._clean_at: dict[Asked, datetime] = {}
        self._never: dict[str, bytes] = {}
        self._blind = 0
        self.requests = 0

    async def round(self) -> str | None:
        """The urgent questions and the next of the others. Returns what there is to say."""
        async with self._busy:
            return await self._looked(whole=False)

    async def cycle(self) -> str | None:
        """Every question."""
        async with self._busy:
            return await self._looked(whole=True)

    def close(self) -> None:
        if self._wire is not None:
            self._wire.close()

    async def _looked(self, *, whole: bool) -> str | None:
        try:
            await self._ready()
            todo, ends = self._next(whole)
            findings, wrong = await self._ask_all(todo, whole=ends)
        except (NoAnswer, PetrelError) as e:
            findings, ends, wrong = [], False, str(getattr(e, "detail", None) or e)
        self._is_clean = self._is_clean and not findings and not wrong
        if wrong:
            self._blind += 1
        elif ends:
            self._blind = 0
        is_blind = self._blind > 1
        said = wrong or (f"{len(findings)} leaks" if findings else "")
        try:
            async with deriving("stranger") as w:
                await w.execute(SAID, ends and self._is_clean, is_blind, said[:500])
        except PetrelError as e:
            log.warning("the stranger's state is lost", error=str(e.detail or e))
        if ends:
            self._is_clean = True
        if is_blind:
            log.error("THE STRANGER IS BLIND: nobody looks whether something leaks", why=wrong)
        return said or None

    def _next(self, whole: bool) -> tuple[list[Asked], bool]:
        """(what is asked now, whether that ends a cycle)."""
        if whole:
            self._at, self._is_clean = 0, True
            return self._asked, True
        others = [one for one in self._asked if not one.urgent]
        step = -(-len(others) // ROUNDS)
        some = others[self._at:self._at + step]
        self._at += step
        ends = self._at >= len(others)
        if ends:
            self._at = 0
        return [one for one in self._asked if one.urgent] + some, ends

    async def _ready(self) -> None:
        """Decoys planted, people signed in, questions made: at the first round, and when the site has forgotten."""
        if self._asked:
            return
        made = await planting.marks()
        if self._wire is None:
            self._wire = Wire(self._place.address, {HEADER: await pass_key(), "User-Agent": "petrel-stranger"})
        known = await planting.people()
        self._tokens = await _sign_in(known)
        async with reading(System("stranger")) as r:
            handles = {name: found[0].handle for name in planting.PEOPLE
                       if (found := await accounts.listed(r, after=known[name] - 1, limit=1))}
            known = await planting.numbers(r)
        if "app" not in known:
            known = await planting.plant(self._wire, self._tokens, known, handles, made)
            log.info("decoys planted")
        if "collection" not in known:
            known = await planting.plant_collection(self._wire, self._tokens, known, made)
        self._tokens[APP] = await _app_token(known["app"])
        self._found = planting.decoys(known, handles, made)
        self._secrets = planting.secrets_of(self._found, made)
        self._asked = questions(self._place, self._found)
        self._twins = {one.kind: one for one in self._asked if one.never}

    async def _ask_all(self, todo: Sequence[Asked], *, whole: bool) -> tuple[list[Finding], str]:
        """(what leaks, what is wrong with the looking: those who may see something do not find it, or no answer came).
        Several at a time: what the program mixes up are requests of one moment. Errors: NoAnswer, of too many."""
        waiting = iter(todo)
        findings: list[Finding] = []
        missing: list[str] = []
        silent: list[str] = []

        async def worker() -> None:
            for one in waiting:
                try:
                    found = await self._examined(one, missing)
                except NoAnswer as e:           # a busy site: the others are asked all the same
                    silent.append(str(e))
                    if len(silent) > MOST_SILENT:
                        raise
                    continue
                if found is not None:
                    findings.append(found)
                    await self._alarmed(found)

        async def control() -> None:
            assert self._found is not None and self._wire is not None
            for name, target, wanted in controls(self._found, whole=whole):
                shown = self._shown(name, is_page=not target.startswith("/api/"))
                missing.extend(await self._not_found(name, await self._wire.ask("GET", target, shown), wanted))
            await worker()

        await asyncio.gather(control(), *(worker() for _ in range(AT_ONCE - 1)))
        wrong = [f"not found by those who may see them: {', '.join(missing)}"] if missing else []
        return findings, "; ".join([*wrong, *silent])

    async def _examined(self, one: Asked, missing: list[str]) -> Finding | None:
        answer = await self._ask(one, missing)
        if answer.status == 429 or answer.status >= 500:
            return None                         # closed, or overloaded: nothing was shown
        kinds = seen(answer.text, one.question.target, self._secrets)
        if not kinds and await self._tells_apart(one, answer):
            kinds = ["that there is something hidden"]
        if kinds:
            return Finding(one, tuple(kinds))
        self._clean_at[one] = datetime.now(UTC)
        return None

    async def _tells_apart(self, one: Asked, answer: Answer) -> bool:
        """Whether a hidden thing is answered otherwise than one that never existed. Asked again before it is said:
        the two may have been answered by two builds of the program."""
        assert self._found is not None
        number = one.question.id
        if one.never:
            self._never[one.kind] = comparable(answer, number)
        hidden = [self._found.posts[name] for name in planting.HIDDEN]
        hidden += [self._found.things[name] for name in ("list", "filter", "keyword", "collection")]
        if number not in hidden or one.viewer not in (FAR, NOBODY) or one.kind not in self._never:
            return False
        if comparable(answer, number) == self._never[one.kind]:
            return False
        twin = self._twins[one.kind]
        first, second = await self._ask(twin), await self._ask(one)
        self._never[one.kind] = comparable(first, twin.question.id)
        return first.status < 429 and second.status < 429 and comparable(second, number) != self._never[one.kind]

    async def _ask(self, one: Asked, missing: list[str] | None = None) -> Answer:
        """`missing`: takes what those who ask just before should have found."""
        assert self._wire is not None
        viewers = (one.after, one.viewer) if one.after else (one.viewer,)
        self.requests += len(viewers)
        answers = await self._wire.ask_by_each(one.question.method, one.question.target,
                                               [self._shown(name, is_page=one.is_page) for name in viewers])
        if one.must and missing is not None:
            missing.extend(await self._not_found(one.after, answers[0], one.must))
        return answers[-1]

    def _shown(self, name: str, *, is_page: bool) -> dict[str, str]:
        """What somebody shows of themselves: a session's cookie to a page, a token to the API."""
        token = self._tokens.get(name)
        if token is None:
            return {}
        return {"Cookie": f"{self._place.cookie}={token}"} if is_page else {"Authorization": f"Bearer {token}"}

    async def _alarmed(self, found: Finding) -> None:
        number = await alarm.raise_alarm(found, self._place.build, self._clean_at.get(found.asked))
        end = time.monotonic() + SHUT_WITHIN_S
        while (await self._ask(found.asked)).status != 503:
            if time.monotonic() > end:
                alarm.stays_open(number, found.asked)
                return
            await asyncio.sleep(0.2)
        await alarm.is_shut(number, found.asked)

    async def _not_found(self, name: str, answer: Answer, wanted: Sequence[str]) -> list[str]:
        """What somebody who may see it does not find. What is closed shows nothing to them."""
        if answer.status == 401:
            self._asked = []                # the tokens are no longer good: signed in anew at the next round
        if answer.status == 503:
            return []
        made = await planting.marks()
        return [f"{mark} by {name}" for mark in wanted if made[mark].encode() not in answer.body]


async def _sign_in(known: dict[str, int]) -> dict[str, str]:
    """A session for each of the decoys' people, and an app's token with few scopes. By name, and by viewer."""
    tokens = {}
    async with writing(alarm.WHO, cause=alarm.CAUSE) as w:
        for name in planting.PEOPLE:
            tokens[name] = (await accounts.open_session(w, known[name])).token
        out = await accounts.open_session(w, known["near"])
        await accounts.revoke(w, out.id)
        narrow = (await accounts.issue_tokens_many(w, [known["near"]], NARROW_SCOPES))[0]
    return tokens | {FAR: tokens["far"], SHUT: tokens["shut"], NARROW: narrow, GONE: out.token}


async def _app_token(app: int) -> str:
    async with writing(alarm.WHO, cause=alarm.CAUSE) as w:
        return (await accounts.issue_token(w, None, app, ("read",))).token
