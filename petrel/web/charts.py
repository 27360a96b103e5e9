"""Lines over days or hours, drawn as shapes that a page prints: no script and no picture file is needed to see them."""

from datetime import UTC, date, datetime

from msgspec import Struct

from petrel.core import amounts
from petrel.ops.incidents import Picture
from petrel.ops.speed import Series

WIDTH, HEIGHT = 640, 200
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 20, 26
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


class Mark(Struct, frozen=True):
    """A label at a place of an axis."""

    at: float
    text: str


class Chart(Struct, frozen=True):
    """In a drawing of WIDTH x HEIGHT. `lines`: name and points as SVG has them; `releases`: where each begins."""

    title: str
    unit: str
    lines: tuple[tuple[str, str], ...]
    dots: tuple[tuple[str, float, float], ...]
    levels: tuple[Mark, ...]
    days: tuple[Mark, ...]
    releases: tuple[Mark, ...]
    said: str


def chart(series: Series) -> Chart:
    points = series.points
    first, last = points[0].day, points[-1].day
    top = _round_up(max(point.p95 for point in points))

    def x(day: date) -> float:
        whole = (last - first).days or 1
        return round(LEFT + (WIDTH - LEFT - RIGHT) * ((day - first).days / whole if last != first else 0.5), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top, 1)

    lines, dots = [], []
    for name in ("p95", "p75", "p50"):
        places = [(x(point.day), y(getattr(point, name))) for point in points]
        lines.append((name, " ".join(f"{a},{b}" for a, b in places)))
        dots += [(name, a, b) for a, b in places] if len(places) < 15 else []
    newest = points[-1]
    return Chart(
        series.name, series.unit, tuple(lines), tuple(dots),
        levels=tuple(Mark(y(top * part), amounts.digits(top * part)) for part in (0, 0.5, 1)),
        days=tuple(Mark(x(day), f"{day:%m-%d}") for day in dict.fromkeys((first, last))),
        releases=tuple(Mark(x(max(day, first)), release) for day, release in series.releases),
        said=f"{series.name}: on {newest.day} half within {amounts.digits(newest.p50)} {series.unit}, 95 of 100 within "
             f"{amounts.digits(newest.p95)} {series.unit}")


ASIDE, UNDER = 112, 34
"""Room for the words of a picture, which is shown smaller."""

LOOKS = ("p50", "p95", "p75", "l3", "l4")
"""How the lines of a picture look, one after the other."""


def picture(one: Picture) -> Chart | None:
    """The last hours; None where nothing was measured, which is not the same as 0."""
    points = [point for _, line in one.lines for point in line]
    if len(points) < 2:
        return None
    first, last = min(at for at, _ in points), max(at for at, _ in points)
    top = 1.0 if one.measure == "ratio" and max(n for _, n in points) > 0.5 else _round_up(max(n for _, n in points))

    def place(at: float, value: float) -> str:
        x = ASIDE + (WIDTH - ASIDE - RIGHT) * (at - first) / max(1.0, last - first)
        return f"{x:.1f},{up(max(0.0, value) / top)}"

    def up(part: float) -> float:
        return round(HEIGHT - UNDER - (HEIGHT - TOP - UNDER) * part, 1)

    lines = tuple((look, " ".join(place(*point) for point in line))
                  for look, (_, line) in zip(LOOKS, one.lines, strict=False))
    ends = [f"{name} {amounts.short(one.measure, line[-1][1])}" for name, line in one.lines if line]
    levels = tuple(Mark(up(part), amounts.short(one.measure, top * part)) for part in (0, 0.5, 1))
    times = (Mark(ASIDE, f"{datetime.fromtimestamp(first, UTC):%H:%M}"),
             Mark(WIDTH - RIGHT, f"{datetime.fromtimestamp(last, UTC):%H:%M} UTC"))
    return Chart(one.title, "", lines, (), levels, times, (), f"{one.title}: now {', '.join(ends)}")


def _round_up(value: float) -> float:
    """The next number that is easy to read off an axis."""
    size = 0.001
    while size * 10 < value:
        size *= 10
    return next((step * size for step in STEPS if step * size >= value), size * 10)
