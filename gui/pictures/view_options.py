"""How the pictures are drawn: which classes, how strongly, in which arrangement."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from core.classes import CLASS_COUNT, Colour, class_colours
from gui.keys.keymap import Keymap
from gui.kit.preferences import Preferences

OPACITY_STEP = 0.1


class ViewOptions(QObject):
    """The part of a session that no thread needs to know.

    Signals:
        display_changed: anything here changed; views repaint.

    Attributes:
        settings: where it is remembered.
        keys: the keys in force.
        hidden: ids of the classes that are switched off.
        highlighted: id of the class that stands out, None for none.
    """

    display_changed = Signal()

    def __init__(self, settings: Preferences) -> None:
        super().__init__()
        self.settings = settings
        self.keys = Keymap(settings)
        self.highlighted: int | None = None
        self.hidden: set[int] = {i for i in settings.get("hidden_classes") if i in range(CLASS_COUNT)}

    def option(self, name: str) -> Any:
        """One of the settings that say how pictures are drawn."""
        return self.settings.get(name)

    def set_option(self, name: str, value: Any) -> None:
        """Change one of them."""
        self.settings.set(name, value)
        self.display_changed.emit()

    @property
    def class_colours(self) -> tuple[Colour, ...]:
        """Colours by class id, as the user wants to see them."""
        return class_colours(safe=bool(self.option("safe_colours")))

    def change_opacity(self, by: float) -> None:
        """Cover the picture more with the classes, or less: 0.1 to 1."""
        opacity = min(max(float(self.option("opacity")) + by, OPACITY_STEP), 1.0)
        self.set_option("opacity", round(opacity, 2))

    def set_class_visible(self, class_id: int, visible: bool) -> None:
        """Switch a class on or off."""
        (self.hidden.discard if visible else self.hidden.add)(class_id)
        self.settings.set("hidden_classes", sorted(self.hidden))
        self.display_changed.emit()

    def highlight(self, class_id: int | None) -> None:
        """Dim every other class; None ends that."""
        if class_id != self.highlighted:
            self.highlighted = class_id
            self.display_changed.emit()

    def show_all_classes(self) -> None:
        """Switch every class on, highlight none."""
        self.hidden.clear()
        self.settings.set("hidden_classes", [])
        self.highlighted = None
        self.display_changed.emit()
