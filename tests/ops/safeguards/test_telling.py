"""An alert reaches both owners of what it is about; what was proven too long ago is told by day, and presses nobody."""

from pathlib import Path

import msgspec
import pytest

from petrel import app
from petrel.core.doors import deriving, reading, writing
from petrel.core.viewer import System
from petrel.features import accounts
from petrel.ops import attendance, safeguards
from petrel.ops.changes import rows
from petrel.ops.safeguards import Proof, Proofs, commands, proofs, reads
from petrel.ops.watching import Wanted, Watch, judging
from petrel.worker import jobs
from tests.features.mail.post_office import office

pytestmark = pytest.mark.usefixtures("site")

RULES = """
[rules.proofs]
hours = "0-24"
"""


async def crew(data: Path) -> None:
    """Anna and Ben own mystery and database; Olga owns the site."""
    app.load_rooms()
    async with deriving("tests") as w:
        await w.execute("delete from ops.job")
        await w.execute("delete from ops.alert")
    async with writing(System("tests"), cause="tests") as w:
        for handle, role in (("olga", "owner"), ("anna", "admin"), ("ben", "moderator")):
            if await accounts.find(w, handle) is None:
                await accounts.create(w, accounts.NewAccount(handle, email=f"{handle}@nest.example", role=role))
    async with reading(System("tests")) as r:
        people = await safeguards.crew_of(r)
    for name in ("mystery", "database"):
        commands.own(data, name, ("anna", "ben"), people)


def prove(data: Path, build: str) -> None:
    """The table of drills as this build sees it: database was proven by b1."""
    by_b1 = {"verdict": "passed", "sabotage": "failed", "build": "b1", "at": "2026-11-01T00:00:00+00:00",
             "until": "2999-01-01T00:00:00+00:00"}
    lines = [Proof(**{"row": one.row, "drill": name, "section": "A", "state": "built",
                     **(by_b1 if name == "database" else {})}) for name, one in safeguards.safeguards().items()]
    proofs.file_of(data).parent.mkdir(exist_ok=True)
    proofs.file_of(data).write_bytes(msgspec.json.encode(Proofs(build, tuple(lines))))


async def told(data: Path, rule: str) -> tuple[set[str], str]:
    """(to whom letters about it went, what the last one said)."""
    async with office() as post:
        watch = Watch(Wanted(data))
        await watch.look()
        await watch.settled()
        await jobs.drain()
        about = [(envelope, letter) for (envelope, _), letter in zip(post.taken, post.letters, strict=True)
                 if str(letter["subject"]).endswith(f": {rule}")]
        return ({to for envelope, _ in about for to in envelope.rcpt_tos},
                post.text_of(about[-1][1]) if about else "")


async def test_an_alert_reaches_both_owners_of_what_it_is_about_and_else_the_sites(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "data_of_site", lambda: tmp_path)
    await crew(tmp_path)
    dead = "insert into ops.job (lane, name, args, dead_at) values ('bulk', 'x', '{}', now())"
    for text, wanted in (((tmp_path / commands.FILE).read_text(), {"anna@nest.example", "ben@nest.example"}),
                         ("", {"olga@nest.example"}), ("= broken", {"olga@nest.example"})):
        (tmp_path / commands.FILE).write_text(text)
        async with deriving("tests") as w:
            await w.execute("delete from ops.alert")
            await w.execute("delete from ops.job")
            await w.execute(dead)
        to, said = await told(tmp_path, "dead-letters")
        assert to == wanted, text
        assert "/desk/runbooks/mystery, on the machine docs/runbooks/mystery.md" in " ".join(said.split())


async def test_what_was_proven_by_another_build_is_told_to_its_owners_and_presses_nobody(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "data_of_site", lambda: tmp_path)
    monkeypatch.setattr(judging, "SATURDAY", 7)
    (tmp_path / "alerts.toml").write_text(RULES)
    await crew(tmp_path)
    prove(tmp_path, "b1")
    assert await told(tmp_path, "proofs") == (set(), "")
    prove(tmp_path, "b2")
    to, text = await told(tmp_path, "proofs")
    assert to == {"anna@nest.example", "ben@nest.example"}
    assert "1 safeguards" in text and "database" in text.split()
    async with reading(System("tests")) as r:
        [waits] = [one for one in await attendance.waiting(r) if one.what == "proofs"]
        holding = [row["rule"] for row in await r.fetch(rows.FIRED)]
    assert waits.weight < attendance.PRESSING and "proofs" not in holding
    prove(tmp_path, "b1")
    assert "well again: proofs" in (await told(tmp_path, "proofs"))[1]
