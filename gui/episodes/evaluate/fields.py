"""Boxes for the settings of an evaluation, with their ranges, defaults and help."""

from __future__ import annotations

import dataclasses

from PySide6.QtWidgets import QComboBox, QSpinBox

from core.config.evaluate import EvaluateConfig
from core.config.fields import setting_of
from core.game.level import ALL_LEVELS, DARK_LEVELS
from gui.kit.number_box import DecimalBox
from gui.kit.widgets import limit_rows

_FIELDS = {item.name: setting_of(item) for item in dataclasses.fields(EvaluateConfig)}


def number_box(name: str, step: int = 1) -> QSpinBox:
    """For a whole number, a field of ``EvaluateConfig``."""
    box, about = QSpinBox(), _FIELDS[name]
    box.setRange(int(about.low or 0), int(about.high or 0))
    box.setSingleStep(step)
    box.setValue(getattr(EvaluateConfig(), name))
    box.setToolTip(_tip(name))
    return box


def chance_box(name: str) -> DecimalBox:
    """For a share, 0 to 1, a field of ``EvaluateConfig``."""
    box = DecimalBox(0.0, 1.0, 0.05)
    box.setValue(getattr(EvaluateConfig(), name))
    box.setToolTip(_tip(name))
    return box


def level_box() -> QComboBox:
    """For the level."""
    box = QComboBox()
    box.addItems([str(level) for level in (*ALL_LEVELS, *DARK_LEVELS)])
    limit_rows(box)
    box.setToolTip("Level to play; the last ones are those in daylight by night")
    return box


def labels_box() -> QComboBox:
    """For who segments."""
    box, about = QComboBox(), _FIELDS["labels"]
    box.addItems([str(choice) for choice in about.choices])
    box.setToolTip(f"{about.help[0].upper()}{about.help[1:]}")
    return box


def _tip(name: str) -> str:
    about = _FIELDS[name]
    unit = f" {about.unit}" if about.unit else ""
    return f"{about.help[0].upper()}{about.help[1:]}, {about.low:,} to {about.high:,}{unit}"
