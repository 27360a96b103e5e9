"""Orders one certificate of an ACME issuer, in a process of its own: `python -m petrel.outside.acme`, an `Order` on
standard input, an `Issued` on standard output.

So that what it needs takes no memory between renewals, and nothing that an issuer does holds the site up. Answers to
the issuer's questions are laid where the web processes find them. source: RFC 8555, RFC 8737 (tls-alpn-01), RFC 9773
(renewal information).
"""

import base64
import ctypes
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

AGENT = "petrel"
REQUEST_S, ORDER_S = 20, 90
WINDOW_AGAIN_S = 6 * 3600.0
KINDS = ("http-01", "tls-alpn-01")
ACME_IDENTIFIER = "1.3.6.1.5.5.7.1.31"


class Order(Struct, frozen=True, kw_only=True):
    """`names`: the first is the site's own. `account`: file of our key with this issuer, made when missing. `binding`:
    KID:KEY where the issuer wants its own account (external account binding). `roots`: file of the only authorities
    that are believed; "" for the usual ones. `challenge`: http-01 or tls-alpn-01; another where that is not offered.
    `settle_s`: until the web processes have seen what is laid into `handshakes`. `about`: only asks when this
    certificate (PEM) should be renewed."""

    directory: str
    names: tuple[str, ...]
    account: str
    questions: str
    handshakes: str
    challenge: str = "http-01"
    contact: str = ""
    binding: str = ""
    roots: str = ""
    settle_s: float = 1.5
    about: str = ""


class Window(Struct, frozen=True):
    """When the issuer wants a certificate renewed, and when it wants to be asked again."""

    start: datetime
    end: datetime
    again_at: datetime


class Issued(Struct, frozen=True):
    """`pem`: key and chain; or `error`, in words for the operator. `window`: None where the issuer has none."""

    pem: str = ""
    error: str = ""
    window: Window | None = None


class Refused(Exception):
    """The issuer does not issue; the message says why, and what to do."""


def main() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)         # PR_SET_PDEATHSIG: not longer than who asked
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    sys.stdout.buffer.write(msgspec.json.encode(carry_out(order)))


def carry_out(order: Order) -> Issued:
    """Takes seconds, at most `ORDER_S` and a little. Raises nothing."""
    from acme import errors, messages
    from requests.exceptions import RequestException

    host = order.directory.split("/")[2] if order.directory.count("/") > 1 else order.directory
    try:
        client = _client(order)
        if order.about:
            return Issued(window=_window(client, order.about.encode()))
        _enter(client, order)
        return Issued(pem=_issue(client, order))
    except Refused as e:
        return Issued(error=f"{host}: {e}")
    except errors.ValidationError as e:
        return Issued(error=f"{host} could not see that {_failures(e)}. {_cure(order.challenge)}")
    except messages.Error as e:
        return Issued(error=f"{host} refused: {e.detail or e.typ}")
    except (errors.Error, RequestException, OSError, ValueError) as e:
        return Issued(error=f"{host} cannot be used now: {_unreached(e)}")


def _unreached(error: Exception) -> str:
    """What the libraries wrap in three layers, and what to do about it."""
    told = str(error)
    if "NameResolutionError" in told:
        return "this machine's name server does not find that name. Is it written rightly, is /etc/resolv.conf right?"
    if "CERTIFICATE_VERIFY_FAILED" in told:
        return ("its own certificate is not believed here. Is this machine's clock right (`date -u`)? An issuer of "
                "your own needs the setting acme_roots")
    if any(one in told for one in ("NewConnectionError", "ConnectTimeout", "ReadTimeout", "ConnectionResetError")):
        return "it does not answer. May this machine reach others? If so, it is theirs to mend: we go on asking"
    return _short(error)


def _short(error: Exception) -> str:
    text = str(error) or type(error).__name__
    return text if len(text) < 300 else f"{text[:300]} ..."


def _failures(error: Any) -> str:
    found = [f"{one.body.identifier.value} is this machine ({challenge.error.detail})"
             for one in error.failed_authzrs for challenge in one.body.challenges if challenge.error is not None]
    return "; ".join(found) or "the names are this machine's"


def _cure(challenge: str) -> str:
    port = 80 if challenge == "http-01" else 443
    return (f"Every name has to lead here from everywhere, by IPv4 and, where it has such an address, by IPv6, and "
            f"port {port} has to be open: `petrel doctor`")


# The issuer and our account there.

def _client(order: Order) -> Any:
    from acme import client
    from josepy.jwk import JWKRSA

    net = client.ClientNetwork(JWKRSA(key=_account_key(Path(order.account))), user_agent=AGENT,
                               verify_ssl=order.roots or True, timeout=REQUEST_S)  # type: ignore[arg-type]
    return client.ClientV2(client.ClientV2.get_directory(order.directory, net), net)


def _account_key(path: Path) -> Any:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    if not path.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        made = path.with_name(path.name + ".new")
        made.touch(mode=0o600)
        made.write_bytes(_private(key))
        made.replace(path)
    return serialization.load_pem_private_key(path.read_bytes(), None)


def _private(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _enter(client: Any, order: Order) -> None:
    """Makes the account, or finds it by its key."""
    from acme import errors, messages

    fields: dict[str, Any] = {"terms_of_service_agreed": True}
    if order.contact:
        fields["contact"] = (f"mailto:{order.contact}",)
    if order.binding:
        kid, _, secret = order.binding.partition(":")
        fields["external_account_binding"] = messages.ExternalAccountBinding.from_data(
            account_public_key=client.net.key, kid=kid, hmac_key=secret, directory=client.directory)
    elif client.external_account_required():
        raise Refused("it wants an account of its own: put what it gave you into acme_binding as KID:KEY")
    try:
        client.net.account = client.new_account(messages.NewRegistration(**fields))
    except errors.ConflictError as known:
        client.net.account = messages.RegistrationResource(uri=known.location, body=messages.Registration())


# The order.

def _issue(client: Any, order: Order) -> str:
    from acme import crypto_util
    from cryptography.hazmat.primitives.asymmetric import ec

    _know_handshakes()
    key = _private(ec.generate_private_key(ec.SECP256R1()))
    until = datetime.now() + timedelta(seconds=ORDER_S)   # acme compares with the machine's own time
    made = client.new_order(crypto_util.make_csr(key, list(order.names)))
    with _laid(order) as lay:
        challenges = [lay(client, one.body) for one in made.authorizations if one.body.status.name != "valid"]
        if any(challenge.chall.typ == "tls-alpn-01" for challenge, _ in challenges):
            time.sleep(order.settle_s)
        for challenge, answer in challenges:
            client.answer_challenge(challenge, answer)
        done = client.poll_and_finalize(made, until)
    return key.decode() + str(done.fullchain_pem)


@contextmanager
def _laid(order: Order) -> Iterator[Any]:
    """Lays out answers; at its end they are gone, and with them what an order before may have left."""
    folders = Path(order.questions), Path(order.handshakes)

    def lay(client: Any, body: Any) -> tuple[Any, Any]:
        offered = {one.chall.typ: one for one in body.challenges if one.chall.typ in KINDS}
        if not offered:
            raise Refused(f"for {body.identifier.value} it asks by nothing that this site can answer")
        one = offered.get(order.challenge) or next(iter(offered.values()))
        answer, said = one.response_and_validation(client.net.key)
        if one.chall.typ == "http-01":
            folders[0].joinpath(one.chall.encode("token")).write_text(said)
        else:
            making = folders[1] / "making"
            making.touch(mode=0o600)
            making.write_bytes(_answer_certificate(body.identifier.value, said))
            making.replace(folders[1] / f"{body.identifier.value}.pem")
        return one, answer

    try:
        yield lay
    finally:
        for folder in folders:
            for path in folder.iterdir():
                path.unlink(missing_ok=True)


def _know_handshakes() -> None:
    """The library has no tls-alpn-01 of its own."""
    from acme import challenges

    @challenges.ChallengeResponse.register
    class Answer(challenges.KeyAuthorizationChallengeResponse):
        typ = "tls-alpn-01"

    @challenges.Challenge.register
    class Question(challenges.KeyAuthorizationChallenge):
        response_cls = Answer
        typ = Answer.typ

        def validation(self, account_key: Any, **_: Any) -> bytes:
            return sha256(self.key_authorization(account_key).encode()).digest()


def _answer_certificate(name: str, digest: bytes) -> bytes:
    """Only for the issuer's eyes. source: RFC 8737, section 3."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([])
    now = datetime.now(UTC)
    made = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=7))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=True)
            .add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(ACME_IDENTIFIER), b"\x04\x20" + digest),
                           critical=True)
            .sign(key, hashes.SHA256()))
    return _private(key) + made.public_bytes(Encoding.PEM)


# When to renew.

def _window(client: Any, pem: bytes) -> Window | None:
    try:
        where = client.directory["renewalInfo"]
    except KeyError:
        return None
    found = client.net.get(f"{where}/{_name_of(pem)}", content_type="application/json")
    said = found.json()["suggestedWindow"]
    start, end = (datetime.fromisoformat(said[name].replace("Z", "+00:00")) for name in ("start", "end"))
    wait = found.headers.get("Retry-After", "")
    again_s = min(max(float(wait), 1.0), 86_400.0) if wait.isdigit() else WINDOW_AGAIN_S
    return Window(start, max(start, end), datetime.now(UTC) + timedelta(seconds=again_s))


def _name_of(pem: bytes) -> str:
    """source: RFC 9773, section 4.1: the authority's key identifier and the serial number as DER has it."""
    from cryptography import x509

    certificate = x509.load_pem_x509_certificate(pem)
    key = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier or b""
    serial = certificate.serial_number
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=")
                    for part in (key, serial.to_bytes(serial.bit_length() // 8 + 1, "big")))


if __name__ == "__main__":
    main()
