"""What a restore does with ways in: nothing that was closed opens again, and nobody is let in by less than they asked
for."""

import pyotp
import pytest

from petrel import app
from petrel.core import restrictions
from petrel.core.doors import Doors, reading, writing
from petrel.core.ids import cell_of, new_id
from petrel.core.viewer import Member, System
from petrel.features import accounts

CLI = System("tests")
PASSWORD = "long enough to be one"


async def somebody(handle: str) -> Member:
    hashed = await accounts.hash_password(PASSWORD)
    async with writing(CLI, cause="tests") as w:
        made = await accounts.create(w, accounts.NewAccount(handle), secret_hash=hashed)
        session = await accounts.open_session(w, made.id)
    return Member(made.id, accounts.digest_of(session.token), is_session=True)


async def with_codes(one: Member) -> list[str]:
    async with reading(one) as r:
        setup = await accounts.codes.propose(r)
    async with writing(one, cause="tests") as w:
        return await accounts.codes.enable(w, setup.kept, pyotp.TOTP(setup.secret).now())


async def again(kind: str, subject: int, *refs: int) -> bool:
    app.load_rooms()
    kept = restrictions.Kept(cell_of(subject), 1, 1, 1, 1, kind, subject, None, list(refs))
    async with writing(CLI, cause="restore") as w:
        done = await restrictions.AGAIN[kind](w, kept)
        w.record("accounts.invite.ended", 0)
    return done


async def step_of(handle: str) -> str:
    with pytest.raises(accounts.CodeNeeded) as needed:
        await accounts.sign_in(handle, PASSWORD, cause="tests")
    return needed.value.step


async def test_codes_that_a_backup_does_not_know_leave_the_password_alone_worth_nothing(site: Doors) -> None:
    lost, kept = await somebody("lostcodes"), await somebody("keptcodes")
    await with_codes(kept)
    assert await again("accounts.codes.enabled", lost.account)
    assert not await again("accounts.codes.enabled", kept.account), "these stand in the backup"
    with pytest.raises(accounts.WrongSignIn):
        await accounts.sign_in("lostcodes", PASSWORD, cause="tests")
    assert await step_of("keptcodes")


async def test_recovery_codes_that_were_used_or_given_up_stay_gone(site: Doors) -> None:
    one = await somebody("recovering")
    codes = await with_codes(one)
    assert await again("accounts.recovery.used", one.account, 3)
    with pytest.raises(accounts.WrongCode):
        await accounts.finish(await step_of("recovering"), codes[2], cause="tests")
    assert await accounts.finish(await step_of("recovering"), codes[3], cause="tests")
    assert await again("accounts.recovery.made", one.account)
    with pytest.raises(accounts.WrongCode):
        await accounts.finish(await step_of("recovering"), codes[4], cause="tests")


async def test_a_passkey_that_was_removed_stays_removed(site: Doors) -> None:
    one = await somebody("keyed")
    number = new_id(cell_of(one.account))
    async with writing(one, cause="tests") as w:
        named = await accounts.passkeys.sealed_name(one.account, "blue")
        await w.execute(accounts.passkeys.ADD, cell_of(one.account), one.account, number, b"c", b"k", 0, named)
        w.record("accounts.passkey.added", number, refs=[one.account])
    async with reading(one) as r:
        assert [key.name for key in await accounts.passkeys.own(r)] == ["blue"]
    assert await again("accounts.passkey.removed", number, one.account)
    async with reading(one) as r:
        assert await accounts.passkeys.own(r) == []


async def test_erasing_takes_every_way_in(site: Doors) -> None:
    from petrel.features.accounts import erasing

    one = await somebody("leaving")
    await with_codes(one)
    await erasing.erase(one.account, "")
    async with reading(CLI) as r:
        for table in ("code_app", "recovery_code", "passkey", "token"):
            assert not await r.value(f"select count(*) from accounts.{table} where account = $1", one.account), table
