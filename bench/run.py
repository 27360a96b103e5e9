"""`make bench`: the driver against a site that it starts itself, and the figures beside those of other servers.

    python bench/run.py [--phases home,status,...] [--drain-posts 30000] [--seconds 20] [--rounds 3] [--keep DIR]

A fresh site in a scratch directory (fsync on, as always), rate limits off, 200 accounts made by the driver's own
recipe. CPU and memory are those of the supervisor and all its children, both database clusters included. Writes
bench/results.json and bench/RESULTS.md. Takes about ten minutes; nothing else should run meanwhile: the figures of
a busy machine say little, and `other_cores` of each round says how busy it was.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

import driver  # noqa: E402
import procfs  # noqa: E402

NAME = "Petrel"
ACCOUNTS = 200
RESULTS = HERE / "results.json"
TABLE = HERE / "RESULTS.md"
ENV = {**os.environ, "PETREL_RATE_LIMITS": "off"}


class Site:
    """`petrel up` on a directory, as a child of this process."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> float:
        """Starts it and returns the seconds until the first answer."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=ENV
        )
        for line in self.process.stdout or ():
            if "ready at" in line:
                self.base = line.rsplit(" ", 1)[1].strip().replace("localhost", "127.0.0.1")
                break
        else:
            raise SystemExit("the site did not start")
        while not driver.answers(self.base):
            time.sleep(0.01)
        return time.monotonic() - began

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", "petrel", "up", "--data", str(self.data), "--port", "0"]

    @property
    def pids(self) -> list[int]:
        """The supervisor is the root of the whole tree, the databases included."""
        assert self.process is not None
        return [self.process.pid]

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.communicate(timeout=120)
            self.process = None


async def make_accounts(data: Path, tokens: Path) -> None:
    from petrel.core.doors import writing
    from petrel.core.viewer import System
    from petrel.features import accounts
    from petrel.program import Program

    async with Program().opened(data):
        names = [f"bench{i}" for i in range(ACCOUNTS)]
        async with writing(System("bench"), cause="bench") as w:
            numbers = await accounts.create_many(w, [accounts.NewAccount(handle=n) for n in names])
        async with writing(System("bench"), cause="bench") as w:
            made = await accounts.issue_tokens_many(w, numbers, ["read", "write", "follow"])
    tokens.write_text("".join(json.dumps({"username": n, "token": t}) + "\n" for n, t in zip(names, made, strict=True)))


def drive(site: Site, work: Path, *more: str) -> None:
    pids = ",".join(map(str, site.pids))
    common = ["--base", site.base, "--tokens", str(work / "tokens"), "--state", str(work / "state")]
    seed = [] if (work / "state").exists() else ["seed", *common]
    for arguments in filter(
        None, [seed, ["run", *common, "--name", NAME, "--pids", pids, "--out", str(RESULTS), *more]]
    ):
        subprocess.run([sys.executable, str(HERE / "driver.py"), *arguments], check=True)


def idle(pids: list[int], seconds: float = 10) -> dict[str, float]:
    driver.settle(pids, 60)
    before = procfs.cpu_seconds(pids)
    time.sleep(seconds)
    return {"pss_mb": round(procfs.pss_mb(pids)), "cores": round((procfs.cpu_seconds(pids) - before) / seconds, 3)}


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--phases", default=",".join(driver.PHASES))
    p.add_argument("--drain-posts", type=int, default=30_000)
    p.add_argument("--seconds", type=int, default=20)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--keep", type=Path, help="work in this directory and leave it; an existing one is used again")
    args = p.parse_args()
    work = args.keep or Path(tempfile.mkdtemp(prefix="petrel-bench-"))
    work.mkdir(parents=True, exist_ok=True)
    RESULTS.unlink(missing_ok=True)
    site = Site(work / "site")
    extra: dict[str, object] = {"cores": os.cpu_count(), "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * 4096 / 2**30)}
    try:
        extra["first_start_s"] = round(site.start(), 2)
        extra["idle_new_site"] = idle(site.pids)
        if not (work / "tokens").exists():
            asyncio.run(make_accounts(site.data, work / "tokens"))
        load = ["--drain-posts", str(args.drain_posts), "--seconds", str(args.seconds), "--rounds", str(args.rounds)]
        drive(site, work, *load, "--phases", args.phases)
        figures = json.loads(RESULTS.read_text())[NAME]
        if "home" in args.phases:
            site.stop()
            extra["second_start_s"] = round(site.start(), 2)
            extra["idle_after_restart"] = idle(site.pids)
            drive(site, work, *load, "--phases", "home", "--warmup", "1")
            again = json.loads(RESULTS.read_text())[NAME]
            extra["home_after_restart"] = again["phases"]["home"]
        figures["extra"] = extra
        RESULTS.write_text(json.dumps({NAME: figures}, indent=1) + "\n")
    finally:
        site.stop()
        if args.keep is None:
            shutil.rmtree(work, ignore_errors=True)
    import report

    TABLE.write_text(report.table(figures, TABLE.read_text() if TABLE.exists() else ""))
    print(TABLE.read_text())


if __name__ == "__main__":
    main()
