"""Which addresses a person may be sent to: our own after a form, an app's own after a consent, nothing else."""

import re
from urllib.parse import urlsplit

APP_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*\Z")
APP_HOST = re.compile(r"[a-z0-9.:\[\]-]+\Z")
FORBIDDEN_SCHEMES = frozenset({"javascript", "data", "vbscript", "blob", "file", "about"})


def own(wanted: str, otherwise: str = "/") -> str:
    """A path of this site as it was asked for, or `otherwise` if it could lead anywhere else.

    Browsers read "//host", "/\\host" and control characters in front of them as another site.
    """
    if not wanted.startswith("/") or wanted[1:2] in ("/", "\\") or len(wanted) > 4096:
        return otherwise
    if "\\" in wanted or any(ord(letter) <= 32 or ord(letter) == 127 for letter in wanted):
        return otherwise
    parts = urlsplit(wanted)
    return otherwise if parts.scheme or parts.netloc else wanted


def app_source(address: str) -> str:
    """The source expression by which a content security policy allows going to an app, or "" for a bad one.

    Browsers apply `form-action` to the redirect that answers a form, so a consent page has to name its app.
    """
    try:
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""
    if not APP_SCHEME.match(parts.scheme) or parts.scheme in FORBIDDEN_SCHEMES:
        return ""
    if parts.scheme in ("http", "https"):
        return f"{parts.scheme}://{host}" if APP_HOST.match(host) else ""
    return f"{parts.scheme}:"


def is_header_safe(address: str) -> bool:
    """Whether an address can stand in a Location header: no control characters, no spaces."""
    return all(32 < ord(letter) != 127 for letter in address)
