"""Where a run comes from: command, versions, commit, processor. No paths but relative ones, no name of the machine."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PACKAGES = (
    "numpy",
    "keras",
    "tensorflow-cpu",
    "tensorflow",
    "jax",
    "torch",
    "onnx",
    "onnxruntime",
    "tf2onnx",
    "opencv-python-headless",
    "gymnasium",
    "stable-retro",
    "nes-py",
    "gym-super-mario-bros",
)
COMMIT_VARIABLE = "MARIO_WORKBENCH_COMMIT"
_SOURCE = Path(__file__).resolve().parents[2]


def provenance(command: Sequence[str], engine: str = "", rom: str = "") -> dict[str, Any]:
    """What ``provenance.json`` holds: plain values.

    Args:
        command: the arguments as typed; absolute paths among them are kept by their last part only.
        engine: emulator that made the frames, where the run has one.
        rom: name of the game's revision, where the run plays it.
    """
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": [_without_folders(argument) for argument in command],
        "commit": commit(),
        "python": platform.python_version(),
        "packages": versions(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor_name(),
        "cores": os.cpu_count(),
        "engine": engine,
        "rom": rom,
    }


def _without_folders(argument: str) -> str:
    name, equals, value = argument.rpartition("=")
    return name + equals + (Path(value).name if Path(value).is_absolute() else value)


def versions() -> dict[str, str]:
    """Versions of the packages that a run's results may depend on, of those that are installed."""
    from importlib import metadata  # the window, which shows what is written here, shall be there soon

    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def commit() -> str:
    """The checkout's commit, "-dirty" after it when tracked files differ, or empty outside a checkout.

    Where the program travelled to as plain files, ``COMMIT_VARIABLE`` tells it.
    """
    if told := os.environ.get(COMMIT_VARIABLE):
        return told
    try:
        result = subprocess.run(
            ("git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"),
            cwd=_SOURCE,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return result.stdout.strip()


def processor_name() -> str:
    """The processor's name, which Linux keeps in a file."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
