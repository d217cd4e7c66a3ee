"""What a node does, without Ray: real processes in a folder of their own, whose files travel to a store."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import core.experiment.cluster.worker
from core.experiment.cluster.parcel import Parcel
from core.experiment.cluster.worker import Order, RunStore, TrialWorker, difference, own_versions
from core.runs.run_folder import RunFolder
from core.runs.state import observe

ROOT = Path(__file__).resolve().parents[4]
TRAINER = (sys.executable, "-m", "tests.core.runs.scripted_trainer")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks often; the trainer is found from any folder."""
    monkeypatch.setattr(core.experiment.cluster.worker, "LOOK", 0.05)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def order(does: str = "steady", epochs: int = 5, program: Sequence[str] = TRAINER) -> Order:
    begin = ["--train", "fcn", "--run", "one-1", "--architecture", does, "--epochs", str(epochs)]
    go_on = ["--train", "fcn", "--resume", "one-1"]
    return Order("one-1", begin, go_on, (), {}, program=program, versions=own_versions())


def test_a_trial_comes_home_and_is_not_done_twice(tmp_path: Path) -> None:
    store, worker = RunStore(str(tmp_path)), TrialWorker()
    outcome = worker.run(order(), store)
    assert outcome.status == 0, outcome.said
    run = observe(tmp_path / "one-1")
    assert run.state == "done" and run.pid == 0, "the process was one of another machine"
    never = (sys.executable, "-c", "raise SystemExit(3)")
    assert worker.run(order(program=never), store).status == 0


def test_a_trial_is_stopped_and_goes_on_elsewhere(tmp_path: Path) -> None:
    store, worker = RunStore(str(tmp_path)), TrialWorker()
    thread = threading.Thread(target=worker.run, args=(order(epochs=10_000), store))
    thread.start()
    while observe(tmp_path / "one-1").progress == 0:
        assert thread.is_alive()
        thread.join(0.02)
    assert not observe(tmp_path / "one-1").is_active, "nobody on this machine works on it"
    while thread.is_alive():  # again and again: a run that is just beginning takes an earlier request back
        worker.request_stop()
        thread.join(0.05)
    stopped = observe(tmp_path / "one-1")
    assert stopped.state == "stopped" and RunFolder(stopped.path).checkpoints.paths()
    config = json.loads((stopped.path / "config.json").read_text())
    (stopped.path / "config.json").write_text(json.dumps({**config, "epochs": 5}))
    other = replace(order(), begin=["--this", "is not used"])
    assert TrialWorker().run(other, store).status == 0
    assert observe(stopped.path).state == "done"


def test_what_it_needs_is_there_and_what_it_said_is_told(tmp_path: Path) -> None:
    store = RunStore(str(tmp_path))
    store.put("network-1", Parcel({"weights": b"w"}))
    code = (
        "import pathlib, sys; assert pathlib.Path('network-1/weights').read_bytes() == b'w'; "
        "assert pathlib.Path('inputs/data/frame').read_bytes() == b'f'; sys.exit('main.py: no, ' + sys.argv[1])"
    )
    wanted = Order(
        "one-1",
        ["begun"],
        [],
        ("network-1",),
        {"inputs/data": Parcel({"frame": b"f"})},
        program=(sys.executable, "-c", code),
    )
    outcome = TrialWorker().run(wanted, store)
    assert (outcome.status, outcome.said.splitlines()[-1]) == (1, "main.py: no, begun")
    assert not (tmp_path / "one-1").exists()


def test_settings_name_folders_where_they_lie_on_each_machine(tmp_path: Path) -> None:
    """On the node the data lies among its inputs; at home the run says where it lies there, whoever goes on with it."""
    store = RunStore(str(tmp_path))
    store.put("one-1", Parcel({"config.json": b'{"data": "../../data/all", "epochs": 3}'}))
    code = (
        "import json, pathlib; path = pathlib.Path('one-1/config.json'); values = json.loads(path.read_text()); "
        "assert values == {'data': '../inputs/all-1', 'epochs': 3}, values; "
        "path.write_text(json.dumps({**values, 'epochs': 4})); assert pathlib.Path('inputs/all-1/frame').exists()"
    )
    inputs, homes = {"inputs/all-1": Parcel({"frame": b"f"})}, {"../inputs/all-1": "../../data/all"}
    wanted = Order("one-1", [], [], (), inputs, homes, program=(sys.executable, "-c", code))
    outcome = TrialWorker().run(wanted, store)
    assert outcome.status == 0, outcome.said
    assert json.loads((tmp_path / "one-1/config.json").read_text()) == {"data": "../../data/all", "epochs": 4}
    code = (
        "import pathlib; p = pathlib.Path('one-1/evaluations/dark-last'); p.mkdir(parents=True); "
        '(p / \'evaluation.json\').write_text(\'{"mapping": "../../../inputs/day-1", "episodes": 3}\')'
    )
    name, homes = "one-1/evaluations/dark-last", {"../../../inputs/day-1": "../../../../saved/day"}
    played = Order(name, [], [], (), {}, homes, program=(sys.executable, "-c", code), goes_on=False)
    outcome = TrialWorker().run(played, store)
    assert outcome.status == 0, outcome.said
    document = json.loads((tmp_path / name / "evaluation.json").read_text())
    assert document == {"mapping": "../../../../saved/day", "episodes": 3}


def test_files_that_cannot_travel_are_tried_again_and_the_training_goes_on(tmp_path: Path) -> None:
    class Full(RunStore):
        refused = 0

        def put(self, name: str, parcel: Parcel) -> None:
            if self.refused < 3:
                self.refused += 1
                raise OSError("No space left on device")
            super().put(name, parcel)

    store = Full(str(tmp_path))
    assert TrialWorker().run(order(), store).status == 0
    assert store.refused == 3 and observe(tmp_path / "one-1").state == "done"


def test_half_an_evaluation_does_not_travel(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys; p = pathlib.Path('one-1/evaluations/dark-last'); p.mkdir(parents=True); "
        "(p / 'a').touch(); sys.exit(int(sys.argv[1]))"
    )
    name = "one-1/evaluations/dark-last"
    for status, there in (("1", False), ("0", True)):
        wanted = Order(name, [status], [], (), {}, program=(sys.executable, "-c", code), goes_on=False)
        assert TrialWorker().run(wanted, RunStore(str(tmp_path))).status == int(status)
        assert (tmp_path / name / "a").exists() == there


def test_another_version_on_a_node_is_named(tmp_path: Path) -> None:
    wanted = {**own_versions(), "numpy": "0.1"}
    assert "has numpy" in difference(wanted) and "and the driver's machine has 0.1" in difference(wanted)
    assert difference(own_versions()) == "" and "keras not at all" in difference({"keras": "3"}, dict)
    outcome = TrialWorker().run(replace(order(), versions=wanted), RunStore(str(tmp_path)))
    assert outcome.status == 2 and outcome.said.startswith("main.py: the node ")
    assert "install the same versions on every node" in outcome.said
