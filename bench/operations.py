"""How long each operation of the API takes, one request at a time, on the demo data of a real site.

    python bench/operations.py [--times 60]

Makes a demo in a scratch directory, serves it, asks each operation so many times after a few that do not count, and
writes p50 and p99 into docs/api-speed.json, which `python tools/api_coverage.py` puts into its table. What an operation
ends is made anew before each, outside of what is measured. What gives no good answer here (nothing of its kind is in
the demo, or it is no request with one answer) is left out and named. Nothing else should run meanwhile.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import api_coverage  # noqa: E402

from tests.stories.fast import Line  # noqa: E402
from tests.stories.running import RunningSite  # noqa: E402

OUT = ROOT / "docs" / "api-speed.json"
WARM = 5
OOB = "urn:ietf:wg:oauth:2.0:oob"
SCOPES = "read write follow push profile"
LEFT_OUT = ("/api/v1/streaming", "/oauth/authorize", "/oauth/revoke", "/api/v1/media", "/api/v2/media")
BODIES: dict[str, Any] = {
    "POST /api/v1/statuses": {"status": "Terns over the #pier"},
    "PUT /api/v1/statuses/:": {"status": "Gulls over the #pier"},
    "POST /api/v1/lists": {"title": "Birds"}, "PUT /api/v1/lists/:": {"title": "Fish"},
    "POST /api/v2/filters": {"title": "t", "context": ["home"], "keywords_attributes": [{"keyword": "zzz"}]},
    "POST /api/v1/filters": {"phrase": "zzz", "context": ["home"]},
    "POST /api/v1/markers": {"home": {"last_read_id": "1"}},
    "POST /api/v1/featured_tags": {"name": "pier"},
    "POST /api/v1/apps": {"client_name": "x", "redirect_uris": OOB},
    "POST /api/v1/domain_blocks": {"domain": "far.example"}, "DELETE /api/v1/domain_blocks": {"domain": "far.example"},
    "PATCH /api/v1/accounts/update_credentials": {"note": "by the sea"},
    "PATCH /api/v1/profile": {"note": "by the sea"},
}
QUERIES = {
    "GET /api/v1/accounts/search": "q=a", "GET /api/v2/search": "q=harbour",
    "GET /api/v1/accounts/lookup": "acct={acct}",
    "GET /api/v1/accounts/relationships": "id[]={other}", "GET /api/v1/accounts/familiar_followers": "id[]={other}",
    "GET /api/v1/statuses": "id[]={post}", "GET /api/v1/accounts": "id[]={other}",
    "GET /api/v1/markers": "timeline[]=home", "GET /api/v1/domain_blocks/preview": "domain=far.example",
    "GET /.well-known/webfinger": "resource=acct:{acct}@{host}",
}
# What they end is made before each: by which operation.
MADE_BY = {"DELETE /api/v1/statuses/:": "POST /api/v1/statuses", "DELETE /api/v1/lists/:": "POST /api/v1/lists",
           "DELETE /api/v2/filters/:": "POST /api/v2/filters", "DELETE /api/v1/filters/:": "POST /api/v1/filters"}
ENDED_BY = {made for ended, made in MADE_BY.items() if "statuses" not in ended}


class Bench:
    def __init__(self, site: RunningSite, token: str, client: dict[str, str]) -> None:
        self.site, self.token, self.client = site, token, client
        self.there: dict[str, str] = {}

    async def open(self) -> "Bench":
        url = urlsplit(self.site.address)
        self.line = await Line(url.hostname or "", url.port or 80).open()
        self.there["host"] = url.netloc
        return self

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        sent = json.dumps(body or {}).encode() if method != "GET" else b""
        try:
            return await self.line.ask(method, path, headers, sent)
        except (IndexError, OSError, asyncio.IncompleteReadError):      # it ended the connection
            await self.open()
            return 599, b""

    async def good(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = await self.ask(method, path, body)
        assert status == 200, (method, path, status, answer[:300])
        return json.loads(answer)

    async def look_around(self) -> None:
        """Ids of things that are there, own ones made."""
        me = await self.good("GET", "/api/v1/accounts/verify_credentials")
        home = await self.good("GET", "/api/v1/timelines/home?limit=40")
        other = next(one for one in home if one["account"]["id"] != me["id"])
        told = await self.good("GET", "/api/v1/notifications")
        talks = await self.good("GET", "/api/v1/conversations")
        own = (await self.good("POST", "/api/v1/statuses", BODIES["POST /api/v1/statuses"]))["id"]
        shelf = (await self.good("POST", "/api/v1/lists", {"title": "b"}))["id"]
        kept = await self.good("POST", "/api/v2/filters", BODIES["POST /api/v2/filters"])
        self.there |= {"me": me["id"], "other": other["account"]["id"], "acct": other["account"]["acct"],
                       "post": other["id"], "own": own, "list": shelf, "filter": kept["id"],
                       "keyword": kept["keywords"][0]["id"], "told": told[0]["id"] if told else "1",
                       "group": told[0]["group_key"] if told else "x", "talk": talks[0]["id"] if talks else "1"}

    def filled(self, operation: api_coverage.Operation) -> str:
        own = operation.method in ("PUT", "DELETE") or operation.path.endswith(("/pin", "/unpin", "/source"))
        of = {"accounts": "other", "statuses": "own" if own else "post", "list": "list", "lists": "list",
              "filters": "keyword" if "v1" in operation.path else "filter", "keywords": "keyword",
              "notifications": "group" if "v2" in operation.path else "told", "conversations": "talk"}
        words = operation.path.split("/")
        for at, word in enumerate(words):
            if word.startswith(":"):
                words[at] = self.there.get(of.get(words[at - 1], ""), "pier")
        name = f"{operation.method} {api_coverage.blank(operation.path)}"
        query = QUERIES.get(name, "").format(**self.there)
        return "/".join(words) + (f"?{query}" if query else "")

    async def measure(self, operation: api_coverage.Operation, times: int) -> list[float]:
        """Milliseconds, in order; none where it does not answer well."""
        name = f"{operation.method} {api_coverage.blank(operation.path)}"
        path, found = self.filled(operation), []
        for _ in range(times + WARM):
            if name in MADE_BY:
                method, where = MADE_BY[name].split()
                made = await self.good(method, where, BODIES[MADE_BY[name]])
                path = f"{where}/{made['id']}"
            body = BODIES.get(name)
            if operation.path == "/oauth/token":
                body = {"grant_type": "client_credentials", **self.client}
            began = time.perf_counter()
            status, answer = await self.ask(operation.method, path, body)
            found.append((time.perf_counter() - began) * 1000)
            if status >= 300:
                return []
            if name in ENDED_BY:                # there may be so many of them only
                await self.good("DELETE", f"{path}/{json.loads(answer)['id']}")
        return sorted(found[WARM:])


def sign_in(site: RunningSite, handle: str, password: str, client: dict[str, str]) -> str:
    """The token of an app that somebody of the demo lets in."""
    visitor = site.visitor()
    page = visitor.open("/oauth/authorize?" + urlencode(
        {"client_id": client["client_id"], "redirect_uri": OOB, "response_type": "code", "scope": SCOPES}))
    page = visitor.send(page, "/auth/sign_in", name=handle, password=password)
    shown = visitor.send(page, "/oauth/authorize", decision="allow")
    code = shown.text.partition('<code id="code">')[2].partition("<")[0]
    told = visitor._session.post(f"{site.address}/oauth/token", timeout=30, data={
        "grant_type": "authorization_code", "code": code, "redirect_uri": OOB, **client}).json()
    return str(told["access_token"])


async def run(folder: Path, times: int) -> dict[str, tuple[float, float]]:
    command = [sys.executable, "-m", "petrel", "demo", "--data", str(folder / "data"), "--no-serve", "--json"]
    made = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, check=True, capture_output=True, text=True)
    note = json.loads(made.stdout[made.stdout.index("{"):])
    site = RunningSite(folder, watched=False, rate_limits="off", newcomer_hours="0", web_workers="1")
    try:
        app = site.visitor()._session.post(f"{site.address}/api/v1/apps", timeout=30, data={
            "client_name": "bench", "redirect_uris": OOB, "scopes": SCOPES}).json()
        client = {name: app[name] for name in ("client_id", "client_secret")}
        bench = await Bench(site, sign_in(site, note["people"][1], note["password"], client), client).open()
        await bench.look_around()
        here = api_coverage.served()
        built = [o for o in api_coverage.operations() if o.key in here and o.tier < 3
                 and not o.path.startswith(LEFT_OUT)]
        figures, none = {}, []
        for operation in sorted(built, key=lambda o: (o.method != "GET", "clear" in o.path or "dismiss" in o.path)):
            found = await bench.measure(operation, times)
            if found:
                figures[operation.name] = (round(found[len(found) // 2], 1), round(found[int(len(found) * 0.99)], 1))
            else:
                none.append(operation.name)
    finally:
        site.end()
    print(f"{len(figures)} operations measured; not: {', '.join(none)}")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="petrel-bench-") as folder:
        figures = asyncio.run(run(Path(folder), given.times))
    OUT.write_text(json.dumps({"times": given.times, "measured_on": time.strftime("%Y-%m-%d"), "ms": figures}, indent=1,
                              sort_keys=True) + "\n")
    for line in api_coverage.slow():
        print(line)


if __name__ == "__main__":
    main()
