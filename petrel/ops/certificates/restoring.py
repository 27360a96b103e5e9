"""What of certificates is done again after a restore (`core/restrictions.py`)."""

from petrel.core.restrictions import harmless

harmless(dict.fromkeys((
    "ops.certificate.issued", "ops.certificate.proven", "ops.certificate.failed", "ops.certificate.taken_back",
    "ops.certificate.undeclared"), "a record of what was served; the restored site looks and orders anew"))
