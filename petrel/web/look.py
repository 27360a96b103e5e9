"""Templates and the stylesheet: read once, rendered by minijinja, which escapes everything printed."""

import gzip
from functools import cache, partial
from hashlib import sha256
from pathlib import Path

import minijinja
from msgspec import Struct

from petrel.web import markup, speech, words
from petrel.web.sheets import IN_ENGLISH, SHEETS

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
KINDS = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png",
         ".js": "text/javascript; charset=utf-8"}

GROUNDS = {"": {"light": "#f6f1e8", "dark": "#0f181c"}, "light": {"": "#f6f1e8"}, "dark": {"": "#0f181c"},
           "contrast": {"light": "#ffffff", "dark": "#000000"}}
"""By theme, and by what the device likes where that counts, what a browser paints around the page: its paper."""

LEAST_PACKED_BYTES = 1024


class File(Struct, frozen=True):
    """`packed`: the same in gzip, where that is smaller. These files are the same for everybody, and hold no secret."""

    type: str
    content: bytes
    packed: bytes | None = None


def file_of(path: Path) -> File:
    """As it is sent. Its ending is one of KINDS."""
    content = path.read_bytes()
    packed = gzip.compress(content, 9, mtime=0) if len(content) >= LEAST_PACKED_BYTES else content
    return File(KINDS[path.suffix], content, packed if len(packed) < len(content) else None)


@cache
def static_files() -> dict[str, File]:
    """By name below /static/, which carries a hash, so that browsers may keep them for ever."""
    return {_hashed(path): file_of(path) for path in STATIC.iterdir() if path.suffix in KINDS}


def _hashed(path: Path) -> str:
    return f"{path.stem}.{sha256(path.read_bytes()).hexdigest()[:12]}{path.suffix}"


@cache
def static(name: str) -> str:
    """The address of a file in `static/`."""
    return "/static/" + _hashed(STATIC / name)


def _load(name: str) -> str | None:
    if name not in SHEETS:
        raise LookupError(f"{name} is on no list: register it in petrel/web/sheets.py")
    path = TEMPLATES / name
    return path.read_text(encoding="utf-8") if path.parent == TEMPLATES and path.is_file() else None


@cache
def environment(language: str) -> minijinja.Environment:
    """One per process and language; templates are compiled at first use and kept."""
    says = speech.of(language)
    return minijinja.Environment(
        loader=_load,
        filters={
            "clean": markup.clean,
            "written": markup.written,
            "coded": markup.coded,
            "plain": markup.plain,
            "for_readers": markup.for_readers,
            "excerpt": partial(markup.excerpt, says=says),
            "stamp": markup.stamp,
            "mailed": markup.mailed,
            "ago": says.ago,
            "moment": says.moment,
            "day": says.day,
            "count": says.count,
            "grouped": says.grouped,
            "files": says.files,
            "gap": says.gap,
            "notice": says.notice,
            "audience": says.audience,
            "scope": says.scope,
            "happened": says.happened,
            "told": says.told,
            "size": says.size,
        },
        globals={"static": static, "around": GROUNDS, "t": says.t, "language": language, "direction": says.direction,
                 "locale": says.locale, "audiences": says.audiences(), "poll_options": words.POLL_OPTIONS,
                 "poll_times": says.poll_times(words.POLL_MINUTES)},
        undefined_behavior="strict",
        finalizer=markup.printed,
        trim_blocks=True,
        lstrip_blocks=True,
        debug=False,
    )


def render(template: str, *, reader: str = speech.USUAL, **context: object) -> str:
    """In the language of its `reader`, or in English where the page is in no other, which it then says.
    `sheet` names the entry of the navigation that is open, `meta` the head lines; both may be left out."""
    language = speech.USUAL if template in IN_ENGLISH else reader
    lacking = speech.of(reader) if reader != language else None
    usual = {"sheet": "", "meta": None, "app": None, "lacking": lacking}
    return environment(language).render_template(template, **{**usual, **context})
