"""A flag for one account: at once, until a day, gone with the account; and as OpenFeature asks for it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from petrel.core import flags
from petrel.core.doors import reading, writing
from petrel.core.errors import Invalid
from petrel.core.ids import cell_of
from petrel.features import accounts
from petrel.ops import changes
from petrel.ops.changes import jobs
from petrel.ops.changes.erasing import erase
from petrel.storage.pools import Addresses
from tests.conftest import loop
from tests.crew import as_owner
from tests.ops.changes.test_changes import FLAG, WHO, act, now_of

pytestmark = pytest.mark.usefixtures("site", "alone")
SOON = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()


@pytest.fixture
def alone(addresses: Addresses) -> Iterator[None]:
    yield
    loop().run_until_complete(as_owner(addresses, "truncate ops.flag_account, ops.exposure, ops.change"))
    flags.install_own({})


async def somebody(handle: str) -> int:
    async with writing(WHO, cause="tests") as w:
        return (await accounts.create_many(w, [accounts.NewAccount(handle=handle)]))[0]


async def given(handle: str, **what: str) -> changes.Change:
    async with writing(WHO, cause="tests") as w:
        one, _ = await changes.plan(w, "flag-for", {"flag": FLAG, "account": f"@{handle}", **what}, "she tries it out")
    await act(changes.start, one.id)
    return await now_of(one)


async def has(account: int) -> bool:
    await changes.hear()
    return flags.PACKED_ANSWERS.is_on(account)


async def test_one_has_it_and_nobody_else_until_the_day_or_until_it_is_undone() -> None:
    ann, bob = await somebody("flagann"), await somebody("flagbob")
    one = await given("flagann", to="off", until=SOON)
    assert one.visiting == (cell_of(ann),)
    assert (await has(ann), await has(bob), flags.PACKED_ANSWERS.is_on(None)) == (False, True, True)
    async with reading(WHO) as r:
        assert [f.accounts for f in await changes.flags_now(r) if f.name == FLAG] == [1]
    await act(changes.undo, one, "seen enough")
    assert await has(ann)


async def test_its_day_comes_by_itself(addresses: Addresses) -> None:
    ann = await somebody("flagday")
    await given("flagday", to="off", until=SOON)
    assert not await has(ann)
    await as_owner(addresses, "update ops.flag_account set until = current_date - 1")
    assert await has(ann)
    await jobs.forget()
    assert not await as_owner(addresses, "select from ops.flag_account")


async def test_it_goes_with_the_account_and_nothing_names_it_then(addresses: Addresses) -> None:
    ann = await somebody("flaggone")
    one = await given("flaggone", to="off", until=SOON)
    await erase(ann, "")
    assert await has(ann) and "account" not in (await now_of(one)).what
    await act(changes.undo, await now_of(one), "it is nobody's now")
    assert not await as_owner(addresses, f"select from ops.change where concat(what, inverse) ~ '{ann}'")


@pytest.mark.parametrize("what", [
    {"to": "off"}, {"to": "off", "until": "tomorrow"}, {"to": "off", "until": "2020-01-01"},
    {"to": "off", "until": "2999-01-01"}, {"to": "perhaps", "until": SOON}, {"to": "as others"},
    {"to": "off", "until": SOON, "account": "@nobody-here"}, {"to": "off", "until": SOON, "flag": "none"}])
async def test_what_makes_no_sense_is_refused(what: dict[str, str]) -> None:
    await somebody("flagwho") if what == {"to": "off"} else None
    with pytest.raises(Invalid):
        await given("flagwho", **what)


async def test_openfeature_asks_the_same() -> None:
    api = pytest.importorskip("openfeature.api")
    from openfeature.evaluation_context import EvaluationContext

    from petrel.ops.changes.openfeature import Flags

    ann = await somebody("flagopen")
    await given("flagopen", to="off", until=SOON)
    assert not await has(ann)
    api.set_provider(Flags())
    client = api.get_client()
    assert client.get_boolean_value(FLAG, True, EvaluationContext(str(ann))) is False
    assert client.get_boolean_value(FLAG, False) is True
    assert client.get_boolean_details("none-such", True).error_code.name == "FLAG_NOT_FOUND"
    assert client.get_boolean_details(FLAG, False, EvaluationContext("@ann")).error_code.name == "INVALID_CONTEXT"
    assert client.get_string_details(FLAG, "x").error_code.name == "TYPE_MISMATCH"
