"""docs/api-coverage.md says what is built; it is made from the routes, and the routes keep to the list."""

import json
import sys
from pathlib import Path

import pytest

from tests.api import schemas

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import api_coverage as coverage

LISTED = coverage.operations()


def test_the_document_is_what_the_routes_and_the_tests_say() -> None:
    there = coverage.DOCUMENT.read_text().splitlines()
    assert [line for line in coverage.document().splitlines() if line not in there] == [], (
        "run python tools/api_coverage.py and keep what it writes")
    assert coverage.DOCUMENT.read_text() == coverage.document()


def test_scopes_are_the_lists_or_have_a_reason() -> None:
    here = coverage.served()
    other = {o.name for o in LISTED if o.key in here and here[o.key][1] != o.scope}
    assert other == set(coverage.OTHER_SCOPES)


def test_what_is_beyond_the_list_has_a_reason() -> None:
    assert "NO REASON GIVEN" not in coverage.document()


def test_the_first_tier_is_built() -> None:
    here = coverage.served()
    missing = [o.name for o in LISTED if o.tier == 1 and o.key not in here]
    assert missing == []


def test_every_operation_that_is_built_is_called_by_a_test() -> None:
    here = coverage.served()
    called = coverage.callers(o.key for o in LISTED)
    assert [o.name for o in LISTED if o.key in here and o.key not in called] == []


def test_every_operation_that_is_built_has_a_schema_and_every_schema_an_operation() -> None:
    here = {schemas.key(f"{method} {path}") for (method, _), (path, _) in coverage.served().items()}
    pages = {f"{method} {path}" for method, path in coverage._pages()}
    assert sorted(here - pages - schemas.answers().keys()) == []
    assert sorted(schemas.answers().keys() - here) == []


def test_what_no_run_of_the_tests_got_a_good_answer_of_is_told(tmp_path: Path) -> None:
    here = coverage.served()
    well = [schemas.key(o.name) for o in LISTED if o.key in here]
    (tmp_path / "one").write_text(json.dumps(well[:9]))
    (tmp_path / "two").write_text(json.dumps(well[10:]))
    [missing] = coverage.not_answered([tmp_path / "one", tmp_path / "two"])
    assert schemas.key(missing) == well[9]


@pytest.mark.parametrize(("written", "found"), [
    ('api("POST", f"/api/v1/statuses/{n}/favourite?x=1", token=t)', ("POST", "/api/v1/statuses/*/favourite")),
    ('await listed(api, token, "/api/v1/timelines/home")', ("GET", "/api/v1/timelines/home")),
    ('ann.delete("/api/v1/lists/1")', ("DELETE", "/api/v1/lists/1")),
    ('CASES = [("PUT", "/api/v1/lists/1")]', ("PUT", "/api/v1/lists/1")),
    ('covers("GET /oauth/authorize")', ("GET", "/oauth/authorize")),
    ('requests.get(f"{site}/nodeinfo/2.0")', ("GET", "/nodeinfo/2.0")),
])
def test_calls_are_read_off_the_tests(written: str, found: tuple[str, str]) -> None:
    assert list(coverage.calls(written)) == [found]


def test_a_word_is_taken_for_a_name_only_when_no_operation_has_the_word(tmp_path: Path) -> None:
    known = [("GET", "/api/v1/accounts/:"), ("GET", "/api/v1/accounts/lookup"), ("POST", "/api/v1/statuses/:/pin")]
    (tmp_path / "test_it.py").write_text('api("GET", "/api/v1/accounts/lookup?acct=a")\n'
                                         'api("POST", f"/api/v1/statuses/1/{verb}")\n')
    assert coverage.callers(known, tmp_path) == {("GET", "/api/v1/accounts/lookup"): ["test_it.py"]}
