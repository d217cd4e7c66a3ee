"""Rows of the benchmark of training and how an agent's process is asked; times are not judged here."""

from __future__ import annotations

import pytest

from benchmarks import training
from core.errors import RunError

PARTS = {"update": 64.0, "sampling": 0.5, "acting": 0.25, "games": 1.0, "matrix": 10.0**9}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Agents that train at a known speed; the requests they got, in order."""
    speeds = {"gray": 200.0, "fcn": 150.0, "fcn-pooled": 220.0, "sb3-dummy": 40.0, "sb3-subproc": 50.0}
    requests: list[tuple[str, str]] = []

    class Agent(training.AgentProcess):
        def __init__(self, name: str) -> None:
            self.name, self.steps, self.seconds = name, 0.0, 0.0

        def __exit__(self, *_: object) -> None:
            requests.append((self.name, "end"))

        def ask(self, request: str) -> dict[str, float]:
            requests.append((self.name, request))
            what, *seconds = request.split()
            return (
                PARTS
                if what == "parts"
                else {"steps": speeds[self.name] * float(seconds[0]), "seconds": float(seconds[0])}
            )

    monkeypatch.setattr(training, "AgentProcess", Agent)
    return requests


@pytest.mark.parametrize("has_other", [True, False])
def test_rows(
    monkeypatch: pytest.MonkeyPatch, asked: list[tuple[str, str]], capsys: pytest.CaptureFixture[str], has_other: bool
) -> None:
    monkeypatch.setattr(training.importlib.util, "find_spec", lambda name: object() if has_other else None)
    rows = training.run(seconds=2.0, rounds=2)
    assert {row.section for row in rows} == {"training"}
    told = capsys.readouterr().err.splitlines()
    count = (5 if has_other else 3) * 3 + 3
    assert [line.partition(",")[0] for line in told] == [f"training: {n} of {count}" for n in range(1, count + 1)]
    assert told[0] == f"training: 1 of {count}, gray, the first 2,000 steps …"
    assert (
        f"training: {count - 3} of {count}, {'sb3-subproc' if has_other else 'fcn-pooled'}, turn 2 of 2, 2 s …" in told
    )
    first, preprocessors, pooled = rows[:3]
    if has_other:
        assert (first.ours, first.other, first.ratio) == (200.0, 50.0, 4.0)
        assert "1 game in the same process 40, 4 games, a process each 50" in first.note
    else:
        assert (first.ours, first.other, first.ratio) == (200.0, None, None)
        assert "make benchmark" in first.note
    assert (preprocessors.ratio, pooled.ratio) == (0.75, 1.1)
    by_name = {row.name: row.ours for row in rows}
    assert by_name["matrix multiplication"] == PARTS["matrix"]
    flop = 8 * 93.0e6  # of a step
    assert by_name["share of that rate: in training"] == pytest.approx(flop * 200 / 1e9 / PARTS["matrix"])
    assert by_name["share of that rate: updates alone"] == pytest.approx(flop / 0.064 / 1e9 / PARTS["matrix"])
    assert by_name["gray: an agent step in training"] == 5.0
    assert by_name["fcn: games of a step, alone"] == 1.0
    assert "gray: encoding of a step, alone" not in by_name
    agents = ["gray", "fcn", "fcn-pooled", *(["sb3-dummy", "sb3-subproc"] if has_other else [])]
    turns = [name for name, request in asked if request == "train 2.0 0"]
    assert turns == agents * 2
    assert asked[: len(agents)] == [(name, "train 0 2000") for name in agents]
    assert sorted(name for name, request in asked if request == "end") == sorted(agents)


def test_an_agent_that_fails_is_told() -> None:
    with (
        training.AgentProcess("blue") as agent,
        pytest.raises(RunError, match=r"blue agent ended with 1:(.|\n)*'blue' is not allowed"),
    ):
        agent.ask("train 0 1")
