"""Archives: bringing in what somebody wrote elsewhere, and taking it back.

Words: archive (a file from elsewhere), import (one run of one archive into one account), item (a thing taken), left
(a thing not taken, and why). Invariants: an archive is read in memory, with limits, and never unpacked; posts come in
quietly and back-dated, for nobody whom they were not for; a thing is taken once. source: decision 0018.
`waiting` (a list that a member brings in by a page) and `taking_out` (lists as files) are parts of this front desk.
Read next: running.py, then opening.py.
"""

from petrel.features.archives import taking_out, waiting
from petrel.features.archives.running import bring_in, imports, undo
from petrel.features.archives.shapes import BadArchive, ImportNotFound, Left, Report
from petrel.features.archives.waiting import Difference, Waiting

__all__ = ["BadArchive", "Difference", "ImportNotFound", "Left", "Report", "Waiting", "bring_in", "imports",
           "taking_out", "undo", "waiting"]
