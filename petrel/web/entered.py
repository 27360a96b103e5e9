"""What pages of ways in show: devices and apps, and how somebody signs in."""

from datetime import date, datetime

from msgspec import Struct

from petrel.features.accounts import Asked, Passkey

__all__ = ["Asked", "CodesSetup", "Device", "Entrances", "Passkey"]


class Device(Struct, frozen=True, kw_only=True):
    """A browser that is signed in (`app` ""), or an app with access. `name`: of the browser, "" where not known."""

    id: int
    made_at: datetime
    used_on: date | None = None
    is_current: bool = False
    name: str = ""
    app: str = ""
    website: str = ""
    scopes: tuple[str, ...] = ()


class Entrances(Struct, frozen=True, kw_only=True):
    """How the viewer comes in. `codes_since` None: codes are not asked for. `is_fresh`: signed in just now."""

    is_fresh: bool = False
    codes_since: datetime | None = None
    recovery_left: int = 0
    passkeys: tuple[Passkey, ...] = ()


class CodesSetup(Struct, frozen=True, kw_only=True):
    """What an app for codes is told: as a picture (SVG of ours), to be typed, and what the form gives back."""

    picture: str
    secret: str
    address: str
    kept: str
