"""`petrel access` as the crew meets it: each proves who they are by password, nobody by a flag."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from petrel.cli.access import access
from petrel.core.doors import writing
from petrel.core.errors import PetrelError
from petrel.core.viewer import System
from petrel.features import accounts
from tests.conftest import loop
from tests.crew import as_owner

PASSWORDS = {"ann": "correct horse", "bob": "battery staple"}


@pytest.fixture(scope="module")
def crew(site, addresses) -> None:
    async def make() -> None:
        for handle, password in PASSWORDS.items():
            hashed = await accounts.hash_password(password)
            async with writing(System("t"), cause="t") as w:
                await accounts.create(w, accounts.NewAccount(handle=handle, role="admin"), secret_hash=hashed)

    loop().run_until_complete(make())


def run(*args: str, password: str = "") -> Result:
    wiring: Any = SimpleNamespace(settings=lambda data: None,
                                  call=lambda now, work, say: loop().run_until_complete(work()))
    return CliRunner().invoke(access, list(args), obj=wiring, input=password + "\n")


def as_json(*args: str, password: str = "") -> Any:
    result = run(*args, "--json", password=password)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return json.loads(result.stdout)


def ask(handle: str = "ann") -> Any:
    return as_json("ask", "surface.open", "surface=home", "--reason", "the probe was wrong", "--as", f"@{handle}",
                   password=PASSWORDS[handle])


def test_one_asks_the_other_approves(crew):
    one = ask()
    assert one["state"] == "asked" and one["asker"] == "ann" and one["what"] == {"surface": "home"}
    told = run("show", one["id"]).stdout
    assert f"petrel access approve {one['id']} --as THEIR-HANDLE" in told and "the probe was wrong" in told
    assert one["id"] in run("list").stdout
    done = as_json("approve", one["id"], "--as", "bob", password=PASSWORDS["bob"])
    assert done["state"] == "approved" and done["approver"] == "bob"
    assert f"--request {one['id']}" in run("show", one["id"]).stdout
    assert as_json("refuse", one["id"], "--as", "bob", password=PASSWORDS["bob"])["state"] == "refused"
    assert one["id"] not in run("list").stdout and one["id"] in run("list", "--all").stdout


@pytest.mark.parametrize(("args", "password", "says"), [
    (("approve", "{0}", "--as", "ann"), "correct horse", "petrel access approve {0} --as"),
    (("approve", "{0}", "--as", "bob"), "correct horse", "do not fit"),
    (("approve", "{0}", "--as", "nobody"), "correct horse", "do not fit"),
    (("approve", "{0}", "--as", "bob"), "", "do not fit"),
    (("approve", "4711", "--as", "bob"), "battery staple", "petrel access list"),
    (("ask", "nothing", "--reason", "a reason", "--as", "bob"), "battery staple", "Known are"),
])
def test_what_is_refused_says_what_to_do(crew, args, password, says):
    number = ask()["id"]
    result = run(*(arg.format(number) for arg in args), password=password)
    assert isinstance(result.exception, PetrelError) and says.format(number) in result.exception.message


def test_a_person_stays_signed_in_nowhere(crew, addresses):
    ask()
    open_now = loop().run_until_complete(as_owner(
        addresses, "select id from accounts.token where revoked_at is null and kind = 'session'"))
    assert open_now == []


def test_kinds_are_told(crew):
    assert "surface=..." in run("kinds").stdout
