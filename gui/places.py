"""What there is to choose from: data sets and finished networks, as paths one would type."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.dataset.manifest import MANIFEST_NAME
from core.runs.run_folder import list_exported
from core.runs.run_queue import shown

DATA = Path("data")
"""Where data sets are looked for, as seen from the working directory."""


def data_sets(folder: Path = DATA) -> list[str]:
    """Data sets that lie in a folder, the newest first."""
    if not folder.is_dir():
        return []
    found = [path.parent for path in folder.glob(f"*/{MANIFEST_NAME}")]
    return [shown(path) for path in sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)]


def finished_networks(folders: Sequence[Path]) -> list[str]:
    """Run folders of exported networks, by folder and name."""
    unique = dict.fromkeys(folder.resolve() for folder in folders)
    return [shown(path) for folder in unique for _, path in list_exported(folder, "fcn")]
