"""What time it is elsewhere."""

import ssl
import time
from email.utils import parsedate_to_datetime
from urllib.error import HTTPError
from urllib.request import Request, urlopen

ASK_S = 10


def ahead_s(address: str) -> float | None:
    """By how much our clock is ahead of a web server's, 0 where it says no time; None when it does not answer. Its
    certificate is not looked at: with a clock that is off by months none would be good, and nothing but the time is
    taken from it."""
    tls = ssl.create_default_context()
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    try:
        asked = Request(address)  # noqa: S310 (the issuer's, which is https)
        with urlopen(asked, timeout=ASK_S, context=tls) as answer:  # noqa: S310
            said = answer.headers.get("date")
    except HTTPError as e:
        said = e.headers.get("date")
    except (OSError, ValueError):
        return None
    return time.time() - parsedate_to_datetime(said).timestamp() if said else 0.0
