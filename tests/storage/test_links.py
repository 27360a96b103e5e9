"""A line to a database of one's own: over TLS with a proven end, or a socket; and the server asks with SCRAM."""

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from petrel.ops.databases import authority
from petrel.storage.postgres import LinkRefused, Storage, StorageError, check_external, check_link, greet, link_of

REFUSED = b"E" + struct.pack("!i", 9) + b"Sno\0\0"
SCRAM, MD5, PLAIN, NOTHING = (b"R" + struct.pack("!ii", 12, n) + b"salt" for n in (10, 5, 3, 0))
CERTIFICATE = r"(?i)certificate"


@pytest.mark.parametrize("url, said", [
    ("postgresql://a:s3cret@db.example/petrel", "no sslmode"),
    ("postgresql://a:s3cret@127.0.0.1/petrel", "no sslmode"),
    ("postgresql://a:s3cret@db.example/petrel?sslmode=require", "sslmode=require"),
    ("postgresql://a:s3cret@db.example/petrel?sslmode=verify-ca&sslrootcert=/x", "sslmode=verify-ca"),
    ("postgresql://a:s3cret@db.example/petrel?sslmode=verify-full", "no sslrootcert"),
    ("postgresql://a@db.example/petrel?sslmode=verify-full&sslrootcert=/x", "no password"),
    ("postgresql://a:s3cret@/petrel?host=db.example", "no sslmode"),
    ("postgresql://a:s3cret@/petrel?host=one,two&sslmode=verify-full&sslrootcert=/x", "several"),
    ("mysql://a:s3cret@db.example/petrel", "postgresql://"),
    ("postgresql://a:s3cret@db.example:port/petrel", "no address"),
])
def test_any_other_line_is_refused(url: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(LinkRefused, match=said) as refused:
        check_link(url)
    assert refused.value.cure and "s3cret" not in str(refused.value)
    with pytest.raises(LinkRefused):
        Storage(tmp_path, url, url).connect_args("main", "petrel_reader")


@pytest.mark.parametrize("url", [
    "postgresql://a:b@/petrel?host=/var/run/postgresql&port=5433",
    "postgresql://a@/petrel",
    "postgresql://a:b@db.example:6432/petrel?sslmode=verify-full&sslrootcert=/etc/petrel/database/ca.crt",
])
def test_a_socket_or_a_proven_server_is_taken(url: str) -> None:
    assert check_link(url).database == "petrel"


def test_an_authority_that_is_not_there(tmp_path: Path) -> None:
    url = f"postgresql://a:b@db.example/petrel?sslmode=verify-full&sslrootcert={tmp_path}/ca.crt"
    with pytest.raises(LinkRefused, match="is not there"):
        asyncio.run(check_external("PETREL_DATABASE_URL", url))


@pytest.mark.parametrize("answer, word", [(MD5, "md5"), (PLAIN, "the password itself"), (NOTHING, "nothing")])
def test_a_server_that_would_get_the_password_is_not_told_it(tmp_path: Path, answer: bytes, word: str) -> None:
    with server(tmp_path, answer) as url, pytest.raises(LinkRefused, match=f"asks for {word}") as refused:
        asyncio.run(check_external("PETREL_DATABASE_URL", url))
    assert "scram-sha-256" in refused.value.cure


def test_a_server_of_another_name_or_authority(tmp_path: Path) -> None:
    with server(tmp_path, SCRAM, name="other.example") as url, pytest.raises(StorageError, match=CERTIFICATE) as it:
        asyncio.run(check_external("PETREL_DATABASE_URL", url))
    assert "another name" in it.value.cure
    (tmp_path / "elsewhere").mkdir()
    authority.load_or_make(tmp_path / "elsewhere")
    with server(tmp_path, SCRAM) as url, pytest.raises(StorageError, match=CERTIFICATE):
        asyncio.run(check_external("PETREL_DATABASE_URL", url.replace(f"{tmp_path}/ca", f"{tmp_path}/elsewhere/ca")))


def test_what_a_server_asks(tmp_path: Path) -> None:
    with server(tmp_path, SCRAM) as url:
        found = greet(link_of(url))
    assert (found.asks, found.tls, found.takes_plain) == ("scram", "TLSv1.3", False)
    with server(tmp_path, SCRAM, plain=SCRAM) as url:
        assert greet(link_of(url)).takes_plain


def test_a_server_without_tls(tmp_path: Path) -> None:
    with server(tmp_path, None) as url, pytest.raises(StorageError, match="does not offer TLS") as it:
        asyncio.run(check_external("PETREL_DATABASE_URL", url))
    assert "ssl = on" in it.value.cure


@contextmanager
def server(folder: Path, answer: bytes | None, *, name: str = "localhost", plain: bytes = REFUSED) -> Iterator[str]:
    """Speaks as much of Postgres' protocol as it takes to be asked how one signs in; None: it knows no TLS."""
    certificate, key = authority.issue(folder, [name])
    (folder / "server.crt").write_bytes(certificate)
    (folder / "server.key").write_bytes(key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.crt", folder / "server.key")
    door = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _ = door.accept()
            except OSError:
                return
            try:
                with line:
                    if struct.unpack("!ii", line.recv(8))[1] != 80877103:
                        line.sendall(plain)
                    elif answer is None:
                        line.sendall(b"N")
                    else:
                        line.sendall(b"S")
                        with context.wrap_socket(line, server_side=True) as safe:
                            safe.recv(4096)
                            safe.sendall(answer)
            except OSError:
                continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield (f"postgresql://a:hunter2@localhost:{door.getsockname()[1]}/petrel"
               f"?sslmode=verify-full&sslrootcert={folder}/ca.crt")
    finally:
        door.shutdown(socket.SHUT_RDWR)
        door.close()
        thread.join(5)
