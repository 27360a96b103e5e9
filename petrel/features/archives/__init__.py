"""Archives: bringing in what somebody wrote elsewhere, and taking it back.

Words: archive (a file from elsewhere), import (one run of one archive into one account), item (a thing taken), left
(a thing not taken, and why). Invariants: an archive is read in memory, with limits, and never unpacked; posts come in
quietly and back-dated, for nobody whom they were not for; a thing is taken once. source: decision 0018.
Read next: running.py, then opening.py.
"""

from petrel.features.archives.running import bring_in, imports, undo
from petrel.features.archives.shapes import BadArchive, ImportNotFound, Left, Report

__all__ = ["BadArchive", "ImportNotFound", "Left", "Report", "bring_in", "imports", "undo"]
