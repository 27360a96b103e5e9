"""Streams through a real nginx, set up with the very lines of the handbook."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from wsproto.events import AcceptConnection

from petrel.api.live.hub import HUB
from petrel.storage.build import ROOT
from tests.api.live.test_sockets import Port, Socket
from tests.api.members import Members
from tests.api.streams import Wire, until

pytestmark = pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed (package nginx-light)")
AROUND = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/log;
events {{}}
http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
{ours}
}}
"""


def ours(site: int, port: int) -> str:
    """What an administrator writes, between these two ports."""
    text = (ROOT / "docs/handbook/install.md").read_text()
    written = text[text.index("Into `/etc/nginx/sites-available/petrel`"):]
    lines = [line for line in written[:written.index("Then let it serve that")].splitlines() if line.startswith("    ")]
    return "\n".join(lines).replace("127.0.0.1:8000", f"127.0.0.1:{site}") \
        .replace("listen 80;", f"listen 127.0.0.1:{port};").replace("listen [::]:80;", "")


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[Any]:
    """Starts it in front of a site; its port."""
    started = []

    def start(site: int) -> int:
        with socket.create_server(("127.0.0.1", 0)) as held:
            port = int(held.getsockname()[1])
        (tmp_path / "conf").write_text(AROUND.format(folder=tmp_path, ours=ours(site, port)))
        user = ["-g", "user root;"] if os.geteuid() == 0 else []        # the folder is ours alone
        started.append(subprocess.Popen(["nginx", "-c", str(tmp_path / "conf"), "-p", str(tmp_path), *user],
                                        stderr=subprocess.DEVNULL))
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert started[0].poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.02)
        return port

    yield start
    for one in started:
        one.terminate()
        one.wait(10)


async def test_a_websocket_passes_and(api: Any, nginx: Any) -> None:
    members, site = Members(api), await Port(api.gate).open()
    [ann] = await members.join()
    try:
        wire, one = await Wire(HUB).begin(), Socket(("127.0.0.1", nginx(site.address[1])))
        assert isinstance(await one.open("/api/v1/streaming?stream=user", token=ann.token), AcceptConnection)
        post = (await members.post("/api/v1/statuses", as_=ann, status="through a proxy")).json["id"]
        await wire.fresh()
        assert (await one.event())[2]["id"] == post
        await one.close()
        await until(lambda: not HUB.register.lines)
    finally:
        await site.close()
