"""Times and sizes in words, for people. Where programs read, numbers have their unit in the name instead."""

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
STEP = 1024
UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def lasting(seconds: float) -> str:
    """In the largest unit of which there are two or more."""
    if abs(seconds) < 2 * MINUTE_S:
        whole = round(seconds)
        return f"{whole} second{'' if abs(whole) == 1 else 's'}"
    for unit_s, name in ((DAY_S, "days"), (HOUR_S, "hours")):
        if abs(seconds) >= 2 * unit_s:
            return f"{_short(seconds / unit_s)} {name}"
    return f"{seconds / MINUTE_S:.0f} minutes"


def size(size_bytes: float) -> str:
    """In powers of 1024."""
    power = 0
    while abs(size_bytes) >= STEP and power < len(UNITS) - 1:
        size_bytes, power = size_bytes / STEP, power + 1
    return f"{_short(size_bytes)} {UNITS[power]}"


def of(measure: str, value: float) -> str:
    """By the unit in which the measure's name ends."""
    match measure.rpartition("_")[2]:
        case "seconds":
            return lasting(value)
        case "bytes":
            return size(value)
        case "ratio":
            return f"{value:.0%}"
        case "days":
            return f"{value:.1f} days"
    return f"{value:g}"


def short(unit: str, value: float) -> str:
    """As it stands beside an axis. `unit`: seconds, bytes, ratio, or anything else for a bare number."""
    match unit:
        case "seconds":
            return f"{digits(value * 1000)} ms" if value < 2 else f"{digits(value)} s"
        case "bytes":
            return size(value)
        case "ratio":
            return f"{value:.0%}" if value == 0 or value >= 0.01 else f"{value:.2%}"
    return digits(value)


def digits(value: float) -> str:
    """With as many as say something."""
    return f"{value:.3f}".rstrip("0").rstrip(".") if value < 1 else f"{value:.1f}".removesuffix(".0") if value < 100 \
        else f"{value:,.0f}"


class Amount(float):
    """A number that a sentence may also show as {value:time} (it is of seconds) or {value:size} (of bytes)."""

    def __format__(self, how: str) -> str:
        return lasting(self) if how == "time" else size(self) if how == "size" else super().__format__(how)


def _short(number: float) -> str:
    text = f"{number:.1f}" if abs(number) < 100 else f"{number:.0f}"
    return text.removesuffix(".0")
