"""Shapes of the stranger."""

from msgspec import Struct

from petrel.ops.stranger.asking import Question, Route


class Page(Struct, frozen=True):
    """A page that is read: its pattern, such as "/@{handle}/{post}", and its surfaces."""

    path: str
    surface: str


class Place(Struct, frozen=True):
    """Where the site is: its address on this machine, every route that is read, every page. Given by the wiring.

    `routes`: each with its surfaces and whether somebody not signed in is let in. `cookie`: the name of a session's.
    """

    address: str
    routes: tuple[tuple[Route, str, bool], ...]
    pages: tuple[Page, ...]
    cookie: str
    build: str


class Decoys(Struct, frozen=True):
    """By name: `people` their numbers and handles, `posts` and `things` their numbers. `tag`: a hashtag of theirs."""

    people: dict[str, int]
    handles: dict[str, str]
    posts: dict[str, int]
    things: dict[str, int]
    word: str
    tag: str


class Asked(Struct, frozen=True):
    """One question of the round: by whom, through which door. `is_page`: with the session's cookie, not its token.

    `urgent`: asked in every round. `never`: the id is nobody's, so that the answer is what a hidden one must be like.
    `after`: who asks the same just before, over the same connection, and may see it; "" for nobody. What a web process
    keeps of that answer without its viewer comes out in this one. `must`: marks that they have to find in theirs.
    """

    viewer: str
    question: Question
    door: str
    surface: str
    is_page: bool = False
    urgent: bool = False
    never: bool = False
    after: str = ""
    must: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Questions of one kind must all be answered alike."""
        return f"{self.viewer} {self.is_page} {self.question.kind} {self.question.target.partition('?')[2][:12]}"


class Finding(Struct, frozen=True):
    """Somebody saw what they must not."""

    asked: Asked
    kinds: tuple[str, ...]
