"""What must hold, as the crew's page: what is red first, whose each is, and the runbooks; not there for others."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from petrel.core.doors import deriving, reading
from petrel.ops.safeguards import Proof, Proofs, commands, proofs, reads, safeguards
from tests.people import people
from tests.web.someone import Someone, front_door
from tests.web.test_desk import crew_of
from tests.web.test_rooms import text_of

PATHS = ("/desk/safeguards", "/desk/runbooks/disk-full")


@pytest.fixture
def data(site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data directory of the site, with a table of drills."""
    proven = {"disk-full": {"state": "partly", "verdict": "passed", "sabotage": "failed", "build": "b1",
                            "at": "2026-11-20T10:00:00+00:00", "until": "2999-01-01T00:00:00+00:00",
                            "figures": {"back_s": 0.6}, "left_out": "several hosts"}}
    rows = [Proof(**{"row": one.row, "drill": name, "section": "A. Machines" if one.row == 1 else "B. Others",
                     "state": "missing", **proven.get(name, {})}) for name, one in safeguards().items()]
    (tmp_path / "run").mkdir()
    proofs.file_of(tmp_path).write_bytes(msgspec.json.encode(Proofs("b1", tuple(rows))))
    monkeypatch.setattr(reads, "data_of_site", lambda: tmp_path)
    return tmp_path


def row_of(page: str, name: str) -> str:
    """The row of one safeguard."""
    return re.search(rf'<details id="{name}".*?</details>', page, re.S)[0]      # type: ignore[index]


async def test_what_is_red_comes_first_with_its_cause_and_each_row_tells_all_of_it(data: Path) -> None:
    door = await front_door()
    olga, mona = await crew_of(door, "sgolga", "owner"), await crew_of(door, "sgmona")
    alone = text_of(await olga.get("/desk/safeguards"))
    assert "One owner alone is awake: @sgolga" in alone and "safeguards own NAME" in alone
    (data / commands.FILE).write_text(
        "[owners]\n" + "\n".join(f'{name} = ["sgolga", "sgmona"]' for name in safeguards()))
    assert "Nothing is red" in text_of(await mona.get("/desk/safeguards")), "a moderator sees it too"
    async with deriving("tests") as w:
        await w.execute("insert into ops.alert (rule, target, owner, value) values ('disk-filling', '', 'crew', 9)")
        await w.execute("delete from ops.examination")
        await w.execute("""insert into ops.examination (checks) values
            ('[{"name": "directory run", "ok": false, "found": "x", "cure": "y"}]')""")
    (data / commands.FILE).rename(data / "good")
    (data / commands.FILE).write_text("[owner]")
    wrong = text_of(await olga.get("/desk/safeguards"))
    assert "safeguards.toml" in wrong and "Until then everything is the site's owners'" in wrong
    (data / "good").rename(data / commands.FILE)
    page = await olga.get("/desk/safeguards")
    said = text_of(page)
    assert "2 of 64 are red" in said and said.index("The alert disk-filling says so") < said.index("A. Machines")
    assert "The check directories says so" in said, "each directory that is open is that check"
    disk = row_of(page.text, "disk-full")
    assert 'class="red"' in disk and "disk-filling, since" in disk and "/desk/runbooks/disk-full" in disk
    assert "passed on 2026-11-20" in disk and "back s 0.6" in disk and "ballast: 256 MiB" in disk
    assert "@sgolga" in disk and "@sgmona" in disk
    nothing = row_of(page.text, "region-lost")
    assert "Nothing." in nothing and "Signals" not in nothing and "Runbook" not in nothing and 'red"' not in nothing


async def test_a_runbook_is_a_page_with_what_to_type(data: Path) -> None:
    olga = await crew_of(await front_door(), "sgoona", "moderator")
    page = await olga.get("/desk/runbooks/disk-full")
    assert page.status == 200 and "<code>petrel disk show\npetrel alerts list</code>" in page.text
    leak = await olga.get("/desk/runbooks/message-leak")
    assert '<a href="/desk/runbooks/bad-push">bad-push</a>' in leak.text and "docs/handbook/when-the" in text_of(page)
    assert "/desk/safeguards" in (await olga.get("/desk")).text
    assert [(await olga.get(f"/desk/runbooks/{name}")).status for name in ("region-lost", "..%2fhandbook%2fmove")] == [
        404, 404]


async def test_the_database_tells_nobody_else_either(data: Path) -> None:
    [uma] = await people("sguma")
    async with deriving("tests") as w:
        await w.execute("insert into ops.alert (rule, target, owner, value) values ('files', '', 'crew', 9)")
    async with reading(uma) as r:
        for name in ("keepers_for", "signals_for"):
            assert await r.fetch(f"select * from ops.{name}($1)", r.digest) == []


@pytest.mark.parametrize("path", PATHS)
async def test_it_is_not_there_for_others(data: Path, path: str) -> None:
    door = await front_door()
    one = await crew_of(door, f"sguwe{len(path)}", "member")
    there, nowhere = await one.get(path), await one.get("/@nobody/1")
    assert there.status == 404 and there.body == nowhere.body
    assert (await Someone(door).get(path)).location.startswith("/auth/sign_in")
