"""The letters that apps blur: as every other encoder writes them."""

import pytest
from PIL import Image

from petrel.outside.decoding.blurhash import blurhash


def slopes() -> Image.Image:
    return Image.merge("RGB", [Image.linear_gradient("L").rotate(90 * c).resize((32, 32)) for c in range(3)])


@pytest.mark.parametrize(("picture", "waves", "expected"), [
    (Image.new("RGB", (32, 32), (255, 128, 0)), (4, 3), "L9TNoS}VfQ}V}VoKfQoKfQfQfQfQ"),
    (slopes(), (4, 3), "L,HetWl}gJnm2zWFfjWrw%jufQju"),
    (slopes(), (3, 4), "T,HetWl}gJ2zWFfjw%jufQXAe=fj"),
], ids=["one colour", "slopes, wide", "slopes, high"])
def test_it_is_as_others_write_it(picture: Image.Image, waves: tuple[int, int], expected: str) -> None:
    assert blurhash(picture, *waves) == expected
