"""Asking a stranger's server: where it may not lead us, and how much of us it may take."""

import asyncio
import datetime as dt
import ssl
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from petrel.outside import fetch, reach, webhooks
from petrel.outside.fetch import Asked, Bounds, Failed
from tests.outside.strangers import names, said, stranger

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
OPEN = ("1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e", "64:ff9b::101:101")
CLOSED = (
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",    # noqa: S104
    "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.5", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a01:203", "64:ff9b:1::1",
    "2002:7f00:1::", "2002:a01:203::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "3fff::1", "100::1",
    "fec0::1", "5f00::1",
)


@pytest.fixture(autouse=True)
def asked() -> Iterator[list[str]]:
    """The names that were asked for."""
    with names(private_example="10.0.0.7", mapped_example="::ffff:127.0.0.1", gone_example="") as asked:
        yield asked


async def why(url: str, bounds: Bounds = Bounds(seconds=5)) -> str:
    with pytest.raises(Failed) as e:
        await fetch.ask(Asked(url), bounds)
    return e.value.why


def test_only_addresses_of_the_open_internet_are_open() -> None:
    assert [one for one in OPEN if not reach.is_open(ip_address(one))] == []
    assert [one for one in CLOSED if reach.is_open(ip_address(one))] == []


async def test_only_the_ports_of_the_web_are_asked() -> None:
    for port in range(1, 10_000):
        if port in (80, 443, 8080, 8443):
            assert await reach.addresses("1.1.1.1", port) == [ip_address("1.1.1.1")]
        else:
            with pytest.raises(reach.Forbidden):
                await reach.addresses("1.1.1.1", port)


@pytest.mark.parametrize("url", [
    "http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://2130706433/", "http://0x7f000001/",
    "http://0177.1/", "http://localhost/", "http://private.example/", "http://mapped.example/", "http://10.0.0.1:8080/",
    "https://169.254.169.254/latest/meta-data", "http://1.1.1.1:22/", "http://1.1.1.1:6379/"])
async def test_no_address_of_the_house_is_asked(url: str) -> None:
    assert await why(url) == "address"


@pytest.mark.parametrize("url", [
    "", "ftp://birds.example/", "file:///etc/passwd", "//birds.example/", "http://", "http:///x", "http://a@birds.example/",
    "http://birds.example:99999/", "http://birds.example/\r\nX: y", "http://birds.example/ x", "http://birds.example\\@b/",
    "http://[::1/", "javascript:alert(1)", "http://" + "a" * 9000])
async def test_what_is_no_address_of_the_web_is_not_asked(url: str) -> None:
    assert await why(url) == "url"


async def test_the_answer_is_read_whole() -> None:
    async with stranger() as one:
        one.answers["/a"] = said(200, b"hello", Content_Type="text/plain")
        one.answers["/b"] = CHUNKED + b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
        one.answers["/c"] = b"HTTP/1.0 200 OK\r\n\r\nuntil the end"
        found = [await fetch.ask(Asked(one.url(path))) for path in ("/a?x=\u00e4b", "/b", "/c", "/d")]

    assert [(f.status, f.body, f.is_cut) for f in found] == [
        (200, b"hello", False), (200, b"hello world", False), (200, b"until the end", False), (404, b"", False)]
    assert found[0].headers["content-type"] == "text/plain"
    assert one.heads[0].splitlines()[:2] == ["GET /a?x=%C3%A4b HTTP/1.1", f"Host: birds.example:{one.port}"]
    assert "cookie" not in one.heads[0].lower() and "referer" not in one.heads[0].lower()


async def test_a_name_is_resolved_once_and_that_address_is_asked(asked: list[str]) -> None:
    """Between looking at the address and connecting to it the name has no second say."""
    async with stranger() as one:
        one.answers["/"] = said(200, b"x")
        await fetch.ask(Asked(one.url()))
        assert asked == ["birds.example"]


async def test_redirects_are_followed_as_far_as_one_may_go() -> None:
    async with stranger() as one, stranger("other.example") as other:
        one.answers["/1"] = said(301, Location="/2")
        one.answers["/2"] = said(302, Location=other.url("/3"))
        one.answers["/loop"] = said(302, Location="/loop")
        one.answers["/house"] = said(302, Location="http://private.example/")
        one.answers["/local"] = said(302, Location="http://127.0.0.1:8080/")
        one.answers["/file"] = said(302, Location="file:///etc/passwd")
        other.answers["/3"] = said(200, b"there")

        answer = await fetch.ask(Asked(one.url("/1")))
        assert (answer.url, answer.body) == (other.url("/3"), b"there")
        assert await why(one.url("/1"), Bounds(redirects=1)) == "redirects"
        assert (await fetch.ask(Asked(one.url("/1")), Bounds(redirects=0))).status == 301
        assert (await fetch.ask(Asked(one.url("/1"), "POST", body=b"x"))).status == 301
        one.heads.clear()
        assert await why(one.url("/loop")) == "redirects" and len(one.heads) == 4
        assert await why(one.url("/house")) == await why(one.url("/local")) == "address"
        assert await why(one.url("/file")) == "url"


async def test_bytes_and_seconds_are_bounded() -> None:
    async def drip(body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(200):
            writer.write(b"x: y\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)

    async def head(body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20_000)

    async def crumbs(body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(CHUNKED + b"1;" + b"a" * 50 + b"\r\nx\r\n")
        for _ in range(4000):
            writer.write((b"1;" + b"a" * 50 + b"\r\nx\r\n") * 10)
            await writer.drain()

    async with stranger() as one:
        one.answers |= {"/large": said(200, b"a" * 100_000), "/drip": drip, "/head": head, "/crumbs": crumbs,
                        "/short": b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nshort", "/none": b"",
                        "/ssh": b"SSH-2.0-OpenSSH_9.2\r\n"}
        cut = await fetch.ask(Asked(one.url("/large")), Bounds(most_bytes=1000))
        assert (len(cut.body), cut.is_cut) == (1000, True)
        short = await fetch.ask(Asked(one.url("/short")))
        assert (short.body, short.is_cut) == (b"short", True)
        assert await why(one.url("/drip"), Bounds(seconds=0.3)) == "time"
        assert await why(one.url("/head")) == "size"
        assert await why(one.url("/crumbs"), Bounds(most_bytes=100_000)) == "size"
        assert await why(one.url("/none")) == await why(one.url("/ssh")) == "protocol"
        gone = one.url()
    reach.let_in(frozenset((f"birds.example:{one.port}",)))
    try:
        assert await why(gone) == "connection"
    finally:
        reach.let_in(frozenset())
    assert await why("http://gone.example/") == "name"


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's certificate for birds.example, of an authority that this process believes."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "birds.example")])
    now = dt.datetime.now(dt.UTC)
    pem = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
           .serial_number(1).not_valid_before(now - dt.timedelta(1)).not_valid_after(now + dt.timedelta(1))
           .add_extension(x509.SubjectAlternativeName([x509.DNSName("birds.example")]), False)
           .add_extension(x509.BasicConstraints(True, None), True)
           .sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    file = tmp_path / "both.pem"
    file.write_bytes(pem + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                             serialization.NoEncryption()))
    believed = ssl.create_default_context(cadata=pem.decode())
    monkeypatch.setattr(fetch, "_context", lambda: believed)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server


async def test_the_certificate_has_to_be_the_hosts(authority: ssl.SSLContext) -> None:
    """Although the connection goes to an address, not to the name."""
    async with stranger(tls=authority) as one, stranger("other.example", tls=authority) as other:
        one.answers["/"] = other.answers["/"] = said(200, b"safe")
        assert (await fetch.ask(Asked(one.url("/", "https")))).body == b"safe"
        assert await why(other.url("/", "https")) == "certificate"
        assert other.heads == []


async def test_what_the_operator_names_may_be_in_the_house() -> None:
    async with stranger("127.0.0.1") as one:
        reach.let_in(frozenset())
        one.answers["/hook"] = said(204)
        one.answers["/large"] = said(200, b"a" * 300_000)
        one.answers["/moved"] = said(302, Location="/hook")
        assert await why(one.url("/hook")) == "address"
        assert await webhooks.post(one.url("/hook"), {"text": "x"}) == ""
        assert one.bodies[-1] == b'{"text": "x"}'
        assert await webhooks.get(one.url("/large")) == ""
        assert await webhooks.get(one.url("/moved")) == "it answered 302"
        assert await webhooks.get(one.url("/no?secret")) == "it answered 404"
        gone = one.url("/secret")
    found = await webhooks.get(gone)
    assert "nobody can be reached there" in found and "secret" not in found
