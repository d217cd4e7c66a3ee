"""Tables of an experiment, from rows of trials."""

from __future__ import annotations

from core.experiment.table import COLUMNS, arm_rows


def trial(arm: str, seed: int, state: str = "done", **figures: float) -> dict[str, object]:
    return dict.fromkeys(COLUMNS, "") | {"arm": arm, "seed": seed, "state": state} | figures


def test_arms_are_summed_up_over_the_seeds_that_are_done() -> None:
    trials = [
        trial("gray", 1, flags=0.2, progress=0.5),
        trial("gray", 2, flags=0.4, progress=0.5),
        trial("gray", 3, "running", flags=1.0),
        trial("fcn", 1, flags=0.9),
        trial("none", 1, "failed"),
    ]
    flags, progress, alone = arm_rows(trials)
    assert (flags["arm"], flags["figure"], flags["seeds"]) == ("gray", "flags", 2)
    assert (flags["mean"], flags["mean_low"], flags["mean_high"]) == (0.3, 0.2, 0.4)
    assert (progress["mean_low"], progress["iqm"], progress["mean_high"]) == (0.5, 0.5, 0.5)
    assert (alone["arm"], alone["mean"], alone["mean_low"], alone["seeds"]) == ("fcn", 0.9, "", 1)
