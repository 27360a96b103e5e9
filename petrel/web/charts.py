"""Lines over days, drawn as shapes that a page prints: no script and no picture file is needed to see them."""

from datetime import date

from msgspec import Struct

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
        levels=tuple(Mark(y(top * part), number(top * part)) for part in (0, 0.5, 1)),
        days=tuple(Mark(x(day), f"{day:%m-%d}") for day in dict.fromkeys((first, last))),
        releases=tuple(Mark(x(max(day, first)), release) for day, release in series.releases),
        said=f"{series.name}: on {newest.day} half within {number(newest.p50)} {series.unit}, 95 of 100 within "
             f"{number(newest.p95)} {series.unit}")


def number(value: float) -> str:
    """With as many digits as say something."""
    return f"{value:.3f}".rstrip("0").rstrip(".") if value < 1 else f"{value:.1f}".removesuffix(".0") if value < 100 \
        else f"{value:,.0f}"


def _round_up(value: float) -> float:
    """The next number that is easy to read off an axis."""
    size = 0.001
    while size * 10 < value:
        size *= 10
    return next((step * size for step in STEPS if step * size >= value), size * 10)
