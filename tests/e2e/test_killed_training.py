"""Kill -9 while a checkpoint is written, and at play: resumed, a deterministic training ends as one left alone."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from benchmarks.kills import KillMoment, differences, session

ROOT = Path(__file__).resolve().parents[2]
_STEPS = 600
_SHORT_EVALUATION = """\
import sys
if __name__ == "__main__":
    sys.path.insert(0, {root!r})
    import functools
    import core.ddqn.training.train as train
    import main
    train.EvaluateConfig = functools.partial(train.EvaluateConfig, episodes=2, stall_limit_steps=5)
    sys.exit(main.main(sys.argv[1:]))
"""
"""main.py, but that the last evaluation plays two short episodes."""


@pytest.mark.timeout(900)  # four sessions, each of which imports TensorFlow
def test_a_training_that_is_killed_twice_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(_SHORT_EVALUATION.format(root=str(ROOT)))
    train = partial(session, observation="gray", steps=_STEPS, program=(sys.executable, str(program)))
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    with ThreadPoolExecutor(1) as beside:
        alone = beside.submit(train, whole)
        assert train(killed, moment=KillMoment(0.3, 0.0, half=True)) == "writing a checkpoint"
        assert train(killed, moment=KillMoment(0.2, 1.0)) not in ("", "starting")
        assert train(killed) == ""
        assert alone.result() == ""
    assert not differences(whole, killed)
