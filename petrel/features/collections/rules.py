"""Pure decisions about collections. source for the lengths and for 25 accounts: the client API, release 4.6."""

from msgspec import UNSET
from msgspec.structs import replace

from petrel.core.errors import Invalid
from petrel.core.text import clean, graphemes, language
from petrel.features.collections.shapes import Change, Marks, Text
from petrel.features.relationships import tags

MOST_COLLECTIONS = 10
MOST_ITEMS = 25
LONGEST_NAME = 40
LONGEST_DESCRIPTION = 100


def name_of(typed: str) -> str:
    """Errors: Invalid."""
    name = _fits(typed, "name", LONGEST_NAME)
    if not name:
        raise Invalid("name", "can't be blank")
    return name


def description_of(typed: str) -> str:
    """Errors: Invalid."""
    return _fits(typed, "description", LONGEST_DESCRIPTION)


def tag_of(typed: str) -> str:
    """Without its sign; "" for none. Errors: Invalid."""
    if not typed.strip():
        return ""
    try:
        return tags.tag_of(clean(typed, "tag_name")).name
    except Invalid as e:
        raise Invalid("tag_name", "is invalid") from e


def _fits(typed: str, field: str, most: int) -> str:
    text = clean(typed, field)
    if graphemes(text) > most:
        raise Invalid(field, f"is too long (maximum is {most} characters)")
    return text


def closed_by(old: Marks, new: Marks) -> int:
    """What a change of marks takes away, as bits for the journal: 1 no longer to be found, 2 sensitive from now on."""
    return (old.is_discoverable and not new.is_discoverable) | (new.is_sensitive and not old.is_sensitive) << 1


def changed(text: Text, marks: Marks, new: Change) -> tuple[Text, Marks]:
    """Errors: Invalid."""
    words = {name: read(value) for name, read, value in (
        ("name", name_of, new.name), ("description", description_of, new.description), ("tag", tag_of, new.tag))
        if value is not UNSET}
    said = {name: getattr(new, name) for name in Marks.__struct_fields__ if getattr(new, name) is not UNSET}
    if "language" in said:
        said["language"] = language(said["language"])
    return replace(text, **words), replace(marks, **said)
