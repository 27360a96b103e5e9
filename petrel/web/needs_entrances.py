"""What the pages ask of the rooms about ways in: a part of `needs.Needs`."""

from typing import Protocol

from petrel.core.viewer import Viewer
from petrel.web.entered import Asked, CodesSetup, Device, Entrances


class Entering(Protocol):
    """Ways in, and ending them. Errors of all that take a viewer: Unauthenticated; of what lets in: TooMany."""

    async def finish_sign_in(self, step: str, code: str, *, address: str, cause: str, device: str) -> str:
        """The second step; a session token. Errors: NotFound (begin again), Invalid (not a code that counts)."""

    async def ask_passkey(self) -> Asked:
        """Of whoever signs in."""

    async def sign_in_by_key(self, kept: str, answer: str, *, address: str, cause: str, device: str) -> str:
        """A session token. Errors: NotFound (too late), Invalid, Refused."""

    async def sign_in_again_by_key(self, viewer: Viewer, kept: str, answer: str, *, address: str, cause: str,
                                   device: str) -> str:
        """In place of the viewer's session, which ends. Errors: as above."""

    async def devices(self, viewer: Viewer) -> tuple[Device, ...]:
        """The one in use first, then the newest."""

    async def sign_out_device(self, viewer: Viewer, number: int, *, cause: str) -> None:
        """Holds at once, open streams included. Errors: NotFound."""

    async def sign_out_elsewhere(self, viewer: Viewer, *, cause: str) -> None:
        """Every browser and app but this one."""

    async def entrances(self, viewer: Viewer) -> Entrances: ...

    async def change_password(self, viewer: Viewer, password: str, new: str, *, address: str, cause: str) -> None:
        """Ends every other session. Errors: Invalid ("password", or not the password now)."""

    async def propose_codes(self, viewer: Viewer, kept: str = "") -> CodesSetup:
        """A new secret, or that of `kept` once more. Errors: Refused (not fresh), NotFound."""

    async def enable_codes(self, viewer: Viewer, kept: str, code: str, *, cause: str) -> list[str]:
        """The recovery codes, told once. Errors: Refused (not fresh), NotFound (too late), Invalid, Conflict."""

    async def disable_codes(self, viewer: Viewer, *, cause: str) -> None:
        """Errors: Refused (not fresh)."""

    async def renew_recovery(self, viewer: Viewer, *, cause: str) -> list[str]:
        """Errors: Refused (not fresh), NotFound."""

    async def ask_new_passkey(self, viewer: Viewer) -> Asked: ...

    async def add_passkey(self, viewer: Viewer, kept: str, answer: str, name: str, *, cause: str) -> None:
        """Errors: Refused (not fresh), NotFound (too late), Invalid, Conflict."""

    async def rename_passkey(self, viewer: Viewer, number: int, name: str, *, cause: str) -> None:
        """Errors: NotFound, Invalid."""

    async def remove_passkey(self, viewer: Viewer, number: int, *, cause: str) -> None:
        """Errors: NotFound."""
