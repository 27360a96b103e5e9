"""What the site says of itself: `needs.Saying` over the site's texts."""

from datetime import date
from typing import cast

from petrel.core.doors import reading, writing
from petrel.core.errors import NotFound
from petrel.core.text import parse, render
from petrel.core.viewer import Anonymous, Viewer
from petrel.features import about, accounts
from petrel.web.rooms.reading import member_of
from petrel.web.said import Announced, Reached, SiteText


class SayingRooms:
    """One per process."""

    async def site_text(self, kind: str, day: date | None = None) -> SiteText:
        async with reading(Anonymous()) as r:
            found = await about.text(r, cast(about.Kind, kind), day)
            if found is None or not found.markdown:
                raise NotFound
            versions = await about.versions(r, cast(about.Kind, kind))
        return SiteText(html=about.html_of(found.markdown), effective_on=found.effective_on,
                        succeeded_on=found.succeeded_on, is_in_force=found.is_in_force,
                        days=tuple(dict.fromkeys(one.effective_on for one in versions)))

    async def reached(self) -> Reached:
        async with reading(Anonymous()) as r:
            found = await about.contacts(r)
        return Reached(authorities=found.authorities, people=found.people, languages=found.languages)

    async def announced(self, viewer: Viewer) -> list[Announced]:
        async with reading(viewer) as r:
            found = await accounts.announcements.listed(r)
        return [Announced(id=one.id, html=render(parse(one.text), {}, "/tags/{}".format),
                          at=one.starts_at or one.published_at) for one in found]

    async def put_away(self, viewer: Viewer, number: int, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await accounts.announcements.dismiss(w, number)
