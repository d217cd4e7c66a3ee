"""What there is to choose from: data sets and finished networks, as paths one would type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from core.dataset.manifest import MANIFEST_NAME
from core.runs.queue import shown
from core.runs.run_folder import list_exported


def data_sets(folders: Sequence[Path]) -> list[str]:
    """Data sets that lie in some folders, the newest first."""
    unique = dict.fromkeys(folder.resolve() for folder in folders)
    found = [path.parent for folder in unique if folder.is_dir() for path in folder.glob(f"*/{MANIFEST_NAME}")]
    return [shown(path) for path in sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)]


def named_runs(folders: Sequence[Path], list_runs: Callable[[Path], list[tuple[str, Path]]]) -> list[tuple[str, Path]]:
    """Names and folders of the runs in some folders; a name that lies in two has its folder's name before it."""
    found = [(folder, name, path) for folder in folders for name, path in list_runs(folder)]
    names = [name for _, name, _ in found]
    return [(name if names.count(name) == 1 else f"{folder.name}/{name}", path) for folder, name, path in found]


def finished_networks(folders: Sequence[Path]) -> list[str]:
    """Run folders of exported segmentation networks, by folder and name."""
    return _finished(folders, "fcn")


def finished_agents(folders: Sequence[Path]) -> list[str]:
    """Run folders of exported agents, by folder and name."""
    return _finished(folders, "ddqn")


def _finished(folders: Sequence[Path], kind: str) -> list[str]:
    unique = dict.fromkeys(folder.resolve() for folder in folders)
    return [shown(path) for folder in unique for _, path in list_exported(folder, kind)]
