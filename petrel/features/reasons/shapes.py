"""Shapes of reasons."""

from typing import Literal

from msgspec import Struct

Because = Literal["own", "named", "follows", "everybody"]
Code = Literal["own", "mention", "reply_to_you", "follows", "boost", "list", "tag", "reply_to_followed", "public",
               "link"]


class Person(Struct, frozen=True):
    id: int
    acct: str


class Reason(Struct, frozen=True, kw_only=True):
    """One thing that brings the post before the viewer. `account`: of follows, boost, list, reply_to_followed; `id` and
    `name`: of a list; `name`: of a tag."""

    code: Code
    account: Person | None = None
    id: int | None = None
    name: str = ""


class Caught(Struct, frozen=True):
    """A filter of the viewer's that the post runs into."""

    id: int
    title: str
    action: str


class Reasons(Struct, frozen=True, kw_only=True):
    """`audience`: public, unlisted, followers or direct. `because`: why the viewer is among those whom it is for."""

    post: int
    author: Person
    audience: str
    because: Because
    reasons: tuple[Reason, ...]
    filters: tuple[Caught, ...] = ()
