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


class Amount(float):
    """A number that a sentence may also show as {value:time} (it is of seconds) or {value:size} (of bytes)."""

    def __format__(self, how: str) -> str:
        return lasting(self) if how == "time" else size(self) if how == "size" else super().__format__(how)


def _short(number: float) -> str:
    text = f"{number:.1f}" if abs(number) < 100 else f"{number:.0f}"
    return text.removesuffix(".0")
