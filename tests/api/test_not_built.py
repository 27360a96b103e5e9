"""What is not built answers 404 (405 where another method of the address is), never an empty list that pretends."""

import sys
from pathlib import Path
from typing import Any

import pytest

from petrel import app
from tests.people import signed_in

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import api_coverage

app.load_api()  # before the gate of the `api` fixture is made
HERE = api_coverage.served()
MISSING = [o for o in api_coverage.operations() if o.key not in HERE]
ADDRESSES = {o.path for o in api_coverage.operations() if o.key in HERE}


async def test_what_is_not_built_is_not_found(api: Any, site: Any) -> None:
    [(_, token)] = await signed_in("asker")
    wrong = []
    for operation in MISSING:
        target = "/".join("1" if part.startswith(":") else part for part in operation.path.split("/"))
        answer = await api(operation.method, target, token=token)
        if answer.status != (405 if operation.path in ADDRESSES else 404):
            wrong.append((operation.name, answer.status, answer.body[:80]))
    assert wrong == []


@pytest.mark.parametrize("target", ["/api/v1/peers/search", "/api/v9/instance", "/api/v1/trends/nothing"])
async def test_to_anybody_it_is_the_same(api: Any, site: Any, target: str) -> None:
    assert (await api("GET", target)).status == 404
