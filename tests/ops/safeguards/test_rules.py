"""What turns red by itself, and what does not."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from petrel.core.errors import Invalid, NotFound
from petrel.ops import safeguards
from petrel.ops.safeguards import Heard, Person, Proof, Proofs, View, commands, proofs, rules

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANNA, BEN = Person("anna", 1, "owner", True), Person("ben", 2, "moderator", True)
AWAY = Person("uwe", 3, "admin", False)
FOUND = safeguards.declared()


def proof(**what: Any) -> Proof:
    return Proof(**{"row": 1, "drill": "disk-full", "section": "A", "state": "partly", "verdict": "passed",
                    "sabotage": "failed", "at": "2026-11-20T10:00:00+00:00", "until": "2026-12-20T10:00:00+00:00",
                    "build": "b1", **what})


def whys(one: Proof | None, build: str = "b1", now: datetime = NOW) -> list[str]:
    return [wrong.says for wrong in rules.of_proof(one, build, now)]


def test_a_proof_counts_until_its_shelf_life_ends_and_for_its_build() -> None:
    assert whys(proof()) == []
    assert whys(proof(), now=NOW + timedelta(days=28)) == ["proven too long ago"]
    assert whys(proof(), build="b2") == ["proven by another build only"]
    assert whys(proof(state="partly on an older build")) == ["proven by another build only"], "its sabotage was"


def test_a_drill_that_failed_is_red_and_one_that_nobody_ran_says_built_and_is_not() -> None:
    assert whys(proof(verdict="failed")) == whys(proof(verdict="broken")) == ["the last run of its drill failed"]
    assert whys(proof(sabotage="passed")) == ["its drill did not fail with the protection off"]
    assert whys(None) == whys(proof(verdict="", sabotage="")) == whys(proof(verdict="impossible")) == []


def test_two_owners_have_to_be_there_who_could_come() -> None:
    assert rules.of_owners((ANNA, BEN)) == rules.of_owners((ANNA, BEN, AWAY)) == []
    [alone] = rules.of_owners((ANNA, AWAY))
    assert alone.says == "one owner alone is awake: @anna (@uwe: not seen for 30 days)" and "own NAME" in alone.cure
    assert [wrong.says for wrong in rules.of_owners((ANNA, BEN, Person("gone", 0)))] == [
        "@gone is not of the crew any more"]
    assert rules.of_owners(())[0].says == "nobody who owns it is awake"


def view(heard: Heard | None = Heard({}, {}), owners: tuple[Person, ...] | None = (ANNA, BEN),
         of: dict[str, Proof] | None = None) -> View:
    rows = [Proof(row=one.row, drill=name, section="A", state="built") for name, one in FOUND.safeguards.items()]
    proofs = Proofs("b1", tuple((of or {}).get(row.drill, row) for row in rows))
    return rules.judge(FOUND, proofs, heard, owners and dict.fromkeys(FOUND.safeguards, owners), {"disk": "Make room."},
                       NOW)


def test_one_cause_is_said_once_with_all_that_it_makes_red() -> None:
    assert view().causes == ()
    since = NOW - timedelta(hours=2)
    found = view(Heard({"disk": since}, {"names": since}), (ANNA,), {"database": proof(row=6, drill="database",
                                                                                     build="b0")})
    disk = found.causes[0]
    assert (disk.wrong.kind, disk.wrong.cure, disk.safeguards) == ("signal", "Make room.", ("disk-full", "new-year"))
    by_kind = {cause.wrong.kind: cause for cause in found.causes}
    assert by_kind["proof"].safeguards == ("database",)
    assert set(by_kind["owners"].safeguards) == {name for name, one in FOUND.safeguards.items() if one.built}
    assert [cause.wrong.kind for cause in found.causes] == ["signal", "signal", "owners", "proof"]
    burst = next(one for one in found.standings if one.name == "burst")
    assert not burst.wrong and not burst.signals and burst.owners is None and not burst.runbook, "nothing is built"


def test_what_could_not_be_asked_is_not_known_and_not_well() -> None:
    found = view(None, None)
    assert not found.is_heard and found.standings[0].owners is None and found.causes == ()


def test_a_table_of_drills_that_lacks_a_row_is_refused() -> None:
    rows = tuple(Proof(row=one.row, drill=name, section="A", state="built")
                 for name, one in list(FOUND.safeguards.items())[:-1])
    with pytest.raises(Invalid, match=r"no row of .* has the drill obligations"):
        rules.judge(FOUND, Proofs("b1", rows), None, None, {}, NOW)


def test_owners_are_named_by_two_or_more_of_the_crew(tmp_path: Path) -> None:
    crew = [ANNA, BEN, AWAY]
    assert commands.owned(FOUND, commands.named(tmp_path), crew)["dns"] == (ANNA,), "the site's owners"
    assert commands.own(tmp_path, "dns", ("@Ben", "uwe"), crew) == ("ben", "uwe")
    said = commands.named(tmp_path)
    assert commands.owned(FOUND, said, crew)["dns"] == (BEN, AWAY)
    assert commands.owned(FOUND, said, [ANNA, AWAY])["dns"] == (Person("ben", 0), AWAY), "ben left"
    for name, people, why, kind in (("dns", ("ben",), "two people at least", Invalid),
                                    ("dns", ("ben", "eve"), "@eve is not of the crew", Invalid),
                                    ("burst", ("anna", "ben"), "nothing is built", Invalid),
                                    ("dnss", ("anna", "ben"), "no safeguard dnss", NotFound)):
        with pytest.raises(kind, match=why):
            commands.own(tmp_path, name, people, crew)
    assert commands.own(tmp_path, "dns", (), crew) == () and commands.named(tmp_path) == {}
    for text, why in (("[owners]\nflood = ['a', 'b']", "no safeguard flood"), ("[owner]", "owner"), ("= 1", "Correct")):
        (tmp_path / commands.FILE).write_text(text)
        with pytest.raises(Invalid, match=why):
            commands.named(tmp_path)


def test_the_table_of_drills_is_made_anew_when_something_may_have_changed(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "run").mkdir()
    asked: list[list[str]] = []
    answers = [b"Traceback ...", msgspec.json.encode(Proofs("b1", (proof(),))), msgspec.json.encode(Proofs("b2", ()))]

    def run(command: list[str], **_: Any) -> Any:
        asked.append(command)
        return subprocess.CompletedProcess(command, 0, answers[len(asked) - 1], b"boom")

    monkeypatch.setattr(proofs.subprocess, "run", run)
    monkeypatch.setattr(proofs, "_BEGAN_S", 0.0)
    assert proofs.kept(tmp_path) is None
    assert "cannot be made: boom" in (proofs.renew(tmp_path) or "") and proofs.kept(tmp_path) is None
    assert proofs.renew(tmp_path) is None and proofs.renew(tmp_path) is None
    kept = proofs.kept(tmp_path)
    assert kept is not None and (kept.build, kept.rows[0].figures) == ("b1", {}) and len(asked) == 2
    assert asked[0][-4:] == ["drills", "--json", "--data", str(tmp_path)]
    verdicts = tmp_path / proofs.VERDICTS
    verdicts.parent.mkdir()
    verdicts.touch()
    os.utime(verdicts, (2e9, 2e9))
    assert proofs.renew(tmp_path) is None and len(asked) == 3, "somebody ran a drill"
