"""The About box: what this is, every version that matters, licences, how to cite; to copy into a report of a fault."""

from __future__ import annotations

import importlib.metadata
import platform
from html import escape
from pathlib import Path

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QTextBrowser, QVBoxLayout, QWidget

from core import __version__
from core.cli.doctor import machine, packages
from core.game.rom import Rom
from core.locations import home_folder
from core.runs.provenance import commit
from gui.live.game_control import GameControl

_NAME = "Mario workbench"
_TITLE = f"{_NAME}: segmentation and reinforcement learning on Super Mario Bros."
_SIZE = (620, 600)  # logical pixels
_ICON = 56
_WHAT = (
    "Super Mario Bros. seen three ways, side by side, live: label its frames, train networks and agents, watch and "
    "compare them. There is no sound."
)
_OURS = (
    "Our code is under the MIT licence. The game belongs to Nintendo and is no part of it: its ROM comes with "
    "gym-super-mario-bros, for educational use, or is your own. stable-retro's emulator core is under the GPL, used as "
    "the separate library that its package brings."
)
_PAPER = (
    "Bélignon, M. (2020). Transfer learning from image segmentation to reinforcement learning. Technical report, "
    "McGill University."
)
_LONGEST_LICENCE = 34  # characters


def facts(game: GameControl) -> list[tuple[str, str]]:
    """What a report of a fault should say: names and values. No paths, no names of people or machines."""
    state, computer = game.state, machine()
    memory = f", {computer['memory_gb']:g} GB of memory" if computer["memory_gb"] else ""
    screen = QGuiApplication.primaryScreen()
    size, ratio, source = screen.size(), screen.devicePixelRatio(), commit()
    return [
        (_NAME, f"{__version__} ({source})" if source else __version__),
        ("Engine", state.engine or "none is running"),
        ("ROM", _rom_text(state.rom) if state.rom is not None else "none is open"),
        ("System", f"{computer['system']}, {computer['processor']}, {computer['cores']} cores{memory}"),
        ("Screen", f"{size.width()} x {size.height()} logical pixels at {ratio:g}×, {QGuiApplication.platformName()}"),
        ("Python", platform.python_version()),
        ("Qt", qVersion()),
    ]


def _rom_text(rom: Rom) -> str:
    name = rom.revision.name if rom.revision else "checked"
    return f"{name}, SHA-1 {rom.sha1}"


def libraries() -> list[tuple[str, str, str]]:
    """Every package that the program asks for: name, version with a word when it is not a tested one, licence."""
    rows = []
    for package in packages():
        version = package["version"] or "not installed"
        note = "" if package["ok"] or not package["version"] else f" (tested: {package['tested']})"
        rows.append((package["name"], version + note, _licence(package["name"]) if package["version"] else ""))
    return rows


def _licence(name: str) -> str:
    """As the package itself tells it, shortened."""
    told = importlib.metadata.metadata(name)
    classes = [str(line).rpartition(" :: ")[2] for line in told.get_all("Classifier", []) if "License ::" in str(line)]
    first_lines = [str(told[key]).partition("\n")[0] for key in ("License-Expression", "License") if key in told]
    text = next(filter(None, (*first_lines[:1], ", ".join(classes))), "")
    return text if len(text) <= _LONGEST_LICENCE else f"{text[:_LONGEST_LICENCE]}…"


def citation() -> str:
    """How to name this program in a text, and the paper that it follows."""
    return f"{_TITLE} (2026). Version {__version__}, software. It follows {_PAPER}"


def report(game: GameControl) -> str:
    """Facts and versions as lines of plain text."""
    lines = [f"{name}: {value}" for name, value in facts(game)]
    return "\n".join([*lines, "", *(f"{name} {version}" for name, version, _ in libraries())])


def about_html(game: GameControl, runs: Path) -> str:
    """Everything as HTML."""
    home = home_folder().resolve()
    where = ("Your files", f"runs in {runs}, data sets and evaluations in {home}")  # paths: not for reports
    first = _table([*facts(game), where])
    return (
        f"<p>{_WHAT}</p>{first}<h3>Libraries and their licences</h3>{_table(libraries())}"
        f"<h3>Licences</h3><p>{escape(_OURS)}</p><h3>How to cite</h3><p>{escape(citation())}</p>"
    )


def _table(rows: list[tuple[str, ...]] | list[tuple[str, str]] | list[tuple[str, str, str]]) -> str:
    cells = ("".join(f"<td>{escape(text)}&nbsp;&nbsp;</td>" for text in row) for row in rows)
    return "<table cellspacing='0' cellpadding='2'>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


class AboutBox(QDialog):
    """Shows it; the game goes on behind it."""

    def __init__(self, game: GameControl, runs: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._game = game
        self.setWindowTitle("About")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        picture, title = QLabel(), QLabel(f"{_NAME} {__version__}")
        if parent is not None:
            picture.setPixmap(parent.windowIcon().pixmap(_ICON, _ICON))
        title.setObjectName("big")
        self.text = QTextBrowser()
        self.text.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.text.setHtml(about_html(game, runs))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.copy = buttons.addButton("&Copy for a bug report", QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.setToolTip("Versions, engine, ROM and machine as text, without paths or names")
        self.copy.clicked.connect(self._copy)
        row = QHBoxLayout()
        row.addWidget(picture)
        row.addWidget(title, 1)
        column = QVBoxLayout(self)
        column.addLayout(row)
        column.addWidget(self.text)
        column.addWidget(buttons)
        self.resize(*_SIZE)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(report(self._game))
        self.copy.setText("Copied")
