"""The figures of a report: SVG for inside a page, in the page's own colours of text and lines, equal each time.

Drawn by Matplotlib. What it draws in ``_INK`` and ``_GRID`` takes the page's colours, so that one figure is right in
the light and in the dark; curves have colours that are told apart on both, and by the colour-blind (Okabe and Ito
2008).
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from textwrap import wrap
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import Formatter, MaxNLocator
from PIL import Image

from core.experiment.curves import ArmCurves
from core.experiment.statistics import Estimate, Survival
from core.wording import counted

ENDS = {
    "flag": "#009e73",
    "killed": "#d55e00",
    "fell": "#0072b2",
    "time": "#8d97aa",
    "stalled": "#e69f00",
    "limit": "#cc79a7",
}
_INK, _GRID = "#010203", "#040506"
_LIGHT = {
    "currentColor": "#1c2024",
    "var(--grid)": "#e3e6e9",
    "var(--paper)": "#ffffff",
}  # the page's own, in the light
_STYLE = {
    "svg.fonttype": "none",  # text stays text: it can be searched and copied
    "svg.hashsalt": "report",
    "font.family": "sans-serif",
    "font.size": 9.5,
    "text.color": _INK,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": _GRID,
    "grid.linewidth": 0.6,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}
_WIDTH, _HEIGHT = 7.4, 3.4  # inches
_TALLEST = 8.5  # inches, what fits on a printed page
_GAP = 0.008  # between pictures of a row, of its width
_DIGITS = 6  # after the point, at most
_LABEL = 12  # letters in a line of a column's name

Drawer = Callable[[Any], None]


class _Numbers(Formatter):
    """Numbers of an axis: thousands are parted, and all have the digits after the point that one of them needs."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return self.format_ticks([x])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        needed = (digits for digits in range(_DIGITS) if np.allclose(np.round(values, digits), values, rtol=0))
        digits = next(needed, _DIGITS)
        return [f"{value:,.{digits}f}" for value in values]


def stand_alone(svg: str) -> str:
    """A figure as a file of its own, for other documents: the page's light colours on white."""
    for own, colour in _LIGHT.items():
        svg = svg.replace(own, colour)
    return re.sub(r"(<svg[^>]*>)", r'\1<rect width="100%" height="100%" fill="#ffffff"/>', svg, count=1)


def curves(
    arms: Mapping[str, ArmCurves], x_label: str, y_label: str, colours: Mapping[str, str], *, whole: bool = True
) -> str:
    """Curves of several arms: each seed's thin, the mean of those that are done thick; ``whole`` numbers of x."""

    def draw(axes: Any) -> None:
        for arm, seeds in arms.items():
            for x, y in seeds.all:
                axes.plot(x, y, color=colours[arm], linewidth=0.8, alpha=0.45 if len(seeds.all) > 1 else 1)
            if len(seeds.all) > 1:
                axes.plot(*seeds.mean, color=colours[arm], linewidth=2.2)
            axes.plot([], [], color=colours[arm], linewidth=2.2, label=f"{arm} ({_seeds(len(seeds.counted))})")
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)
        if whole:
            _few_ticks(axes)
        axes.yaxis.set_major_formatter(_Numbers())
        _legend_beside(axes)

    return _svg(draw)


def dots(arms: Mapping[str, tuple[Sequence[float], Estimate | None]], x_label: str, colours: Mapping[str, str]) -> str:
    """A row an arm: a dot a seed; of several a bar from end to end of the interval of their mean, which is marked."""

    def draw(axes: Any) -> None:
        for row, (arm, (scores, found)) in enumerate(arms.items()):
            spread = [
                row + 0.16 * ((-1) ** place) * ((place + 1) // 2) / max(1, len(scores) / 2)
                for place in range(len(scores))
            ]
            axes.plot(scores, spread, "o", color=colours[arm], markersize=4.5, alpha=0.6, markeredgewidth=0)
            if found is not None and len(scores) > 1:
                if not np.isnan(found.low):
                    axes.plot([found.low, found.high], [row + 0.32] * 2, color=colours[arm], linewidth=2)
                axes.plot([found.value], [row + 0.32], "D", color=colours[arm], markersize=5, markeredgewidth=0)
        every = {score for scores, _ in arms.values() for score in scores}
        if len(every) == 1:  # else the axis would spread a hair's breadth around it, below 0 too
            axes.set_xlim(min(every) - 0.05, min(every) + 1)
        axes.set_yticks(range(len(arms)), list(arms))
        axes.set_ylim(len(arms) - 0.4, -0.5)
        axes.set_xlabel(x_label)
        axes.grid(axis="y", visible=False)

    return _svg(draw, height=0.7 + 0.42 * max(len(arms), 2))


def staircases(arms: Mapping[str, tuple[Survival, float]], x_label: str, colours: Mapping[str, str]) -> str:
    """Share of the runs of each arm that are there, over time (one minus Kaplan and Meier's curve)."""

    def draw(axes: Any) -> None:
        for arm, (curve, end) in arms.items():
            x = [0.0, *curve.times, max(end, *curve.times) if curve.times else end]
            y = [0.0, *(1 - share for share in curve.shares)]
            axes.step(x, [*y, y[-1]], where="post", color=colours[arm], linewidth=2, label=arm)
        axes.set_xlabel(x_label)
        axes.set_ylabel("share of runs")
        axes.set_ylim(-0.03, 1.03)
        axes.set_xlim(left=0)
        _few_ticks(axes)
        _legend_beside(axes)

    return _svg(draw)


def profiles(
    arms: Mapping[str, Sequence[Estimate]], thresholds: Sequence[float], x_label: str, colours: Mapping[str, str]
) -> str:
    """Share of the runs of each arm above every threshold, with its interval (Agarwal et al. 2021)."""

    def draw(axes: Any) -> None:
        for arm, found in arms.items():
            axes.plot(thresholds, [one.value for one in found], color=colours[arm], linewidth=2, label=arm)
            low, high = ([getattr(one, name) for one in found] for name in ("low", "high"))
            if not np.isnan(low).any():
                axes.fill_between(thresholds, low, high, color=colours[arm], alpha=0.15, linewidth=0)
        axes.set_xlabel(x_label)
        axes.set_ylabel("share of runs above")
        axes.set_ylim(-0.03, 1.03)
        _legend_beside(axes)

    return _svg(draw)


def ends(arms: Mapping[str, Sequence[tuple[float, str]]], x_label: str, width: float) -> str:
    """Where the episodes of each arm ended and how: a histogram an arm, stacked by the reason.

    Args:
        arms: x and reason of each episode.
        x_label: of the axis.
        width: of a bar.
    """
    reasons = [end for end in ENDS if any(end == why for played in arms.values() for _, why in played)]
    furthest = max((x for played in arms.values() for x, _ in played), default=0.0)
    edges = np.arange(0, furthest + 2 * width, width)

    def draw_all(figure: Figure) -> None:
        rows = figure.subplots(len(arms), 1, sharex=True, squeeze=False)[:, 0]
        for axes, (arm, played) in zip(rows, arms.items(), strict=True):
            values = [[x for x, why in played if why == end] for end in reasons]
            colours = [ENDS[end] for end in reasons]
            axes.hist(values, edges, histtype="stepfilled", stacked=True, color=colours, label=reasons)
            axes.set_ylabel(arm, rotation=0, ha="right", va="center")
            axes.set_yticks([])
            axes.grid(axis="y", visible=False)
        rows[-1].set_xlabel(x_label)
        rows[-1].xaxis.set_major_formatter(_Numbers())
        place: Any = {"loc": "lower left", "bbox_to_anchor": (0, 1), "ncols": len(reasons), "borderpad": 0}
        rows[0].legend(reverse=True, fontsize=9, **place)  # areas, unlike bars, are named from the top down

    return _drawn(draw_all, height=min(0.9 + 0.62 * len(arms), _TALLEST))


def matrix(rows: Mapping[str, Sequence[float | None]], columns: Sequence[str]) -> str:
    """A cell for each arm and evaluation: its number, on a ground that is the fuller the nearer it comes to 1."""

    def draw(axes: Any) -> None:
        for row, values in enumerate(rows.values()):
            for column, value in enumerate(values):
                share = 0.0 if value is None else float(np.clip(value, 0, 1))
                axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, color="#0072b2", alpha=0.7 * share, lw=0))
                axes.text(column, row, "–" if value is None else f"{value:.2f}", ha="center", va="center")
        axes.set_xlim(-0.5, len(columns) - 0.5)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xticks(range(len(columns)), ["\n".join(wrap(name, _LABEL)) for name in columns])
        axes.set_yticks(range(len(rows)), list(rows))
        axes.tick_params(length=0)
        axes.grid(visible=False)
        for side in axes.spines.values():
            side.set_visible(False)

    return _svg(draw, height=0.5 + 0.36 * max(len(rows), 2))


def strips(rows: Mapping[str, bytes], step: int) -> str:
    """Rows of pictures below each other, each with its name above it: PNG files, whose pixels stay sharp.

    Args:
        rows: of equal pictures side by side.
        step: width of one of them in pixels; there is a gap before each but the first.
    """
    sizes = [Image.open(io.BytesIO(data)).size for data in rows.values()]
    width, name_height, font = max(size[0] for size in sizes), 0.036, 0.024  # of the width
    parts, top = [], 0.0
    for (name, data), size in zip(rows.items(), sizes, strict=True):
        picture = base64.b64encode(data).decode()
        parts.append(
            f'<text x="0" y="{top + 0.7 * name_height * width:.1f}" font-size="{font * width:.1f}" '
            f'fill="currentColor">{escape(name)}</text>'
            f'<image x="0" y="{top + name_height * width:.1f}" width="{size[0]}" height="{size[1]}" '
            f'style="image-rendering: pixelated" href="data:image/png;base64,{picture}"/>'
        )
        parts += [
            f'<rect x="{x - _GAP * width / 2:.1f}" y="{top + name_height * width:.1f}" width="{_GAP * width:.1f}" '
            f'height="{size[1]}" fill="var(--paper)"/>'
            for x in range(step, size[0], step)
        ]
        top += name_height * width + size[1]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top:.1f}" font-family="sans-serif">'
        f"{''.join(parts)}</svg>\n"
    )


def _seeds(count: int) -> str:
    return counted(count, "seed")


def _few_ticks(axes: Any) -> None:
    """Numbers of five digits and more do not fit more often."""
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.xaxis.set_major_formatter(_Numbers())


def _legend_beside(axes: Any) -> None:
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0)


def _svg(draw: Drawer, height: float = _HEIGHT) -> str:
    return _drawn(lambda figure: draw(figure.subplots()), height)


def _drawn(draw: Callable[[Figure], None], height: float) -> str:
    """SVG of a figure, without what depends on the time or would be there twice in a page."""
    with mpl.rc_context(_STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        draw(figure)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    referred = set(re.findall(r"(?:url\(#|href=\"#)([^)\"]+)", text))
    own = hashlib.sha256(text.encode()).hexdigest()[:8]  # no two figures of a page share a name
    text = re.sub(r' id="([^"]+)"', lambda found: f' id="{own}-{found[1]}"' if found[1] in referred else "", text)
    text = re.sub(r'(url\(#|href="#)', rf"\g<1>{own}-", text)
    text = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text))
    return text.replace(_INK, "currentColor").replace(_GRID, "var(--grid)").strip() + "\n"
