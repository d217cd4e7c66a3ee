"""How the pictures are drawn: which classes, how strongly, in which arrangement."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from core.classes import CLASS_COUNT, Colour, class_colours
from gui.kit.preferences import Preferences

OPACITY_STEP = 0.1


class ViewOptions(QObject):
    """What a person chose for all pictures.

    Signals:
        changed: anything here changed; views repaint.

    Attributes:
        hidden: ids of the classes that are switched off.
        highlighted: id of the class that stands out, None for none.
    """

    changed = Signal()

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self._preferences = preferences
        self.highlighted: int | None = None
        self.hidden: set[int] = {i for i in preferences.get("hidden_classes") if i in range(CLASS_COUNT)}

    def get(self, name: str) -> Any:
        """One of the settings that say how pictures are drawn."""
        return self._preferences.get(name)

    def set(self, name: str, value: Any) -> None:
        """Change one of them."""
        self._preferences.set(name, value)
        self.changed.emit()

    @property
    def class_colours(self) -> tuple[Colour, ...]:
        """Colours by class id, as the user wants to see them."""
        return class_colours(safe=bool(self.get("safe_colours")))

    def change_opacity(self, by: float) -> None:
        """Cover the picture more with the classes, or less: 0.1 to 1."""
        opacity = min(max(float(self.get("opacity")) + by, OPACITY_STEP), 1.0)
        self.set("opacity", round(opacity, 2))

    def set_class_visible(self, class_id: int, visible: bool) -> None:
        """Switch a class on or off."""
        (self.hidden.discard if visible else self.hidden.add)(class_id)
        self._preferences.set("hidden_classes", sorted(self.hidden))
        self.changed.emit()

    def highlight(self, class_id: int | None) -> None:
        """Dim every other class; None ends that."""
        if class_id != self.highlighted:
            self.highlighted = class_id
            self.changed.emit()

    def show_all_classes(self) -> None:
        """Switch every class on, highlight none."""
        self.hidden.clear()
        self._preferences.set("hidden_classes", [])
        self.highlighted = None
        self.changed.emit()
