"""What is asked from within the namespace of dark.py: whether anything leads out of it, and what the site answers in
it. Run by the interpreter of the machine, with nothing but its own library."""

import errno
import http.client
import json
import socket
import sys
from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import urlsplit

NAME, FAR = "petrel.example", ("192.0.2.1", "2001:db8::1")     # nobody's. source: RFC 2606, 5737, 3849
NOBODY_TO_ASK = {socket.EAI_AGAIN}
NO_WAY = {errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
WAIT_S = 15.0


def ways_out() -> list[str]:
    """What was found or reached, or failed for another reason than that nothing leads there."""
    tried = [_otherwise(lambda: socket.getaddrinfo(NAME, 80), NOBODY_TO_ASK)]
    tried += [_otherwise(lambda to=address: socket.create_connection((to, 80), WAIT_S), NO_WAY) for address in FAR]
    return [one for one in tried if one]


def _otherwise(do: Callable[[], Any], right: Collection[int]) -> str:
    try:
        return repr(do())
    except OSError as e:
        return "" if e.errno in right else repr(e)


def answer(address: str, method: str, target: str, token: str, body: str) -> tuple[int, str]:
    """Status 0: nobody answers there."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=WAIT_S)
    try:
        line.request(method, target, body or None, headers)
        came = line.getresponse()
        return came.status, came.read().decode()
    except (OSError, http.client.HTTPException) as e:
        return 0, repr(e)
    finally:
        line.close()


if __name__ == "__main__":
    asked = json.loads(sys.stdin.read())
    print(json.dumps(answer(**asked) if asked else ways_out()))
