"""Recording what is shown as a video (.mp4) or a moving picture (.gif), by a worker that the game never waits for."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from core.files import is_utf8
from gui.kit.clock import NES_RATE
from gui.kit.worker import Workers

if TYPE_CHECKING:
    from PIL import Image

MOST_WAITING = 90  # pictures that may wait for the disk: 1.5 s
GIF_EVERY = 3  # frames: 20 a second, which GIF can tell exactly (50 ms)
KINDS = (".mp4", ".gif")
_LONGEST_GAP = 30  # frames that one picture may stand for; more is a pause, which a video leaves out

Pixels = npt.NDArray[np.uint8]


class VideoWriter:
    """One recording. Each picture is a task of its worker; the end of the worker is that of the file.

    Attributes:
        path: the file, there once it is finished.
        written: frames of it.
        dropped: pictures that the disk was too slow for; the one before stands in for each.
        problem: why it could not be written, one sentence; "" when it was.
    """

    def __init__(self, workers: Workers, path: Path, when_done: Callable[[VideoWriter], object]) -> None:
        """Nothing is written yet.

        Args:
            workers: where it belongs to: closing them ends the recording.
            path: the file, .mp4 or .gif; its folder is made.
            when_done: called in the worker's thread when all is written, or cannot be.
        """
        self.path = path
        self.written = self.dropped = 0
        self.problem = ""
        self._when_done = when_done
        self._last: int | None = None
        self._temporary = path.with_name(f".{path.stem}.new{path.suffix}")
        self._video: cv2.VideoWriter | None = None
        self._images: list[Image.Image] = []  # of a GIF, which is written at the end
        self._frames = 0
        self._gives_up = False
        self._worker = workers.make("video writer", at_end=self._end, when_aborted=self._give_up)
        self._worker.start()

    @property
    def is_empty(self) -> bool:
        """Whether no picture was added yet."""
        return self._last is None

    def add(self, picture: Pixels, frame: int) -> None:
        """The picture of a frame of the game; frames that were skipped since the last one show it too.

        Args:
            picture: RGB, uint8 (H, W, 3), always of one size, not changed afterwards.
            frame: its number; it grows with the game.
        """
        step = 1 if self._last is None else frame - self._last
        if step <= 0 and self._last is not None:
            step = 1 if step < 0 else 0  # the game went back, or the same frame was drawn anew
        if step == 0:
            return
        if self._worker.waiting >= MOST_WAITING:
            self.dropped += 1
            return
        self._worker.post(partial(self._do, partial(self._write, picture, min(step, _LONGEST_GAP))))
        self._last = frame

    def finish(self) -> None:
        """No more pictures; the file is there when ``when_done`` is called."""
        self._worker.close()

    # In the worker's thread

    def _do(self, step: Callable[[], object]) -> None:
        """A step towards the file, unless one before has failed."""
        if self.problem or self._gives_up:
            return
        try:
            step()
        except Exception as error:  # noqa: BLE001  # codecs have errors of their own
            if not isinstance(error, OSError | cv2.error):
                traceback.print_exc()
            reason = (isinstance(error, OSError) and error.strerror) or " ".join(str(error).split())
            self.problem = f"{self.path}: the recording has stopped ({reason})"
            self.finish()

    def _end(self) -> None:
        self._do(self._finish_file)
        self._video = None
        with contextlib.suppress(OSError):
            self._temporary.unlink(missing_ok=True)
        self._when_done(self)

    def _give_up(self) -> None:
        """The window is closing, and this takes too long (called by whoever closes)."""
        self._gives_up = True

    def _write(self, picture: Pixels, count: int) -> None:
        """A picture that stands for so many frames of the game."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(count):
            if self.path.suffix != ".gif":
                self._write_frame(picture)
            elif self._frames % GIF_EVERY == 0:
                from PIL import Image  # for few recordings, and the window shall be there soon

                self._images.append(Image.fromarray(picture).quantize(64))
            self._frames += 1

    def _write_frame(self, picture: Pixels) -> None:
        if self._video is None:
            height, width = picture.shape[:2]
            codec = cv2.VideoWriter.fourcc(*"mp4v")
            self._temporary.touch()  # a folder that cannot be written says so itself
            if not is_utf8(self._temporary):
                raise OSError(0, "OpenCV writes only where the folders' names are UTF-8")
            self._video = cv2.VideoWriter(str(self._temporary), codec, NES_RATE, (width, height))
            if not self._video.isOpened():
                raise OSError(0, "OpenCV cannot write MP4 here")
        self._video.write(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        self.written += 1

    def _finish_file(self) -> None:
        if self._video is not None:
            self._video.release()
            if not self._temporary.exists() or not self._temporary.stat().st_size:
                raise OSError(0, "the disk is full")
        elif self._images:
            first, rest = self._images[0], self._rest_of_images()
            first.save(self._temporary, save_all=True, append_images=rest, duration=50, loop=0)
        if self.written:
            self._temporary.replace(self.path)

    def _rest_of_images(self) -> Iterator[Image.Image]:
        self.written = 1
        for image in self._images[1:]:
            if self._gives_up:
                return  # what there is so far is a whole picture too
            self.written += 1
            yield image
