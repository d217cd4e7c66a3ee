"""Work beside the window's thread calls back in it, newest only where that is wanted, and never once it is closing."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from core.errors import InputError
from gui.kit.background import Background, Job

PATIENCE = 20.0  # seconds that a busy machine may need


@pytest.fixture
def told() -> list[str]:
    """Sentences for the user."""
    return []


@pytest.fixture
def background(qapp: object, told: list[str]) -> Iterator[Background]:
    """Closed after the test."""
    made = Background(told.append)
    yield made
    made.close()


def test_a_call_back_is_made_in_the_windows_thread_in_order(background: Background, qtbot: QtBot) -> None:
    calls: list[tuple[int, threading.Thread]] = []
    call = background.in_window(lambda number: calls.append((number, threading.current_thread())))
    worker = background.workers.make("work")
    worker.start()
    for number in range(5):
        worker.post(lambda number=number: call(number))
    qtbot.waitUntil(lambda: len(calls) == 5)
    assert calls == [(number, threading.main_thread()) for number in range(5)]


def test_the_newest_alone_waits_for_the_window(background: Background, qtbot: QtBot) -> None:
    values: list[int] = []
    put = background.newest_in_window(values.append)
    worker = background.workers.make("work")

    def produce() -> None:
        for number in range(20_000):  # far more than 2,000 a second
            put(number)

    worker.start()
    worker.post(produce)
    worker.close()
    assert worker.join(PATIENCE)  # the window does nothing meanwhile
    qtbot.waitUntil(lambda: bool(values))
    put(7)
    qtbot.waitUntil(lambda: 7 in values)
    assert values == [19_999, 7]


def test_a_job_gives_its_result_its_progress_or_its_problem(
    background: Background, qtbot: QtBot, told: list[str]
) -> None:
    jobs, results, problems = background.jobs("work"), list[int](), list[str]()
    go_on = threading.Event()

    def work(job: Job) -> int:
        job.report(0.5)
        go_on.wait(PATIENCE)
        return 7

    def fail(job: Job) -> int:
        raise InputError("--data: it is no data set")

    jobs.start(work, results.append, problems.append, "counting")
    qtbot.waitUntil(lambda: jobs.current is not None and jobs.current.share == 0.5)
    assert jobs.current is not None and jobs.current.text == "counting"
    go_on.set()
    jobs.start(fail, results.append, problems.append)
    jobs.start(fail, results.append)
    jobs.load(lambda: 8, results.append)
    qtbot.waitUntil(lambda: not jobs.is_busy)
    assert (results, problems, told) == ([7, 8], ["it is no data set"], ["it is no data set"])


@pytest.mark.parametrize("error", [KeyError("level"), SystemExit(1)])
def test_a_job_that_fails_in_an_unforeseen_way_is_over(
    background: Background, qtbot: QtBot, told: list[str], error: BaseException
) -> None:
    jobs, results = background.jobs("work"), list[int]()

    def fail() -> int:
        raise error

    jobs.load(fail, results.append)
    jobs.load(lambda: 8, results.append)
    qtbot.waitUntil(lambda: not jobs.is_busy)
    assert (results, told) == ([8], [f"it could not be used: {error}"])


def test_a_job_that_is_cancelled_says_nothing(background: Background, qtbot: QtBot, told: list[str]) -> None:
    jobs, results, go_on, begun = background.jobs("work"), list[int](), threading.Event(), threading.Event()

    def work(job: Job) -> int:
        begun.set()
        go_on.wait(PATIENCE)
        job.report(0.5)
        return 7

    jobs.start(work, results.append, text="long")
    jobs.start(work, results.append, text="waits")
    jobs.load(lambda: 8, results.append)
    assert begun.wait(PATIENCE)
    jobs.cancel()
    go_on.set()
    qtbot.waitUntil(lambda: not jobs.is_busy)
    assert (results, told) == ([8], [])


def test_what_waits_while_the_window_closes_is_done(background: Background, qtbot: QtBot, told: list[str]) -> None:
    """A note behind a long deletion: the long one is cut short, the note is written."""
    jobs, done, begun, go_on = background.jobs("work"), list[str](), threading.Event(), threading.Event()

    def work(job: Job) -> None:
        begun.set()
        go_on.wait(PATIENCE)
        job.report(0.5)
        done.append("long")

    jobs.start(work, lambda _: None, text="long")
    jobs.load(lambda: done.append("note"), lambda _: None)
    assert begun.wait(PATIENCE)
    closing = threading.Thread(target=background.close)
    closing.start()
    qtbot.waitUntil(lambda: background.workers.is_closing)
    go_on.set()
    closing.join(PATIENCE)
    assert done == ["note"]


def test_nothing_calls_back_after_closing_while_busy(background: Background, qtbot: QtBot, told: list[str]) -> None:
    jobs, calls, begun, go_on = background.jobs("work"), list[object](), threading.Event(), threading.Event()

    def work(job: Job) -> int:
        begun.set()
        go_on.wait(PATIENCE)
        return 7

    def fail() -> int:
        raise InputError("it is no data set")

    done = background.in_window(lambda: calls.append("late"))
    newest = background.newest_in_window(calls.append)
    done()
    newest(1)  # both are on their way when the closing begins
    jobs.start(work, calls.append, calls.append, "long")
    jobs.load(fail, calls.append)
    assert begun.wait(PATIENCE)
    closing = threading.Thread(target=background.close)
    closing.start()
    qtbot.waitUntil(lambda: background.workers.is_closing)
    go_on.set()
    closing.join(PATIENCE)
    assert not closing.is_alive()
    done()
    newest(2)
    after = list[str]()
    qtbot.waitUntil(lambda: after.append("the event loop has turned") is None and len(after) > 3)
    assert (calls, told) == ([], [])
