"""The frame that is being labelled, with all that saving and recovering it needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.dataset.autosave.journal import Journal
from core.dataset.autosave.recovery import Found
from core.dataset.editing.annotation import Annotation
from core.dataset.editing.tile_grid import Grid
from core.dataset.frozen_frame import FrozenFrame, from_json, to_json
from core.dataset.person_labels import PersonLabel, open_label
from core.dataset.record import Record
from core.dataset.store import DataSet
from core.errors import InputError
from core.frame import ClassMap, Frame


@dataclass(slots=True, eq=False)
class LabelTarget:
    """A frame of a data set, or a frozen frame of the game that belongs to none yet.

    Attributes:
        annotation: its class map, being edited; knows the frame, the automatic labels and the grid.
        journal: keeps the strokes on the disk.
        labelled_by: who made the automatic labels: "exact", "sprites" or "fcn".
        source: name of what they come from, as shown.
        data: the data set that the frame belongs to, None for a frozen frame.
        frozen: a frame of the game that belongs to no data set, with its stack.
        masks: the stack's automatic class maps, uint8 (4, 224, 240).
        began_by_person: whether a person had labelled it before it was opened.
        label: what the data set holds of it, as opened or saved last; None for a frozen frame.
    """

    annotation: Annotation
    journal: Journal
    labelled_by: str
    source: str
    data: DataSet | None = None
    label: PersonLabel | None = None
    frozen: FrozenFrame | None = None
    masks: ClassMap | None = None
    began_by_person: bool = False

    @property
    def frame(self) -> Frame:
        """The picture, uint8 (224, 240, 3)."""
        assert self.annotation.frame is not None
        return self.annotation.frame

    @property
    def title(self) -> str:
        """What it is, in a few words."""
        if self.record is not None:
            return f"{self.record.level}, x {self.record.x}, episode {self.record.episode}, step {self.record.step}"
        assert self.frozen is not None
        return f"{self.frozen.level}, x {self.frozen.x[-1]}, frame {self.frozen.frame} of this play"

    @property
    def key(self) -> tuple[Path, int] | None:
        """The frame among those of all data sets, None for a frozen frame."""
        return None if self.data is None or self.record is None else (self.data.folder.resolve(), self.record.number)

    @property
    def record(self) -> Record | None:
        """Its row in the data set, None for a frozen frame."""
        return None if self.label is None else self.label.record

    @property
    def started_from(self) -> str:
        """Whose labels the person corrects, as a data set keeps it: "exact", "sprites" or "fcn NAME"."""
        return "" if self.by_person and self.source == "stored" else self.labelled_by

    @property
    def by_person(self) -> bool:
        """Whether the data set holds a person's class map of it."""
        return self.label is not None and self.label.person is not None

    @property
    def has_drawn(self) -> bool:
        """Whether a person's hand is in the class map."""
        return self.by_person or self.annotation.undo_count > 0 or self.annotation.is_dirty


def target_of_record(data: DataSet, record: Record, journals: Path) -> LabelTarget:
    """A frame of a data set, with a person's class map where there is one; InputError naming a file that is bad."""
    label = open_label(data, record)
    return _of_label(data, label, label.automatic, record.labelled_by, "stored", journals)


def relabelled(target: LabelTarget, masks: ClassMap, labelled_by: str, source: str, journals: Path) -> LabelTarget:
    """A frame that nobody has drawn on, begun with other automatic class maps: uint8 (N, 224, 240), its own last."""
    if target.frozen is not None:
        return target_of_frozen(target.frozen, masks, labelled_by, source, journals)
    assert target.data is not None and target.label is not None
    return _of_label(target.data, target.label, masks[-1], labelled_by, source, journals)


def _of_label(
    data: DataSet, label: PersonLabel, automatic: ClassMap, labelled_by: str, source: str, journals: Path
) -> LabelTarget:
    start = automatic if label.person is None else label.person
    grid = Grid.guess(label.automatic) or Grid()
    annotation = Annotation(start, automatic=automatic, frame=label.frame, grid=grid)
    journal = Journal(journals, annotation, _about_record(data, label.record))
    return LabelTarget(annotation, journal, labelled_by, source, data, label, began_by_person=label.person is not None)


def target_of_frozen(
    frozen: FrozenFrame, masks: ClassMap, labelled_by: str, source: str, journals: Path
) -> LabelTarget:
    """A frozen frame of the game with the automatic class maps of its stack, uint8 (4, 224, 240)."""
    annotation = Annotation(masks[-1], frame=frozen.picture, grid=grid_of(frozen, masks))
    about = {"moment": to_json(frozen, masks), "labelled_by": labelled_by, "source": source}
    journal = Journal(journals, annotation, about)
    return LabelTarget(annotation, journal, labelled_by, source, frozen=frozen, masks=masks)


def grid_of(frozen: FrozenFrame, masks: ClassMap) -> Grid:
    """The grid of blocks in the frame to label."""
    return Grid.of_memory(frozen.snapshots[-1].memory) or Grid.guess(masks[-1]) or Grid()


def target_of_found(found: Found) -> LabelTarget:
    """What a killed program left; goes on with its journal.

    InputError when it says too little, or when the data set that it belongs to cannot be used.
    """
    about = found.about
    if "moment" in about:
        frozen, masks = from_json(about["moment"])
        labelled_by, source = str(about.get("labelled_by", "exact")), str(about.get("source", "exact"))
        found.annotation.grid = grid_of(frozen, masks)
        return LabelTarget(found.annotation, found.resume(), labelled_by, source, frozen=frozen, masks=masks)
    if found.annotation.frame is None or not isinstance(about.get("data"), str):
        raise InputError(f"{found.path}: the journal does not say which frame it is of")
    data = DataSet.open(Path(about["data"]))
    record = next((item for item in data.records(with_trash=True) if item.number == about.get("number")), None)
    label = None if record is None else open_label(data, record)
    if record is None or label is None or not np.array_equal(label.frame, found.annotation.frame):
        raise InputError(f"{data.folder}: frame {about.get('number')} is not the one that was labelled any more")
    found.annotation.grid = Grid.guess(found.annotation.automatic) or Grid()
    return LabelTarget(
        found.annotation, found.resume(), record.labelled_by, "stored", data, label,
        began_by_person=label.person is not None,
    )  # fmt: skip


def _about_record(data: DataSet, record: Record) -> dict[str, Any]:
    return {"data": str(data.folder.resolve()), "number": record.number, "level": record.level, "x": record.x}
