"""Verdicts on claims, and the figures that they rest on."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from core.experiment.claims import Claim, by_pairs, few_runs, judge, verdict_words
from core.experiment.measures import measure_of, read_measure, steps_to_half

ONE, OTHER = ("one", "area"), ("other", "area")


def claim(name: str, least: float = 0.0) -> Claim:
    return Claim(name, "it is more", "area", "one", "other", least)


@pytest.mark.parametrize(
    ("one", "other", "least", "verdict"),
    [
        ([10, 11, 12, 13], [1, 2, 3, 4], 0.0, "holds"),
        ([10, 11, 12, 13], [1, 2, 3, 4], 9.0, "open"),  # ahead by 9 on average: more than that is not shown
        ([10, 11, 12, 13], [1, 2, 3, 4], 15.0, "refuted"),
        ([1, 2, 3, 4], [10, 11, 12, 13], 0.0, "refuted"),
        ([1, 9, 2, 8], [2, 8, 3, 9], 0.0, "open"),
        ([1, 9, 2, 8], [2, 8, 3, 9], -20.0, "holds"),  # not worse by 20
        ([1.0, 1.0, 1.0], [0.7, 0.7, 0.7], 0.3, "open"),  # ahead by as much and no more, whatever floats say
        ([10, 11], [1, 2, 3], 0.0, "waiting"),  # two seeds show nothing
        ([], [], 0.0, "waiting"),
    ],
)
def test_the_interval_of_the_difference_decides(
    one: list[float], other: list[float], least: float, verdict: str
) -> None:
    planned = {ONE: range(len(one)), OTHER: range(len(other))}
    scores = {ONE: dict(enumerate(one)), OTHER: dict(enumerate(other))}
    (found,) = judge([claim("c", least)], scores, planned)
    assert found.verdict == verdict and found.seeds == (len(one), len(other))
    if verdict == "waiting":
        assert found.difference is None and math.isnan(found.p)
    else:
        assert found.difference is not None and found.difference.low <= found.difference.value <= found.difference.high
    assert not found.so_far and "so far" not in verdict_words(found)
    (found,) = judge([claim("c", least)], scores, planned | {OTHER: range(9)})
    assert found.verdict == verdict and found.so_far == (verdict != "waiting") == ("so far" in verdict_words(found))


def test_tests_are_corrected_for_all_claims_of_the_plan() -> None:
    scores = {ONE: dict(enumerate([10.0, 11, 12, 13])), OTHER: dict(enumerate([1.0, 2, 3, 4]))}
    planned = {ONE: range(4), OTHER: range(4)}
    alone, *_ = judge([claim("a")], scores, planned)
    both = judge([claim("a"), claim("b"), Claim("c", "?", "flags", "one", "other")], scores, planned)
    assert alone.p == alone.adjusted == pytest.approx(2 / 70), "of the 70 arrangements of 4 and 4, one at each end"
    assert [one.adjusted for one in both[:2]] == [pytest.approx(6 / 70)] * 2, "also for the one that waits"
    assert both[2].verdict == "waiting"


def test_it_is_said_where_so_few_runs_cannot_give_a_small_p() -> None:
    scores = {ONE: dict(enumerate([10.0, 11, 12])), OTHER: dict(enumerate([1.0, 2, 3]))}
    planned = {ONE: range(3), OTHER: range(3)}
    (few,) = judge([claim("c")], scores, planned)
    assert few.verdict == "holds" and few.p == pytest.approx(0.1)
    assert few_runs(few) == "so few runs cannot give a p below 0.1"
    (pairs,) = judge([claim("c")], scores, planned, ["c"])
    assert few_runs(pairs) == "so few runs cannot give a p below 0.25"
    (more,) = judge([claim("c")], {**scores, ONE: dict(enumerate([10.0, 11, 12, 13]))}, planned)
    assert few_runs(more) == "so few runs cannot give a p below 0.057"
    (enough,) = judge([claim("c")], {key: {**one, 3: 7.0} for key, one in scores.items()}, planned)
    (waits,) = judge([claim("c")], {}, planned)
    assert few_runs(enough) == few_runs(waits) == ""


def test_runs_of_one_seed_are_compared_with_each_other_where_they_are_pairs() -> None:
    """Seeds are far apart, and each run is a little ahead of its partner, whatever the order in which they ended."""
    ours, theirs = {1: 100.0, 2: 201.0, 3: 302.0, 4: 399.0}, {4: 397.0, 3: 301.0, 2: 200.0, 1: 98.0, 5: 1000.0}
    scores, planned = {ONE: ours, OTHER: theirs}, {ONE: range(1, 6), OTHER: range(1, 6)}
    (apart,) = judge([claim("c")], scores, planned)
    assert apart.verdict == "open" and not apart.is_paired and by_pairs(apart) == ""
    (paired,) = judge([claim("c")], scores, planned, ["c"])
    assert (paired.verdict, paired.is_paired, by_pairs(paired)) == ("holds", True, ", pair by pair")
    assert paired.difference is not None and paired.better is not None and paired.against is not None
    assert (paired.difference.value, paired.difference.low, paired.difference.high) == (1.5, 1.0, 2.0)
    assert (paired.better.value, paired.seeds, paired.against.value) == (1.0, (4, 4), 249.0)
    assert paired.planned == (5, 5) and paired.so_far, "the fifth pair is not whole yet"
    assert paired.p == pytest.approx(2 / 16), "of the 16 ways to draw their signs, one at each end"
    (asked,) = judge([claim("c", 1.5)], scores, planned, ["c"])
    assert (asked.verdict, asked.p) == ("open", 1.0)
    (few,) = judge([claim("c")], {**scores, OTHER: {1: 98.0, 2: 200.0, 5: 1.0, 6: 2.0}}, planned, ["c"])
    assert few.verdict == "waiting", "two pairs show nothing, however many runs there are"


def test_an_arm_may_be_measured_against_itself_by_another_measure() -> None:
    itself = Claim("c", "?", "mapped.x", "one", "one", against_measure="dark.x")
    mapped, dark = ("one", "mapped.x"), ("one", "dark.x")
    scores = {mapped: {2: 7.0, 3: 9.0, 4: 11.0}, dark: {1: 90.0, 2: 1.0, 3: 2.0, 4: 3.0}}
    (found,) = judge([itself], scores, {mapped: (2, 3, 4), dark: (1, 2, 3, 4)}, ["c"])
    assert (found.verdict, found.seeds, found.planned, found.so_far) == ("holds", (3, 3), (3, 3), False)
    assert found.against is not None and found.against.value == 2.0, "of the same runs"


def test_measures_are_read_from_the_folder(tmp_path: Path) -> None:
    (tmp_path / "learning.csv").write_text(
        "step,wall_time,mean_x,flag_share\n1000,60,,\n2000,120,400.0,0.0\n3000,1800,600.0,0.5\n4000,3600,800.0,0.4\n"
    )
    (tmp_path / "evaluation.json").write_text(
        json.dumps({"flags": {"rate": 0.5}, "progress": {"mean": 0.8}, "x": {"mean": 2500}})
    )
    for name, progress in (("dark-last", 0.2), ("dark-best", 0.4), ("darker-last", 1.0)):
        folder = tmp_path / "evaluations" / name
        folder.mkdir(parents=True)
        (folder / "evaluation.json").write_text(json.dumps({"progress": {"mean": progress}}))
    read = {
        name: read_measure(tmp_path, "ddqn", name, {"dark": ("last", "best")})
        for name in (
            *("area", "area@3000", "area@5000", "hours", "flags", "x", "miou"),
            *("dark.progress", "dark.progress/progress", "dark.flags"),
        )
    }
    assert read == {
        "area": 600.0,
        "area@3000": 500.0,
        "area@5000": None,
        "hours": 1.0,
        "flags": 0.5,
        "x": 2500.0,
        "dark.progress": pytest.approx(0.3),
        "dark.progress/progress": pytest.approx(0.375),
        "dark.flags": None,
        "miou": None,
    }
    assert read_measure(tmp_path, "ddqn", "dark.progress", {"dark": ("last", "kept-1")}) is None, (
        "before all have played"
    )
    assert steps_to_half(tmp_path) == (3000, True)
    (tmp_path / "learning.csv").write_text("step,wall_time,mean_x,flag_share\n1000,60,400.0,0.2\n")
    assert steps_to_half(tmp_path) == (1000, False) and steps_to_half(tmp_path / "none") is None
    (tmp_path / "learning.csv").write_text("step,wall_time,mean_x\n1000,60,400.0\n")
    assert steps_to_half(tmp_path) is None, "an older program did not count"


def test_a_damaged_file_has_no_figures(tmp_path: Path) -> None:
    (tmp_path / "evaluation.json").write_text("{")
    assert read_measure(tmp_path, "ddqn", "flags") is None


def test_measures_have_titles() -> None:
    assert measure_of("area").unit == "pixels" and measure_of("dark.flags").title == "flags (dark)"
    assert measure_of("dark.progress/progress").title == "progress (dark) over progress"
