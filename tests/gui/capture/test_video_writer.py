"""A recording has a frame for each of the game's, plays in other programs, and never holds up who adds to it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from gui.capture.video_writer import GIF_EVERY, MOST_WAITING, VideoWriter
from gui.kit.worker import Workers

SIZE = (48, 64, 3)
PATIENCE = 20.0  # seconds that a busy machine may need


def shade(value: int) -> np.ndarray:
    return np.full(SIZE, value, np.uint8)


def writer_of(path: Path, workers: Workers | None = None) -> tuple[VideoWriter, threading.Event]:
    """A writer, and what is set when it has ended, which is told once."""
    done = threading.Event()

    def tell(ended: VideoWriter) -> None:
        assert not done.is_set()
        done.set()

    return VideoWriter(workers or Workers(lambda sentence: None), path, tell), done


def record(path: Path, frames: list[int]) -> VideoWriter:
    workers = Workers(lambda sentence: None)
    writer, done = writer_of(path, workers)
    for frame in frames:
        writer.add(shade(frame * 5 % 250), frame)
    writer.finish()
    assert workers.close(PATIENCE) and done.is_set()
    return writer


def test_a_video_has_every_frame_of_the_game(tmp_path: Path) -> None:
    writer = record(tmp_path / "a.mp4", [10, 11, 12, 15, 15, 16])  # two were skipped, one was drawn twice
    assert (writer.problem, writer.dropped) == ("", 0)
    video = cv2.VideoCapture(str(tmp_path / "a.mp4"))
    shades = []
    while (read := video.read())[0]:
        shades.append(round(float(read[1].mean())))
    video.release()
    assert len(shades) == writer.written == 7
    assert shades == pytest.approx([50, 55, 60, 75, 75, 75, 80], abs=4)


def test_a_gif_has_every_third(tmp_path: Path) -> None:
    writer = record(tmp_path / "a.gif", list(range(1, 31)))
    with Image.open(tmp_path / "a.gif") as picture:
        assert getattr(picture, "n_frames", 0) == writer.written == 30 // GIF_EVERY
        assert picture.info["duration"] == 50
    assert [path.name for path in tmp_path.iterdir()] == ["a.gif"]


def test_a_pause_is_left_out(tmp_path: Path) -> None:
    assert record(tmp_path / "a.mp4", [1, 5000]).written == 1 + 30


def test_nothing_recorded_is_no_file(tmp_path: Path) -> None:
    writer = record(tmp_path / "a.mp4", [])
    assert (writer.written, writer.problem) == (0, "")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.mp4", "a.gif"])
def test_a_folder_that_cannot_be_made_is_told_once(tmp_path: Path, name: str) -> None:
    (tmp_path / "taken").write_bytes(b"")
    writer = record(tmp_path / "taken" / name, list(range(10)))
    assert writer.problem.startswith(f"{tmp_path / 'taken' / name}: the recording has stopped (")


def test_a_folder_that_cannot_be_written_says_so_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "touch", refuse)
    assert (
        record(tmp_path / "a.mp4", [1]).problem
        == f"{tmp_path / 'a.mp4'}: the recording has stopped (Permission denied)"
    )


def test_a_folder_that_is_no_utf_8_is_refused_where_opencv_would_end_the_program(tmp_path: Path) -> None:
    assert "UTF-8" in record(tmp_path / os.fsdecode(b"caf\xe9") / "a.mp4", [1]).problem


def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    assert record(tmp_path / "new" / "a.gif", [1]).written == 1


def test_a_slow_disk_drops_pictures_and_nobody_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go, begun = threading.Event(), threading.Event()
    real = VideoWriter._write

    def slowly(self: VideoWriter, picture: np.ndarray, count: int) -> None:
        begun.set()
        go.wait(PATIENCE)
        real(self, picture, count)

    monkeypatch.setattr(VideoWriter, "_write", slowly)
    workers = Workers(lambda sentence: None)
    writer, _ = writer_of(tmp_path / "a.mp4", workers)
    writer.add(shade(1), 0)
    assert begun.wait(PATIENCE)
    for frame in range(1, MOST_WAITING + 21):
        writer.add(shade(1), frame)
    assert writer.dropped == 20
    go.set()
    writer.finish()
    assert workers.close(PATIENCE)
    assert writer.written == MOST_WAITING + 1


@pytest.mark.parametrize("name", ["a.mp4", "a.gif"])
@pytest.mark.parametrize("error", [cv2.error("codec"), ValueError("codec"), OSError(28, "codec")])
def test_any_error_stops_the_recording_and_nobody_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: Exception
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(cv2, "cvtColor", refuse)
    monkeypatch.setattr(Image, "fromarray", refuse)
    writer, done = writer_of(tmp_path / name)
    writer.add(shade(1), 0)
    assert done.wait(PATIENCE), "it ends by itself"
    for frame in range(1, 3 * MOST_WAITING):
        writer.add(shade(1), frame)  # would have waited for ever
    writer.finish()
    assert writer.problem == f"{tmp_path / name}: the recording has stopped (codec)"
    assert (writer.written, writer.dropped) == (0, 0)
    assert not list(tmp_path.iterdir())


def test_closing_finishes_all_recordings(tmp_path: Path) -> None:
    workers = Workers(lambda sentence: None)
    paths = [tmp_path / f"{number}{kind}" for number in range(3) for kind in (".mp4", ".gif")]
    for path in paths:
        writer, _ = writer_of(path, workers)
        for frame in range(10):
            writer.add(shade(frame), frame)
    assert workers.close(PATIENCE)
    assert sorted(tmp_path.iterdir()) == sorted(paths)


@pytest.mark.parametrize("name", ["a.mp4", "a.gif"])
def test_one_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("gui.kit.worker._LAST_SECONDS", PATIENCE)
    hangs, real = threading.Event(), VideoWriter._give_up

    def give_up(self: VideoWriter) -> None:
        real(self)
        hangs.set()

    def slowly(self: VideoWriter, picture: np.ndarray, count: int) -> None:
        hangs.wait(PATIENCE)
        write(self, picture, count)

    write = VideoWriter._write
    monkeypatch.setattr(VideoWriter, "_give_up", give_up)
    monkeypatch.setattr(VideoWriter, "_write", slowly)
    workers = Workers(lambda sentence: None)
    writer, _ = writer_of(tmp_path / name, workers)
    for frame in range(10):
        writer.add(shade(frame), frame)
    assert workers.close(0.0)
    assert not list(tmp_path.iterdir())


def test_a_gif_that_is_given_up_while_it_is_written_keeps_what_there_is(tmp_path: Path) -> None:
    writer, done = writer_of(tmp_path / "a.gif")
    pictures = VideoWriter._rest_of_images

    def rest(self: VideoWriter) -> Iterator[Image.Image]:
        for number, image in enumerate(pictures(self)):
            if number == 1:
                self._give_up()
            yield image

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(VideoWriter, "_rest_of_images", rest)
        for frame in range(30):
            writer.add(shade(frame), frame)
        writer.finish()
        assert done.wait(PATIENCE)
    assert writer.problem == "" and writer.written == 3
    with Image.open(tmp_path / "a.gif") as picture:
        assert picture.n_frames == 3
