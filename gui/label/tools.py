"""What the mouse does on the label canvas: the tool, the class, the brush, and how the classes are drawn."""

from __future__ import annotations

from typing import Any, Literal

from PySide6.QtCore import QObject, Signal

from core.classes import BACKGROUND, CLASS_COUNT, GROUND
from core.dataset.editing.annotation import AUTOMATIC
from core.dataset.editing.brush import MAX_SIZE, Shape
from gui.kit.preferences import Preferences

Tool = Literal["brush", "eraser", "fill", "rectangle", "polygon", "lasso", "tile", "pick"]
TOOLS: tuple[Tool, ...] = ("brush", "eraser", "fill", "rectangle", "polygon", "lasso", "tile", "pick")
SHAPES: tuple[Tool, ...] = ("rectangle", "polygon", "lasso")
"""Tools that paint what their line surrounds, once it is closed."""
OPACITY_STEP = 0.1


class LabelTools(QObject):
    """Choices that stay from frame to frame; all but tool and class are remembered between starts.

    Signals:
        changed: any of them.

    Attributes:
        tool: what the left button does.
        class_id: what it paints with, 0 to 15.
    """

    changed = Signal()

    def __init__(self, settings: Preferences) -> None:
        super().__init__()
        self._settings = settings
        self.tool: Tool = "brush"
        self.class_id = GROUND
        self._before_pick: Tool = "brush"
        self._other = GROUND  # the class that ``swap`` comes back to

    def choose(self, tool: Tool) -> None:
        """Take another tool."""
        if tool == "pick" and self.tool != "pick":
            self._before_pick = self.tool
        self.tool = tool
        self.changed.emit()

    def put_pick_away(self) -> None:
        """Take the tool again that was in hand before the pick."""
        self.choose(self._before_pick)

    def choose_class(self, class_id: int) -> None:
        """Paint with another class; with the eraser in hand, that means the brush."""
        if not 0 <= class_id < CLASS_COUNT:
            raise ValueError(f"class id {class_id} is unknown")
        self.class_id = class_id
        if class_id != BACKGROUND:
            self._other = class_id
        if self.tool == "eraser":
            self.tool = "brush"
        self.changed.emit()

    def swap(self) -> None:
        """Background in place of the class, or the class again."""
        self.class_id = self._other if self.class_id == BACKGROUND else BACKGROUND
        self.changed.emit()

    @property
    def ink(self) -> int:
        """What a stroke paints with: the class, or ``AUTOMATIC`` for the eraser."""
        return AUTOMATIC if self.tool == "eraser" else self.class_id

    @property
    def paint_over(self) -> frozenset[int] | None:
        """The classes that may be painted over, None for all.

        With "keep other classes" a class goes over background only, and background and the eraser take away one class
        only: the one that was chosen last.
        """
        if not self.keeps_others:
            return None
        takes_away = self.tool == "eraser" or self.class_id == BACKGROUND
        return frozenset((self._other,) if takes_away else (BACKGROUND,))

    @property
    def size(self) -> int:
        """Width of brush and eraser, pixels."""
        return min(max(int(self._settings.get("label_size")), 1), MAX_SIZE)

    def set_size(self, size: int) -> None:
        """Choose the width, cut to 1 … 64 pixels."""
        self._set("label_size", min(max(size, 1), MAX_SIZE))

    def change_size(self, up: bool) -> None:
        """The next size: in steps of a pixel when small, of a fifth when large."""
        step = max(1, self.size // 5)
        self.set_size(self.size + (step if up else -step))

    @property
    def shape(self) -> Shape:
        """Of brush and eraser."""
        return "square" if self._settings.get("label_square") else "round"

    def set_square(self, on: bool) -> None:
        """Square or round."""
        self._set("label_square", on)

    @property
    def keeps_others(self) -> bool:
        """Whether other classes are kept."""
        return bool(self._settings.get("label_keep"))

    def set_keeps_others(self, on: bool) -> None:
        """Keep other classes or paint over them."""
        self._set("label_keep", on)

    @property
    def fills_colour(self) -> bool:
        """Whether fill stops where the frame's colour changes."""
        return bool(self._settings.get("label_same_colour"))

    def set_fills_colour(self, on: bool) -> None:
        """Fill one colour only, or a whole class."""
        self._set("label_same_colour", on)

    @property
    def shows_classes(self) -> bool:
        """Whether the classes lie over the frame."""
        return bool(self._settings.get("label_overlay"))

    def set_shows_classes(self, on: bool) -> None:
        """Show the classes, or the frame alone."""
        self._set("label_overlay", on)

    @property
    def opacity(self) -> float:
        """How strongly the classes cover the frame, 0.1 to 1."""
        return min(max(float(self._settings.get("label_opacity")), OPACITY_STEP), 1.0)

    def set_opacity(self, opacity: float) -> None:
        """Choose it, cut to 0.1 … 1."""
        self._set("label_opacity", round(min(max(opacity, OPACITY_STEP), 1.0), 2))

    @property
    def shows_grid(self) -> bool:
        """Whether the grid of blocks is drawn."""
        return bool(self._settings.get("label_grid"))

    def set_shows_grid(self, on: bool) -> None:
        """Draw the grid or not."""
        self._set("label_grid", on)

    @property
    def shows_outlines(self) -> bool:
        """Whether only the outlines of the classes are drawn."""
        return bool(self._settings.get("label_outlines"))

    def set_shows_outlines(self, on: bool) -> None:
        """Draw outlines only, or whole classes; they are shown for it."""
        self._settings.set("label_overlay", on or self.shows_classes)
        self._set("label_outlines", on)

    @property
    def shows_thumbnails(self) -> bool:
        """Whether the frames of an open data set stand beside the canvas as small pictures."""
        return bool(self._settings.get("label_thumbnails"))

    def set_shows_thumbnails(self, on: bool) -> None:
        """Show them, or leave the room to the canvas."""
        self._set("label_thumbnails", on)

    def _set(self, name: str, value: Any) -> None:
        self._settings.set(name, value)
        self.changed.emit()
