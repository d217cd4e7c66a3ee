"""A zoomed picture on another screen."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from gui.pictures.zoom_view import ZoomView


class OnScreen(ZoomView):
    """On a screen of any pixel ratio."""

    on = 1.0

    @property
    def ratio(self) -> float:
        return self.on


def test_the_zoom_stays_on_a_screen_of_another_ratio(qtbot: QtBot) -> None:
    view = OnScreen()
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.zoom_by(4)
    before, middle = view.zoom, view.pixel_at(QPointF(400, 300))
    view.on = 2.0
    view.follow_ratio()
    assert view.zoom == before and not view.fits
    seen = view.pixel_at(QPointF(400, 300))
    assert abs(seen[0] - middle[0]) <= 1 and abs(seen[1] - middle[1]) <= 1


def test_a_fitted_picture_is_fitted_anew(qtbot: QtBot) -> None:
    view = OnScreen()
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.fit()
    view.on = 1.5
    view.follow_ratio()
    assert view.fits and view.scale == 3
