"""What the operator of this site has chosen and rooms must know. The wiring installs it; a change made with
`petrel settings set` arrives here in every process within seconds, so ask `current()` each time.
"""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

MOST_PICTURE_MIB, MOST_VIDEO_MIB = 64, 400
"""The most that an operator can choose as the size of an upload: what a body with one may have at all goes by these."""


class Limits(Struct, frozen=True, kw_only=True):
    """`base_url` without a slash at its end. `post_length` in characters as people count them. What is 0 or false here
    and not in the settings is off until the wiring installs them. `caution`: how careful the site is because nobody of
    the crew answers (`be_careful`)."""

    base_url: str = "http://localhost:8000"
    try_out: bool = False
    site_name: str = "Petrel"
    site_description: str = ""
    contact_email: str = ""
    status_notice: str = ""
    crawlers: Literal["all", "search", "none"] = "all"
    ai_crawlers: bool = False
    field_percent: int = 100
    offline: bool = True
    translate_url: str = ""
    translate_key: str = ""
    registrations: Literal["open", "approval", "invite", "closed"] = "open"
    signup_question: str = "Why would you like to join?"
    signups_per_network: int = 0
    signups_an_hour: int = 0
    signup_work: int = 0
    accounts_at_once: int = 60
    newcomer_hours: int = 0
    trends: Literal["reviewed", "open", "off"] = "reviewed"
    email_confirmation: bool = False
    rate_limits: bool = True
    post_length: int = 500
    link_cards: bool = False
    celebrity_followers: int = 10_000
    careful_after_h: int = 4
    safe_after_h: int = 12
    caution: int = 0
    disk_uploads_mib: int = 0
    disk_posts_mib: int = 0
    web_workers: int = 1
    media_mbit: int = 0
    media_picture_mib: int = 16
    media_video_mib: int = 99
    media_megapixels: int = 33
    media_seconds: int = 600

    @property
    def domain(self) -> str:
        """Host and, where it is not the scheme's own, port: what stands after the second @ of our handles."""
        return self.base_url.partition("://")[2]


_chosen = Limits()
_current = _chosen


def current() -> Limits:
    """What counts now: what the operator chose, lowered by caution."""
    return _current


def install(limits: Limits) -> None:
    global _chosen, _current
    _chosen, _current = limits, _lowered(limits, limits.caution or _current.caution)


def be_careful(caution: int) -> None:
    """While nobody of the crew answers (petrel/ops/attendance). 0 ends it: what the operator chose counts again."""
    global _current
    if caution != _current.caution:
        _current = _lowered(_chosen, caution)


NEWCOMER_H = 168


def _lowered(limits: Limits, caution: int) -> Limits:
    """Nobody looks after newcomers: from 1 on they wait for the crew, and those who came this week may do less; at 2
    nobody is taken. source: decision 0031."""
    registrations, newcomer_h = limits.registrations, limits.newcomer_hours
    if caution:
        registrations = "closed" if caution > 1 else "approval" if registrations == "open" else registrations
        newcomer_h = max(newcomer_h, NEWCOMER_H)
    return replace(limits, registrations=registrations, newcomer_hours=newcomer_h, caution=caution)
