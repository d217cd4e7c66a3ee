"""The window in processes of its own: what it imports, what it leaves, and how it looks at other display scalings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
_RUN = """
import json, sys, threading
from pathlib import Path
from PySide6.QtCore import QPoint, QSettings, QTimer
from gui.app import make_application, open_window
from gui.kit.preferences import Preferences

folder = Path(sys.argv[1])
app = make_application()
settings = Preferences(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat), folder)
settings.set("arrangement", sys.argv[2])
opened = []
window = open_window(settings)
window.resize(1280, 900)  # whatever the screen: all of each picture is looked at
found = {"heavy_at_open": [n for n in ("onnxruntime", "stable_retro", "nes_py") if n in sys.modules]}
workbench = window.workbench

def ready():
    picture = workbench.preview.picture
    return picture is not None and picture.labels is not None and picture.shot.frame > 30

def look():
    if not ready():
        return
    ticker.stop()
    workbench.game.set_paused(True)
    QTimer.singleShot(300, finish)

def finish():
    image = window.grab().toImage()
    views = {}
    for role, panel in window.grid.panels.items():
        view = panel.view
        target, ratio = view.target(), view.devicePixelRatioF()
        corner = view.mapTo(window, QPoint(0, 0))
        left, top = (corner.x() + target.x()) * ratio, (corner.y() + target.y()) * ratio
        whole = abs(left - round(left)) < 1e-3 and abs(top - round(top)) < 1e-3
        views[role] = {"scale": view.scale, "whole": whole, "left": round(left), "top": round(top), "ratio": ratio}
    image.save(str(folder / "window.png"))
    workbench.preview.picture.shot.snapshot.frame.tofile(folder / "frame.raw")
    found["views"] = views
    window.close()

ticker = QTimer(interval=20)
ticker.timeout.connect(look)
ticker.start()
app.exec()
modules = ("tensorflow", "keras", "torch", "jax", "core.cli.commands", "core.training", "core.fcn.training",
           "core.ddqn.training")
found["training"] = [name for name in sys.modules if name in modules or name.startswith(modules[-3:])]
found["threads"] = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
print(json.dumps(found))
"""


def run_window(tmp_path: Path, arrangement: str = "large", **environment: str) -> dict[str, Any]:
    """Open the window in a process until it has shown some frames; what was found there."""
    variables = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-c", _RUN, str(tmp_path), arrangement]
    done = subprocess.run(command, env=variables, cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_it_imports_no_training_framework_and_leaves_no_thread(tmp_path: Path) -> None:
    found = run_window(tmp_path)
    assert found["training"] == []
    assert found["threads"] == []
    assert found["heavy_at_open"] == [], "nothing heavy before the window is there"


@pytest.mark.parametrize(("factor", "arrangement"), [("1.25", "equal"), ("1.25", "large"), ("2", "large")])
def test_pictures_are_crisp_at_any_scaling(tmp_path: Path, factor: str, arrangement: str) -> None:
    import numpy as np
    from PySide6.QtGui import QImage

    found = run_window(tmp_path, arrangement, QT_SCALE_FACTOR=factor)
    image = QImage(str(tmp_path / "window.png")).convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    window = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()
    for role, view in found["views"].items():
        assert view["ratio"] == float(factor)
        assert view["whole"], f"{role} begins between two device pixels"
        scale = view["scale"]
        part = window[view["top"] : view["top"] + 224 * scale, view["left"] : view["left"] + 240 * scale]
        if role == "network":
            continue  # says that there is none
        blocks = part.reshape(224, scale, 240, scale, 3)
        assert (blocks == blocks[:, :1, :, :1]).all(), f"{role} is blurred"
        if role == "raw":
            frame = np.fromfile(tmp_path / "frame.raw", np.uint8).reshape(224, 240, 3)
            assert np.array_equal(blocks[:, 0, :, 0], frame)
