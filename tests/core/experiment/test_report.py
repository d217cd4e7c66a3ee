"""The report: what it says of runs as they are, whole and equal each time, and nothing from elsewhere."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import time
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import core.experiment.report.learning
from core.config.fcn import FcnConfig
from core.dataset.png_files import encode_mask
from core.errors import InputError
from core.experiment.curves import ArmCurves, arm_curves, mean_curve, read_curve
from core.experiment.hours import comparable
from core.experiment.measures import MEASURES, shown, spread
from core.experiment.plan import Plan
from core.experiment.plan_file import read_plan
from core.experiment.record import Record, fix_plan, make_folder
from core.experiment.report import figures
from core.experiment.report.content import changed
from core.experiment.report.learning import half_table, learning
from core.experiment.report.networks import PAPER_NETWORKS, paper_accuracy
from core.experiment.report.parts import Section, Table
from core.experiment.report.write import write_report
from core.experiment.runner import look
from core.experiment.statistics import Estimate
from core.experiment.table import judgements
from tests.core.experiment.rival_plan import RIVAL

PLAN = """
version = 1
name = "small"
about = "Is 1 < 2 & 'so on'?"
[groups]
E2 = "features"
[settings.ddqn]
preset = "fast"
steps = 3_000
[[arms]]
name = "gray"
about = "<b>pixels</b>"
group = "E1"
seeds = [1, 2, 3]
[[arms]]
name = "segmented"
group = "E1"
seeds = [1, 2, 3, 4]
settings = { observation = "segmented" }
[[arms]]
name = "network"
group = "E6"
kind = "fcn"
seeds = [1]
[[arms]]
name = "features"
group = "E2"
seeds = [1]
settings = { observation = "fcn", encoder = "@network-1" }
[[evaluations]]
name = "dark"
about = "By night."
arms = ["segmented", "gray"]
settings = { level = "1-1-dark", episodes = 2 }
[[evaluations]]
name = "known"
arms = ["segmented", "gray"]
players = ["random", "right-and-jump"]
settings = { episodes = 2, places = 3 }
[[evaluations]]
name = "night"
arms = ["segmented"]
players = ["random"]
settings = { level = "3-1", episodes = 2, places = 3 }
[[claims]]
name = "faster"
says = "Classes are learned faster"
measure = "area"
arm = "segmented"
against = "gray"
[[claims]]
name = "better"
says = "Pixels end with more flags"
measure = "dark.flags"
arm = "gray"
against = "segmented"
"""


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return make_plan(tmp_path)


@pytest.fixture
def runs(tmp_path: Path, plan: Plan) -> Path:
    return make_runs(tmp_path, plan)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a report on those runs, to look at."""
    folder = tmp_path_factory.mktemp("report")
    plan = make_plan(folder)
    runs = make_runs(folder, plan)
    return write_report(folder / "report", plan, runs).parent


def make_plan(folder: Path) -> Plan:
    path = folder / "plan.toml"
    path.write_text(PLAN, encoding="utf-8")
    return read_plan(path)


def make_runs(place: Path, plan: Plan) -> Path:
    """Run folders as trainings leave them; the fourth seed of segmented was stopped half-way."""
    folder = place / "runs"
    for name, gain in (("random-known", 0.05), ("random-night", 0.2)):
        (played := folder / "players" / name).mkdir(parents=True)
        episodes = [{"x": 200, "end": "fell"}]
        (played / "evaluation.json").write_text(json.dumps({"gain": {"mean": gain}, "per_episode": episodes}))
    for trial in plan.trials():
        path, height = trial.path(folder), trial.seed + (10 if trial.arm == "segmented" else 0)
        path.mkdir(parents=True)
        is_done = trial.seed < 4
        status = {
            "state": "done" if is_done else "stopped",
            "pid": 1,
            "heartbeat": 1.0,
            "progress": 1.0 if is_done else 0.5,
        }
        (path / "status.json").write_text(json.dumps(status))
        (path / "config.json").write_text(json.dumps(trial.config.to_json()))
        (path / "provenance.json").write_text(json.dumps({"commit": "abc", "processor": "P", "cores": 2}))
        if trial.config.kind == "fcn":
            (path / "epochs.csv").write_text("epoch,wall_time,val_miou\n1,60,0.5\n2,120,0.75\n")
            (path / "evaluation.json").write_text(json.dumps({"miou": 0.74, "accuracy": 0.99}))
            (path / "examples.png").write_bytes(encode_mask(np.arange(16, dtype=np.uint8).reshape(4, 4)))
            continue
        rows = [
            f"{step},{step / 10},{step // 100},{height * step / 10},{min(height * step / 30_000, 1)}"
            for step in (1000, 2000, 3000)
        ]
        (path / "learning.csv").write_text("\n".join(["step,wall_time,episodes,mean_x,flag_share", *rows, ""]))
        if trial.arm == "features":  # its encoder brings the curve of its network
            (path / "encoder").mkdir()
            (path / "encoder" / "epochs.csv").write_text("epoch,wall_time,val_miou\n1,60,0.5\n2,120,0.75\n")
        if is_done:
            figures = {"x": {"mean": 100 * height}, "progress": {"mean": height / 20}, "flags": {"rate": height / 20}}
            (path / "evaluation.json").write_text(json.dumps(figures))
            kept = path / "evaluations" / "dark-last"
            kept.mkdir(parents=True)
            episodes = [{"x": 300, "end": "killed"}, {"x": 3161, "end": "flag"}]
            (kept / "evaluation.json").write_text(json.dumps({**figures, "level": "1-1-dark", "per_episode": episodes}))
            for name, gain in (("known", 0.4), ("night", 0.1)):
                place = path / "evaluations" / f"{name}-last"
                place.mkdir()
                (place / "evaluation.json").write_text(json.dumps({**figures, "gain": {"mean": gain}}))
    return folder


def test_the_page_says_what_the_runs_show(report: Path) -> None:
    page = (report / "report.html").read_text(encoding="utf-8")
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "8 of 9 trials are done, 1 waiting" in text and "Machines: P, 2 cores. Commits: abc." in text
    assert "Is 1 &lt; 2 &amp; &#39;so on&#39;?" in page and "&lt;b&gt;pixels&lt;/b&gt;" in page, "words stay words"
    claims = page[page.index('id="claims"') : page.index('id="e1"')]
    assert re.findall(r'<td class="left (\w+)">([^<]+)', claims) == [
        ("holds", "holds so far"),
        ("refuted", "refuted so far"),
    ], "the fourth seed is to come"
    assert "3 of 4 runs" in claims and text.count("So far: ") == 1
    assert "So far: 6 of 7 runs are done, so this is no result." in text and text.count("Complete: 1 run.") == 2
    assert "+2,000 pixels" in claims, "the mean heights are 200 times 12 and 2"
    sections = re.findall(r"<h2 id=[^>]*>([^<]+)", page)
    played = [f"Evaluation: {name}" for name in ("dark", "known", "night")]
    assert sections == [
        "Claims",
        "E1",
        "E6",
        "E2: features",
        *played,
        "What carries over",
        "Trials",
        "Methods",
        "Prior work",
    ]
    # E1: curves, progress, flags, when half (a profile needs five runs); E6: curve, mIoU and classes; E2: curve, hours,
    # progress, flags; ends of three evaluations; what carries over.
    assert page.count("<svg") == 15
    assert "segmented 40.0% (40.0 to 40.0) 0.25 (0.25 to 0.25)" in text, "a quarter is kept by night"
    assert "segmented 40.0% (40.0 to 40.0) 10.0% (10.0 to 10.0) random 5.0% 20.0% Means" in text, (
        "who has learned nothing"
    )
    assert "was trained, 0.03 h for every arm" in page, "the 120 seconds of their network"
    assert "fcn_f16-k3_s2_f32-k3_f32-k3_s2_d8 99.2% 99.00%" in text, "beside the paper's Table 1"
    assert "Each seed&#39;s network, the one that its rule keeps: mIoU" in page
    assert "Each seed&#39;s last network: flags" in page
    assert "The paper&#39;s figure 8 has these of its three networks" in page
    assert "What is new in this project&#39;s study" in page or "What is new in this project's study" in page


def test_nothing_is_compared_where_there_is_nothing() -> None:
    paper = next(iter(PAPER_NETWORKS))
    assert paper_accuracy(FcnConfig(architecture=paper)) == "99.3%"
    assert paper_accuracy(FcnConfig(architecture=paper, input="gray")) == "–", "of gray ones the paper gives none"
    never, some = [(9.0, False), (9.0, False)], [(4.0, True), (9.0, False)]
    rows = half_table({"first": never, "second": never, "third": some}).rows
    assert [row[-1] for row in rows][:2] == ["", "–"] and float(rows[2][-1]) > 0.1


def test_agents_on_their_own_levels_are_counted(runs: Path, tmp_path: Path) -> None:
    path = tmp_path / "levels.toml"
    path.write_text(PLAN.replace('level = "1-1-dark"', 'level = "own"'), encoding="utf-8")
    plan = read_plan(path)
    page = write_report(tmp_path / "report", plan, runs).read_text(encoding="utf-8")
    reached = "The goal is reached in at least half of the episodes by"
    assert f"{reached} 1 of 2 arms: segmented." in page and page.count(reached) == 1


def test_arms_of_earlier_groups_stand_beside_those_that_claims_compare_with_them(runs: Path, tmp_path: Path) -> None:
    path = tmp_path / "compared.toml"
    path.write_text(PLAN.replace('arm = "segmented"\nagainst = "gray"', 'arm = "features"\nagainst = "gray"'))
    plan = read_plan(path)
    page = write_report(tmp_path / "report", plan, runs).read_text(encoding="utf-8")
    first, second = page.index('id="e1"'), page.index('id="e2"')
    curves = page[second : page.index("</svg>", second)]
    assert (
        "gray: of E1, for comparison" in page[second:] and "gray (3 seeds)" in curves and "features (1 seed)" in curves
    )
    assert "segmented" not in curves and "for comparison" not in page[first : page.index('id="e6"')]


def test_agents_of_the_papers_settings_are_drawn_as_in_its_figure_2_and_many_runs_have_a_profile(
    plan: Plan, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core.experiment.report.learning, "_PROFILED", 3)
    arms = [replace(arm, config=replace(arm.config, preset="paper")) for arm in plan.arms[:2]]  # type: ignore[arg-type]
    section = Section("E7")
    learning(section, arms, look(plan, runs, None), dict.fromkeys(("gray", "segmented"), "#000000"))
    pictures = {picture.name: picture for picture in section.figures}
    assert [*pictures][:2] == ["learning-by-episodes", "learning"] and "profile" in pictures
    assert (
        "training episodes" in pictures["learning-by-episodes"].svg and "by agent steps" in pictures["learning"].caption
    )
    assert pictures["learning-by-episodes"].caption.startswith("The paper's figure 2, over episodes as there")


def test_agents_are_charged_for_the_network_that_they_use(plan: Plan, runs: Path) -> None:
    """Beside agents that need none; random weights cost nothing, and what is far longer is told in words."""
    features = runs / "features-1"

    def page() -> str:
        section = Section("E1")
        learning(section, [*plan.arms[:2], plan.arms[3]], look(plan, runs, None), dict.fromkeys(names, "#000000"))
        return " ".join([*section.texts, *(figure.caption + "<" for figure in section.figures)])

    names = [arm.name for arm in plan.arms]
    assert "they begin later (features at 0.03 h)" in page()
    (features / "encoder" / "epochs.csv").write_text("epoch,wall_time,val_miou\n1,3600,0.5\n2,7200,0.75\n")
    far = page()
    assert "see took 2.00 h, and no agent here took more than 0.08 h" in far and "they begin later" not in far
    config = json.loads((features / "config.json").read_text()) | {"encoder_weights": "random"}
    (features / "config.json").write_text(json.dumps(config))
    free = page()
    assert "see took" not in free and "they begin later" not in free and "over hours" not in free
    slow = features / "learning.csv"
    slow.write_text(slow.read_text().replace(",300.0,", ",500.0,"))
    assert "The same over hours of training.<" in page(), "steps that take longer are seen over hours"
    shutil.rmtree(features / "encoder")
    config["encoder_weights"] = "trained"
    (features / "config.json").write_text(json.dumps(config))
    assert "they begin later" not in page(), "an encoder that was not copied yet"


def test_mappings_have_their_curves_hours_and_frames_and_both_measures_are_told(tmp_path: Path) -> None:
    """In the folder of the report as in that of the runs, and without a place on this machine."""
    given = '[[evaluations]]\nname = "given"\nseeds = [1]\nsettings = { mapping = "old/day" }\n'
    (tmp_path / "rival.toml").write_text(RIVAL + given, encoding="utf-8")
    rival, folder = read_plan(tmp_path / "rival.toml"), tmp_path / "runs"
    for trial in rival.trials():
        path = trial.path(folder)
        path.mkdir(parents=True)
        (path / "status.json").write_text('{"state": "done", "pid": 1, "heartbeat": 1.0, "progress": 1.0}')
        (path / "config.json").write_text(json.dumps(trial.config.to_json()))
        if trial.arm == "day":
            (path / "updates.csv").write_text("update,wall_time,cycle\n100,900,9.0\n200,1800,3.0\n")
            found = {"cycle_error": 2.5 + trial.seed, "training_frames": {"from": 1008, "to": 1004}}
            (path / "evaluation.json").write_text(json.dumps(found))
            continue
        for name, more in (("dark", 0.0), ("mapped", 0.5)):
            kept = path / "evaluations" / f"{name}-last"
            kept.mkdir(parents=True)
            (kept / "evaluation.json").write_text(json.dumps({"flags": {"rate": trial.seed / 10 + more}}))
    out = tmp_path / "out"
    page = write_report(out, rival, folder).read_text()
    assert "5.5 gray levels" in page and "1,008 and 1,004" in page and "0.50 hours" in page
    assert "there and back" in page and str(tmp_path) not in page and "J.-Y. Zhu" in page and "A mapping is" in page
    assert "flags (mapped), against flags (dark)" in page and "mapping old/day, of seeds 1 only" in page
    days = [row for row in csv.DictReader((out / "trials.csv").open()) if row["arm"] == "day"]
    assert [(row["steps"], row["hours"]) for row in days] == [("200", "0.5")] * 3
    [claim] = csv.DictReader((out / "claims.csv").open())
    assert (claim["measure"], claim["against_measure"], claim["arm_seeds"]) == ("mapped.flags", "dark.flags", "3")
    assert (claim["verdict"], float(claim["against_mean"]), claim["paired"]) == ("holds", 0.3, "yes")
    assert write_report(tmp_path / "again", rival, out).read_text() == page
    for path, processor in zip(sorted(folder.glob("day-*")), ("P", "P", "slow"), strict=True):
        (path / "provenance.json").write_text(json.dumps({"processor": processor}))
    assert "Hours are those on P; 1 trial on another one is left out." in write_report(out, rival, folder).read_text()


def test_hours_are_compared_on_one_kind_of_processor(plan: Plan, runs: Path, tmp_path: Path) -> None:
    for name, seconds in (("gray-3", 3), ("segmented-3", 6)):
        (runs / name / "provenance.json").write_text(json.dumps({"processor": "fast", "cores": 2}))
        path = runs / name / "learning.csv"
        path.write_text(path.read_text().replace(",300.0,", f",{seconds},"))
    alike = comparable(plan.arms[:2], look(plan, runs, None))
    assert (alike.processor, alike.others) == ("P", 2)
    assert [report.task.name for report in alike.reports] == [
        "gray-1",
        "segmented-1",
        "gray-2",
        "segmented-2",
        "segmented-4",
    ]
    page = write_report(tmp_path / "report", plan, runs).read_text(encoding="utf-8")
    assert "Hours are those on P; 2 trials on others are left out." in page
    timed = plan.path.with_name("timed.toml")
    timed.write_text(plan.path.read_text().replace('measure = "area"', 'measure = "hours"'), encoding="utf-8")
    slower = judgements(read_plan(timed), look(plan, runs, None))[0]
    assert (slower.seeds, slower.planned, slower.verdict) == ((2, 2), (3, 2), "waiting"), "not 3 and 3 of two machines"
    assert page.count("0.08 hours</td>") >= 2, "300 seconds for both arms"
    for name in ("gray-1", "gray-2"):
        (runs / name / "provenance.json").unlink()
    assert comparable(plan.arms[:2], look(plan, runs, None)).processor == "fast", "both arms were done there"
    nothing = comparable(plan.arms, look(plan, tmp_path / "none", None))
    assert nothing.processor == nothing.note == ""


def test_the_page_is_whole_and_its_figures_take_its_colours(report: Path) -> None:
    page = (report / "report.html").read_text(encoding="utf-8")
    linked = {link for link in re.findall(r"(?:href|src)=\"([^\"]*)", page) if not link.startswith(("#", "data:"))}
    assert not linked, "nothing comes from elsewhere"
    for figure in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ElementTree.fromstring(figure)
        assert "currentColor" in figure and "#010203" not in figure
    identities = re.findall(r' id="([^"]+)"', page)
    assert len(set(identities)) == len(identities)
    assert "prefers-color-scheme: dark" in page and "@media print" in page


def test_its_short_form_has_the_claims_and_the_tables(report: Path) -> None:
    text = (report / "summary.md").read_text(encoding="utf-8")
    assert "8 of 9 trials are done, 1 waiting" in text and "Is 1 < 2 & 'so on'?" in text
    lines = text.splitlines()
    assert sum("holds so far" in line and "+2,000 pixels" in line for line in lines) == 1
    tables = [part.splitlines() for part in text.split("\n\n") if part.startswith("| ")]
    assert len(tables) > 5 and all(len({line.count("|") for line in table}) == 1 for table in tables)
    assert re.findall(r"^## (.*)", text, re.MULTILINE)[:3] == ["Claims", "E1", "E6"] and "\n\n\n" not in text


def test_each_figure_is_a_file_too(report: Path) -> None:
    files = {path.name: path.read_text(encoding="utf-8") for path in (report / "figures").iterdir()}
    assert len(files) == (report / "report.html").read_text(encoding="utf-8").count("<svg")
    assert {
        "e1-learning.svg",
        "e2-learning.svg",
        "e6-examples-1.svg",
        "evaluation-dark-ends.svg",
        "what-carries-over-matrix.svg",
    } <= {*files}
    for svg in files.values():
        ElementTree.fromstring(svg)
        assert "currentColor" not in svg and "var(--" not in svg, "other programs know no page around it"


def test_it_is_the_same_made_again_and_from_what_it_keeps(plan: Plan, runs: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "report", tmp_path / "copy"
    page = write_report(first, plan, runs).read_bytes()
    (runs / "gray-1" / "weights.safetensors").write_bytes(b"large")
    assert write_report(first, plan, runs).read_bytes() == page
    assert not (first / "gray-1" / "weights.safetensors").exists()
    assert write_report(second, plan, first).read_bytes() == page
    tables = [sorted(path.name for path in folder.glob("*.csv")) for folder in (first, second)]
    assert tables[0] == tables[1] == ["arms.csv", "claims.csv", "evaluations.csv", "trials.csv"]
    for name in tables[0]:
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_a_report_of_runs_that_go_on_is_the_same_made_again_elsewhere(
    plan: Plan, runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no process of theirs is at work, and from a copy that a run has left behind."""
    status = {"state": "running", "pid": os.getpid(), "heartbeat": time.time(), "progress": 0.625}
    (runs / "segmented-4" / "status.json").write_text(json.dumps(status))
    assert "running" in {report.state for report in look(plan, runs, None)}
    first = tmp_path / "report"
    page = write_report(first, plan, runs).read_text()
    assert "8 of 9 trials are done, 1 waiting" in page and "0.625" in page
    monkeypatch.setattr("core.runs.state.is_process", lambda *_: False)
    assert write_report(tmp_path / "copy", plan, first).read_text() == page
    assert (tmp_path / "copy" / "trials.csv").read_bytes() == (first / "trials.csv").read_bytes()
    (runs / "gray-1" / "evaluation.json").unlink()
    write_report(first, plan, runs)
    assert not (first / "gray-1" / "evaluation.json").exists(), "nothing of a report before is left"


def test_a_report_is_of_the_plan_of_its_runs(plan: Plan, runs: Path, tmp_path: Path) -> None:
    """It tells the plan that was fixed, and each change with the plan from then on; an unexplained one is refused."""
    fixed = fix_plan(runs, plan)
    plan.path.write_text(PLAN + "# judged otherwise\n")
    changed = read_plan(plan.path)
    with pytest.raises(InputError, match="the plan was changed after its first run .*judged otherwise.*run it with"):
        write_report(tmp_path / "report", changed, runs)
    assert not (tmp_path / "report" / "report.html").exists()
    fix_plan(runs, changed, "a wish")
    page = write_report(tmp_path / "report", changed, runs).read_text()
    begun = fixed.begun[:10]
    assert f"Plan fixed on {begun}, SHA-256 <code>{plan.digest}</code>" in page
    assert re.search(rf"Plan changed {begun}T[^:]*:[^ ]*: a wish \(from then on <code>{changed.digest}</code>", page)
    assert "and changed as told above" in page
    with pytest.raises(InputError, match="the runs there are of the experiment small; name another folder"):
        write_report(tmp_path / "other", replace(changed, name="other"), runs)


def test_the_folder_of_another_experiment_or_of_runs_is_left_alone(plan: Plan, runs: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    make_folder(other)
    Record("another", "", "", "").save(other)
    with pytest.raises(InputError, match="other is of the experiment another; name a new folder"):
        write_report(other, plan, runs)
    Record("small", "", "", "").save(other)
    (other / "lock").touch()
    with pytest.raises(InputError, match="other is a folder of runs; name a new folder"):
        write_report(other, plan, runs)
    assert {path.name for path in other.iterdir()} == {"experiment.json", "lock"}


def test_nothing_that_is_somebody_elses_is_written_over(plan: Plan, runs: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="--report: something else is in"):
        write_report(other, plan, runs)
    with pytest.raises(InputError, match="--report: .* is a file"):
        write_report(other / "notes.txt", plan, runs)
    assert [path.name for path in other.iterdir()] == ["notes.txt"]


def test_before_the_first_run_there_is_a_report_too(plan: Plan, tmp_path: Path) -> None:
    page = write_report(tmp_path / "report", plan, tmp_path / "none")
    text = page.read_text(encoding="utf-8")
    assert "0 of 9 trials are done, 9 waiting" in text and "waiting for runs" in text


def test_the_mean_curve_is_that_of_straight_lines_where_all_are_known() -> None:
    one, other = (np.array([0.0, 10.0]), np.array([0.0, 10.0])), (np.array([2.0, 6.0, 20.0]), np.array([2.0, 4.0, 4.0]))
    x, y = mean_curve([one, other])
    assert (x[0], x[-1]) == (2.0, 10.0)
    np.testing.assert_allclose(y[[0, -1]], [2.0, 7.0])


def test_a_trial_under_way_does_not_cut_the_mean_short(plan: Plan, runs: Path) -> None:
    curves = arm_curves(
        plan.arms, look(plan, runs, None), lambda run: read_curve(run / "learning.csv", "step", "mean_x")
    )
    segmented = curves["segmented"]
    assert (len(segmented.done), len(segmented.others), len(segmented.all)) == (3, 1, 4), "the fourth was stopped"
    np.testing.assert_allclose(segmented.mean[1][-1], 3000 * 12 / 10)
    alone = ArmCurves(others=segmented.others)
    assert len(alone.counted) == 1 and alone.mean[0][-1] == 3000, "before one is done, of what there is"


def test_words_stand_on_the_left_and_figures_on_the_right() -> None:
    table = Table(
        "",
        ("arm", "mean", "initial", "p", "empty"),
        [("1-1", "1,256 pixels", "", 0.5, ""), ("1-2", "–", "@fcn", "", "")],
    )
    assert [table.is_text(column) for column in range(5)] == [True, False, True, False, False]


def words_of(svg: str) -> set[str]:
    """The texts of a figure."""
    return set(re.findall(r"<text[^>]*>([^<]*)<", svg))


def test_an_axis_does_not_go_below_what_all_runs_have() -> None:
    ticks = words_of(figures.dots({"gray": ([0.0, 0.0], None)}, "flags (%)", {"gray": "#000000"}))
    assert "1.0" in ticks and not any(tick.startswith("\u2212") for tick in ticks)


@pytest.mark.parametrize(("top", "ticks"), [(0.95, {"0.0", "0.2", "0.8"}), (2600.0, {"0", "500", "2,500"})])
def test_an_axis_shows_the_digits_that_part_its_numbers(top: float, ticks: set[str]) -> None:
    seeds = ArmCurves(others=[(np.array([0.0, 30_000.0]), np.array([0.0, top]))])
    assert ticks | {"30,000"} <= words_of(figures.curves({"fcn": seeds}, "step", "y", {"fcn": "#000000"}))


def test_figures_in_words() -> None:
    assert shown(0.5, MEASURES["flags"]) == "50.0%"
    assert shown(1234.4, MEASURES["area"], difference=True) == "+1,234 pixels"
    assert shown(-0.05, MEASURES["flags"], difference=True) == "−5.0 percentage points", "no share of a share"
    assert shown(None, MEASURES["area"]) == "–"
    assert spread(Estimate(0.5, 0.25, 0.75), MEASURES["flags"]) == "50.0% (25.0 to 75.0)"
    assert spread(Estimate(0.5, float("nan"), float("nan")), MEASURES["miou"]) == "0.500"
    assert spread(Estimate(-0.004, -0.0002, 0.0), MEASURES["flags"]) == "−0.4% (0.0 to 0.0)", "a zero has no sign"
    assert shown(-0.0002, MEASURES["flags"]) == "0.0%"


def test_settings_of_arms_are_told_once_where_they_are_equal() -> None:
    common, own = changed({"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}})
    assert common == {"x": 1} and own == {"a": {"y": 2}, "b": {"y": 3}}
