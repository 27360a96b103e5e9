"""From parameters as they came (strings, mostly) to a typed `msgspec.Struct`.

A form is a frozen struct whose fields are the parameters; names it does not have are ignored. Reading
is lenient, as that API's clients need it: "1", "true", "on" are True; "12" is 12; one value where a
list is wanted is a list of one; `{"0": .., "1": ..}` is a list; an empty string where a number, truth
value, date, choice or id is wanted is "not given", and so is null unless the field takes None.
A field that must tell "not given" from "emptied" has the type `X | UnsetType = UNSET`.

Errors: BadRequest (a parameter is missing or of the wrong kind), Invalid (a value outside what the
field allows), NotFound (an `Id` that is none: answered like an id that does not exist).
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, inspect

from petrel.api.http.errors import BadRequest
from petrel.api.http.lenient import Wrong, reader_of
from petrel.api.http.params import Raw
from petrel.core.errors import Invalid, PetrelError

Form = TypeVar("Form")

ID_SCHEMA = {"type": "string", "pattern": "^[0-9]{1,19}$"}

# An id of a thing. One that cannot be read is answered as unknown; in a list it is dropped.
Id = Annotated[int, Meta(extra={"id": True}, extra_json_schema=ID_SCHEMA)]

# An id that bounds a page: one that cannot be read is the client's mistake (400).
Cursor = Annotated[int, Meta(extra={"cursor": True}, extra_json_schema=ID_SCHEMA)]

_PLACE = re.compile(r"(.*?)(?: - at `\$\.?(.*)`)?", re.DOTALL)


@cache
def form_reader(form: type[Form]) -> Callable[[Raw], Form]:
    """The function that reads one kind of form; made once, since taking a type apart is slow."""
    read_raw = reader_of(inspect.type_info(form))
    convert = msgspec.convert

    def read(raw: Raw) -> Form:
        try:
            return convert(read_raw(raw), form)
        except Wrong as wrong:
            raise _refusal(wrong) from None
        except msgspec.ValidationError as error:
            match = _PLACE.fullmatch(str(error))
            assert match is not None
            raise Invalid(match[2], f"is not acceptable ({match[1]})") from None

    return read


def _refusal(wrong: Wrong) -> PetrelError:
    if wrong.breaks_rule:
        return Invalid(wrong.place, wrong.message)
    return BadRequest(f'The parameter "{wrong.place}" {wrong.message}')
