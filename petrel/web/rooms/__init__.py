"""What the pages need (`petrel/web/needs.py`), over the real rooms.

Read next: views.py (from rows to what a page shows), lists.py (pages of them), then a file for each kind of page:
reading, finding, telling, acting, settling, owing, doorkeeping, mailing, saying, examining, founding, trending,
recommending, keeping, outward, entering, filtering, choosing.
"""

from petrel.web.rooms.acting import ActingRooms, Counting
from petrel.web.rooms.arriving import ArrivingRooms
from petrel.web.rooms.choosing import ChoosingRooms
from petrel.web.rooms.doorkeeping import DoorkeepingRooms
from petrel.web.rooms.entering import EnteringRooms
from petrel.web.rooms.examining import ExaminingRooms
from petrel.web.rooms.filtering import FilteringRooms
from petrel.web.rooms.finding import FindingRooms
from petrel.web.rooms.founding import FoundingRooms
from petrel.web.rooms.keeping import KeepingRooms
from petrel.web.rooms.mailing import MailingRooms
from petrel.web.rooms.moderating import ModeratingRooms
from petrel.web.rooms.outward import OutwardRooms
from petrel.web.rooms.owing import OwingRooms
from petrel.web.rooms.reading import ReadingRooms
from petrel.web.rooms.recommending import RecommendingRooms
from petrel.web.rooms.saying import SayingRooms
from petrel.web.rooms.settling import SettlingRooms
from petrel.web.rooms.talking import TalkingRooms
from petrel.web.rooms.telling import TellingRooms
from petrel.web.rooms.trending import TrendingRooms

__all__ = ["Counting", "Rooms"]


class Rooms(ReadingRooms, FindingRooms, TellingRooms, ActingRooms, SettlingRooms, OwingRooms,
            ModeratingRooms, ExaminingRooms, DoorkeepingRooms, ArrivingRooms, MailingRooms, SayingRooms,
            FoundingRooms, TrendingRooms, RecommendingRooms, KeepingRooms,
            OutwardRooms, EnteringRooms, FilteringRooms, ChoosingRooms, TalkingRooms):
    """All of `needs.Needs`. One per process; `counting` is shared with the API."""

    def __init__(self, counting: Counting) -> None:
        ReadingRooms.__init__(self)
        OutwardRooms.__init__(self)
        self._counting = counting
