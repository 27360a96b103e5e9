"""A stranger with a clock: hidden and never existing cannot be told apart on a real site with real rows."""

from pathlib import Path

from petrel.ops.drills import apart, oracle
from petrel.ops.drills.site import private_site
from petrel.program import Program

COUNT = 160
ASKED = ("a post, by a stranger", "a message, by a stranger", "a post's page, by nobody")
# How much later, at most, the answers of one kind could come without this test finding it.
SHARP_S = 0.001


async def test_the_clock_tells_nothing(tmp_path: Path) -> None:
    """Each kind twice at most: chance alone speaks once in a thousand times."""
    async with private_site(tmp_path / "site", settings={"PETREL_NOTHING_AFTER_MS": "50"}) as site:
        async with Program().opened(site.data):
            pairs = await oracle.plant(site.address)
        for name in ASKED:
            a, b = await oracle.ask(site.address, pairs[name], COUNT)
            if apart.compare(a, b).told_apart:
                a, b = await oracle.ask(site.address, pairs[name], COUNT, seed=2)
            found = apart.compare(a, b)
            assert not found.told_apart, f"{name}: {found}"
            assert apart.power(a, b, SHARP_S) >= 0.95, f"{name}: too noisy a machine to say so: {found}"
