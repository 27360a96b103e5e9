"""Check of the mail server: does it let us in? Nothing is sent."""

import asyncio

from petrel.ops.doctor.shapes import Check, Letters, bad, fine
from petrel.outside import mail


def check_relay(letters: Letters) -> list[Check]:
    """Blocking, up to twenty seconds: for a thread."""
    relay = letters.relay
    if relay is None:
        return []

    async def knock() -> None:
        async with mail.Smtp(relay).session():
            pass

    place = f"{relay.server}:{relay.port} ({relay.security})"
    try:
        asyncio.run(knock())
    except mail.Trouble as e:
        return [bad("mail server", f"{place} takes nothing: {e.text or e.code or 'refused'}",
                    f"{e.cure} Letters wait meanwhile, and leave by themselves.")]
    return [fine("mail server", f"{place} lets us in; `petrel mail test ADDRESS` sends a letter")]
