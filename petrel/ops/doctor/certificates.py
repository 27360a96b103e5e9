"""What the site knows of its certificate by its own looking: renewals that fail, others who serve one for its names."""

from datetime import UTC, datetime
from pathlib import Path

from petrel.ops import certificates
from petrel.ops.doctor.shapes import Check, bad, fine


def check_certificates(data: Path) -> list[Check]:
    """Nothing where the site obtains none itself."""
    where = certificates.places(data)
    if not where.state.exists():
        return []
    live, state, census = certificates.read(where.live), certificates.state(where), certificates.census(where)
    found = certificates.findings(live, census, state, datetime.now(UTC))
    if found:
        return [bad("certificates", "; ".join(one.what for one in found), " ".join(one.cure for one in found))]
    return [fine("certificates", f"renewed in time; served until {live.not_after:%Y-%m-%d}" if live else "none yet")]
