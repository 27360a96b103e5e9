"""`petrel` as an operator meets it: a site started by one command, looked after, changed, stopped."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from petrel import rescue as program

PETREL = [sys.executable, "-m", "petrel"]


class Site:
    """A site of its own in a process of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.process: subprocess.Popen[str] | None = None
        self.console = data.parent / "console.txt"

    def start(self) -> float:
        """Returns the seconds until it answered."""
        began = time.monotonic()
        with self.console.open("w") as console:
            self.process = subprocess.Popen([*PETREL, "up", "--data", str(self.data), "--port", "0"], text=True,
                                            stdout=console, stderr=console, env=clean())
        self.until(lambda: self.status().get("state") == "ready", 60)
        self.until(lambda: self.ask("/api/nothing") == 404, 10)
        return time.monotonic() - began

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def status(self) -> dict:
        path = self.data / "run" / "status.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def ask(self, path: str) -> int:
        return ask(self.status()["address"] + path)

    def fetch(self, path: str):
        with urllib.request.urlopen(self.status()["address"] + path, timeout=10) as answer:
            return json.load(answer)

    def until(self, condition: Callable[[], object], within_s: float) -> None:
        end = time.monotonic() + within_s
        while not condition():
            assert self.process is None or self.process.poll() is None, self.console.read_text()
            assert time.monotonic() < end, self.console.read_text()
            time.sleep(0.02)

    def run(self, *args: str, code: int = 0, given: str = "") -> str:
        done = subprocess.run([*PETREL, *args, "--data", str(self.data)], capture_output=True, text=True, input=given,
                              env=clean(), check=False)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout if code == 0 else done.stdout + done.stderr

    def json(self, *args: str, code: int = 0, given: str = ""):
        return json.loads(self.run(*args, "--json", code=code, given=given))


def ask(url: str) -> int:
    """The status; 0 when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as e:
        e.close()
        return e.code
    except OSError:
        return 0


def clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PETREL_")}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("site") / "data")
    site.start()
    yield site
    if site.process.poll() is None:
        site.stop()


def test_the_first_start_prints_address_and_set_up_link(site: Site) -> None:
    text = site.console.read_text()
    address = site.status()["address"]
    assert address.startswith("http://localhost:") and f"{address}/setup/" in text
    assert f"Petrel is ready at {address}" in text


def test_accounts_and_tokens(site: Site) -> None:
    made = site.json("accounts", "create", "grace", "--name", "Grace", "--discoverable")
    assert made["handle"] == "grace" and made["role"] == "member"
    assert site.json("accounts", "list", "--crew") == []
    assert "taken" in site.run("accounts", "create", "grace", code=2)
    site.run("accounts", "set", "@grace", "--role", "admin", "--protected", "--password", given="correct horse\n")
    shown = site.json("accounts", "show", "grace")
    assert shown["role"] == "admin" and shown["is_protected"] and shown["id"] == made["id"]
    assert [one["handle"] for one in site.json("accounts", "list")] == ["grace"]
    assert [one["handle"] for one in site.json("accounts", "list", "--crew")] == ["grace"]
    token = site.json("tokens", "create", "grace", "--scopes", "read write:statuses")
    assert len(token["token"]) > 30 and token["scopes"] == ["read", "write:statuses"]
    assert "no scope" in site.run("tokens", "create", "grace", "--scopes", "everything", code=2)
    assert "@nobody" in site.run("accounts", "show", "nobody", code=2)


def test_the_sites_own_accounts_are_listed_only_when_asked_for(site: Site) -> None:
    site.until(lambda: len(site.json("accounts", "list", "--all")) > 1, 30)        # it plants them by itself
    assert [one["handle"] for one in site.json("accounts", "list")] == ["grace"]


def test_who_has_an_owner_gets_no_set_up_link(site: Site) -> None:
    assert "/setup/" in site.json("accounts", "setup-link")["link"]
    site.run("accounts", "set", "grace", "--role", "owner")
    assert "petrel accounts link" in site.run("accounts", "setup-link", code=2)
    site.run("accounts", "set", "grace", "--role", "admin")


def test_settings_say_where_they_come_from_and_unknown_ones_are_refused(site: Site) -> None:
    assert "Did you mean registrations?" in site.run("settings", "set", "registration", "closed", code=2)
    assert "0 to 65535" in site.run("settings", "set", "port", "70000", code=2)
    assert site.fetch("/api/v2/instance")["registrations"]["enabled"]
    assert "within seconds" in site.run("settings", "set", "registrations", "invite")
    assert "next start" in site.run("settings", "set", "web_workers", "2")
    shown = {one["name"]: one for one in site.json("settings", "show")}
    assert shown["registrations"]["value"] == "invite"
    assert shown["registrations"]["source"] == str(site.data / "settings.toml")
    assert shown["port"]["source"] == "default" and all(one["meaning"] for one in shown.values())
    site.until(lambda: not site.fetch("/api/v2/instance")["registrations"]["enabled"], 20)      # without a restart


def test_a_change_is_planned_begun_and_undone(site: Site) -> None:
    words = ("changes", "plan", "flag", "flag=packed-answers", "to=off", "--reason", "to see what it does")
    planned = site.json(*words)
    assert planned["state"] == "planned" and planned["effect"] == "packed-answers from on to off"
    assert site.json("changes", "start", planned["id"])["cells"] == planned["visiting"][:1]
    [flag] = [one for one in site.json("flags", "list") if one["name"] == "packed-answers"]
    assert str(flag["change"]) == planned["id"] and flag["cells"] == planned["visiting"][:1]
    assert "on its way" in site.run(*words, code=2)
    site.run("changes", "undo", planned["id"], "--reason", "it was only a try")
    shown = site.json("changes", "show", planned["id"], code=1)
    assert (shown["state"], shown["why"]) == ("undone", "it was only a try")


def test_in_an_emergency_everything_is_closed_and_told_afterwards(site: Site) -> None:
    def rescue(*words: str, keys: str = "") -> str:
        done = subprocess.run([sys.executable, "-I", "-S", str(Path(program.__file__)), str(site.data), *words],
                              capture_output=True, text=True, input=keys)
        assert done.returncode == 0, done.stderr
        return done.stdout

    keys = site.json("rescue", "keys")["keys"]
    assert "takes connections at localhost" in rescue("status")
    rescue("close", "all", "everything leaks")
    site.until(lambda: site.ask("/api/v1/instance") == 503, 20)
    site.until(lambda: {site.ask(path) for path in ("/about", "/public", "/about", "/public")} == {503}, 20)
    rescue("open", "all", keys="\n".join(keys[:2]))
    site.until(lambda: site.ask("/api/v1/instance") == 200, 20)
    rescue("freeze", "nobody touches it")
    planned = site.json("changes", "plan", "flag", "flag=packed-answers", "to=off", "percent=10", "--reason", "a try")
    assert "petrel-rescue: nobody touches it" in site.run("changes", "start", planned["id"], code=2)
    rescue("thaw", keys="\n".join(keys[1:]))
    site.until(lambda: len(site.json("journal", "show", "--kind", "ops.rescue.used")) >= 4, 150)


def test_doctor_finds_the_site_well(site: Site) -> None:
    checks = {check["name"]: check for check in site.json("doctor")}
    assert checks["processes"]["ok"] and checks["postgres main"]["ok"] and checks["settings"]["ok"]
    assert checks["followers"]["ok"] and checks["jobs"]["ok"] and checks["journal"]["ok"]


def test_the_journal_verifies_until_a_row_is_changed_by_hand(site: Site) -> None:
    ida = site.json("accounts", "create", "ida")["id"]
    site.until(lambda: site.json("journal", "verify")["unsealed"] == 0, 15)
    assert "as it was written" in site.run("journal", "verify")
    # Hers, which is sealed: the site makes accounts of its own about now, for the stranger.
    created = site.json("journal", "show", "--about", ida, "--kind", "accounts.account.created")
    assert "accounts.account.created" in site.run("journal", "show", "--kind", "accounts.%")
    by_hand(site, f"update journal.entry set subject = subject + 1 where id = {created[0]['id']}")
    report = site.json("journal", "verify", code=1)
    assert [(f["what"], f["id"]) for f in report["findings"]] == [("changed", int(created[0]["id"]))]
    assert created[0]["id"] in site.run("journal", "verify", code=1)
    by_hand(site, f"update journal.entry set subject = subject - 1 where id = {created[0]['id']}")
    site.run("journal", "verify")


def by_hand(site: Site, statement: str) -> None:
    import asyncio

    import asyncpg

    from petrel.storage.postgres import Storage

    async def work() -> None:
        connection = await asyncpg.connect(**Storage(site.data).main_dsn())
        await connection.execute(statement)
        await connection.close()

    asyncio.run(work())


def test_what_somebody_changed_at_the_database_is_found_and_made_what_it_was(site: Site) -> None:
    by_hand(site, "revoke update on ops.follower from petrel_system")
    by_hand(site, "grant select on messages.message to petrel_writer")
    found = {c["name"]: c for c in site.json("doctor", code=1)}["rights"]
    assert "petrel_system may not update on table ops.follower; petrel_writer may select" in found["found"]
    assert "petrel migrate" in found["cure"]
    assert site.json("migrate")["ran"] == ["functions:storage/grants.sql"]
    assert {c["name"]: c for c in site.json("doctor")}["rights"]["ok"]


def test_dead_letters_are_listed_and_retried(site: Site) -> None:
    by_hand(site, "insert into ops.job (lane, name, args, attempts, dead_at, last_error) "
                  "values ('default', 'nobody.knows', '{}', 8, now(), 'gone')")
    assert "petrel jobs dead" in {c["name"]: c["cure"] for c in site.json("doctor", code=1)}["jobs"]
    dead = site.json("jobs", "dead")
    assert [(one["name"], one["last_error"]) for one in dead] == [("nobody.knows", "gone")]
    assert site.json("jobs", "retry", str(dead[0]["id"]))["retried"] == [dead[0]["id"]]
    site.until(lambda: "nobody handles" in str([one["last_error"] for one in site.json("jobs", "list")]), 10)
    assert site.json("jobs", "dead") == []
    site.run("jobs", "retry", code=2)
    by_hand(site, "update ops.job set dead_at = now() where name = 'nobody.knows'")
    by_hand(site, "insert into ops.job (lane, name, args, attempts, dead_at) "
                  "values ('bulk', 'watching.examine', '{}', 8, now())")
    assert site.json("jobs", "drop", "--unknown")["dropped"] == [dead[0]["id"]]
    assert [one["name"] for one in site.json("jobs", "dead")] == ["watching.examine"]
    by_hand(site, "delete from ops.job")


def test_a_killed_worker_and_a_killed_database_come_back(site: Site) -> None:
    before = site.status()
    worker = before["parts"]["web"]["pids"][0]
    os.kill(worker, signal.SIGKILL)
    site.until(lambda: worker not in site.status()["parts"]["web"]["pids"] and
               len(site.status()["parts"]["web"]["pids"]) == 2, 10)
    os.kill(before["postgres"]["main"]["pid"], signal.SIGKILL)
    site.until(lambda: site.status()["postgres"]["main"]["pid"] != before["postgres"]["main"]["pid"], 20)
    site.until(lambda: site.status()["postgres"]["main"]["state"] == "running", 20)
    site.until(lambda: made_after_the_crash(site), 20)


def made_after_the_crash(site: Site) -> bool:
    done = subprocess.run([*PETREL, "accounts", "create", "maria", "--data", str(site.data)], capture_output=True,
                          env=clean(), check=False)
    return done.returncode == 0 or b"taken" in done.stderr


def test_one_more_web_process_beside_it(site: Site) -> None:
    web = subprocess.Popen([*PETREL, "run", "web", "--data", str(site.data), "--port", "0"], stderr=subprocess.PIPE,
                           text=True, env=clean())
    try:
        address = web.stderr.readline().split()[-1]
        assert address != site.status()["address"]
        site.until(lambda: ask(address + "/api/v2/instance") == 200, 10)
        assert ask(address + "/api/v1/timelines/home") == 401
    finally:
        web.send_signal(signal.SIGTERM)
        assert web.wait(15) == 0, web.stderr.read()
        web.stderr.close()


def test_a_part_is_begun_anew_by_hand(site: Site) -> None:
    before = site.status()["parts"]["followers"]["pids"]
    assert "begun anew" in site.run("restart", "followers", "--reason", "they say nothing")
    assert site.status()["parts"]["followers"]["pids"] != before
    site.until(lambda: "part=followers" in site.run("changes", "list"), 60)
    assert "ops.change.noted" in site.run("journal", "show", "--limit", "20")
    assert "is one of web" in site.run("restart", "mail", code=2)


def test_parts_run_alone_finish_and_stop_when_told(site: Site) -> None:
    for part in ("followers", "jobs"):
        process = subprocess.Popen([*PETREL, "run", part, "--data", str(site.data)], stderr=subprocess.PIPE,
                                   env=clean())
        hint = site.data / "run" / f"{part}.hint"
        before = hint.stat().st_ino
        site.until(lambda hint=hint, before=before: hint.exists() and hint.stat().st_ino != before, 60)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0, process.stderr.read()
        process.stderr.close()


def test_a_second_site_in_the_same_place_is_refused_with_a_cure(site: Site) -> None:
    done = subprocess.run([*PETREL, "up", "--data", str(site.data), "--port", "0"], capture_output=True, text=True,
                          env=clean(), check=False)
    assert done.returncode == 2 and "already running" in done.stderr and "Traceback" not in done.stderr


def test_a_port_in_use_is_said(site: Site, tmp_path: Path) -> None:
    port = site.status()["address"].rpartition(":")[2]
    done = subprocess.run([*PETREL, "up", "--data", str(tmp_path / "other"), "--port", port], capture_output=True,
                          text=True, env=clean(), check=False)
    assert done.returncode == 2 and "--port" in done.stderr and "Traceback" not in done.stderr


def test_it_stops_cleanly_and_starts_again(site: Site) -> None:
    site.run("accounts", "create", "hopper")
    assert site.stop() == 0
    assert site.status() == {}
    assert "hopper" in [one["handle"] for one in site.json("accounts", "list")]    # starts what it needs itself
    site.start()
    site.run("journal", "verify")
