"""Archives for tests, made in memory: `path = zipped(tmp_path, outbox([note(1, "<p>hello</p>")]))`."""

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

ACTOR = "https://old.example/users/ada"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
FOLLOWERS = f"{ACTOR}/followers"
Files = dict[str, bytes]


def note(number: int, content: str, *, to: list[str] | None = None, cc: list[str] | None = None,
         at: str = "", **more: Any) -> dict[str, Any]:
    """A Create activity of the archive's owner."""
    uri = f"{ACTOR}/statuses/{number}"
    published = at or f"2019-01-02T03:04:{number % 60:02d}Z"
    audience = {"to": [PUBLIC] if to is None else to, "cc": [FOLLOWERS] if cc is None else cc}
    told = {"id": uri, "type": "Note", "attributedTo": ACTOR, "published": published, "content": content, **audience}
    return {"id": f"{uri}/activity", "type": "Create", "actor": ACTOR, "published": published, **audience,
            "object": {**told, **more}}


def actor(**more: Any) -> dict[str, Any]:
    return {"id": ACTOR, "type": "Person", "preferredUsername": "ada", "followers": FOLLOWERS, **more}


def outbox(activities: list[Any], **files: bytes) -> Files:
    """The files of an archive; more by their names with "_csv" or "_json" for the dot."""
    told = {"@context": "https://www.w3.org/ns/activitystreams", "id": "outbox.json", "totalItems": len(activities),
            "orderedItems": activities}
    named = {name.replace("_csv", ".csv").replace("_json", ".json"): body for name, body in files.items()}
    return {"actor.json": json.dumps(actor()).encode(), "outbox.json": json.dumps(told).encode(), **named}


def zipped(folder: Path, files: Files, name: str = "archive.zip") -> Path:
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, body in files.items():
            archive.writestr(one, body)
    return folder / name


def tarred(folder: Path, files: Files, name: str = "archive.tar.gz", *more: tarfile.TarInfo) -> Path:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for one, body in files.items():
            info = tarfile.TarInfo(one)
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
        for info in more:
            archive.addfile(info)
    (folder / name).write_bytes(gzip.compress(packed.getvalue()) if name.endswith("gz") else packed.getvalue())
    return folder / name
