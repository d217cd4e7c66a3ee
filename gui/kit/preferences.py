"""What the window remembers between two starts: choices and sizes, never positions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings, QSize, QStandardPaths

ORGANISATION = "mario-workbench"
APPLICATION = "mario-workbench"

DEFAULTS: dict[str, Any] = {
    "rom": "",
    "engine": "auto",
    "level": "1-1",
    "labels": "exact",
    "network": "",
    "agent": "",
    "restart_episodes": True,
    "side": "classes",
    "arrangement": "large",
    "large_view": "raw",
    "fit_views": False,
    "frame_number": False,
    "input_display": False,
    "speed": 1.0,
    "focus_pause": False,
    "gamepad": False,
    "hidden_classes": [],
    "safe_colours": False,
    "overlay": False,
    "opacity": 0.6,
    "disagreement": False,
    "pause_below": 0.8,
    "pause_below_on": False,
    "preset": "arrows",
    "keys": {},
    "seed": 1,
    "filmed_views": "all",
    "appearance": "system",
    "tour_done": False,
    "label_data": "",
    "label_source": "exact",
    "label_size": 8,
    "label_square": False,
    "label_keep": False,
    "label_same_colour": False,
    "label_overlay": True,
    "label_opacity": 0.6,
    "label_grid": False,
    "label_outlines": False,
    "label_thumbnails": True,
    "plan": "experiments/transfer.toml",
    "folders": {},
    "run_columns": [],
    "curve_window": 20,
    "curve_window_network": 1,
    "curve_window_evaluations": 1,
    "curve_smoothing": "mean",
}


class Preferences:
    """Typed values over QSettings; anything unreadable or of another type counts as the default."""

    def __init__(self, store: QSettings | None = None, folder: Path | None = None) -> None:
        """With no store, the user's settings; ``folder`` holds the save slots."""
        ini = QSettings.Format.IniFormat
        self.store = store or QSettings(ini, QSettings.Scope.UserScope, ORGANISATION, APPLICATION)
        self.folder = folder or Path(self.store.fileName()).parent

    def get(self, name: str) -> Any:
        """The value kept under one of the names in ``DEFAULTS``."""
        default = DEFAULTS[name]
        try:
            value = self._read(name)
        except ValueError:
            return default
        if value is None and name == "speed":
            return None  # unlimited
        return value if type(value) is type(default) else default

    def is_readable(self, name: str) -> bool:
        """Whether what is kept under a name can be used; so it is when nothing is."""
        try:
            return type(self._read(name)) is type(DEFAULTS[name])
        except ValueError:
            return False

    def _read(self, name: str) -> Any:
        return json.loads(str(self.store.value(f"app/{name}", json.dumps(DEFAULTS[name]))))

    def set(self, name: str, value: Any) -> None:
        """Keep a value."""
        if name not in DEFAULTS:
            raise KeyError(name)
        self.store.setValue(f"app/{name}", json.dumps(value))

    # The window's layout

    @property
    def window_size(self) -> QSize | None:
        """Size of the window when it was closed, logical pixels; None when none is kept that can be used."""
        size = self.store.value("window/size")
        return size if isinstance(size, QSize) and not size.isEmpty() else None

    @property
    def splitter_sizes(self) -> list[int]:
        """What its splitter's parts had, logical pixels; none when none are kept that can be used."""
        kept = self.store.value("window/splitter")
        try:
            sizes = [int(size) for size in kept]
        except (TypeError, ValueError):
            return []
        return sizes if len(sizes) == 2 and min(sizes) >= 0 and any(sizes) else []

    def keep_layout(self, size: QSize | None, splitter: list[int]) -> None:
        """Remember both; None leaves the size as it is."""
        if size is not None:
            self.store.setValue("window/size", size)
        self.store.setValue("window/splitter", splitter)

    @property
    def pictures(self) -> Path:
        """Where screenshots go."""
        where = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        return Path(where or Path.home()) / "Mario workbench"
