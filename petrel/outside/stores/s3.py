"""A bucket that speaks S3, by obstore. Its library is loaded only where there is one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from petrel.outside.stores.shapes import Access, Item, Reading, StoreError

PART_BYTES = 8 << 20
PATIENCE = timedelta(seconds=30)


CAUSES = {
    "NoSuchBucket": "there is no bucket of that name: make it there, or name the right one",
    "InvalidAccessKeyId": "its keeper does not know {named}_s3_key",
    "SignatureDoesNotMatch": "{named}_s3_secret does not belong to {named}_s3_key (or this machine's clock is wrong)",
    "AccessDenied": "that key may not do it: it has to read, write, list and delete in that bucket",
    "RequestTimeTooSkewed": "this machine's clock is wrong: `date -u`",
    "dns error": "the name in {named}_s3_endpoint is not found",
    "tcp connect error": "{named}_s3_endpoint does not answer",
}
"""What is found in an error, and what it means. source: docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""


class S3Store:
    """`prefix` without slashes at its ends."""

    is_near = False
    rest_s = 2.0

    def __init__(self, bucket: str, prefix: str, access: Access) -> None:
        import obstore
        from obstore.store import S3Store as Bucket

        self._obstore: Any = obstore
        self._named = access.named
        self.url = f"s3://{bucket}/{prefix}" if prefix else f"s3://{bucket}"
        given = {"endpoint": access.s3_endpoint, "region": access.s3_region, "access_key_id": access.s3_key,
                 "secret_access_key": access.s3_secret}
        config: Any = {name: value for name, value in given.items() if value}
        options: Any = {"allow_http": access.s3_endpoint.startswith("http:"), "connect_timeout": "10s"}
        try:
            with self._told("opened"):
                self._bucket = Bucket(bucket, prefix=prefix or None, config=config, client_options=options,
                                      retry_config={"max_retries": 4, "retry_timeout": PATIENCE})
        except ValueError as e:
            raise StoreError(f"{self.url} cannot be used: {e}") from e

    def items(self, folder: str) -> Iterator[Item]:
        with self._told("listed"):
            found = [Item(one["path"], one["size"]) for page in self._obstore.list(self._bucket, folder or None)
                     for one in page]
        yield from sorted(found, key=lambda one: one.name)

    def read(self, name: str, start: int = 0) -> Reading:
        options = {"range": {"offset": start}} if start else None
        with self._told(f"read ({name})", may_lack=True):
            return _Reader(self, self._obstore.get(self._bucket, name, options=options), name)

    def has(self, name: str) -> bool:
        with self._told(f"looked for ({name})"):
            try:
                self._obstore.head(self._bucket, name)
            except FileNotFoundError:
                return False
        return True

    def write(self, name: str) -> "_Object":
        return _Object(self, self._obstore.open_writer(self._bucket, name, buffer_size=PART_BYTES, max_concurrency=3),
                       name)

    def remove(self, name: str) -> None:
        with self._told(f"removed ({name})", may_lack=True):
            try:
                self._obstore.delete(self._bucket, name)
            except FileNotFoundError:
                pass

    def free_bytes(self) -> int | None:
        return None

    def close(self) -> None:
        pass

    @contextmanager
    def _told(self, what: str, *, may_lack: bool = False) -> Iterator[None]:
        """Errors of the library in our words. `may_lack`: what is not there is said as FileNotFoundError."""
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, OSError) as e:
            if may_lack and isinstance(e, FileNotFoundError):
                raise
            raise StoreError(f"{self.url} could not be {what}: {_cause(str(e), self._named)}") from e


def _cause(text: str, named: str = "backup") -> str:
    """Of what the library wraps in its own words, with the cure where it is known; `named`: see Access."""
    said = f"{' '.join(text.split())[:400]}. Look at its address, name and keys (settings {{named}}_s3_...), and " \
           "whether it can be reached"
    return next((cause for mark, cause in CAUSES.items() if mark in text), said).replace("{named}", named)


class _Reader:
    """One answer, streamed; `read` gives what it is asked for, in the order it comes."""

    def __init__(self, store: S3Store, answer: Any, name: str) -> None:
        self._store, self._name = store, name
        self._stream = iter(answer.stream(min_chunk_size=1 << 20))
        self._ready = memoryview(b"")

    def read(self, count: int, /) -> bytes:
        parts, missing = [], count
        while missing:
            if not self._ready:
                with self._store._told(f"read ({self._name})"):
                    piece = next(self._stream, None)
                if piece is None:
                    break
                self._ready = memoryview(bytes(piece))
            parts.append(self._ready[:missing])
            self._ready = self._ready[missing:]
            missing -= len(parts[-1])
        return b"".join(parts)

    def close(self) -> None:
        self._stream = iter(())

    def __enter__(self) -> "_Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Object:
    def __init__(self, store: S3Store, writer: Any, name: str) -> None:
        self._store, self._writer, self._name = store, writer, name

    def write(self, piece: bytes) -> None:
        with self._store._told(f"written ({self._name})"):
            self._writer.write(piece)

    def close(self) -> None:
        with self._store._told(f"written ({self._name})"):
            self._writer.close()

    def abandon(self) -> None:
        """What was not closed never becomes an object; a bucket's rule should end uploads that nobody finished."""
        self._writer = None
