"""When a certificate is renewed and when it is tried again: pure, and all of it in shares of the certificate's life,
so that one of ninety days and one of ninety seconds are treated alike.

source: a third of life left, as issuers advise; RFC 9773, section 4.2; limits of Let's Encrypt (five failed
validations an hour); docs/law/SCENARIOS.md, row 53.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from petrel.ops.certificates.shapes import Census, Certificate, Finding, State, Window

RENEW_LEFT = 1 / 3
WARN_LEFT = 1 / 6               # by then several tries have failed
FIRST_AGAIN_S, MOST_AGAIN_S = 60.0, 6 * 3600.0
TRIES_LEFT = 50                 # as many fit at least into the time that is left
TRIES_OF_A_LIFE = 8640          # and never more often than that: every quarter of an hour of ninety days


def renew_at(certificate: Certificate, window: Window | None) -> datetime:
    """The issuer's wish where it has one, at a point that is the certificate's own, so that not everybody comes at
    once; unless that is later than prudent."""
    third = certificate.not_after - timedelta(seconds=certificate.life_s * RENEW_LEFT)
    if window is None:
        return third
    wished = window.start + (window.end - window.start) * (int(certificate.fingerprint[:8], 16) / 2 ** 32)
    latest = certificate.not_after - timedelta(seconds=certificate.life_s * WARN_LEFT)
    return wished if wished <= latest else third


def is_due(certificate: Certificate | None, names: Sequence[str], state: State, now: datetime) -> bool:
    """None: there is none yet. A name more or less asks for a new one as well."""
    if state.next_try_at is not None and now < state.next_try_at:
        return False
    if certificate is None or set(certificate.names) != set(names):
        return True
    return now >= renew_at(certificate, state.window if state.window_of == certificate.fingerprint else None)


def again_s(failures: int, certificate: Certificate | None, now: datetime) -> float:
    """Seconds until the next try after so many failures in a row: 1, 4, 16 minutes ... six hours, and sooner when
    little time is left."""
    wait_s = min(FIRST_AGAIN_S * 4 ** min(failures - 1, 8), MOST_AGAIN_S)
    if certificate is None:
        return wait_s
    return min(wait_s, max(certificate.left_s(now) / TRIES_LEFT, certificate.life_s / TRIES_OF_A_LIFE))


def findings(certificate: Certificate | None, census: Census | None, state: State, now: datetime) -> list[Finding]:
    """What a person has to look at; empty when all is well."""
    found = []
    last = f" Last said: {'; '.join(state.said)}" if state.said else ""
    if certificate is None:
        found.append(Finding(f"There is no certificate yet.{last}", "petrel certificates renew"))
    elif certificate.left_s(now) <= certificate.life_s * WARN_LEFT:
        word = "has lapsed" if certificate.left_s(now) <= 0 else "lapses"
        found.append(Finding(f"The certificate {word} at {certificate.not_after:%Y-%m-%d %H:%M} UTC.{last}",
                             "petrel certificates renew, or put a new one where tls_certificate says"))
    for one in census.seen if census else ():
        if one.is_ours and not one.is_declared:
            found.append(Finding(f"{one.address} shows a certificate for {', '.join(one.certificate.names)} that this "
                                 f"site did not order: {one.certificate.fingerprint[:16]} by {one.certificate.issuer}",
                                 "Find out who serves there. If nobody of yours does, have the issuer revoke it, and "
                                 "look at the DNS."))
    found += [Finding(f"No handshake: {one}", "Look at what listens there, and at the log of the web processes.")
              for one in (census.failed if census else ())]
    return found
