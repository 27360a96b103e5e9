"""Closing and opening, each in one transaction with its journal entry."""

from petrel.core.doors import Writer
from petrel.core.errors import Conflict, Invalid
from petrel.ops import access
from petrel.ops.surfaces.reads import State, listed

CLOSE = "select ops.close_surface('surfaces', $1, $2)"
OPEN = "select ops.open_surface('surfaces', $1, $2, $3)"


async def close(w: Writer, name: str, why: str) -> bool:
    """False when it was closed already. Errors: Invalid for an unknown name or no reason."""
    one = await _known(w, name)
    if not why.strip():
        raise Invalid(None, "Say why: whoever opens it again decides by it.")
    if not one.is_open:
        return False

    await w.change(CLOSE, one.number, why)

    w.record("ops.surface.closed", one.number, cell=0, body=why.encode())
    return True


async def open_again(w: Writer, name: str, request: int) -> None:
    """`request`: the number of an approved "surface.open" for just this surface.

    Errors: Invalid, Conflict when it is open, access.NotAllowed, NotFound for no such request.
    """
    one = await _known(w, name)
    if one.is_open:
        raise Conflict(f"The surface {name} is open.")

    used = await access.use(w, request, "surface.open", {"surface": name})
    await w.change(OPEN, one.number, used.reason, request)

    w.record("ops.surface.opened", one.number, cell=0, refs=[request], body=used.reason.encode())


async def _known(w: Writer, name: str) -> State:
    surfaces = {one.name: one for one in await listed(w)}
    if name not in surfaces:
        raise Invalid(None, f"There is no surface {name}. Known are: {', '.join(surfaces)}")
    return surfaces[name]
