"""Questions for files and folders; each kind of them begins where the last one of its kind ended."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from gui.kit.preferences import Preferences

HERE = Path()


class FileDialogs:
    """Asks, and remembers the folder that was answered, also for the next start.

    ``start`` is where a kind of question begins that was never answered.
    """

    def __init__(self, preferences: Preferences) -> None:
        self._preferences = preferences

    def save(self, parent: QWidget, title: str, name: str, kinds: str) -> Path | None:
        """Where to save a file that would be called ``name``; None when nobody wants to."""
        path = str(self._start(title) / name)
        return self._kept(title, QFileDialog.getSaveFileName(parent, title, path, kinds)[0])

    def open(self, parent: QWidget, title: str, kinds: str, start: Path = HERE) -> Path | None:
        """Which file to open."""
        path = str(self._start(title, start))
        return self._kept(title, QFileDialog.getOpenFileName(parent, title, path, kinds)[0])

    def folder(self, parent: QWidget, title: str, start: Path = HERE) -> Path | None:
        """Which folder to open; the next one of its kind is looked for beside it."""
        return self._kept(title, self._ask_folder(parent, title, start))

    def into(self, parent: QWidget, title: str, start: Path = HERE) -> Path | None:
        """Which folder to write into; the next thing of its kind goes there too."""
        return self._kept(title, self._ask_folder(parent, title, start), is_place=True)

    def _ask_folder(self, parent: QWidget, title: str, start: Path) -> str:
        return QFileDialog.getExistingDirectory(parent, title, str(self._start(title, start)))

    def _start(self, title: str, start: Path = HERE) -> Path:
        kept = self._preferences.get("folders").get(title)
        folder = Path(kept) if isinstance(kept, str) else start
        return folder if folder.is_dir() else start

    def _kept(self, title: str, answer: str, is_place: bool = False) -> Path | None:
        if not answer:
            return None
        path = Path(answer)
        folder = path if is_place else path.parent
        self._preferences.set("folders", {**self._preferences.get("folders"), title: str(folder.absolute())})
        return path
