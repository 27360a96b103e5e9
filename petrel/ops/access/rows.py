"""Rows of access: the calls of functions.sql, and what is sealed in a row. Nothing is decided."""

import hmac
from collections.abc import Mapping

import msgspec

from petrel.core import seal
from petrel.core.doors import Row, Writer
from petrel.ops.access.shapes import ALONE, Case, Person, Request

WHO = "select * from access.who('access', $1)"
LOOK = "select * from access.look('access', $1, $2)"
LISTED = "select * from access.requests('access', $1, $2, $3, $4)"
ASK = "select access.ask($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
APPROVE = "select access.approve($1, $2, $3)"
REFUSE = "select access.refuse($1, $2)"
USE = "select access.use('access', $1, $2, $3, $4)"
OPEN_SEEN = "select * from access.open_seen($1, $2, $3, $4, $5)"
APPROVE_ALONE = "select * from access.approve_alone('access')"
EXPIRE = "select * from access.expire('access')"


class Written(msgspec.Struct, frozen=True):
    """What is sealed of a request."""

    what: dict[str, str]
    reason: str

    def encode(self) -> bytes:
        return msgspec.json.encode(self)


_written = msgspec.json.Decoder(Written)


def canonical(kind: str, what: Mapping[str, str], reason: str) -> bytes:
    """One spelling of what a request is for: an array, the particulars in the order of their names."""
    return msgspec.json.encode([kind, dict(what), reason], order="deterministic")


async def bound_of(kind: str, what: Mapping[str, str], reason: str) -> bytes:
    """Keyed, since whoever has only the database could else guess at what was asked. Errors: Unavailable."""
    return hmac.digest(await seal.secret("access"), canonical(kind, what, reason), "sha256")


async def person_of(w: Writer) -> Person | None:
    """Who acts, by the session of this writer; None for nobody, and for the site itself."""
    row = await w.row(WHO, w.digest) if w.digest else None
    return None if row is None else Person(*row)


def case_of(row: Row, keys: Mapping[int, bytes]) -> Case:
    written = _open(row, keys)
    now = row["now_at"]
    state = row["state"]
    has_run_out = (state == "asked" and row["expires_at"] <= now) or (state == "approved" and row["good_until"] <= now)
    request = Request(
        row["id"], row["kind"], written.what, written.reason, "expired" if has_run_out else state, row["asker"],
        row["asked_at"], row["expires_at"], row["approver"], row["approved_at"], row["good_until"], row["refuser"],
        row["used_at"], row["uses_left"], row["is_alone"],
        row["asked_at"] + ALONE if state == "asked" and row["crew_is_one"] else None)
    return Case(request, row["bound"], now, row["least_role"], row["wants_other_role"], row["asker_role"],
                row["asker_may"], row["approver_may"], row["is_puppet"], row["crew_is_one"])


def _open(row: Row, keys: Mapping[int, bytes]) -> Written:
    """Without its key it says nothing any more, and is for nothing."""
    key = keys.get(row["id"])
    return Written({}, "") if key is None else _written.decode(seal.open_sealed(key, row["id"], row["sealed"]))
