"""What a report shows of segmentation networks and of mappings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.config.fcn import FcnConfig
from core.dataset.png_files import decode_mask, encode_mask
from core.errors import InputError
from core.experiment.curves import LEARNING, learning_curves
from core.experiment.hours import comparable
from core.experiment.measures import (
    MEASURES,
    Measure,
    read_document,
    shown,
    spread,
)
from core.experiment.plan import Arm, Trial
from core.experiment.report import figures as draw
from core.experiment.report.learning import dots, runs_of
from core.experiment.report.parts import Picture, Section, Table
from core.experiment.runner import TaskReport
from core.experiment.statistics import estimate
from core.experiment.table import scores_of
from core.frame import FRAME_HEIGHT, FRAME_WIDTH, ClassMap
from core.runs.curves.metrics import KIND_NAMES
from core.runs.json_files import finite
from core.runs.run_folder import EXAMPLES_NAME

PAPER_NETWORKS = {
    "fcn_f32-k3_f32-k3_s2_f64-k3_f64-k3_s2_d8": 0.993,
    "fcn_f32-k3_s2_f64-k3_f64-k3_s2_d8": 0.992,
    "fcn_f16-k3_s2_f32-k3_f32-k3_s2_d8": 0.992,
}
"""Accuracy of the networks of Bélignon's (2020) Table 1, on colour."""
_GRAY = Measure("error there and back", "gray levels", digits=1)


def networks(section: Section, arms: Sequence[Arm], reports: Sequence[TaskReport], colours: Mapping[str, str]) -> None:
    """Curves, scores and examples of segmentation networks, beside the paper's accuracies."""
    _curves(section, arms, reports, colours, "mIoU on the validation split.")
    dots(section, arms, reports, colours, ("miou",), of="network, the one that its rule keeps")
    _examples(section, arms, reports)
    rows = []
    for arm in arms:
        assert isinstance(arm.config, FcnConfig)
        accuracy = scores_of(reports, arm.name, "accuracy")
        if arm.config.architecture in PAPER_NETWORKS and accuracy:
            theirs = paper_accuracy(arm.config)
            rows.append((arm.name, arm.config.architecture, theirs, spread(estimate(accuracy), MEASURES["accuracy"])))
    if rows:
        columns = ("arm", "network", "accuracy in the paper", "accuracy here")
        section.tables.append(Table("The paper's Table 1", columns, rows, "On each one's own test frames."))


def paper_accuracy(config: FcnConfig) -> str:
    """What the paper gives for one of its networks; a dash for one on gray, of which it gives no number."""
    return f"{PAPER_NETWORKS[config.architecture]:.1%}" if config.input == "colour" else "–"


def _curves(
    section: Section, arms: Sequence[Arm], reports: Sequence[TaskReport], colours: Mapping[str, str], what: str
) -> None:
    """The learning curves of arms of one kind."""
    if curves := learning_curves(arms, reports):
        kind = arms[0].config.kind
        svg = draw.curves(curves, LEARNING[kind].x_label, LEARNING[kind].y_label, colours)
        name = f"learning-{KIND_NAMES[kind]}s"
        section.figures.append(Picture(name, svg, f"{what} Thin: each seed; thick: their mean."))


def _examples(section: Section, arms: Sequence[Arm], reports: Sequence[TaskReport]) -> None:
    """Test frames as labelled, and as each arm predicts them: a figure for each test split."""
    strips: dict[bytes, dict[str, ClassMap]] = {}
    theirs = any(isinstance(arm.config, FcnConfig) and arm.config.architecture in PAPER_NETWORKS for arm in arms)
    for arm in arms:
        done = [report.path / EXAMPLES_NAME for report in reports if report.state == "done" and _is_of(report, arm)]
        drawn = next((path for path in done if path.is_file()), None)
        try:
            both = None if drawn is None else decode_mask(drawn)
        except InputError:
            continue
        if both is not None:
            truth, predicted = np.split(both[: len(both) // 2 * 2], 2)
            strips.setdefault(truth.tobytes(), {"labels": truth})[arm.name] = predicted
    for place, rows in enumerate(strips.values(), start=1):
        caption = "Test frames as they are labelled, and as the first seed of each arm predicts them, in class colours."
        caption += " The paper's figure 8 has these of its three networks, figure 7 those on gray." if theirs else ""
        height = len(rows["labels"])
        step = FRAME_WIDTH if height == FRAME_HEIGHT else height  # small ones are square
        svg = draw.strips({name: encode_mask(row) for name, row in rows.items()}, step)
        section.figures.append(Picture(f"examples-{place}", svg, caption))


def _is_of(report: TaskReport, arm: Arm) -> bool:
    return isinstance(report.task, Trial) and report.task.arm == arm.name


def mappings(section: Section, arms: Sequence[Arm], reports: Sequence[TaskReport], colours: Mapping[str, str]) -> None:
    """Curves of mappings, what is lost there and back, and what they cost."""
    _curves(section, arms, reports, colours, "Mean error of pixels mapped to the other look and back.")
    rows, alike = [], comparable(arms, reports)
    for arm in arms:
        found = [read_document(path / "evaluation.json") for path, _ in runs_of(arm, reports)]
        errors = [error for one in found if (error := finite(one, "cycle_error")) is not None]
        looks = {
            " and ".join(f"{count:,}" for count in frames.values())
            for one in found
            if (frames := one.get("training_frames"))
        }
        hours = scores_of(alike.reports, arm.name, "hours")
        if errors:
            time = shown(sum(hours) / len(hours) if hours else None, MEASURES["hours"])
            rows.append((arm.name, len(errors), "; ".join(sorted(looks)), spread(estimate(errors), _GRAY), time))
    if rows:
        columns = ("arm", "seeds", "frames of both looks", "error there and back, test frames", "hours")
        note = f"They learn without labels. Time is that of training alone, a mean.{alike.note}"
        section.tables.append(Table("Mappings", columns, rows, note))
