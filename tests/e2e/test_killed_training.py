"""Kill -9 while a checkpoint is written, and at play: resumed, a deterministic training ends as one left alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.kills import KillMoment, differences, session

_STEPS = 600


@pytest.mark.timeout(900)  # four sessions, each of which imports TensorFlow
def test_a_training_that_is_killed_twice_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    with ThreadPoolExecutor(1) as beside:
        alone = beside.submit(session, whole, "gray", _STEPS)
        assert session(killed, "gray", _STEPS, KillMoment(0.3, 0.0, half=True)) == "writing a checkpoint"
        assert session(killed, "gray", _STEPS, KillMoment(0.2, 1.0)) not in ("", "starting")
        assert session(killed, "gray", _STEPS) == ""
        assert alone.result() == ""
    assert not differences(whole, killed)
