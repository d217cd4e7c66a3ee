"""Kill -9 while a checkpoint is written, and at play: resumed, a deterministic training ends as one left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.kills import measure


@pytest.mark.timeout(900)  # five sessions, each of which imports TensorFlow
def test_a_training_that_is_killed_twice_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    found = measure(tmp_path, kills=2, observation="segmented", steps=900, seed=10)
    assert found["kills"] == 2
    assert not found["unequal"]
