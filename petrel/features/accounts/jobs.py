"""What accounts throw away when its time is over."""

from petrel.core import jobs, seal
from petrel.core.doors import writing
from petrel.core.retention import kept_for
from petrel.core.viewer import System
from petrel.features.accounts import erasing, rows

SYSTEM = System("accounts.sweep")

kept_for("accounts.token", days=30, schedule="accounts.sweep",
         overdue="least(revoked_at, expires_at) < now() - interval '30 days'")
kept_for("accounts.grant_code", days=1, schedule="accounts.sweep", overdue="expires_at < now() - interval '1 day'")
kept_for("accounts.reset", days=1, schedule="accounts.sweep", overdue="expires_at < now() - interval '25 hours'")
kept_for("accounts.retired_handle", days=erasing.RETIRED_DAYS, schedule="accounts.sweep",
         overdue="retired_at < now() - interval '90 days'")


@jobs.every(3600, "accounts.sweep")
async def sweep() -> str | None:
    """Old codes, tokens and invitations, and accounts whose address was never confirmed, so that nobody holds a
    handle they cannot use. Twice: finds nothing more. Late or never: tables grow, nothing else."""
    async with writing(SYSTEM, cause="accounts.sweep") as w:
        gone = await rows.sweep(w) + await erasing.free_handles(w)
        removed = await rows.remove_unconfirmed(w)
        for account in removed:
            w.record("accounts.account.removed", account)
        if gone and not removed:
            w.record("accounts.token.swept", 0, refs=[gone])
    # After the commit: a key without an account does no harm, an account without its key would.
    await seal.destroy(removed)
    return f"{gone} old codes, tokens and invitations, {len(removed)} unconfirmed accounts" if gone or removed else None
