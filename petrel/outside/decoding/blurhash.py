"""A picture in some thirty letters, from which apps draw a blur until the picture is there.

The lowest cosine waves of its linear light, quantised, in base 83. source: the BlurHash algorithm, woltapp/blurhash
"""

from math import copysign, cos, pi

from PIL import Image

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
Colour = tuple[float, float, float]


def blurhash(image: Image.Image, across: int, down: int) -> str:
    """Of an RGB picture, which had better be tiny; `across` and `down`: waves each way, 1 to 9."""
    first, *others = _waves(image, across, down)
    largest = max((abs(value) for colour in others for value in colour), default=0.0)
    step = max(0, min(82, int(largest * 166 - 0.5)))
    written = _base83(across - 1 + (down - 1) * 9, 1) + _base83(step, 1)
    written += _base83(sum(_shown(value) << shift for value, shift in zip(first, (16, 8, 0), strict=True)), 4)
    for colour in others:
        red, green, blue = (_quantised(value / ((step + 1) / 166)) for value in colour)
        written += _base83((red * 19 + green) * 19 + blue, 2)
    return written


def _waves(image: Image.Image, across: int, down: int) -> list[Colour]:
    """How much of each wave there is, row by row; the first is the mean."""
    width, height = image.size
    light = [_linear(value / 255) for value in range(256)]
    body = image.tobytes()
    columns = [[cos(pi * i * x / width) for x in range(width)] for i in range(across)]
    # Along the rows first: for each row, wave and colour one sum.
    rows = [[[sum(light[value] * wave for value, wave in zip(body[start + c:start + 3 * width:3], column, strict=True))
              for c in range(3)] for column in columns] for start in range(0, 3 * width * height, 3 * width)]
    found = []
    for j in range(down):
        column = [cos(pi * j * y / height) for y in range(height)]
        for i in range(across):
            scale = (1 if i == j == 0 else 2) / (width * height)
            red, green, blue = (scale * sum(row[i][c] * wave for row, wave in zip(rows, column, strict=True))
                                for c in range(3))
            found.append((red, green, blue))
    return found


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _shown(linear: float) -> int:
    value = max(0.0, min(1.0, linear))
    return int((value * 12.92 if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055) * 255 + 0.5)


def _quantised(value: float) -> int:
    return max(0, min(18, int(copysign(abs(value) ** 0.5, value) * 9 + 9.5)))


def _base83(number: int, length: int) -> str:
    return "".join(LETTERS[number // 83**place % 83] for place in reversed(range(length)))
