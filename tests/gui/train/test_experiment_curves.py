"""Curves of an experiment in the window: one group of arms at a time, told above it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.experiment.curves import ArmCurves, Curve
from core.experiment.forecast import Forecast
from core.experiment.plan import Plan
from core.experiment.plan_file import read_plan
from core.experiment.runner import TaskReport
from gui.train.experiment_curves import ExperimentCurves
from gui.train.experiment_model import ExperimentView

GROUPS = {"plain": "E1", "classes": "E1", "tuned": "E5", "lone": ""}


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Four arms in three groups, one of them nameless."""
    path = tmp_path / "plan.toml"
    arms = (
        f'[[arms]]\nname = "{name}"\nkind = "fcn"\nseeds = [1, 2]\ngroup = "{group}"\n'
        f'settings = {{ architecture = "{name}" }}\n'
        for name, group in GROUPS.items()
    )
    path.write_text('version = 1\nname = "small"\n' + "".join(arms), encoding="utf-8")
    return read_plan(path)


@pytest.fixture
def chart(qtbot: QtBot) -> ExperimentCurves:
    made = ExperimentCurves()
    qtbot.addWidget(made)
    return made


def curve(top: float) -> Curve:
    return np.array([0.0, 10.0]), np.array([0.0, top])


def view(plan: Plan, curves: Mapping[str, ArmCurves], running: str = "", folder: str = "runs") -> ExperimentView:
    trials = plan.trials()
    tasks = [TaskReport(one, Path(one.name), "running" if one.arm == running else "waiting") for one in trials]
    return ExperimentView(plan, Path(folder), Path("runs"), None, tuple(tasks), Forecast(0.0, (), (), 0), (), curves)


def groups(chart: ExperimentCurves) -> list[str]:
    return [chart.group.itemText(place) for place in range(chart.group.count())]


def lines(chart: ExperimentCurves) -> int:
    return len(chart.plot.listDataItems())


def test_a_group_is_drawn_at_a_time_the_first_until_somebody_chooses(plan: Plan, chart: ExperimentCurves) -> None:
    two = ArmCurves([curve(5.0), curve(7.0)])
    curves = {"plain": two, "classes": ArmCurves([curve(9.0)]), "tuned": ArmCurves([], [curve(3.0)]), "lone": two}
    chart.show_view(view(plan, curves))
    assert groups(chart) == ["E1", "E5", "the others"] and chart.group.currentText() == "E1"
    assert lines(chart) == 2 + 1 + 1 + 1, "each seed, and a mean for each arm"
    assert "plain&nbsp;(2)" in chart.legend.text() and "classes&nbsp;(1)" in chart.legend.text()
    assert "tuned" not in chart.legend.text()
    chart.show_view(view(plan, curves, running="tuned"))
    assert chart.group.currentText() == "E5" and "tuned&nbsp;(1)" in chart.legend.text() and lines(chart) == 2
    chart.show_view(view(plan, curves))
    assert chart.group.currentText() == "E5", "between two of its trials"
    chart.group.setCurrentIndex(2)
    chart.group.activated.emit(2)
    chart.show_view(view(plan, curves, running="tuned"))
    assert chart.group.currentText() == "the others" and "lone" in chart.legend.text(), "what was chosen stays"
    chart.show_view(view(plan, {name: one for name, one in curves.items() if name != "lone"}))
    assert chart.group.currentText() == "E5", "while it is there"


def test_networks_and_agents_of_a_group_are_apart_and_claims_bring_their_other_arm(
    tmp_path: Path, chart: ExperimentCurves
) -> None:
    path = tmp_path / "mixed.toml"
    path.write_text(
        """
        version = 1
        name = "mixed"
        arms = [
            { name = "pixels", seeds = [1, 2], group = "E1" },
            { name = "network", seeds = [1, 2], group = "E3", kind = "fcn" },
            { name = "features", seeds = [1, 2], group = "E3", settings.observation = "fcn" },
        ]
        [[claims]]
        name = "c"
        says = "Features are better"
        measure = "area"
        arm = "features"
        against = "pixels"
        """
    )
    curves = {name: ArmCurves([curve(top)]) for name, top in (("pixels", 3.0), ("network", 0.9), ("features", 4.0))}
    chart.show_view(view(read_plan(path), curves, running="network"))
    assert groups(chart) == ["E1", "E3, networks", "E3, agents"]
    assert chart.group.currentText() == "E3, networks" and "features" not in chart.legend.text()
    assert [chart.plot.getAxis(side).labelText for side in ("bottom", "left")] == ["epoch", "mIoU, validation split"]
    chart.group.setCurrentIndex(2)
    chart.group.activated.emit(2)
    assert "features&nbsp;(1)" in chart.legend.text() and "pixels&nbsp;(1)" in chart.legend.text()
    assert chart.plot.getAxis("bottom").labelText == "agent steps"


def test_runs_of_another_folder_are_drawn_though_their_curves_are_as_long(plan: Plan, chart: ExperimentCurves) -> None:
    chart.show_view(view(plan, {"plain": ArmCurves([curve(5.0)])}))
    chart.show_view(view(plan, {"plain": ArmCurves([curve(9.0)])}, folder="published"))
    assert max(chart.plot.listDataItems()[0].getData()[1]) == 9.0


def test_nothing_is_seen_before_there_is_a_curve_and_one_group_needs_no_choice(
    plan: Plan, chart: ExperimentCurves, qtbot: QtBot
) -> None:
    chart.show()
    chart.show_view(view(plan, {}))
    assert not chart.isVisible()
    chart.show_view(view(plan, {"tuned": ArmCurves([curve(3.0)])}))
    qtbot.waitUntil(lambda: chart.plot.isVisible())
    assert chart.isVisible() and not chart.group.isVisible()


def test_an_arm_has_its_colour_before_the_others_of_its_group_have_curves(
    plan: Plan, chart: ExperimentCurves, qapp: QApplication
) -> None:
    chart.show_view(view(plan, {"classes": ArmCurves([curve(3.0)])}))
    before = chart.legend.text()
    chart.show_view(view(plan, {"plain": ArmCurves([curve(3.0)]), "classes": ArmCurves([curve(3.0)])}))
    assert chart.legend.text().endswith(before)
