"""Where certificates lie: DATA/certificates. Every file is private, and is the old one or the new one, never half."""

from pathlib import Path

from msgspec import Struct


class Places(Struct, frozen=True):
    """A `.pem` of ours holds the key first, then the chain: the two cannot belong to different certificates.

    `live` is served. `fresh` has been issued and is not proven. `previous` was served until the last change, and is
    kept until the new one is proven. `temporary` is signed by nobody: served until the first real one has come.
    """

    root: Path

    @property
    def live(self) -> Path:
        return self.root / "live.pem"

    @property
    def fresh(self) -> Path:
        return self.root / "fresh.pem"

    @property
    def previous(self) -> Path:
        return self.root / "previous.pem"

    @property
    def temporary(self) -> Path:
        return self.root / "temporary.pem"

    @property
    def state(self) -> Path:
        return self.root / "state.json"

    @property
    def seen(self) -> Path:
        return self.root / "seen.json"

    @property
    def asked(self) -> Path:
        """Somebody wants a new certificate now."""
        return self.root / "asked"

    @property
    def questions(self) -> Path:
        """Of http-01: a file for each token."""
        return self.root / "questions"

    @property
    def handshakes(self) -> Path:
        """Of tls-alpn-01: NAME.pem for each name that is asked about."""
        return self.root / "handshakes"

    def make(self) -> None:
        for folder in (self.root, self.questions, self.handshakes):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def places(data: Path) -> Places:
    return Places(data / "certificates")
