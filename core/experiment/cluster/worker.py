"""What runs on the nodes of a cluster: a trial at work, and the store that keeps run folders on the driver's machine.

Both are plain classes; ``ray_launcher`` makes Ray actors of them.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from core.errors import sentence_of
from core.evaluation.files import DOCUMENT_NAME
from core.experiment.cluster.parcel import Parcel, Stamps, pack, unpack
from core.runs.json_files import read_json
from core.runs.launching import PROGRAM
from core.runs.provenance import versions
from core.runs.run_folder import CONFIG_NAME, STATUS_NAME, RunFolder
from core.runs.state import tail

LOOK = 2.0  # seconds between looks at a trial, after which what is new travels
_SAID = 20  # last lines of what it said
_PATIENCE = 150  # looks, five minutes, for which files that cannot travel are tried again at the end


@dataclass(frozen=True, slots=True)
class Order:
    """A task as a node is told of it: paths are seen from a folder of its own there.

    Attributes:
        name: of the task; what it makes lies there.
        begin, go_on: arguments of ``main.py`` for a new run folder, and for one that is there.
        needs: folders of the experiment that it reads.
        inputs: other folders that it reads, by where they are to lie.
        homes: where an input lies for the driver, by where it is to lie here, both as seen from the task's folder.
        program: what gets the arguments; None for the program that travelled here.
        versions: of the packages on the driver's machine.
        goes_on: whether it can go on with half of its folder, which travels while it works; else all travels at its
            end.
    """

    name: str
    begin: Sequence[str]
    go_on: Sequence[str]
    needs: Sequence[str]
    inputs: Mapping[str, Parcel]
    homes: Mapping[str, str] = field(default_factory=dict)
    program: Sequence[str] | None = None
    versions: Mapping[str, str] | None = None
    goes_on: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task ended.

    Attributes:
        status: exit status of its process.
        said: its last words.
    """

    status: int
    said: str


class StoreClient(Protocol):
    """The store, as a trial sees it."""

    def fetch(self, name: str) -> Parcel:
        """All of a folder."""

    def put(self, name: str, parcel: Parcel) -> None:
        """Change a folder."""


class RunStore:
    """Keeps the folders of an experiment on the machine of its driver."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    def folder(self) -> str:
        """Where they are kept."""
        return str(self._folder)

    def fetch(self, name: str) -> Parcel:
        """All of a folder; nothing where there is none."""
        return pack(self._folder / name, {})[0]

    def put(self, name: str, parcel: Parcel) -> None:
        """Change a folder."""
        unpack(parcel, self._folder / name)


class TrialWorker:
    """Does tasks, one after the other, in a folder that is gone afterwards."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._at_work = threading.Lock()  # a second driver asks again while the first one's task goes on

    def request_stop(self) -> None:
        """Ask the task under way to save and end."""
        self._stop.set()

    def has_begun(self) -> bool:
        """Whether there is a node for it: whoever answers is on one."""
        return True

    def run_from(self, order: Order, store: Any) -> Outcome:
        """``run`` with a store that is a Ray actor."""
        return self.run(order, _RemoteStore(store))

    def run(self, order: Order, store: StoreClient) -> Outcome:
        """Do a task, or go on with what the store has of it; what is new travels there again and again."""
        wrong = difference(order.versions or {})
        if wrong:
            return Outcome(2, f"main.py: {wrong}")
        with self._at_work, tempfile.TemporaryDirectory(prefix="trial-") as folder:
            self._stop.clear()
            return self._run(order, store, Path(folder))

    def _sent(self, own: Path, sent: Stamps, order: Order, store: StoreClient) -> tuple[Stamps, str]:
        """What has travelled now, and why the rest could not: the training goes on, and it is tried again."""
        try:
            return _send(own, sent, order, store), ""
        except Exception as error:  # noqa: BLE001  # of Ray, the network or the driver's disk
            return sent, (sentence_of(error).strip().splitlines() or [type(error).__name__])[-1]

    def _run(self, order: Order, store: StoreClient, root: Path) -> Outcome:
        for name in order.needs:
            if not (needed := store.fetch(name)):
                return Outcome(
                    2, f"main.py: {name}, which {order.name} needs, is not among the runs of the driver's machine"
                )
            unpack(needed, root / name)
        for name, parcel in order.inputs.items():
            unpack(parcel, root / name)
        own = root / order.name
        if order.goes_on:
            unpack(_moved(store.fetch(order.name), {home: here for here, home in order.homes.items()}), own)
            if _state(own) == "done":
                return Outcome(0, "")
        sent = pack(own, {})[1]
        log = root / "said.log"
        arguments = order.go_on if (own / CONFIG_NAME).exists() else order.begin
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*(order.program or PROGRAM), *arguments],
                cwd=root,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, "TQDM_DISABLE": "1"},
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )
        lost = 0
        try:
            while True:
                ended = _waited(process, LOOK)
                if self._stop.is_set() and not ended:
                    RunFolder(own).request_stop() if (own / CONFIG_NAME).exists() else process.terminate()
                problem = ""
                if order.goes_on or (ended and process.returncode == 0):
                    sent, problem = self._sent(own, sent, order, store)
                if ended and problem and lost < _PATIENCE:
                    lost += 1
                elif ended:
                    said = f"main.py: its files could not be kept ({problem})" if problem else tail(log, _SAID)
                    return Outcome(process.returncode or bool(problem), said)
        finally:
            process.kill()
            process.wait()


class _RemoteStore:
    """The store behind Ray; a restart of it is waited for."""

    def __init__(self, actor: Any) -> None:
        self._actor = actor

    def fetch(self, name: str) -> Parcel:
        import ray

        found: Parcel = ray.get(self._actor.fetch.remote(name))
        return found

    def put(self, name: str, parcel: Parcel) -> None:
        import ray

        ray.get(self._actor.put.remote(name, parcel))


def _waited(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _send(folder: Path, sent: Stamps, order: Order, store: StoreClient) -> Stamps:
    parcel, stamps = pack(folder, sent)
    if STATUS_NAME in parcel.files:  # the number of a process elsewhere means another one here
        parcel = Parcel({**parcel.files, STATUS_NAME: _without_process(parcel.files[STATUS_NAME])}, parcel.gone)
    if parcel:
        store.put(order.name, _moved(parcel, order.homes))
    return stamps


def _moved(parcel: Parcel, places: Mapping[str, str]) -> Parcel:
    """A task's files, those that name folders naming them where they lie on another machine."""
    changed = dict(parcel.files)
    for file in (CONFIG_NAME, DOCUMENT_NAME):
        if places and file in changed:
            told = {k: places.get(v, v) if isinstance(v, str) else v for k, v in json.loads(changed[file]).items()}
            changed[file] = json.dumps(told, indent=2).encode()
    return Parcel(changed, parcel.gone)


def _without_process(status: bytes) -> bytes:
    try:
        return json.dumps({**json.loads(status), "pid": 0}).encode()
    except (ValueError, TypeError):
        return status


def _state(run: Path) -> str:
    return str((read_json(run / STATUS_NAME) or {}).get("state", ""))


def difference(wanted: Mapping[str, str], found: Callable[[], Mapping[str, str]] = versions) -> str:
    """A sentence on the first version here that is not as wanted, "" when all are."""
    here = {"python": platform.python_version(), **found()} if wanted else {}
    for name, version in wanted.items():
        if here.get(name) != version:
            return (
                f"the node {platform.node()} has {name} {here.get(name, 'not at all')}, and the driver's machine has "
                f"{version}; install the same versions on every node"
            )
    return ""


def own_versions() -> dict[str, str]:
    """The versions that nodes must have."""
    return {"python": platform.python_version(), **versions()}


def _die_with_parent() -> None:
    """Have Linux kill this process when the one that made it ends, however it does (PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
