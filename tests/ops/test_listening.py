"""Sockets as systemd passes them: taken once, by the process they were meant for."""

import json
import os
import socket
import subprocess
import sys

PROGRAM = """
import json, os
from petrel.ops.processes import passed
def took(): return [[name, one.getsockname()[1]] for name, one in passed()]
if os.environ.get("ours"): os.environ["LISTEN_PID"] = str(os.getpid())
first = took()
print(json.dumps([first, took(), [n for n in os.environ if n.startswith("LISTEN_")]]))
"""


def run(ours: str, listening: list[socket.socket]) -> list[object]:
    code = "import os, sys\n" + "".join(
        f"os.dup2({one.fileno()}, {50 + n})\n" for n, one in enumerate(listening)) + "".join(
        f"os.dup2({50 + n}, {3 + n})\n" for n in range(len(listening))) + (
        "os.execv(sys.executable, [sys.executable, '-c', sys.argv[1]])")
    env = {**os.environ, "LISTEN_PID": "1", "LISTEN_FDS": str(len(listening)), "LISTEN_FDNAMES": "plain:site",
           "ours": ours}
    done = subprocess.run([sys.executable, "-c", code, PROGRAM], env=env, pass_fds=[s.fileno() for s in listening],
                          capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def test_they_are_taken_with_their_names_and_only_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as a, socket.create_server(("127.0.0.1", 0)) as b:
        ports = [a.getsockname()[1], b.getsockname()[1]]
        assert run("yes", [a, b]) == [[["plain", ports[0]], ["site", ports[1]]], [], []]
        assert run("", [a, b]) == [[], [], []]
