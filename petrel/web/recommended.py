"""Collections on pages: what they show, and what the pages ask of the rooms for them (part of `needs.Needs`)."""

from typing import Protocol

from msgspec import Struct

from petrel.core.viewer import Viewer
from petrel.web.shapes import AccountView


class CollectionLink(Struct, frozen=True):
    """A line in a list of them."""

    id: int
    name: str
    description: str
    is_sensitive: bool
    count: int

    @property
    def url(self) -> str:
        return f"/collections/{self.id}"


class Person(Struct, frozen=True):
    """Somebody in a collection; None: somebody whom the owner may not see."""

    account: AccountView | None
    is_following: bool = False


class CollectionView(Struct, frozen=True, kw_only=True):
    """`followable`: how many "follow all" would follow."""

    link: CollectionLink
    owner: AccountView
    tag: str = ""
    language: str = ""
    people: tuple[Person, ...] = ()
    followable: int = 0
    own_item: int | None = None
    is_own: bool = False
    is_taken_down: bool = False

    @property
    def hidden(self) -> int:
        """How many are counted and not shown."""
        return sum(person.account is None for person in self.people)


class Recommending(Protocol):
    """Accounts that somebody recommends. Errors of what changes: Unauthenticated, Refused, TooMany, Unavailable."""

    async def collections(self, viewer: Viewer, handle: str) -> tuple[AccountView, tuple[CollectionLink, ...]]:
        """Of an account. Errors: NotFound."""

    async def collection(self, viewer: Viewer, number: int) -> CollectionView:
        """Errors: NotFound."""

    async def follow_all(self, viewer: Viewer, number: int, *, cause: str) -> None:
        """Whoever is in it, but for those whom the viewer follows, mutes or blocks. Errors: NotFound."""

    async def leave_collection(self, viewer: Viewer, number: int, item: int, *, cause: str) -> None:
        """The viewer's own place. Errors: NotFound."""
