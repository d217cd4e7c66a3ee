"""The worker that segments: takes the newest frame, labels it, runs the network on it, compares the two.

When it is slower than the game it skips frames; the game's own view never waits for it. The class maps that it hands on
always belong to one frame, whose picture goes with them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from core.frame import FRAME_HEIGHT, FRAME_WIDTH, ClassMap, shrink_class_map
from core.game.rom import Rom
from core.segmentation.scores import Scores, confusion_matrix, scores
from core.segmentation.segmenter import SegmentationError
from gui.game.play import Shot
from gui.game.segmenters import make_labeller, make_predictor, network_version
from gui.kit.clock import RateMeter
from gui.kit.messages import explain
from gui.kit.worker import Worker, Workers

_SPARING_SHARE = 0.1  # of a core's time, beside a training
_LONGEST_REST = 0.5  # seconds


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to compute.

    Attributes:
        labels: source of the second view, "exact" or "sprites"; "" for none.
        network: run folder of the third view's network, None for none.
        asked: how often a network was asked for; at each time its file is looked at, which a training may have written.
        rom: needed by the label sources.
        pause_below: mIoU under which ``on_low_miou`` is called, None for never.
        pixel: (column, row) whose class probability is wanted, None for none.
        is_sparing: whether most of the time is left to others: fewer frames are segmented.
    """

    labels: str = ""
    network: Path | None = None
    asked: int = 0
    rom: Rom | None = None
    pause_below: float | None = None
    pixel: tuple[int, int] | None = None
    is_sparing: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """One frame seen three ways.

    Attributes:
        shot: the frame.
        labels, prediction: class maps, uint8 (224, 240), the prediction also (84, 84); None where there is none.
        truth: ``labels`` at the prediction's size, None without a prediction.
        scores: of the prediction against the labels, None unless there are both.
        labels_ms, network_ms: time that each took, milliseconds.
        labels_problem, network_problem: why there is none, or what is being waited for; "" when there is one.
        probability: probability of the predicted class at a pixel, with the pixel.
    """

    shot: Shot
    labels: ClassMap | None = None
    prediction: ClassMap | None = None
    truth: ClassMap | None = None
    scores: Scores | None = None
    labels_ms: float = 0.0
    network_ms: float = 0.0
    labels_problem: str = ""
    network_problem: str = ""
    probability: tuple[tuple[int, int], float] | None = None


class _Slot:
    """A segmenter that is made by another worker, so that loading one does not hold up the frames."""

    def __init__(
        self, loader: Worker, when_ready: Callable[[], None], missing: str, version_of: Callable[[Any], str]
    ) -> None:
        """``version_of`` tells what is made from a key now from what was made from it before."""
        self._loader, self._when_ready, self._missing, self._version_of = loader, when_ready, missing, version_of
        self._key: object = None
        self._asked, self._version = 0, ""
        self._made: tuple[Any, str] = (None, missing)  # the segmenter or None, and the problem

    def want(self, key: object, make: Callable[[], Any], asked: int = 0) -> None:
        """Have ``make`` called unless the same key was wanted last; None wants nothing.

        Asked for once more, it is made again if there is another version; until then the one before goes on.
        """
        is_other, is_asked = key != self._key, asked != self._asked
        self._asked = asked
        if is_other:
            self._key, self._made = key, (None, self._missing if key is None else "loading …")
        if key is not None and (is_other or is_asked):
            self._loader.post(partial(self._make, key, make))

    def get(self) -> tuple[Any, str]:
        """The segmenter or None, and the problem."""
        return self._made

    def _make(self, key: object, make: Callable[[], Any]) -> None:
        if key != self._key:
            return
        version = self._version_of(key)  # first: what is written while it is made is another one
        if self._made[0] is not None and version == self._version:
            return
        try:
            made = make(), ""
        except Exception as error:  # noqa: BLE001  # it is told where the picture would be
            made = None, explain(error)
        if key == self._key:
            self._made, self._version = made, version
            self._when_ready()


class SegmentThread:
    """Turns shots into pictures.

    Attributes:
        rate: meter of pictures per second.
    """

    def __init__(
        self,
        workers: Workers,
        publish: Callable[[Picture], None],
        on_low_miou: Callable[[Shot], None],
    ) -> None:
        self.rate = RateMeter()
        self._publish = publish
        self._on_low_miou = on_low_miou
        self._worker = workers.make("segmenting", is_low=True)
        self._loader = workers.make("loading of networks", is_low=True)  # a network's own threads are as its maker
        self._last: Picture | None = None
        self._wanted = self._served = Wanted()
        self._labeller = _Slot(self._loader, self._on_loaded, "no labels are chosen", lambda key: "")
        self._predictor = _Slot(self._loader, self._on_loaded, "", network_version)
        self._armed = True

    def start(self) -> None:
        """Begin."""
        self._loader.start()
        self._worker.start()

    def show(self, shot: Shot) -> None:
        """Give the newest frame (from any thread); one that still waits is skipped."""
        self._worker.post(partial(self._see, shot), "frame")

    def want(self, wanted: Wanted) -> None:
        """Change what is computed, and compute it for the last frame too (from any thread)."""
        if wanted != self._wanted:
            self._wanted = wanted
            self._worker.post(self._change, "wish")

    # In the worker's thread

    def _see(self, shot: Shot) -> None:
        begun = time.thread_time()
        self._look(shot, is_new=True)
        self.rate.add()
        self._give()
        if self._wanted.is_sparing:
            rest = (time.thread_time() - begun) * (1 - _SPARING_SHARE) / _SPARING_SHARE
            self._worker.pause(min(rest, _LONGEST_REST))

    def _change(self) -> None:
        if self._last is None:
            return
        if _without_pixel(self._served) == _without_pixel(self._wanted):
            self._last = self._read_pixel(self._last, self._wanted)
        else:
            self._look(self._last.shot, is_new=False)
        self._give()

    def _on_loaded(self) -> None:
        self._worker.post(self._look_again, "loaded")

    def _look_again(self) -> None:
        if self._last is not None:
            self._look(self._last.shot, is_new=False)
            self._give()

    def _give(self) -> None:
        if self._last is not None and not self._worker.is_closing:
            self._publish(self._last)

    def _look(self, shot: Shot, is_new: bool) -> None:
        wanted = self._served = self._wanted
        self._load(wanted)
        labeller, labels_problem = self._labeller.get()
        predictor, network_problem = self._predictor.get()
        labels, labels_ms, labels_problem = _segment(labeller, shot, labels_problem)
        prediction, network_ms, network_problem = _segment(predictor, shot, network_problem)
        picture = Picture(
            shot,
            labels,
            prediction,
            labels_ms=labels_ms,
            network_ms=network_ms,
            labels_problem=labels_problem,
            network_problem=network_problem,
        )
        self._last = self._read_pixel(self._compare(picture, wanted, is_new), wanted)

    def _load(self, wanted: Wanted) -> None:
        rom, labels, network = wanted.rom, wanted.labels, wanted.network
        key = (labels, rom) if labels and rom is not None else None
        self._labeller.want(key, lambda: make_labeller(labels, rom))  # type: ignore[arg-type]
        self._predictor.want(network, lambda: make_predictor(network), wanted.asked)  # type: ignore[arg-type]

    def _compare(self, picture: Picture, wanted: Wanted, is_new: bool) -> Picture:
        if picture.labels is None or picture.prediction is None:
            return picture
        same_size = picture.prediction.shape == picture.labels.shape
        truth = picture.labels if same_size else shrink_class_map(picture.labels)
        result = scores(confusion_matrix(truth, picture.prediction))
        if wanted.pause_below is not None and is_new:
            low = result.miou < wanted.pause_below
            if low and self._armed:
                self._on_low_miou(picture.shot)
            self._armed = not low  # after a pause the next one comes when it was better in between
        return replace(picture, truth=truth, scores=result)

    def _read_pixel(self, picture: Picture, wanted: Wanted) -> Picture:
        """The picture with the probability at the wanted pixel."""
        pixel, prediction = wanted.pixel, picture.prediction
        predictor, _ = self._predictor.get()
        if pixel is None or prediction is None or predictor is None:
            return replace(picture, probability=None)
        column, row = pixel_at(pixel, prediction.shape)
        shares = predictor.probabilities_at(row, column)  # of the last frame segmented, which is this one
        return replace(picture, probability=(pixel, float(shares[prediction[row, column]])))


def _without_pixel(wanted: Wanted) -> Wanted:
    """What of it a new look at the frame is needed for."""
    return replace(wanted, pixel=None, is_sparing=False)


def pixel_at(pixel: tuple[int, int], shape: tuple[int, ...]) -> tuple[int, int]:
    """Column and row, in a class map of this shape, of a pixel (column, row) of the frame."""
    return pixel[0] * shape[1] // FRAME_WIDTH, pixel[1] * shape[0] // FRAME_HEIGHT


def _segment(segmenter: Any, shot: Shot, problem: str) -> tuple[ClassMap | None, float, str]:
    if segmenter is None:
        return None, 0.0, problem
    start = time.perf_counter()
    try:
        class_map = segmenter.segment(shot.snapshot)
    except SegmentationError as error:
        return None, 0.0, str(error)
    except Exception as error:  # noqa: BLE001  # a segmenter that fails must not take the others down
        return None, 0.0, explain(error)
    return np.ascontiguousarray(class_map), (time.perf_counter() - start) * 1e3, ""
