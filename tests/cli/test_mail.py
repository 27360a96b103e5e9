"""`petrel mail bounce` at the end of a mail server's pipe: its exit codes say what becomes of the report."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from petrel import cli
from petrel.features import mail
from petrel.program import Program


def bounced(data: Path) -> tuple[int, str]:
    command = ["mail", "bounce", "--data", str(data)]
    done = CliRunner().invoke(cli.petrel, command, obj=Program(), input="Subject: x\n\n")
    return done.exit_code, done.stderr


@pytest.mark.parametrize("wrong", [ConnectionRefusedError("the database is away"), TimeoutError()])
def test_what_cannot_be_taken_in_is_to_be_brought_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                        wrong: Exception) -> None:
    def fails(*_: object) -> None:
        raise wrong

    monkeypatch.setattr(Program, "call", fails)
    code, said = bounced(tmp_path)
    assert code == os.EX_TEMPFAIL and (str(wrong) or "TimeoutError") in said


def test_a_mistake_in_the_settings_loses_no_report(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("colour = 1\n")
    code, said = bounced(tmp_path)
    assert code == os.EX_TEMPFAIL and "no setting colour" in said


@pytest.mark.parametrize("is_ours", [True, False])
def test_what_was_taken_in_is_done_and_what_is_not_ours_is_let_go_with_a_line(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_ours: bool) -> None:
    monkeypatch.setattr(Program, "call", lambda *_: mail.Taken("Noted.", is_ours))
    logged: list[str] = []
    monkeypatch.setattr("syslog.syslog", logged.append)
    assert bounced(tmp_path)[0] == 0 and ("was let go: Noted." in "".join(logged)) is not is_ours
