"""A command of ``main.py`` as a process of its own, at low priority: its progress, its answer, how to end it."""

from __future__ import annotations

import codecs
import contextlib
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
from PySide6.QtCore import QObject, QProcess, Signal

from gui.kit.messages import without_flag
from gui.kit.worker import Workers

MAIN = Path(__file__).resolve().parents[2] / "main.py"
_NICENESS = 10  # the game in the window comes first
_PROGRESS = re.compile(r"(\d+)/(\d+) \[(?:[\d:]+<([\d:]+))?")
_KEPT_CHARACTERS = 4000


class CommandProcess(QObject):
    """One at a time; the window's thread only.

    Signals:
        changed: any of the attributes.
        answered: the command has done its work; its JSON document.

    Attributes:
        about: what it works on, in words, "" when none runs.
        done, total: how much of it is done, in the command's own unit; 0 before they are known.
        left: time left as the command tells it, such as "01:20", "" before it does.
        problem: why the last one failed, one sentence; "" when it did not.
        was_cancelled: whether the last one was ended before its time.
    """

    changed = Signal()
    answered = Signal(object)

    def __init__(self, workers: Workers) -> None:
        """``workers`` end it with the window."""
        super().__init__()
        workers.add(self)
        self.about = self.left = self.problem = ""
        self.done = self.total = 0
        self.was_cancelled = False
        self._process: QProcess | None = None
        self._notes = ""
        self._decoder = _new_decoder()

    @property
    def is_running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None

    def progress(self, unit: str) -> str:
        """What it is at, for a progress bar: "ddqn-fcn-1, best: 12 of 100 episodes, 00:40 left"."""
        if not self.total:
            return f"{self.about} …"
        left = f", {self.left} left" if self.left else ""
        return f"{self.about}: {self.done:,} of {self.total:,} {unit}{left}"

    def start(self, about: str, arguments: Sequence[str]) -> None:
        """Run a command that prints one JSON document; nothing happens while another one runs.

        Args:
            about: what it works on, in words.
            arguments: of ``main.py``, paths as seen from the working directory; ``--json`` comes on top.
        """
        if self._process is not None:
            return
        self.about, self.left, self.problem, self._notes = about, "", "", ""
        self.done = self.total = 0
        self.was_cancelled = False
        self._decoder.reset()
        process = self._process = QProcess(self)
        process.setProgram(sys.executable)
        process.setArguments([str(MAIN), *arguments, "--json"])
        process.started.connect(self._lower)
        process.readyReadStandardError.connect(self._listen)
        process.finished.connect(self._finish)
        process.errorOccurred.connect(self._fail)
        process.start()
        self.changed.emit()

    def cancel(self) -> None:
        """End it; what becomes of a half result is up to the command."""
        if self._process is not None:
            self.was_cancelled = True
            self._ask_to_end()
            self.changed.emit()

    def _ask_to_end(self) -> None:
        if self._process is not None and sys.platform == "win32":
            self._process.kill()  # a program without a window hears no polite wish there
        elif self._process is not None:
            self._process.terminate()

    def close(self) -> None:
        """Ask it to end; nothing is said afterwards."""
        if self._process is not None:
            self._process.blockSignals(True)
            self._ask_to_end()

    def join(self, seconds: float) -> bool:
        """Wait at most so long until it has ended, and tell whether it has."""
        process = self._process
        if process is not None and process.state() != QProcess.ProcessState.NotRunning:
            return process.waitForFinished(round(1000 * seconds))
        return True

    def abort(self) -> None:
        """End it by force."""
        if self._process is not None:
            self._process.kill()

    def _lower(self) -> None:
        if self._process is not None:
            with contextlib.suppress(psutil.Error):
                psutil.Process(self._process.processId()).nice(
                    psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else _NICENESS
                )

    def _read(self) -> None:
        assert self._process is not None
        self._notes += self._decoder.decode(self._process.readAllStandardError().data())

    def _listen(self) -> None:
        self._read()
        found = _PROGRESS.findall(self._notes)
        if found:
            done, total, self.left = found[-1]
            self.done, self.total = int(done), int(total)
        self._notes = self._notes[-_KEPT_CHARACTERS:]  # its progress comes over and over
        self.changed.emit()

    def _fail(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._process, self.about = None, ""
            self.problem = "Python could not be started again to do this; is the program's folder still there?"
            self.changed.emit()

    def _finish(self, status: int) -> None:
        if self._process is None:
            return
        self._read()
        process, self._process, self.about = self._process, None, ""
        answer: Any = None
        if status == 0 and not self.was_cancelled:
            answer = json.loads(bytes(process.readAllStandardOutput().data()))
        elif not self.was_cancelled:
            self.problem = _last_sentence(self._notes)
        process.deleteLater()
        self.changed.emit()
        if answer is not None:
            self.answered.emit(answer)


def _new_decoder() -> codecs.IncrementalDecoder:
    """Output comes in pieces that may cut a letter in two."""
    return codecs.getincrementaldecoder("utf-8")("replace")


def _last_sentence(notes: str) -> str:
    """What the program said last."""
    lines = [line.strip() for line in re.split(r"[\r\n]", notes) if line.strip()]
    said = [line for line in lines if not _PROGRESS.search(line)]
    return without_flag(said[-1].removeprefix("main.py: ")) if said else "the command has failed and gave no reason"
