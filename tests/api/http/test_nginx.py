"""Behind a real nginx: who called is who called nginx, whatever anybody wrote into a header."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator

import msgspec
import pytest

from petrel.api.http.wiring import proxies
from tests.api.http.conftest import gate_of
from tests.serving import Address, gate_served

pytestmark = pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed (package nginx-light)")

PROXY, CLIENT = "127.0.0.2", "127.0.0.3"
CONFIG = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/log;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{site}; proxy_bind {proxy}; proxy_http_version 1.1;
      proxy_set_header Host $host; proxy_set_header Connection ""; proxy_set_header X-Forwarded-For {forwarded};
    }}
  }}
}}
"""


@pytest.fixture(scope="module")
def gate() -> Iterator[Address]:
    """The toys, which believe one proxy's network."""
    gate = gate_of(settings={"trusted_proxies": proxies(f"{PROXY}/32, 10.0.0.0/8")})
    with gate_served(gate, proxy_headers=False) as (_, address):
        yield address


@pytest.fixture(scope="module", params=["$proxy_add_x_forwarded_for", "$remote_addr"])
def nginx(gate: Address, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Address]:
    folder = tmp_path_factory.mktemp("nginx")
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    (folder / "conf").write_text(CONFIG.format(folder=folder, port=port, site=gate[1], proxy=PROXY,
                                               forwarded=request.param))
    user = ["-g", "user root;"] if os.geteuid() == 0 else []        # the folder is ours alone
    process = subprocess.Popen(["nginx", "-c", str(folder / "conf"), "-p", str(folder), *user],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.02)
    yield "127.0.0.1", port
    process.terminate()
    process.wait(10)


def called(address: Address, *, come_from: str = CLIENT, **headers: str) -> str:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection(address, timeout=10, source_address=(come_from, 0)) as one:
        one.sendall("GET /api/v1/whoami HTTP/1.1\r\nHost: a.test\r\nAuthorization: Bearer full\r\n"
                    f"Connection: close\r\n{lines}\r\n".encode())
        found = b""
        while more := one.recv(65_536):
            found += more
    assert b" 200 " in found.split(b"\r\n")[0], found
    return str(msgspec.json.decode(found.partition(b"\r\n\r\n")[2])["ip"])


def test_who_called_nginx_is_who_called(nginx: Address) -> None:
    assert called(nginx) == CLIENT
    assert called(nginx, come_from="127.0.0.9") == "127.0.0.9"


@pytest.mark.parametrize("forged", [
    "6.6.6.6", "6.6.6.6, 10.0.0.1", "127.0.0.2", "<script>", "6.6.6.6, , ::1", "x" * 500])
def test_what_a_client_claims_is_not_believed(nginx: Address, forged: str) -> None:
    assert called(nginx, X_Forwarded_For=forged) == CLIENT
    assert called(nginx, Forwarded=f"for={forged}", X_Real_IP=forged, X_Forwarded_Host="evil.test") == CLIENT


def test_past_nginx_nobody_is_believed(gate: Address) -> None:
    assert called(gate, X_Forwarded_For="6.6.6.6") == CLIENT
