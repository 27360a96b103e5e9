"""A site with protected accounts: what they wrote carries marks, words that stand nowhere else."""

import asyncio
import secrets
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from petrel.ops.drills import Answer, Broken, Clients, Person, make_people

PROTECTED, OPEN, POSTS = 6, 4, 20
AUDIENCES = ("public", "unlisted", "private")


class Written(Struct, frozen=True):
    """A post: its mark, whose it is, and whom it was written for."""

    word: bytes
    author: Person
    audience: str


class Town(Struct):
    """`shy`: posts of protected accounts, by id; `loud`: public ones. `strangers`: who must not see, by name (token,
    None for nobody); the follower may."""

    protected: list[Person]
    strangers: dict[str, str | None]
    follower: Person
    shy: dict[int, Written]
    loud: dict[int, Written]


async def settle(wire: Clients) -> Town:
    """The doors must be open. Everything but the accounts themselves goes through HTTP."""
    protected = await make_people([f"shy{n}" for n in range(PROTECTED)], protected=True)
    loud = await make_people([f"loud{n}" for n in range(OPEN)])
    stranger, pending, blocked, follower = await make_people(["sid", "pia", "bea", "flo"])
    town = Town(protected, {"nobody signed in": None, "a stranger": stranger.token, "a pending follower": pending.token,
                            "somebody blocked": blocked.token}, follower, {}, {})
    for shy in protected:
        for person in (pending, follower):
            await do(wire, person, f"/api/v1/accounts/{shy.id}/follow")
        await do(wire, shy, f"/api/v1/follow_requests/{follower.id}/authorize")
        await do(wire, shy, f"/api/v1/accounts/{blocked.id}/block")
    await asyncio.gather(*(_write(wire, one, AUDIENCES, town.shy) for one in protected),
                         *(_write(wire, one, ("public",), town.loud) for one in loud))
    return town


async def _write(wire: Clients, author: Person, audiences: tuple[str, ...], into: dict[int, Written]) -> None:
    for number in range(POSTS):
        word = "zq" + secrets.token_hex(9)
        audience = audiences[number % len(audiences)]
        answer = await do(wire, author, "/api/v1/statuses", {"status": f"{word} sesame #zqtag",
                                                             "visibility": audience})
        into[int(answer.json["id"])] = Written(word.encode(), author, audience)


async def do(wire: Clients, person: Person, path: str, sent: Any = None) -> Answer:
    """A write that has to be taken. Errors: Broken."""
    answer = await wire.ask("POST", path, token=person.token, json=sent or {})
    if answer.status != 200:
        raise Broken(f"{answer.status} for {path} by {person.handle}: {answer.body[:200]!r}")
    return answer


def questions(town: Town) -> Iterator[str]:
    """By what a protected post might come out, and where public ones have to."""
    for post, written in town.shy.items():
        yield f"/api/v1/statuses/{post}"
        yield f"/@{written.author.handle}/{post}"
        for more in ("context", "history", "source", "favourited_by", "reblogged_by"):
            yield f"/api/v1/statuses/{post}/{more}"
    posts = list(town.shy)
    for start in range(0, len(posts), 20):
        yield "/api/v1/statuses?" + "&".join(f"id[]={post}" for post in posts[start:start + 20])
    for shy in town.protected:
        yield f"/api/v1/accounts/{shy.id}"
        yield f"/@{shy.handle}"
        for more in ("", "?exclude_replies=true", "?pinned=true", "?limit=40"):
            yield f"/api/v1/accounts/{shy.id}/statuses{more}"
    yield from ("/api/v1/timelines/public?limit=40", "/api/v1/timelines/public?local=true", "/api/v1/timelines/home",
                "/api/v1/timelines/tag/zqtag?limit=40", "/api/v2/search?q=sesame", "/public", "/tags/zqtag", "/")
