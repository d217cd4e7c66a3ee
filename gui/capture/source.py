"""What a screenshot and a recording are of: the pictures on the tab that is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from core.frame import Frame
from gui.episodes.page import ReplayPage
from gui.episodes.side_by_side.page import MatchPage
from gui.play.view_grid import ViewGrid
from gui.workbench import Workbench

ALL = "all"


class Pictured(Protocol):
    """A view."""

    def paint_picture(self, painter: QPainter, target: QRectF) -> None:
        """Draw its picture into a rectangle."""


@dataclass(frozen=True, slots=True)
class CaptureSource:
    """Pictures that change together.

    Attributes:
        name: for notices.
        views: side by side.
        shown: emitted with each new picture.
        frame: the number of the frame shown, in the time of its game; None without one.
        plain: the console's own picture of it, uint8 (H, W, 3), None without one.
    """

    name: str
    views: Sequence[Pictured]
    shown: Any
    frame: Callable[[], int | None]
    plain: Callable[[], Frame | None]


def play_source(session: Workbench, grid: ViewGrid, chosen: str = ALL) -> CaptureSource:
    """The views of the game: all, or one by its role."""
    views = {role: panel.view for role, panel in grid.panels.items()}
    return CaptureSource(
        name="the game",
        views=[views[chosen]] if chosen in views else list(views.values()),
        shown=session.picture_changed,
        frame=lambda: None if session.picture is None else session.picture.shot.frame,
        plain=lambda: None if session.picture is None else session.picture.shot.snapshot.frame,
    )


def replay_source(page: ReplayPage) -> CaptureSource:
    """The episode that is looked back over: picture and classes."""
    replay = page.session.past.replay
    return CaptureSource(
        name="the episode",
        views=[page.frame, page.classes],
        shown=replay.moment_changed,
        frame=lambda: None if replay.past is None else replay.past.frame,
        plain=lambda: None if replay.past is None else replay.past.snapshot.frame,
    )


def match_source(page: MatchPage) -> CaptureSource:
    """Two agents side by side."""
    match = page.session.past.match

    def plain() -> Frame | None:
        frames = [side.frame for side in match.sides if side.frame is not None]
        return np.hstack(frames) if frames else None

    return CaptureSource(
        name="both agents",
        views=page.views,
        shown=match.shown,
        frame=lambda: match.frames if match.sides[0].frame is not None else None,
        plain=plain,
    )
