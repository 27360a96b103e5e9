"""Asking strangers' servers: by `outside/fetch.py`, and letting hosts rest that fail again and again."""

from petrel.core.breakers import Breakers
from petrel.outside import fetch
from petrel.outside.fetch import Answer, Asked, Bounds, Failed

__all__ = ["HOSTS", "Answer", "Asked", "Bounds", "Failed", "Resting", "ask"]

HOSTS = Breakers("ops.resting_host", "asking", "hosts")
BUSY = (429, 502, 503, 504)


class Resting(Exception):
    """Not asked: the host is let rest for so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"for {seconds:.0f} s")
        self.seconds = seconds


async def ask(asked: Asked, bounds: Bounds = Bounds()) -> Answer:
    """Asks unless the host rests; every failure that is the host's, and every answer that it is busy, counts against
    it, any other answer speaks for it. Errors: Failed, Resting."""
    host = await HOSTS.digest_of(fetch.place_of(asked.url).host)
    rests_s = await HOSTS.rests(host)
    if rests_s:
        raise Resting(rests_s)
    try:
        answer = await fetch.ask(asked, bounds)
    except Failed as e:
        if e.is_theirs:
            await HOSTS.fail(host, e.why)
        raise
    if answer.status in BUSY:
        await HOSTS.fail(host, str(answer.status))
    elif rests_s is not None:
        await HOSTS.close(host)
    return answer
