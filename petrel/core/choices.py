"""Settings as a page may read and change them. The wiring installs where they are kept; here is only the door to it.

Only what may be changed while the site runs, and a few that count from the next start on: never addresses of databases
or of the site itself. source: decision 0022.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from petrel.core.errors import Unavailable

CHANGEABLE = frozenset((
    "site_name", "site_description", "contact_email", "registrations", "email_confirmation", "mail_server", "mail_port",
    "mail_security", "mail_user", "mail_password", "mail_from", "backup_target"))


class Choices(Protocol):
    """`read` gives those of CHANGEABLE that this release has, secrets as "***" or "", and this process takes them over,
    also when another has just written them; `write` sets several, all or
    none, in force in this process when it returns and in others within seconds. Errors: Invalid."""

    def read(self) -> Mapping[str, Any]: ...
    def write(self, values: Mapping[str, str]) -> None: ...


_choices: Choices | None = None


def install(choices: Choices | None) -> None:
    global _choices
    _choices = choices


def current() -> Choices:
    """Errors: Unavailable where nothing is kept: a web process with settings from elsewhere."""
    if _choices is None:
        raise Unavailable("The settings of this site cannot be changed from here. Use `petrel settings set`")
    return _choices
