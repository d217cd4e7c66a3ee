"""A rectangle, lasso or polygon while its corners are chosen; what it covers is painted when it is closed."""

from __future__ import annotations

from gui.label.tools import Tool

_FEWEST_CORNERS = 3


class OpenShape:
    """The shape that is being drawn.

    Attributes:
        tool: which kind; None while no shape is drawn.
        corners: pixels (x, y) of the frame; of a rectangle the first corner and the one opposite.
    """

    def __init__(self) -> None:
        self.tool: Tool | None = None
        self.corners: list[tuple[int, int]] = []

    def press(self, tool: Tool, x: int, y: int) -> bool:
        """The button goes down: the first corner, or the next one of a polygon; whether this closes the polygon."""
        if self.tool != tool or tool != "polygon":
            self.tool, self.corners = tool, []
        elif (x, y) == self.corners[0] and self.has_area:
            return True
        if not self.corners or self.corners[-1] != (x, y):
            self.corners.append((x, y))
        return False

    def drag(self, x: int, y: int) -> None:
        """The mouse moves while the button is down."""
        if self.tool == "rectangle":
            self.corners[1:] = [(x, y)]
        elif self.tool == "lasso" and self.corners[-1] != (x, y):
            self.corners.append((x, y))

    def take_back(self) -> None:
        """Give up the last corner, and the shape with the first one."""
        self.corners.pop()
        if not self.corners:
            self.tool = None

    def close(self) -> list[tuple[int, int]]:
        """Its corners; none is drawn any more."""
        corners, self.tool, self.corners = self.corners, None, []
        return corners

    @property
    def has_area(self) -> bool:
        """Whether a polygon can be closed."""
        return len(self.corners) >= _FEWEST_CORNERS

    @property
    def box(self) -> tuple[int, int, int, int]:
        """The smallest rectangle around it, in pixels: left, top, and the first ones right of it and below."""
        columns, rows = zip(*self.corners, strict=True)
        return min(columns), min(rows), max(columns) + 1, max(rows) + 1
