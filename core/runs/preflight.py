"""What can be known of a training before it starts: settings that cannot work, and whether it fits this machine.

Each capability says what its trainings need (``preflight`` in ``core.fcn``, ``core.ddqn``, ``core.mapping``); what
is free, and the sentences, are here. No training framework.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from core.config.fields import Config
from core.errors import InputError
from core.runs.run_folder import CONFIG_NAME
from core.wording import gigabytes

FRAMEWORK_BYTES = 10**9
"""Memory of Keras and TensorFlow while they train a network of the paper's size; measured."""
FULL_CHECKPOINTS = 3  # at the most: two, and one that is being written


@dataclass(frozen=True, slots=True)
class Preflight:
    """What was found.

    Attributes:
        config: what was looked at.
        problems: a sentence by the name of the field that cannot be used.
        memory, free_memory: bytes that the training will need, and that are free now.
        disk, free_disk: bytes of the run folder in the end, and what is free there.
        remedy: what to choose where the memory does not suffice.
        warning: what to know of the run's figures, one sentence.
    """

    config: Config
    problems: dict[str, str] = field(default_factory=dict)
    memory: int = 0
    free_memory: int = 0
    disk: int = 0
    free_disk: int = 0
    remedy: str = "less"
    warning: str = ""

    @property
    def refusal(self) -> str:
        """Why it cannot start, one sentence; "" when it can."""
        return next((f"{name}: {sentence}" for name, sentence in self.problems.items()), "") or self.lack

    @property
    def lack(self) -> str:
        """What does not fit, one sentence; "" when all does."""
        if self.memory > self.free_memory:
            return (
                f"the training needs {gigabytes(self.memory)} of memory and {gigabytes(self.free_memory)} are free; "
                f"choose {self.remedy}, or close other programs"
            )
        if self.disk > self.free_disk:
            return (
                f"the run needs {gigabytes(self.disk)} of disk and {gigabytes(self.free_disk)} are free; "
                "delete something, or choose another folder of runs"
            )
        return ""

    def check_settings(self) -> None:
        """InputError, naming the flag of a field that cannot be used."""
        if self.problems:
            raise InputError(f"--{self.refusal}")

    def check(self) -> None:
        """The same, and InputError when the training does not fit this machine."""
        self.check_settings()
        if self.lack:
            raise InputError(self.lack)


def free_memory() -> int:
    """Bytes of memory that are free now."""
    return int(psutil.virtual_memory().available)


def free_disk(folder: Path) -> int:
    """Bytes free for a folder, which need not exist; with what a run that lies there holds, for it is written over."""
    there = next(path for path in (folder.resolve(), *folder.resolve().parents) if path.is_dir())
    free = shutil.disk_usage(there).free
    for path in folder.rglob("*") if (folder / CONFIG_NAME).exists() else ():
        with suppress(FileNotFoundError):  # another process may be writing there
            free += path.stat().st_size if path.is_file() else 0
    return free


@contextmanager
def noted(name: str, problems: dict[str, str]) -> Iterator[None]:
    """Keep the sentence of an InputError under a field's name, and go on."""
    try:
        yield
    except InputError as error:
        problems[name] = str(error)
