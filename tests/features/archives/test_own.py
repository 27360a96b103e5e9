"""Exports of a Petrel come in again: into another account, of this site or of another one."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from petrel.core.doors import reading, writing
from petrel.core.viewer import Anonymous
from petrel.features import accounts, archives, lists, posts, relationships
from petrel.features.archives import BadArchive
from petrel.features.posts import Audience, Mark
from petrel.features.relationships import Bit
from tests.features.archives.packing import zipped
from tests.features.archives.test_running import bring_in, written
from tests.features.privacy.test_export import data, exported
from tests.people import follow, mark, people, publish, tell

__all__ = ["data"]
HEAD = {"format": "petrel-export", "version": 1, "site": "https://old.example:8443", "account": "7", "acct": "ada"}


def changed(archive: zipfile.ZipFile, path: Path, site: str) -> Path:
    """The same export, of another site."""
    files = {name: archive.read(name) for name in archive.namelist() if name.endswith(".json")}
    told = json.loads(files["data/manifest.json"])
    files["data/manifest.json"] = json.dumps({**told, "site": site}).encode()
    return zipped(path, files, "other.zip")


async def test_what_somebody_exported_comes_in_elsewhere(site, data):
    ada, new, bob, cy = await people("own_a", "own_new", "own_bob", "own_cy")
    await follow(ada, bob)
    first = await publish(ada, "one, to @own_bob", spoiler="warned", language="nl")
    await publish(ada, "two", reply_to=first.id)
    await publish(ada, "three", audience=Audience.FOLLOWERS)
    kept = await publish(bob, "keep this")
    await mark(ada, kept.id, Mark.BOOKMARK)
    await mark(ada, kept.id, Mark.LIKE)
    await mark(ada, kept.id, Mark.BOOST)
    await tell(ada, "@own_bob psst")
    async with writing(ada, cause="tests") as w:
        await posts.folders.put(w, (await posts.folders.create(w, "Papers")).id, [kept.id])
        await relationships.block(w, cy.account)
        await lists.add(w, (await lists.create(w, "friends")).id, [bob.account])
        await accounts.update(w, accounts.Changes(protected=True))
    await publish(ada, "four, written while protected")
    async with writing(ada, cause="tests") as w:
        await w.fetch("select set_config('petrel.widening', $1::bigint::text, true)", ada.account)
        await w.execute("update accounts.account set is_protected = false where id = $1", ada.account)
        w.record("accounts.account.opened", ada.account)
    archive = await exported(ada.account)
    path = data / "own.zip"
    assert isinstance(archive.fp, io.BytesIO)
    path.write_bytes(archive.fp.getvalue())

    report = await bring_in(new, path)

    assert report.taken == {"posts": 4, "follows": 1, "blocks": 1, "lists": 1, "bookmarks": 1}
    assert {kind for kind, _ in report.left_count} == {"profile", "boosts", "likes", "messages"}
    texts = ["one, to @own_bob", "two", "three", "four, written while protected"]
    assert await written(new) == texts
    assert await written(new, Anonymous()) == texts[:2], "as it was for"
    async with reading(new) as r:
        assert (await relationships.one(r, bob.account)).has(Bit.FOLLOWING)
        [papers] = await posts.folders.mine(r, holding=kept.id)
        assert papers.name == "Papers"
    assert (await bring_in(new, path)).already["posts"] == 4

    [other] = await people("own_other")
    report = await bring_in(other, changed(archive, data, "https://old.example:8443"))
    assert report.who == "@own_a@old.example:8443" and report.taken == {"posts": 4}
    assert (await written(other))[0] == "one, to @own_bob@old.example:8443", "not the one of here"


async def test_what_a_protected_account_wrote_is_for_followers(site, data):
    ada, new = await people("own_p", "own_pnew")
    await publish(ada, "before")
    async with writing(ada, cause="tests") as w:
        await accounts.update(w, accounts.Changes(protected=True))
    archive = await exported(ada.account)
    assert isinstance(archive.fp, io.BytesIO)
    (data / "own.zip").write_bytes(archive.fp.getvalue())
    await bring_in(new, data / "own.zip")
    assert await written(new) == ["before"] and await written(new, Anonymous()) == []


def export(path: Path, posts_json: Any = (), **head: Any) -> Path:
    raw = posts_json if isinstance(posts_json, bytes) else json.dumps(list(posts_json)).encode()
    return zipped(path, {"data/manifest.json": json.dumps({**HEAD, **head}).encode(),
                         "data/account.json": b'{"settings": {"is_protected": false}}', "data/posts.json": raw})


@pytest.mark.parametrize("head", [{"format": "other"}, {"site": 7}, {"site": "nowhere"}, {"version": "x"},
                                  {"site": "http://["}])
async def test_heads_that_say_nothing(site, tmp_path, head):
    with pytest.raises(BadArchive):
        await archives.bring_in(1, export(tmp_path, **head), lambda _: None)


async def test_lines_that_are_no_posts_are_left_alone(site, tmp_path):
    [ada] = await people("own_lines")
    good = {"id": "1", "created_at": "2020-01-01T00:00:00Z", "audience": "public", "text": "good"}
    wrong = [{}, {**good, "created_at": 5}, {**good, "created_at": "2999-01-01T00:00:00Z"}, {**good, "text": 7},
             {**good, "audience": "direct"}, {**good, "audience": "everyone"}, {**good, "text": " "}, [1]]
    report = await bring_in(ada, export(tmp_path, [good, *wrong, {**good, "id": "1"}]))
    assert report.taken["posts"] == 1 and report.already["posts"] == 1
    assert sum(n for (kind, _), n in report.left_count.items() if kind in ("posts", "messages")) == len(wrong)
    assert await written(ada) == ["good"]
    for raw in (b"", b"[7]", b'[{"id": '):
        with pytest.raises(BadArchive):
            await bring_in(ada, export(tmp_path, raw))
