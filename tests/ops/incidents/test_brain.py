"""Alerts become incidents, people are called by whichever way works, and all is known with the databases away."""

import asyncio
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from petrel.core import doors, flags
from petrel.core.doors import deriving, reading, writing
from petrel.core.errors import Conflict, Invalid, NotFound
from petrel.core.viewer import System
from petrel.features import mail
from petrel.features.mail import sending, signing
from petrel.ops import changes, incidents
from petrel.ops.incidents import Board, Brain, calling, rows, telling
from petrel.ops.watching import Alert, Look, Measure, Owner, Plan, Rota, alerts, plan
from tests.conftest import loop
from tests.crew import as_owner
from tests.features.mail.post_office import office
from tests.ops.watching.serving import hook

pytestmark = pytest.mark.usefixtures("site", "alone")
WHO = System("tests")


@pytest.fixture
def alone(addresses: Any) -> Iterator[None]:
    yield
    loop().run_until_complete(as_owner(
        addresses, "truncate ops.incident, ops.incident_note, ops.page, ops.alert, ops.board, ops.change, "
        "ops.exposure, ops.flag, ops.freeze"))
    flags.install({})


class Site:
    """A brain with a clock of its own, fed with alerts as the watch would."""

    def __init__(self, data: Path, *, anna: Owner | None = None, ben: Owner | None = None) -> None:
        (data / "run").mkdir(exist_ok=True)
        self.data, self.now = data, datetime.now(UTC)
        known = plan(data, Owner())
        owners = {"anna": anna or Owner(), "ben": ben or Owner()}
        self.plan = Plan(known.rules, known.owners | owners, Rota(turns=("anna", "ben")) if anna else None)
        self.counts: dict[int, tuple[int, ...]] = {}
        self.brain = Brain(data, Owner(), lambda: self.counts)

    async def fire(self, *rules: str) -> None:
        async with deriving("tests") as w:
            for rule in rules:
                await w.execute("insert into ops.alert (rule, value, owner) values ($1, 0.1, 'crew')", rule)

    async def clear(self) -> None:
        async with deriving("tests") as w:
            await w.execute("update ops.alert set cleared_at = now() where cleared_at is null")

    async def think(self, *, after_s: float = 15, blind: tuple[str, ...] | None = None,
                    firing: dict[tuple[str, str], float] | None = None) -> Board:
        self.now += timedelta(seconds=after_s)
        standing: tuple[Alert, ...] | None = None
        if blind is None:
            async with reading(WHO) as r:
                standing = tuple(await alerts.standing(r))
        firing = firing or {(one, ""): 1.0 for one in blind or ()}
        await self.brain.think(Look(self.now, self.plan, (Measure("disk_used_ratio", .4),), firing, standing))
        await self.brain.settled()
        found = incidents.board.read(self.data)
        assert found is not None
        return found


async def act(what: Any, *args: Any) -> Any:
    async with writing(WHO, cause="tests") as w:
        return await what(w, *args)


async def test_symptoms_come_first_then_the_cause_and_it_is_one_incident_that_ends_by_itself(tmp_path: Path) -> None:
    site = Site(tmp_path)
    await site.fire("canary")
    [card] = (await site.think()).open
    assert (card.incident.root, card.incident.severity) == ("followers", 1)
    await site.fire("database", "mail")
    first, other = (await site.think()).open
    assert first.incident.id == card.incident.id and first.incident.root == "main-database"
    assert first.hits == ("followers",) and other.incident.root == "mail" and other.incident.severity == 3
    assert "docs/runbooks/" in first.runbook and "petrel restart main-database" in first.next_step
    await site.clear()
    assert [one.incident.quiet_at is None for one in (await site.think()).open] == [False, False]
    board = await site.think(after_s=320)
    assert board.open == () and {one.root for one in board.ended} == {"main-database", "mail"}


async def test_two_that_turn_out_to_be_one_are_joined(tmp_path: Path) -> None:
    site = Site(tmp_path)
    await site.fire("canary", "journal")
    assert {one.incident.root for one in (await site.think()).open} == {"followers", "journal"}
    await site.fire("disk-soon-full")
    [card] = (await site.think()).open
    assert card.incident.root == "disk" and set(card.hits) == {"followers", "journal"}
    async with reading(WHO) as r:
        assert [one.joined for one in await incidents.listed(r, 9) if one.ended_at] == [card.incident.id]


async def asked_to_examine() -> bool:
    async with deriving("tests") as w:
        return bool(await w.execute("delete from ops.job where name = 'watching.examine'"))


async def test_the_doctor_looks_again_as_long_as_something_is_open(tmp_path: Path) -> None:
    """What was wrong half an hour ago would else be blamed after it is mended."""
    site = Site(tmp_path)
    await site.fire("canary")
    await site.think()
    assert await asked_to_examine()
    async with deriving("tests") as w:
        await w.execute("insert into ops.examination (at, checks) values (now(), '[]') "
                        "on conflict (is_one) do update set at = now()")
    await site.think()
    assert not await asked_to_examine()
    async with deriving("tests") as w:
        await w.execute("update ops.examination set at = now() - interval '3 minutes'")
    await site.think()
    assert await asked_to_examine()
    await site.clear()
    await site.think()
    await site.think(after_s=320)
    await asked_to_examine()
    await site.think()
    assert not await asked_to_examine(), "nothing is open"
    async with deriving("tests") as w:
        await w.execute("delete from ops.examination")


async def test_a_ticket_is_no_incident(tmp_path: Path) -> None:
    site = Site(tmp_path)
    await site.fire("flag", "drift")
    assert (await site.think()).open == ()


async def test_the_change_where_it_hurts_is_the_first_suspect_and_its_undoing_the_next_step(tmp_path: Path) -> None:
    site = Site(tmp_path)
    name = flags.PACKED_ANSWERS.name
    guilty, _ = await act(changes.plan, "flag", {"flag": name, "to": "off"}, "to see what it does")
    guilty = await act(changes.start, guilty.id)
    site.counts = {cell: (0, 0, *[0] * 8) for cell in range(16)}
    await site.think()
    site.counts = {cell: (400, 120 if cell in guilty.cells else 4, 400, *[0] * 7) for cell in range(16)}
    await site.fire("answers")
    board = await site.think()
    [card] = board.open
    assert card.suspects[0].change == card.next_change == guilty.id and card.suspects[0].weight > .9
    assert [cell.number for cell in board.cells if guilty.id in cell.changes] == list(guilty.cells)
    async with writing(WHO, cause="petrel changes") as w:
        await changes.undo(w, guilty, "suspected")
        w.record("ops.decoy.planted", 7)
    [card] = (await site.think()).open
    assert any("change undone" in event.says for event in card.events), "the timeline writes itself"
    assert not any("decoy" in event.says for event in card.events), "the canary would fill it"


async def test_whoever_takes_it_is_named_and_nobody_else_is_called(tmp_path: Path) -> None:
    with hook() as anna, hook() as ben:
        site = Site(tmp_path, anna=Owner(webhook=(anna.address,)), ben=Owner(webhook=(ben.address,)))
        await site.fire("answers")
        board = await site.think()
        await site.think(after_s=60)
        assert len(anna.told) + len(ben.told) == 1 and "petrel ops take" in (anna.told + ben.told)[0]["text"]
        number = board.open[0].incident.id
        await site.think(after_s=301)
        assert len(anna.told) == len(ben.told) == 1, "the next one, after five minutes"
        await act(incidents.take, number, "ben")
        await act(incidents.note, number, "ben", "I see\x1b[31m it\n")
        [card] = (await site.think(after_s=4000)).open
        assert len(anna.told) == len(ben.told) == 1
        assert card.incident.taken_by == "ben" and len(card.pages) == 2 and all(page.taken_at for page in card.pages)
        assert telling.on_it(card).startswith("ben is on it")
        with pytest.raises(Invalid):
            await act(incidents.take, number, "  ")
        with pytest.raises(NotFound):
            await act(incidents.take, 999, "ben")
        await act(incidents.end, number, "it was nothing")
        with pytest.raises(Conflict):
            await act(incidents.take, number, "ben")


async def test_a_way_that_hangs_or_is_dead_leads_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "HANGS_S", 2.0)
    silent = socket.create_server(("127.0.0.1", 0))         # takes the connection and says nothing
    hangs, dead = f"http://127.0.0.1:{silent.getsockname()[1]}/secret", "http://127.0.0.1:9/secret"
    async with office() as post:
        called = await calling.call(Owner(webhook=(dead, hangs), mail=("crew@birds.example",)), 7, "down", "all of it")
        assert called.taken and called.way == "mail" and "hangs" in called.why and "secret" not in called.why
        [(envelope, _)] = post.taken
        assert envelope.rcpt_tos == ["crew@birds.example"] and "all of it" in post.text()
    silent.close()
    nothing = await calling.call(Owner(webhook=(dead,)), 7, "down", "all of it")
    assert not nothing.taken and nothing.way == "no way" and nothing.why
    assert await mail.call("not an address", "x", "y") != ""


async def test_a_letter_goes_while_the_database_hangs_that_has_the_key_it_is_signed_with(
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "KEY_S", 0.1)
    monkeypatch.setattr(signing, "key", asyncio.Event().wait)
    async with office() as post:
        called = await calling.call(Owner(mail=("crew@birds.example",)), 7, "down", "all of it")
        assert called.taken and "all of it" in post.text() and "DKIM-Signature" not in post.last()


async def test_two_brains_make_each_call_once(tmp_path: Path) -> None:
    with hook() as anna, hook() as ben:
        owners: dict[str, Owner] = {"anna": Owner(webhook=(anna.address,)), "ben": Owner(webhook=(ben.address,))}
        (tmp_path / "b").mkdir()
        sites = [Site(tmp_path, **owners), Site(tmp_path / "b", **owners)]
        await sites[0].fire("answers")
        await asyncio.gather(*(site.think() for site in sites))
        await asyncio.gather(*(site.think() for site in sites))
        assert len(anna.told) + len(ben.told) == 1
        async with reading(WHO) as r:
            assert len(await incidents.listed(r, 9)) == 1


async def test_whoever_takes_it_is_left_in_peace_even_if_the_databases_die_the_next_moment(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hook() as anna:
        site = Site(tmp_path, anna=Owner(webhook=(anna.address,)), ben=Owner(webhook=(anna.address,)))
        monkeypatch.setattr(doors.current(), "run_directory", tmp_path / "run")
        await site.fire("follower")
        [card] = (await site.think()).open
        calls = len(anna.told)
        await act(incidents.take, card.incident.id, "ben")
        for _ in range(3):
            board = await site.think(after_s=4000, blind=("follower",))
        assert len(anna.told) == calls == 1
        assert board.open[0].incident.taken_by == "ben" and board.open[0].pages == card.pages


async def test_databases_that_answer_the_watch_and_not_the_brain_are_dead_to_it(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hook() as anna:
        site = Site(tmp_path, anna=Owner(webhook=(anna.address,)), ben=Owner(webhook=(anna.address,)))
        await site.fire("follower")
        with monkeypatch.context() as broken:
            broken.setattr(rows, "DONE", "select 1 / 0 where $1 = $1::bigint")
            [card] = (await site.think(firing={("follower", ""): 90.0})).open
            assert (card.incident.id, card.incident.root) == (0, "followers") and len(anna.told) == 1
        board = await site.think()
        assert not board.is_blind and [(c.incident.id > 0, len(c.pages)) for c in board.open] == [(True, 1)]


async def test_with_the_databases_dead_people_take_it_and_nothing_that_they_say_is_lost(tmp_path: Path) -> None:
    with hook() as anna:
        site = Site(tmp_path, anna=Owner(webhook=(anna.address,)), ben=Owner(webhook=(anna.address,)))
        await site.think()
        [card] = (await site.think(blind=("database",))).open
        assert card.incident.id == 0 and "petrel ops take main-database --as YOU" in anna.told[-1]["text"]
        taken, noted = incidents.slip("main-database", "anna"), incidents.slip("main-database", "anna", "I look\n")
        for said in (taken, noted, taken):
            incidents.slips.leave(tmp_path, said)
        seen = incidents.board.read(tmp_path)
        assert seen is not None and telling.on_it(seen.open[0]).startswith("anna is on it"), "before the brain looks"
        (tmp_path / "run" / "said-x.json").write_text("{")
        calls = len(anna.told)
        for _ in range(3):
            board = await site.think(after_s=4000, blind=("database",))
        assert len(anna.told) == calls and [e.says for e in board.open[0].events] == ["anna is on it", "anna: I look"]
        site.now = datetime.now(UTC)
        for _ in range(2):                              # as a second brain hears the same
            [card] = (await site.think()).open
            for said in (taken, noted):
                incidents.slips.leave(tmp_path, said)
        await site.think()
        assert incidents.slips.read(tmp_path) == []
        assert card.incident.id and (card.incident.taken_by, card.incident.taken_at) == ("anna", taken.at)
        assert len(card.pages) == 2 == calls and all(page.taken_at for page in card.pages), "on call, and leads"
        assert [e.says for e in card.events if e.what in ("note", "command")] == ["anna is on it", "anna: I look"]
        assert len(anna.told) == calls
    async with reading(WHO) as r:
        said = [row["kind"] for row in await r.fetch(
            "select kind from journal.entry where kind like 'ops.incident.%' and subject = $1 order by id",
            card.incident.id)]
    assert sorted(said) == ["ops.incident.noted", "ops.incident.taken"]
    incidents.slips.leave(tmp_path, incidents.slip("nothing", "anna"))
    await site.think()
    assert incidents.slips.read(tmp_path) == [], "of nothing that is wrong: said in the log, and nothing stands still"


async def test_what_comes_back_in_the_dark_is_not_taken_for_over(tmp_path: Path) -> None:
    with hook() as anna:
        site = Site(tmp_path, anna=Owner(webhook=(anna.address,)), ben=Owner(webhook=(anna.address,)))
        await site.fire("database")
        await site.think()
        await site.clear()
        [card] = (await site.think()).open
        assert card.incident.quiet_at is not None
        calls = len(anna.told)
        [again] = (await site.think(after_s=4000, blind=("database",))).open
        assert (again.incident.id, again.incident.quiet_at) == (card.incident.id, None)
        assert len(anna.told) > calls, "nobody has taken it: they are called again"


async def test_with_the_databases_dead_it_says_what_it_knew_and_calls_all_the_same(tmp_path: Path) -> None:
    with hook() as anna:
        owner = Owner(webhook=(anna.address,))
        site = Site(tmp_path, anna=owner, ben=owner)
        change, _ = await act(changes.plan, "flag", {"flag": flags.PACKED_ANSWERS.name, "to": "off"}, "to see it")
        await act(changes.start, change.id)
        await site.think()
        board = await site.think(blind=("database", "process"))
        assert board.is_blind and [card.incident.root for card in board.open] == ["main-database"]
        assert [one.id for one in board.changes] == [change.id], "as it was known last"
        assert any(one.kind == "change" for one in board.open[0].suspects)
        calls = len(anna.told)
        assert calls and "petrel ops on the machine" in anna.told[-1]["text"]
        await site.think(blind=("database",))
        assert len(anna.told) == calls, "once for each step"
        assert telling.verdict(board, board.at)[0] == "sick"
        again = Brain(tmp_path, Owner(), dict)
        assert again._board.changes == board.changes, "a new process knows what the last one wrote down"
    (tmp_path / "run" / "ops.json").write_text("{broken")
    assert incidents.board.read(tmp_path) is None
