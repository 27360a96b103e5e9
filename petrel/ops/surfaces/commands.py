"""Closing and opening, each in one transaction with its journal entry."""

from petrel.core.doors import Writer
from petrel.core.errors import Conflict, Invalid
from petrel.ops import access
from petrel.ops.surfaces.reads import DOOR, State, listed

CLOSE = "select ops.close_surface('surfaces', $1, $2)"
CLOSE_DOOR = "select ops.close_door('surfaces', $1, $2)"
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


async def close_door(w: Writer, door: str, why: str) -> bool:
    """For a door of no surface: `door` is its method and the pattern of its address. False when it was closed."""
    if not (await w.row(CLOSE_DOOR, door, why))[0]:
        return False

    w.record("ops.surface.closed", DOOR, cell=0, body=f"{door} {why}".encode())
    return True


async def open_again(w: Writer, name: str, request: int) -> None:
    """`name`: of a surface or a closed door. `request`: number of an approved "surface.open" for just that.

    Errors: Invalid, Conflict when it is open, access.NotAllowed, NotFound for no such request.
    """
    one = await _known(w, name)
    if one.is_open:
        raise Conflict(f"The surface {name} is open.")

    used = await access.use(w, request, "surface.open", {"surface": name})
    await w.change(OPEN, one.name, used.reason, request)

    w.record("ops.surface.opened", one.number, cell=0, refs=[request], body=used.reason.encode())


async def _known(w: Writer, name: str) -> State:
    surfaces = {one.name: one for one in await listed(w)}
    if name not in surfaces:
        raise Invalid(None, f"There is no surface or closed door {name}. Known are: {', '.join(surfaces)}")
    return surfaces[name]
