"""The way to the relay: TLS that is checked, a relay that hangs, lies or is not there, and signatures that others
believe."""

import datetime
import ipaddress
import json
import ssl
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from petrel.features import mail
from petrel.features.mail import signing
from petrel.outside import mail as outside
from tests.features.mail.post_office import office

SYSTEM_PYTHON = "/usr/bin/python3"
VERIFY = """
import dkim, json, sys
given = json.load(sys.stdin)
print(dkim.DKIM(given["raw"].encode("latin-1")).verify(dnsfunc=lambda name, timeout=5: given["dns"].encode()
      if name.decode().rstrip(".") == given["name"] else None))
"""


with_verifier = pytest.mark.skipif(not Path("/usr/lib/python3/dist-packages/dkim").exists(),
                                   reason="no independent verifier: apt install python3-dkim")


def verifies(raw: bytes, name: str, text: str) -> bool:
    """By dkimpy of the distribution, which knows nothing of us."""
    given = json.dumps({"raw": raw.decode("latin-1"), "name": name, "dns": text})
    done = subprocess.run([SYSTEM_PYTHON, "-c", VERIFY], input=given, capture_output=True, text=True, timeout=30)
    return done.stdout.strip() == "True"


def certificate(folder: Path, name: str = "127.0.0.1") -> tuple[ssl.SSLContext, str]:
    """A server's side of TLS, and the file that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        alternative = x509.DNSName(name)
    made = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
            .serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([alternative]), False)
            .add_extension(x509.BasicConstraints(True, None), True).sign(key, hashes.SHA256()))
    place = folder / "relay.pem"
    place.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place)
    return context, str(place)


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_letter_goes_over_tls_with_a_password(site, tmp_path, security):
    context, ca = certificate(tmp_path)
    async with office(context, implicit=security == "tls", asks="s3cret", security=security, ca=ca, user="petrel",
                      password="wrong") as post:
        given = outside.post().relay
        with pytest.raises(mail.NotTaken, match="user and password"):
            await mail.try_out("crew@birds.example")
        outside.install(outside.Relay(given.server, given.sender, given.port, security, "petrel", "s3cret", ca))
        assert "took a letter" in await mail.try_out("crew@birds.example")
        assert len(post.taken) == 1


async def test_a_relay_that_cannot_prove_its_name_gets_nothing(site, tmp_path):
    for name, ca in (("127.0.0.1", ""), ("other.example", "its own")):
        context, file = certificate(tmp_path, name)
        async with office(context, security="starttls", ca=file if ca else "") as post:
            with pytest.raises(mail.NotTaken, match="does not prove"):
                await mail.try_out("crew@birds.example")
            assert not post.taken


async def test_without_tls_nothing_is_said_to_a_relay_that_should_have_it(site):
    async with office(security="starttls", user="petrel", password="s3cret"):
        with pytest.raises(mail.NotTaken, match="offers no TLS"):
            await mail.try_out("crew@birds.example")


async def test_a_password_or_another_machine_takes_tls(site):
    for relay in (outside.Relay("127.0.0.1", "p@b.example", 25, "none", "u", "p"),
                  outside.Relay("192.0.2.1", "p@b.example", 25, "none")):
        outside.install(relay)
        with pytest.raises(mail.NotTaken, match="mail_security"):
            await mail.try_out("crew@birds.example")
    outside.install(None)
    with pytest.raises(mail.NotTaken, match="mail_server is empty") as nothing:
        await mail.try_out("crew@birds.example")
    assert nothing.value.detail is None                 # nobody was asked, so nobody said anything


async def test_a_relay_that_hangs_is_given_up(site, monkeypatch):
    monkeypatch.setattr(outside, "LETTER_S", 0.2)
    async with office() as post:
        post.hangs = True
        with pytest.raises(mail.NotTaken, match="in time"):
            await mail.try_out("crew@birds.example")


async def test_a_relay_that_takes_the_letter_and_says_no_at_the_end(site):
    async with office() as post:
        post.after_data = "554 5.7.1 message looks like spam"
        with pytest.raises(mail.NotTaken, match="does not take"):
            await mail.try_out("crew@birds.example")


@with_verifier
async def test_others_can_prove_that_a_letter_is_ours(site):
    async with office() as post:
        await mail.try_out("crew@birds.example")
        raw = post.taken[0][1]
        [record] = [one for one in await mail.records() if "_domainkey" in one.name]
    assert verifies(raw, record.name, record.text)
    assert not verifies(raw.replace(b"birds", b"words", 1), record.name, record.text)
    assert not verifies(raw + b"More.\r\n", record.name, record.text)
    assert not verifies(raw.replace(b"Subject: Mail", b"Subject: Nail"), record.name, record.text)


@with_verifier
async def test_a_signature_holds_for_awkward_texts(site):
    key = await signing.key()
    name, text = signing.in_dns(key, "birds.example")
    for body in (b"", b"\r\n\r\n", b"a  \t b \r\n.\r\n..x\r\n\r\n \r\n", b"x" * 3000 + b"\r\n"):
        raw = b"From: a@birds.example\r\nSubject: =?utf-8?q?x?=\r\n  two   blanks\t\r\nTo:b@c.example\r\n\r\n" + body
        assert verifies(signing.sign(raw, "birds.example", key) + raw, name, text), body


async def test_the_key_is_made_once(site):
    assert (await signing.key()).public == (await signing.key()).public
