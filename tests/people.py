"""Members for tests, made through commands: `alice, bob = await people("alice", "bob")`."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from petrel.core.doors import Writer, writing
from petrel.core.viewer import Member, System
from petrel.features import accounts, collections, posts, relationships
from petrel.features.accounts import tokens
from petrel.features.posts import Ask, Audience, Draft, Fresh

SCOPES = ("read", "write", "follow", "push")


async def people(*handles: str, protected: bool = False, indexable: bool = False) -> list[Member]:
    return [member for member, _ in await signed_in(*handles, protected=protected, indexable=indexable)]


async def signed_in(*handles: str, protected: bool = False, indexable: bool = False) -> list[tuple[Member, str]]:
    """Members with the bearer tokens that their apps hold."""
    new = [accounts.NewAccount(handle=h, protected=protected, indexable=indexable) for h in handles]
    async with writing(System("tests"), cause="tests") as w:
        numbers = await accounts.create_many(w, new)
    async with writing(System("tests"), cause="tests") as w:
        tokens = await accounts.issue_tokens_many(w, numbers, list(SCOPES))
    return [
        (Member(n, hashlib.sha256(t.encode()).digest(), frozenset(SCOPES)), t)
        for n, t in zip(numbers, tokens, strict=True)
    ]


async def act(who: Member | System, command: Callable[..., Awaitable[Any]], *args: Any, **named: Any) -> Any:
    """One command in a transaction of its own."""
    async with writing(who, cause="tests") as w:
        return await command(w, *args, **named)


async def open_up(member: Member) -> None:
    """Opens a protected account, as its owner does at a browser that has just signed in."""
    async with writing(System("tests"), cause="tests") as w:
        issued = await tokens.open_session(w, member.account)
    browser = Member(member.account, hashlib.sha256(issued.token.encode()).digest(), is_session=True)
    async with writing(browser, cause="tests") as w:
        await accounts.unprotect(w)


async def follow(follower: Member, *others: Member, boosts: bool = True) -> None:
    for other in others:
        async with writing(follower, cause="tests") as w:
            await relationships.follow(w, other.account, boosts=boosts)


async def recommend(w: Writer, name: str, description: str, tag: str) -> None:
    """A collection of nobody yet, which is then called something else."""
    made = await collections.create(w, collections.Text(name, description, tag), collections.Marks())
    await collections.change(w, made.id, collections.Change(name=f"{name}again"))


async def publish(member: Member, text: str, **draft: object) -> Fresh:
    """One post; raises what the ask was refused with."""
    once = draft.pop("once", None)
    [made] = await posts.create_together([Ask(member, Draft(text, **draft), "tests", once)])  # type: ignore[arg-type]
    if isinstance(made, Exception):
        raise made
    return made


async def mark(member: Member, post: int, mark: posts.Mark, on: bool = True) -> posts.Marked:
    [done] = await posts.mark_together([posts.MarkAsk(member, post, mark, on, "tests")])
    if isinstance(done, Exception):
        raise done
    return done


async def tell(member: Member, text: str, **draft: object) -> Fresh:
    """A direct message."""
    return await publish(member, text, audience=Audience.DIRECT, **draft)
