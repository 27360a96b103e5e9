"""Somebody who uses every way in that there is, and has brought in a list."""

from collections.abc import Callable

import pyotp

from petrel.core.doors import reading, writing
from petrel.core.ids import cell_of
from petrel.core.viewer import Member, System
from petrel.features import accounts, archives

TESTS = System("tests")


async def enters(one: Member, marked: Callable[[str], str]) -> str:
    """Is asked for codes, has a passkey with a name, a browser that said what it is, and a list that waits; returns
    what the codes are made from."""
    async with writing(TESTS, cause="tests") as w:
        own = await accounts.open_session(w, one.account, marked("browser"))
    them = Member(one.account, accounts.digest_of(own.token), is_session=True)
    async with reading(them) as r:
        setup = await accounts.codes.propose(r)
    async with writing(them, cause="tests") as w:
        await accounts.codes.enable(w, setup.kept, pyotp.TOTP(setup.secret).now())
        named = await accounts.passkeys.sealed_name(one.account, marked("passkey"))
        key = cell_of(one.account), one.account, 1, b"credential", b"key", 0, named
        await w.execute(accounts.passkeys.ADD, *key)
        w.record("accounts.passkey.added", 1, refs=[one.account])
        await archives.waiting.bring(w, "domain blocks", f"{marked('keptaway')}.example\n".encode())
    return setup.secret
