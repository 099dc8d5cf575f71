"""The charts' colours are told apart without full colour vision.

The simulation is Machado, Oliveira and Fernandes (2009) at full severity; distances are CIE76, of
which about 2 is just to be seen.
"""

import itertools
import re
from pathlib import Path

import pytest

from local_aws.services.quicksight.page import routes

Vector = list[float]
SOURCE = (Path(routes.__file__).parent / "static/palette.js").read_text()
PALETTES = {
    name: re.findall("#[0-9a-f]{6}", line)
    for name, line in re.findall(r'^  (light|dark): (\["#.*\])', SOURCE, re.MULTILINE)
}
SIGHTS = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


def linear(ink: str) -> Vector:
    parts = [int(ink[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


def lab(light: Vector) -> Vector:
    red, green, blue = (min(1.0, max(0.0, part)) for part in light)
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
    )
    x, y, z = (p ** (1 / 3) if p > 0.008856 else 7.787 * p + 16 / 116 for p in xyz)
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_two_colours_look_alike(theme: str, sight: str) -> None:
    assert len(PALETTES[theme]) == 8
    seen = {
        ink: lab([sum(a * b for a, b in zip(row, linear(ink), strict=True))
                  for row in SIGHTS[sight]])
        for ink in PALETTES[theme]
    }  # fmt: skip
    for one, other in itertools.combinations(seen, 2):
        apart = sum((a - b) ** 2 for a, b in zip(seen[one], seen[other], strict=True)) ** 0.5
        assert apart > 11, f"{one} and {other}"
