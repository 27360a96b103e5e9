"""A certificate is proven by a handshake of somebody who believes nothing but the authorities: first in memory, before
it is served, then at the site's own port, by the web processes that serve it."""

import asyncio
import ssl
from collections.abc import Sequence
from pathlib import Path

from petrel.ops.certificates.reading import parsed
from petrel.ops.certificates.serving import context
from petrel.ops.certificates.shapes import Certificate

HANDSHAKE_S = 8.0


def believing(roots: str = "") -> ssl.SSLContext:
    """`roots`: file of the only authorities that are believed; "" for those of the machine and of certifi."""
    if roots:
        return ssl.create_default_context(cafile=roots)
    made = ssl.create_default_context()
    try:
        import certifi

        made.load_verify_locations(certifi.where())
    except (ImportError, OSError):
        pass
    return made


def problem(chain: Path, names: Sequence[str], roots: str = "") -> str:
    """"" when every one of the names can be served with it; else what a visitor would be told."""
    try:
        server, client = context(chain), believing(roots)
        for name in names:
            _shake(server, client, name)
    except OSError as e:
        return getattr(e, "verify_message", "") or e.strerror or str(e)
    return ""


def _shake(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> None:
    """Errors: ssl.SSLError."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(to_client, to_server, server_hostname=name),
            server.wrap_bio(to_server, to_client, server_side=True)]
    while ends:
        for end in list(ends):
            try:
                end.do_handshake()
                ends.remove(end)
            except ssl.SSLWantReadError:
                pass


async def shown(host: str, port: int, name: str, verify: ssl.SSLContext | None = None) -> Certificate:
    """What is shown there to who asks for `name`. `verify`: it must be good for that name as well.

    Errors: OSError (ssl.SSLError is one), TimeoutError, ValueError.
    """
    if verify is None:
        verify = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        verify.check_hostname, verify.verify_mode = False, ssl.CERT_NONE
    async with asyncio.timeout(HANDSHAKE_S):
        _, writer = await asyncio.open_connection(host, port, ssl=verify, server_hostname=name)
        try:
            return parsed(writer.get_extra_info("ssl_object").getpeercert(binary_form=True) or b"")
        finally:
            writer.close()
