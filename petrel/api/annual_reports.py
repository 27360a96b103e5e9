"""Of a member's reports of their year. This site makes none; apps ask whether one can be had before they offer it."""

from msgspec import Struct

from petrel.api.http import Call, route


class YearForm(Struct, frozen=True, kw_only=True):
    year: str


@route("GET", "/api/v1/annual_reports/:year/state", scope="read:accounts", surface="none",
       why_no_surface="says that there is no such report")
async def state(call: Call, form: YearForm) -> dict[str, str]:
    """That API's word for somebody who gets none."""
    return {"state": "ineligible"}
