"""The law, cell by cell: docs/law/visibility.md against the database that decides.

Every (state, audience, viewer, surface) of the document is made for real, as rows, and judged by law.decide or, for
direct messages, by messages.entries as the person concerned. Everybody is in the country where `withheld` applies.
"""

import hashlib
import sys
from pathlib import Path

import asyncpg
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import law_codes

COUNTRY = "DE"
ON_POST = {
    "sensitive": 2,
    "adult": 4,
    "withheld": 16,
    "scanning": 32,
    "removed": 64,
    "deleted": 512,
    "quarantined": 1024,
    "purged": 2048,
}
ON_ACCOUNT = {"limited": 8, "suspended": 128, "deactivated": 256}
STORED = {"public": 0, "unlisted": 1, "followers": 2, "protected": 0, "self": 4}
RELATION = {"pending": 4, "follower": 1, "muting": 1 | 64, "blocked": 32, "blocking": 16}
SURFACE_NUMBER = {name: n for n, name in enumerate(law_codes.SURFACES)}
LETTERS = "NTPHGOY"


def digest(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


class World:
    """One author for each state of an account, one viewer for each relation, one post for each cell."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.db = connection
        self.next = 1 << 40
        self.viewers: dict[str, int | None] = {"anon": None}

    def number(self) -> int:
        self.next += 1
        return self.next << 16

    async def account(self, name: str, state: int = 0, protected: bool = False) -> int:
        number = self.number()
        await self.db.execute(
            "insert into accounts.account (cell, id, handle, state, is_protected, is_indexable, country) "
            "values (law.cell($1), $1, $2, $3, $4, true, $5)",
            number,
            name,
            state,
            protected,
            COUNTRY,
        )
        await self.db.execute(
            "insert into accounts.token (digest, kind, id, account, scopes) values ($1, 'session', $2, $2, '{}')",
            digest(name),
            number,
        )
        return number

    async def relate(self, viewer: str, author: int) -> None:
        if viewer in RELATION:
            await self.db.execute(
                "insert into relationships.relation (cell, owner, other, bits) values (law.cell($1), $1, $2, $3)",
                self.viewers[viewer],
                author,
                RELATION[viewer],
            )

    async def build(self) -> dict[tuple[str, str], tuple[int, int]]:
        for name in law_codes.VIEWERS[1:-1]:
            self.viewers[name] = await self.account(f"viewer_{name}")
        posts = {}
        for state in law_codes.STATES:
            for audience in law_codes.AUDIENCES:
                author = await self.account(f"{state}_{audience}", ON_ACCOUNT.get(state, 0), audience == "protected")
                for viewer in law_codes.VIEWERS[1:-1]:
                    await self.relate(viewer, author)
                posts[state, audience] = author, await self.post(author, state, audience)
        return posts

    async def post(self, author: int, state: str, audience: str) -> int:
        number, flags = self.number(), ON_POST.get(state, 0)
        named = [self.viewers["named"]]
        if audience == "direct":
            named += [self.viewers[v] for v in ("muting", "blocked", "blocking")]
            # Row-level security holds for the owner of the tables too; only a superuser would pass it by.
            await self.db.execute("select set_config('petrel.account', $1, false)", str(author))
            await self.db.execute(
                "insert into messages.message (cell, id, conversation, author, flags, named, sealed) "
                "values (law.cell($1), $1, $1, $2, $3, $4, 'x')",
                number,
                author,
                flags,
                named,
            )
        else:
            await self.db.execute(
                "insert into posts.post (cell, id, author, audience, flags, thread, mentions) "
                "values (law.cell($1), $1, $2, $3, $4, $1, $5)",
                number,
                author,
                STORED[audience],
                flags,
                named,
            )
        if state == "withheld":
            await self.db.execute(
                "insert into posts.withheld "
                "values (law.cell($1), $1, $2, '1/26', 'https://a.example', now() + '1 hour')",
                number,
                COUNTRY,
            )
        return number

    async def code(self, author: int, post: int, audience: str, viewer: str, surface: str, name: str) -> int:
        number = author if viewer == "author" else self.viewers[viewer]
        if audience == "direct":
            shown = digest(name if viewer == "author" else f"viewer_{viewer}") if number else b""
            rows = await self.db.fetch(
                "select code from messages.entries($1, $2::smallint, array[$3::bigint], '{0}')",
                shown,
                SURFACE_NUMBER[surface],
                post,
            )
        else:
            rows = await self.db.fetch(
                "select code from law.decide(array[$1::bigint], '{t}', array[$2::bigint], $3::smallint, array[$4])",
                number,
                post,
                SURFACE_NUMBER[surface],
                COUNTRY,
            )
        return rows[0]["code"] if rows else 0


async def test_every_cell_of_the_document_is_what_the_database_decides(owner):
    world = World(owner)
    posts = await world.build()
    cells = law_codes.cells()
    checked, wrong = 0, []
    for (state, audience, viewer, surface), letter in cells.items():
        author, post = posts[state, audience]
        found = await world.code(author, post, audience, viewer, surface, f"{state}_{audience}")
        checked += 1
        if found != law_codes.RANK[letter]:
            wrong.append(f"{state} {audience} {viewer} {surface}: {LETTERS[found]}, the law says {letter}")
    print(f"{checked} cells checked")
    assert not wrong, f"{len(wrong)} cells: " + "; ".join(wrong[:20])
    assert checked == len(cells) == 9072


async def test_the_rows_of_the_law_are_those_of_the_document(owner):
    stored = {r["name"]: bytes(r["codes"]) for r in await owner.fetch("select name, codes from law.surface")}
    assert stored == {name: law_codes.codes(name) for name in law_codes.SURFACES}


@pytest.mark.parametrize(
    ("bits", "mentioned", "expected"),
    [
        (1 | 32, False, 0),  # a follower who is blocked: the block wins
        (1 | 16, False, 0),  # following and blocking, on home
        (4 | 1, False, 6),  # an old request beside a follow
    ],
    ids=["blocked follower", "blocking follower", "pending and follower"],
)
async def test_neighbouring_relations_follow_the_order_of_section_2(owner, bits, mentioned, expected):
    world = World(owner)
    world.next = (1 << 41) + bits * 1000
    author, viewer = await world.account(f"a{bits}"), await world.account(f"v{bits}")
    await owner.execute(
        "insert into relationships.relation (cell, owner, other, bits) values (law.cell($1), $1, $2, $3)",
        viewer,
        author,
        bits,
    )
    world.viewers["named"] = viewer if mentioned else author
    post = await world.post(author, "live", "followers")
    rows = await owner.fetch(
        "select code from law.decide(array[$1::bigint], '{t}', array[$2::bigint], 5::smallint)", viewer, post
    )
    assert rows[0]["code"] == expected


async def test_a_timed_mute_ends_by_itself(owner):
    world = World(owner)
    world.next = 1 << 42
    author, viewer = await world.account("muted"), await world.account("muter")
    world.viewers["named"] = author
    post = await world.post(author, "live", "public")
    ask = "select code from law.decide(array[$1::bigint], '{t}', array[$2::bigint], 5::smallint)"
    await owner.execute(
        "insert into relationships.relation (cell, owner, other, bits, muting_until) "
        "values (law.cell($1), $1, $2, 65, now() + interval '1 hour')",
        viewer,
        author,
    )
    assert (await owner.fetchval(ask, viewer, post)) == 0
    await owner.execute(
        "update relationships.relation set muting_until = now() - interval '1 second' where owner = $1", viewer
    )
    assert (await owner.fetchval(ask, viewer, post)) == 6


async def test_the_strictest_of_several_states_counts(owner):
    world = World(owner)
    world.next = 1 << 43
    author, viewer = await world.account("several", state=8), await world.account("somebody")
    world.viewers["named"] = author
    post = await world.post(author, "sensitive", "public")
    codes = {}
    for surface in ("link", "thrd", "pub"):
        codes[surface] = await owner.fetchval(
            "select code from law.decide(array[$1::bigint], '{t}', array[$2::bigint], $3::smallint)",
            viewer,
            post,
            SURFACE_NUMBER[surface],
        )
    assert codes == {"link": 4, "thrd": 4, "pub": 0}  # gate of sensitive, gate of both, nothing of limited
