"""What moves of what a post carries: its poll, what it quotes, the card of its link.

The rest is the same for everybody and rendered once (`rendered.py`). A row's `live` is the JSON of `law.live`.
"""

from petrel.api.present.rendered import Static
from petrel.core.doors import Row

NOTHING = b',"poll":null,"quote":null,"card":null'


def parts(row: Row, static: Static, quoted: bytes | None) -> bytes:
    """The fields `poll`, `quote` and `card` of a post that carries one of them. `quoted`: the quoted post as this
    viewer sees it, None for one who gets nothing of it."""
    return NOTHING
