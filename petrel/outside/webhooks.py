"""POST of JSON to an address that the operator named, and a GET that says we live.

It may be in the operator's own house, so any address will do. No redirect is followed, and of the answer nothing but
the status is read.
"""

import json
from collections.abc import Mapping

from petrel.outside import fetch

BOUNDS = fetch.Bounds(most_bytes=0, seconds=8.0, redirects=0)
SAID = {"name": "its name leads nowhere: look for a mistyped letter",
        "connection": "nobody can be reached there: look at the address, and whether a firewall lets us out",
        "certificate": "its certificate is not believed", "time": f"it takes longer than {BOUNDS.seconds:g} seconds",
        "url": "that is no address of the web"}


async def post(address: str, body: Mapping[str, object]) -> str:
    """What went wrong, or ""."""
    return await _asked(fetch.Asked(address, "POST", {"Content-Type": "application/json"}, json.dumps(body).encode(),
                                    anywhere=True))


async def get(address: str) -> str:
    """What went wrong, or ""."""
    return await _asked(fetch.Asked(address, anywhere=True))


async def _asked(asked: fetch.Asked) -> str:
    try:
        answer = await fetch.ask(asked, BOUNDS)
    except fetch.Failed as e:           # the address may hold a secret: it is not repeated
        return f"no answer: {SAID.get(e.why, str(e))}"
    return "" if 200 <= answer.status < 300 else f"it answered {answer.status}"
