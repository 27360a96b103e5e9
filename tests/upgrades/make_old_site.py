"""Makes the kept old site: `.venv/bin/python tests/upgrades/make_old_site.py COMMIT NAME`, such as `4043c2a 0.1.0`.

Run once, for a release that people have; what it makes (site-NAME.tar.xz) is kept for ever and upgraded in every run of
the tests. The program of that commit makes it, in a place of its own: a demo of few posts, then the site as it is run,
with people who post, send messages, follow, delete and read over HTTP, until the journal is sealed. In the archive:
both databases as SQL, what else stands in the data directory, and `expected.json`: what people saw at the end.
"""

import io
import json
import os
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "long enough for a story"
BASE_URL = "http://localhost:8000"
FILL = """
import sys
from petrel.ops import demo
from petrel.program import Program
site = Program()
site.call(site.settings(sys.argv[1]), lambda: demo.fill(sys.argv[2], print, everyday=80), print)
"""
# Run when the site has stopped: the databases as text, and what a dump does not say.
DUMP = """
import asyncio, json, subprocess, sys
from pathlib import Path
import asyncpg
from petrel import app
from petrel.program import Program
from petrel.storage.postgres import binaries
site, folder = Program(), Path(sys.argv[2])
now = site.settings(sys.argv[1])

async def facts(args):
    connection = await asyncpg.connect(**args)
    try:
        return {"xid": await connection.fetchval("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint"),
                "kept": [r[0] for r in await connection.fetch(
                    "select k.oid::regprocedure::text from petrel_migrations.kept k join pg_proc p on p.oid = k.oid")],
                "kept_types": [r[0] for r in await connection.fetch(
                    "select k.oid::regtype::text from petrel_migrations.kept k join pg_type t on t.oid = k.oid "
                    "join pg_class c on c.oid = t.typrelid and c.relkind = 'c'")]}
    finally:
        await connection.close()

with site.databases(now, print, migrate=False) as addresses:
    for name, logins in (("main", addresses.main), ("keyring", addresses.keyring)):
        args = logins["owner"]
        (folder / f"{name}.json").write_text(json.dumps(asyncio.run(facts(args))))
        (folder / f"{name}.sql").write_text(subprocess.run(
            [binaries.find().program("pg_dump"), "--inserts", "--rows-per-insert=200", "-h", args["host"],
             "-p", str(args["port"]), "-U", args["user"], args["database"]],
            check=True, capture_output=True, text=True).stdout)
"""


class OldSite:
    """A data directory, and the program of the commit that works on it."""

    def __init__(self, code: Path, data: Path) -> None:
        self.code, self.data = code, data
        self.environment = {**{n: v for n, v in os.environ.items() if not n.startswith("PETREL_")},
                            "PYTHONPATH": str(code), "PETREL_RATE_LIMITS": "off", "PETREL_STRANGER": "off",
                            "PETREL_BASE_URL": BASE_URL}
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    def python(self, *words: str) -> str:
        return subprocess.run([sys.executable, "-P", *words], check=True, text=True, stdout=subprocess.PIPE,
                              env=self.environment, cwd=self.code).stdout

    def petrel(self, *words: str) -> str:
        return self.python("-m", "petrel", *words, "--data", str(self.data))

    def up(self) -> "subprocess.Popen[str]":
        return subprocess.Popen([sys.executable, "-P", "-m", "petrel", "up", "--data", str(self.data), "--port",
                                 str(self.port)], text=True, env=self.environment, cwd=self.code)

    def address(self) -> str:
        path = self.data / "run" / "status.json"
        for _ in range(600):
            status = json.loads(path.read_text()) if path.exists() else {}
            if status.get("state") == "ready":
                return f"http://127.0.0.1:{self.port}"
            time.sleep(0.1)
        raise SystemExit("the old site does not start")


def live(site: OldSite) -> dict[str, Any]:
    """People use the site; returns what they see at the end."""
    import requests

    tokens = {handle: site.petrel("tokens", "create", handle, "--scopes", "read write follow profile").strip()
              for handle in ("mira", "ines", "okello", "quiet_harbour")}
    address = site.address()

    def ask(method: str, path: str, who: str, **fields: Any) -> Any:
        answer = requests.request(method, address + path, data=fields or None, timeout=30,
                                  headers={"Authorization": f"Bearer {tokens[who]}"})
        assert answer.status_code == 200, f"{method} {path} {answer.status_code} {answer.text}"
        return answer.json()

    me = {who: ask("GET", "/api/v1/accounts/verify_credentials", who)["id"] for who in tokens}
    kept = [ask("POST", "/api/v1/statuses", who, visibility=audience, status=f"What {who} wrote back then #kept")
            for who in tokens for audience in ("public", "unlisted", "private")]
    ask("POST", "/api/v1/statuses", "ines", status="@mira for your eyes only", visibility="direct")
    gone = ask("POST", "/api/v1/statuses", "okello", status="This was deleted before the upgrade")
    ask("DELETE", f"/api/v1/statuses/{gone['id']}", "okello")
    edited = ask("POST", "/api/v1/statuses", "mira", status="As it was first")
    ask("PUT", f"/api/v1/statuses/{edited['id']}", "mira", status="As it was corrected")
    for post in kept[:3]:
        ask("POST", f"/api/v1/statuses/{post['id']}/favourite", "ines")
    ask("POST", f"/api/v1/accounts/{me['quiet_harbour']}/unfollow", "okello")
    ask("POST", f"/api/v1/accounts/{me['ines']}/note", "mira", comment="Knows about trains")
    time.sleep(6)                                       # followers, search, and the sealer's turns
    seen = {who: {path: ask("GET", path, who) for path in (
        "/api/v1/timelines/home?limit=40", "/api/v1/notifications?limit=20", "/api/v1/conversations",
        f"/api/v1/accounts/{me[who]}/statuses?limit=20", "/api/v2/search?q=kept&type=statuses")} for who in tokens}
    opened = {post["id"]: ask("GET", f"/api/v1/statuses/{post['id']}", "mira") for post in [*kept[:6], edited]}
    return {"tokens": tokens, "accounts": me, "password": PASSWORD, "seen": seen, "opened": opened, "gone": gone["id"]}


def pack(data: Path, dumps: Path, expected: dict[str, Any], target: Path) -> None:
    """Databases as text, and the rest of the directory but what belongs to running processes."""
    def add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(content), 0o600
        archive.addfile(entry, io.BytesIO(content))

    with tarfile.open(target, "w:xz", preset=9) as archive:
        add(archive, "expected.json", json.dumps(expected, indent=1).encode())
        for path in sorted(dumps.iterdir()):
            add(archive, path.name, path.read_bytes())
        for path in sorted(data.rglob("*")):
            name = path.relative_to(data)
            if path.is_file() and name.parts[0] not in ("run", "log", "main", "keyring"):
                add(archive, f"data/{name}", path.read_bytes())


def main(commit: str, name: str) -> None:
    target = Path(__file__).with_name(f"site-{name}.tar.xz")
    with tempfile.TemporaryDirectory(prefix="petrel-old-") as folder:
        code, data, dumps = (Path(folder) / part for part in ("code", "data", "dumps"))
        dumps.mkdir()
        subprocess.run(["git", "-C", str(ROOT), "worktree", "add", "--detach", str(code), commit], check=True)
        try:
            site = OldSite(code, data)
            site.python("-c", FILL, str(data), PASSWORD)
            running = site.up()
            try:
                expected = live(site)
                site.petrel("journal", "verify")
            finally:
                running.terminate()
                running.wait(60)
            site.python("-c", DUMP, str(data), str(dumps))
        finally:
            subprocess.run(["git", "-C", str(ROOT), "worktree", "remove", "--force", str(code)], check=True)
        pack(data, dumps, {"release": name, "commit": commit, **expected}, target)
    print(f"{target}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
