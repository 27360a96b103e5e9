"""Shapes and words of the inventory."""

from msgspec import Struct

from petrel.core.errors import PetrelError

SUBJECTS = {
    "account": "the member whose it is: what they set, noted or were told",
    "author": "the member who wrote it",
    "both": "the two ends of a relation, or everybody in a conversation",
    "site": "the site's own, about no member",
    "nobody": "structure that says nothing of anybody by itself",
}
PURPOSES = {
    "find": "where the row lies and in which order it is read",
    "show": "shown to whoever the law lets see it",
    "decide": "what the law needs to decide who sees what",
    "let in": "who comes in, and which apps act for whom",
    "remember": "what somebody set or noted for themselves",
    "tell": "telling people what concerns them",
    "search": "finding posts and people by words",
    "count": "numbers that stand for lists",
    "federate": "talking with other servers",
    "run": "keeping the site running",
    "prove": "what happened, and that nobody changed the record of it",
}
WAYS = {
    "key": "its key is destroyed",
    "row": "its row is deleted",
    "emptied": "its value is taken out, the row stays",
    "link": "the number stays, the handle and the keys that gave it a meaning go",
    "rebuilt": "it is derived, and follows what it is derived from",
    "never": "it stays: no member is in it",
}
LEAVES = {
    "yes": "it is public, or other servers need it",
    "no": "it stays in the region",
    "pseudonymous": "it names people by number only",
    "sealed": "as ciphertext: its key stays",
}


class Unreadable(PetrelError):
    """This comment is not a line of the inventory"""


class Whose(Struct, frozen=True):
    """`columns` of the row hold the account's number; with `table`, the number of a row there, whose it is."""

    subject: str
    columns: tuple[str, ...] = ()
    table: str | None = None


class Term(Struct, frozen=True):
    """How long it is kept. `text` as written: "with post", "30 days after it ended", "until ...", "always"."""

    text: str
    days: int | None = None
    is_built: bool = True


class Erasure(Struct, frozen=True):
    """How it goes, in the order it happens."""

    ways: tuple[str, ...]
    is_built: bool = True


class Line(Struct, frozen=True):
    """The inventory of one column. `key`: the column whose number the key has in the keyring, or `secret NAME`."""

    what: str
    of: Whose
    purpose: str
    kept: Term
    erased: Erasure
    leaves: str
    key: str | None = None
