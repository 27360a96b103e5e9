"""multipart/form-data, piece by piece as it comes in; files go to disk beyond 1 MB. For the API and for our own pages.

python-multipart finds the parts (RFC 7578); this decides what may be in them. Text must be UTF-8.
Starlette's own reader is not used because it turns broken UTF-8 into other letters instead of refusing it.
"""

import logging
from tempfile import SpooledTemporaryFile

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from petrel.core.errors import PetrelError

IN_MEMORY_BYTES = 1_000_000
MOST_TEXT_BYTES = 1_000_000
HAS_NUL = "NUL characters are not accepted"
NOT_UTF8 = "Parameters must be valid UTF-8"

# It warns of each body it cannot read: the client is told, and the log is not for strangers to fill.
logging.getLogger("python_multipart.multipart").setLevel(logging.ERROR)


class Unreadable(PetrelError):
    """The multipart body cannot be read"""


class Upload:
    """A file somebody sent. `type` and `name` are the sender's claims: never trust them.

    The file is gone when the request ends; whoever keeps it copies it before.
    """

    __slots__ = ("file", "name", "size_bytes", "type")

    def __init__(self, name: str, type: str) -> None:
        self.name = name
        self.type = type
        self.size_bytes = 0
        self.file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115


class Multipart:
    """Feed it the body with `write`, then call `finish`; `close` drops the files. Errors: Unreadable.

    `parts`: names with their texts or files, in their order, as far as they came whole. What makes a body unreadable
    is among them, with other letters for the broken ones: whoever typed it can be given it back.
    """

    def __init__(self, content_type: bytes, most_parts: int) -> None:
        self.parts: list[tuple[str, str | Upload]] = []
        self.uploads: list[Upload] = []
        self._most_parts = most_parts
        self._begun = 0
        self._text_bytes = 0
        self._ended = False
        self._begin_part()
        try:
            self._parser = MultipartParser(
                _boundary_of(content_type),
                {
                    "on_part_begin": self._begin_part,
                    "on_header_field": self._on_header_name,
                    "on_header_value": self._on_header_value,
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._end_headers,
                    "on_part_data": self._on_bytes,
                    "on_part_end": self._end_part,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise Unreadable("The boundary of the multipart body cannot be used") from error

    def write(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise Unreadable from error

    def finish(self) -> None:
        if not self._ended:
            raise Unreadable("The multipart body ends too early: its last boundary is missing")

    def close(self) -> None:
        for upload in self.uploads:
            upload.file.close()

    def _begin_part(self) -> None:
        self._headers: dict[bytes, bytes] = {}
        self._header_name = b""
        self._header_value = b""
        self._name = ""
        self._text = bytearray()
        self._upload: Upload | None = None

    def _on_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _end_headers(self) -> None:
        self._begun += 1
        if self._begun > self._most_parts:
            raise Unreadable(f"Too many parameters: at most {self._most_parts} are accepted")
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        if not options.get(b"name"):
            raise Unreadable("A part of the multipart body has no name")
        self._name = _text(options[b"name"])
        if b"filename" in options:
            kind = self._headers.get(b"content-type", b"application/octet-stream")
            self._upload = Upload(_text(options[b"filename"]), kind.decode("latin-1"))
            self.uploads.append(self._upload)

    def _on_bytes(self, data: bytes, start: int, end: int) -> None:
        piece = memoryview(data)[start:end]
        if self._upload is None:
            self._text_bytes += end - start
            if self._text_bytes > MOST_TEXT_BYTES:
                raise Unreadable("The text in the multipart body is too long")
            self._text += piece
        else:
            # Blocks the loop for the page cache's time only: tens of microseconds a chunk.
            self._upload.file.write(piece)
            self._upload.size_bytes += end - start

    def _end_part(self) -> None:
        if self._upload is None:
            self.parts.append((self._name, self._text.decode(errors="replace")))
            _text(self._text)
        else:
            self._upload.file.seek(0)
            # A browser sends an empty, nameless file for a file field nobody filled.
            chosen = self._upload.size_bytes or self._upload.name
            self.parts.append((self._name, self._upload if chosen else ""))

    def _end(self) -> None:
        self._ended = True


def _text(raw: bytes | bytearray) -> str:
    if 0 in raw:
        raise Unreadable(HAS_NUL)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Unreadable(NOT_UTF8) from None


def _boundary_of(content_type: bytes) -> bytes:
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if not boundary:
        raise Unreadable("The content type of a multipart body must name its boundary")
    return boundary
