"""A site with somebody to be, and posts to read."""

import asyncio
from collections.abc import Sequence

from drills.starting.browser import Member
from petrel.core.doors import writing
from petrel.core.viewer import System
from petrel.features import accounts
from petrel.ops.drills import Broken, Person, Site, Stage, clients, follow, make_people

WORDS = ("The terns came back over the pier this morning, and the wind went round to the west.",
         "A long walk along the dyke: two spoonbills, one marsh harrier, and rain from noon on. "
         "We sat under the old boathouse until it stopped, and had the last of the bread.",
         "Who else is at the harbour tonight? #harbour", "Low tide at six.",
         "I have been reading about how lighthouses were kept before there was electricity. Somebody had to wind the "
         "clockwork every four hours, all night, for a year at a time. https://example.org/lighthouse #reading")
READER = "reader"


async def settle(stage: Stage, site: Site, posts: int, writers: int = 8) -> tuple[Member, list[Person]]:
    """A reader who follows everybody, and so many posts. The member is theirs, signed in."""
    async with stage.doors(site):
        people = await make_people([f"w{n}" for n in range(writers)])
        [reader] = await make_people([READER])
        await follow([(reader, one) for one in people])
        async with writing(System("drill"), cause="petrel drill") as w:
            session = (await accounts.open_session(w, reader.id)).token
    await _write(site, people, posts)
    return Member(site.address, session), people


async def _write(site: Site, people: Sequence[Person], posts: int) -> None:
    left = iter(range(posts))
    async with clients(site.address, connections=8, timeout_s=60) as wire:

        async def author(person: Person) -> None:
            for number in left:
                answer = await wire.ask("POST", "/api/v1/statuses", token=person.token,
                                        json={"status": f"{WORDS[number % len(WORDS)]} ({number})"},
                                        headers={"Idempotency-Key": f"town-{number}"})
                if answer.status != 200:
                    raise Broken(f"a post was answered {answer.status}: {answer.body[:300]!r}")

        await asyncio.gather(*map(author, people))


async def thread(site: Site, people: Sequence[Person], replies: int = 8) -> int:
    """A post with replies; its number."""
    async with clients(site.address, connections=2, timeout_s=60) as wire:
        first = 0
        for number in range(replies + 1):
            one = people[number % len(people)]
            said = {"status": f"{WORDS[number % len(WORDS)]} (reply {number})"}
            if first:
                said["in_reply_to_id"] = str(first)
            answer = await wire.ask("POST", "/api/v1/statuses", token=one.token, json=said)
            first = first or int(answer.json["id"])
        return first
