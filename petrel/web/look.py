"""Templates and the stylesheet: read once, rendered by minijinja, which escapes everything printed."""

from functools import cache
from hashlib import sha256
from pathlib import Path

import minijinja

from petrel.web import markup, words
from petrel.web.sheets import SHEETS

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
KINDS = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png",
         ".js": "text/javascript; charset=utf-8"}


@cache
def static_files() -> dict[str, tuple[str, bytes]]:
    """Address below /static/ -> media type, bytes. Names carry a hash, so that browsers may keep them for ever."""
    return {_hashed(path): (KINDS[path.suffix], path.read_bytes()) for path in STATIC.iterdir() if path.suffix in KINDS}


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
def environment() -> minijinja.Environment:
    """One per process; templates are compiled at first use and kept."""
    return minijinja.Environment(
        loader=_load,
        filters={
            "clean": markup.clean,
            "written": markup.written,
            "coded": markup.coded,
            "plain": markup.plain,
            "ago": markup.ago,
            "stamp": markup.stamp,
            "moment": markup.moment,
            "day": markup.day,
            "count": markup.count,
            "grouped": markup.grouped,
            "gap": words.gap,
            "scope": words.scope,
            "happened": words.happened,
            "audience": words.audience,
        },
        globals={"static": static, "audiences": words.AUDIENCES, "poll_options": words.POLL_OPTIONS,
                 "poll_times": words.POLL_TIMES},
        undefined_behavior="strict",
        finalizer=markup.printed,
        trim_blocks=True,
        lstrip_blocks=True,
        debug=False,
    )


def render(template: str, **context: object) -> str:
    """`sheet` names the entry of the navigation that is open, `meta` the head lines; both may be left out."""
    return environment().render_template(template, **{"sheet": "", "meta": None, **context})
