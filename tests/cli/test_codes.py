"""Codes at the terminal: two of the crew show one as well, and the crew takes them off of who lost everything."""

from types import SimpleNamespace
from typing import Any

from click.testing import CliRunner, Result

from petrel.cli.access import access
from petrel.cli.accounts import accounts as command
from petrel.core import limits
from petrel.core.doors import reading, writing
from petrel.core.viewer import Member, System
from petrel.features import accounts
from tests.conftest import loop
from tests.features.accounts.test_restored import PASSWORD, with_codes


def run(group: Any, *args: str, given: str = "") -> Result:
    wiring: Any = SimpleNamespace(settings=lambda data: limits.current(),
                                  call=lambda now, work, say: loop().run_until_complete(work()))
    return CliRunner().invoke(group, list(args), obj=wiring, input=given)


async def _admin() -> tuple[Member, list[str]]:
    hashed = await accounts.hash_password(PASSWORD)
    async with writing(System("tests"), cause="tests") as w:
        made = await accounts.create(w, accounts.NewAccount("codedadmin", role="admin"), secret_hash=hashed)
        session = await accounts.open_session(w, made.id)
    member = Member(made.id, accounts.digest_of(session.token), is_session=True)
    return member, await with_codes(member)


def test_a_code_is_asked_for_and_taken_off(site):
    member, codes = loop().run_until_complete(_admin())
    ask = ("ask", "surface.open", "surface=home", "--reason", "the probe was wrong", "--as", "codedadmin")
    assert run(access, *ask, given=f"{PASSWORD}\n").exit_code != 0, "the password alone"
    assert run(access, *ask, given=f"{PASSWORD}\n{codes[0]}\n").exit_code == 0
    assert run(access, *ask, given=f"{PASSWORD}\n{codes[0]}\n").exit_code != 0, "a code counts once"

    off = run(command, "codes-off", "@codedadmin")
    assert off.exit_code == 0 and "signs in with the password alone" in off.output, off.output
    assert "is asked for no codes" in run(command, "codes-off", "codedadmin").output
    assert run(access, *ask, given=f"{PASSWORD}\n").exit_code == 0

    async def ended() -> Any:
        async with reading(System("tests")) as r:
            return await r.value("select count(*) from accounts.token where account = $1 and kind = 'session' "
                                 "and revoked_at is null", member.account)

    assert loop().run_until_complete(ended()) == 0, "whoever was in has to come in again"
