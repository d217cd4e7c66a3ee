"""Recordings survive the disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.agents.recording import Recording, Trajectory, is_decision, read_recordings, replay_episode, run_lengths
from core.errors import InputError
from core.game.engines.nes_py import NesPyEmulator

RECORDING = Recording(3, "1-1", "stable-retro", 7, 2, 2, 48, -1.5, "killed", "00ff", "42", ((0, 2), (131, 5), (1, 3)))


def test_a_recording_comes_back_from_its_line(tmp_path: Path) -> None:
    path = tmp_path / "episodes.jsonl"
    path.write_text(json.dumps(RECORDING.to_json()) + "\n")
    assert read_recordings(path) == [RECORDING]


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "{}", "null", "[" * 100_000, '{"buttons": [], "return": 1}']
    + [
        json.dumps(RECORDING.to_json() | {name: value})
        for name, value in (
            ("buttons", [[300, 1]]), ("buttons", [[1, 0]]), ("buttons", [[1]]), ("buttons", 5), ("buttons", [[1, "2"]]),
            ("x", "48"), ("x", None), ("number", 1.5), ("return", "1"), ("return", float("nan")), ("actions", "4x"),
            ("actions", ["4"]), ("end", None), ("path", [[1, 2, 3]]), ("path", None), ("player", 5), ("odd", 1),
        )
    ],
)  # fmt: skip
def test_a_damaged_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "episodes.jsonl"
    path.write_text(json.dumps(RECORDING.to_json()) + "\n" + line + "\n")
    with pytest.raises(InputError, match="episodes.jsonl: line 2 is no episode"):
        read_recordings(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="episodes.jsonl: the file cannot be read"):
        read_recordings(tmp_path / "episodes.jsonl")


def test_buttons_are_kept_as_runs() -> None:
    assert run_lengths([0, 0, 131, 131, 131, 0]) == ((0, 2), (131, 3), (0, 1))
    assert run_lengths([]) == ()


def test_a_player_looks_after_the_no_ops_and_then_every_fourth_frame() -> None:
    assert [frame for frame in range(12) if is_decision(frame, RECORDING)] == [2, 6, 10]


def test_trajectories_differ_where_a_position_does() -> None:
    paths = ([(40, 80), (44, 80)], [(40, 80), (44, 81)], [(44, 80), (40, 80)], [(40, 80)])
    digests = []
    for path in paths:
        trajectory = Trajectory()
        for x, y in path:
            trajectory.add(x, y)
        digests.append(trajectory.digest())
    assert len(set(digests)) == len(paths)


def test_another_engine_does_not_replay(nes_py_emulator: NesPyEmulator) -> None:
    with pytest.raises(InputError, match="this episode was played on stable-retro, not on nes-py"):
        next(replay_episode(RECORDING, nes_py_emulator))
