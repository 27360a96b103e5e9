"""Requests that nobody thought of, over every route: generated from the description of the API, and from nothing.

The one promise that holds for all of them: no answer of 500 and above, and an error that says something.
"""

import json
from contextlib import suppress

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from petrel.api.http import all_routes
from petrel.api.http.openapi import document
from tests.conftest import LONG, loop
from tests.stories.wholesite import WholeSite, join, open_site

BOUNDED = settings(max_examples=8 if LONG else 2, deadline=None, derandomize=True, database=None,
                   suppress_health_check=list(HealthCheck))
KINDS = ("", "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/plain")


@pytest.fixture(scope="module")
def whole(site, addresses) -> WholeSite:
    return loop().run_until_complete(open_site(addresses))


@pytest.fixture(scope="module")
def people(whole):
    return loop().run_until_complete(join("ann", "ben"))


@pytest.fixture(scope="module")
def things(whole, people):
    """Ids of things that are there, so that more is reached than "not found"."""
    async def made():
        ann, ben = people
        asked = [("/api/v1/statuses", {"status": "hello @ben #birds"}), ("/api/v1/lists", {"title": "birds"}),
                 ("/api/v2/filters", {"title": "birds", "context": ["home"]}),
                 ("/api/v1/statuses", {"status": "@ben a word", "visibility": "direct"})]
        answers = [await whole.ask("POST", path, as_=ann, json=fields) for path, fields in asked]
        return [str(ann.id), str(ben.id), *(answer.json["id"] for answer in answers)]

    return loop().run_until_complete(made())


def sane(answer, what):
    assert answer.status < 500, (what, answer.status, answer.body[:300])
    if answer.status >= 400 and what.startswith("/api/"):
        assert answer.error and "Traceback" not in answer.body.decode(), what


def send(whole, person, case, thing):
    """One generated case, as a client library would send it; `thing` stands for the ids in its path, when given."""
    if thing and case.path_parameters:
        case.path_parameters = {name: thing if "id" in name else value for name, value in case.path_parameters.items()}
    kwargs = case.as_transport_kwargs(base_url="http://localhost:8000")
    kwargs["headers"] = {name: value for name, value in dict(kwargs.get("headers") or {}).items()
                         if name.lower() not in ("authorization", "content-length")}
    ready = requests.Request(**{k: v for k, v in kwargs.items() if k in (
        "method", "url", "headers", "params", "data", "json", "files", "cookies")}).prepare()
    body = ready.body.encode() if isinstance(ready.body, str) else ready.body or b""
    headers = {name: value for name, value in ready.headers.items() if name.lower() != "content-length"}
    answer = loop().run_until_complete(whole.ask(ready.method, ready.path_url, body, as_=person, **headers))
    sane(answer, f"{ready.path_url} {ready.method} {body[:200]!r}")
    return answer.status


def described():
    from petrel import app

    app.load_rooms()
    app.load_api()
    raw = document(all_routes(), title="Petrel", version="1", base_url="http://localhost:8000")
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(raw)))
    return [operation.ok() for operation in schema.get_all_operations()]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_route_fails_on_what_its_description_allows_or_forbids(whole, people, things, mode):
    statuses = []
    for operation in described():
        @BOUNDED
        @given(case=operation.as_strategy(generation_mode=mode))
        def try_it(case):
            asked = len(statuses)
            person = people[asked % 2] if asked % 5 else None
            statuses.append(send(whole, person, case, things[asked % len(things)] if asked % 3 else None))

        with suppress(Unsatisfiable):       # nothing can be wrong about a route without parameters
            try_it()
    assert len(statuses) > len(all_routes()) and statuses.count(200) > len(statuses) / 20


@settings(BOUNDED, max_examples=600 if LONG else 120)
@given(data=st.data())
def test_no_route_fails_on_bytes(whole, people, data):
    route = data.draw(st.sampled_from(all_routes()))
    parts = [data.draw(st.sampled_from(["1", "abc", "%00", "%ff", "-1", str(people[0].id), "9" * 30, "..", "%2e%2e"]))
             if part[:1] == ":" else part for part in route.path.split("/")]
    query = data.draw(st.one_of(st.just(""), st.text(alphabet="abid_max=&[]%0f9;+\xff", max_size=40)))
    body = data.draw(st.one_of(st.just(b""), st.binary(max_size=200), st.sampled_from((
        b"{}", b"[]", b"null", b'{"id":[{}]}', b"id[]=1&id=2", b"--b\r\n\r\n\r\n--b--", b'{"id":1e400}'))))
    kind = data.draw(st.sampled_from(KINDS))
    person = data.draw(st.sampled_from([None, *people]))
    target = "/".join(parts) + (f"?{query}" if query else "")
    sane(loop().run_until_complete(whole.ask(route.method, target, body, as_=person, type=kind)), target)
