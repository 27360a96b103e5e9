"""The operations console: a page that says whether it is well, and a terminal that says so without a database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from petrel.cli import Nouns
from petrel.core import flags
from petrel.core.doors import deriving, reading, writing
from petrel.core.viewer import System
from petrel.ops import changes, incidents
from petrel.ops.incidents import HARM, Board, Card, Cell, Event, Incident, Moving, Picture, Speaking, Suspect
from petrel.program import Program
from tests.web.someone import Someone, front_door
from tests.web.test_desk import crew_of
from tests.web.test_rooms import text_of

WHO = System("tests")
WELL = Board(at=datetime.now(UTC), site="birds.example", measures={"disk_used_ratio": .4},
             cells=tuple(Cell(n, 1.0, None if n == 1 else 0.0) for n in range(16)),
             pictures=(Picture("Disk", "ratio", (("used", ((0.0, .4), (300.0, .41))),)),
                       Picture("Memory", "bytes", (("web", ()),))))


def sick(number: int, change: int) -> Board:
    now = datetime.now(UTC)
    one = Incident(number, now, now - timedelta(minutes=7), "web", 2, (1,))
    evil = "<script>alert(1)</script>"
    card = Card(one, "The processes that answer.", HARM[2], (Speaking(1, "answers", evil, f"6% {evil}", "look", now,
                "web"),), (), (Suspect("change", f"change {change}", evil, .9, "petrel changes undo", change),),
                (Event(now, "done", evil),), (), "docs/runbooks/bad-push.md", (), "petrel changes undo", change)
    return replace(WELL, at=now, open=(card,), changes=(
                       Moving(change, "flag", evil, "going", (3,), "", evil, now),
                       Moving(change + 1, "flag", "", "confirmed", (), "", "", now, f"One way: {evil}")),
                   cells=tuple(Cell(n, 1.0, .31 if n == 3 else 0.0, .1, (change,) if n == 3 else ())
                               for n in range(16)))


async def show(board: Board | None) -> None:
    async with deriving("tests") as w:
        await w.execute("delete from ops.board")
        if board is not None:
            await w.execute("insert into ops.board (at, board) values (now(), $1::text::jsonb)",
                            msgspec.json.encode(board).decode())


async def test_it_says_whether_it_is_well_and_what_is_old_or_missing_is_not(site: Any) -> None:
    olga = await crew_of(await front_door(), "opsolga", "owner")
    await show(None)
    assert "Nobody has ever measured" in text_of(await olga.get("/desk/ops"))
    await show(replace(WELL, at=datetime.now(UTC) - timedelta(minutes=5)))
    assert "It is not known whether all is well" in text_of(await olga.get("/desk/ops"))
    await show(replace(WELL, at=datetime.now(UTC)))
    page = await olga.get("/desk/ops")
    said = text_of(page)
    assert "All is well" in said and "Nothing was measured of it yet" in said and "now used 41%" in said
    assert "<polyline" in page.text and not any(word in page.text for word in ("<script>", "style=", "NaN"))
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "/desk/ops" in (await olga.get("/desk")).text


async def test_what_is_wrong_comes_first_and_its_buttons_do_what_they_say(site: Any) -> None:
    olga = await crew_of(await front_door(), "opsowner", "owner")
    async with writing(WHO, cause="tests") as w:
        change, _ = await changes.plan(w, "flag", {"flag": flags.PACKED_ANSWERS.name, "to": "off"}, "to see it")
        await changes.start(w, change.id)
        number = await w.value("insert into ops.incident (began_at, root, severity, alerts) values (now(), 'web', 2, "
                               "'{1}') returning id")
    await show(sick(number, change.id))
    page = await olga.get("/desk/ops")
    said = text_of(page)
    assert "One way:" in said and f"petrel changes revert {change.id + 1}" in said
    assert "many people are hindered, for 7 minutes" in said and "90 %" in said and "nobody is on it" in said
    assert "<script>alert" not in page.text and f'value="{change.id}"' in page.text
    assert "/desk/runbooks/bad-push" in page.text
    for act, what in (("take", number), ("undo", change.id), ("freeze", 0)):
        assert (await olga.submit("/desk/ops", "/desk/ops", act=act, number=str(what))).location == "/desk/ops"
    assert (await olga.submit("/desk/ops", "/desk/ops", act="dance", number="1")).status in (400, 422)
    async with reading(WHO) as r:
        assert (await incidents.find(r, number)).taken_by == "@opsowner"
        assert (await changes.find(r, change.id)).state == "undone" and await changes.frozen(r) is not None
    async with deriving("tests") as w:
        await w.execute("delete from ops.freeze")


@pytest.mark.parametrize("role", ["member", "moderator"])
async def test_it_is_not_there_for_others(site: Any, role: Any) -> None:
    door = await front_door()
    one = await crew_of(door, f"ops{role}", role)
    there, nowhere = await one.get("/desk/ops"), await one.get("/@nobody/1")
    assert there.status == 404 and there.body == nowhere.body
    form = await one.get("/settings/privacy")
    assert (await one.post("/desk/ops", **{**form.hidden, "act": "freeze", "number": "0"})).status == 404
    async with reading(WHO) as r:
        assert await changes.frozen(r) is None
    assert (await Someone(door).get("/desk/ops")).location.startswith("/auth/sign_in")


def test_the_terminal_needs_no_database_and_says_how_old_it_is(tmp_path: Path) -> None:
    def ops(*words: str) -> Any:
        return CliRunner().invoke(Nouns(), ["ops", *words, "--data", str(tmp_path)], obj=Program())

    (tmp_path / "run").mkdir()
    assert "UNKNOWN: Nobody has ever measured here" in (none := ops()).output and none.exit_code == 1
    assert "disk " in none.output, "what petrel-rescue sees of the machine"
    incidents.board.write(tmp_path, replace(WELL, at=datetime.now(UTC)))
    assert ops().output.startswith("WELL") and ops().exit_code == 0
    incidents.board.write(tmp_path, replace(sick(7, 9), at=datetime.now(UTC) - timedelta(hours=2)))
    late = ops()
    assert "UNKNOWN: Nobody has measured for 2 hours" in late.output and "change 9" in late.output
    assert late.exit_code == 1 and "HAND-OVER" in ops("handover").output
