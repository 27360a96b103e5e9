"""Whether browsers would believe what the site shows."""

import socket
import ssl
import threading
from pathlib import Path

from petrel.ops.certificates import self_signed
from petrel.ops.setup import certified


def test_a_certificate_counts_only_for_its_name_and_from_who_is_believed(tmp_path: Path) -> None:
    pem = tmp_path / "site.pem"
    pem.write_bytes(self_signed(["bird.org"]))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            try:
                tls.wrap_socket(line, server_side=True).close()
            except OSError:
                line.close()

    server = threading.Thread(target=serve, daemon=True)
    server.start()
    assert certified("bird.org", port, str(pem))
    assert not certified("finch.org", port, str(pem))
    assert not certified("bird.org", port, "")
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    server.join(5)
    assert not certified("bird.org", port, str(pem))
