"""What an examination hands back."""

from msgspec import Struct


class Check(Struct, frozen=True):
    """`found` is what was seen; `cure` what to do about it, empty when all is well."""

    name: str
    ok: bool
    found: str
    cure: str = ""


def fine(name: str, found: str) -> Check:
    return Check(name, ok=True, found=found)


def bad(name: str, found: str, cure: str) -> Check:
    return Check(name, ok=False, found=found, cure=cure)
