"""Curves as a file: a picture, a drawing, or the numbers."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator

from core.files import replace_file
from core.runs.curves.curves import CurveQuery
from core.runs.curves.metrics import axis_label
from gui.runs.scanner import Curve, within

EXPORT_KINDS = {"png": "Picture (*.png)", "svg": "Drawing (*.svg)", "csv": "Numbers (*.csv)"}
"""What can be written: how its files are called in a file dialog."""


def export_curves(path: Path, kind: str, plot: Any, curves: Sequence[Curve], query: CurveQuery) -> None:
    """Write what is shown, whole or not at all; RunError when it cannot be written.

    Args:
        path: the file.
        kind: a key of ``EXPORT_KINDS``.
        plot: pyqtgraph's ``PlotWidget`` with the curves.
        curves: those that it shows.
        query: what is drawn, and over what.
    """

    def write(temporary: Path) -> None:
        if kind == "csv":
            with temporary.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(_rows(plot, curves, query))
        elif kind == "svg":
            _draw_svg(temporary, plot)
        elif not plot.grab().save(str(temporary), "PNG"):
            raise OSError(0, "the picture cannot be saved")

    replace_file(path, write)


def _draw_svg(path: Path, plot: Any) -> None:
    """By Qt: the exporter of pyqtgraph 0.14 stumbles over the paths that Qt 6.10 writes (its issue 3485)."""
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setResolution(plot.logicalDpiX())  # that of the axes, which are drawn beforehand
    generator.setSize(plot.size())
    generator.setViewBox(plot.rect())
    painter = QPainter(generator)
    plot.render(painter)
    painter.end()


def _rows(plot: Any, curves: Sequence[Curve], query: CurveQuery) -> Iterator[tuple[Any, ...]]:
    """All points of the visible part, not only those that a screen can show."""
    (left, right), _ = plot.viewRange()
    yield "curve", axis_label(query.axis, query.metric.kind), query.metric.label, "low", "high"
    for curve in curves:
        part = within(curve.line, left, right)
        low, high = (part.low.tolist(), part.high.tolist()) if len(part.low) else ([""] * len(part.x),) * 2
        label = [curve.label] * len(part.x)
        yield from zip(label, part.x.tolist(), part.y.tolist(), low, high, strict=True)
