"""Media: the files that people upload, with posts and as their own pictures.

Words: upload (what somebody sent, theirs; shown by a post, an account, an emoji or nobody), rendition (original,
small), file (bytes in DATA/media, sealed, one for all renditions with the same content).

An upload is taken in by `upload`, read by the job `media.make` in a process of its own, given to a post by
`attach_many`, and gone with `drop`: rows with the commit, keys and bytes right after. Invariants: nothing decodes in a
process that serves; a file is served only after the law was asked at that moment (`found`); bytes lie sealed under the
file's own key; what a camera noted does not survive the reading.
"""

from petrel.features.media import backlog, coming, emojis, known, moving, rules, shelf
from petrel.features.media.commands import (
    Wanted,
    attach_many,
    describe,
    discard,
    drop,
    drop_of,
    take_off,
    upload,
    wear,
)
from petrel.features.media.exporting import as_exported, exported
from petrel.features.media.places import NAME as FOLDER
from petrel.features.media.places import install
from petrel.features.media.reads import PATIENT_S, found, own, own_free, settled
from petrel.features.media.serving import Sending, send
from petrel.features.media.shapes import (
    NAMES,
    Facts,
    Kind,
    NoSuchUpload,
    NotTaken,
    Served,
    Size,
    State,
    Uploaded,
    Use,
)
from petrel.features.media.showing import ENDINGS, Told, address, avatar, counted, header, told, upload_of
from petrel.features.media.signing import DIGEST_BYTES, Signer, signer

__all__ = [
    "DIGEST_BYTES",
    "ENDINGS",
    "FOLDER",
    "NAMES",
    "PATIENT_S",
    "Facts",
    "Kind",
    "NoSuchUpload",
    "NotTaken",
    "Sending",
    "Served",
    "Signer",
    "Size",
    "State",
    "Told",
    "Uploaded",
    "Use",
    "Wanted",
    "address",
    "as_exported",
    "attach_many",
    "avatar",
    "backlog",
    "coming",
    "counted",
    "describe",
    "discard",
    "drop",
    "drop_of",
    "emojis",
    "exported",
    "found",
    "header",
    "install",
    "known",
    "moving",
    "own",
    "own_free",
    "rules",
    "send",
    "settled",
    "shelf",
    "signer",
    "take_off",
    "told",
    "upload",
    "upload_of",
    "wear",
]
