"""What is being labelled: a moment of the running game, or the frames of a data set one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import Signal

from core.dataset.autosave.recovery import Found, Recovery, recover
from core.dataset.complete import open_complete
from core.dataset.frozen_frame import FrozenFrame, add_frozen_frame
from core.dataset.record import Record
from core.dataset.store import DataSet
from core.errors import InputError, RunError
from core.frame import ClassMap
from core.game.rom import Rom
from gui.kit.background import Background, Job
from gui.kit.notices import Notices
from gui.kit.preferences import Preferences
from gui.label.auto_labels import EXACT, SPRITES, Source
from gui.label.dataset_browser import DatasetBrowser
from gui.label.frame_list import FrameList
from gui.label.target import LabelTarget, subject_of_found, subject_of_moment, subject_of_record
from gui.live.game_control import GameControl
from gui.live.navigator import Navigator, Place
from gui.live.preview import Preview
from gui.trainings.model import Trainings


class LabelModel(DatasetBrowser):
    """The model behind the Label tab.

    Signals:
        offers_changed: ``offers``.

    Attributes:
        offers: what killed programs, and moments left without a data set, have in the autosave journals.
    """

    offers_changed = Signal()

    def __init__(
        self,
        preferences: Preferences,
        game: GameControl,
        preview: Preview,
        trainings: Trainings,
        navigator: Navigator,
        notices: Notices,
        background: Background,
        own_data: Path,
    ) -> None:
        """Nothing is labelled yet; ``own_data`` is the folder of the data set for a person's first labels."""
        super().__init__(preferences, game, preview, navigator, background)
        self._trainings, self._notices, self._own_data = trainings, notices, own_data
        self.offers: list[Found] = []
        self._is_adding = False
        self._moment_arrived = background.in_window(self._label_moment)

    def start(self) -> None:
        """Look for work that was not saved, and open the data set of last time."""
        self.look_for_work()
        folder = self.settings.get("label_data")
        if folder and Path(folder).is_dir():
            self.open_data(Path(folder))

    def close(self) -> None:
        """Keep what was drawn."""
        self.leave()
        for found in self.offers:
            found.leave()
        self.offers = []
        self._save_timer.stop()

    # A moment of the game

    def freeze(self) -> None:
        """Pause the game and label the frame that it shows."""
        if not self.game.state.engine:
            self.fail("no game runs, so there is no frame to freeze; open a ROM (Game > Open ROM…), or a data set")
            return
        self.game.freeze(self._moment_arrived)

    def label_moment(self, moment: FrozenFrame) -> None:
        """Label a moment of any play; the Label tab comes up."""
        self._label_moment(moment)

    def _label_moment(self, moment: FrozenFrame) -> None:
        if not self.leave():
            return
        self.navigator.show(Place.LABEL)
        self.begin_subject(None)
        self._number = None
        usable = [Source(EXACT)] * moment.has_memory + [Source(SPRITES)]
        source = self.source if moment.has_memory or self.source.name != EXACT else Source(SPRITES)
        rom = self.game.state.rom
        order = [source, *(other for other in usable if other != source)]
        self.jobs.start(lambda job: self._first_labels(order, moment, rom), self._begin_moment, self.fail)

    def _first_labels(self, order: Sequence[Source], moment: FrozenFrame, rom: Rom | None) -> tuple[LabelTarget, str]:
        """The first source of several that can label it; the problem of the first."""
        problem = ""
        for source in order:
            try:
                masks = self._labeller.label(source, moment.snapshots, rom)
            except InputError as error:
                problem = problem or str(error)
                continue
            return subject_of_moment(moment, masks, source.labelled_by, source.name, self.journals), problem
        raise InputError(problem)

    def _begin_moment(self, made: tuple[LabelTarget, str]) -> None:
        subject, problem = made
        self.begin_subject(subject)
        self._tell(problem)
        self.list_changed.emit()

    # Saving

    def is_safe(self) -> bool:
        """Save what can be saved; False when strokes are neither in a data set nor in the journal, which is told."""
        self.write_open_strokes()
        subject = self.subject
        return subject is None or not subject.annotation.is_dirty or subject.journal.is_whole

    def leave(self) -> bool:
        """Save before another frame comes; False when the work would be lost, which is told."""
        subject = self.subject
        if not self.is_safe():
            return False
        if subject is None:
            return True
        try:
            subject.journal.close()
        except RunError as error:
            self.fail(str(error))
            return False
        if subject.annotation.is_dirty:
            self.look_for_work()
        return True

    def write_open_strokes(self) -> bool:
        """Save what is not saved of a frame of the data set; False when that failed, which is told."""
        self.release()
        subject = self.subject
        is_done = subject is None or subject.record is None or not subject.annotation.is_dirty
        return is_done or self.write()

    def save(self) -> None:
        """Save at once, also labels that a person has found right as they are; a moment goes into the data set."""
        self.release()
        if self.subject is not None and self.subject.record is not None:
            if self.write(overwrite=self.has_conflict):
                self._tell("saved")
        else:
            self.add()

    @property
    def data_folder(self) -> Path:
        """The data set that moments go to: the open one, the one of last time, or the program's own."""
        if self.list is not None:
            return self.list.data.folder
        kept = self.settings.get("label_data")
        return Path(kept) if kept else self._own_data

    def add(self) -> None:
        """Put the frozen moment into the data set; a new one is made where there is none."""
        subject = self.subject
        if subject is None or subject.moment is None or subject.masks is None or self._is_adding:
            return
        self.release()
        moment, masks, by = subject.moment, subject.masks, subject.labelled_by
        drawn, folder = subject.annotation.class_map.copy(), self.data_folder
        self._is_adding = True

        def work(job: Job) -> tuple[FrameList, Record]:
            make = not folder.exists() or not any(folder.iterdir())
            made = {"config": {}, "engine": moment.engine}
            with DataSet.create(folder, made) if make else DataSet.open(folder, writable=True) as data:
                record = add_frozen_frame(data, moment, masks, by, drawn)
            return FrameList(DataSet.open(folder), self.list.origin if self.list else "all"), record

        self.jobs.start(work, lambda done: self._added(subject, drawn, *done), self._not_added,
                        f"adding to {folder.name}")  # fmt: skip

    def _added(self, subject: LabelTarget, drawn: ClassMap, opened: FrameList, record: Record) -> None:
        self._is_adding = False
        self.use_list(opened)
        self._tell(f"added to {opened.data.folder.name} with the frames just before it ({record.split} split)")
        if subject is not self.subject:
            return
        later = subject.annotation.class_map.copy()
        subject.journal.discard()
        fresh = subject_of_record(opened.data, record, self.journals)
        self.begin_subject(fresh)
        if not np.array_equal(later, drawn):  # drawn while it was being added
            self._do(lambda: fresh.annotation.replace(later))
        self.list_changed.emit()

    def _not_added(self, problem: str) -> None:
        self._is_adding = False
        self.fail(f"the frame is not in the data set yet ({problem}); your strokes are kept")

    # Recovery

    def look_for_work(self) -> None:
        """See what lies in the autosave journals."""
        for found in self.offers:
            found.leave()
        try:
            recovery = recover(self.journals)
        except OSError as error:
            recovery = Recovery([], [f"{self.journals}: {error.strerror}"])
        self.offers = recovery.found
        if recovery.problems:
            self.fail(recovery.problems[0])
        self.offers_changed.emit()

    def take_up(self, found: Found) -> None:
        """Go on with what was not saved."""
        path = found.path
        if not self.leave():
            return
        found = next(item for item in self.offers if item.path == path)  # leaving may have read the journals again

        def begin(subject: LabelTarget) -> None:
            self.offers = [item for item in self.offers if item.path != path]
            self.begin_subject(subject)
            self.offers_changed.emit()
            if subject.data is not None and (self.list is None or self.list.data.folder != subject.data.folder):
                self.open_data(subject.data.folder, lambda: None)
            self.list_changed.emit()
            self._save_timer.start()

        self.jobs.start(lambda job: subject_of_found(found), begin, self.fail, "reading the journal")

    def discard(self, found: Found) -> None:
        """The work is not wanted."""
        found.discard()
        self.offers = [item for item in self.offers if item is not found]
        self.offers_changed.emit()

    # The third click

    @property
    def _network(self) -> Path | None:
        """The network to go on with: the one that the labels began with, or else that of the Play tab."""
        return self.source.network or self.preview.network

    @property
    def training_problem(self) -> str:
        """Why training cannot go on, one sentence; "" when it can."""
        if self._network is None:
            return "there is no network to go on with yet: train one on the Train tab"
        if self.list is None:
            return "add the frame to a data set, or open one: a network is trained on that"
        return ""

    @property
    def training_text(self) -> str:
        """What a click on Continue training does."""
        if self._network is None or self.list is None:
            return ""
        return (
            f"Train a new network on {self.list.data.folder.name}, beginning with the weights of {self._network.name}"
        )

    def continue_training(self) -> None:
        """Train a network on the data set, beginning with the weights of a finished one; the Train tab comes up."""
        network = self._network
        if self.training_problem or network is None or self.list is None or not self.write_open_strokes():
            return
        try:
            open_complete(self.list.data.folder)
            run = self._trainings.continue_training(network, self.list.data.folder)
        except InputError as error:
            self.fail(str(error))
            return
        self._tell(f"training {run.name}, beginning with {network.name}")
        self.navigator.show(Place.TRAIN)
