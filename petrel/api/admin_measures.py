"""Numbers for a moderator's app: by day, of what is used most, and who stays. Only what there is: nothing is told of
what nobody counts here, such as other servers."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from platform import python_version
from typing import Any, cast

from msgspec import Struct

from petrel.api import languages
from petrel.api.http import Call, route
from petrel.core import clock
from petrel.core.doors import Reader, reading
from petrel.core.errors import Invalid
from petrel.core.viewer import System
from petrel.features.discovery import activity
from petrel.features.moderation import crew, measures
from petrel.ops import disk
from petrel.storage import build

USUAL_DAYS = 30
EARLIEST = date(2000, 1, 1)
NAMES: dict[str, str] = dict(one.split(" ", 1) for one in languages.NAMES.split("|"))  # type: ignore[misc]


class MeasuresForm(Struct, frozen=True, kw_only=True):
    """`keys` that are counted nowhere here are left out of the answer, as unknown ones are."""

    keys: tuple[str, ...] = ()
    start_at: str = ""
    end_at: str = ""


class DimensionsForm(MeasuresForm, frozen=True, kw_only=True):
    limit: int = 10


class RetentionForm(Struct, frozen=True, kw_only=True):
    start_at: str = ""
    end_at: str = ""
    frequency: str = "day"


@route("POST", "/api/v1/admin/measures", scope="admin:read", surface="none", why_no_surface="numbers of the whole site")
async def measure(call: Call, form: MeasuresForm) -> list[dict[str, Any]]:
    first, last = _span(form)
    async with reading(call.viewer) as r:
        return [_entity(await measures.measure(r, key, first, last)) for key in _known(form.keys)]


def _known(keys: Sequence[str]) -> list[measures.Key]:
    return [cast(measures.Key, key) for key in dict.fromkeys(keys) if key in measures.KEYS]


def _span(form: MeasuresForm) -> tuple[date, date]:
    last = _day(form.end_at, "end_at") or clock.now().astimezone(UTC).date()
    return _day(form.start_at, "start_at") or max(last, EARLIEST) - timedelta(days=USUAL_DAYS - 1), last


@route("POST", "/api/v1/admin/dimensions", scope="admin:read", surface="none",
       why_no_surface="numbers of the whole site")
async def dimensions(call: Call, form: DimensionsForm) -> list[dict[str, Any]]:
    first, last = _span(form)
    async with reading(call.viewer) as r:
        await crew(r, measures.SCOPES)
        found = {key: await activity.used(r, cast(activity.Used, key), first, last, form.limit)
                 for key in form.keys if key in activity.USED}
        made = {"languages": [_line(code or "und", NAMES.get(code, code or "und"), count)
                              for code, count in found.get("languages", ())],
                "sources": [_line(name or "web", name or "Website", count) for name, count in found.get("sources", ())],
                "software_versions": await _versions(r), "space_usage": await _places()}
    return [{"key": key, "data": made[key]} for key in dict.fromkeys(form.keys) if key in made]


def _line(key: str, name: str, value: int | str, **more: str) -> dict[str, str]:
    return {"key": key, "human_key": name, "value": str(value), **more}


async def _versions(r: Reader) -> list[dict[str, str]]:
    found = (("petrel", "Petrel", build.VERSION), ("python", "Python", python_version()),
             ("postgresql", "PostgreSQL", str(await r.value("select current_setting('server_version')"))))
    return [_line(key, name, version, human_value=version) for key, name, version in found]


async def _places() -> list[dict[str, str]]:
    """As the site itself measured them last."""
    async with reading(System("admin")) as r:
        return [_line(one.place.replace(" ", "_"), one.place, one.bytes, unit="bytes",
                      human_value=f"{one.bytes / 1e9:.1f} GB") for one in await disk.newest(r)]


@route("POST", "/api/v1/admin/retention", scope="admin:read", surface="none",
       why_no_surface="numbers of the whole site")
async def retention(call: Call, form: RetentionForm) -> list[dict[str, Any]]:
    """Nothing where one of the days is missing, as that API has it."""
    first, last = _day(form.start_at, "start_at"), _day(form.end_at, "end_at")
    unit: activity.Unit = "month" if form.frequency == "month" else "day"
    async with reading(call.viewer) as r:
        await crew(r, measures.SCOPES)
        found = await activity.cohorts(r, first, last, unit) if first and last else []
    return [{"period": _midnight(one.first), "frequency": unit,
             "data": [{"date": _midnight(at), "rate": stayed / one.size if one.size else 0.0, "value": str(stayed)}
                      for at, stayed in one.stayed]} for one in found]


def _midnight(day: date) -> str:
    return f"{day}T00:00:00.000Z"


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
            "data": [{"date": _midnight(day), "value": str(value)} for day, value in one.days]}
