"""Fields for numbers that read the same everywhere: a point is shown, a point and a comma are taken."""

from __future__ import annotations

import re

from PySide6.QtCore import QLocale
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox

_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")  # a thousand here, a thousandth's place there


def with_point(text: str) -> str:
    """A number as typed in any country, for ``float``; what may be 1,000 or 1.000 keeps its comma, and is none."""
    return text if _GROUPED.fullmatch(text.strip()) else text.replace(",", ".")


class DecimalBox(QDoubleSpinBox):
    """A box for a decimal number. Qt's own follows the system's locale: where that has a comma, it drops a point."""

    def __init__(self, low: float, high: float, step: float, decimals: int = 2) -> None:
        super().__init__()
        self.setLocale(QLocale.c())
        self.setDecimals(decimals)
        self.setRange(low, high)
        self.setSingleStep(step)

    def validate(self, text: str, place: int) -> tuple[QValidator.State, str, int]:
        """As Qt does, with a comma for a point."""
        state, _, place = super().validate(with_point(text), place)
        return state, with_point(text), place

    def valueFromText(self, text: str) -> float:
        """The number."""
        return super().valueFromText(with_point(text))
