"""Where three pictures go: the largest scales, in device pixels, that fit: whole numbers, or in even small steps."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from core.frame import FRAME_HEIGHT, FRAME_WIDTH

GAP = 8  # logical pixels between two views
FINE = (
    1 / 16
)  # the smallest step of a scale at which a frame, 15 x 16 by 14 x 16, keeps its shape in whole device pixels
ARRANGEMENTS: tuple[str, ...] = ("equal", "large")


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Where a view stands.

    Attributes:
        x, y, width, height: of the view with its heading and read-out, logical pixels.
        scale: device pixels per pixel of the frame.
    """

    x: int
    y: int
    width: int
    height: int
    scale: float


@dataclass(frozen=True, slots=True)
class Space:
    """What there is to fill.

    Attributes:
        width, height: logical pixels.
        ratio: device pixels per logical pixel.
        chrome_width, chrome_height: of a view besides its picture, logical pixels.
        step: scales are multiples of it: 1, or ``FINE``.
    """

    width: int
    height: int
    ratio: float
    chrome_width: int
    chrome_height: int
    step: float = 1

    def size(self, scale: float) -> tuple[int, int]:
        """Logical size of a view whose picture has this scale (rounded up, so that the picture always fits)."""
        width = -(-FRAME_WIDTH * scale // self.ratio) + self.chrome_width
        height = -(-FRAME_HEIGHT * scale // self.ratio) + self.chrome_height
        return int(width), int(height)

    def scale(self, width: float, height: float) -> float:
        """Largest scale of a view that fits into a logical size, at least 1."""
        across = (width - self.chrome_width) * self.ratio / FRAME_WIDTH
        down = (height - self.chrome_height) * self.ratio / FRAME_HEIGHT
        return max(floor(min(across, down) / self.step) * self.step, 1)


def arrange(space: Space, arrangement: str, large: int = 0) -> list[Rectangle]:
    """Places of the three views.

    Args:
        space: what there is to fill.
        arrangement: "equal", or "large" for one large and two small.
        large: which of the three is the large one.
    """
    return _one_large(space, large) if arrangement == "large" else _equal(space)


def _equal(space: Space) -> list[Rectangle]:
    """The grid with the largest scale, a row where it is as good."""
    best = max(((3, 1), (1, 3), (2, 2)), key=lambda grid: _grid_scale(space, *grid))
    columns, rows = best
    scale = _grid_scale(space, columns, rows)
    width, height = space.size(scale)
    left = max((space.width - columns * width - (columns - 1) * GAP) // 2, 0)
    top = max((space.height - rows * height - (rows - 1) * GAP) // 2, 0)
    return [
        Rectangle(left + (i % columns) * (width + GAP), top + (i // columns) * (height + GAP), width, height, scale)
        for i in range(3)
    ]


def _grid_scale(space: Space, columns: int, rows: int) -> float:
    width = (space.width - (columns - 1) * GAP) // columns
    height = (space.height - (rows - 1) * GAP) // rows
    return space.scale(width, height)


def _one_large(space: Space, large: int) -> list[Rectangle]:
    """The large one left or above, the small ones beside each other or above each other where there is room."""
    beside, below = _large_scales(space, beside=True), _large_scales(space, beside=False)
    if max(beside, below) < (1, 1):
        return _equal(space)  # too little room for that
    is_beside = beside >= below
    big, small = max(beside, below)
    (big_width, big_height), (width, height) = space.size(big), space.size(small)
    if is_beside:
        total = (big_width + GAP + width, max(big_height, 2 * height + GAP))
    else:
        total = (max(big_width, 2 * width + GAP), big_height + GAP + height)
    left, top = max((space.width - total[0]) // 2, 0), max((space.height - total[1]) // 2, 0)
    places = [Rectangle(left, top, big_width, big_height, big)]
    for i in range(2):
        x = left + big_width + GAP if is_beside else left + i * (width + GAP)
        y = top + i * (height + GAP) if is_beside else top + big_height + GAP
        places.append(Rectangle(x, y, width, height, small))
    rest = [i for i in range(3) if i != large]
    ordered = dict(zip([large, *rest], places, strict=True))
    return [ordered[i] for i in range(3)]


def _large_scales(space: Space, beside: bool) -> tuple[float, float]:
    """Scales of the large view and of the small ones; (0, 0) where nothing fits."""
    most = space.scale(space.width, space.height)
    for back in range(int((most - 1) / space.step) + 1):
        big = most - back * space.step
        width, height = space.size(big)
        if beside:
            small_width, small_height = space.width - width - GAP, (space.height - GAP) // 2
        else:
            small_width, small_height = (space.width - GAP) // 2, space.height - height - GAP
        least_width, least_height = space.size(1)
        if small_width >= least_width and small_height >= least_height:
            return big, min(space.scale(small_width, small_height), big)
    return 0, 0
