"""Why does this viewer get this of that post? The database's own verdict, surface by surface; the facts it was reached
from; and the cell of docs/law/visibility.md that decided. Codes and facts only: no text is ever opened here.

For the command line and the crew. Direct messages too: who is in a conversation is nobody's business, so that such a
look stands in the journal before it happens.
"""

from collections.abc import Sequence
from enum import IntFlag
from typing import Any

from msgspec import Struct

from petrel.core.doors import Row, reading, writing
from petrel.core.policy import POLICY
from petrel.core.viewer import Staff, System
from petrel.features.posts.shapes import Audience, Code, State, Surface, Who

STATES = ("live", "sensitive", "adult", "limited", "withheld", "scanning", "removed", "suspended", "deactivated",
          "deleted", "quarantined", "purged")
VIEWERS = ("anon", "stranger", "pending", "follower", "named", "muting", "blocked", "blocking", "author")
"""As the document orders them; their places are those of the codes (tools/law_codes.py)."""

HEADINGS = ("4.1 Public, live", "4.2 Unlisted, live",
            "4.3 Followers-only, live; and every listed post of a protected account", "4.4 Direct",
            "4.5 Only me: drafts, scheduled, unattached uploads",
            "4.3 Followers-only, live; and every listed post of a protected account")
OF_STATE = {"sensitive": "4.6", "adult": "4.7", "limited": "4.8", "withheld": "4.9", "scanning": "4.10",
            "removed": "4.11", "suspended": "4.12", "deactivated": "4.13", "deleted": "4.14", "quarantined": "4.15"}

MEANING = {
    Code.NOTHING: "nothing, as if it had never existed",
    Code.TOMBSTONE: "a placeholder with a reason",
    Code.POINTER: "that there is something, without its text",
    Code.HISTORY: "what was delivered before a block",
    Code.GATE: "behind a notice",
    Code.IF_ASKED: "only if asked for (bell)",
    Code.FULL: "in full",
}
LETTERS = "NTPHGOY"


class Verdict(Struct, frozen=True):
    """One surface. `line` and `column`: the cell of section 5 that was the strictest; `heading`: where it is told in
    words; `because`: what lowered it further, "" for nothing. A closed surface gives nobody anything."""

    surface: str
    code: str
    meaning: str
    line: str
    column: str
    letter: str
    heading: str
    because: str = ""


class Explanation(Struct, frozen=True):
    """`audience` is what counts now and `audience_why` why; `said` is what the author chose. `policy`: the number in
    force, and `program` the one that this program knows."""

    post: int
    author: int
    viewer: str
    state: str
    audience: str
    audience_why: str
    said: str
    is_message: bool
    policy: int
    program: int
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()


WHY = "select * from law.why($1, $2, $3)"
WHY_MESSAGE = "select * from messages.why('why', $1, $2, $3)"
SENT_BY = """
select actor from journal.entry
 where cell = law.cell($1) and subject = $1 and kind = 'messages.message.created' order by id limit 1
"""
IN_FORCE = "select max(version) from law.policy"


async def why(asker: Staff | System, viewer: int | None, post: int, *, country: str | None = None,
              cause: str = "why") -> Explanation | None:
    """Explains any pair; None for no such post. `viewer` None: somebody not signed in, whose address is in `country`.

    A look at a direct message is recorded, by whom and about which viewer, before anything of it is read.
    """
    async with reading(System("why")) as r:
        rows = await r.fetch(WHY, viewer, post, country)
        in_force = int(await r.value(IN_FORCE))
        author = None if rows else await r.value(SENT_BY, post)
    if author is not None:
        async with writing(asker, cause=cause) as w:
            w.record("posts.message.explained", post, refs=[viewer or 0])
        async with reading(System("why")) as r:
            rows = await r.fetch(WHY_MESSAGE, viewer, author, post)
    return _explained(post, rows, in_force) if rows else None


def _explained(post: int, rows: Sequence[Row], in_force: int) -> Explanation:
    one = rows[0]
    audience = Audience(one["audience"])
    found = {row["surface"]: _verdict(row) for row in rows}
    closed = [s.name.lower() for s in Surface if s not in (Surface.LIST,) and s.name.lower() not in found]
    is_message = audience is Audience.DIRECT
    return Explanation(
        post=post, author=one["author"], viewer=_words(Who(one["who"]), "anonymous"),
        state=_words(State(one["states"]), "live"), audience=audience.name.lower(), audience_why=_audience_why(one),
        said=Audience(one["said"]).name.lower(), is_message=is_message, policy=in_force, program=POLICY,
        verdicts=tuple(found.values()),
        notes=tuple([f"Closed for everybody: {', '.join(closed)}."] if closed else []))


def _audience_why(row: Row) -> str:
    if row["audience"] == Audience.PROTECTED:
        reasons = ["the account is protected now"] if row["is_protected"] else []
        reasons += ["it was written while the account was protected"] if row["was_protected"] else []
        return " and ".join(reasons)
    return "what its author chose"


def _verdict(row: Row) -> Verdict:
    state, audience, place, strictest = _cell(row["codes"], row["audience"], row["states"], row["who"])
    code = Code(row["code"])
    because = "" if code == strictest else _lowered(row)
    heading = f"section {OF_STATE[state]}" if state in OF_STATE else f"section {HEADINGS[audience]}"
    return Verdict(
        surface=row["surface"], code=code.name.lower().replace("_", " "), meaning=MEANING[code],
        line=f"{state} {Audience(audience).name.lower()}", column=VIEWERS[place], letter=LETTERS[strictest],
        heading=heading, because=because)


def _lowered(row: Row) -> str:
    """Rules beside the table, which only take away (visibility.sql, law.decide)."""
    if row["surface"] == "srch":
        return "its author has not agreed to be found by search (section 4.1)"
    if row["surface"] == "home":
        return "a reply to somebody, or a boost by somebody, whom the viewer's home timeline leaves out"
    return "a rule beside the table"


def _cell(codes: bytes, audience: int, states: int, who: int) -> tuple[str, int, int, Code]:
    """(state, audience, viewer row, code) of the strictest cell, the first of several. source: section 2, steps 1 to 3;
    the same as law.verdict, which says the code but not which cell it was."""
    best: tuple[Code, int, int] | None = None
    for state in range(len(STATES)):
        if state == 0 or states & (1 << state):
            place, code = _place(codes, (state * 6 + audience) * 9, who)
            if best is None or code < best[0]:
                best = (code, state, place)
    assert best is not None
    return STATES[best[1]], audience, best[2], best[0]


def _place(codes: bytes, base: int, who: int) -> tuple[int, Code]:
    def code(place: int) -> Code:
        return Code(codes[base + place])

    if who & Who.AUTHOR:
        return 8, code(8)
    blocks = [place for place, bit in ((6, Who.BLOCKED), (7, Who.BLOCKING)) if who & bit]
    if blocks:
        place = min(blocks, key=code)
        return place, code(place)
    near = [place for place, bit in ((3, Who.FOLLOWER), (4, Who.NAMED)) if who & bit]
    far = 2 if who & Who.PENDING else 1 if who & Who.SIGNED_IN else 0
    place = max(near, key=code) if near else far
    if who & Who.MUTING and code(5) < code(place):
        place = 5
    return place, code(place)


def _words(flags: IntFlag, none: str) -> str:
    return ", ".join(str(flag.name).lower().replace("_", " ") for flag in flags) or none


__all__: list[Any] = ["Explanation", "Verdict", "why"]
