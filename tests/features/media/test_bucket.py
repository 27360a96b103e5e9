"""Photos and films in a bucket: the same in every way but where they lie; and moving them there and back."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from petrel import app
from petrel.core.doors import Doors, current, reading, writing
from petrel.core.errors import Invalid
from petrel.core.viewer import Member
from petrel.features import media
from petrel.features.media import jobs as media_jobs
from petrel.features.media import moving, shelf
from petrel.ops.doctor import Bucket, bucket
from petrel.outside import stores
from petrel.worker import jobs
from tests import samples
from tests.people import signed_in
from tests.targets import Target, s3_host


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with s3_host() as found:
        yield found


@pytest.fixture
def folder(tmp_path: Path, target: Target) -> Iterator[Path]:
    """New files go into the directory, and there is a bucket."""
    media.install(tmp_path)
    shelf.install(lambda: stores.opened(*target), "directory")
    yield tmp_path
    for name in shelf.in_bucket():
        shelf.remove_from_bucket(name)
    media.install(None)
    shelf.install(None, "directory")


def choose(target: Target, place: shelf.Place) -> None:
    shelf.install(lambda: stores.opened(*target), place)


def near(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.parent.name != "coming")


async def member(handle: str) -> Member:
    await current().renew_lease()       # on ids: loading the server takes its time, and no loop runs meanwhile
    [(one, _)] = await signed_in(handle)
    return one


async def uploaded(owner: Member, body: bytes) -> int:
    app.load_rooms()
    number = await media.upload(owner, io.BytesIO(body), len(body), cause="tests")
    await jobs.drain()
    return number


def noise() -> bytes:
    """A picture of some chunks."""
    file = io.BytesIO()
    Image.effect_noise((1400, 1000), 90).convert("RGB").save(file, "JPEG", quality=95)
    return file.getvalue()


async def served(owner: Member, number: int, start: int = 0, end: int | None = None) -> bytes:
    found = await media.send(owner, number, "original")
    return b"".join([piece async for piece in found.pieces(start, found.file.bytes if end is None else end)])


async def test_new_files_go_there_and_are_served_from_there_until_they_are_deleted(
    site: Doors, folder: Path, target: Target
) -> None:
    ada = await member("bea1")
    here = await uploaded(ada, samples.film())
    whole = await served(ada, here)
    choose(target, "bucket")
    there = await uploaded(ada, samples.film() + b"\0")         # other bytes, the same film
    assert await served(ada, there) == whole, "of the same content there is one file, wherever it lies"
    picture = await uploaded(ada, noise())
    assert len(near(folder)) == 2 and len(shelf.in_bucket()) == 2, "original and small of each"
    body = await served(ada, picture)
    assert await served(ada, picture, 5, 100) == body[5:100]
    [far] = [one for one in stores.opened(*target).items("") if one.size > len(body)]
    assert body[:64] not in stores.taken(stores.opened(*target), far.name), "sealed there too"
    async with writing(ada, cause="tests") as w:
        await media.drop(w, [here, there, picture])
    await jobs.drain()
    assert near(folder) == [] and list(shelf.in_bucket()) == []


async def test_a_part_begins_in_any_chunk(site: Doors, folder: Path, target: Target) -> None:
    ada = await member("bea2")
    choose(target, "bucket")
    number = await uploaded(ada, noise())
    whole = await served(ada, number)
    assert len(whole) > 2 << 18, "several chunks"
    for start, end in ((0, 1), ((1 << 18) - 1, (1 << 18) + 1), (1 << 18, 2 << 18), (len(whole) - 3, len(whole))):
        assert await served(ada, number, start, end) == whole[start:end]


async def test_all_of_it_moves_there_and_back_whatever_cuts_it_off(
    site: Doors, folder: Path, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await member("bea3")
    numbers = [await uploaded(ada, body) for body in (noise(), samples.film())]
    bodies = [await served(ada, one) for one in numbers]
    names = near(folder)
    assert moving.lying(shelf.directory()).count == len(names) == 4
    for place in ("bucket", "directory"):
        choose(target, place)       # type: ignore[arg-type]
        seen: list[int] = []

        def cut(done: int, whole: int, seen: list[int] = seen) -> None:
            seen.append(whole)
            if len(seen) == 1:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            moving.move(cut)
        assert [await served(ada, one) for one in numbers] == bodies, "wherever they lie now"
        moving.move(cut)
        assert moving.move(cut).count == 0, "nothing is left to move"
        assert (near(folder), list(shelf.in_bucket())) == (([], names) if place == "bucket" else (names, []))
        assert [await served(ada, one) for one in numbers] == bodies


async def test_what_does_not_arrive_whole_stays_where_it_was(
    site: Doors, folder: Path, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await member("bea4")
    number = await uploaded(ada, samples.picture())
    choose(target, "bucket")
    far = shelf.bucket()
    assert far is not None
    whole, write = near(folder), far.write

    def shortened(name: str) -> stores.Writing:
        into = write(name)
        into.write(b"x")
        return into

    monkeypatch.setattr(far, "write", shortened)
    with pytest.raises(moving.NotWhole, match="stays where it was"):
        moving.move(lambda *_: None)
    assert near(folder) == whole and not shelf.in_bucket()
    assert await served(ada, number)


async def test_what_belongs_to_nothing_there_goes_after_an_hour(
    site: Doors, folder: Path, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await member("bea5")
    choose(target, "bucket")
    number = await uploaded(ada, samples.picture())
    kept = list(shelf.in_bucket())
    stray = f"ab/{'c' * 30}-{number + (1 << 16):x}"
    stores.put(stores.opened(*target), stray, b"left by a kill")
    assert await media_jobs.sweep_bucket() is None, "it is young"
    monkeypatch.setattr(media_jobs, "STRAY_S", -60.0)
    assert "1 files" in (await media_jobs.sweep_bucket() or "")
    assert list(shelf.in_bucket()) == kept
    async with reading(ada) as r:
        assert await media.own(r, [number])


def test_the_doctor_says_what_is_wrong_with_it(
    folder: Path, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "SLOW_S", 60.0)

    def looked(url: str, access: stores.Access, *, is_chosen: bool = True) -> tuple[bool, str]:
        found = bucket.check_bucket(folder.parent, Bucket(lambda: stores.opened(url, access), is_chosen))
        assert found.ok or found.cure
        return found.ok, found.found

    (folder.parent / media.FOLDER).mkdir(exist_ok=True)
    is_fine, said = looked(*target)
    assert is_fine and "written and read" in said
    is_fine, said = looked("s3://nowhere/x", target[1])
    assert not is_fine and "no bucket of that name" in said
    lying = folder.parent / media.FOLDER / "ab"
    lying.mkdir()
    (lying / f"{'c' * 30}-1f").write_bytes(b"left")
    assert looked(*target) == (False, f"1 files still lie in the data directory, and new ones go to {target[0]}")
    assert looked(*target, is_chosen=False)[0], "they are where they belong"


def test_without_a_bucket_there_is_nothing_to_move(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="media_bucket"):
        moving.both()
