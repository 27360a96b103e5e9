"""How much of the client API is here: docs/law/mastodon_api.json against the routes that are registered.

    python tools/api_coverage.py            # writes docs/api-coverage.md
    python tools/api_coverage.py --check    # says what has changed since, and fails then
    python tools/api_coverage.py --answered FILE...
                                            # fails when a run of all tests, which left these files, did not get a good
                                            # answer of every operation that is built

The tests that call an operation are found by reading them: a method and an address side by side in a call, or an
address alone, which is a GET. It counts as tested only where `tests/api/schemas` says what the whole answer looks
like: by that every answer that a test gets is read (`tests/answers.py`).
"""

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "docs" / "law" / "mastodon_api.json"
DOCUMENT = ROOT / "docs" / "api-coverage.md"
TESTS = ROOT / "tests"

SPEED = ROOT / "docs" / "api-speed.json"
MOST_MS = 15.0

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ADDRESS = re.compile(r"(/(?:api|oauth|nodeinfo|health|ap|\.well-known)(?:/[^?]*)?)(?:\?|\Z)")

# Where our scope is another than the list's: why.
OTHER_SCOPES = {
    "GET /api/v1/apps/verify_credentials":
        "an app may ask with its own token or with a member's: the list names the first, apps use both",
    "POST /oauth/introspect": "the app shows itself by its secret or by a token: the list says so too",
    "GET /api/v1/streaming": "either, by the stream that is asked for: the list says it so too, in other words",
    "GET /api/v1/streaming/user": "without read:notifications the stream brings posts and no notifications",
}
# What we serve beyond the list: why.
BEYOND = {
    "GET /nodeinfo/2.1": "the newer form of the same document",
    "GET /health/crew": "what a site's own watcher on another host is told, signed",
    "GET /ap/users/:id": "an account's actor document, for other servers",
    **{f"{method} /api/v1/petrel/drafts{tail}": "drafts that the server keeps, an API of our own (own-api.md)"
       for method, tail in (("GET", ""), ("POST", ""), ("GET", "/:id"), ("PUT", "/:id"), ("DELETE", "/:id"))},
    **{f"{method} /api/v1/petrel/bookmark_folders{tail}": "folders of bookmarks (own-api.md)"
       for method, tail in (("GET", ""), ("POST", ""), ("GET", "/:id"), ("PUT", "/:id"), ("DELETE", "/:id"),
                            ("POST", "/:id/statuses"), ("DELETE", "/:id/statuses"))},
    "GET /api/v1/petrel/conversations/unread_count": "how many conversations have something unread (own-api.md)",
    "GET /api/v1/petrel/statuses/:id/why": "why one sees a post (own-api.md)",
    **{f"{method} /api/v1/petrel/uploads{tail}": "uploads that go on where they were cut off (own-api.md)"
       for method, tail in (("POST", ""), ("GET", "/:id"), ("PATCH", "/:id"))},
    "POST /beacon": "how fast pages of our own app were, in numbers of nobody",
    "GET /media/:id/:name": "the files that posts carry, at the addresses their entities give",
    "PUT": "updates are taken as PUT and as PATCH alike",
    "PATCH": "updates are taken as PUT and as PATCH alike",
}


class Operation(Struct, frozen=True):
    method: str
    path: str
    scope: str
    group: str
    tier: int

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def key(self) -> tuple[str, str]:
        return self.method, blank(self.path)


def blank(path: str) -> str:
    """The path with its names taken out: servers and lists call them differently."""
    return re.sub(r"[:{][^/]*", ":", path)


def operations() -> list[Operation]:
    return [Operation(o["method"], o["path"], o["scope"], o["group"], o["tier"]) for o in json.loads(LIST.read_text())]


def served() -> dict[tuple[str, str], tuple[str, str]]:
    """(method, blank path) -> (path, scope) of all that is registered, and of pages that the list has too."""
    sys.path.insert(0, str(ROOT))
    from petrel import app
    from petrel.web.routes import ADDRESSES

    app.load_api()
    from petrel.api.http import all_routes

    listed = {o.key for o in operations()}
    pages = {key: (a.path, "public") for a in ADDRESSES if (key := (a.method, blank(a.path))) in listed}
    return pages | {(r.method, blank(r.path)): (r.path, r.scope) for r in all_routes()}


def has_schema(operation: Operation) -> bool:
    """Pages have none: what they answer is read by the tests of pages."""
    sys.path.insert(0, str(ROOT))
    from tests.api import schemas

    return schemas.key(operation.name) in schemas.answers() or operation.key in _pages()


def speeds() -> dict[str, list[float]]:
    """p50 and p99 in ms by operation, as `bench/operations.py` measured them last."""
    return dict(json.loads(SPEED.read_text())["ms"]) if SPEED.exists() else {}


def slow() -> list[str]:
    """Operations of the first tier over the limit, slowest first."""
    first = {o.name for o in operations() if o.tier == 1}
    over = sorted(((ms[1], ms[0], name) for name, ms in speeds().items() if name in first and ms[1] > MOST_MS),
                  reverse=True)
    return [f"- `{name}`: p50 {p50} ms, p99 {p99} ms" for p99, p50, name in over]


def _pages() -> set[tuple[str, str]]:
    from petrel.web.routes import ADDRESSES

    return {(a.method, blank(a.path)) for a in ADDRESSES}


def not_answered(files: Iterable[Path]) -> list[str]:
    """What is built and was not answered well in these runs."""
    sys.path.insert(0, str(ROOT))
    from tests.api import schemas

    well = {name for file in files for name in json.loads(file.read_text())}
    here = served()
    return [o.name for o in operations() if o.key in here and o.key not in _pages() and schemas.key(o.name) not in well]


# -- The tests ------------------------------------------------------------------------------------------------------


def _address(node: ast.AST) -> str:
    """What a string says as an address, what is filled in later as "*"; "" when it is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    elif isinstance(node, ast.JoinedStr):
        text = "".join(v.value if isinstance(v, ast.Constant) else "*" for v in node.values)
    else:
        return ""
    method, _, rest = text.partition(" ")
    found = ADDRESS.fullmatch(rest) if method in METHODS else ADDRESS.match(text.lstrip("*"))
    return found[1] if found else ""


def _method(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        word = node.value.partition(" ")[0]
        return word if word in METHODS else ""
    return ""


def calls(source: str) -> Iterator[tuple[str, str]]:
    """(method, address) of what a test asks for."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            parts: list[ast.expr] = [*node.args, *(k.value for k in node.keywords)]
            called = node.func.attr.upper() if isinstance(node.func, ast.Attribute) else ""
        elif isinstance(node, ast.Tuple | ast.List):
            parts, called = list(node.elts), ""
        else:
            continue
        method = next(filter(None, map(_method, parts)), called if called in METHODS else "GET")
        for part in parts:
            if address := _address(part):
                yield _method(part) or method, address


def _fits(path: str, asked: list[str]) -> int:
    """How many words of an operation's path a call spells out; -1 when it is not that operation."""
    words = path.split("/")
    if len(words) != len(asked):
        return -1
    same = 0
    for word, part in zip(words, asked, strict=True):
        if word == part:
            same += 1
        elif not word.startswith(":"):
            return -1
    return same


def callers(known: Iterable[tuple[str, str]], tests: Path = TESTS) -> dict[tuple[str, str], list[str]]:
    """Which test files call which operation, by (method, blank path)."""
    by_method: dict[str, list[str]] = {}
    for method, path in known:
        by_method.setdefault(method, []).append(path)
    found: dict[tuple[str, str], set[str]] = {}
    for file in sorted(tests.rglob("test_*.py")):
        for method, address in calls(file.read_text()):
            asked = address.rstrip("/").split("/")
            fitting = [(score, path) for path in by_method.get(method, ()) if (score := _fits(path, asked)) >= 0]
            if fitting:
                found.setdefault((method, max(fitting)[1]), set()).add(str(file.relative_to(tests)))
    return {key: sorted(files) for key, files in found.items()}


# -- The document ---------------------------------------------------------------------------------------------------


def document() -> str:
    """The whole text of docs/api-coverage.md."""
    here, listed = served(), operations()
    called = callers({*here, *(o.key for o in listed)})
    tested = {o.key: called[o.key] for o in listed if o.key in called and has_schema(o)}
    lines = [
        "# The client API, operation by operation",
        "",
        "Made by `python tools/api_coverage.py` from [the list](law/mastodon_api.json) and the registered routes; not",
        "to be edited. Tier 1: first screens of common apps. Tier 2: a full client. Tier 3: administration, rare,",
        "deprecated. What is not built answers 404. `test`: one that calls it, in `tests/`; its answer is read whole",
        "by a schema of `tests/api/schemas`, as are all answers in all tests.",
        "",
        "| tier | operations | built | of these tested |",
        "|---|---|---|---|",
    ]
    for tier in (1, 2, 3):
        of_tier = [o for o in listed if o.tier == tier]
        built = [o for o in of_tier if o.key in here]
        lines.append(f"| {tier} | {len(of_tier)} | {len(built)} | {sum(o.key in tested for o in built)} |")
    ms = speeds()
    lines += ["", "Speed: one request at a time on the demo data, by `bench/operations.py`; tiers 1 and 2. Of the",
              f"first tier over {MOST_MS:.0f} ms at the 99th percentile:", "", *(slow() or ["- none"]),
              "", *_differences(here, listed)]
    for group in dict.fromkeys(o.group for o in listed):
        lines += ["", f"## {group}", "", "| operation | tier | scope | built | test | p50 ms | p99 ms |",
                  "|---|---|---|---|---|---|---|"]
        for o in (o for o in listed if o.group == group):
            built = "yes" if o.key in here else "no"
            test = _shown(tested.get(o.key, [])) if o.key in here else ""
            p50, p99 = ms.get(o.name, ("", ""))
            lines.append(f"| `{o.name}` | {o.tier} | {o.scope} | {built} | {test} | {p50} | {p99} |")
    return "\n".join(lines) + "\n"


def _differences(here: dict[tuple[str, str], tuple[str, str]], listed: list[Operation]) -> list[str]:
    lines = ["Other scopes than the list has:", ""]
    lines += [f"- `{o.name}`: {here[o.key][1]} (list: {o.scope}): {OTHER_SCOPES.get(o.name, 'NO REASON GIVEN')}"
              for o in listed if o.key in here and here[o.key][1] != o.scope]
    lines += ["", "Beyond the list:", ""]
    for (method, key), (path, scope) in sorted(here.items(), key=lambda item: (item[1][0], item[0][0])):
        if (method, key) not in {o.key for o in listed}:
            name = f"{method} {path}"
            lines.append(f"- `{name}` ({scope}): {BEYOND.get(name) or BEYOND.get(method) or 'NO REASON GIVEN'}")
    return lines


def _shown(files: list[str]) -> str:
    """The file that was written for it, if there is one."""
    first = next((f for f in files if f == "api/test_tier1.py"), next(iter(files), ""))
    return f"`{first}`" if first else ""


def main() -> int:
    if "--answered" in sys.argv[1:]:
        missing = not_answered(Path(name) for name in sys.argv[2:])
        print("\n".join(["never answered well in a test:", *missing]) if missing else "every operation answered well")
        return 1 if missing else 0
    text = document()
    if "--check" in sys.argv[1:]:
        same = DOCUMENT.exists() and DOCUMENT.read_text() == text
        print("as it should be" if same else "out of date: run python tools/api_coverage.py")
        return 0 if same else 1
    DOCUMENT.write_text(text)
    print(f"{DOCUMENT.relative_to(ROOT)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
