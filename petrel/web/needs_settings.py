"""What the pages of settings ask of the rooms: a part of `needs.Needs`."""

from collections.abc import Mapping
from typing import Protocol

from petrel.core.multipart import Upload
from petrel.core.viewer import Viewer
from petrel.features.notifications import Policy
from petrel.web.chosen import (
    Away,
    Chosen,
    Difference,
    FilterSent,
    FilterView,
    OwnProfile,
    PeopleKind,
    Waiting,
)


class Filtering(Protocol):
    """What somebody keeps away from themselves. Errors of all: Unauthenticated."""

    async def filters(self, viewer: Viewer) -> tuple[FilterView, ...]:
        """Oldest first, ended ones too."""

    async def put_filter(self, viewer: Viewer, number: int | None, sent: FilterSent, *, cause: str) -> None:
        """A new one without a number. Errors: NotFound, Invalid."""

    async def end_filter(self, viewer: Viewer, number: int, *, cause: str) -> None:
        """Errors: NotFound."""

    async def away(self, viewer: Viewer, kind: PeopleKind, below: int | None) -> Away: ...

    async def keep_away(self, viewer: Viewer, kind: PeopleKind, name: str, *, seconds: int, notifications: bool,
                        cause: str) -> None:
        """`name`: a handle, or of a server. Errors: NotFound, Invalid, Refused, TooMany."""

    async def take_back(self, viewer: Viewer, kind: PeopleKind, name: str, *, cause: str) -> None:
        """`name`: the number of an account, or a server. Twice is as once. Errors: NotFound, Invalid."""

    async def exported(self, viewer: Viewer, name: str) -> str:
        """A list as a CSV file. Errors: NotFound (no such file)."""

    async def bring(self, viewer: Viewer, kind: str, file: Upload, *, cause: str) -> int:
        """Takes a file in without doing anything; its number. Errors: Invalid, TooMany."""

    async def brought(self, viewer: Viewer, number: int) -> tuple[Waiting, Difference | None]:
        """How it stands, and before it is done what it would do. Errors: NotFound."""

    async def take_brought(self, viewer: Viewer, number: int, *, yes: bool, cause: str) -> None:
        """Does it, behind the page; or forgets it. Errors: NotFound, Conflict (is being done)."""


class Choosing(Protocol):
    """How somebody is shown, and what they are shown. Errors of all: Unauthenticated."""

    async def own_profile(self, viewer: Viewer) -> OwnProfile: ...

    async def set_profile(self, viewer: Viewer, sent: OwnProfile, pictures: Mapping[str, Upload | None], *,
                          cause: str) -> None:
        """`pictures`: avatar, header; None takes one off. Errors: Invalid, TooMany."""

    async def chosen(self, viewer: Viewer) -> Chosen: ...

    async def choose(self, viewer: Viewer, chosen: Chosen, *, cause: str) -> None:
        """Errors: Invalid."""

    async def policy(self, viewer: Viewer) -> Policy: ...

    async def set_policy(self, viewer: Viewer, policy: Policy, *, cause: str) -> None: ...
