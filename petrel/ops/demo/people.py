"""The cast made real: accounts and how they stand to each other, through the commands that members use."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from petrel.core import clock, ids
from petrel.core.doors import writing
from petrel.core.viewer import Member, System
from petrel.features import accounts, lists, relationships
from petrel.ops.demo.cast import BLOCKS, CAST, FOLLOWS, LISTS, MUTES, REQUESTS, Person

CAUSE = "petrel demo"
SCOPES = ("read", "write", "follow", "push")


class Stamps:
    """Ids of things that happened earlier: each moment is given out once."""

    def __init__(self) -> None:
        self._given: set[int] = set()

    def id(self, at: datetime, cell: int) -> int:
        made = ids.id_at(at) | cell << 6 | ids.IMPORT_MAKER
        while made in self._given:
            made += 1 << 16
        self._given.add(made)
        return made


async def make_people(stamps: Stamps, password: str | None = None) -> dict[str, Member]:
    """Everybody of the cast by handle, as they act through a token of their own. Without a password nobody signs in."""
    now = clock.now()
    hashes = [await accounts.hash_password(password) if password else None for _ in CAST]
    async with writing(System("demo"), cause=CAUSE) as w:
        made = [
            await accounts.create(w, _new(person, stamps, now), secret_hash=secret)
            for person, secret in zip(CAST, hashes, strict=True)
        ]
        tokens = await accounts.issue_many(w, [one.id for one in made], list(SCOPES))
    people = {
        person.handle: Member(one.id, accounts.digest_of(token), frozenset(SCOPES), role=person.role)
        for person, one, token in zip(CAST, made, tokens, strict=True)
    }
    for person in CAST:
        async with writing(people[person.handle], cause=CAUSE) as w:
            fields = tuple(accounts.Field(name, value) for name, value in person.fields)
            await accounts.update(w, accounts.Changes(fields=fields, default_language=person.language))
    return people


def _new(person: Person, stamps: Stamps, now: datetime) -> accounts.NewAccount:
    return accounts.NewAccount(
        handle=person.handle,
        display_name=person.name,
        note=person.note,
        role=person.role,
        protected=person.is_protected,
        discoverable=not person.is_protected,
        indexable=person.is_indexable,
        bot=person.is_bot,
        id=stamps.id(now - timedelta(days=person.days), ids.any_cell()),
    )


async def relate(people: dict[str, Member]) -> None:
    """Follows, one request, lists: as `cast.py` has it."""
    number = {handle: member.account for handle, member in people.items()}
    pairs = [(who, whom) for who, several in FOLLOWS.items() for whom in several.split()]
    shy = {person.handle for person in CAST if person.is_protected}

    async with writing(System("demo"), cause=CAUSE) as w:
        await relationships.follow_many(w, [(number[a], number[b]) for a, b in pairs if b not in shy])
    for who, whom in [pair for pair in pairs if pair[1] in shy]:
        await _follow(people, who, whom)
        async with writing(people[whom], cause=CAUSE) as w:
            await relationships.accept(w, number[who])
    for who, whom in REQUESTS.items():
        await _follow(people, who, whom)
    for who, titles in LISTS.items():
        async with writing(people[who], cause=CAUSE) as w:
            for title, members in titles.items():
                made = await lists.create(w, title)
                await lists.add(w, made.id, [number[member] for member in members.split()])


async def keep_apart(people: dict[str, Member]) -> None:
    """The block and the mute. Later than the conversations, which gave reason for them."""
    for who, whom in BLOCKS.items():
        async with writing(people[who], cause=CAUSE) as w:
            await relationships.block(w, people[whom].account)
    for who, whom in MUTES.items():
        async with writing(people[who], cause=CAUSE) as w:
            await relationships.mute(w, people[whom].account)


async def _follow(people: dict[str, Member], who: str, whom: str) -> None:
    async with writing(people[who], cause=CAUSE) as w:
        await relationships.follow(w, people[whom].account)


async def take_tokens_back(people: Iterable[Member]) -> None:
    """They sign in with their password from now on."""
    for member in people:
        async with writing(member, cause=CAUSE) as w:
            await accounts.sign_out(w)
