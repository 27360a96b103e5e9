"""What the site says of itself: `needs.Saying` over the site's texts."""

from datetime import date

from petrel.core.doors import reading
from petrel.core.errors import NotFound
from petrel.core.viewer import Anonymous
from petrel.features import about
from petrel.web.said import Reached, SiteText


class SayingRooms:
    """One per process."""

    async def site_text(self, kind: about.Kind, day: date | None = None) -> SiteText:
        async with reading(Anonymous()) as r:
            found = await about.text(r, kind, day)
            if found is None or not found.markdown:
                raise NotFound
            versions = await about.versions(r, kind)
        return SiteText(html=about.html_of(found.markdown), effective_on=found.effective_on,
                        succeeded_on=found.succeeded_on, is_in_force=found.is_in_force,
                        days=tuple(dict.fromkeys(one.effective_on for one in versions)))

    async def reached(self) -> Reached:
        async with reading(Anonymous()) as r:
            found = await about.contacts(r)
        return Reached(authorities=found.authorities, people=found.people, languages=found.languages)
