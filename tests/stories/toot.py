"""The `toot` command line client as a person runs it: in a terminal, with a home of its own."""

import json
import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.stories.running import Visitor

TOOT = str(Path(sys.executable).with_name("toot"))
LOGIN_URL = re.compile(r"(http://\S+/oauth/authorize\S+)")
COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Toot:
    def __init__(self, home: Path, address: str) -> None:
        home.mkdir(parents=True)
        self.address = address
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        self._environment = {**kept, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "TERM": "xterm",
                             "COLUMNS": "400", "PYTHONUTF8": "1"}

    def login(self, person: Visitor) -> str:
        """`toot login`, its questions answered; `person` opens the address it prints and reads the code."""
        controller, terminal = pty.openpty()
        process = subprocess.Popen([TOOT, "login"], stdin=terminal, stdout=terminal, stderr=terminal,
                                   env=self._environment, start_new_session=True)
        os.close(terminal)
        screen = _Screen(controller)
        try:
            screen.until("Enter instance URL")
            screen.type(self.address)
            screen.until("Open link in default browser?")
            url = LOGIN_URL.search(screen.text)
            assert url, screen.text
            screen.type("n")
            screen.until("Authorization code")
            screen.type(person.code_for(url[1]))
            screen.until("Successfully logged in")
            assert process.wait(30) == 0
            return screen.text
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            os.close(controller)

    def run(self, *args: str, code: int = 0, given: str = "") -> str:
        done = subprocess.run([TOOT, "--no-color", *args], env=self._environment, input=given, capture_output=True,
                              text=True, timeout=60, check=False)
        assert done.returncode == code, f"toot {' '.join(args)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout if code == 0 else done.stdout + done.stderr

    def json(self, *args: str) -> Any:
        return json.loads(self.run(*args, "--json"))


class _Screen:
    """What the program has written to its terminal so far."""

    def __init__(self, controller: int) -> None:
        self._controller = controller
        self.text = ""

    def until(self, words: str, within_s: float = 30.0) -> None:
        end = time.monotonic() + within_s
        while words not in self.text:
            assert time.monotonic() < end, self.text
            try:
                said = os.read(self._controller, 65_536)
            except OSError:        # the other side is closed
                said = b""
            assert said, f"never said {words!r}, only {self.text!r}"
            self.text += COLOURS.sub("", said.decode("utf-8", "replace")).replace("\r", "")

    def type(self, line: str) -> None:
        os.write(self._controller, line.encode() + b"\n")
