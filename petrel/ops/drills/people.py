"""Members for a drill, made through the front desks of the rooms on the machine itself, as `petrel accounts` does."""

from collections.abc import Sequence

from msgspec import Struct

from petrel.core.doors import writing
from petrel.core.viewer import System
from petrel.features import accounts, relationships

SCOPES = ("read", "write", "follow", "push", "profile")
WHO = System("drill")
CAUSE = "petrel drill"


class Person(Struct, frozen=True):
    """`token`: the bearer string."""

    handle: str
    id: int
    token: str


async def make_people(handles: Sequence[str], *, protected: bool = False, indexable: bool = True) -> list[Person]:
    """Members with a token for everything. The doors must be open (`Stage.doors`)."""
    new = [accounts.NewAccount(handle=h, protected=protected, indexable=indexable) for h in handles]
    async with writing(WHO, cause=CAUSE) as w:
        numbers = await accounts.create_many(w, new)
    async with writing(WHO, cause=CAUSE) as w:
        tokens = await accounts.issue_tokens_many(w, numbers, SCOPES)
    return [Person(h, n, t) for h, n, t in zip(handles, numbers, tokens, strict=True)]


async def make_person(handle: str, password: str, *, email: str | None = None, note: str = "", display_name: str = "",
                      protected: bool = False) -> Person:
    """One who can also sign in on the pages."""
    hashed = await accounts.hash_password(password)
    new = accounts.NewAccount(handle=handle, email=email, note=note, display_name=display_name, protected=protected,
                              indexable=True, discoverable=True)
    async with writing(WHO, cause=CAUSE) as w:
        number = (await accounts.create(w, new, secret_hash=hashed)).id
    return Person(handle, number, await token_of(number))


async def token_of(account: int, scopes: Sequence[str] = SCOPES) -> str:
    """One more access token."""
    async with writing(WHO, cause=CAUSE) as w:
        return (await accounts.issue_tokens_many(w, [account], scopes))[0]


async def follow(pairs: Sequence[tuple[Person, Person]]) -> None:
    """(follower, followee), in a few statements."""
    async with writing(WHO, cause=CAUSE) as w:
        await relationships.follow_many(w, [(a.id, b.id) for a, b in pairs])
