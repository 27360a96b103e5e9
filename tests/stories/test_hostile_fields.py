"""Every operation with every field of its form set to what no app should send: huge lists, negative limits,
other types.

Generated requests (test_any_input.py) seldom hit the same field with the worst of everything; these do, one by one.
"""

from json import dumps

import pytest
from msgspec import structs

from petrel import app
from petrel.api.http import all_routes
from tests.conftest import loop
from tests.stories.wholesite import WholeSite, join, open_site

app.load_rooms()
app.load_api()
FORM = "application/x-www-form-urlencoded"
NESTED = {"a": {"b": {"c": {"d": [{"e": 1}]}}}}
HOSTILE = {
    "a list of 900": ["1"] * 900,
    "a number below 0": -1,
    "a number that no column holds": 10**30,
    "a fraction": 1.5,
    "an object": NESTED,
    "a list of objects": [NESTED] * 90,
    "a list in a list": [[["x"]]],
    "a very long text": "x" * 200_000,
    "odd letters": "\u202e\ufffd\U000e0001\u0301" * 50,
    "null": None,
    "a boolean": True,
    "an empty list": [],
}
# What ends the token or the account that asks is asked last.
ENDING = ("/oauth/revoke",)


def routes():
    with_form = [route for route in all_routes() if route.form is not None]
    return sorted(with_form, key=lambda route: route.path in ENDING)


def fields_of(route):
    return [f.encode_name for f in structs.fields(route.form) if f.encode_name not in route.names]


@pytest.fixture(scope="module")
def whole(site, addresses) -> WholeSite:
    return loop().run_until_complete(open_site(addresses))


@pytest.fixture(scope="module")
def people(whole):
    """Somebody, and one of the crew with every scope."""
    async def made():
        ann, ben = await join("ann", "ben")
        [owner] = await join("own", scopes=("read", "write", "follow", "push", "admin:read", "admin:write"))
        await whole.sql("update accounts.account set role = 'owner' where id = $1", owner.id)
        return ann, ben, owner

    return loop().run_until_complete(made())


def path_of(route, people):
    _ann, ben, _ = people
    return "/".join(str(ben.id) if part[:1] == ":" else part for part in route.path.split("/"))


def sane(answer, what):
    assert answer.status < 500, (what, answer.status, answer.body[:300])
    if answer.status >= 400:
        assert len(answer.error) >= 8 and "Traceback" not in answer.error, what


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_field_of_any_operation_fails_on(whole, people, kind):
    asked = 0
    for route in routes():
        person = people[2] if "admin" in route.scope else people[0]
        for body in [{name: HOSTILE[kind]} for name in fields_of(route)]:
            answer = loop().run_until_complete(whole.ask(route.method, path_of(route, people), as_=person, json=body))
            sane(answer, (route.name, body.keys(), kind))
            asked += 1
    assert asked > 150


def test_lists_of_10_000_entries_are_refused_in_words(whole, people):
    for route in routes():
        person = people[2] if "admin" in route.scope else people[0]
        for name in fields_of(route)[:3]:
            for body, type_ in (("&".join(f"{name}[]={n}" for n in range(10_000)), FORM),
                                (dumps({name: ["1"] * 10_000}), "application/json")):
                told = loop().run_until_complete(whole.ask(route.method, path_of(route, people), body.encode(),
                                                           as_=person, type=type_))
                sane(told, (route.name, name, type_))
                assert told.status in (400, 401, 403, 404, 413, 422), (route.name, name, told.status)


def test_limits_below_0_are_refused_everywhere(whole, people):
    paged = [route for route in routes() if route.method == "GET" and "limit" in fields_of(route)]
    for route in paged:
        person = people[2] if "admin" in route.scope else people[0]
        told = loop().run_until_complete(whole.ask("GET", path_of(route, people) + "?limit=-1", as_=person))
        assert told.status in (400, 404), (route.name, told.status)
    assert len(paged) > 20
