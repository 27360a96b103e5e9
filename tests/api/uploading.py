"""Uploads as an app makes them: `answer = await upload(api, token, body)`, then `await read_all()`."""

from typing import Any

from petrel import app
from petrel.worker import jobs
from tests.api.plain import Answer, Client

BOUNDARY = "----petrel-tests"


def form_of(files: dict[str, bytes], fields: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    """A multipart body and its headers; every file claims to be a text called by a wrong name."""
    parts = [f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
             for name, value in fields.items()]
    parts += [f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{name}"; filename="wrong.txt"\r\n'
              f"content-type: text/plain\r\n\r\n".encode() + body + b"\r\n" for name, body in files.items()]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode(), {
        "content-type": f"multipart/form-data; boundary={BOUNDARY}"}


async def upload(api: Client, token: str | None, body: bytes, *, to: str = "/api/v2/media", **fields: str) -> Answer:
    sent, headers = form_of({"file": body}, fields)
    return await api("POST", to, token=token, body=sent, headers=headers)


async def read_all() -> None:
    """Runs what waits to be read."""
    app.load_rooms()
    await jobs.drain(until_s=0)


async def ready(api: Client, token: str, body: bytes, **fields: str) -> Any:
    """The entity of an upload that was read."""
    sent = await upload(api, token, body, **fields)
    assert sent.status in (200, 202), sent.body
    await read_all()
    found = await api("GET", f"/api/v1/media/{sent.json['id']}", token=token)
    assert found.status == 200, found.body
    return found.json
