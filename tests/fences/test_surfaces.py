"""Every door is registered to a surface of the law: routes, pages, templates, followers and tasks of the journal, what
is sent out of the building, what an export holds. source: visibility.md section 12, property 12.

The fence looks at the real application, as it answers requests, and at the files; what it finds there must be on the
lists. A handler that is mounted past a list is found as well.
"""

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from petrel import app
from petrel.api.http import Gate, HttpSettings, Limits
from petrel.api.http import routes as api_routes
from petrel.api.live import topics
from petrel.core import journal, surfaces
from petrel.core.surfaces import Kind, check
from petrel.features.mail import letters
from petrel.settings import Settings
from petrel.web import routes as web_routes
from petrel.web import sheets
from tests.fences.house import ROOT, name_of, parsed, plant, python_files

# The files whose functions speak ASGI themselves; whatever else does would answer requests past every list.
SPEAK_ASGI = {"petrel/api/http/asgi.py", "petrel/api/http/pages.py"}


def wrong_doors(doors: Iterable[tuple[Kind, str, str, str]]) -> list[str]:
    """(kind, door, surface, why none) of those that `surfaces.check` refuses."""
    found = []
    for one in doors:
        try:
            check(*one)
        except ValueError as e:
            found.append(str(e))
    return found


def all_doors() -> list[tuple[Kind, str, str, str]]:
    """Everything that is on a list, as it is registered."""
    app.load_api()
    app.load_rooms()
    doors = [(Kind.ROUTE, f"{r.method} {r.path}", r.surface, r.why_no_surface) for r in api_routes.all_routes()]
    doors += [(Kind.PAGE, f"{a.method} {a.path}", a.surface, a.why_none) for a in web_routes.ADDRESSES]
    doors += [(Kind.TEMPLATE, name, *on) for name, on in sheets.SHEETS.items()]
    doors += [(Kind.TOPIC, one.name, "strm", "") for one in topics.KINDS.values()]
    doors += [(Kind.FOLLOWER, f.name, f.surface, f.why_none) for f in journal.FOLLOWERS.values()]
    doors += [(Kind.PUSH, name, *on) for name, on in surfaces.OUTWARD.items()]
    doors += [(Kind.MAIL, one.name, one.surface, one.why_none) for one in map(letters.template, letters.names())]
    doors += [(Kind.EXPORT, name, *on) for name, on in surfaces.EXPORTED.items()]
    return doors


def past_the_registry(gate: Gate, registered: set[str]) -> list[str]:
    """Addresses that this gate answers and nobody registered, and whatever could answer without an address.

    `registered`: "GET /path" of every route, page and file.
    """
    found = [f"{r.method} {r.path}" for r in gate.routes if f"{r.method} {r.path}" not in registered]
    if type(gate) is not Gate:
        found.append(f"{type(gate).__name__} in place of the gate")
    pages = gate._pages
    if not isinstance(pages, Starlette):
        return [*found, f"{pages!r} in place of the pages"]
    found += [f"middleware {one!r}" for one in pages.user_middleware]
    for route in pages.router.routes:
        if type(route) is Route:
            answered = {f"{method} {route.path}" for method in (route.methods or {"any method"}) - {"HEAD"}}
            found += sorted(answered - registered)
        else:
            found.append(f"{type(route).__name__} {getattr(route, 'path', '')}")
    return found


def registered() -> set[str]:
    app.load_api()
    return ({f"{r.method} {r.path}" for r in api_routes.all_routes()}
            | {f"{a.method} {a.path}" for a in web_routes.ADDRESSES} | {f"GET {path}" for path in web_routes.FILES})


def unregistered_files(root: Path, known_sheets: set[str], outward: set[str], exported: set[str]) -> list[str]:
    """Templates on no list; modules that send something out, speak ASGI or write templates of mail, and are on no
    list; functions of the database that give an export its rows, and are on no list."""
    folders = sorted(p for p in (root / "petrel").rglob("templates") if p.is_dir())
    files = sorted(p for folder in folders for p in folder.rglob("*") if p.is_file())
    mail = root / "petrel/features/mail/templates"
    found = [f"template {name_of(root, p)}" for p in files
             if not (_names_its_surface(p) if p.parent == mail else
                     (mail / p.name).is_file() if p.parent.parent == mail and p.parent.name in letters.LANGUAGES else
                     p.parent == root / "petrel/web/templates" and p.name in known_sheets)]
    for path in python_files(root, "petrel"):
        name, tree = name_of(root, path), parsed(path)
        if name not in SPEAK_ASGI and any(_speaks_asgi(node) for node in ast.walk(tree)):
            found.append(f"{name} answers requests by itself")
        if _sends_out(tree) and not name.startswith("petrel/outside/") and name not in outward:
            found.append(f"{name} sends something out of the building")
    for path in sorted((root / "petrel").rglob("*.sql")):
        for made in re.findall(r"function\s+(privacy\.export_\w+)", path.read_text()):
            if made not in exported:
                found.append(f"{made} in {name_of(root, path)}")
    return found


def _names_its_surface(mail: Path) -> bool:
    """A template of mail says in its head where it shows posts; without it is not loaded."""
    try:
        letters.parse(mail.stem, mail.read_text())
    except ValueError:
        return False
    return True


def _speaks_asgi(node: ast.AST) -> bool:
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    names = [argument.arg for argument in node.args.args if argument.arg != "self"]
    return names[:3] == ["scope", "receive", "send"]


def _sends_out(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{a.name}" for a in node.names]
        if any(name.startswith("petrel.outside") for name in names):
            return True
    return False


@pytest.fixture
def gate(site: Any, loop_of_tests: Any, tmp_path: Path) -> Gate:
    app.load_api()
    return loop_of_tests.run_until_complete(app.web_app(Settings(data=str(tmp_path)), Limits(on=False)))


@pytest.fixture
def loop_of_tests() -> Any:
    from tests.conftest import loop

    return loop()


def test_all_that_is_registered_names_a_surface_of_the_law() -> None:
    doors = all_doors()
    assert wrong_doors(doors) == []
    assert len(doors) > 200


def test_the_surfaces_are_those_of_the_law_in_its_order() -> None:
    text = (ROOT / "docs/law/visibility.md").read_text()
    assert list(surfaces.SURFACES) == re.search(r"^\| viewer (\| link .*)$", text, re.M)[1].replace("|", " ").split()


def test_every_surface_has_a_door() -> None:
    with_doors = {name for kind, _, on, _ in all_doors() if kind != Kind.FOLLOWER for name in on.split()}
    assert set(surfaces.SURFACES) <= with_doors


def test_the_running_application_answers_at_registered_addresses_only(gate: Gate) -> None:
    assert past_the_registry(gate, registered()) == []


def test_no_file_shows_something_past_the_lists() -> None:
    assert unregistered_files(ROOT, set(sheets.SHEETS), set(surfaces.OUTWARD), set(surfaces.EXPORTED)) == []
    there = {p.name for p in (ROOT / "petrel/web/templates").iterdir()}
    assert there == set(sheets.SHEETS), "a template that is gone stays on the list"


async def _answer(*_: object) -> None: ...


@pytest.mark.parametrize("surface, why, said", [
    ("", "", "names no surface"), ("none", "", "needs the reason"), ("feed", "", "there is no surface"),
    ("api feed", "", "there is no surface"),
])
def test_a_door_without_a_surface_cannot_be_registered(surface: str, why: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        api_routes.Routes().route("GET", "/api/v1/new", scope="public", surface=surface, why_no_surface=why)
    with pytest.raises(ValueError, match=said):
        web_routes.Address("/new", "GET", _answer, surface, why)
    with pytest.raises(ValueError, match=said):
        journal.follow("new", "posts.post.created", surface=surface, why_none=why)
    with pytest.raises(ValueError, match=said):
        journal.task("new", surface=surface, why_none=why)


def test_a_follower_feeds_no_surface_that_is_asked_by_id() -> None:
    with pytest.raises(ValueError, match="no doors of this kind"):
        journal.follow("new", "posts.post.created", surface="api")


@pytest.mark.parametrize("how, said", [
    ("page", "GET /hidden"), ("mount", "Mount /hidden"), ("method", "POST /public"),
    ("middleware", "middleware"), ("route", "GET /api/v1/hidden"), ("pages", "in place of the pages"),
])
async def test_a_handler_mounted_past_the_lists_is_found(site: Any, tmp_path: Path, how: str, said: str) -> None:
    whole = await app.web_app(Settings(data=str(tmp_path)), Limits(on=False))
    pages: Any = whole._pages
    own = api_routes.Routes()
    answer = PlainTextResponse("seen")
    if how == "page":
        pages.add_route("/hidden", lambda request: answer)
    elif how == "mount":
        pages.router.routes.append(Mount("/hidden", app=answer))
    elif how == "method":
        pages.router.routes.insert(0, Route("/public", lambda request: answer, methods=["POST"]))
    elif how == "middleware":
        pages.add_middleware(_Wrapped)
    elif how == "route":
        own.route("GET", "/api/v1/hidden", scope="public", surface="api")(_endpoint)
    else:
        pages = answer
    planted = Gate(HttpSettings(), lambda digest: None, routes=[*whole.routes, *own.all()], pages=pages)
    assert [one for one in past_the_registry(planted, registered()) if said in one]


class _Wrapped:
    def __init__(self, inner: Any) -> None:
        self.inner = inner


async def _endpoint(call: Any) -> None: ...


@pytest.mark.parametrize("path, text, said", [
    ("petrel/web/templates/new.html", "{{ post.html }}", "template petrel/web/templates/new.html"),
    ("petrel/features/mail/templates/new.txt", "subject: x\ntopic: needed\nuseful_s: 1\n---\n{{ post }}",
     "template petrel/features/mail/templates/new.txt"),
    ("petrel/features/mail/templates/de/new.txt", "subject: x\n---\n{{ post }}",
     "template petrel/features/mail/templates/de/new.txt"),
    ("petrel/outside/templates/digest.txt", "{{ post.text }}", "template petrel/outside/templates/digest.txt"),
    ("petrel/features/mail/jobs.py", "from petrel.outside import mail\n", "sends something out"),
    ("petrel/features/push/jobs.py", "import petrel.outside.push\n", "sends something out"),
    ("petrel/api/raw.py", "async def app(scope, receive, send): ...\n", "answers requests by itself"),
    ("petrel/features/privacy/functions.sql", "create function privacy.export_posts(p_system text) ...",
     "privacy.export_posts"),
])
def test_a_file_past_the_lists_is_found(tmp_path: Path, path: str, text: str, said: str) -> None:
    plant(tmp_path, path, text)
    assert [one for one in unregistered_files(tmp_path, set(sheets.SHEETS), set(), set()) if said in one]
