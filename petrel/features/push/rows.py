"""Rows of push: the statements, and nothing decided."""

from collections.abc import Sequence

import msgspec

from petrel.core import seal
from petrel.core.doors import Reader, Row
from petrel.core.ids import cell_of
from petrel.features.push.shapes import Due, Policy, Subscription, Way

MINE = "select * from push.mine($1)"
PUT = """
insert into push.subscription (cell, account, token, alerts, policy, sealed_way)
values (law.cell($1), $1, $2, $3, $4, $5)
on conflict (token) do update set alerts = $3, policy = $4, made_at = now(), sealed_way = $5
"""
CHANGE = """
update push.subscription set alerts = $3, policy = $4 where cell = law.cell($1) and account = $1 and token = $2
"""
DROP = "delete from push.subscription where cell = law.cell($1) and account = $1 and token = any ($2::bigint[])"
DROP_TOKENS = "delete from push.subscription where token = any ($1::bigint[])"
DROP_ENDED = """
delete from push.subscription s where not exists (
  select from accounts.token k where k.id = s.token and k.revoked_at is null and coalesce(k.expires_at > now(), true))
"""
LISTENING = """
select s.account, bit_or(s.alerts) as alerts from push.subscription s
  join unnest($1::smallint[], $2::bigint[]) t(cell, account) on s.cell = t.cell and s.account = t.account
 where s.policy <> 3 group by s.account
"""
DUE = "select * from push.due('push', $1::bigint[], $2::smallint[], $3::bigint[], $4::integer[], $5::bigint[])"


def way_of(key: bytes, account: int, sealed: bytes) -> Way:
    return msgspec.json.decode(seal.open_sealed(key, account, sealed), type=Way)


def subscription_of(row: Row, key: bytes) -> Subscription:
    return Subscription(row["token"], way_of(key, row["account"], row["sealed_way"]), row["alerts"],
                        Policy(row["policy"]))


async def listening(r: Reader, accounts: Sequence[int]) -> dict[int, int]:
    """Of these accounts those with an app that wants to hear anything: bits of what."""
    whose = sorted(set(accounts))
    rows = await r.fetch(LISTENING, [cell_of(one) for one in whose], whose)
    return {row["account"]: row["alerts"] for row in rows}


async def due(r: Reader, told: Sequence[tuple[int, int, int]], bits: Sequence[int], token: int | None) -> list[Due]:
    """What goes to whom; `told`: (account, kind, id). Whose key is gone gets nothing."""
    if not told:
        return []
    owners, kinds, ids = zip(*told, strict=True)
    rows = await r.fetch(DUE, owners, kinds, ids, bits, [token] * len(told))
    keys = await seal.keys(row["account"] for row in rows)
    return [_due(row, way_of(keys[row["account"]], row["account"], row["sealed_way"]))
            for row in rows if row["account"] in keys]


def _due(row: Row, way: Way) -> Due:
    return Due(row["account"], row["token"], row["digest"], frozenset(row["scopes"]), way,
               row["locale"] or way.locale or "en", row["id"], row["kind"], row["actor"], row["post"])
