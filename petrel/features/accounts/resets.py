"""Setting a new password by a link: mailed to whoever asks for it, or made by the crew for who has no mail.

The secret is in the link only. A link works once, for a while; whoever uses it ends every session and token there is,
since the reason may be that somebody else was in.
"""

from petrel.core.doors import Reader, Writer, reading, writing
from petrel.core.errors import NotFound
from petrel.core.viewer import Anonymous, System
from petrel.features.accounts import passwords, rows, sealing, tokens

MAILED_S, BY_THE_CREW_S = 3600, 3 * 24 * 3600
NOBODY, SYSTEM = Anonymous(), System("accounts.reset")

INSERT = """
insert into accounts.reset (digest, account, expires_at) values ($1, $2, now() + make_interval(secs => $3))
"""
USE = """
update accounts.reset set used_at = now()
 where digest = $1 and used_at is null and expires_at > now() returning account
"""
END = "update accounts.reset set used_at = now() where account = $1 and used_at is null"
WAITING = """
select c.account from accounts.credential c
  join accounts.account a on a.cell = c.cell and a.id = c.account
 where c.email_digest = $1 and c.confirmed_at is null and a.state & 4096 <> 0 order by c.account desc limit 1
"""
OF_ADDRESS = "select account from accounts.credential where email_digest = $1 and email_signs_in"


class LinkEnded(NotFound):
    """This link was used up, has ended, or never was"""


async def make(w: Writer, account: int, *, useful_s: int = MAILED_S) -> str:
    """The secret of a link for this account. For the system, which mails or prints it. Errors: NotFound."""
    row = await rows.fetch_account(w, account) if isinstance(w.viewer, System) else None
    if row is None or row["domain"] is not None:
        raise NotFound
    secret = sealing.new_token()
    await w.execute(INSERT, sealing.digest_of(secret), account, useful_s)
    w.record("accounts.password.asked", account)
    return secret


async def digest_to_ask(address: str) -> bytes:
    """What stands for an address in a request for a link, so that the address itself is written nowhere."""
    return await sealing.email_digest(address)


async def of_address(r: Reader, digest: bytes) -> int | None:
    """The account that this address signs in; for the system."""
    found = await r.value(OF_ADDRESS, digest)
    return None if found is None else int(found)


async def waiting_for(r: Reader, digest: bytes) -> int | None:
    """The newest account that waits for this address to be confirmed; for the system."""
    found = await r.value(WAITING, digest)
    return None if found is None else int(found)


async def holds(secret: str) -> bool:
    """Whether a link can still be used."""
    async with reading(NOBODY) as r:
        return bool(await r.value("select accounts.reset_holds($1, $2)", r.digest, sealing.digest_of(secret)))


async def use(secret: str, password: str, *, cause: str) -> int:
    """Sets the password and ends every way in; whose it was. Errors: LinkEnded, Invalid, Unavailable."""
    if not await holds(secret):
        raise LinkEnded
    secret_hash = await passwords.hash_password(password)

    async with writing(SYSTEM, cause=cause) as w:
        used = await w.change(USE, sealing.digest_of(secret))
        if not used:
            raise LinkEnded
        account = int(used[0]["account"])
        await w.execute(END, account)
        await rows.set_secret(w, account, secret_hash)
        await tokens.revoke_all(w, account, even_own=True)

        w.record("accounts.password.changed", account, actor=account)
    return account
