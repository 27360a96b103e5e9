"""What the site looks like, for whoever builds on it or looks closely: tokens, and parts in all their states, made by
the templates that every page is made of, and by the app's own components for members."""

import re

from starlette.responses import Response

from petrel.web import invented, look, present
from petrel.web.door import Visit
from petrel.web.shapes import Timeline
from petrel.web.tokens import COLUMNS, tokens

THEMES = {"": "As your device", "light": "Light", "dark": "Dark", "contrast": "High contrast"}
ICONS = tuple(re.findall(r'<symbol id="i-(\w+)"', (look.TEMPLATES / "icons.html").read_text(encoding="utf-8")))
DIRECTIONS = {"": "Left to right", "rtl": "Right to left"}


async def show(visit: Visit) -> Response:
    """`?theme=` and `?dir=`: the same page as others have it. What only the app has, it shows itself (Parts.tsx)."""
    asked = visit.request.query_params
    theme, direction = asked.get("theme", ""), asked.get("dir", "")
    meta = present.Meta(path="/about/style", title="What it looks like", description="Colours, letters and parts.")
    return visit.page(
        "style.html", meta=meta, sheet="about", tokens=tokens(), pairs=tokens().pairs(), columns=COLUMNS,
        icons=ICONS,
        themes=THEMES, directions=DIRECTIONS, theme=theme if theme in THEMES else "",
        dir=direction if direction in DIRECTIONS else "", timeline=invented.timeline(),
        nothing=Timeline(),
        people=(invented.TERN, invented.SALMA, invented.NOA, invented.YUKI, invented.LONG, invented.HEAPED),
        composer=present.composer(visit) if visit.me else None)
