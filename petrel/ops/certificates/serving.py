"""The certificate under which a web process serves, exchanged while it serves.

Every new handshake gets the newest one; connections that are open keep what they have and notice nothing. The outer
context is made before the processes fork, so that all of them open each other's session tickets.

`_msg_callback` is an inner name of Python's ssl, the only way to see what a client asks for before its handshake is
answered. It is set only while a certificate authority asks (tls-alpn-01); the tests ask with a real one.
"""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import structlog
from msgspec import Struct

from petrel.core.errors import Unavailable
from petrel.ops.certificates.hello import asks_for
from petrel.ops.certificates.places import Places

log = structlog.get_logger("petrel.certificates")

LOOK_S = 0.5
ACME_TLS = "acme-tls/1"
PROTOCOLS = ["h2", "http/1.1"]
CLIENT_HELLO = 1


class Files(Struct, frozen=True):
    """Where the certificate is: the first of `choices` that exists; the key beside it in `key`, or in the same file."""

    choices: tuple[Path, ...]
    key: Path | None
    handshakes: Path

    @property
    def chosen(self) -> Path | None:
        return next((path for path in self.choices if path.exists()), None)


def files_of(places: Places, certificate: str = "", key: str = "") -> Files:
    """`certificate`, `key`: those that the operator keeps; "" for those that the site obtains."""
    if certificate:
        return Files((Path(certificate),), Path(key) if key else None, places.handshakes)
    return Files((places.live, places.temporary), None, places.handshakes)


def context(chain: Path, key: Path | None = None, protocols: list[str] = PROTOCOLS) -> ssl.SSLContext:
    """Errors: OSError (ssl.SSLError is one), for what cannot be read, or does not belong together."""
    made = _bare(protocols)
    made.load_cert_chain(chain, key)
    return made


def _bare(protocols: list[str]) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    made.set_alpn_protocols(protocols)
    return made


class Served:
    """Made before the fork by `begin`; `watch` runs in each web process."""

    def __init__(self, files: Files) -> None:
        self.outer = _bare(PROTOCOLS)
        self.outer.sni_callback = self._choose
        self._files = files
        self._current: ssl.SSLContext = self.outer
        self._asked: dict[str, ssl.SSLContext] = {}      # by certificate authorities, by name
        self._seen: object = None
        self._complaint = ""

    def begin(self) -> None:
        """Errors: Unavailable, where there is nothing that could be served."""
        if not self.look():
            raise Unavailable(f"There is no certificate that could be served: {self._complaint}. Look at the settings "
                              "tls, tls_certificate and tls_key (`petrel settings show`).")

    async def watch(self) -> None:
        """Takes over what changes, within `LOOK_S`."""
        while True:
            await asyncio.sleep(LOOK_S)
            self.look()
            self._look_at_questions()

    def look(self) -> bool:
        """Takes the certificate over when its file has changed. What cannot be served changes nothing, and is said."""
        if (stamp := self._stamp()) == self._seen:
            return not self._complaint
        try:
            chosen = self._files.chosen
            if chosen is None:
                raise FileNotFoundError(2, "there is no file", str(self._files.choices[0]))
            self._current = context(chosen, self._files.key)
            self._seen, self._complaint = stamp, ""
        except OSError as e:
            # The operator may be halfway through exchanging two files: it is tried again each time.
            if (complaint := f"{self._files.chosen or self._files.choices[0]}: {e.strerror or e}") != self._complaint:
                log.error("a certificate cannot be served; the one before is kept", why=complaint)
            self._complaint = complaint
        return not self._complaint

    def _stamp(self) -> object:
        found = []
        for path in (*self._files.choices, self._files.key):
            try:
                stat = path.stat() if path is not None else None
            except OSError:
                stat = None
            found.append(stat and (stat.st_mtime_ns, stat.st_ino, stat.st_size))
        return found

    def _look_at_questions(self) -> None:
        """Certificates that only a certificate authority is shown, while it asks."""
        try:
            wanted = {path.stem: path for path in self._files.handshakes.glob("*.pem")}
        except OSError:
            wanted = {}
        for name in self._asked.keys() - wanted:
            del self._asked[name]
        for name in wanted.keys() - self._asked:
            try:
                self._asked[name] = context(wanted[name], protocols=[ACME_TLS])
            except OSError as e:
                log.error("an answer to a certificate authority cannot be read", name=name, why=e.strerror or str(e))
        hearer: Any = self._hear if self._asked else None
        self.outer._msg_callback = hearer  # type: ignore[attr-defined]

    def _hear(self, connection: Any, direction: str, _version: Any, _content: Any, kind: Any, message: bytes) -> None:
        if direction == "read" and kind == CLIENT_HELLO:
            name, protocols = asks_for(message)
            if ACME_TLS.encode() in protocols:
                connection.petrel_answer = self._asked.get(name.lower())

    def _choose(self, connection: Any, _name: str | None, _outer: ssl.SSLContext) -> None:
        connection.context = getattr(connection, "petrel_answer", None) or self._current
