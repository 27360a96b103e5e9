"""One drill from the lock to the verdict; the drills here are made up and start no site."""

import asyncio
import os
import signal

import pytest

from petrel.ops.drills import Impossible
from petrel.ops.drills import perform as running
from petrel.ops.drills.lock import measuring

HARM = "acknowledged post lost"


@pytest.fixture
def act(monkeypatch, tmp_path, drill):
    """Runs an `async def (stage)` as a drill."""
    monkeypatch.setattr(running, "measuring", lambda what: measuring(what, tmp_path / "lock"))

    def run(body, *, sabotage=False, **head):
        said = []
        monkeypatch.setattr(running, "load", lambda name: (drill(**head), body))
        _, _, verdict = running.run("toy", None, said.append, sabotage=sabotage)
        return verdict, "\n".join(said)

    return run


def ends_with(outcome):
    async def body(stage):
        return outcome
    return body


@pytest.mark.parametrize("sabotage", [False, True])
def test_a_drill_that_crashes_is_broken(act, sabotage):
    async def body(stage):
        raise ZeroDivisionError("oops")

    verdict, said = act(body, sabotage=sabotage)
    assert (verdict.verdict, verdict.exit_code, verdict.harm) == ("broken", 3, ())
    assert "ZeroDivisionError: oops" in verdict.why and "Traceback" in said


def test_a_drill_that_cannot_be_done_here_says_so(act):
    async def body(stage):
        raise Impossible("no network namespaces here")

    verdict, _ = act(body, sabotage=True)
    assert (verdict.verdict, verdict.exit_code, verdict.why) == ("impossible", 2, "no network namespaces here")


def test_passed_failed_and_their_exit_codes(act, outcome):
    passed, _ = act(ends_with(outcome(kills=10)))
    assert (passed.verdict, passed.exit_code, passed.sabotage) == ("passed", 0, False)
    assert passed.figures["kills"] == 10 and len(passed.build) == 12 and passed.at.endswith("+00:00")
    failed, _ = act(ends_with(outcome(HARM)), sabotage=True)
    assert (failed.verdict, failed.exit_code, failed.harm) == ("failed", 1, (HARM,))


def test_a_broken_sabotage_names_no_harm(act, outcome):
    verdict, _ = act(ends_with(outcome("something else")), sabotage=True)
    assert (verdict.verdict, verdict.exit_code, verdict.harm) == ("broken", 3, ())


def test_a_drill_that_does_not_end_is_broken(act):
    async def body(stage):
        await asyncio.sleep(60)

    verdict, _ = act(body, limit_s=0.05)
    assert verdict.verdict == "broken" and "did not end" in verdict.why


def test_the_scratch_directory_is_private_and_gone_afterwards(act, outcome):
    folders = []

    async def body(stage):
        folders.append(stage.folder)
        assert stage.folder.stat().st_mode & 0o777 == 0o700 and not list(stage.folder.iterdir())
        (stage.folder / "site").mkdir()
        return outcome()

    act(body)
    assert not folders[0].exists()


def test_told_to_stop_it_cleans_up_and_gives_no_verdict(act):
    folders = []

    async def body(stage):
        folders.append(stage.folder)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(60)

    with pytest.raises(KeyboardInterrupt):
        act(body)
    assert not folders[0].exists()


def test_a_second_drill_at_the_same_time_is_refused(act, outcome, tmp_path):
    with measuring("petrel drill first", tmp_path / "lock"):
        verdict, _ = act(ends_with(outcome()))
    assert verdict.verdict == "broken" and "petrel drill first" in verdict.why
