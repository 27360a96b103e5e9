"""Work for the crew: cases open and decided, an appeal, blocks, figures of speed. So that pages have something."""

from petrel.core.viewer import Member
from petrel.features.moderation import Verdict, blocks
from petrel.features.moderation.block_rules import NewBlock
from petrel.ops import speed
from petrel.ops.speed import Beacon
from petrel.storage.build import VERSION
from tests.features.moderation.test_appeals import appealed, browser, mine
from tests.features.moderation.test_cases import decided, reported
from tests.people import act, people, publish

TAKEN = Verdict("take_down", "rules", "2. Be kind", "It insults everybody who reads it.")


async def fill(owner: Member, reporter: Member) -> dict[str, str]:
    """Addresses of pages that show one thing of many, by the pattern of their address."""
    gil, hal = await people("gil", "hal")
    rude = [(await publish(one, "You are all fools, every one of you, and your cats. " * 4)).id for one in (gil, hal)]
    case = await reported(reporter, gil, rude[0], text="Rude to everybody whom they name, and to their cats.")
    await decided(owner, await reported(reporter, hal, rude[1]), TAKEN, rude[1])
    hal = await browser(hal)
    appeal = await appealed(hal, (await mine(hal))[0].id, "It was a quotation, and the cat agrees.")
    for kind, name in (("server", "shouting.example"), ("mail", "throwaway.example"), ("network", "192.0.2.0/24")):
        await act(owner, blocks.put, NewBlock(kind, name, 1, "Advertising", "See the case"))
    for number in range(40):
        speed.take(Beacon(VERSION, "home", number % 16, {"first_content": 300.0 + 40 * number, "shift": 0.01}))
    await speed.flush()
    return {"/desk/cases/{number}": f"/desk/cases/{case}", "/desk/appeals/{number}": f"/desk/appeals/{appeal}",
            "/desk/runbooks/{name}": "/desk/runbooks/message-leak"}
