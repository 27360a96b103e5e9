"""The script of the sign-up page in a real browser: it finds what the site takes as done work, and sends the form."""

import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from petrel.features.signup import work
from petrel.web.look import STATIC
from tests.conftest import loop
from tests.serving import answering

CHROMIUM = shutil.which("chromium")
PAGE = """<!doctype html><form id="join" action="/done"><input name="handle" value=" @Wren ">
<input type="hidden" name="challenge" value="{}"><input type="hidden" name="proof" value=""><p id="work-said"></p>
<button>Join</button></form><script src="/work.js" defer></script>
<script>addEventListener("load", () => document.querySelector("button").click())</script>"""


@pytest.mark.skipif(CHROMIUM is None, reason="no browser: apt install chromium")
def test_a_browser_finds_what_the_site_takes(site, tmp_path: Path) -> None:
    challenge = loop().run_until_complete(work.challenge(12))
    sent: list[dict[str, list[str]]] = []
    done = threading.Event()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path)
            script = path.path == "/work.js"
            if path.path == "/done":
                sent.append(parse_qs(path.query))
                done.set()
            self.send_response(200)
            self.send_header("content-type", "text/javascript" if script else "text/html")
            self.end_headers()
            self.wfile.write((STATIC / "work.js").read_bytes() if script else PAGE.format(challenge).encode())

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Answer)
    with answering(server):
        browser = subprocess.Popen(
            [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}",
             "--remote-debugging-port=0", f"http://127.0.0.1:{server.server_address[1]}/"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert done.wait(60), "the form was never sent"
        finally:
            browser.kill()
            browser.wait()
    [proof], [handle] = sent[0]["proof"], sent[0]["handle"]
    assert handle == " @Wren "
    assert loop().run_until_complete(work.holds(challenge, "Wren", proof, 12))
    assert not loop().run_until_complete(work.holds(challenge, "other", proof, 12))
