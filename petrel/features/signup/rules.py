"""Pure decisions about who comes in. No rows, no clock."""

from ipaddress import ip_address, ip_network

from petrel.core.errors import Invalid, TooMany
from petrel.features.accounts import RegistrationClosed, Way
from petrel.features.signup.shapes import Facts

DAY_S = 86_400
WORK_WHEN_MANY = 18                 # bits: some seconds of a browser; half a second to check by none
V4_BITS, V6_BITS = 24, 48           # what one customer, or one cheap server, usually has


def way(f: Facts) -> Way:
    """By which way somebody comes in. Who cannot do the work comes by a mailed link, or by the crew: slower, not out.

    Errors: RegistrationClosed, Invalid ("reason"), TooMany.
    """
    if f.mode == "closed":
        raise RegistrationClosed("deny.closed")
    if f.is_shut and not f.is_invited:
        raise RegistrationClosed("deny.shut", "Many people came at once, so nobody more is taken for the moment. Try "
                                 "again in a day, or come by an invitation from somebody who is here")
    if f.is_invited:
        return Way(by_invite=True, confirms=f.confirms)
    if f.most_of_network and f.of_network >= f.most_of_network:
        raise TooMany(DAY_S, "Several people joined from your network today. Try again tomorrow, or come by an "
                      "invitation from somebody who is here")
    if f.mode == "invite":
        return Way(by_invite=True, confirms=f.confirms)
    by_crew = f.mode == "approval" or f.is_doubtful
    if f.mode == "approval" and not f.has_answered:
        raise Invalid("reason", "can't be blank", details={
            "reason": [{"error": "ERR_BLANK", "description": "can't be blank"}]})

    owes_work = f.asks_work and not f.has_worked
    return Way(confirms=f.confirms or (owes_work and f.has_mail), came_alone=True,
               waits_for_crew=by_crew or (owes_work and not f.has_mail))


def network_of(address: str) -> str:
    """The network of an address, as text; "" for this machine's own and for what is no address."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_loopback:
        return ""
    return str(ip_network(f"{ip}/{V4_BITS if ip.version == 4 else V6_BITS}", strict=False))


def work_asked(chosen: int, an_hour: int, most_an_hour: int) -> int:
    """Bits. Before the gate shuts, coming in gets dearer."""
    return max(chosen, WORK_WHEN_MANY) if most_an_hour and 2 * an_hour >= most_an_hour else chosen
