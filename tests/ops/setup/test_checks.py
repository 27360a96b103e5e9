"""What is looked at before anything is changed: each refusal has its cure, and nothing was touched."""

import socket
from pathlib import Path

import psutil
import pytest

from petrel.ops.setup import Answers, Machine, examine
from petrel.storage.postgres.lock import SiteLock
from tests.ops.setup.pretended import Pretended, layout_of

OWN = Answers("social.bird.org", "crew@bird.org")
PROXY = Answers("social.bird.org", "crew@bird.org", "proxy")


@pytest.fixture
def machine(tmp_path: Path) -> Pretended:
    return Pretended(tmp_path)


def wrong(machine: Pretended, answers: Answers = OWN) -> dict[str, str]:
    """Name of a check that is not well -> what is found, and the cure."""
    before = sorted(machine.root.rglob("*"))
    found = examine(answers, layout_of(machine.root), machine, "https://issuer.example/dir")
    assert sorted(machine.root.rglob("*")) == before and machine.calls == []
    assert all(c.cure for c in found if not c.ok)
    return {c.name: f"{c.found} / {c.cure}" for c in found if not c.ok}


def test_a_machine_as_it_should_be_is_well(machine: Pretended) -> None:
    assert wrong(machine) == {} == wrong(machine, PROXY)


def test_a_name_that_leads_nowhere_or_elsewhere(machine: Pretended) -> None:
    machine.names = {}
    assert "social.bird.org A 100.0.0.5" in wrong(machine)["dns"]
    machine.names = {"social.bird.org": {"198.51.100.9"}}
    assert "leads to 198.51.100.9" in wrong(machine)["dns"]
    assert wrong(machine, PROXY) == {}          # the proxy is there
    machine.names = {"social.bird.org": {"100.0.0.5", "2001:db8::9"}}
    assert "AAAA" in wrong(machine)["dns"]
    machine.here = {"10.0.0.4"}                 # behind a router: nobody here knows the outer address
    machine.names = {"social.bird.org": {"198.51.100.9"}}
    assert wrong(machine) == {}


def test_ports_that_somebody_has(machine: Pretended) -> None:
    machine.ports = {443: "nginx", 80: "apache2"}
    found = wrong(machine)
    assert "systemctl disable --now nginx" in found["port 443"] and "apache2" in found["port 80"]
    assert wrong(machine, PROXY) == {}
    machine.ports, machine.ours = {443: "petrel web 1", 80: "systemd"}, {443, 80}      # from the last time
    assert wrong(machine) == {}
    layout_of(machine.root).units.mkdir(parents=True)
    (layout_of(machine.root).units / "petrel.service").touch()
    machine.ports, machine.ours = {443: "python3", 80: "systemd"}, {80}
    assert "python3 has it" in wrong(machine)["port 443"], "not everything written in Python is ours"


def test_a_port_is_ours_when_the_site_itself_has_it_or_systemd_for_it(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine, listed = Machine(), ""
    monkeypatch.setattr(Machine, "_says", lambda *_: listed)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert machine.holder_of(port) and not machine.is_of(port, tmp_path), "our own language, and no site"
        lock = SiteLock(tmp_path)
        lock.take()
        try:
            assert machine.is_of(port, tmp_path)
        finally:
            lock.release()
        assert not machine.is_of(port, tmp_path)
        one = psutil.net_connections(kind="tcp")
        monkeypatch.setattr(psutil, "net_connections", lambda kind: [c._replace(pid=1) for c in one])
        assert not machine.is_of(port, tmp_path)
        listed = f"[::]:{port} cockpit.socket cockpit.service\n"
        assert not machine.is_of(port, tmp_path)
        listed += f"0.0.0.0:{port} petrel.socket petrel.service\n"
        assert machine.is_of(port, tmp_path)


@pytest.mark.parametrize(("ahead_s", "said"), [(7300, "2 hours ahead"), (-5 * 3600, "5 hours behind"),
                                               (None, "does not answer")])
def test_a_clock_that_is_off(machine: Pretended, ahead_s: float | None, said: str) -> None:
    machine.clock_s = ahead_s
    assert said in wrong(machine)["issuer" if ahead_s is None else "clock"]


def test_no_root_no_memory_no_place_for_the_program(machine: Pretended) -> None:
    machine.root_user, machine.free_memory = False, 300 << 20
    machine.place = machine.root / "nowhere"
    found = wrong(machine)
    assert "sudo" in found["root"] and "memory" in found and "make setup" in found["program"]
    machine.place = machine.root / "bin"
    machine.place.touch()
    machine.hidden = (f"{machine.root}/",)
    assert "/opt/petrel" in wrong(machine)["program"]


@pytest.mark.parametrize("proxies", ["nginx", "0.0.0.0/0", "127.0.0.1, ::/0"])
def test_proxies_that_would_let_anybody_forge_addresses(machine: Pretended, proxies: str) -> None:
    assert "proxy" in wrong(machine, Answers("social.bird.org", "c@bird.org", "proxy", proxies))
