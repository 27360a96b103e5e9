"""Setting up: what it leaves behind, the second run, and the power cut anywhere."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from petrel import settings
from petrel.ops import setup
from petrel.ops.setup import Answers, CannotWork
from tests.ops.setup.pretended import PowerCut, Pretended, files, layout_of, work

OWN = Answers("social.bird.org", "crew@bird.org")


def test_what_a_set_up_machine_has(tmp_path: Path) -> None:
    machine = Pretended(tmp_path)
    said: list[str] = []
    setup.run(work(OWN, machine, said))
    layout = layout_of(tmp_path)
    now = settings.load(str(layout.data), environment={})
    assert (now.base_url, now.tls, now.port, now.http_port) == ("https://social.bird.org", "acme", 443, 80)
    assert now.registrations == "invite" and now.contact_email == "crew@bird.org" and not now.try_out
    assert layout.data.stat().st_mode & 0o777 == 0o700 and ("own", str(layout.data)) in machine.calls
    assert (layout.config / "settings.toml").resolve() == layout.data / "settings.toml"
    assert "runuser -u petrel" in layout.program.read_text() and os.access(layout.program, os.X_OK)
    service = (layout.units / "petrel.service").read_text()
    assert f"ExecStart={machine.program} up" in service and "User=petrel" in service and "{" not in service
    assert "ListenStream=443" in (layout.units / "petrel.socket").read_text()
    assert len(said) == 8


def test_the_second_run_changes_nothing_and_keeps_what_the_crew_chose(tmp_path: Path) -> None:
    machine = Pretended(tmp_path)
    setup.run(work(OWN, machine))
    settings.write(layout_of(tmp_path).data, "registrations", "open")
    before = files(tmp_path)
    setup.run(work(OWN, machine))
    assert files(tmp_path) == before and machine.calls.count(("useradd", "petrel")) == 1


def test_behind_a_proxy_nothing_listens_outside(tmp_path: Path) -> None:
    machine = Pretended(tmp_path)
    setup.run(work(OWN, machine))
    setup.run(work(Answers("social.bird.org", "crew@bird.org", "proxy", database="system"), machine))
    layout = layout_of(tmp_path)
    assert not (layout.units / "petrel-plain.socket").exists() and ("database",) in machine.calls
    assert "ListenStream=127.0.0.1:8000" in (layout.units / "petrel.socket").read_text()
    now = settings.load(str(layout.data), environment={})
    assert (now.tls, now.host, now.port, now.trusted_proxies) == ("off", "127.0.0.1", 8000, "127.0.0.1, ::1")


def cutting(monkeypatch: pytest.MonkeyPatch, after: int) -> Iterator[None]:
    """Ends the power with the call of this number that changes a disk, before and after its effect by turns."""
    count = 0

    def cut(real):  # type: ignore[no-untyped-def]
        def call(*args, **kwargs):  # type: ignore[no-untyped-def]
            nonlocal count
            count += 1
            if count == after:
                if count % 2:
                    real(*args, **kwargs)
                raise PowerCut
            return real(*args, **kwargs)
        return call

    for name in ("replace", "open", "fsync", "fchmod"):
        monkeypatch.setattr(os, name, cut(getattr(os, name)))
    for name in ("mkdir", "replace", "symlink_to", "unlink", "chmod"):
        monkeypatch.setattr(Path, name, cut(getattr(Path, name)))
    yield None
    monkeypatch.undo()


def test_the_power_may_go_at_any_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Pretended(tmp_path / "whole")
    setup.run(work(OWN, whole))
    wanted = {name: text.replace("/whole/", "/HERE/") for name, text in files(whole.root).items()}
    cuts = 0
    for after in range(1, 400):
        machine = Pretended(tmp_path / str(after))
        power = cutting(monkeypatch, after)
        next(power)
        try:
            setup.run(work(OWN, machine))
        except PowerCut:
            cuts += 1
        else:
            break
        finally:
            next(power, None)
        layout = layout_of(machine.root)
        assert setup.answers_before(layout) in (None, OWN)
        setup.run(work(OWN, machine))
        found = {name: text.replace(f"/{after}/", "/HERE/") for name, text in files(machine.root).items()}
        assert {n: t for n, t in found.items() if not n.endswith(".new")} == wanted, after
    assert cuts > 40


def test_broken_answers_and_full_disks_say_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Pretended(tmp_path)
    layout = layout_of(tmp_path)
    layout.config.mkdir(parents=True)
    layout.answers.write_text('{"domain": "social.b')
    with pytest.raises(CannotWork, match="Remove it"):
        setup.answers_before(layout)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CannotWork, match=r"No space left on device.*same command"):
        setup.run(work(OWN, machine))
    monkeypatch.undo()
    layout.answers.unlink()
    setup.run(work(OWN, machine))


def test_a_site_keeps_its_name_unless_it_is_tried_out(tmp_path: Path) -> None:
    layout = layout_of(tmp_path)
    setup.refuse_another_name(layout, "https://bird.org", False, "bird.org")
    setup.refuse_another_name(layout, "https://bird.org", True, "finch.org")
    with pytest.raises(CannotWork, match=r"called bird\.org, for ever"):
        setup.refuse_another_name(layout, "https://bird.org", False, "finch.org")
