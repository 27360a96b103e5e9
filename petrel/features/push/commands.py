"""What an app can do about its pushes. Each acts for the token that it showed, and for no other."""

import msgspec

from petrel.core import seal
from petrel.core.doors import Reader, Row, Writer
from petrel.core.errors import Invalid, NotFound, Unauthenticated
from petrel.features.accounts import key_of
from petrel.features.push import rows
from petrel.features.push.shapes import Policy, Subscription, Way
from petrel.outside import fetch, reach, webpush

MOST_CHARACTERS = 2048


async def get(r: Reader) -> Subscription:
    """That of the viewer's token. Errors: NotFound."""
    row = await r.row(rows.MINE, r.digest)
    if row is None or row["sealed_way"] is None:
        raise NotFound
    return rows.subscription_of(row, await key_of(row["account"]))


async def subscribe(w: Writer, way: Way, alerts: int, policy: Policy) -> Subscription:
    """From now on messages of this token go there, and to nowhere else. Errors: Invalid."""
    _check(way)
    me = await _mine(w)
    account, token = me["account"], me["token"]
    sealed = seal.seal(await key_of(account), account, msgspec.json.encode(way))
    await w.execute(rows.PUT, account, token, alerts, int(policy), sealed)
    w.record("push.subscription.made", account, refs=(token,))
    return Subscription(token, way, alerts, policy)


async def change(w: Writer, alerts: int, policy: Policy) -> Subscription:
    """Errors: NotFound."""
    one = await get(w)
    me = await _mine(w)
    await w.execute(rows.CHANGE, me["account"], one.token, alerts, int(policy))
    w.record("push.subscription.changed", me["account"], refs=(one.token, alerts, int(policy)))
    return Subscription(one.token, one.way, alerts, policy)


async def unsubscribe(w: Writer) -> None:
    """Twice does no harm."""
    me = await _mine(w)
    if await w.execute(rows.DROP, me["account"], [me["token"]]):
        w.record("push.subscription.removed", me["account"], refs=(me["token"],))


async def _mine(w: Writer) -> Row:
    me = await w.row(rows.MINE, w.digest)
    if me is None:
        raise Unauthenticated
    return me


def _check(way: Way) -> None:
    if not way.endpoint:
        raise Invalid("subscription[endpoint]", "can't be blank")
    try:
        place = fetch.place_of(way.endpoint)
    except fetch.Failed:
        place = None
    if place is None or len(way.endpoint) > MOST_CHARACTERS or not (
            (place.is_tls and place.port in reach.PORTS) or reach.is_neighbour(place.host, place.port)):
        raise Invalid("subscription[endpoint]", "must be an https address")
    try:
        webpush.receiver(way.endpoint, way.p256dh, way.auth, is_standard=way.standard)
    except ValueError as e:
        raise Invalid("subscription[keys]", "must be a public key (p256dh) and a secret (auth)") from e
