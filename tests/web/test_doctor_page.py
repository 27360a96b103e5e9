"""What the doctor found, for who owns the site: as a page of the real program, and by a doctor of its own process."""

import json
from pathlib import Path
from typing import Any

import pytest

from petrel.core.doors import deriving, reading
from petrel.core.viewer import System
from petrel.ops.doctor import Check
from petrel.ops.watching import examining
from tests.web.someone import Someone, front_door, joined
from tests.web.test_desk import crew_of
from tests.web.test_rooms import text_of

CHECKS = [Check("disk", ok=True, found="70 GiB free"),
          Check("mail SPF", ok=False, found="<b>no</b> record", cure="Put one there: `petrel mail <dns>`.")]


async def test_an_owner_sees_what_is_wrong_first_and_has_it_looked_at_again(site: Any) -> None:
    door = await front_door()
    olga = await crew_of(door, "olga", "owner")
    assert "Nobody has looked yet" in text_of(await olga.get("/desk/doctor"))
    async with deriving("tests") as w:
        await w.execute(examining.KEEP, json.dumps([{"name": c.name, "ok": c.ok, "found": c.found, "cure": c.cure}
                                                    for c in CHECKS]))
        await w.execute("insert into ops.alert (rule, target, owner, value) values ('disk', '', 'anna', 0.9)")
    page = await olga.get("/desk/doctor")
    said = text_of(page)
    assert said.index("Put one there") < said.index("70 GiB free") and "<b>no</b>" not in page.text
    assert "there: <code>petrel mail &lt;dns&gt;</code>." in page.text and "`" not in said
    assert 'speaks of disk: <a href="/desk/safeguards#disk-full">' in page.text
    assert "told anna" in said and "Something is wrong" in said
    assert (await olga.submit("/desk/doctor", "/desk/doctor")).location == "/desk/doctor?asked=1"
    async with reading(System("tests")) as r:
        assert await r.value("select lane from ops.job where name = 'watching.examine'") == "urgent"
    assert "/desk/doctor" in (await olga.get("/desk")).text


@pytest.mark.parametrize("role", ["member", "moderator"])
async def test_it_is_not_there_for_others(site: Any, role: Any) -> None:
    door = await front_door()
    one = await crew_of(door, f"uwe{role}", role)
    there, nowhere = await one.get("/desk/doctor"), await one.get("/@nobody/1")
    assert there.status == 404 and there.body == nowhere.body
    assert (await Someone(door).get("/desk/doctor")).location.startswith("/auth/sign_in")
    [_] = await joined(door, f"ada{role}")


async def test_the_doctor_is_a_process_of_its_own_with_the_settings_of_the_site(site: Any, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o755)
    said = await examining.examine(tmp_path / "data", {"PETREL_PORT": "0"})
    assert said is not None and "directory data directory" in said
    async with reading(System("tests")) as r:
        found = json.loads(await r.value("select checks::text from ops.examination"))
    assert {"port": True, "settings": True, "directory data directory": False}.items() <= {
        c["name"]: c["ok"] for c in found}.items()
    assert "any free port" in str(found)
