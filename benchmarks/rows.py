"""Rows of measurements, how rates are taken, and how rows are printed."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.cli.doctor import machine

_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement.

    Attributes:
        section: what was measured, "engine", "segmentation", …
        name: one line for people.
        ours: our value, in ``unit``.
        other: the alternative's value, or None where we stand alone.
        ratio: how many times better ours is (above 1 is better, whatever the unit), or None.
        unit: "frames/s", "µs", …
        note: sizes, threads, what the alternative is.
    """

    section: str
    name: str
    ours: float | None
    other: float | None
    ratio: float | None
    unit: str
    note: str = ""


def rate(function: Callable[[], object], seconds: float) -> float:
    """Calls a second of a function: the best of three rounds, after one call that does not count.

    The best, because other programs on the machine can only make it slower.
    """
    function()
    return max(_rate_of_round(function, seconds / _ROUNDS) for _ in range(_ROUNDS))


def faster(section: str, name: str, ours: float, other: float, unit: str, note: str = "") -> Row:
    """A row of two rates, where more is better."""
    return Row(section, name, ours, other, ours / other, unit, note)


def alone(section: str, name: str, ours: float, unit: str, note: str = "") -> Row:
    """A row without an alternative."""
    return Row(section, name, ours, None, None, unit, note)


def machine_row() -> Row:
    """The row on the machine: processor, cores, memory, system and Python, never its name."""
    computer = machine()
    memory = f", {computer['memory_gb']:g} GB" if computer["memory_gb"] else ""
    name = f"{computer['processor']}, {computer['cores']} cores{memory}"
    note = f"{computer['system']}, Python {platform.python_version()}"
    return Row("machine", name, None, None, None, "", note)


def table(rows: Sequence[Row]) -> str:
    """The rows as an aligned table, ratios first."""
    header = ("ratio", "ours", "other", "unit", "section", "what", "note")
    cells = [header, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(header))]
    return "\n".join(_aligned(line, widths) for line in cells)


def _rate_of_round(function: Callable[[], object], seconds: float) -> float:
    calls, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < seconds or not calls:
        function()
        calls += 1
    return calls / max(elapsed, 1e-9)


def _cells(row: Row) -> tuple[str, ...]:
    ratio = f"{row.ratio:.2f}x" if row.ratio is not None else ""
    return (ratio, _number(row.ours, row.unit), _number(row.other, row.unit), row.unit, row.section, row.name, row.note)


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if unit == "%":
        return f"{value:.3f}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    numbers = [cell.rjust(width) for cell, width in zip(line[:3], widths[:3], strict=True)]
    words = [cell.ljust(width) for cell, width in zip(line[3:], widths[3:], strict=True)]
    return "  ".join((*numbers, *words)).rstrip()
