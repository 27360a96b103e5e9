"""The leak drill asks every route for every id, wherever the id goes; and sees what comes back."""

import pytest
from msgspec import Struct

from drills.leak.cast import Mark, Viewer
from drills.leak.looking import Looker
from petrel import app
from petrel.api.http import all_routes
from petrel.api.http.forms import Id
from petrel.api.http.routes import Routes
from petrel.ops.drills import Answer
from petrel.ops.stranger.asking import Question, of_route
from petrel.ops.stranger.looking import comparable

OWN = {"list": 11, "filter": 12, "keyword": 13, "post": 14, "account": 15}
NUMBER = 117651674011206599


@pytest.fixture(scope="module")
def routes():
    app.load_rooms()
    app.load_api()
    return all_routes()


def test_every_route_is_asked_and_those_with_an_id_for_that_id(routes):
    for route in routes:
        asked = list(of_route(route, [NUMBER], OWN, ["alice"]))
        assert asked, route.path
        paths = [name for name in route.names if name != "name"]
        for name in paths:
            wanted = route.path.replace(f":{name}", str(NUMBER)).split(":")[0]
            assert any(q.target.startswith(wanted) and q.names for q in asked), (route.path, name)


def test_ids_go_into_paths_queries_lists_and_groups():
    class Group(Struct, frozen=True, kw_only=True):
        id: Id

    class Form(Struct, frozen=True, kw_only=True):
        list_id: Id
        max_id: Id | None = None
        account_ids: list[Id] = []
        keywords_attributes: list[Group] = []
        title: str = ""

    made = Routes()

    @made.route("GET POST", "/api/v1/lists/:list_id", scope="public", surface="none", why_no_surface="a toy")
    async def toy(call, form: Form) -> None: ...

    get, post = [list(of_route(r, [7], OWN, [])) for r in made.all()]
    assert {q.target for q in get} >= {"/api/v1/lists/7?title=t", "/api/v1/lists/11?title=t&account_ids%5B%5D=7",
                                      "/api/v1/lists/11?title=t&max_id=7"}
    assert any(q.target == "/api/v1/lists/11" and b'"keywords_attributes": [{"id": "7"}]' in q.body for q in post)
    assert [q.names for q in get if "max_id" in q.target] == [False]


class Parrot:
    """A site that answers everybody the same."""

    def __init__(self, answer):
        self.answer = answer

    async def ask(self, method, target, **rest):
        return self.answer(target) if callable(self.answer) else self.answer


SECRET = Mark("zqsecret", "private message", ("alice", "bob"), frozenset({"narrow"}))
CONTROL = Mark("zqcontrol", "control", ("erin",))


async def looked(answer, *ids, viewer="carol", hidden=(7,)):
    look = Looker(Parrot(answer), [SECRET], CONTROL, (1, 2))
    questions = [Question("GET /thing", "GET", f"/thing/{n}", n) for n in ids]
    await look.ask_all(Viewer(viewer, "a stranger"), questions, frozenset(hidden))
    return look.found


def reply(body=b"", status=200, *headers):
    return Answer(status, tuple(headers), body)


async def test_a_mark_in_a_body_or_a_header_is_a_leak():
    for answer in (reply(b"..zqSECRET.."), reply(b"", 404, (b"x-hint", b"zqsecret"))):
        found = await looked(answer, 7)
        assert [leak.harm for leak in found.leaks] == ["private message readable by a stranger"]
    assert (await looked(reply(b"zqsecret"), 7, viewer="narrow")).leaks == []
    assert (await looked(reply(b"zqcontrol"), 7)).control_seen == 1


async def test_what_was_asked_for_may_come_back():
    look = Looker(Parrot(reply(b"nothing for zqsecret")), [SECRET], CONTROL, (1, 2))
    await look.ask_all(Viewer("carol", "a stranger"), [Question("search", "GET", "/search?q=zqsecret")], frozenset())
    assert look.found.leaks == []


async def test_hidden_must_be_answered_like_never_existing():
    def alike(target):
        return reply(b"no " + target.encode(), 404, (b"date", target.encode()), (b"X-Request-Id", b"r"))

    same = await looked(alike, 1, 2, 7)
    assert (same.told_apart, same.compared) == ([], 1)
    by_status = await looked(lambda t: reply(b"", 403 if t == "/thing/7" else 404), 1, 2, 7)
    by_header = await looked(lambda t: reply(b"", 404, (b"etag", b"7") if t == "/thing/7" else (b"a", b"b")), 1, 2, 7)
    assert len(by_status.told_apart) == len(by_header.told_apart) == 1
    assert "that 7 exists" in by_status.told_apart[0]


async def test_two_that_never_existed_must_look_alike_too():
    found = await looked(lambda t: reply(t.encode() * (2 if t == "/thing/1" else 1), 404), 1, 2, 7)
    assert "two ids that nobody had" in found.told_apart[0]


def test_the_id_itself_and_what_is_drawn_anew_are_left_out():
    one = reply(b'<input name="csrf" value="abc"> post 71', 404, (b"content-length", b"40"))
    other = reply(b'<input name="csrf" value="defg"> post 8', 404, (b"content-length", b"41"))
    assert comparable(one, 71) == comparable(other, 8)
