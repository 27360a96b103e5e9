"""The board in a file of the data directory: what `petrel ops` shows when nothing else can be asked."""

from pathlib import Path

import msgspec

from petrel.core import whole_file
from petrel.ops.incidents import slips
from petrel.ops.incidents.shapes import Board, Card

FILE = "run/ops.json"


def write(data: Path, board: Board) -> None:
    """Errors: OSError, with the one of before untouched."""
    whole_file.write(data / FILE, msgspec.json.encode(board))


def read(data: Path) -> Board | None:
    """As it was written last, with what was said since; None where there is none, or it makes no sense: that is not
    "all is well"."""
    try:
        board = msgspec.json.decode((data / FILE).read_bytes(), type=Board)
    except (OSError, msgspec.MsgspecError):
        return None
    return slips.onto(board, slips.read(data))


def card(board: Board, which: str) -> Card | None:
    """That of an open incident, by its number or by what fails."""
    return next((one for one in board.open if which in (one.incident.root, str(one.incident.id or ""))), None)
