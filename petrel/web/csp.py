"""What a page may load, run and send: nothing by default, and never anything of another site's."""

PLAIN = (
    "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'{forms}; "
    "base-uri 'none'; frame-ancestors 'none'; connect-src 'self'"
)
"""Without a script there is nothing that could ask. Tools that judge a site ask in a page's name, though, and hold a
robots.txt that they are kept from for a broken one. source: GoogleChrome/lighthouse issue 16597."""
FOR_APP = (
    "default-src 'none'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'; "
    "manifest-src 'self'"
)
"""Of a page that carries the app: it shows files that are about to be sent from memory (blob:), and asks only us."""
