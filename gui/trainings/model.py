"""The trainings as the window knows them: which run, which wait, what is wrong; and what can be asked of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.config.fields import Config
from core.config.mapping import MappingConfig
from core.errors import InputError
from core.locations import make_first, seen_at, seen_from
from core.runs.commands import Machine, continued, free_name, numbered_names
from core.runs.queue import Waiting, shown
from core.runs.resume import begun_with, check_resume, longer
from core.runs.run_folder import RunFolder
from core.runs.state import Observed
from core.runs.supervisor import Supervisor, TrainingsState
from gui.kit.background import Background
from gui.live.navigator import Navigator, Place

TICK = 0.5  # seconds between looks at the trainings


class Trainings(QObject):
    """Starts, stops and follows trainings; the window's thread only.

    Signals:
        changed: ``now``.
        checked: what ``check`` found, a ``core.runs.preflight.Preflight``.
        ended: a run that trained does so no more.
        states_changed: runs came, went, or are in other states than before.
        notice: one sentence for the status bar.
        proposed: settings for the form of a new training.

    Attributes:
        runs: folder of runs, where trainings put theirs.
        now: the newest snapshot.
    """

    changed = Signal()
    checked = Signal(object)
    ended = Signal()
    states_changed = Signal()
    notice = Signal(str)
    proposed = Signal(object)

    def __init__(self, runs: Path, rom: Callable[[], str], navigator: Navigator, background: Background) -> None:
        """``rom`` tells where the game lies that the window plays, "" for the packaged one."""
        super().__init__()
        self._rom, self._navigator = rom, navigator
        self._supervisor = Supervisor(runs)
        self.runs = self._supervisor.runs
        self.now = TrainingsState()
        self._last_check: object = None
        self._seen: TrainingsState | None = None  # by the worker
        self._worker = background.workers.make("trainings", self._look)
        self._arrived = background.in_window(self._keep)
        self._checked = background.in_window(self._keep_check)

    def start_watching(self) -> None:
        """Begin to look after the folder; what was queued goes on. Trainings outlive the window."""
        self._worker.start()

    # What there is

    @property
    def active(self) -> tuple[Observed, ...]:
        """Runs that a process works on."""
        return self.now.active

    @property
    def is_busy(self) -> bool:
        """Whether something trains here, a trial of an experiment too."""
        return self.now.is_busy

    def find(self, path: Path) -> Observed | None:
        """The run with this folder among those that are told of."""
        return next((run for run in self.now.runs if run.path == path.resolve()), None)

    def free_name(self, kind: str) -> str:
        """A name for a new run, which no other run has and none in the queue."""
        return free_name(self.runs, kind, {item.name for item in self.now.waiting})

    # What is asked for

    def start(self, config: Config, machine: Machine | None = None, name: str = "") -> Path:
        """Train: at once when nothing else does, else when its turn comes.

        Args:
            config: of a kind in ``TRAINABLE``, paths as seen from the working directory.
            machine: threads and the like.
            name: of its folder; a free one unless given.

        Returns:
            The folder that the run will have.

        Raises:
            InputError: there is a run of that name.
        """
        waiting = {item.name for item in self.now.waiting}
        names = [name] if name else (free for free in numbered_names(config.kind) if free not in waiting)
        if name in waiting or (name and (self.runs / name).exists()):
            raise InputError(f"{name}: a run of that name is there already; choose another name")
        path = make_first(self.runs, names)  # now: by its turn another window or a terminal may want that name
        item = Waiting(path.name, config.kind, config, machine or Machine())
        self._post(lambda supervisor: supervisor.add(item))
        return path

    def continue_training(self, network: Path, data: Path, machine: Machine | None = None) -> Path:
        """Train a new network that starts from a finished one's weights, on a data set; see ``continued``.

        Args:
            network: run folder of the finished network.
            data: folder of the data set.
            machine: threads and the like.

        Returns:
            The folder that the run will have.

        Raises:
            InputError: the network's folder cannot be used.
        """
        config = RunFolder.open(network).config(FcnConfig)
        return self.start(continued(config, network, data), machine)

    def machine(self, kind: str, threads: int = 0, tensorboard: bool = False) -> Machine:
        """What a training is told of this machine: an agent's, the game that the window plays too."""
        is_agent = kind == DdqnConfig.kind
        return Machine(threads, self._rom() if is_agent else "", tensorboard and is_agent)

    def stop(self, path: Path) -> None:
        """Ask a run, wherever it lies and whoever started it, to save a checkpoint and end."""
        path = path.resolve()
        runs = tuple(
            replace(run, state="stopping") if run.path == path and run.is_active else run for run in self.now.runs
        )
        self._keep(replace(self.now, runs=runs))
        self._post(lambda supervisor: supervisor.stop(path))

    def resume(self, path: Path, steps: int = 0) -> None:
        """Go on with a run when its turn comes.

        Args:
            path: its folder, here or elsewhere.
            steps: agent steps that an agent which is done shall go on to.

        Raises:
            InputError: it cannot go on; the sentence says why.
        """
        run = RunFolder.open(path.resolve())
        check_resume(run)
        kind = str(run.config_values().get("kind"))
        before = begun_with(run)
        machine = self.machine(kind, before.threads, before.tensorboard)
        item = Waiting(self._name(path), kind, None, machine, longer(steps) if steps else {})
        others = (one for one in self.now.waiting if one.name != item.name)
        self._keep(replace(self.now, waiting=(*others, item)))  # at once, so that nobody asks twice
        self._post(lambda supervisor: supervisor.add(item))

    def is_waiting(self, path: Path) -> bool:
        """Whether a run is in the queue."""
        return self._name(path) in {item.name for item in self.now.waiting}

    def _name(self, path: Path) -> str:
        """What the queue calls a run folder: its path as seen from the folder of runs."""
        return seen_from(self.runs, str(path.resolve()))

    def propose(self, network: Path) -> None:
        """Put settings that go on from a finished network's weights into the form; InputError when it has none."""
        config = RunFolder.open(network).config(FcnConfig)
        self.proposed.emit(continued(config, Path(shown(network)), Path(shown(seen_at(network, config.data)))))
        self._navigator.show(Place.TRAIN)

    def propose_data(self, data: Path) -> None:
        """Put a data set into the form of a new segmentation network."""
        self.proposed.emit(FcnConfig(data=shown(data)))
        self._navigator.show(Place.TRAIN)

    def dismiss(self, path: Path) -> None:
        """Tell no more of a run that ended; its folder stays."""
        self._post(lambda supervisor: supervisor.dismiss(path))

    def watch(self, path: Path | None) -> None:
        """Show this run's log, or that of the one that trains."""
        self._post(lambda supervisor: supervisor.watch(path))

    def move(self, name: str, by: int) -> None:
        """Move one that waits up (-1) or down (1)."""
        self._post(lambda supervisor: supervisor.move(name, by))

    def remove(self, name: str) -> None:
        """Take one that waits out of the queue."""
        self._post(lambda supervisor: supervisor.remove(name))

    def start_now(self, name: str) -> None:
        """Start one that waits beside whatever trains."""
        self._post(lambda supervisor: supervisor.start_now(name))

    def hold(self, is_held: bool) -> None:
        """Let nothing start by itself, or let it again."""
        self._post(lambda supervisor: supervisor.hold(is_held))

    def rest(self, rests: bool) -> None:
        """Start nothing by itself for now, or do again; unlike ``hold`` it is forgotten with this window."""
        self._post(lambda supervisor: setattr(supervisor, "rests", rests))

    def check(self, config: Config) -> None:
        """Look in the background whether a run can start; ``checked`` brings the answer to the last question."""
        self._last_check = config
        self._post(partial(self._look_at, config))

    def _look_at(self, config: Config, supervisor: Supervisor) -> None:
        if isinstance(config, FcnConfig):
            from core.fcn.preflight import preflight as preflight_network

            self._checked(preflight_network(config, supervisor.runs))
        elif isinstance(config, MappingConfig):
            from core.mapping.preflight import preflight as preflight_mapping

            self._checked(preflight_mapping(config, supervisor.runs))
        elif isinstance(config, DdqnConfig):
            from core.ddqn.preflight import preflight as preflight_agent  # brings ONNX Runtime: only when needed

            self._checked(preflight_agent(config, supervisor.runs))

    # The worker

    def _post(self, task: Callable[[Supervisor], object]) -> None:
        """Do something with the supervisor soon, then look at once."""
        self._worker.post(partial(self._do, task))
        self._worker.tick_soon()

    def _do(self, task: Callable[[Supervisor], object]) -> None:
        try:
            task(self._supervisor)
        finally:  # what the window showed at once may not have happened: the next look is told, whatever it finds
            self._seen = None

    def _look(self) -> float:
        now = self._supervisor.tick()
        if now != self._seen:
            self._seen = now
            self._arrived(now)
        return TICK

    # In the window's thread

    def _keep(self, snapshot: TrainingsState) -> None:
        ended = [run for run in snapshot.runs if not run.is_active and self._was_active(run)]
        before = {run.path: run.state for run in self.now.runs}
        self.now = snapshot
        self.changed.emit()
        if {run.path: run.state for run in snapshot.runs} != before:
            self.states_changed.emit()
        if ended:
            self.ended.emit()
        for run in ended:
            self.notice.emit(f"{run.name}: {run.state}" + (f"; {run.sentence}" if run.sentence else ""))

    def _was_active(self, run: Observed) -> bool:
        before = self.find(run.path)
        return before is not None and before.is_active

    def _keep_check(self, found: Any) -> None:
        if found.config == self._last_check:
            self.checked.emit(found)
