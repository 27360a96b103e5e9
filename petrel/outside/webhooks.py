"""POST of JSON to an address that the operator named, and a GET that says we live. Blocking: called on a thread.

Follows no redirect, and reads nothing but the status: what stands at the address is not ours.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, NoReturn

TIMEOUT_S = 8.0


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> NoReturn:
        raise urllib.error.HTTPError(newurl, code, "redirects are not followed", headers, fp)


_open = urllib.request.build_opener(_Stay).open


def post(address: str, body: Mapping[str, object]) -> str:
    """What went wrong, or ""."""
    return _asked(address, json.dumps(body).encode())


def get(address: str) -> str:
    """What went wrong, or ""."""
    return _asked(address, None)


def _asked(address: str, body: bytes | None) -> str:
    if not address.startswith(("http://", "https://")):
        return "no http address"
    asked = urllib.request.Request(address, body, {"Content-Type": "application/json", "User-Agent": "petrel"})  # noqa: S310
    try:
        with _open(asked, timeout=TIMEOUT_S):
            return ""
    except (OSError, ValueError) as e:          # the address may hold a secret: it is not repeated
        return f"{type(e).__name__}: {getattr(e, 'code', None) or getattr(e, 'reason', None) or 'no answer'}"
