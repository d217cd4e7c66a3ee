"""The About box: what is installed."""

from __future__ import annotations

import platform
from importlib import metadata

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

_PACKAGES = (
    "PySide6-Essentials",
    "numpy",
    "opencv-python-headless",
    "onnxruntime",
    "stable-retro",
    "nes-py",
    "gym-super-mario-bros",
)


def versions() -> list[tuple[str, str]]:
    """What is installed: name and version."""
    found = [("Python", platform.python_version())]
    for name in _PACKAGES:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            found.append((name, "not installed"))
    return found


def show_about(parent: QWidget) -> QMessageBox:
    """Open the About box."""
    rows = "".join(f"<tr><td>{name}&nbsp;&nbsp;</td><td>{version}</td></tr>" for name, version in versions())
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("About")
    box.setIconPixmap(parent.windowIcon().pixmap(64, 64))
    box.setText("<b>Mario workbench</b>")
    box.setInformativeText(
        "Super Mario Bros. seen three ways, side by side, live. Our code is under the MIT licence; "
        "the game is not ours and comes with gym-super-mario-bros, for educational use. There is no sound."
        f"<br><br><table>{rows}</table>"
    )
    box.open()
    return box
