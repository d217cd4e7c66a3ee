"""Fixtures that every test shares, and the guards around a test session.

stable-retro allows one emulator a process, so tests share ``emulator``; one that must make its own (the window's game
thread, say) asks for ``emulator_slot``. No test sees the user's settings, and a session that leaves a process or a
shared-memory segment behind has failed.

With several workers (``pytest --numprocesses``) the files that take longest come first, so that all end at about the
same time; the agents with random weights are made once for all of them.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psutil
import pytest
from filelock import FileLock

import core.training  # noqa: F401  # sets the environment before Keras is imported
from core.game.engines.nes_py import NesPyEmulator
from core.game.engines.stable_retro import RetroEmulator
from core.game.rom import Rom, load_rom
from core.stop_signals import STOP_SIGNALS
from core.threads import VARIABLES
from tests.agent_runs import AgentRuns, make_agent_runs

if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Each worker has a core of its own at best: threads of the number libraries would only wait for each other, here and
# in the processes that tests start.
for _variable in VARIABLES:
    os.environ.setdefault(_variable, "1")

# A busy machine may take its time: no test fails for being slow, nor for examples that come slowly.
# A check of somebody's change must not fail by a chance of its own: there the examples are always the same.
hypothesis.settings.register_profile(
    "project",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    print_blob=True,
)
hypothesis.settings.load_profile("project")

_SLOWEST_FILES = (  # of all, by the processor seconds that they took
    "e2e/test_killed_training.py",
    "core/ddqn/training/test_train.py",
    "core/segmentation/sprites/test_matcher.py",
    "core/collection/test_collect.py",
    "core/ddqn/training/test_toy.py",
    "gui/train/test_page.py",
    "gui/episodes/replay/test_page.py",
    "gui/datasets/test_commands.py",
    "core/fcn/training/test_train.py",
    "gui/play/test_agent_page.py",
    "e2e/test_command_line.py",
    "e2e/test_evaluate_command.py",
    "gui/runs/test_many_runs.py",
    "core/training/test_export_onnx.py",
    "core/ddqn/training/test_double_dqn.py",
    "core/evaluation/test_evaluate.py",
    "core/agents/test_match.py",
)
_SHARED_MEMORY = Path("/dev/shm")
_LEFT_BY_WORKERS: list[str] = []


@pytest.fixture(scope="session")
def rom() -> Rom:
    """The ROM that gym-super-mario-bros brings."""
    return load_rom()


@pytest.fixture(scope="session")
def emulator(rom: Rom) -> Iterator[RetroEmulator]:
    """The one stable-retro emulator of this process; enter a level first, never close it."""
    shared = RetroEmulator(rom)
    yield shared
    shared.close()


@pytest.fixture
def emulator_slot(rom: Rom, emulator: RetroEmulator) -> Iterator[None]:
    """While this test runs it may make (and must close) a stable-retro emulator of its own."""
    emulator.close()
    yield
    emulator.__init__(rom)  # type: ignore[misc]  # the session's object gets a core again


@pytest.fixture(scope="session")
def nes_py_emulator(rom: Rom) -> Iterator[NesPyEmulator]:
    """A nes-py emulator; enter a level first, never close it."""
    shared = NesPyEmulator(rom)
    yield shared
    shared.close()


@pytest.fixture(scope="session")
def made_agents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of agents with random weights, ``ddqn-gray`` and the like, which all workers share; do not change it."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "made-agents"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            half = folder.with_suffix(".half")  # left by a worker that failed, it would be in the next one's way
            shutil.rmtree(half, ignore_errors=True)
            make_agent_runs(half)
            half.rename(folder)
    return folder


@pytest.fixture(scope="session")
def agent_runs(made_agents: Path) -> AgentRuns:
    """Their folders by observation: "gray", "segmented", "fcn"."""
    return lambda observation: made_agents / f"ddqn-{observation}"


@pytest.fixture(autouse=True)
def isolated_settings(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """In tests of the window, QSettings (here and in child processes) read and write a temporary folder."""
    if not {"gui", "e2e"} & set(request.path.parts):
        return
    from PySide6.QtCore import QSettings

    folder = str(request.getfixturevalue("tmp_path") / "settings")
    monkeypatch.setenv("XDG_CONFIG_HOME", folder)
    for form in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(form, QSettings.Scope.UserScope, folder)


def pytest_configure(config: pytest.Config) -> None:
    """Let workers take files in the order in which they are collected; pytest-xdist would begin with the most tests.

    Tests that are started to ignore Ctrl+C and the like, in the background of a script say, hear them all the same.
    """
    config.option.loadscopereorder = False
    for number in STOP_SIGNALS:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Bring the slowest files to the front where workers share the tests: a long one at the end leaves others idle."""
    if not hasattr(config, "workerinput"):
        return
    tests = Path(__file__).parent
    place = {tests / name: number for number, name in enumerate(_SLOWEST_FILES)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


def pytest_collection_finish() -> None:
    """Keep what was imported out of garbage collections: with TensorFlow each would take half a second.

    Every emulator that is made begins with one.
    """
    gc.collect()
    gc.freeze()


def _left_processes() -> list[str]:
    """Child processes still running, without Python's own resource tracker, which lives until we end."""
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            command = " ".join(child.cmdline())
            if child.status() != psutil.STATUS_ZOMBIE and "resource_tracker" not in command:
                found.append(f"process {child.pid}: {command}")
        except psutil.NoSuchProcess:
            continue
    return found


def _left_segments() -> list[str]:
    """Shared-memory segments of this process (their names carry its id)."""
    if not _SHARED_MEMORY.is_dir():
        return []
    return [f"shared memory {path.name}" for path in _SHARED_MEMORY.glob(f"mario-{os.getpid()}-*")]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the session if it leaves anything running or lying about; its workers, if it has some, tell it."""
    config = session.config
    if hasattr(config, "workerinput"):  # one of the processes of pytest-xdist
        config.workeroutput["left"] = _left_processes() + _left_segments()  # type: ignore[attr-defined]
        return
    left = _LEFT_BY_WORKERS if config.getoption("numprocesses", None) else _left_processes() + _left_segments()
    if left:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print("\nleft behind by the tests: " + "; ".join(left), file=sys.stderr)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear what a worker left behind."""
    _LEFT_BY_WORKERS.extend(getattr(node, "workeroutput", {}).get("left", []))
