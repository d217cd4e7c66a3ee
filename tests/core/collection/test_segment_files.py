"""Segmenting frames from files, with a segmenter that answers by a frame's first pixel."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.collection.segment_files import segment
from core.dataset.png_files import decode_mask, encode_frame
from core.errors import InputError, RunError
from core.frame import ClassMap, Snapshot
from core.segmentation.segmenter import SegmenterKind


class FirstPixel:
    """Class of the whole picture: its first red value modulo 16; of the size asked for."""

    kind: SegmenterKind = "sprites"

    def __init__(self, shape: tuple[int, int] = (224, 240)) -> None:
        self.shape = shape

    def segment(self, snapshot: Snapshot) -> ClassMap:
        assert snapshot.memory is None and snapshot.frame.flags.c_contiguous
        return np.full(self.shape, snapshot.frame[0, 0, 0] % 16, np.uint8)


class DiskFull(FirstPixel):
    """Fails at the third frame as a full disk would."""

    calls = 0

    def segment(self, snapshot: Snapshot) -> ClassMap:
        self.calls += 1
        if self.calls == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().segment(snapshot)


@pytest.fixture
def frames() -> np.ndarray:
    """Five frames, uint8 (5, 224, 240, 3)."""
    return np.random.default_rng(0).integers(0, 256, (5, 224, 240, 3), np.uint8)


@pytest.fixture
def array(tmp_path: Path, frames: np.ndarray) -> Path:
    """Those frames as a ``.npy``."""
    np.save(tmp_path / "in.npy", frames)
    return tmp_path / "in.npy"


@pytest.fixture
def pictures(tmp_path: Path, frames: np.ndarray) -> Path:
    """Those frames as PNGs, beside a file that is none."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number, frame in enumerate(frames):
        (folder / f"frame{number}.png").write_bytes(encode_frame(frame))
    (folder / "notes.txt").write_text("no picture")
    (folder / "._frame0.png").write_bytes(b"of Finder")
    return folder


@pytest.mark.parametrize("shape", [(224, 240), (84, 84)])
def test_an_array_gives_an_array(array: Path, tmp_path: Path, frames: np.ndarray, shape: tuple[int, int]) -> None:
    segment(array, tmp_path / "new" / "out.npy", FirstPixel(shape))
    maps = np.load(tmp_path / "new" / "out.npy", mmap_mode="r")
    assert maps.shape == (5, *shape) and maps.dtype == np.uint8
    np.testing.assert_array_equal(maps[:, 0, 0], frames[:, 0, 0, 0] % 16)
    assert (maps == maps[:, :1, :1]).all()


def test_fortran_order_is_read_too(tmp_path: Path, frames: np.ndarray) -> None:
    np.save(tmp_path / "f.npy", np.asfortranarray(frames))
    segment(tmp_path / "f.npy", tmp_path / "out.npy", FirstPixel())
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy")[:, 0, 0], frames[:, 0, 0, 0] % 16)


@pytest.mark.parametrize("shape", [(224, 240), (84, 84)])
def test_a_folder_gives_a_folder(pictures: Path, tmp_path: Path, frames: np.ndarray, shape: tuple[int, int]) -> None:
    segment(pictures, tmp_path / "out", FirstPixel(shape))
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [f"frame{n}.png" for n in range(5)]
    for number in range(5):
        path = tmp_path / "out" / f"frame{number}.png"
        with Image.open(path) as image:
            assert image.mode == "P" and image.size == shape[::-1]
        assert (decode_mask(path) == frames[number, 0, 0, 0] % 16).all()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (np.zeros((2, 240, 256, 3), np.uint8), r"uint8 \(2, 240, 256, 3\); it must be uint8 \(N, 224, 240, 3\)"),
        (np.zeros((224, 240, 3), np.uint8), r"uint8 \(224, 240, 3\)"),
        (np.zeros((2, 224, 240, 3), np.float32), "float32"),
        (np.zeros((0, 224, 240, 3), np.uint8), "holds no frames"),
        (np.array([{"a": 1}], object), "cannot be read as a .npy array"),
    ],
)
def test_wrong_arrays_are_refused(tmp_path: Path, wrong: np.ndarray, message: str) -> None:
    np.save(tmp_path / "wrong.npy", wrong)
    with pytest.raises(InputError, match=f"--segment: .*wrong.npy .*{message}"):
        segment(tmp_path / "wrong.npy", tmp_path / "out.npy", FirstPixel())
    assert [p.name for p in tmp_path.iterdir()] == ["wrong.npy"]


def test_a_truncated_or_other_file_is_refused(tmp_path: Path, array: Path) -> None:
    (tmp_path / "cut.npy").write_bytes(array.read_bytes()[:5000])
    (tmp_path / "text.npy").write_text("hello")
    (tmp_path / "empty.npy").write_bytes(b"")
    for name in ("cut", "text", "empty"):
        with pytest.raises(InputError, match=rf"{name}\.npy cannot be read"):
            segment(tmp_path / f"{name}.npy", tmp_path / "out.npy", FirstPixel())
    (tmp_path / "movie.mp4").write_bytes(b"")
    with pytest.raises(InputError, match="neither a .npy file nor a folder"):
        segment(tmp_path / "movie.mp4", tmp_path / "out.npy", FirstPixel())
    with pytest.raises(InputError, match="does not exist"):
        segment(tmp_path / "gone.npy", tmp_path / "out.npy", FirstPixel())


def test_folders_that_cannot_be_used(pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no PNG files"):
        segment(tmp_path / "empty", tmp_path / "out", FirstPixel())
    Image.new("RGB", (256, 240)).save(pictures / "frame9.png")
    with pytest.raises(InputError, match=r"frame9\.png: the picture is 256 x 240; it must be 240 x 224"):
        segment(pictures, tmp_path / "out", FirstPixel())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["empty", "in"], "nothing half-done is left"


def test_what_exists_is_not_overwritten(array: Path, pictures: Path, tmp_path: Path) -> None:
    before = array.read_bytes()
    for source, out in ((array, array), (pictures, pictures), (pictures, array)):
        with pytest.raises(InputError, match="--out: .* exists already"):
            segment(source, out, FirstPixel())
    assert array.read_bytes() == before
    with pytest.raises(InputError, match=r"must end in \.npy"):
        segment(array, tmp_path / "out.png", FirstPixel())


def test_a_full_disk_leaves_nothing_behind(array: Path, pictures: Path, tmp_path: Path) -> None:
    for source, out in ((array, tmp_path / "out.npy"), (pictures, tmp_path / "out")):
        with pytest.raises(RunError, match="out.* cannot be written .*No space left"):
            segment(source, out, DiskFull())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in", "in.npy"]
