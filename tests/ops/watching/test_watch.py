"""The watcher of another host: real name server, real certificates, a site that answers as ours does."""

import http.server
import json
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from petrel import watch
from petrel.ops.watching import health
from tests.ops.watching.serving import hook
from tests.ops.watching.world import NAME, Names, certificate, need_knot
from tests.serving import answering

KEY = "ab" * 32


@pytest.fixture
def names(tmp_path: Path) -> Iterator[Names]:
    need_knot()
    one = Names(tmp_path / "knot")
    one.start()
    yield one
    one.stop()


class Site:
    """What it says. `forges`: somebody in between who does not know the key."""

    port = 0
    word, forges = "ok", False
    measures: dict[str, float]
    at_off_s = 0

    def __init__(self) -> None:
        self.measures = {"backup_age_seconds": 3600, "backup_proven_age_seconds": 7200, "alerts_firing": 0}

    def answer(self, target: str, shown: str) -> tuple[int, bytes, str]:
        if target == "/health":
            return (200 if self.word == "ok" else 503,
                    json.dumps({"status": self.word, "canary_age_s": 7}).encode(), "")
        asked = dict(pair.split("=") for pair in target.partition("?")[2].split("&"))
        if not health.may_ask(KEY, asked["nonce"], asked["at"], shown, time.time()):
            return 404, b"{}", ""
        body = json.dumps({"at": int(time.time()) + self.at_off_s, "status": self.word, "measured_age_s": 4.0,
                           "measures": [[n, "", v] for n, v in self.measures.items()]}).encode()
        return 200, body, health.signed("00" * 32 if self.forges else KEY, "answer", asked["nonce"], body)


@contextmanager
def serving(pem: Path) -> Iterator[Site]:
    site = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body, sign = site.answer(self.path, self.headers.get("x-petrel-watch", ""))
            self.send_response(status)
            self.send_header("x-petrel-signature", sign)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    class Quiet(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None: ...

    server = Quiet(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    site.port = server.server_port
    with answering(server):
        yield site


def asked(names: Names, site: Site, pem: Path, folder: Path, **more: Any) -> dict[str, Any]:
    return {"site": f"https://{NAME}:{site.port}", "key": KEY, "state": str(folder / "state"), "ca": str(pem),
            "page": str(folder / "page"), "resolvers": [names.address], "registered_until": "2099-01-01", **more}


def bad(wanted: dict[str, Any]) -> dict[str, str]:
    return {check.name: check.found for check in watch.look(wanted) if not check.ok}


def test_all_is_well_and_the_page_says_so(names: Names, tmp_path: Path) -> None:
    pem = certificate(tmp_path, 60)
    with serving(pem) as site:
        wanted = asked(names, site, pem, tmp_path, addresses=["127.0.0.1"])
        assert bad(wanted) == {}
        page = (tmp_path / "page/index.html").read_text()
        assert "All is well" in page and page.count("works</span>") == 4 and "backup" not in page
        status = json.loads((tmp_path / "page/status.json").read_text())
        assert [c["ok"] for c in status["checks"]] == [True] * 4


def test_each_thing_that_is_wrong_is_named(names: Names, tmp_path: Path) -> None:
    pem, ending, of_others = (certificate(tmp_path, days) for days in (60, 5, 90))
    with serving(pem) as site:
        wanted = asked(names, site, pem, tmp_path)
        site.word = "failing"
        assert bad(wanted).keys() == {"posts"}
        site.word, site.forges = "ok", True
        assert "not signed" in bad(wanted)["inside"]
        site.forges, site.at_off_s = False, 3600
        assert bad(wanted).keys() == {"clock"}
        site.at_off_s = 0
        site.measures |= {"backup_age_seconds": 40 * 3600.0, "alerts_firing": 2}
        assert bad(wanted).keys() == {"backup", "alerts"}
        del site.measures["backup_age_seconds"]
        assert bad(wanted)["backup"] == "there is none"
        site.measures |= {"backup_age_seconds": 60.0, "alerts_firing": 0}
        assert bad(wanted | {"key": "cd" * 32}).keys() == {"inside"}
        assert "should be 203.0.113.5" in bad(wanted | {"addresses": ["203.0.113.5"]})["names"]
        assert bad(wanted | {"registered_until": "2026-01-01"}).keys() == {"registration"}
        assert bad(wanted | {"ca": str(of_others)}).keys() == {"certificate", "site"}
        assert bad(wanted) == {}
    assert bad(wanted).keys() == {"site"}
    with serving(ending) as site:
        assert bad(asked(names, site, ending, tmp_path)).keys() == {"certificate"}


def test_names_that_are_gone_or_changed(names: Names, tmp_path: Path) -> None:
    pem = certificate(tmp_path, 60)
    with serving(pem) as site:
        wanted = asked(names, site, pem, tmp_path, addresses=["127.0.0.1"])
        names.start("@ A 127.0.0.9")
        assert "127.0.0.9" in bad(wanted)["names"], "somebody has taken the domain"
        names.stop()
        found = bad(wanted)
        assert found.keys() >= {"names"} and "does not say" in found["names"]


def test_the_registry_is_asked_once_a_day(names: Names, tmp_path: Path) -> None:
    soon = (datetime.now(UTC) + timedelta(days=12)).isoformat()
    counted = []

    class Registry(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            counted.append(self.path)
            is_known = self.path == f"/domain/{NAME}"
            self.send_response(200 if is_known else 404)
            self.end_headers()
            self.wfile.write(json.dumps({"events": [{"eventAction": "expiration", "eventDate": soon}]}).encode())

        def log_message(self, *_: object) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Registry)
    with answering(server):
        state: dict[str, Any] = {}
        wanted = {"site": f"https://social.{NAME}", "rdap": f"http://127.0.0.1:{server.server_port}/domain/"}
        for _ in range(3):
            check = watch.look_at_registration(wanted, state)
        assert not check.ok and "12 days" in check.found
        assert counted == [f"/domain/social.{NAME}", f"/domain/{NAME}"]


@pytest.mark.parametrize("said", ["not disclosed", "", 7, None])
def test_a_registry_that_says_no_day_stops_nothing(said: object) -> None:
    state = {"registration": {"asked": time.time(), "until": said}}
    check = watch.look_at_registration({"site": f"https://{NAME}"}, state)
    assert check.ok and "set registered_until" in check.found


def test_owners_are_told_when_it_has_been_wrong_twice_and_when_it_is_over(names: Names, tmp_path: Path) -> None:
    pem = certificate(tmp_path, 60)
    with serving(pem) as site, hook() as told:
        wanted = asked(names, site, pem, tmp_path, webhook=[told.address], heartbeat=told.address)
        for word in ("failing", "ok", "failing", "failing", "failing", "ok"):
            site.word = word
            watch.look(wanted)
        assert [t["text"].split("\n")[0] for t in told.told] == [f"[{NAME}] posts begins", f"[{NAME}] posts has ended"]
        assert told.beats == 6
        assert "Posting and reading</li>" in (tmp_path / "page/index.html").read_text()


def test_it_runs_alone_from_a_copy_with_nothing_of_petrel_there(names: Names, tmp_path: Path) -> None:
    pem = certificate(tmp_path, 60)
    copy = tmp_path / "elsewhere" / "watch.py"
    copy.parent.mkdir()
    copy.write_text(Path(watch.__file__).read_text())
    with serving(pem) as site:
        lines = [f"{name} = {json.dumps(value)}" for name, value in asked(names, site, pem, tmp_path).items()]
        (tmp_path / "watch.toml").write_text("\n".join(lines))
        command = [sys.executable, "-I", "-S", str(copy), str(tmp_path / "watch.toml"), "--once"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "") and done.stdout.count("ok ") == 9
        site.word = "failing"
        assert subprocess.run(command, capture_output=True, timeout=60, cwd=tmp_path).returncode == 1
    (tmp_path / "watch.toml").write_text("sight = 1")
    wrong = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert wrong.returncode == 2 and "nobody knows sight" in wrong.stderr
    (tmp_path / "watch.toml").write_text('site = "https://a.example"\nstate = "s"\nregistered_until = "1.5.2027"')
    wrong = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert wrong.returncode == 2 and "registered_until is a day" in wrong.stderr


@pytest.mark.parametrize("answer", [b"", b"\0" * 12, b"\xff" * 40, b"\xc0" * 600])
def test_an_answer_that_means_nothing_is_no_address(answer: bytes) -> None:
    with pytest.raises(watch.Wrong):
        watch._addresses(answer, 12, 3, 1)
