"""The people of an archive: whom its owner keeps away, follows, and has in lists; and the posts they kept.

Everything is done as the member, by the commands that members use: whoever is followed is told, whoever is protected
is asked. Only who has an account that is known here can be followed.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from petrel.core import limits
from petrel.core.doors import Writer, reading, writing
from petrel.core.errors import NotFound, PetrelError, Unavailable
from petrel.core.viewer import System
from petrel.features import accounts, lists, posts, relationships
from petrel.features.archives import commands
from petrel.features.archives.commands import FOLLOW, OTHER, Import
from petrel.features.archives.shapes import Kind, Left, Person, Report, Teller
from petrel.features.relationships import domains

SYSTEM = System("archives")
CAUSE = "import"
NOT_HERE = "nobody here is called that"
NO_POST = "not a post of this site that can be seen"

Act = Callable[[Writer, int], Awaitable[Any]]

_post = re.compile(r"/@[^/]+/(\d{1,19})|/ap/users/\d{1,19}/statuses/(\d{1,19})|/web/statuses/(\d{1,19})")


async def keep_away(told: Teller, imported: Import, report: Report) -> None:
    """Blocks and mutes, before anything of theirs is seen."""
    for person in told.people("blocks"):
        await _with(imported, "blocks", person, OTHER, relationships.block, report)
    for person in told.people("mutes"):
        hides = not (isinstance(person, Person) and person.options[:1] and person.options[0].lower() == "false")

        async def mute(w: Writer, other: int, hides: bool = hides) -> object:
            return await relationships.mute(w, other, notifications=hides)

        await _with(imported, "mutes", person, OTHER, mute, report)


async def follow(told: Teller, imported: Import, report: Report) -> None:
    for person in told.people("follows"):
        said = [option.lower() for option in person.options] if isinstance(person, Person) else []

        async def begin(w: Writer, other: int, said: list[str] = said) -> object:
            return await relationships.follow(w, other, boosts=said[:1] != ["false"], bell=said[1:2] == ["true"])

        await _with(imported, "follows", person, FOLLOW, begin, report)


async def _with(imported: Import, kind: Kind, person: Person | Left, noted: int, act: Act, report: Report) -> None:
    """One line, one transaction: what is refused is one person's matter."""
    if isinstance(person, Left):
        return report.leave(person)
    other = await _number(person.address)
    if other is None:
        return report.leave(Left(kind, NOT_HERE, person.address))
    try:
        async with writing(imported.member, cause=CAUSE) as w:
            [source] = await commands.digests([f"{imported.apart}{kind} {person.address}"])
            if await commands.known(w, imported.account, [source]):
                report.already[kind] += 1
                return None
            await act(w, other)
            await commands.remember(w, imported, noted, [(source, other)])
            w.record("archives.item.taken", imported.id)
    except Unavailable:
        raise
    except PetrelError as wrong:
        return report.leave(Left(kind, wrong.message.removeprefix("Validation failed: "), person.address))
    report.taken[kind] += 1
    return None


async def _number(address: str) -> int | None:
    user, _, domain = address.partition("@")
    if domain == limits.current().domain.lower():
        domain = ""
    async with reading(SYSTEM) as r:
        return (await accounts.ids_by_handle(r, [user], domain)).get(user)


async def put_into_lists(told: Teller, imported: Import, report: Report) -> None:
    """Lists by their names; who is not followed cannot be in one."""
    for title, person in told.in_lists():
        async def put(w: Writer, other: int, title: str = title) -> None:
            await lists.add(w, await _list(w, title), [other])

        await _with(imported, "lists", _named(title, person), OTHER, put, report)


def _named(title: str, person: Person | Left) -> Person | Left:
    return person if title or isinstance(person, Left) else Left("lists", "a list without a name", person.address)


async def _list(w: Writer, title: str) -> int:
    found = next((one.id for one in await lists.mine(w) if one.title == title), None)
    return found if found is not None else (await lists.create(w, title)).id


async def block_servers(names: Iterator[str], imported: Import, report: Report) -> None:
    """None of their accounts follows or is followed any more."""
    for name in names:
        try:
            async with writing(imported.member, cause=CAUSE) as w:
                before = await domains.is_blocked(w, name)
                await domains.block_and_part(w, name)
        except Unavailable:
            raise
        except (PetrelError, UnicodeError):
            report.leave(Left("domain blocks", "not a server", name))
            continue
        (report.already if before else report.taken)["domain blocks"] += 1


async def bookmark(found: Iterator[tuple[str, str]], imported: Import, report: Report) -> None:
    for address, folder in found:
        number = post_of(address)
        if number is None:
            report.leave(Left("bookmarks", NO_POST, address))
            continue
        ask = posts.MarkAsk(imported.member, number, posts.Mark.BOOKMARK, True, CAUSE)
        async with writing(SYSTEM, cause=CAUSE) as w:
            [done] = await posts.mark_many(w, [ask])
        if isinstance(done, NotFound):
            report.leave(Left("bookmarks", NO_POST, address))
        elif isinstance(done, PetrelError):
            raise done
        else:
            (report.taken if done.changed else report.already)["bookmarks"] += 1
            if done.changed and folder:
                await _put_into_folder(imported, folder, done.post)


async def _put_into_folder(imported: Import, name: str, post: int) -> None:
    """One that cannot be made (too many, too long a name) is no reason to lose the bookmark."""
    try:
        async with writing(imported.member, cause=CAUSE) as w:
            found = next((one.id for one in await posts.folders.mine(w) if one.name == name), None)
            await posts.folders.put(w, found or (await posts.folders.create(w, name)).id, [post])
    except Unavailable:
        raise
    except PetrelError:
        return


def post_of(address: str) -> int | None:
    """The number of a post of this site by its address."""
    base = limits.current().base_url
    found = _post.fullmatch(address.removeprefix(base)) if address.startswith(base + "/") else None
    number = int(next(part for part in found.groups() if part)) if found else 0
    return number if 0 < number < 1 << 63 else None
