"""Pushes judged from a record: what changes nothing goes through, what is bad in its first cell does not. And what
counts as a place that nothing leads out of."""

import errno
import random
import socket

import pytest

from drills.pushing import again, inside
from drills.pushing.crowd import Asked
from petrel.ops.changes import Counted


def record(seconds: float) -> list[Asked]:
    draw, at, found = random.Random(3), 0.0, []         # noqa: S311 (only draws)
    while at < seconds:
        at += draw.expovariate(150)
        cell = draw.randrange(16)
        found.append(Asked(at, cell, cell, 200, draw.lognormvariate(-4, 0.6)))
    return found


def test_what_changes_nothing_goes_through_from_the_first_cell_to_the_last() -> None:
    turns = again.recorded(record(420))
    assert len(turns) > 80 and turns[-1][3].asked > turns[0][3].asked > 0
    assert again.undone(turns, 10) == (0, 10)


def test_what_fails_where_it_is_does_not() -> None:
    turns = again.recorded(record(420))
    begins, visiting = 20, tuple(range(16))
    worse = [{**turn, 0: turn[0].plus(Counted(0, (n - begins) * 2))} if n > begins else turn
             for n, turn in enumerate(turns)]
    assert again._course(worse, begins, visiting) == "undo"
    assert again._course(turns, begins, visiting) == "confirm"


@pytest.mark.parametrize(("name", "way", "leads"), [
    (socket.gaierror(socket.EAI_AGAIN, "nobody to ask"), OSError(errno.ENETUNREACH, "no way"), 0),
    (socket.gaierror(socket.EAI_NONAME, "no such name"), OSError(errno.ENETUNREACH, "no way"), 1),
    (socket.gaierror(socket.EAI_AGAIN, "nobody to ask"), TimeoutError("no answer"), 2),
])
def test_only_where_nobody_can_be_asked_and_no_way_is_known_it_is_dark(monkeypatch, name, way, leads) -> None:
    def fails(wrong):
        def do(*_asked):
            raise wrong
        return do

    monkeypatch.setattr(socket, "getaddrinfo", fails(name))
    monkeypatch.setattr(socket, "create_connection", fails(way))
    assert len(inside.ways_out()) == leads
