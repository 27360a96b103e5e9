"""Whether a site wants programs at an address: its robots.txt, remembered for a while in this process.

A card is asked for by whoever links, not by a crawler; who wants no programs gets none all the same. No answer, or one
that makes no sense, forbids nothing. source: RFC 9309.
"""

import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from petrel.core import asking
from petrel.outside.fetch import place_of

if TYPE_CHECKING:
    from urllib.robotparser import RobotFileParser

NAME = "Petrel"
MOST_HOSTS, KEEP_S = 500, 3600.0
BOUNDS = asking.Bounds(most_bytes=65_536, seconds=5.0, redirects=3)

_kept: "OrderedDict[str, tuple[float, RobotFileParser]]" = OrderedDict()


async def allows(url: str, headers: dict[str, str]) -> bool:
    """Errors: asking.Resting; asking.Failed when the host itself cannot be reached."""
    place = place_of(url)
    root = f"{'https' if place.is_tls else 'http'}://{place.authority}"
    held = _kept.get(root)
    if held is None or held[0] < time.monotonic():
        from urllib.robotparser import RobotFileParser

        answer = await asking.ask(asking.Asked(f"{root}/robots.txt", headers=headers), BOUNDS)
        rules = RobotFileParser()
        is_text = answer.status == 200 and "html" not in answer.headers.get("content-type", "")
        rules.parse(answer.body.decode("utf-8", "replace").splitlines() if is_text else [])
        held = _kept[root] = (time.monotonic() + KEEP_S, rules)
        if len(_kept) > MOST_HOSTS:
            _kept.popitem(last=False)
    return held[1].can_fetch(NAME, root + place.target)
