"""The closing lines of commands."""

from __future__ import annotations

from pathlib import Path

from core.cli.report import collection_report, training_report


def test_a_collection_tells_its_stacks_and_how_far_each_level_was_seen() -> None:
    manifest = {
        "stacks": 12,
        "episodes": 5,
        "splits": {"train": {"stacks": 9}, "test": {"stacks": 3}},
        "coverage": {
            "1-1": {"train": {"share": 1.0, "reached_goal": True}, "test": {"share": 0.42, "reached_goal": False}},
            "1-2": {},
        },
    }
    assert collection_report(Path("data/a"), manifest).splitlines() == [
        "data/a: 12 stacks of 4 frames (9 train, 3 test) from 5 plays",
        "  1-1 seen up to: train the goal, test 42%",
    ]


def test_a_stopped_training_tells_how_to_go_on() -> None:
    assert "--train ddqn --resume runs/a" in training_report(Path("runs/a"), "ddqn", "stopped", None)


def test_a_finished_training_names_its_hardest_classes_among_those_that_occur() -> None:
    classes = {
        "mario": {"pixels": 9, "iou": 0.5},
        "brick": {"pixels": 9, "iou": 0.9},
        "coin": {"pixels": 0, "iou": 0.0},
    }
    scores = {"frames": 4, "accuracy": 0.99, "miou": 0.7, "classes": classes}
    text = training_report(Path("runs/a"), "fcn", "done", scores)
    assert "accuracy 99.00%, mIoU 0.700 over 2 classes (lowest IoU: mario 0.50, brick 0.90)" in text


def test_a_finished_agent_tells_how_far_it_came() -> None:
    older = {"step": 48_000, "x": {"mean": 2103.6}, "episodes": 31, "level": "1-1", "flags": {"count": 9}}
    text = training_report(Path("runs/a"), "ddqn", "done", older)
    assert "its best network, of step 48,000, reached x 2,104 on average" in text
    assert text.endswith("and the flag from 9 of 31 starts of 1-1")
    last = {**older, "checkpoint": "last", "progress": {"mean": 0.654}, "step": 60_000}
    best = {**older, "checkpoint": "best", "progress": {"mean": 0.8}, "flags": {"count": 12}}
    text = training_report(Path("runs/a"), "ddqn", "done", {**last, "best": best})
    assert "its last network, of step 60,000, reached 65.4% of the way on average and the flag from 9 of 31" in text
    assert text.endswith(
        "; the best one during training, of step 48,000, 80.0% of the way on average and the flag from 12 of 31 starts"
    )
    text = training_report(Path("runs/a"), "ddqn", "done", {**last, "best": {**last, "checkpoint": "best"}})
    assert "best" not in text
