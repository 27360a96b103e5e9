"""What the pages need (`petrel/web/needs.py`), over the real rooms.

Read next: views.py (from rows to what a page shows), reading.py, acting.py, doorkeeping.py.
"""

from petrel.core.errors import Unavailable
from petrel.core.pages import Page
from petrel.core.viewer import Viewer
from petrel.web.rooms.acting import ActingRooms, Counting
from petrel.web.rooms.doorkeeping import DoorkeepingRooms
from petrel.web.rooms.reading import ReadingRooms
from petrel.web.shapes import Found, Notifications, Timeline

__all__ = ["Counting", "Rooms"]


class Rooms(ReadingRooms, ActingRooms, DoorkeepingRooms):
    """All of `needs.Needs`. One per process; `counting` is shared with the API."""

    def __init__(self, counting: Counting) -> None:
        ReadingRooms.__init__(self)
        self._counting = counting

    # TODO(rooms): these three wait for the rooms of search and notifications.
    async def tag(self, viewer: Viewer, tag: str, page: Page) -> Timeline:
        raise Unavailable("Hashtags are not ready yet")

    async def notifications(self, viewer: Viewer, page: Page) -> Notifications:
        raise Unavailable("Notifications are not ready yet")

    async def search(self, viewer: Viewer, query: str) -> Found:
        raise Unavailable("Search is not ready yet")
