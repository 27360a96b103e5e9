"""What the crew and the holder of an account see of mail."""

from petrel.core import limits
from petrel.core.doors import Reader
from petrel.features.mail import rows, signing
from petrel.features.mail.shapes import Health, Own, Record, Shown
from petrel.outside import mail as outside

WISHING = "select account from mail.wish where topic = $1 and (account >> 16) % $3 = $2"
OWN = "select * from mail.own($1)"


async def waiting(r: Reader, *, ended: bool = False, limit: int = 200) -> list[Shown]:
    """Letters that wait, or with `ended` those that were refused or came to nothing (System only)."""
    return await rows.listed(r, ["refused", "ended"] if ended else ["waiting"], limit)


async def health(r: Reader) -> Health:
    """How mail goes, for whoever watches (System only)."""
    row = await rows.health(r)
    return Health(outside.post().relay is not None, row["waiting"], row["oldest_s"] or 0.0, row["sent"], row["refused"],
                  row["relay"])


async def wishing(r: Reader, topic: str, part: int, parts: int) -> list[int]:
    """Who wished for a topic, one of so many equal parts of them (System only)."""
    return [int(row[0]) for row in await r.fetch(WISHING, topic, part, parts)]


async def own(r: Reader) -> Own:
    """What the viewer wishes to be sent, and whether their address refuses it."""
    row = await r.row(OWN, r.digest)
    return Own() if row is None else Own(frozenset(row["topics"]), row["is_confirmed"], row["why"])


async def records() -> tuple[Record, ...]:
    """What belongs into DNS so that our mail is believed; nothing without a relay. Errors: Unavailable."""
    relay = outside.post().relay
    if relay is None:
        return ()
    domain = relay.sender.rpartition("@")[2]
    name, text = signing.in_dns(await signing.key(), domain)
    local = outside.is_local(relay.server)
    spf = "v=spf1 a mx -all" if local else f"v=spf1 include:[of {relay.server}] -all"
    report = limits.current().contact_email
    dmarc = "v=DMARC1; p=quarantine" + (f"; rua=mailto:{report}" if report else "")
    return (
        Record(domain, spf, "which servers may send for this domain (SPF)" + (
            "" if local else "; the operator of the relay tells you the include"), local),
        Record(name, text, "the key that our signatures are checked with (DKIM)"),
        Record(f"_dmarc.{domain}", dmarc, "what receivers do with mail that fails both (DMARC)"))
