"""Who saw what is not public: the question that two people ask together (decision 0015).

What was asked, and between which times, is part of the request, letter for letter: `particulars` writes it one way.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from petrel.core import seal
from petrel.core.doors import Reader, Row, reading, writing
from petrel.core.errors import Invalid, NotFound
from petrel.core.seen import Look, look_of
from petrel.core.spool import opened
from petrel.core.viewer import Member, System
from petrel.features import accounts
from petrel.features.posts import Surface
from petrel.ops.access import commands, keeping

BETWEEN = "select * from access.seen_between('who saw', $1, $2, $3, $4, $5, 50)"
HANDLES = """
select a.id, a.handle from unnest($1::bigint[]) i(id)
  join accounts.account a on a.cell = law.cell(i.id) and a.id = i.id
"""
COUNT_LOOKS = "select access.count_looks('who saw', $1::bigint[])"
KEPT_DAYS = 90
CAUSE = "petrel privacy who-saw"
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Question(Struct, frozen=True):
    """`about` is a post or message, or an account whose posts and messages are meant; times: from, before."""

    about: int
    is_account: bool
    since: datetime
    until: datetime


class Sight(Struct, frozen=True):
    """One post on one page that somebody was shown."""

    at: datetime
    account: int                         # 0: somebody not signed in
    handle: str
    post: int
    author: int
    surface: str
    token: int
    policy: int
    build: str
    process: int
    is_staff: bool


class Answer(Struct, frozen=True):
    """In the order of time. `changed`: records that somebody altered, so that they cannot be opened."""

    sights: list[Sight]
    pages: int
    changed: int


def particulars(about: str, since: datetime, until: datetime) -> dict[str, str]:
    """Errors: Invalid."""
    about = about.strip().lower()
    if not (about.isdecimal() and 0 < int(about) < 1 << 63) and not about.startswith("@"):
        raise Invalid(None, "Say about which post (its number) or account (@handle)")
    if since >= until:
        raise Invalid(None, "The time to begin with lies before the time to end with")
    return {"about": about, "since": _written(since), "until": _written(until)}


async def answer(viewer: Member, request: int, what: Mapping[str, str]) -> Answer:
    """Uses the request as its asker, opens the records of those times, and tells what concerns the question.

    Errors: NotAllowed, NotFound, Conflict.
    """
    question = await _question(what)
    await keeping.now()
    async with writing(viewer, cause=CAUSE) as w:
        halves = await commands.open_seen(w, request, what, question.since, question.until)
    keys = await seal.keys(halves)
    private = {n: seal.open_sealed(keys[n], n, sealed) for n, sealed in halves.items() if n in keys}

    found: list[tuple[Look, int, int, int]] = []
    pages = changed = 0
    async with reading(System(CAUSE)) as r:
        async for row in _rows(r, question):
            half = private.get(row["key"])
            if half is None:
                changed += 1
                continue
            for at_ms, plain in opened(half, row["ephemeral"], row["spool"], row["place"], row["sealed"]):
                if plain is None:
                    changed += 1
                    continue
                matching = _matching(question, at_ms, plain)
                pages += bool(matching)
                found += matching
        handles = {h["id"]: h["handle"] for h in await r.fetch(HANDLES, list({look.account for look, *_ in found}))}

    async with writing(viewer, cause=CAUSE) as w:
        await w.fetch(COUNT_LOOKS, sorted({author for *_, author in found}))
        w.record("access.seen.told", question.about, refs=[request, pages])
    found.sort(key=lambda one: (one[0].at_ms, one[0].account, one[2]))
    return Answer([_sight(*one, handles) for one in found], pages, changed)


def _matching(question: Question, at_ms: int, plain: bytes) -> list[tuple[Look, int, int, int]]:
    if not question.since.timestamp() * 1000 <= at_ms < question.until.timestamp() * 1000:
        return []
    look = look_of(at_ms, plain)
    return [(look, *one) for one in dict.fromkeys(look.looks)
            if question.about == (one[2] if question.is_account else one[1])]


def _sight(look: Look, surface: int, post: int, author: int, handles: Mapping[int, str]) -> Sight:
    return Sight(BEGINNING + timedelta(milliseconds=look.at_ms), look.account, handles.get(look.account, ""), post,
                 author, Surface(surface).name.lower(), look.token, look.policy, look.build, look.process,
                 look.is_staff)


async def _rows(r: Reader, question: Question) -> AsyncIterator[Row]:
    at, spool, place = BEGINNING, -(1 << 63), -1
    while True:
        rows = await r.fetch(BETWEEN, question.since, question.until, at, spool, place)
        for row in rows:
            yield row
        if not rows:
            return
        at, spool, place = rows[-1]["until_at"], rows[-1]["spool"], rows[-1]["place"]


async def _question(what: Mapping[str, str]) -> Question:
    """Errors: NotFound."""
    about = what["about"]
    number = int(about) if about.isdecimal() else 0
    if not number:
        async with reading(System(CAUSE)) as r:
            account = await accounts.find(r, about.removeprefix("@"))
        if account is None:
            raise NotFound(f"There is no account {about} here")
        number = account.id
    return Question(number, not about.isdecimal(), _read(what["since"]), _read(what["until"]))


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text)
