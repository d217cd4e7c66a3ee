"""Curves as a file: a picture, a drawing, or the numbers."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from core.runs.curves.curves import CurveQuery
from core.runs.curves.metrics import axis_label
from gui.runs.scanner import Curve, within

EXPORT_KINDS = {"png": "Picture (*.png)", "svg": "Drawing (*.svg)", "csv": "Numbers (*.csv)"}
"""What can be written: how its files are called in a file dialog."""


def export_of(kind: str, plot: Any, curves: Sequence[Curve], query: CurveQuery) -> Callable[[Path], None]:
    """Draw what is shown, in the window's thread; what comes back writes it to a file, in any thread.

    Args:
        kind: a key of ``EXPORT_KINDS``.
        plot: pyqtgraph's ``PlotWidget`` with the curves.
        curves: those that it shows.
        query: what is drawn, and over what.
    """
    if kind == "csv":
        return partial(_write_rows, list(_rows(plot, curves, query)))
    if kind == "svg":
        return partial(_write_bytes, _drawing(plot))
    return partial(_write_image, plot.grab().toImage())


def _write_rows(rows: list[tuple[Any, ...]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def _write_bytes(data: bytes, path: Path) -> None:
    path.write_bytes(data)


def _write_image(image: QImage, path: Path) -> None:
    if not image.save(str(path), "PNG"):  # type: ignore[call-overload]
        raise OSError(0, "the picture cannot be saved")


def _drawing(plot: Any) -> bytes:
    """By Qt: the exporter of pyqtgraph 0.14 stumbles over the paths that Qt 6.10 writes (its issue 3485)."""
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(plot.logicalDpiX())  # that of the axes, which are drawn beforehand
    generator.setSize(plot.size())
    generator.setViewBox(plot.rect())
    painter = QPainter(generator)
    plot.render(painter)
    painter.end()
    return bytes(buffer.data().data())


def _rows(plot: Any, curves: Sequence[Curve], query: CurveQuery) -> Iterator[tuple[Any, ...]]:
    """All points of the visible part, not only those that a screen can show."""
    (left, right), _ = plot.viewRange()
    yield "curve", axis_label(query.axis, query.metric.kind), query.metric.label, "low", "high", "before smoothing"
    for curve in curves:
        part = within(curve.line, left, right)
        none = [""] * len(part.x)
        low, high = (part.low.tolist(), part.high.tolist()) if len(part.low) else (none, none)
        raw = part.raw.tolist() if len(part.raw) else none if part.runs > 1 else part.y.tolist()
        yield from zip([curve.label] * len(part.x), part.x.tolist(), part.y.tolist(), low, high, raw, strict=True)
