"""What a client asks for in its first message under TLS. source: RFC 8446, section 4.1.2; RFC 7301; RFC 6066, 3."""

SERVER_NAME, PROTOCOLS = 0, 16


def asks_for(hello: bytes) -> tuple[str, tuple[bytes, ...]]:
    """(the name, the protocols by ALPN) of a ClientHello with its four bytes of handshake header; "", () for none,
    and for one that is not well formed, with which the handshake itself will deal."""
    try:
        named = dict(_extensions(hello))
        name = named.get(SERVER_NAME, b"")[5:].decode("ascii")
        return name, tuple(_protocols(named.get(PROTOCOLS, b"")))
    except (IndexError, ValueError):
        return "", ()


def _extensions(hello: bytes) -> list[tuple[int, bytes]]:
    at = 4 + 2 + 32
    at += 1 + hello[at]                                         # session
    at += 2 + int.from_bytes(hello[at:at + 2], "big")           # ciphers
    at += 1 + hello[at]                                         # compressions
    end = at + 2 + int.from_bytes(hello[at:at + 2], "big")
    at += 2
    found = []
    while at + 4 <= end <= len(hello):
        kind, size = int.from_bytes(hello[at:at + 2], "big"), int.from_bytes(hello[at + 2:at + 4], "big")
        found.append((kind, hello[at + 4:at + 4 + size]))
        at += 4 + size
    return found


def _protocols(listed: bytes) -> list[bytes]:
    found, at = [], 2
    while at < len(listed):
        found.append(listed[at + 1:at + 1 + listed[at]])
        at += 1 + listed[at]
    return found
