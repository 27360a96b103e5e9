"""One-time codes as a second step after the password, and ten codes for when the device that makes them is lost.

The secret is sealed; a code is taken once; recovery codes are kept as keyed digests and used up. What is being set up
stands on the page alone until its first code was right. source: RFC 6238 (30 s, SHA-1, six digits: what apps know).
"""

import hmac
import secrets
from datetime import datetime

from msgspec import Struct

from petrel.core import clock, limits, seal
from petrel.core.doors import Reader, Row, Writer
from petrel.core.errors import Conflict, Invalid, NotFound, Unauthenticated
from petrel.core.ids import cell_of
from petrel.core.viewer import System
from petrel.features.accounts import reads, sealing, steps, tokens
from petrel.features.accounts.commands import must_be_fresh

STEP_S = 30
AROUND = (0, -1, 1)                 # clocks of devices differ: RFC 6238 section 5.2
RECOVERY_CODES = 10
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"      # none that look alike
RECOVERY_LETTERS = 10                            # 49 bits
LONGEST = 40

OWN = "select made_at, recovery_left from accounts.own_codes($1)"
ADD = """
insert into accounts.code_app (cell, account, sealed_secret, last_step) values ($1, $2, $3, $4)
on conflict do nothing
"""
TAKE = """
update accounts.code_app set last_step = $3 where cell = $1 and account = $2 and last_step < $3 returning account
"""
USE = """
update accounts.recovery_code set used_at = now()
 where cell = $1 and account = $2 and digest = $3 and used_at is null returning place
"""
REMOVE = "delete from accounts.code_app where cell = $1 and account = $2"
FORGET = "delete from accounts.recovery_code where cell = $1 and account = $2"
PUT = """
insert into accounts.recovery_code (cell, account, place, digest)
select $1, $2, place, digest from unnest($3::bytea[]) with ordinality d(digest, place)
"""


class Standing(Struct, frozen=True):
    """How codes stand for the viewer. `since` None: they are not asked for."""

    since: datetime | None = None
    recovery_left: int = 0


class Setup(Struct, frozen=True):
    """What an app for codes is told. `kept` comes back with its first code."""

    address: str
    secret: str
    kept: str


class WrongCode(Invalid):
    """is not one that counts now"""

    def __init__(self) -> None:
        super().__init__("code", "is not one that counts now")


async def standing(r: Reader) -> Standing:
    """For the viewer's own session; nothing for apps."""
    row = await r.row(OWN, r.digest)
    return Standing(row["made_at"], row["recovery_left"]) if row else Standing()


async def propose(r: Reader) -> Setup:
    """A new secret, which counts once `enable` was shown a code made from it. Errors: Unauthenticated."""
    import pyotp

    own = await reads.own(r)
    secret = pyotp.random_base32()
    return await _setup(own.account.id, own.account.handle, secret)


async def again(r: Reader, kept: str) -> Setup:
    """The same setup once more, after a code that was wrong. Errors: StepEnded, Unauthenticated."""
    own = await reads.own(r)
    proposal = await _proposal(kept, own.account.id)
    return await _setup(own.account.id, own.account.handle, proposal.secret)


async def _setup(account: int, handle: str, secret: str) -> Setup:
    import pyotp

    here = limits.current()
    address = pyotp.TOTP(secret).provisioning_uri(name=f"{handle}@{here.domain}", issuer_name=here.site_name)
    return Setup(address, secret, await steps.keep(steps.Proposal(account, steps.until(steps.PROPOSAL_S), secret)))


async def _proposal(kept: str, account: int) -> steps.Proposal:
    found: steps.Proposal = await steps.opened(kept, steps.Proposal)
    if found.account != account:
        raise steps.StepEnded
    return found


async def enable(w: Writer, kept: str, code: str) -> list[str]:
    """From now on codes are asked for; the recovery codes, which are told this once.

    Errors: NotFresh, StepEnded, WrongCode, Conflict (they are on already).
    """
    me = _me(w)
    await must_be_fresh(w)
    proposal = await _proposal(kept, me)
    step = step_of(proposal.secret, code, 0)
    if step is None:
        raise WrongCode
    sealed = await sealing.seal_text(me, proposal.secret.encode())
    if not await w.execute(ADD, cell_of(me), me, sealed, step):
        raise Conflict("Codes are asked for already; take them off before you set up another app")
    made = await _put_recovery(w, me)

    w.record("accounts.codes.enabled", me)
    w.record("accounts.recovery.made", me)
    return made


async def disable(w: Writer) -> None:
    """Codes are not asked for any more. Twice is as once. Errors: NotFresh."""
    me = _me(w)
    await must_be_fresh(w)
    await _remove(w, me)


async def renew(w: Writer) -> list[str]:
    """Ten new recovery codes; the old ones end. Errors: NotFresh, NotFound (codes are off)."""
    me = _me(w)
    await must_be_fresh(w)
    if (await standing(w)).since is None:
        raise NotFound
    made = await _put_recovery(w, me)
    w.record("accounts.recovery.made", me)
    return made


async def take_off(w: Writer, account: int) -> bool:
    """For the crew: for somebody who lost the device and the codes. Every way in ends, so that whoever asked in
    somebody's name is no further than the password. False when there were none."""
    if not isinstance(w.viewer, System):
        raise NotFound
    if not await _remove(w, account):
        return False
    await tokens.revoke_all(w, account, even_own=True)
    return True


async def _remove(w: Writer, account: int) -> bool:
    gone = await w.execute(REMOVE, cell_of(account), account)
    await w.execute(FORGET, cell_of(account), account)
    if gone:
        w.record("accounts.codes.disabled", account)
    return bool(gone)


async def take(w: Writer, found: Row, code: str) -> None:
    """Uses up a code, or a recovery code, of the account of `rows.secrets_of`. Errors: WrongCode."""
    account = found["account"]
    typed = code.strip()[:LONGEST].replace(" ", "")
    if typed.isascii() and typed.isdigit() and len(typed) == 6:
        key = await sealing.key_of(account)
        secret = seal.open_sealed(key, account, found["sealed_secret"]).decode()
        step = step_of(secret, typed, found["last_step"])
        if step is None or not await w.change(TAKE, cell_of(account), account, step):
            raise WrongCode
        return
    used = await w.change(USE, cell_of(account), account, await _digest(account, typed))
    if not used:
        raise WrongCode
    w.record("accounts.recovery.used", account, actor=account, refs=[used[0]["place"]])


def step_of(secret: str, code: str, after: int) -> int | None:
    """The half minute that this code is of, near to now and later than `after`; None for none."""
    import pyotp

    typed = code.strip().replace(" ", "")
    now = int(clock.now_ms() // 1000 // STEP_S)
    maker = pyotp.TOTP(secret)
    fitting = [now + around for around in AROUND
               if hmac.compare_digest(maker.generate_otp(now + around).encode(), typed.encode())]
    return next((step for step in fitting if step > after), None)


async def _put_recovery(w: Writer, account: int) -> list[str]:
    made = ["".join(secrets.choice(LETTERS) for _ in range(RECOVERY_LETTERS)) for _ in range(RECOVERY_CODES)]
    await w.execute(FORGET, cell_of(account), account)
    await w.execute(PUT, cell_of(account), account, [await _digest(account, one) for one in made])
    return [f"{one[:5]}-{one[5:]}" for one in made]


async def _digest(account: int, code: str) -> bytes:
    """Keyed, so that a copy of the table cannot be searched for codes."""
    plain = code.lower().replace("-", "").encode()
    return hmac.digest(await seal.secret("recovery"), account.to_bytes(8, "big") + plain, "sha256")


def _me(w: Writer) -> int:
    if w.account is None:
        raise Unauthenticated
    return w.account
