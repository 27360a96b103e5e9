"""Numbers by day for a moderator's app."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from msgspec import Struct

from petrel.api.http import Call, route
from petrel.core import clock
from petrel.core.doors import reading
from petrel.core.errors import Invalid
from petrel.features.moderation import measures

USUAL_DAYS = 30
EARLIEST = date(2000, 1, 1)


class MeasuresForm(Struct, frozen=True, kw_only=True):
    """`keys` that are counted nowhere here are left out of the answer, as unknown ones are."""

    keys: tuple[str, ...] = ()
    start_at: str = ""
    end_at: str = ""


@route("POST", "/api/v1/admin/measures", scope="admin:read", surface="none", why_no_surface="numbers of the whole site")
async def measure(call: Call, form: MeasuresForm) -> list[dict[str, Any]]:
    last = _day(form.end_at, "end_at") or clock.now().astimezone(UTC).date()
    first = _day(form.start_at, "start_at") or max(last, EARLIEST) - timedelta(days=USUAL_DAYS - 1)
    async with reading(call.viewer) as r:
        return [_entity(await measures.measure(r, key, first, last)) for key in _known(form.keys)]


def _known(keys: Sequence[str]) -> list[measures.Key]:
    return [cast(measures.Key, key) for key in dict.fromkeys(keys) if key in measures.KEYS]


def _day(sent: str, name: str) -> date | None:
    """A date, or a moment of one; None for nothing. Errors: Invalid."""
    try:
        return datetime.fromisoformat(sent).date() if sent else None
    except ValueError:
        raise Invalid(name, "is not a date") from None


def _entity(one: measures.Measure) -> dict[str, Any]:
    """Numbers are text: so apps know them."""
    return {"key": one.key, "unit": None, "total": str(sum(value for _, value in one.days)),
            "previous_total": str(one.before),
            "data": [{"date": f"{day}T00:00:00.000Z", "value": str(value)} for day, value in one.days]}
