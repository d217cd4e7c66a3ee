"""What the loss of a node and of the driver costs an experiment on a Ray cluster: nothing but time.

Six deterministic trials run on three nodes of one machine (Ray's own cluster utility). In the middle a node is killed,
then the driver; a trial ends without one; another driver is started. The networks must then be equal to the bit to
those of the same trials run one after the other without Ray. Needs requirements-ray.txt.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from core.experiment.measures import read_document
from core.experiment.plan import Plan
from core.experiment.plan_file import read_plan
from core.experiment.runner import look
from core.runs.checkpoint_files import load_checkpoint
from core.runs.run_folder import RunFolder

_MAIN = Path(__file__).resolve().parents[1] / "main.py"
_PLAN = """
version = 1
name = "cluster"
[settings.ddqn]
deterministic = "yes"
steps = {steps}
episodes = 0
warm_up_steps = 100
replay_steps = 400
batch_size = 8
update_every_steps = 8
checkpoint_every_steps = 100
evaluate_every_steps = 0
[[arms]]
name = "gray"
seeds = [1, 2, 3]
settings = {{ observation = "gray" }}
[[arms]]
name = "fcn"
seeds = [1, 2, 3]
settings = {{ observation = "fcn", encoder = "{encoder}" }}
"""
_PATIENCE = 3600.0  # seconds


def main() -> int:
    """Run it; 0 when all is as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=600, help="agent steps of each trial (default 600)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return _measure(Path(folder), options.steps)


def _measure(folder: Path, steps: int) -> int:
    from ray.cluster_utils import Cluster

    path = folder / "plan.toml"
    path.write_text(_PLAN.format(steps=steps, encoder=_MAIN.parent / "saved_agents" / "fcn-84"), encoding="utf-8")
    plan = read_plan(path)
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    others = [cluster.add_node(num_cpus=1) for _ in range(2)]
    print(f"three nodes at {cluster.address}", flush=True)
    runs = folder / "cluster"
    try:
        driver = _start(path, runs, "--ray", cluster.address)
        _until(lambda: _begun(plan, runs) >= 3, "three trials have a checkpoint")
        cluster.remove_node(others[0], allow_graceful=False)
        print("a node is killed", flush=True)
        _until(lambda: _done(plan, runs) >= 1, "a trial is done")
        driver.kill()
        driver.wait()
        before = _done(plan, runs)
        _until(lambda: _done(plan, runs) > before, "a trial ends without a driver")
        print(f"the driver is killed; {before} trials were done, and {_done(plan, runs)} without it", flush=True)
        cluster.add_node(num_cpus=1)
        print("a node comes back, and a second driver", flush=True)
        status = _start(path, runs, "--ray", cluster.address).wait(_PATIENCE)
    finally:
        cluster.shutdown()
    print(f"the second driver left with {status}; {_done(plan, runs)} of 6 trials are done", flush=True)
    alone = folder / "alone"
    print("the same trials one after the other", flush=True)
    again = _start(path, alone).wait(_PATIENCE)
    equal = [trial.name for trial in plan.trials() if _equal(trial.path(runs), trial.path(alone))]
    print(f"equal to the bit: {', '.join(equal)}", flush=True)
    return int(status != 0 or again != 0 or len(equal) < 6)


def _start(plan: Path, runs: Path, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(_MAIN), "--experiment", str(plan), "--runs", str(runs), "--threads", "1", *words]
    return subprocess.Popen(command)


def _until(is_so: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + _PATIENCE
    while not is_so():
        if time.monotonic() > end:
            raise SystemExit(f"never: {what}")
        time.sleep(0.5)


def _begun(plan: Plan, runs: Path) -> int:
    return sum(bool(RunFolder(trial.path(runs)).checkpoints.paths()) for trial in plan.trials())


def _done(plan: Plan, runs: Path) -> int:
    return sum(report.state == "done" for report in look(plan, runs, None))


def _equal(one: Path, other: Path) -> bool:
    """Whether two runs ended with the same full state and the same evaluation."""
    arrays: list[dict[str, Any]] = []
    for run in (one, other):
        paths = RunFolder(run).checkpoints.paths()
        if not paths:
            return False
        arrays.append(load_checkpoint(paths[-1]).arrays)
    first, second = arrays
    same = first.keys() == second.keys() and all(np.array_equal(first[name], second[name]) for name in first)
    return same and read_document(one / "evaluation.json") == read_document(other / "evaluation.json")


if __name__ == "__main__":
    sys.exit(main())
