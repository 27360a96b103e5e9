"""Makes the people of the drill with the program of version N, through the front desks of its rooms: what it writes is
its own, as it is on a site that is old. Run as a program of its own in the place of version N; it imports nothing of
this release. A line of JSON asks, a line answers:

    {"do": "cast", "people": [HANDLE], "follows": [[FROM, TO]], "shy": [HANDLE], "mail": {HANDLE: ADDRESS},
     "owner": HANDLE}                       FROM and TO: places in "people"; the owner is one of "mail"
    {"do": "accounts", "count": N}          without tokens: their numbers
    {"do": "follows", "pairs": [[NUMBER, NUMBER]]}
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from petrel.core.doors import writing
from petrel.features import accounts, relationships
from petrel.ops.drills.people import CAUSE, WHO, Person, make_people, make_person
from petrel.program import Program

PASSWORD = "long enough to be one"      # noqa: S105 (of a site that is destroyed)
PART = 1_000


async def cast(asked: dict[str, Any]) -> dict[str, Any]:
    people = await make_people(asked["people"])
    await follows({"pairs": [(people[a].id, people[b].id) for a, b in asked["follows"]]})
    shy = await make_people(asked["shy"], protected=True)
    mail = {address: (await make_person(handle, PASSWORD, email=address)).id
            for handle, address in asked["mail"].items()}
    owner = mail[asked["mail"][asked["owner"]]]
    async with writing(WHO, cause=CAUSE) as w:
        await accounts.set_role(w, owner, "owner")
        session = (await accounts.open_session(w, owner)).token
    return {"people": list(map(_told, people)), "shy": list(map(_told, shy)), "mail": mail, "owner": owner,
            "session": session}


def _told(one: Person) -> tuple[str, int, str]:
    return one.handle, one.id, one.token


async def many(asked: dict[str, Any]) -> list[int]:
    numbers: list[int] = []
    for start in range(0, asked["count"], PART):
        new = [accounts.NewAccount(handle=f"m{n:05}") for n in range(start, min(asked["count"], start + PART))]
        async with writing(WHO, cause=CAUSE) as w:
            numbers += await accounts.create_many(w, new)
    return numbers


async def follows(asked: dict[str, Any]) -> None:
    pairs = asked["pairs"]
    for start in range(0, len(pairs), 10 * PART):
        async with writing(WHO, cause=CAUSE) as w:
            await relationships.follow_many(w, [(a, b) for a, b in pairs[start: start + 10 * PART]])


async def main(data: Path) -> None:
    asked = json.load(sys.stdin)
    async with Program().opened(data):
        print(json.dumps(await {"cast": cast, "accounts": many, "follows": follows}[asked["do"]](asked)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
