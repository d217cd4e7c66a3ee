"""Whose hours can be compared: those of runs that were trained on one kind of processor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.experiment.measures import read_document
from core.experiment.plan import Arm, Trial
from core.experiment.runner import TaskReport


@dataclass(frozen=True, slots=True)
class Comparable:
    """Trials of one kind of processor.

    Attributes:
        processor: its name; "" while none is known.
        reports: of its trials, in order.
        others: how many trials began on other ones.
    """

    processor: str
    reports: list[TaskReport]
    others: int

    @property
    def note(self) -> str:
        """What is left out, for a caption; empty where nothing is."""
        are = "trial on another one is" if self.others == 1 else "trials on others are"
        return (
            f" Hours are those on {self.processor or 'an unknown one'}; {self.others} {are} left out."
            if self.others
            else ""
        )


def processor_of(run: Path) -> str:
    """The processor that a run began on; empty where nothing tells."""
    return str(read_document(run / "provenance.json").get("processor") or "")


def comparable(arms: Sequence[Arm], reports: Sequence[TaskReport]) -> Comparable:
    """The trials of arms on the kind of processor on which most of the arms, and then most trials, have been done."""
    names = {arm.name for arm in arms}
    trials = [(report.task, report) for report in reports if isinstance(report.task, Trial)]
    known = [(trial.arm, report, processor_of(report.path)) for trial, report in trials if trial.arm in names]
    done: dict[str, list[str]] = {processor: [] for _, _, processor in known}
    for arm, report, processor in known:
        done[processor] += [arm] if report.state == "done" else []
    most = max(done, key=lambda processor: (len({*done[processor]}), len(done[processor])), default="")
    others = sum(processor not in ("", most) for _, _, processor in known)
    return Comparable(most, [report for _, report, processor in known if processor == most], others)
