"""A world with a post for every state and audience, and a viewer for each row of the law, as real members with real
sealed posts. Whatever proposes a post to somebody (marks, notifications, lists, boosts, replies) is planted for every
viewer, so that nothing but the law can keep it from them.

The marks of post 12 are words that stand nowhere else: zq012text, zq012warn, zq012tag, zq012first (an older version).
"""

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from petrel.core.doors import Doors, writing
from petrel.core.ids import cell_of, new_id
from petrel.core.viewer import Member
from petrel.features import posts
from petrel.features.posts import Audience, Draft
from tests.drain import drain
from tests.people import publish, signed_in

ON_POST = {"sensitive": 2, "adult": 4, "withheld": 16, "scanning": 32, "removed": 64, "quarantined": 1024,
           "purged": 2048}
ON_ACCOUNT = {"limited": 8, "suspended": 128, "deactivated": 256}
AUDIENCES = {"public": Audience.PUBLIC, "unlisted": Audience.UNLISTED, "followers": Audience.FOLLOWERS,
             "protected": Audience.PUBLIC, "self": Audience.FOLLOWERS, "direct": Audience.DIRECT}
SELF = 4
# Bits of relationships.relation at the viewer's side and at the author's.
RELATIONS = {"pending": (4, 8), "follower": (1, 2), "bell": (1 | 512, 2), "muting": (1 | 64, 2), "blocked": (32, 16),
             "blocking": (16, 32)}
BEFORE = ("pending", "follower", "bell")     # the others come to be after the posts were written
COMMON = "saltmarsh"                          # a word and a hashtag of every post
NEUTRAL = ("neighbour", "booster", "friend")  # friend is named in every direct message
COUNTS = {"replies": 43, "boosts": 42, "likes": 41}
MARK = re.compile(r"zq(\d{3})(?:text|warn|tag|first)")


class Person(Struct, frozen=True):
    """`token` is that of an app with every scope, `session` that of a browser."""

    handle: str
    member: Member
    token: str
    session: str

    @property
    def id(self) -> int:
        return self.member.account

    @property
    def browser(self) -> Member:
        return Member(self.id, hashlib.sha256(self.session.encode()).digest(), frozenset(("read", "write")))


class Planted(Struct):
    """One post, and what stands around it: a visible reply to it and a visible boost of it, by people whom nobody here
    stands in any relation to. For a direct message the reply is another message of the conversation."""

    number: int
    state: str
    audience: str
    author: Person
    id: int
    neighbour: int
    neighbour_url: str
    boost: int
    quote: int = 0
    conversation: int = 0

    def mark(self, kind: str = "text") -> str:
        return f"zq{self.number:03d}{kind}"

    @property
    def url(self) -> str:
        return f"/@{self.author.handle}/{self.id}"

    @property
    def is_direct(self) -> bool:
        return self.audience == "direct"


class World(Struct):
    """`viewers` by name of the law's row, `anon` (None) and `author` left out; `bell` is a follower with a bell."""

    viewers: dict[str, Person]
    neutral: dict[str, Person]
    posts: list[Planted]
    lists: dict[str, int]
    files: dict[int, int] = {}

    def viewer(self, row: str, post: Planted) -> Person | None:
        return None if row == "anon" else post.author if row == "author" else self.viewers[row]


async def people(owner: Any, handles: Iterable[str], **named: bool) -> list[Person]:
    found = []
    for handle, (member, token) in zip(handles, await signed_in(*handles, **named), strict=True):
        session = f"session of {handle}"
        await owner.execute(
            "insert into accounts.token (digest, kind, id, account, scopes) values ($1, 'session', $2, $2, '{}')",
            hashlib.sha256(session.encode()).digest(), member.account)
        found.append(Person(handle, member, token, session))
    return found


async def relate(owner: Any, viewer: Person, author: Person, mine: int, theirs: int) -> None:
    await owner.execute(
        """insert into relationships.relation (cell, owner, other, bits, following_id, followed_id)
           values (law.cell($1), $1, $2, $3, case when $3 & 1 <> 0 then $5::bigint end, null),
                  (law.cell($2), $2, $1, $4, null, case when $4 & 2 <> 0 then $5::bigint end)""",
        viewer.id, author.id, mine, theirs, new_id(cell_of(viewer.id)))


async def build(site: Doors, owner: Any, cells: Iterable[tuple[str, str]]) -> World:
    """`cells`: the (state, audience) to make. Takes a few seconds."""
    kinds = list(cells)
    rows = ("stranger", "named", *RELATIONS)
    viewers = dict(zip(rows, await people(owner, [f"v{row}" for row in rows]), strict=True))
    neutral = dict(zip(NEUTRAL, await people(owner, NEUTRAL), strict=True))
    open_ = await people(owner, [f"a{n:03d}" for n, (_, a) in enumerate(kinds) if a != "protected"], indexable=True)
    closed = await people(owner, [f"a{n:03d}" for n, (_, a) in enumerate(kinds) if a == "protected"], indexable=True,
                          protected=True)
    authors = {int(one.handle[1:]): one for one in (*open_, *closed)}
    for row in BEFORE:
        for author in authors.values():
            await relate(owner, viewers[row], author, *RELATIONS[row])

    made = [await _plant(owner, n, kind, authors[n], neutral) for n, kind in enumerate(kinds)]
    await drain("search", "counts")
    for row in RELATIONS.keys() - set(BEFORE):
        for author in authors.values():
            await relate(owner, viewers[row], author, *RELATIONS[row])
    await owner.execute("update accounts.account set country = 'DE'")
    lists = await _propose(owner, viewers, made)
    for one in made:
        await _put_into_state(owner, one)
    await drain("counts")
    return World(viewers, neutral, made, lists)


async def _plant(owner: Any, n: int, kind: tuple[str, str], author: Person, neutral: dict[str, Person]) -> Planted:
    state, audience = kind
    whom = "@vnamed @vmuting @vblocked @vblocking @friend" if audience == "direct" else "@vnamed"
    spoiler = f"zq{n:03d}warn" if state == "sensitive" else ""
    first = f"zq{n:03d}first {COMMON} {whom}"
    text = f"zq{n:03d}text {COMMON} #zq{n:03d}tag #{COMMON}tag {whom}"
    made = await publish(author.member, text if audience == "direct" else first, audience=AUDIENCES[audience],
                         spoiler=spoiler)
    if audience == "direct":
        reply = await publish(neutral["friend"].member, f"beside it @{author.handle} {whom}",
                              audience=Audience.DIRECT, reply_to=made.id)
        return Planted(n, state, audience, author, made.id, reply.id, f"/@friend/{reply.id}", 0,
                       conversation=made.conversation or 0)
    async with writing(author.member, cause="tests") as w:
        await posts.edit(w, made.id, Draft(text=text, spoiler=spoiler, is_sensitive=bool(spoiler)))
    reply = await publish(neutral["neighbour"].member, "a reply that everybody may see")
    await owner.execute(
        "update posts.post set reply_to = $2, reply_to_account = $3, thread = $2 where cell = law.cell($1) and id = $1",
        reply.id, made.id, author.id)
    boost, booster = new_id(cell_of(neutral["booster"].id)), neutral["booster"].id
    await owner.execute("insert into posts.post (cell, id, author, audience, boost_of, thread) "
                        "values (law.cell($1), $1, $2, 0, $3, $1)", boost, booster, made.id)
    quote = await publish(neutral["neighbour"].member, "a quote that everybody may see", audience=Audience.UNLISTED)
    await owner.execute("update posts.post set quote_of = $2, flags = flags | 524288 "
                        "where cell = law.cell($1) and id = $1", quote.id, made.id)
    return Planted(n, state, audience, author, made.id, reply.id, f"/@neighbour/{reply.id}", boost, quote.id)


async def _propose(owner: Any, viewers: dict[str, Person], made: list[Planted]) -> dict[str, int]:
    """Marks, notifications and lists of everybody for every post. Returns the list of each viewer."""
    lists = {}
    marks, told, reactions, members = [], [], [], []
    for row, viewer in viewers.items():
        lists[row] = number = new_id(cell_of(viewer.id))
        await owner.execute("insert into lists.list (cell, id, owner, sealed_title) values (law.cell($1), $1, $2, '')",
                            number, viewer.id)
        members += [(number, one.author.id, new_id(cell_of(viewer.id))) for one in made]
    for one in made:
        for person in (*viewers.values(), one.author):
            cell = cell_of(person.id)
            marks.append((person.id, one.id, 11 if person is one.author else 3, *(new_id(cell) for _ in range(3))))
            told += [(person.id, new_id(cell), one.author.id, one.id, kind)
                     for kind in ((6,) if person is viewers["bell"] else (1, 6))]
            reactions.append((one.id, new_id(cell_of(one.id)), person.id, 1))
        if one.boost:
            booster = (await owner.fetchval("select author from posts.post where cell = law.cell($1) and id = $1",
                                            one.boost))
            reactions.append((one.id, new_id(cell_of(one.id)), booster, 4))
            await owner.execute("insert into posts.mark (cell, account, post, bits, boost) "
                                "values (law.cell($1), $1, $2, 4, $3)", booster, one.id, one.boost)
    await owner.executemany("insert into posts.mark (cell, account, post, bits, like_id, bookmark_id, pin_id) values "
                            "(law.cell($1), $1, $2, $3::integer, $4, $5, case when $3::integer & 8 <> 0 "
                            "then $6::bigint end)", marks)
    await owner.executemany("insert into notifications.notification (cell, account, id, actor, post, kind) "
                            "values (law.cell($1), $1, $2, $3, $4, $5) on conflict do nothing", told)
    await owner.executemany("insert into posts.reaction (cell, post, kind, id, account) "
                            "values (law.cell($1), $1, $4, $2, $3)", reactions)
    await owner.executemany("insert into lists.member (cell, list, account, id) values (law.cell($1), $1, $2, $3)",
                            members)
    return lists


async def _put_into_state(owner: Any, one: Planted) -> None:
    table = "messages.message" if one.is_direct else "posts.post"
    if one.is_direct:
        # Row-level security holds for the owner of the tables as well.
        await owner.execute("select set_config('petrel.account', $1, false)", str(one.author.id))
    else:
        await owner.execute("update posts.post set replies = $2, boosts = $3, likes = $4 where cell = law.cell($1) and "
                            "id = $1", one.id, *COUNTS.values())
    if one.state == "deleted":
        async with writing(one.author.member, cause="tests") as w:
            await posts.delete(w, one.id)
    flags = ON_POST.get(one.state, 0)
    await owner.execute(f"update {table} set flags = flags | $2, version = version + 1 "
                        "where cell = law.cell($1) and id = $1", one.id, flags)
    if one.state == "withheld":
        await owner.execute("insert into posts.withheld (cell, post, country, case_number, notice_url, until_at) "
                            "values (law.cell($1), $1, 'DE', 'K 12/26', 'https://orders.example/12', "
                            "now() + interval '1 day')", one.id)
    if one.audience == "self":
        await owner.execute("update posts.post set audience = $2 where cell = law.cell($1) and id = $1", one.id, SELF)
    await owner.execute("update accounts.account set state = state | $2, version = version + 1 "
                        "where cell = law.cell($1) and id = $1", one.author.id, ON_ACCOUNT.get(one.state, 0))
