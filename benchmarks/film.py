"""A short moving picture of the window, for the README: an agent plays, the views follow, a person takes over.

``python -m benchmarks.film docs/window.webp`` makes it again. It needs a machine on which nothing else runs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.real_window import ScriptedUser, Steps, open_real_window, watch_agent
from core.files import replace_file

if TYPE_CHECKING:
    from PIL.Image import Image

    from gui.window.main_window import MainWindow

WIDTH = 800  # pixels of the picture
RATE = 10  # pictures a second
FROM_X, OVER_X, TO_X = 120, 640, 980  # where the film begins, the person takes over, and it may end
MOST_SECONDS = 14.0
_QUALITY = 55  # of WebP, 0 to 100
_JUMP_SECONDS, _RUN_SECONDS = 0.55, 0.2  # that the person holds the key for, and not, in turn


class _Film:
    """Grabs the window again and again."""

    def __init__(self, window: MainWindow) -> None:
        from PySide6.QtCore import QTimer

        self.pictures: list[Image] = []
        self._window = window
        self._timer = QTimer(window, interval=1000 // RATE)
        self._timer.timeout.connect(self._grab)

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _grab(self) -> None:
        from PIL import Image
        from PySide6.QtCore import Qt
        from PySide6.QtGui import QImage

        image = self._window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        image = image.scaledToWidth(WIDTH, Qt.TransformationMode.SmoothTransformation)
        size = (image.width(), image.height())
        self.pictures.append(Image.frombytes("RGB", size, bytes(image.constBits()), "raw", "RGB", image.bytesPerLine()))


def _play(window: MainWindow, film: _Film) -> Steps:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    yield from watch_agent(window)
    window.actions_by_id["input-display"].trigger()
    preview = window.workbench.preview
    yield lambda: preview.picture is not None and preview.picture.prediction is not None
    game = window.workbench.game
    game.reset()
    yield lambda: x_of(window) < FROM_X
    yield lambda: x_of(window) >= FROM_X
    film.start()
    yield lambda: x_of(window) >= OVER_X
    window.grid.setFocus()
    QTest.keyClick(window.grid, Qt.Key.Key_T)
    yield lambda: window.workbench.game.state.player == "person"
    right, jump = Qt.Key.Key_Right, Qt.Key.Key_X  # of the preset "arrows"
    QTest.keyPress(window.grid, right)
    while OVER_X <= x_of(window) < TO_X and len(film.pictures) < MOST_SECONDS * RATE:
        QTest.keyPress(window.grid, jump)
        yield _JUMP_SECONDS
        QTest.keyRelease(window.grid, jump)
        yield _RUN_SECONDS
    QTest.keyRelease(window.grid, right)
    film.stop()


def x_of(window: MainWindow) -> int:
    """Where Mario is, pixels."""
    shot = window.workbench.preview.shot
    return 0 if shot is None else shot.variables.x


def make(path: Path) -> int:
    """Film the window into a WebP; how many pictures it has. RuntimeError when the window could not be driven."""
    with tempfile.TemporaryDirectory() as folder:
        app, window = open_real_window(Path(folder))
        film = _Film(window)
        user = ScriptedUser(window, _play(window, film))
        app.exec()
    if user.problem:
        raise RuntimeError(user.problem)
    first, *others = film.pictures
    replace_file(
        path,
        lambda made: first.save(
            made, "WEBP", save_all=True, append_images=others, duration=1000 // RATE, loop=0, quality=_QUALITY, method=6
        ),
    )
    return len(film.pictures)


def main() -> int:
    """Make it; exit status."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("path", type=Path, help="the .webp to write")
    path = parser.parse_args().path
    count = make(path)
    print(f"{path}: {count} pictures, {path.stat().st_size / 1e6:.2f} MB", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
