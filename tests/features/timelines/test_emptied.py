"""Deleted posts leave the rings: at every place, as boosts too, and nothing else does."""

import numpy as np

from petrel.features.timelines.reads import _merged
from petrel.features.timelines.rings import open_rings


def test_a_deleted_post_is_emptied_everywhere_and_its_neighbours_stay(tmp_path):
    rings = open_rings(tmp_path / "rings", 8)
    for entry, post in ((10, 10), (20, 20), (30, 10), (40, 40)):
        rings.write(np.array([1, 3]), entry, post)
    rings.write_star(0, 10, 10)
    gone = np.array([10])

    places = rings.places_of(gone)
    assert (len(places[0]), len(places[1])) == (4, 1)
    rings.erase(gone, places)

    assert [len(part) for part in rings.places_of(gone)] == [0, 0]
    assert _merged(rings, 3, [1]) == [(20, 20), (40, 40)]
    assert not (rings.stamp & 1).any()


def test_a_place_that_was_written_again_meanwhile_is_left_alone(tmp_path):
    rings = open_rings(tmp_path / "rings", 8)
    rings.write(np.array([1]), 10, 10)
    places = rings.places_of(np.array([10]))
    rings.fill(1, np.array([[50, 50]]))
    rings.erase(np.array([10]), places)
    assert _merged(rings, 1, []) == [(50, 50)]
