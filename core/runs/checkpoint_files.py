"""Checkpoints: arrays and counters in one safetensors file each, the last few and the best.

A *full* checkpoint holds all that a bit-exact resume needs (weights, optimiser, position); a *light* one the weights
and counters. Both are the same kind of file: the arrays, and in its header the counters as JSON with a checksum of it
all. Nothing is pickled.
"""

from __future__ import annotations

import json
import logging
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from core.errors import InputError, RunError
from core.files import replace_file

CHECKPOINT_VERSION = 1
_HEADER = "checkpoint"
Arrays: TypeAlias = Mapping[str, npt.NDArray[Any]]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What was saved.

    Attributes:
        arrays: by name.
        state: counters and other plain values.
        path: the file it came from.
    """

    arrays: dict[str, npt.NDArray[Any]]
    state: dict[str, Any]
    path: Path


def save_checkpoint(path: Path, arrays: Arrays, state: Mapping[str, Any]) -> None:
    """Write one checkpoint file, whole or not at all.

    Args:
        path: ends in ``.safetensors``.
        arrays: NumPy arrays by name.
        state: values that JSON can hold.

    Raises:
        RunError: it could not be written; the file that was there is kept.
    """
    # Contiguous, because safetensors writes the memory as it lies; ascontiguousarray would make 0-d arrays 1-d.
    whole = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    text = json.dumps(dict(state), sort_keys=True)
    # One entry, because safetensors writes several in no fixed order, and equal runs should give equal files.
    about = {"version": CHECKPOINT_VERSION, "checksum": _checksum(whole, text), "state": text}
    header = json.dumps(about)

    def write(temporary: Path) -> None:
        try:
            save_file(whole, temporary, {_HEADER: header})
        except SafetensorError as error:
            raise RunError(f"{path}: cannot be written ({error}); what was there is kept") from error

    replace_file(path, write)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read one checkpoint file; InputError naming it when it is missing, damaged or of a future version."""
    try:
        with safe_open(path, "numpy") as file:
            header = (file.metadata() or {}).get(_HEADER)
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    except FileNotFoundError:
        raise InputError(f"{path}: the file is missing; a checkpoint was expected there") from None
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read ({error.strerror or error})") from None
    except SafetensorError as error:
        raise InputError(f"{path}: the file is damaged or no checkpoint ({error})") from None
    return Checkpoint(arrays, _state(header, arrays, path), path)


def _state(header: str | None, arrays: Arrays, path: Path) -> dict[str, Any]:
    """The counters in a file's header; InputError when they are of a future version or do not fit the arrays."""
    try:
        about = json.loads(header or "")
        version, checksum, text = about["version"], about["checksum"], about["state"]
    except (ValueError, KeyError, TypeError, RecursionError):
        version = checksum = text = None
    if type(version) is not int or not isinstance(text, str):
        raise InputError(f"{path}: the file holds arrays but is no checkpoint of this program")
    if version > CHECKPOINT_VERSION:
        raise InputError(f"{path}: version {version} is not known here; this program reads up to {CHECKPOINT_VERSION}")
    if checksum != _checksum(arrays, text):
        raise InputError(f"{path}: the file is damaged; its checksum does not fit")
    state: dict[str, Any] = json.loads(text)
    return state


def _checksum(arrays: Arrays, text: str) -> str:
    """CRC-32 over names, types, shapes, bytes and counters, in hexadecimal."""
    value = zlib.crc32(text.encode())
    for name in sorted(arrays):
        array = arrays[name]
        value = zlib.crc32(f"{name} {array.dtype.str} {array.shape}".encode(), value)
        value = zlib.crc32(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data, value)
    return f"{value:08x}"


class CheckpointStore:
    """The ``checkpoints/`` folder of a run: the last ``keep`` full ones by step, and the best one, light.

    Attributes:
        folder: where they lie; made when the first is saved.
        keep: how many of the last ones stay.
    """

    _NAME = re.compile(r"step-(\d{9})\.safetensors")

    def __init__(self, folder: Path, keep: int = 2) -> None:
        self.folder = folder
        self.keep = keep

    @property
    def best_path(self) -> Path:
        """Where the best checkpoint lies, if there is one."""
        return self.folder / "best.safetensors"

    def save_last(self, step: int, arrays: Arrays, state: Mapping[str, Any]) -> Path:
        """Save at a step and delete all but the last ``keep``; RunError when the disk is full, older ones are kept.

        Those of later steps go first: the run counts anew from an earlier one, since its data have become fewer.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"step-{step:09d}.safetensors"
        save_checkpoint(path, arrays, state)
        others = [other for other in self.paths() if other != path]
        later = [other for other in others if other > path]
        before = [other for other in others if other < path]
        for old in later + before[: max(len(before) - self.keep + 1, 0)]:
            old.unlink(missing_ok=True)
        return path

    def save_best(self, arrays: Arrays, state: Mapping[str, Any]) -> None:
        """Save the best one over the one before."""
        self.folder.mkdir(parents=True, exist_ok=True)
        save_checkpoint(self.best_path, arrays, state)

    def paths(self) -> list[Path]:
        """The last checkpoints, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if self._NAME.fullmatch(path.name))

    def last_step(self) -> int | None:
        """The newest one's step, whole or not; None without any."""
        paths = self.paths()
        return int(paths[-1].stem.removeprefix("step-")) if paths else None

    def load_last(self, use: Callable[[Checkpoint], None] = lambda checkpoint: None) -> Checkpoint | None:
        """The newest one that is whole, or None without any; for who goes on from it.

        A damaged one is named in the log and renamed: it would count as one of the last for ever, and what it lacks (a
        segment of the replay, say) may come back with other content. InputError, and all keep their names, when all
        are damaged.

        Args:
            use: puts a checkpoint to use; one with which it raises InputError counts as damaged.
        """
        paths = self.paths()
        damaged: list[Path] = []
        for path in reversed(paths):
            try:
                checkpoint = load_checkpoint(path)
                use(checkpoint)
            except InputError as error:
                _log.warning("%s; the checkpoint before it is used", error)
                damaged.append(path)
                continue
            for one in damaged:
                one.replace(one.with_name(f"damaged-{one.name}"))
            return checkpoint
        if paths:
            raise InputError(f"{self.folder}: no checkpoint there is whole; begin a new run")
        return None

    def load_best(self) -> Checkpoint | None:
        """The best one, or None; InputError when it is damaged."""
        return load_checkpoint(self.best_path) if self.best_path.exists() else None

    def clear_last(self) -> None:
        """Delete the last ones (a finished run is not resumed); the best stays."""
        for path in self.paths():
            path.unlink(missing_ok=True)
