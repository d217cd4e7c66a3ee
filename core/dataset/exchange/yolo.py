"""A data set for YOLO's instance segmentation (docs.ultralytics.com, "Instance Segmentation Datasets")::

    images/train/000012.png     the frame
    labels/train/000012.txt     a line an object: class id, then x y of its outline's corners, as shares of the size
    data.yaml                   folders of the splits, as seen from this file, and names of the classes

An object is a connected region (by sides or corners) of any class but the background. Its outline goes through the
centres of its edge's pixels, and to each hole and back: filled by the even-odd rule with its edge, as Ultralytics fills
it, it is the region pixel by pixel.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core.classes import BACKGROUND, CLASSES
from core.dataset.png_files import encode_frame
from core.frame import FRAME_HEIGHT, FRAME_WIDTH, ClassMap, Frame

_LEAST = 3  # points of an outline


class YoloWriter:
    """Writes a data set into a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._splits: dict[str, None] = {}

    def add(self, number: int, split: str, frame: Frame, class_map: ClassMap) -> None:
        """One frame."""
        pictures, labels = self._folder / "images" / split, self._folder / "labels" / split
        if split not in self._splits:
            pictures.mkdir(parents=True)
            labels.mkdir(parents=True)
            self._splits[split] = None
        (pictures / f"{number:06d}.png").write_bytes(encode_frame(frame))
        lines = "".join(f"{class_id} {_numbers(line)}\n" for class_id, line in outlines(class_map))
        (labels / f"{number:06d}.txt").write_bytes(lines.encode())

    def finish(self) -> None:
        """What comes after the last frame."""
        # No "path": the folders are then looked for beside this file.
        lines = [f"{split}: images/{split}" for split in self._splits]
        lines += ["names:", *(f"  {item.id}: {item.name}" for item in CLASSES)]
        (self._folder / "data.yaml").write_bytes(("\n".join(lines) + "\n").encode())


def outlines(class_map: ClassMap) -> list[tuple[int, npt.NDArray[np.int32]]]:
    """Class id and outline of each object: x and y of the pixels at its corners, int32 (N, 2)."""
    found = []
    for class_id in np.unique(class_map).tolist():
        if class_id != BACKGROUND:
            count, parts = cv2.connectedComponents((class_map == class_id).astype(np.uint8), connectivity=8)
            found += [(class_id, _outline((parts == part).astype(np.uint8))) for part in range(1, count)]
    return found


def _outline(region: npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
    contours, about = cv2.findContours(region, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    lines = [contour.reshape(-1, 2).astype(np.int32) for contour in contours]
    parents = about.reshape(-1, 4)[:, 3]
    line = next(one for one, parent in zip(lines, parents, strict=True) if parent < 0)
    holes = [one for one, parent in zip(lines, parents, strict=True) if parent >= 0]
    while holes:  # the nearest first: nothing can lie between
        ways = [_shortest(line, hole) for hole in holes]
        nearest = min(range(len(holes)), key=lambda place: ways[place][0])
        (_, here, there), hole = ways[nearest], holes.pop(nearest)
        line = np.concatenate([line[: here + 1], hole[there:], hole[: there + 1], line[here:]])
    steps = np.diff(line, axis=0, append=line[:1])
    corners = line[(steps != np.roll(steps, 1, axis=0)).any(axis=1)]
    if len(corners) == 0:  # one pixel
        corners = line
    return np.resize(corners, (max(len(corners), _LEAST), 2)).astype(np.int32, copy=False)


def _shortest(line: npt.NDArray[np.int32], hole: npt.NDArray[np.int32]) -> tuple[int, int, int]:
    """The square of the shortest way from a line to a hole's, and the places of its ends in both."""
    squares = ((line[:, None] - hole[None]) ** 2).sum(axis=-1)
    here, there = divmod(int(squares.argmin()), len(hole))
    return int(squares[here, there]), here, there


def _numbers(line: npt.NDArray[np.int32]) -> str:
    shares = (line + 0.5) / (FRAME_WIDTH, FRAME_HEIGHT)
    return " ".join(f"{value:.6f}" for value in shares.ravel().tolist())
