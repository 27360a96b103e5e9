"""How the site's cookies are called: one name for whoever sets them and whoever reads them."""

SESSION, GUEST = "session", "guest"


def name(of: str, *, is_secure: bool) -> str:
    """On https with the prefix that binds a cookie to this host (RFC 6265bis 4.1.3.2)."""
    return ("__Host-" if is_secure else "") + "petrel_" + of
