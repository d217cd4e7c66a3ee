"""The safe colours stay apart for those who see red and green alike."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from core.classes import BACKGROUND, CLASSES, class_colours, palette
from core.dataset.png_files import encode_mask

# Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision deficiency", IEEE TVCG
# 15 (2009): full severity, for linear sRGB.
SIMULATIONS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
TO_XYZ = np.array(  # of linear sRGB, relative to its white (IEC 61966-2-1)
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
OKABE_ITO = ((230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (0, 114, 178), (213, 94, 0), (204, 121, 167))
"""Without black."""


def lab(colours: object, simulation: np.ndarray) -> np.ndarray:
    """CIELAB of sRGB colours as someone sees them: (N, 3) of 0 to 255 to (N, 3)."""
    srgb = np.asarray(colours, float) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    xyz = np.clip(linear @ simulation.T, 0, 1) @ TO_XYZ.T / TO_XYZ.sum(axis=1)
    cubes = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = cubes.T
    return np.stack((116 * y - 16, 500 * (x - y), 200 * (y - z)), axis=1)


def ciede2000(one: np.ndarray, other: np.ndarray) -> float:
    """Sharma, Wu and Dalal (2005)."""
    chroma = (np.hypot(*one[1:]) + np.hypot(*other[1:])) / 2
    stretch = 1 + 0.5 * (1 - np.sqrt(chroma**7 / (chroma**7 + 25**7)))
    (l1, a1, b1), (l2, a2, b2) = one, other
    c1, c2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, stretch * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180
    light, mean, hue = (l1 + l2) / 2, (c1 + c2) / 2, np.radians((h1 + turn / 2) % 360)
    t = 1 - 0.17 * np.cos(hue - np.radians(30)) + 0.24 * np.cos(2 * hue)
    t += 0.32 * np.cos(3 * hue + np.radians(6)) - 0.2 * np.cos(4 * hue - np.radians(63))
    s_light = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    d_light, d_chroma = (l2 - l1) / s_light, (c2 - c1) / (1 + 0.045 * mean)
    d_hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2) / (1 + 0.015 * mean * t)
    angle = np.radians(60) * np.exp(-(((np.degrees(hue) - 275) / 25) ** 2))
    rotation = -2 * np.sqrt(mean**7 / (mean**7 + 25**7)) * np.sin(angle)
    return float(np.sqrt(d_light**2 + d_chroma**2 + d_hue**2 + rotation * d_chroma * d_hue))


def smallest_distance(colours: object, vision: str) -> float:
    """Of any two of these colours."""
    return min(ciede2000(*pair) for pair in itertools.combinations(lab(colours, SIMULATIONS[vision]), 2))


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [  # from the table of test data of Sharma, Wu and Dalal
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_measure_is_the_published_one(one: tuple[float, ...], other: tuple[float, ...], distance: float) -> None:
    assert ciede2000(np.array(one), np.array(other)) == pytest.approx(distance, abs=1e-4)


@pytest.mark.parametrize("vision", SIMULATIONS)
def test_no_two_safe_colours_are_too_close(vision: str) -> None:
    reference = min(smallest_distance((CLASSES[BACKGROUND].colour, *OKABE_ITO), name) for name in SIMULATIONS)
    assert reference == pytest.approx(11.6, abs=0.1)
    assert smallest_distance(class_colours(safe=True), vision) >= reference


@pytest.mark.parametrize("vision", SIMULATIONS)
def test_every_safe_colour_stands_out_from_the_background(vision: str) -> None:
    seen = lab(class_colours(safe=True), SIMULATIONS[vision])
    assert min(ciede2000(seen[BACKGROUND], seen[item.id]) for item in CLASSES if item.id != BACKGROUND) > 25


def test_the_standard_colours_would_fail() -> None:
    assert smallest_distance(class_colours(), "deuteranopia") < 3


def test_all_of_okabe_and_ito_are_among_the_safe_ones() -> None:
    assert set(OKABE_ITO) < set(class_colours(safe=True))


def test_files_keep_the_standard_colours() -> None:
    assert [tuple(row) for row in palette()[: len(CLASSES)]] == [item.colour for item in CLASSES]
    every = np.arange(len(CLASSES), dtype=np.uint8).reshape(4, 4)
    assert bytes(itertools.chain(*(item.colour for item in CLASSES))) in encode_mask(every)
