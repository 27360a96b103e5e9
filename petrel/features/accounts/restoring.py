"""What of accounts is taken away again after a restore (`core/restrictions.py`)."""

from petrel.core import seal
from petrel.core.doors import Writer
from petrel.core.ids import cell_of
from petrel.core.restrictions import Kept, at_restore, harmless, restricts
from petrel.features.accounts import restricting, rows, rules

REVOKE = "update accounts.token set revoked_at = now() where id = $1 and revoked_at is null"
# The new password cannot be kept outside, and the old one was given up, perhaps because somebody else knew it.
LOCK_OUT = "update accounts.credential set secret_hash = null where cell = $1 and account = $2"
# The new address cannot be kept outside, and the old one was given up, perhaps because somebody else reads it.
FORGET_ADDRESS = """
update accounts.credential set email_signs_in = false, confirmed_at = null
 where cell = $1 and account = $2 and email_signs_in
"""
PROTECT = """
update accounts.account set is_protected = true, version = version + 1
 where cell = $1 and id = $2 and not is_protected
"""
CLOSE = """
update accounts.account set version = version + 1, is_discoverable = is_discoverable and $3 & 1 = 0,
       is_indexable = is_indexable and $3 & 2 = 0, hides_network = hides_network or $3 & 4 <> 0
 where cell = $1 and id = $2
   and (is_discoverable and $3 & 1 <> 0 or is_indexable and $3 & 2 <> 0 or not hides_network and $3 & 4 <> 0)
"""
LOWER = "update accounts.account set role = $3, version = version + 1 where cell = $1 and id = $2 and role = any ($4)"
WITHDRAW = "update accounts.announcement set withdrawn_at = now() where id = $1 and withdrawn_at is null"
INVITES = "update accounts.invite set uses_left = 0 where uses_left > 0"
CODES = "update accounts.grant_code set used_at = now() where used_at is null"
RESETS = "update accounts.reset set used_at = now() where used_at is null"
# Whoever asked for codes did not trust the password alone: it lets nobody in until another one is set.
UNGUARDED = """
update accounts.credential c set secret_hash = null where c.cell = $1 and c.account = $2 and not exists
  (select from accounts.code_app k where k.cell = c.cell and k.account = c.account)
"""
USED_UP = "delete from accounts.recovery_code where cell = $1 and account = $2 and place = $3"
UNKEEP = "delete from accounts.recovery_code where cell = $1 and account = $2"
UNKEY = "delete from accounts.passkey where id = $1"
LINKS = "update accounts.credential set confirm_digest = null where confirm_digest is not null"

harmless({
    "accounts.account.created": "a restore loses it; nobody sees more",
    "accounts.account.opened": "opens; the account is protected again",
    "accounts.account.released": "opens; the account is limited or suspended again",
    "accounts.profile.changed": "text cannot be kept outside; the older one stands, and its owner sees it",
    "accounts.email.asked": "every such link ends in a restore",
    "accounts.password.asked": "every such link ends in a restore",
    "accounts.email.confirmed": "a restore loses it; the account waits for its confirmation again",
    "accounts.terms.agreed": "goes with the account, whose making a restore loses too",
    "accounts.account.admitted": "a restore loses it; the account waits for the crew again",
    "accounts.token.issued": "a restore loses it; nobody sees more",
    "accounts.token.swept": "removes what had ended",
    "accounts.grant.given": "every code ends in a restore",
    "accounts.grant.used": "every code ends in a restore",
    "accounts.invite.made": "every invitation ends in a restore",
    "accounts.app.registered": "a restore loses it; nobody sees more",
    "accounts.key.made": "a key of federation; another is made when it is asked for",
    "accounts.announcement.published": "a restore loses it; nobody sees more",
    "accounts.announcement.reacted": "a restore loses it; nobody sees more",
    "accounts.announcement.unreacted": "a picture of the member's stands again, among others",
    "accounts.announcement.dismissed": "shown once more to one member",
    "accounts.codes.disabled": "opens; a code is asked for again, and the crew takes that off",
    "accounts.passkey.added": "a restore loses it; nobody sees more",
    "accounts.passkey.renamed": "a name for its holder's eyes",
    "accounts.look.changed": "how pages look to one member",
    "accounts.invite.ended": "what a restore itself writes: every invitation, code and link ends",
})


@restricts("accounts.token.revoked")
async def token_revoked(w: Writer, entry: Kept) -> bool:
    return bool(await w.execute(REVOKE, entry.subject))


@restricts("accounts.password.changed")
async def password_changed(w: Writer, entry: Kept) -> bool:
    """Nobody signs in with the old one; the crew gives a new one (`petrel accounts set`)."""
    return bool(await w.execute(LOCK_OUT, cell_of(entry.subject), entry.subject))


@restricts("accounts.codes.enabled")
async def codes_enabled(w: Writer, entry: Kept) -> bool:
    """The secret cannot be kept outside. Without it, the way of a forgotten password is the way in."""
    return bool(await w.execute(UNGUARDED, cell_of(entry.subject), entry.subject))


@restricts("accounts.recovery.made")
async def recovery_made(w: Writer, entry: Kept) -> bool:
    """Those before were given up. Others are made on the page."""
    return bool(await w.execute(UNKEEP, cell_of(entry.subject), entry.subject))


@restricts("accounts.recovery.used")
async def recovery_used(w: Writer, entry: Kept) -> bool:
    place = entry.refs[0] if entry.refs else 0
    return bool(await w.execute(USED_UP, cell_of(entry.subject), entry.subject, place))


@restricts("accounts.passkey.removed")
async def passkey_removed(w: Writer, entry: Kept) -> bool:
    return bool(await w.execute(UNKEY, entry.subject))


@restricts("accounts.email.changed")
async def email_changed(w: Writer, entry: Kept) -> bool:
    """The old address signs in nobody; its holder confirms one again."""
    return bool(await w.execute(FORGET_ADDRESS, cell_of(entry.subject), entry.subject))


@restricts("accounts.account.protected")
async def protected(w: Writer, entry: Kept) -> bool:
    return bool(await w.execute(PROTECT, cell_of(entry.subject), entry.subject))


@restricts("accounts.account.limited")
async def limited(w: Writer, entry: Kept) -> bool:
    bit = restricting.BITS["limited"]
    return bool(await w.execute(restricting.RESTRICT, cell_of(entry.subject), entry.subject, bit))


@restricts("accounts.account.suspended")
async def suspended(w: Writer, entry: Kept) -> bool:
    bit = restricting.BITS["suspended"]
    return bool(await w.execute(restricting.RESTRICT, cell_of(entry.subject), entry.subject, bit))


@restricts("accounts.account.changed")
async def settings_changed(w: Writer, entry: Kept) -> bool:
    closed = entry.refs[0] if entry.refs else 0
    return bool(closed) and bool(await w.execute(CLOSE, cell_of(entry.subject), entry.subject, closed))


@restricts("accounts.role.changed")
async def role_changed(w: Writer, entry: Kept) -> bool:
    """Refs: rank before and after. A role that was raised is not given again."""
    before, after = entry.refs[:2] if len(entry.refs) > 1 else (0, 0)
    if after >= before:
        return False
    name = {rank: role for role, rank in rules.RANK.items()}
    above = [role for role, rank in rules.RANK.items() if rank > after]
    return bool(await w.execute(LOWER, cell_of(entry.subject), entry.subject, name[after], above))


@restricts("accounts.account.removed")
async def removed(w: Writer, entry: Kept) -> bool:
    await seal.destroy([entry.subject])
    return bool(await rows.remove(w, [entry.subject]))


@restricts("accounts.announcement.withdrawn")
async def withdrawn(w: Writer, entry: Kept) -> bool:
    return bool(await w.execute(WITHDRAW, entry.subject))


@at_restore("accounts.invite.ended")
async def end_secrets(w: Writer) -> int:
    """Invitations, codes of apps and links of mails work once; nobody knows which of them were used since."""
    return sum([await w.execute(sql) for sql in (INVITES, CODES, LINKS, RESETS)])
