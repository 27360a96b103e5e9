"""What the operator of this site has chosen and rooms must know. The wiring installs it; a change made with
`petrel settings set` arrives here in every process within seconds, so ask `current()` each time.
"""

from typing import Literal

from msgspec import Struct


class Limits(Struct, frozen=True, kw_only=True):
    """`base_url` without a slash at its end. `post_length` in characters as people count them. What is 0 here and not
    in the settings is off until the wiring installs them."""

    base_url: str = "http://localhost:8000"
    try_out: bool = False
    site_name: str = "Petrel"
    site_description: str = ""
    contact_email: str = ""
    registrations: Literal["open", "approval", "invite", "closed"] = "open"
    signup_question: str = "Why would you like to join?"
    signups_per_network: int = 0
    signups_an_hour: int = 0
    signup_work: int = 0
    newcomer_hours: int = 0
    email_confirmation: bool = False
    rate_limits: bool = True
    post_length: int = 500
    celebrity_followers: int = 10_000

    @property
    def domain(self) -> str:
        """Host and, where it is not the scheme's own, port: what stands after the second @ of our handles."""
        return self.base_url.partition("://")[2]


_current = Limits()


def current() -> Limits:
    return _current


def install(limits: Limits) -> None:
    global _current
    _current = limits
