"""A recording has a frame for each of the game's, plays in other programs, and never holds up who adds to it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from gui.capture.video_writer import GIF_EVERY, MOST_WAITING, VideoWriter

SIZE = (48, 64, 3)


def shade(value: int) -> np.ndarray:
    return np.full(SIZE, value, np.uint8)


def record(path: Path, frames: list[int]) -> VideoWriter:
    done: list[VideoWriter] = []
    film = VideoWriter(path, done.append)
    for frame in frames:
        film.add(shade(frame * 5 % 250), frame)
    film.finish()
    film.wait()
    assert done == [film]
    return film


def test_a_video_has_every_frame_of_the_game(tmp_path: Path) -> None:
    film = record(tmp_path / "a.mp4", [10, 11, 12, 15, 15, 16])  # two were skipped, one was drawn twice
    assert (film.problem, film.dropped) == ("", 0)
    video = cv2.VideoCapture(str(tmp_path / "a.mp4"))
    shades = []
    while (read := video.read())[0]:
        shades.append(round(float(read[1].mean())))
    video.release()
    assert len(shades) == film.written == 7
    assert shades == pytest.approx([50, 55, 60, 75, 75, 75, 80], abs=4)


def test_a_gif_has_every_third(tmp_path: Path) -> None:
    film = record(tmp_path / "a.gif", list(range(1, 31)))
    with Image.open(tmp_path / "a.gif") as picture:
        assert getattr(picture, "n_frames", 0) == film.written == 30 // GIF_EVERY
        assert picture.info["duration"] == 50
    assert [path.name for path in tmp_path.iterdir()] == ["a.gif"]


def test_a_pause_is_left_out(tmp_path: Path) -> None:
    assert record(tmp_path / "a.mp4", [1, 5000]).written == 1 + 30


def test_nothing_recorded_is_no_file(tmp_path: Path) -> None:
    film = record(tmp_path / "a.mp4", [])
    assert (film.written, film.problem) == (0, "")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_gone_is_told_once(tmp_path: Path) -> None:
    for name in ("a.mp4", "a.gif"):
        film = record(tmp_path / "gone" / name, list(range(10)))
        assert film.problem.startswith(f"{tmp_path / 'gone' / name}: the recording has stopped (")


def test_a_slow_disk_drops_pictures_and_nobody_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    go = threading.Event()
    real = VideoWriter._write_video

    def slowly(self: VideoWriter, path: Path) -> None:
        go.wait()
        real(self, path)

    monkeypatch.setattr(VideoWriter, "_write_video", slowly)
    film = VideoWriter(tmp_path / "a.mp4", lambda film: None)
    for frame in range(MOST_WAITING + 20):
        film.add(shade(1), frame)
    assert film.dropped == 20
    go.set()
    film.finish()
    film.wait()
    assert film.written == MOST_WAITING
