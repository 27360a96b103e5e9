"""What a client is shown by a web process, and what it notices when that is exchanged: nothing."""

import os
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from petrel import app, settings
from petrel.core import whole_file
from petrel.core.errors import Unavailable
from petrel.ops.certificates import Places, Served, files_of, places, self_signed
from petrel.ops.certificates.hello import asks_for
from petrel.ops.certificates.serving import ACME_TLS


@pytest.fixture
def where(tmp_path: Path) -> Places:
    found = places(tmp_path)
    found.make()
    return found


class Door:
    """A server that answers every connection with a letter for each that it gets."""

    def __init__(self, served: Served) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._served = served
        self.address = self._socket.getsockname()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                raw, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(raw,), daemon=True).start()

    def _talk(self, raw: socket.socket) -> None:
        try:
            with self._served.outer.wrap_socket(raw, server_side=True) as one:
                while found := one.recv(1):
                    one.sendall(found)
        except OSError:
            pass

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def served(where: Places) -> Iterator[tuple[Served, Door]]:
    whole_file.write(where.live, self_signed(["one.test"]))
    found = Served(files_of(where))
    found.begin()
    door = Door(found)
    yield found, door
    door.close()


def call(door: Door, name: str | None = "one.test", protocols: list[str] | None = None) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(protocols or ["http/1.1"])
    return context.wrap_socket(socket.create_connection(door.address, timeout=10), server_hostname=name)


def shown(connection: ssl.SSLSocket) -> list[str]:
    certificate = x509.load_der_x509_certificate(connection.getpeercert(binary_form=True) or b"")
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return names.get_values_for_type(x509.DNSName)


def echoes(connection: ssl.SSLSocket) -> bool:
    connection.sendall(b"x")
    return connection.recv(1) == b"x"


def test_new_handshakes_get_the_new_certificate_and_open_connections_go_on(
        served: tuple[Served, Door], where: Places) -> None:
    before = call(served[1])
    assert shown(before) == ["one.test"] and echoes(before)

    whole_file.write(where.live, self_signed(["two.test"]))
    assert served[0].look()

    assert shown(call(served[1])) == ["two.test"]
    assert shown(call(served[1], name=None)) == ["two.test"]
    assert echoes(before)


def test_what_cannot_be_served_is_never_taken_over(served: tuple[Served, Door], where: Places) -> None:
    one, other = self_signed(["other.test"]), self_signed(["third.test"])
    for broken in (b"", one[:300], b"nonsense", one.split(b"-----BEGIN CERTIFICATE")[0] +
                   b"-----BEGIN CERTIFICATE" + other.split(b"-----BEGIN CERTIFICATE")[1]):
        whole_file.write(where.live, broken)
        assert not served[0].look()
        assert shown(call(served[1])) == ["one.test"]
    whole_file.write(where.live, one)
    assert served[0].look()
    assert shown(call(served[1])) == ["other.test"]


def test_a_certificate_of_the_operator_may_have_its_key_beside_it(where: Places, tmp_path: Path) -> None:
    pem = self_signed(["files.test"])
    key, _, rest = pem.partition(b"-----BEGIN CERTIFICATE")
    (tmp_path / "key.pem").write_bytes(key)
    (tmp_path / "chain.pem").write_bytes(b"-----BEGIN CERTIFICATE" + rest)
    found = Served(files_of(where, str(tmp_path / "chain.pem"), str(tmp_path / "key.pem")))
    found.begin()
    missing = Served(files_of(where, str(tmp_path / "none.pem")))
    with pytest.raises(Unavailable, match=r"none\.pem"):
        missing.begin()


def test_the_temporary_one_is_served_until_there_is_a_real_one(where: Places) -> None:
    whole_file.write(where.temporary, self_signed(["until.test"]))
    found = Served(files_of(where))
    found.begin()
    door = Door(found)
    assert shown(call(door)) == ["until.test"]
    whole_file.write(where.live, self_signed(["one.test"]))
    assert found.look()
    assert shown(call(door)) == ["one.test"]
    door.close()


def test_a_certificate_authority_gets_its_own_answer_and_people_theirs(
        served: tuple[Served, Door], where: Places) -> None:
    asked = where.handshakes / "one.test.pem"
    whole_file.write(asked, self_signed(["answer.test"]))
    served[0]._look_at_questions()
    by_authority = call(served[1], protocols=[ACME_TLS])
    assert (by_authority.selected_alpn_protocol(), shown(by_authority)) == (ACME_TLS, ["answer.test"])
    assert shown(call(served[1])) == ["one.test"]
    assert shown(call(served[1], name="other.test", protocols=[ACME_TLS])) == ["one.test"]
    asked.unlink()
    served[0]._look_at_questions()
    assert shown(call(served[1], protocols=[ACME_TLS])) == ["one.test"]


def test_files_are_private_and_whole(where: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    whole_file.write(where.live, b"old")
    assert where.live.stat().st_mode & 0o777 == 0o600

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        whole_file.write(where.live, b"new")
    assert where.live.read_bytes() == b"old"


@pytest.mark.parametrize("garbage", [b"", b"\x01", b"\x01\x00\x00\x05abcde", bytes(60), b"\xff" * 200])
def test_a_strange_hello_asks_for_nothing(garbage: bytes) -> None:
    assert asks_for(garbage)[0] == ""


def test_the_first_start_of_a_site_makes_the_temporary_one_itself(tmp_path: Path) -> None:
    found = app.served(settings.load(str(tmp_path), environment={}, tls="acme", base_url="https://until.test"))
    assert found is not None
    door = Door(found)
    assert shown(call(door, "until.test")) == ["until.test"]
    door.close()
