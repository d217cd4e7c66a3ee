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
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from core.classes import BACKGROUND, CLASSES
from core.dataset.png_files import encode_frame
from core.frame import FRAME_HEIGHT, FRAME_WIDTH, ClassMap, Frame

_LEAST = 3  # points of an outline
_Point: TypeAlias = tuple[int, int]


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
            _, parts, about, _ = cv2.connectedComponentsWithStats((class_map == class_id).astype(np.uint8))
            for part, (left, top, width, height, _) in enumerate(about[1:].tolist(), 1):
                region = parts[top : top + height, left : left + width] == part
                found.append((class_id, _outline(region) + np.array((left, top), np.int32)))
    return found


def _outline(region: npt.NDArray[np.bool_]) -> npt.NDArray[np.int32]:
    """The line around a connected region, with a way to each hole and back, int32 (N, 2).

    The way goes left from a hole's first pixel, through the region, to the edge or to a hole that begins further left.
    """
    contours, about = cv2.findContours(region.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    is_hole = about.reshape(-1, 4)[:, 3] >= 0
    points: list[list[_Point]] = [[(int(x), int(y)) for x, y in contour.reshape(-1, 2)] for contour in contours]
    order = sorted(range(len(points)), key=lambda place: (is_hole[place], min(points[place])))
    lines = [points[place] for place in order]  # the edge, then holes from the left
    owner: dict[_Point, int] = {}
    ends: list[tuple[int, _Point]] = []  # of each hole's way: whose line it meets, and where
    for number, line in enumerate(lines):
        if number:
            x, y = min(line)
            while x and region[y, x - 1]:
                x -= 1
            ends.append((owner[x, y], (x, y)))
        for point in line:
            owner.setdefault(point, number)
    ways: list[dict[_Point, list[_Point]]] = [{} for _ in lines]  # there and back, by where they begin
    for number in range(len(lines) - 1, 0, -1):
        other, end = ends[number - 1]
        ways[other].setdefault(end, []).extend([*_joined(lines[number], ways[number], min(lines[number])), end])
    closed = np.array(_joined(lines[0], ways[0], lines[0][0])[:-1], np.int32)
    steps = np.diff(closed, axis=0, append=closed[:1])
    corners = closed[(steps != np.roll(steps, 1, axis=0)).any(axis=1)]
    if len(corners) == 0:  # one pixel
        corners = closed
    return np.resize(corners, (max(len(corners), _LEAST), 2))


def _joined(line: list[_Point], ways: dict[_Point, list[_Point]], start: _Point) -> list[_Point]:
    """A closed line from one of its points back to it, with each way where it begins."""
    place = line.index(start)
    joined: list[_Point] = []
    for point in (*line[place:], *line[:place], start):
        joined.append(point)
        joined += ways.pop(point, ())
    return joined


def _numbers(line: npt.NDArray[np.int32]) -> str:
    shares = (line + 0.5) / (FRAME_WIDTH, FRAME_HEIGHT)
    return " ".join(f"{value:.6f}" for value in shares.ravel().tolist())
