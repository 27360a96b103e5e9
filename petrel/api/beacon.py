"""What browsers of members measure of their own pages: how fast they were. No token, no cookie and no address is read
or kept; the numbers are added to counts (petrel/ops/speed)."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from petrel.api.http import Call, Reply, route
from petrel.core import limits
from petrel.core.errors import Invalid, Refused
from petrel.ops import speed

MOST_BYTES = 2_048


@route("POST", "/beacon", scope="public", surface="none", why_no_surface="numbers of how fast a page was",
       limit="beacons", most_bytes=MOST_BYTES)
async def beacon(call: Call) -> Reply:
    """204 whether or not it is counted: a share of the sessions is, and no more than a minute has room for. Errors:
    Refused (not from our pages), Invalid."""
    if not _is_ours(call.headers):
        raise Refused("deny.foreign", "Only pages of this site send these")
    try:
        said = msgspec.convert(call.params, speed.Beacon)
    except msgspec.ValidationError as wrong:
        raise Invalid("measures", "are not what our pages send") from wrong
    if limits.current().field_percent:
        speed.take(said)
    return Reply(b"", 204)


def _is_ours(headers: Mapping[bytes, bytes]) -> bool:
    """By what the browser says of who asks (Fetch Metadata), or by the origin, which older ones say."""
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site == b"same-origin"
    origin = urlsplit(headers.get(b"origin", b"").decode("latin-1"))
    return bool(origin.netloc) and f"{origin.scheme}://{origin.netloc}" == limits.current().base_url
