"""The doctor looks at the site as others do: a real name server, real certificates, nginx in front of the real site."""

import asyncio
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import pytest

from petrel.core import limits
from petrel.core.doors import writing
from petrel.core.viewer import System
from petrel.features import accounts
from petrel.ops.backups import standing
from petrel.ops.doctor import Check, Letters, Outside
from petrel.ops.doctor import names as doctor_names
from petrel.ops.doctor.backups import check_backups
from petrel.ops.doctor.checks import check_outside
from petrel.ops.doctor.machine import check_right_time
from petrel.ops.watching import health
from petrel.outside.mail import Relay
from tests.features.mail.post_office import office
from tests.ops.watching.serving import web
from tests.ops.watching.world import NAME, Names, certificate, free_port, need_knot

KEY_TEXT = "v=DKIM1; k=rsa; p=MIIBIjANBg"
LETTERS = Letters(f"petrel@{NAME}", f"relay.{NAME}", f"petrel1._domainkey.{NAME}", KEY_TEXT)
WELL = ("@ A 127.0.0.1", '@ TXT "v=spf1 a -all"', f'petrel1._domainkey TXT "{KEY_TEXT}"', "@ MX 10 relay",
        '_dmarc TXT "v=DMARC1; p=quarantine"', "relay A 127.0.0.1")


@pytest.fixture
def names(tmp_path: Path) -> Iterator[Names]:
    need_knot()
    one = Names(tmp_path / "knot")
    yield one
    one.stop()


def examined(names: Names, address: str, **known: Any) -> dict[str, Check]:
    checks = check_outside(Outside(address=address, resolvers=(names.address,), **known))
    assert all(bool(check.cure) is not check.ok for check in checks)
    assert len({check.name for check in checks}) == len(checks)
    return {check.name: check for check in checks}


def test_a_site_for_this_machine_alone_is_not_looked_at_from_outside(names: Names) -> None:
    assert examined(names, "http://localhost:8000").keys() == {"address"}


def test_names_and_who_may_issue(names: Names) -> None:
    address = f"https://{NAME}:1"
    names.start("other A 127.0.0.1")
    found = examined(names, address)
    assert "has no address" in found["names"].found and f"{NAME} A " in found["names"].cure
    names.start("@ A 10.255.1.1")
    assert "nobody outside can reach" in examined(names, address)["names"].found
    names.start("@ A 127.0.0.1", '@ CAA 0 issue "ca.example"', '@ CAA 0 iodef "mailto:a@b.example"')
    found = examined(names, address)
    assert found["names"].ok and "ca.example" in found["issuers"].found and not found["issuers"].ok
    assert not found["reached"].ok and "firewall" in found["reached"].cure
    names.start("@ A 127.0.0.1", '@ CAA 0 issue "letsencrypt.org; validationmethods=http-01"')
    assert examined(names, address)["issuers"].ok
    names.stop()
    assert "no resolver answers" in examined(names, address)["names"].found
    assert not examined(names, f"http://{NAME}:1")["address"].ok


@pytest.mark.parametrize("taken, put, wrong, why", [
    (1, '@ TXT "hello"', "mail SPF", "no SPF"), (1, '@ TXT "v=spf1 +all"', "mail SPF", "everybody"),
    (1, '@ TXT "v=spf1 a -all"\n@ TXT "v=spf1 mx -all"', "mail SPF", "2 SPF records"),
    (2, "x A 127.0.0.1", "mail DKIM", "no record"),
    (2, 'petrel1._domainkey TXT "v=DKIM1; p=AAAA"', "mail DKIM", "another key"),
    (4, "x A 127.0.0.1", "mail DMARC", "no record"),
])
def test_mail_that_nobody_would_believe(names: Names, taken: int, put: str, wrong: str, why: str) -> None:
    names.start(*(put if n == taken else record for n, record in enumerate(WELL)))
    found = examined(names, "http://localhost", letters=LETTERS)
    assert {name for name, check in found.items() if not check.ok} == {wrong} and why in found[wrong].found


def test_mail_that_is_believed(names: Names) -> None:
    names.start(*WELL)
    found = examined(names, "http://localhost", letters=LETTERS)
    assert all(check.ok for check in found.values()) and len(found) == 6
    names.start(*(record for record in WELL if not record.startswith(("@ A", "@ MX"))))
    assert not examined(names, "http://localhost", letters=LETTERS)["mail bounces"].ok


def test_our_own_address_needs_a_name_that_leads_back(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    names.start(*WELL)
    monkeypatch.setattr(doctor_names, "_public_own", lambda: ["198.51.100.7"])
    found = examined(names, "http://localhost", letters=msgspec.structs.replace(LETTERS, server="localhost"))
    wrong = found["mail reverse name"]
    assert not wrong.ok and "198.51.100.7" in wrong.found and "PTR" in wrong.cure


async def test_the_mail_server_is_knocked_at(names: Names, site: Any) -> None:
    names.start(*WELL)
    async with office() as post:
        relay = Relay("127.0.0.1", f"petrel@{NAME}", post.port, "none")
        letters = msgspec.structs.replace(LETTERS, relay=relay)
        there = await asyncio.to_thread(examined, names, "http://localhost", letters=letters)
        assert there["mail server"].ok and not post.taken
        letters = msgspec.structs.replace(LETTERS, relay=msgspec.structs.replace(relay, security="starttls"))
        bare = await asyncio.to_thread(examined, names, "http://localhost", letters=letters)
        assert not bare["mail server"].ok and "offers no TLS" in bare["mail server"].cure
    letters = msgspec.structs.replace(LETTERS, relay=relay)
    gone = await asyncio.to_thread(examined, names, "http://localhost", letters=letters)
    assert "cannot be reached" in gone["mail server"].cure and "Letters wait" in gone["mail server"].cure


@pytest.mark.parametrize("ahead_s, why", [(5 * 3600, "5 hours ahead of"),
                                          (-5 * 3600, "5 hours behind"), (5, "")])
def test_a_clock_that_is_off_by_hours(ahead_s: int, why: str) -> None:
    class Elsewhere(BaseHTTPRequestHandler):
        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string(time.time() - ahead_s)

        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.handle_request, daemon=True).start()
        found = check_right_time(f"http://127.0.0.1:{server.server_port}/dir")
    assert found.ok is not bool(why) and why in found.found and ("NTP" in found.cure) is bool(why)
    assert check_right_time(f"http://127.0.0.1:{server.server_port}/dir").ok, "who does not answer says nothing"


@contextmanager
def nginx(folder: Path, pem: Path, upstream: int, lines: str) -> Iterator[int]:
    if shutil.which("nginx") is None:
        pytest.skip("nginx is missing: apt-get install nginx-light")
    port = free_port()
    folder.mkdir(exist_ok=True)
    (folder / "nginx.conf").write_text(f"""
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{ access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {pem}; ssl_certificate_key {pem};
    location / {{ proxy_bind 127.0.0.7; proxy_pass http://127.0.0.1:{upstream}; proxy_set_header Host $http_host;
      {lines} }} }} }}
""")
    process = subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait(10)


APPENDS = "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"


@pytest.mark.parametrize("lines, trusted, wrong, why", [
    (APPENDS, "127.0.0.7", "", ""),
    (APPENDS, "", "proxy headers", "not trusted"),
    ('proxy_set_header X-Forwarded-For "";', "127.0.0.7", "proxy headers", "does not say who calls"),
    ("", "127.0.0.7", "proxy headers", "whatever address people claim"),
    (APPENDS + ' if ($uri ~ "well-known") { return 404; }', "127.0.0.7", "federation identity", "answers 404"),
])
async def test_a_proxy_in_front(names: Names, tmp_path: Path, site: Any, monkeypatch: pytest.MonkeyPatch, lines: str,
                                trusted: str, wrong: str, why: str) -> None:
    pem = certificate(tmp_path, 60)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    names.start()
    before = limits.current()
    async with web(trusted_proxies=trusted) as settings:
        with nginx(tmp_path / "nginx", pem, settings.port, lines) as port:
            limits.install(limits.Limits(base_url=f"https://{NAME}:{port}"))
            try:
                found = await asyncio.to_thread(examined, names, f"https://{NAME}:{port}", handle=await somebody(),
                                                watch_key=await health.watch_key())
            finally:
                limits.install(before)
    bad = {name for name, check in found.items() if not check.ok} - {"time source", "plain address"}    # this machine's
    assert bad == ({wrong} if wrong else set()), found
    assert not wrong or why in found[wrong].found
    assert "trusted, good for" in found["certificate"].found


async def somebody() -> str:
    handle = f"m{os.urandom(4).hex()}"
    async with writing(System("tests"), cause="tests") as w:
        await accounts.create(w, accounts.NewAccount(handle))
    return handle


async def test_another_server_in_our_place(names: Names, tmp_path: Path, site: Any,
                                           monkeypatch: pytest.MonkeyPatch) -> None:
    pem, other = certificate(tmp_path, 5), certificate(tmp_path, 60)
    names.start()
    async with web() as settings:
        with nginx(tmp_path / "nginx", pem, settings.port, APPENDS) as port:
            monkeypatch.setenv("SSL_CERT_FILE", str(pem))
            found = await asyncio.to_thread(examined, names, f"https://{NAME}:{port}", watch_key="ab" * 32)
            assert "not this site" in found["proxy headers"].found
            assert "ends in" in found["certificate"].found and "not being renewed" in found["certificate"].cure
            monkeypatch.setenv("SSL_CERT_FILE", str(other))
            found = await asyncio.to_thread(examined, names, f"https://{NAME}:{port}")
            assert "petrel certificates show" in found["certificate"].cure and not found["certificate"].ok


def test_backups_that_are_missing_old_unproven_or_behind(tmp_path: Path) -> None:
    hour_ms, now_ms = 3_600_000, standing.clock.now_ms()
    assert "there is none" in check_backups(tmp_path).found
    for changes, why in (({"at_ms": now_ms - 40 * hour_ms}, "40 hours old"), ({"proven_at_ms": 0}, "never restored"),
                         ({"problem": "disk full"}, "disk full"), ({"archived_at_ms": now_ms - hour_ms}, "60 minutes"),
                         ({"proven_at_ms": now_ms - 80 * hour_ms}, "for 3.3 days not")):
        (tmp_path / standing.FILE).unlink(missing_ok=True)
        standing.made(tmp_path, "one", now_ms - hour_ms, "sftp://elsewhere")
        standing.told(tmp_path, proven_at_ms=now_ms - hour_ms, restore_s=600.0)
        assert check_backups(tmp_path).ok
        standing.told(tmp_path, **changes)
        found = check_backups(tmp_path)
        assert not found.ok and why in found.found and found.cure
