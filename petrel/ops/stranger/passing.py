"""What lets the stranger ask as often as it must: a header that only the site's own processes can make."""

import hmac

from petrel.core import seal

HEADER = "x-petrel-stranger"


async def pass_key() -> str:
    """The header's value. It lifts the limits on how often one may ask, for requests from this machine, and nothing
    else. Whoever has the secrets of the keyring has everything already. Errors: Unavailable."""
    return hmac.digest(await seal.secret("stranger"), b"asks as often as it must", "sha256").hex()
