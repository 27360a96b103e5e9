"""`petrel doctor`: is this machine fit for the site, and the site well? Looks only, changes nothing."""

from petrel.ops.doctor.checks import CHECKS, examine
from petrel.ops.doctor.shapes import Bucket, Check, Letters, Outside

__all__ = ["CHECKS", "Bucket", "Check", "Letters", "Outside", "examine"]
