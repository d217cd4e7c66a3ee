"""The names of the curves beside the plot; a click on one hides its curve, or shows it again."""

from __future__ import annotations

import html
from collections.abc import Callable, Collection, Sequence
from typing import Any

import pyqtgraph
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette

_LABEL_LENGTH = 42  # characters


class CurveLegend(pyqtgraph.LegendItem):
    """Lies in a plot, beside the lines."""

    def __init__(self, switch: Callable[[str], object]) -> None:
        """``switch`` gets the label of a curve that was clicked on."""
        super().__init__()
        self._switch = switch
        self._labels: list[str] = []
        self._shown = self._faded = ""

    def dress(self, colours: QPalette) -> None:
        """Follow light and dark."""
        base = colours.base().color()
        base.setAlpha(215)
        self.setBrush(pyqtgraph.mkBrush(base))
        self.setPen(pyqtgraph.mkPen(colours.mid().color()))
        self._shown, self._faded = colours.text().color().name(), colours.mid().color().name()

    def show_lines(self, labels: Sequence[str], lines: Sequence[Any]) -> None:
        """Name these lines."""
        self.clear()
        self._labels = list(labels)
        for label, line in zip(labels, lines, strict=True):
            self.addItem(line, html.escape(shortened(label)))
        for sample, _ in self.items:
            sample.setAcceptedMouseButtons(Qt.MouseButton.NoButton)  # its own click would hide the line alone
            sample.mouseClickEvent = self.mouseClickEvent
        self.updateSize()

    def fade(self, hidden: Collection[str]) -> None:
        """Show which are hidden."""
        for label, (sample, text) in zip(self._labels, self.items, strict=True):
            is_hidden = label in hidden
            text.setText(html.escape(shortened(label)), color=self._faded if is_hidden else self._shown)
            sample.setOpacity(0.25 if is_hidden else 1.0)

    def mouseClickEvent(self, event: Any) -> None:
        """Hide the curve that was clicked on, or show it."""
        place = self.mapFromScene(event.scenePos())
        for label, (sample, text) in zip(self._labels, self.items, strict=True):
            box = text.geometry().united(sample.geometry())
            if event.button() == Qt.MouseButton.LeftButton and box.top() <= place.y() < box.bottom():
                event.accept()
                self._switch(label)
                return


def shortened(label: str) -> str:
    """A label that leaves room for the plot."""
    return label if len(label) <= _LABEL_LENGTH else f"{label[: _LABEL_LENGTH - 1]}…"
