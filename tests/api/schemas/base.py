"""Words that all schemas are made of."""

from typing import Annotated, Any

from msgspec import Meta, Struct

Id = Annotated[str, Meta(pattern=r"^[0-9]{1,19}$")]
Time = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
Midnight = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT00:00:00\.000Z$")]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
Url = Annotated[str, Meta(pattern=r"^https?://[^ ]+$")]
Html = Annotated[str, Meta(pattern=r"^(<p>(.|\n)*</p>)?$")]
Text = Annotated[str, Meta(min_length=1)]
Digits = Annotated[str, Meta(pattern=r"^[0-9]+$")]
Count = Annotated[int, Meta(ge=0)]


class Entity(Struct, forbid_unknown_fields=True):
    """What an object of the API may hold. A field without a default must be there."""


class Empty(Entity):
    """An act without a result."""


class Seen(Struct, frozen=True):
    """An answer that is another one for those who are not signed in."""

    signed_in: Any
    anybody: Any


class Other(Struct, frozen=True):
    """An answer that is no JSON; `type` is how its content type begins."""

    type: str


class OneOf(Struct, frozen=True):
    """An answer that is one or the other thing by what was asked."""

    kinds: tuple[Any, ...]
