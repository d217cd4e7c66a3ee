"""Starts the tasks of an experiment on a Ray cluster.

Ray schedules and restarts; nothing here chooses a node. Each task is a detached actor by name: it outlives its driver,
and the next driver finds it. Its files travel as messages to the store, a detached actor on the driver's machine, so no
disk is shared. A task whose node is lost begins again on another one with what the store has of it.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from core.config.ddqn import DdqnConfig
from core.config.fields import setting_of
from core.errors import InputError
from core.experiment.cluster.parcel import Parcel, pack
from core.experiment.cluster.worker import Order, RunStore, TrialWorker, own_versions
from core.experiment.launcher import task_arguments
from core.experiment.plan import LINK, C, Task, Trial
from core.locations import seen_from
from core.runs.commands import Machine
from core.runs.provenance import COMMIT_VARIABLE, commit

_SPACE = "mario-workbench"
_SOURCE = Path(__file__).resolve().parents[3]
_LEFT_BEHIND = [".git", ".venv", "tests", "docs", "benchmarks", "gui", "saved_agents", "experiments"]
_INPUTS = "inputs"


def connect(address: str) -> None:
    """Join a cluster, "local" for one that is made on this machine and ends with the driver.

    InputError when Ray is not installed, or no cluster answers.
    """
    try:
        import ray
    except ImportError:
        raise InputError("--ray: Ray is not installed; pip install -r requirements-ray.txt") from None
    environment = {
        "working_dir": str(_SOURCE),
        "excludes": _LEFT_BEHIND,
        "env_vars": {COMMIT_VARIABLE: commit()},
    }
    try:
        ray.init(
            address=address,
            namespace=_SPACE,
            runtime_env=environment,
            log_to_driver=False,
            logging_level=logging.ERROR,
            include_dashboard=False if address == "local" else None,
        )
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise InputError(f"--ray: no cluster answers at {address!r} ({error})") from None


class RayLauncher:
    """Makes an actor of each task."""

    def __init__(self, name: str, folder: Path, machine: Machine, program: Sequence[str] | None = None) -> None:
        """Find the store of an experiment, or make it; ``connect`` comes before.

        Args:
            name: of the experiment.
            folder: of its runs, on this machine.
            machine: threads of each task, which are the processors that it asks for (1 for all), and the game.
            program: what gets a task's arguments; None for the program that travels to the nodes.

        Raises:
            InputError: a driver on another machine, or with another folder, has this experiment.
        """
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        self._name, self._folder, self._program = name, folder, program
        self._machine, self._rom = _with_rom(machine)
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        self._store = (
            ray.remote(RunStore)
            .options(
                name=f"{name}: store", lifetime="detached", get_if_exists=True, num_cpus=0, max_restarts=-1,
                scheduling_strategy=here,
            )
            .remote(str(folder.resolve()))
        )  # fmt: skip
        kept = ray.get(self._store.folder.remote())
        if kept != str(folder.resolve()):
            raise InputError(f"--runs: a driver in this cluster keeps the runs of {name} in {kept}; name that folder")

    def release(self, done: Collection[str]) -> None:
        """Let go of the actors of tasks that ended while no driver was there; they would keep their processors."""
        import ray

        for actor in ray.util.list_named_actors():
            experiment, _, task = actor.partition(": ")
            if experiment == self._name and task in done:
                ray.kill(ray.get_actor(actor))

    def close(self) -> None:
        """Let go of the store, unless tasks are still under way."""
        import ray

        left = [actor for actor in ray.util.list_named_actors() if actor.startswith(f"{self._name}: ")]
        if left == [f"{self._name}: store"]:
            ray.kill(self._store)

    def start(self, task: Task, log: Path) -> RayHandle:
        """Begin a task or go on with it, wherever Ray finds room; one that still runs is waited for."""
        import ray

        order = self._order(task)
        actor = (
            ray.remote(TrialWorker)
            .options(
                name=f"{self._name}: {task.name}", lifetime="detached", get_if_exists=True,
                num_cpus=self._machine.threads or 1, max_restarts=-1, max_task_retries=-1, max_concurrency=3,
            )
            .remote()
        )  # fmt: skip
        return RayHandle(actor, actor.run_from.remote(order, self._store), log)

    def _order(self, task: Task) -> Order:
        root, own = Path(), task.path(self._folder)
        config, folders = _with_inputs(task.config)
        inputs = self._rom | {place: pack(Path(text), {})[0] for place, text in folders.items()}
        up = "../" * len(Path(task.name).parts)
        homes = {f"{up}{place}": seen_from(own, text) for place, text in folders.items()}
        task = replace(task, config=config)  # type: ignore[arg-type]  # mypy does not see that it is of the same kind
        return Order(
            name=task.name,
            begin=task_arguments(task, root, self._machine, goes_on=False),
            go_on=task_arguments(task, root, self._machine, goes_on=True),
            needs=task.needs,
            inputs=inputs,
            homes=homes,
            program=self._program,
            versions=own_versions(),
            goes_on=isinstance(task, Trial),
        )


def _with_inputs(config: C) -> tuple[C, dict[str, str]]:
    """Settings whose folders lie where they will on a node, and where each of these lies on this machine."""
    folders: dict[str, str] = {}
    changes: dict[str, Any] = {}
    is_used = not isinstance(config, DdqnConfig) or (config.observation == "fcn" and not config.initial)
    for item in fields(config):
        text = getattr(config, item.name)
        is_ours = bool(setting_of(item).folder) and text and not text.startswith(LINK) and Path(text).is_dir()
        if is_ours and (item.name != "encoder" or is_used):  # else the one of the agent that it starts from, or none
            place = f"{_INPUTS}/{Path(text).name}-{hashlib.sha256(os.fsencode(Path(text).resolve())).hexdigest()[:8]}"
            folders[place], changes[item.name] = text, place
    return replace(config, **changes), folders


def _with_rom(machine: Machine) -> tuple[Machine, dict[str, Parcel]]:
    """What tasks are told of the machine, the game lying where it will on a node, and the game."""
    path = Path(machine.rom)
    if not machine.rom or not path.exists():
        return machine, {}
    place = f"{_INPUTS}/game"
    if path.is_dir():
        return replace(machine, rom=place), {place: pack(path, {})[0]}
    return replace(machine, rom=f"{place}/{path.name}"), {place: Parcel({path.name: path.read_bytes()})}


class RayHandle:
    """A task on the cluster."""

    def __init__(self, actor: Any, ended: Any, log: Path) -> None:
        self._actor, self._ended, self._log = actor, ended, log
        self._begun = actor.has_begun.remote()
        self._status: int | None = None

    def poll(self) -> int | None:
        """None while it goes on, then its exit status; what it said is in its log then, and its actor is gone."""
        import ray

        if self._status is None and ray.wait([self._ended], timeout=0)[0]:
            try:
                outcome = ray.get(self._ended)
                self._status, said = outcome.status, outcome.said
            except ray.exceptions.RayError as error:
                self._status, said = 1, f"main.py: Ray has lost it ({str(error).strip().splitlines()[0]})"
            self._log.parent.mkdir(parents=True, exist_ok=True)
            self._log.write_text(said + "\n", encoding="utf-8")
            ray.kill(self._actor)
        return self._status

    def has_begun(self) -> bool:
        """Whether Ray has found a node for it."""
        import ray

        return bool(ray.wait([self._begun], timeout=0)[0])

    def request_stop(self) -> None:
        """Ask it to save and end; what waits for a node ends at once."""
        import ray

        if self.has_begun():
            self._actor.request_stop.remote()
        elif self._status is None:
            ray.kill(self._actor)
