"""The one form in which text is stored, counted and compared. `clean` comes before everything else here."""

import re
import unicodedata

from petrel.core.errors import Invalid
from petrel.core.text.scripts import bounded_marks

_line_end = re.compile("\r\n?|[\x85\u2028\u2029]")
_unwanted = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_surrogate = re.compile("[\ud800-\udfff]")
# Blank at either end. One explicit list, because stripping by turns would be quadratic.
_BLANK = " \t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, [*range(0x2000, 0x200C), 0x2060, 0xFEFF])
)

_language_tag = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def is_language(said: str) -> bool:
    """A BCP 47 tag in outline. What is not one is text, and is kept nowhere that is not sealed."""
    return _language_tag.fullmatch(said) is not None


def language(said: str | None) -> str | None:
    """The same, None for none. Errors: Invalid."""
    if said and not is_language(said):
        raise Invalid("language", "is not a language")
    return said or None


def named(typed: str, field: str, most: int) -> str:
    """A name or title as it was typed, cleaned. Errors: Invalid(field), blank or longer than `most` characters."""
    name = clean(typed, field)
    if not name:
        raise Invalid(field, "can't be blank")
    if len(name) > most:
        raise Invalid(field, f"is too long (maximum is {most} characters)")
    return name


def clean(raw: str, field: str = "text") -> str:
    """Composed (NFC), lines ended by a line feed, without control characters, nothing blank at either end.

    Tab and line feed stay, and so do the marks for writing direction. More than 30 combining marks on
    one letter are dropped. Idempotent.
    Errors: Invalid(field) for lone surrogates, which are no text and could not be stored.
    Source: dropped are Unicode's Cc and the noncharacters that XML forbids; NFC and the 30 by UAX 15.
    """
    if raw.isascii():
        if "\r" in raw:
            raw = raw.replace("\r\n", "\n").replace("\r", "\n")
        return _unwanted.sub("", raw).strip()
    if _surrogate.search(raw):
        raise Invalid(field, "contains characters that are not text")
    text = bounded_marks(_unwanted.sub("", _line_end.sub("\n", raw)))
    return bounded_marks(unicodedata.normalize("NFC", text)).strip(_BLANK)
