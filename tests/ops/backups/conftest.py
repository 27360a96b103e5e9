"""One site for all of this room's tests: people, posts, a backup; then much is taken away, and the site is lost."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from msgspec import Struct

from petrel.core.doors import writing
from petrel.core.viewer import Member, System
from petrel.core.witness import Root, Witness
from petrel.features import accounts, lists, messages, notifications, posts, relationships
from petrel.features.posts import Audience, Draft, Mark
from petrel.ops.drills.site import Site, private_site
from petrel.program import Program
from tests.conftest import loop
from tests.people import follow, mark, publish, signed_in, tell

MARK = "xylophonemark"
ROWS = """
select md5(string_agg(t::text, ',' order by t::text)) from (
  select id, author, audience, thread, mentions, language from posts.post where id = any ($1::bigint[])) t
"""


class Lost(Struct):
    """The lost site: where its backup is, where its witness was copied to, and what there was."""

    data: Path
    place: Path
    witness: Path
    key_file: Path
    people: dict[str, tuple[Member, str]]
    posts: dict[str, int]
    digest: str
    created: str


async def _before(now: dict[str, tuple[Member, str]], made: dict[str, int]) -> None:
    who = {name: member for name, (member, _) in now.items()}
    for follower in ("bob", "cat", "dan"):
        await follow(who[follower], who["ann"])
    await follow(who["ann"], who["eve"])
    for name, audience in (("stays", 0), ("deleted", 0), ("followers", 2), ("narrowed", 0), ("unboosted", 0)):
        made[name] = (await publish(who["ann"], f"{MARK} {name}", audience=Audience(audience))).id
    made["message stays"] = (await tell(who["ann"], f"@bob {MARK} stays")).id
    made["message deleted"] = (await tell(who["ann"], f"@bob {MARK} deleted")).id
    made["boost"] = (await mark(who["eve"], made["unboosted"], Mark.BOOST)).boost or 0
    await mark(who["eve"], made["stays"], Mark.LIKE)
    async with writing(who["ann"], cause="tests") as w:
        made["list"] = (await lists.create(w, "friends")).id
        await lists.add(w, made["list"], [who["eve"].account])
    await _before_small_things(who, made)


async def _before_small_things(who: dict[str, Member], made: dict[str, int]) -> None:
    fay, ann, eve = who["fay"], who["ann"].account, who["eve"].account
    async with writing(System("tests"), cause="tests") as w:
        await accounts.protect(w, eve)
    await follow(fay, who["ann"], who["eve"])           # of eve, who is protected by now, only a request
    made["edited"] = (await publish(fay, "@dan see", audience=Audience.FOLLOWERS)).id
    made["fay's message"] = (await tell(fay, "@bob hello")).conversation or 0
    for kind in (Mark.LIKE, Mark.BOOKMARK):
        await mark(fay, made["stays"], kind)
    await mark(fay, made["edited"], Mark.PIN)
    async with writing(fay, cause="tests") as w:
        await relationships.endorse(w, ann)
        await relationships.set_note(w, ann, "a note")
        await relationships.tags.feature(w, "#terns")
        await relationships.tags.follow(w, "#gulls")
        draft = relationships.filters.FilterDraft(title="f", contexts=("home",))
        made["filter"] = (await relationships.filters.create(w, draft)).id
        made["fay's list"] = (await lists.create(w, "old")).id
        await accounts.update(w, accounts.Changes(discoverable=True, indexable=True))


async def _after_small_things(who: dict[str, Member], made: dict[str, int]) -> None:
    fay, ann = who["fay"], who["ann"].account
    async with writing(who["eve"], cause="tests") as w:
        await relationships.reject(w, fay.account)
    async with writing(fay, cause="tests") as w:
        await posts.edit(w, made["edited"], Draft("see", audience=Audience.FOLLOWERS))
        await messages.leave(w, made["fay's message"])
    for kind in (Mark.LIKE, Mark.BOOKMARK):
        await mark(fay, made["stays"], kind, on=False)
    await mark(fay, made["edited"], Mark.PIN, on=False)
    await mark(fay, made["stays"], Mark.MUTE)
    async with writing(fay, cause="tests") as w:
        await relationships.unendorse(w, ann)
        await relationships.set_note(w, ann, "")
        await relationships.tags.unfeature(w, typed="#terns")
        await relationships.tags.unfollow(w, "#gulls")
        await relationships.filters.delete(w, made["filter"])
        await lists.delete(w, made["fay's list"])
        await notifications.set_policy(w, notifications.Policy(not_following="drop"))
        await accounts.update(w, accounts.Changes(indexable=False, hides_network=True))


async def _after(now: dict[str, tuple[Member, str]], made: dict[str, int]) -> None:
    """All of it takes something away, but the last two."""
    ann, cat, dan, eve = (now[name][0] for name in ("ann", "cat", "dan", "eve"))
    async with writing(ann, cause="tests") as w:
        await posts.delete(w, made["deleted"])
        await posts.delete(w, made["message deleted"])
        await posts.narrow(w, made["narrowed"], Audience.FOLLOWERS)
    async with writing(ann, cause="tests") as w:
        await relationships.block(w, dan.account)
        await relationships.remove_follower(w, cat.account)
        await relationships.mute(w, eve.account)
        await lists.remove(w, made["list"], [eve.account])
    await mark(eve, made["unboosted"], Mark.BOOST, on=False)
    async with writing(System("tests"), cause="tests") as w:
        await accounts.protect(w, ann.account)
        await accounts.set_role(w, now["gus"][0].account, "member")
        await accounts.set_password(w, now["hal"][0].account, await accounts.hash_password("a third horse"))
        await accounts.set_password(w, now["gus"][0].account, await accounts.hash_password("another horse"))
    made["lost"] = (await publish(ann, "written after the backup")).id
    async with writing(now["bob"][0], cause="tests") as w:
        await relationships.unmute(w, eve.account)


async def _make(folder: Path) -> Lost:
    data, place = folder / "site", folder / "backups"
    lost = Lost(data, place, folder / "copied witness", folder / "keys.txt", {}, {}, "", "")
    async with private_site(data) as site:
        async with Program().opened(data):
            names = ("ann", "bob", "cat", "dan", "eve", "fay", "gus", "hal")
            lost.people = dict(zip(names, await signed_in(*names), strict=True))
            async with writing(System("tests"), cause="tests") as w:
                gus = lost.people["gus"][0].account
                await accounts.set_role(w, gus, "admin")
                await accounts.set_password(w, gus, await accounts.hash_password("correct horse"))
            await _before(lost.people, lost.posts)
            await _until_witnessed(site, data, "accounts.account.protected")    # in a line of before the backup
            async with site.database() as owner:
                lost.digest = await owner.fetchval(ROWS, [lost.posts["stays"], lost.posts["followers"]])
            code, lost.created = await site.petrel("backups", "create", str(place), "--json")
            assert code == 0, lost.created + site.said()
            await _after_small_things({name: member for name, (member, _) in lost.people.items()}, lost.posts)
            await _until_witnessed(site, data, "lists.list.deleted")        # so that they fill a line of their own
            await _after(lost.people, lost.posts)
            await _until_witnessed(site, data, "accounts.password.changed")
        code, text = await site.petrel("backups", "key")
        assert code == 0
        lost.key_file.write_text(f"Backup keys of our site\n{text}\n")
        _kill(site)
        await site.process.wait()
    shutil.copytree(data / "witness", lost.witness)
    return lost


async def _until_witnessed(site: Site, data: Path, kind: str) -> None:
    async with site.database() as owner:
        last = await owner.fetchval("select max(id) from journal.entry where kind = $1", kind)
    witness = Witness(data / "witness")

    def is_witnessed() -> bool:
        """By a root too that says so."""
        line, root = witness.last_line(), witness.last()
        return (line is not None and line.entries[-1].id >= last
                and isinstance(root, Root) and root.restrictions >= line.seq)

    await site.until(is_witnessed, 20, "the witness")


def _kill(site: Site) -> None:
    """As if the machine had lost its power: nothing ends in order."""
    supervisor = psutil.Process(site.process.pid)
    for process in (supervisor, *supervisor.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):        # it ends with its parent
            process.kill()


@pytest.fixture(scope="session")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lost]:
    yield loop().run_until_complete(_make(tmp_path_factory.mktemp("lost")))
