"""The `toot` command line client as a person runs it: in a terminal, with a home of its own."""

import json
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.stories.running import ROOT, RunningSite, Visitor

TOOT = str(Path(sys.executable).with_name("toot"))
LOGIN_URL = re.compile(r"(http://\S+/oauth/authorize\S+)")
COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Toot:
    """One person's; `end` when it is needed no more."""

    def __init__(self, home: Path, address: str) -> None:
        home.mkdir(parents=True)
        self.address = address
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        self._environment = {**kept, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "TERM": "xterm",
                             "COLUMNS": "400", "PYTHONUTF8": "1"}
        self._files = {name: str(home / name) for name in ("given", "out", "err")}
        loaded = [sys.executable, "-m", "tests.stories.clients.toot_loaded"]
        self._loaded = subprocess.Popen(loaded, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env=self._environment)

    def end(self) -> None:
        self._loaded.communicate()

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
        """What a command says; what it complains of, too, where it is to end with a `code`."""
        out, err = self._ran(code, " ".join(args), args=["--no-color", *args], given=given)
        return out if code == 0 else out + err

    def json(self, *args: str) -> Any:
        """Its last line: before that it may say that it waits for a file."""
        return json.loads(self.run(*args, "--json").splitlines()[-1])

    def call(self, module: str, function: str, *args: Any, **named: Any) -> Any:
        """What a function of its own modules gets, for what no command of it does. `module`: api or http."""
        return json.loads(self._ran(0, function, call=[module, function, args, named])[0])

    def _ran(self, code: int, name: str, *, given: str = "", args: Sequence[str] = (), call: object = None
             ) -> tuple[str, str]:
        for file in self._files.values():
            Path(file).write_text("")
        Path(self._files["given"]).write_text(given)
        assert self._loaded.stdin and self._loaded.stdout
        print(json.dumps({"args": args, "call": call, **self._files}), file=self._loaded.stdin, flush=True)
        ended = self._loaded.stdout.readline()
        out, err = (Path(self._files[file]).read_text() for file in ("out", "err"))
        assert ended.strip() == str(code), f"toot {name}: {ended}\n{out}\n{err}"
        assert "Traceback" not in err, err
        return out, err


@contextmanager
def at_a_terminal(site: RunningSite, folder: Path, person: Visitor) -> Iterator[Toot]:
    """Somebody's, logged in."""
    toot = Toot(folder / "home", site.address)
    try:
        toot.login(person)
        yield toot
    finally:
        toot.end()


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
