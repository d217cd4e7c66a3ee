"""A worker outlives whatever its tasks raise, tells it once, and ends with all the others within one deadline."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest

from core.errors import InputError, RunError
from core.runs.priority import LOW_PRIORITY
from gui.kit.worker import Worker, Workers

PATIENCE = 20.0  # seconds that a busy machine may need


class Told(list[str]):
    """Sentences, as the window would show them."""

    def __call__(self, sentence: str) -> None:
        self.append(sentence)


@pytest.fixture
def told() -> Told:
    """What the workers of this test have told."""
    return Told()


@pytest.fixture
def workers(told: Told) -> Iterator[Workers]:
    """Closed after the test."""
    made = Workers(told)
    yield made
    made.close()


def started(workers: Workers, name: str = "work") -> Worker:
    worker = workers.make(name)
    worker.start()
    return worker


def wait_for(worker: Worker) -> None:
    """Until everything posted so far is done."""
    done = threading.Event()
    worker.post(done.set)
    assert done.wait(PATIENCE)


def raising(error: BaseException) -> Callable[[], object]:
    def task() -> None:
        raise error

    return task


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (InputError("--rom: it is no ROM"), "it is no ROM"),
        (RunError("the run has failed"), "the run has failed"),
        (PermissionError(13, "Permission denied", "a/b.png"), "work: a/b.png: Permission denied"),
        (OSError(28, "No space left on device"), "work: No space left on device"),
        (ModuleNotFoundError("no", name="cairo"), "cairo is not installed; see requirements.txt"),
        (KeyError("level"), "work: unexpected error, KeyError: 'level'"),
        (TypeError(), "work: unexpected error, TypeError"),
        (SystemExit(1), "work: unexpected error, SystemExit: 1"),
        (KeyboardInterrupt(), "work: unexpected error, KeyboardInterrupt"),
        (MemoryError("much\ntoo  much"), "work: unexpected error, MemoryError: much too much"),
    ],
)
def test_whatever_a_task_raises_is_told_and_the_next_is_done(
    workers: Workers, told: Told, error: BaseException, sentence: str
) -> None:
    worker = started(workers)
    worker.post(raising(error))
    wait_for(worker)
    assert told == [sentence]


def test_an_error_of_opencv_is_told(workers: Workers, told: Told) -> None:
    worker = started(workers)
    worker.post(lambda: cv2.cvtColor(np.zeros((2, 2, 7), np.uint8), cv2.COLOR_RGB2BGR))
    wait_for(worker)
    [sentence] = told
    assert sentence.startswith("work: unexpected error, error: OpenCV(") and "\n" not in sentence


def test_a_window_that_is_gone_does_not_end_it(workers: Workers) -> None:
    def gone(sentence: str) -> None:
        raise RuntimeError("Internal C++ object already deleted.")

    worker = Worker("work", gone)
    workers.add(worker)
    worker.start()
    worker.post(raising(ValueError("x")))
    wait_for(worker)


def test_what_goes_wrong_again_and_again_is_told_once(workers: Workers, told: Told) -> None:
    worker = started(workers)
    for outcome in ("a", "a", "", "a", "b"):
        worker.post(raising(InputError(outcome)) if outcome else lambda: None, "frame")
        wait_for(worker)
    assert told == ["a", "a", "b"], "the second a came after a good one"
    for _ in range(2):
        worker.post(raising(InputError("each of these was somebody's wish")))
    wait_for(worker)
    assert len(told) == 5


def test_tasks_are_done_in_order_also_those_posted_before_the_start(workers: Workers) -> None:
    worker, done = workers.make("work"), list[int]()
    for number in range(100):
        worker.post(lambda number=number: done.append(number))
    assert (worker.waiting, done) == (100, [])
    worker.start()
    worker.start()
    wait_for(worker)
    assert done == list(range(100))


def test_only_the_newest_of_a_kind_waits_however_fast_they_come(workers: Workers) -> None:
    worker, done, waited = started(workers), list[int](), set[int]()
    begun, go_on, last = threading.Event(), threading.Event(), 20_000

    def work(number: int) -> None:
        done.append(number)
        begun.set()
        go_on.wait(PATIENCE)

    for number in range(last + 1):  # without a pause: far more than 2,000 a second
        worker.post(lambda number=number: work(number), "frame")
        begun.wait(PATIENCE)
        waited.add(worker.waiting)
    go_on.set()
    wait_for(worker)
    assert done == [0, last]
    assert waited <= {0, 1}


def test_a_tick_comes_when_it_is_due_and_after_each_task_when_it_waits(workers: Workers) -> None:
    ticks, reached = list[int](), threading.Event()

    def tick() -> float | None:
        ticks.append(len(ticks))
        if len(ticks) < 50:
            return 0.0
        reached.set()
        return None

    worker = workers.make("work", tick)
    worker.start()
    assert reached.wait(PATIENCE)
    reached.clear()
    worker.post(lambda: None)
    assert reached.wait(PATIENCE)
    reached.clear()
    worker.tick_soon()
    assert reached.wait(PATIENCE)
    assert len(ticks) == 52


def test_a_tick_that_is_not_due_lets_tasks_be_done_and_can_be_had_soon(workers: Workers) -> None:
    ticked = threading.Event()

    def tick() -> float:
        ticked.set()
        return 1e6

    worker = workers.make("work", tick)
    worker.start()
    assert ticked.wait(PATIENCE)
    ticked.clear()
    wait_for(worker)
    assert not ticked.is_set()
    worker.tick_soon()
    assert ticked.wait(PATIENCE)


def test_a_tick_that_fails_is_told_once_and_tried_again(
    workers: Workers, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gui.kit.worker._RETRY_SECONDS", 0.0)
    count, reached = 0, threading.Event()

    def tick() -> float | None:
        nonlocal count
        count += 1
        if count > 20:
            reached.set()
            return None
        raise ValueError("the disk is away")

    workers.make("work", tick).start()
    assert reached.wait(PATIENCE)
    assert told == ["work: unexpected error, ValueError: the disk is away"]


def test_closing_does_what_waits_and_nothing_that_comes_later(workers: Workers, told: Told) -> None:
    done: list[str] = []
    busy, go_on = threading.Event(), threading.Event()
    worker = workers.make("work", at_end=lambda: done.append("end"))
    worker.start()

    def work() -> None:
        busy.set()
        go_on.wait(PATIENCE)
        done.append("busy")

    worker.post(work)
    worker.post(lambda: done.append("waits"))
    assert busy.wait(PATIENCE)
    worker.close()
    worker.post(lambda: done.append("too late"))
    go_on.set()
    assert worker.join(PATIENCE)
    assert done == ["busy", "waits", "end"]
    worker.start()
    assert worker.join(0)
    assert told == []


def test_a_pause_ends_with_the_closing(workers: Workers) -> None:
    worker = started(workers)
    worker.post(lambda: worker.pause(1e6))
    assert workers.close(PATIENCE)


def test_all_are_asked_before_any_is_waited_for(workers: Workers) -> None:
    """Each of three ends only when all were asked: one after the other would never end."""
    barrier = threading.Barrier(3)
    made: list[Worker] = []
    for _ in range(3):
        worker = workers.make("work", at_end=lambda: barrier.wait(PATIENCE))
        made.append(worker)
        worker.start()
    assert workers.close(PATIENCE)
    assert not barrier.broken


def test_one_that_hangs_is_aborted_and_one_that_hangs_still_is_left_behind(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gui.kit.worker._LAST_SECONDS", PATIENCE)
    free = threading.Event()
    worker = workers.make("work", when_aborted=free.set)
    worker.start()
    worker.post(lambda: free.wait(PATIENCE))
    assert workers.close(0.0)
    assert free.is_set()

    monkeypatch.setattr("gui.kit.worker._LAST_SECONDS", 0.0)
    other, hangs = Workers(lambda sentence: None), threading.Event()
    left = started(other)
    left.post(lambda: hangs.wait(PATIENCE))
    assert not other.close(0.0)
    hangs.set()
    assert left.join(PATIENCE)


def test_one_made_while_closing_never_begins(workers: Workers) -> None:
    workers.close()
    worker = started(workers)
    worker.post(lambda: None)
    assert (worker.is_closing, worker.waiting, worker.join(0)) == (True, 0, True)


def test_those_that_have_ended_are_forgotten(workers: Workers) -> None:
    for _ in range(5):
        worker = started(workers)
        worker.close()
        assert worker.join(PATIENCE)
    started(workers)
    assert len(workers._all) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own elsewhere")
def test_low_priority_is_that_of_its_thread_alone(workers: Workers) -> None:
    found: list[int] = []
    before = os.getpriority(os.PRIO_PROCESS, 0)
    for is_low in (False, True):
        worker = workers.make("work", is_low=is_low)
        worker.start()
        worker.post(lambda: found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id())))
        wait_for(worker)
    assert found == [before, max(before, LOW_PRIORITY)]
    assert os.getpriority(os.PRIO_PROCESS, 0) == before
