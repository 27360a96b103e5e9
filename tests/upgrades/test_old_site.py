"""A site that the first release made is brought to this one: posts open, timelines answer, the journal verifies."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from msgspec import Struct

from petrel import app
from petrel.core import chain, chain_check, doors
from petrel.core.doors import reading
from petrel.core.viewer import System
from petrel.core.witness import Witness
from petrel.storage import migrate
from petrel.storage.pools import Addresses
from tests.conftest import Server, loop
from tests.stories.wholesite import Person, WholeSite, open_site
from tests.upgrades import old_site

ARCHIVES = sorted(Path(__file__).parent.glob("site-*.tar.xz"))
POST = ("id", "created_at", "visibility", "sensitive", "spoiler_text", "language", "content", "edited_at",
        "in_reply_to_id", "replies_count", "reblogs_count", "favourites_count", "favourited", "reblogged", "bookmarked")


class Upgraded(Struct):
    addresses: Addresses
    folder: Path
    expected: dict[str, Any]
    site: WholeSite
    ran: list[str]

    def person(self, handle: str) -> Person:
        return Person(int(self.expected["accounts"][handle]), handle, self.expected["tokens"][handle])


@pytest.fixture(scope="module", params=ARCHIVES, ids=lambda path: path.name)
def upgraded(request: pytest.FixtureRequest, server: Server,
             tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    folder = tmp_path_factory.mktemp("old")
    expected = old_site.unpack(request.param, folder)
    name = f"{server.prefix}_old"
    addresses = loop().run_until_complete(old_site.lay_out(server, name, folder))
    ran = loop().run_until_complete(app.migrate_site(addresses))
    loop().run_until_complete(app.register_followers(addresses))
    loop().run_until_complete(doors.open_doors(addresses))
    yield Upgraded(addresses, folder, expected, loop().run_until_complete(open_site(addresses)), ran)
    loop().run_until_complete(doors.close_doors())
    loop().run_until_complete(server.drop(name))


def _as_seen(thing: Any) -> Any:
    """What must not have changed: of posts and what holds them, who and what, not the addresses."""
    if isinstance(thing, list):
        return [_as_seen(one) for one in thing]
    if not isinstance(thing, dict):
        return thing
    if "content" in thing and "visibility" in thing:
        return {**{name: thing[name] for name in POST}, "by": thing["account"]["acct"], "of": _as_seen(thing["reblog"])}
    if "statuses" in thing:
        return _as_seen(thing["statuses"])
    return {name: _as_seen(thing[name]) for name in ("id", "type", "created_at", "status", "last_status", "unread")
            if name in thing}


async def verified(upgraded: Upgraded) -> chain_check.Report:
    async with reading(System("tests")) as r:
        await r.fetch("begin transaction isolation level repeatable read, read only")
        try:
            key = chain.load_key(upgraded.folder / "data" / "keys").public_key()
            return await chain_check.verify(r.fetch, key, Witness(upgraded.folder / "data" / "witness"))
        finally:
            await r.fetch("rollback")


async def test_it_was_old_and_is_this_release_now(upgraded: Upgraded) -> None:
    every = {path.name for path in (migrate.STORAGE / "migrations").glob("[0-9]*.sql")}
    owner = await asyncpg.connect(**upgraded.addresses.main["owner"])
    done = {row[0] for row in await owner.fetch("select name from petrel_migrations.done")}
    await owner.close()
    assert {name for name in every if "_contract_" not in name} <= done
    assert any(name[:4] > "0016" for name in upgraded.ran if name[0] == "0")


async def test_what_people_saw_they_see(upgraded: Upgraded) -> None:
    for handle, pages in upgraded.expected["seen"].items():
        for path, before in pages.items():
            answer = await upgraded.site.ask("GET", path, as_=upgraded.person(handle))
            assert answer.status == 200, (handle, path, answer.body)
            assert _as_seen(answer.json) == _as_seen(before), (handle, path)


async def test_posts_open_and_what_was_deleted_does_not(upgraded: Upgraded) -> None:
    mira = upgraded.person("mira")
    for number, before in upgraded.expected["opened"].items():
        answer = await upgraded.site.ask("GET", f"/api/v1/statuses/{number}", as_=mira)
        assert answer.status == 200 and _as_seen(answer.json) == _as_seen(before)
    gone = f"/api/v1/statuses/{upgraded.expected['gone']}"
    assert (await upgraded.site.ask("GET", gone, as_=upgraded.person("okello"))).status == 404


async def test_the_journal_verifies_and_goes_on(upgraded: Upgraded) -> None:
    before = await verified(upgraded)
    assert before.findings == [] and before.entries > 100 and before.witnessed > 0
    posted = await upgraded.site.ask("POST", "/api/v1/statuses", as_=upgraded.person("ines"),
                                     json={"status": "written after the upgrade"})
    assert posted.status == 200
    home = await upgraded.site.ask("GET", "/api/v1/timelines/home", as_=upgraded.person("ines"))
    assert home.json[0]["id"] == posted.json["id"]
    key = chain.load_key(upgraded.folder / "data" / "keys")
    assert await chain.seal_once(key, Witness(upgraded.folder / "data" / "witness"))
    after = await verified(upgraded)
    assert after.findings == [] and after.entries > before.entries and after.roots > before.roots
