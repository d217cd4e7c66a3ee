"""What a screenshot and a recording are of: the pictures on the tab that is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from core.frame import Frame
from gui.episodes.page import ScrubPage
from gui.episodes.side_by_side.page import DuelPage
from gui.play.view_grid import ViewGrid
from gui.workbench import Session

ALL = "all"


class Pictured(Protocol):
    """A view."""

    def paint_picture(self, painter: QPainter, target: QRectF) -> None:
        """Draw its picture into a rectangle."""


@dataclass(frozen=True, slots=True)
class Stage:
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


def play_stage(session: Session, grid: ViewGrid, chosen: str = ALL) -> Stage:
    """The views of the game: all, or one by its role."""
    views = {role: panel.view for role, panel in grid.panels.items()}
    return Stage(
        name="the game",
        views=[views[chosen]] if chosen in views else list(views.values()),
        shown=session.picture_changed,
        frame=lambda: None if session.picture is None else session.picture.shot.frame,
        plain=lambda: None if session.picture is None else session.picture.shot.snapshot.frame,
    )


def scrub_stage(page: ScrubPage) -> Stage:
    """The episode that is looked back over: picture and classes."""
    scrubber = page.session.past.scrubber
    return Stage(
        name="the episode",
        views=[page.frame, page.classes],
        shown=scrubber.moment_changed,
        frame=lambda: None if scrubber.past is None else scrubber.past.frame,
        plain=lambda: None if scrubber.past is None else scrubber.past.snapshot.frame,
    )


def duel_stage(page: DuelPage) -> Stage:
    """Two agents side by side."""
    duel = page.session.past.duel

    def plain() -> Frame | None:
        frames = [side.frame for side in duel.sides if side.frame is not None]
        return np.hstack(frames) if frames else None

    return Stage(
        name="both agents",
        views=page.views,
        shown=duel.shown,
        frame=lambda: duel.frames if duel.sides[0].frame is not None else None,
        plain=plain,
    )
