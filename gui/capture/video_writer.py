"""Recording what is shown as a video (.mp4) or a moving picture (.gif), in a thread that the game never waits for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from gui.kit.clock import NES_RATE

MOST_WAITING = 90  # pictures that may wait for the disk: 1.5 s
GIF_EVERY = 3  # frames: 20 a second, which GIF can tell exactly (50 ms)
KINDS = (".mp4", ".gif")
_LONGEST_GAP = 30  # frames that one picture may stand for; more is a pause, which a film leaves out
_END = None

Pixels = npt.NDArray[np.uint8]


class VideoWriter:
    """One recording.

    Attributes:
        path: the file, there once it is finished.
        written: frames of it.
        dropped: pictures that the disk was too slow for; the one before stands in for each.
        problem: why it could not be written, one sentence; "" when it was.
    """

    def __init__(self, path: Path, when_done: Callable[[VideoWriter], object]) -> None:
        """``when_done`` is called in the thread at the end."""
        self.path = path
        self.written = self.dropped = 0
        self.problem = ""
        self._when_done = when_done
        self._queue: queue.Queue[tuple[Pixels, int] | None] = queue.Queue(MOST_WAITING)
        self._last: int | None = None
        self._thread = threading.Thread(target=self._run, name="film", daemon=True)
        self._thread.start()

    def add(self, picture: Pixels, frame: int) -> None:
        """The picture of a frame of the game; frames that were skipped since the last one show it too.

        Args:
            picture: RGB, uint8 (H, W, 3), always of one size, not changed afterwards.
            frame: its number; it grows with the game.
        """
        step = 1 if self._last is None else frame - self._last
        if step <= 0 and self._last is not None:
            step = 1 if step < 0 else 0  # the game went back, or the same frame was drawn anew
        if step == 0 or self.problem:
            return
        try:
            self._queue.put_nowait((picture, min(step, _LONGEST_GAP)))
            self._last = frame
        except queue.Full:
            self.dropped += 1

    def finish(self) -> None:
        """No more pictures; the file is there when ``when_done`` is called."""
        self._queue.put(_END)

    def wait(self) -> None:
        """Wait until the file is written."""
        self._thread.join()

    def _run(self) -> None:
        temporary = self.path.with_name(f".{self.path.stem}.new{self.path.suffix}")
        try:
            (self._write_gif if self.path.suffix == ".gif" else self._write_video)(temporary)
            if self.written:
                temporary.replace(self.path)
        except OSError as error:
            self.problem = f"{self.path}: the recording has stopped ({error.strerror or error})"
            while self._queue.get() is not _END:
                pass
        finally:
            temporary.unlink(missing_ok=True)
            self._when_done(self)

    def _frames(self) -> Iterator[Pixels]:
        """A picture for each frame of the game."""
        item = self._queue.get()
        while item is not _END:
            picture, count = item
            for _ in range(count):
                yield picture
            item = self._queue.get()

    def _write_video(self, path: Path) -> None:
        writer: cv2.VideoWriter | None = None
        for picture in self._frames():
            if writer is None:
                height, width = picture.shape[:2]
                writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), NES_RATE, (width, height))
                if not writer.isOpened():
                    raise OSError(0, "OpenCV cannot write MP4 here, or the folder cannot be written")
            writer.write(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
            self.written += 1
        if writer is not None:
            writer.release()
            if not path.exists() or not path.stat().st_size:
                raise OSError(0, "the disk is full")

    def _write_gif(self, path: Path) -> None:
        pictures = (
            Image.fromarray(picture).quantize(64)
            for number, picture in enumerate(self._frames())
            if number % GIF_EVERY == 0
        )
        first = next(pictures, None)
        if first is None:
            return

        def rest() -> Iterator[Image.Image]:
            for picture in pictures:
                self.written += 1
                yield picture

        self.written = 1
        first.save(path, save_all=True, append_images=rest(), duration=50, loop=0)
