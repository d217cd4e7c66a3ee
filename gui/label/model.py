"""The model behind the Label tab: freezing, adding to a data set, recovery, and the training that follows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from core.dataset.autosave.recovery import Found, Recovery, recover
from core.dataset.complete import open_complete, split_warning
from core.dataset.frozen_frame import FrozenFrame, add_frozen_frame
from core.dataset.record import Record
from core.dataset.store import DataSet, is_free_for_data
from core.errors import InputError
from core.files import check_name
from core.frame import ClassMap
from core.game.rom import Rom
from gui.kit.background import Background, Job
from gui.kit.notices import Notices
from gui.kit.preferences import Preferences
from gui.label.auto_labels import EXACT, SPRITES, Source
from gui.label.dataset_browser import DatasetBrowser
from gui.label.editor import LabelEditor
from gui.label.frame_list import FrameList
from gui.label.sources import LabelSources
from gui.label.target import LabelTarget, target_of_found, target_of_frozen, target_of_record
from gui.live.game_control import GameControl
from gui.live.navigator import Navigator, Place
from gui.live.preview import Preview
from gui.trainings.model import Trainings


class LabelModel(QObject):
    """What the tab is about; the window's thread only.

    Signals:
        offers_changed: ``offers``.

    Attributes:
        jobs: what is done in the background.
        bulk: likewise, what goes through a whole data set and takes minutes: nothing else waits for it.
        editor: the frame that is labelled.
        sources: where its automatic labels come from.
        browser: the data set that is open.
        offers: what killed programs, and frozen frames left without a data set, have in the autosave journals.
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
        super().__init__()
        self._preferences, self._game, self._preview = preferences, game, preview
        self._trainings, self._navigator, self._notices, self._own_data = trainings, navigator, notices, own_data
        self.jobs, self.bulk = background.jobs("labels"), background.jobs("whole data sets")
        self.editor = LabelEditor(preferences)
        self.sources = LabelSources(self.editor, game, preview, preferences, self.jobs)
        self.browser = DatasetBrowser(self.editor, self.sources, preview, notices, preferences, self.jobs, self.bulk)
        self.offers: list[Found] = []
        self._is_adding = self._is_checking = False
        self._named: Path | None = None  # a data set that no frame was added to yet
        self.editor.left_unsaved.connect(self.find_unsaved)
        self._frozen_arrived = background.in_window(self.label_frozen)

    def start(self) -> None:
        """Look for work that was not saved, and open the data set of last time."""
        self.find_unsaved()
        folder = self._preferences.get("label_data")
        if folder and Path(folder).is_dir():
            self.browser.open_data(Path(folder))

    def close(self) -> None:
        """Keep what was drawn."""
        self.editor.close()
        for found in self.offers:
            found.leave()
        self.offers = []

    def open_folder(self, folder: Path) -> None:
        """Label the frames of the data set in a folder that the user chose; the Label tab comes up."""
        self._navigator.show(Place.LABEL)
        if self.editor.is_bound and self.editor.leave():
            self.editor.begin_target(None)
        self.browser.open_data(folder)

    # A frozen frame of the game

    def freeze(self) -> None:
        """Pause the game and label the frame that it shows."""
        if not self._game.state.engine:
            self.editor.fail(
                "no game runs, so there is no frame to freeze; open a ROM (Game > Open ROM…), or a data set"
            )
            return
        self._game.freeze(self._frozen_arrived)

    def label_frozen(self, frozen: FrozenFrame) -> None:
        """Label a frame of any play; the Label tab comes up."""
        editor = self.editor
        if not editor.leave():
            return
        self._navigator.show(Place.LABEL)
        token = editor.expect_target()
        self.browser.forget_number()
        usable = [Source(EXACT)] * frozen.has_memory + [Source(SPRITES)]
        chosen, rom = self.sources.chosen, self.sources.rom
        source = chosen if frozen.has_memory or chosen.name != EXACT else Source(SPRITES)
        order = [source, *(other for other in usable if other != source)]

        def begin(made: tuple[LabelTarget, str]) -> None:
            target, problem = made
            if not editor.is_expected(token):
                self._notices.tell("the frozen frame was given up, for another one is being labelled; freeze it again")
                return
            editor.begin_target(target)
            self._notices.tell(problem)
            self.browser.list_changed.emit()

        def fail(problem: str) -> None:
            if editor.is_expected(token):
                editor.begin_target(None)
                editor.fail(problem)

        self.jobs.start(lambda job: self._first_labels(order, frozen, rom), begin, fail)

    def _first_labels(self, order: Sequence[Source], frozen: FrozenFrame, rom: Rom | None) -> tuple[LabelTarget, str]:
        """The first source of several that can label it; the problem of the first."""
        problem = ""
        for source in order:
            try:
                masks = self.sources.labeller.label(source, frozen.snapshots, rom)
            except InputError as error:
                problem = problem or str(error)
                continue
            return target_of_frozen(frozen, masks, source.labelled_by, source.name, self.editor.journals), problem
        raise InputError(problem)

    # Saving

    def save(self) -> None:
        """Save at once, also labels that a person has found right; a frozen frame goes into the data set."""
        editor = self.editor
        editor.finish()
        if editor.target is not None and editor.target.record is not None:
            if editor.write(overwrite=editor.has_conflict, confirms=True):
                self._notices.tell("saved")
        else:
            self.add()

    @property
    def data_folder(self) -> Path:
        """The data set that frozen frames go to: just named, the open one, that of last time, or a first one."""
        if self._named is not None:
            return self._named
        if self.browser.list is not None:
            return self.browser.list.data.folder
        kept = self._preferences.get("label_data")
        return Path(kept) if kept else self._own_data

    @property
    def needs_name(self) -> bool:
        """Whether nobody has said yet which data set the labels go to."""
        return self._named is None and self.browser.list is None and not self._preferences.get("label_data")

    @property
    def own_folder(self) -> Path:
        """Where a person's data sets lie."""
        return self._own_data.parent

    def name_data(self, name: str) -> None:
        """Choose the data set in ``own_folder`` that the frozen frame goes to, a new one or one that is there.

        It is remembered once the frame lies in it. InputError for what cannot be a folder's name.
        """
        check_name(name)
        self._named = self.own_folder / name
        self.editor.changed.emit()

    def add(self) -> None:
        """Put the frozen frame into the data set; a new one is made where there is none."""
        target, shown = self.editor.target, self.browser.list
        if target is None or target.frozen is None or target.masks is None or self._is_adding:
            return
        self.editor.finish()
        frozen, masks, by = target.frozen, target.masks, target.labelled_by
        drawn, folder = target.annotation.class_map.copy(), self.data_folder
        origin = shown.origin if shown is not None and shown.data.folder == folder else "all"
        self._is_adding = True

        def work(job: Job) -> tuple[FrameList, Record]:
            make = is_free_for_data(folder)
            made = {"config": {}, "engine": frozen.engine}
            with DataSet.create(folder, made) if make else DataSet.open(folder, writable=True) as data:
                record = add_frozen_frame(data, frozen, masks, by, drawn)
            return FrameList(DataSet.open(folder), origin), record

        self.jobs.start(work, lambda done: self._added(target, drawn, *done), self._not_added,
                        f"adding to {folder.name}")  # fmt: skip

    def _added(self, target: LabelTarget, drawn: ClassMap, opened: FrameList, record: Record) -> None:
        self._is_adding, self._named = False, None
        self._notices.tell(f"added to {opened.data.folder.name} with the frames just before it ({record.split} split)")
        current, shown = self.editor.target, self.browser.list
        if current is None or current.frozen is not target.frozen:
            if shown is None or shown.data.folder.resolve() == opened.data.folder.resolve():
                self.browser.use_list(opened)
            self._forget_added(target, drawn)
            return
        self.browser.use_list(opened)
        later, has_drawn = current.annotation.class_map.copy(), current.has_drawn
        current.journal.discard()
        is_as_added = np.array_equal(later, drawn)
        added = target_of_record(opened.data, record, self.editor.journals)
        self.editor.begin_target(added, current.annotation.history if is_as_added else None, is_same=True)
        if has_drawn and not is_as_added:  # drawn while it was being added
            self.editor.replace(later)
        self.browser.list_changed.emit()

    def _forget_added(self, target: LabelTarget, drawn: ClassMap) -> None:
        """Offer no more what lies in the data set since: the frame was left while it was being added."""
        if np.array_equal(target.annotation.class_map, drawn):
            for found in [item for item in self.offers if item.path == target.journal.path]:
                self.discard(found)

    def _not_added(self, problem: str) -> None:
        self._is_adding, self._named = False, None
        why = f"the frame is not in the data set yet ({problem})" if problem else "not added"
        self.editor.fail(f"{why}; your strokes are kept")

    # Recovery

    def find_unsaved(self) -> None:
        """See what lies in the autosave journals."""
        for found in self.offers:
            found.leave()
        try:
            recovery = recover(self.editor.journals)
        except OSError as error:
            recovery = Recovery([], [f"{self.editor.journals}: {error.strerror}"])
        self.offers = recovery.found
        if recovery.problems:
            self.editor.fail(recovery.problems[0])
        self.offers_changed.emit()

    def resume(self, found: Found) -> None:
        """Go on with what was not saved."""
        path, editor, number = found.path, self.editor, self.browser.number
        if not editor.leave():
            return
        # Leaving may have read the journals again, and a second click finds that its work is being read.
        offered = next((item for item in self.offers if item.path == path), None)
        if offered is None:
            return
        self.offers.remove(offered)
        token = editor.expect_target()

        def begin(target: LabelTarget) -> None:
            if not editor.is_expected(token):
                target.journal.close()  # kept, and offered again
                self.find_unsaved()
                return
            editor.begin_target(target)
            shown = self.browser.list
            if target.data is not None and (shown is None or shown.data.folder != target.data.folder):
                self.browser.open_data(target.data.folder, shows_frame=False)
            self.browser.list_changed.emit()

        def fail(problem: str) -> None:
            self.offers.append(offered)
            if editor.is_expected(token):
                editor.begin_target(None)
                self.browser.show(number)
            editor.fail(problem)
            self.offers_changed.emit()

        self.offers_changed.emit()
        self.jobs.start(lambda job: target_of_found(offered), begin, fail, "reading the journal")

    def discard(self, found: Found) -> None:
        """The work is not wanted."""
        found.discard()
        self.offers = [item for item in self.offers if item is not found]
        self.offers_changed.emit()

    # Training on

    @property
    def _network(self) -> Path | None:
        """The network to go on with: the one that the labels began with, or else that of the Play tab."""
        return self.sources.chosen.network or self._preview.network

    @property
    def training_problem(self) -> str:
        """Why training cannot go on, one sentence; "" when it can."""
        if self._network is None:
            return "there is no network to go on with yet: train one on the Train tab"
        if self.browser.list is None:
            return "add the frame to a data set, or open one: a network is trained on that"
        return "the data set is being looked at" if self._is_checking else ""

    @property
    def training_text(self) -> str:
        """What a click on Continue training does."""
        network, shown = self._network, self.browser.list
        if network is None or shown is None:
            return ""
        text = f"Train a new network on {shown.data.folder.name}, beginning with the weights of {network.name}"
        warning = split_warning(shown.data)
        return f"{text}. Note: {warning}" if warning else text

    def continue_training(self) -> None:
        """Train a network on the data set, beginning with the weights of a finished one; the Train tab comes up."""
        network, shown = self._network, self.browser.list
        if self.training_problem or network is None or shown is None or not self.editor.write_open_strokes():
            return
        folder = shown.data.folder
        self._is_checking = True
        self.jobs.start(lambda job: open_complete(folder), lambda _: self._train(network, folder), self._end_check,
                        f"looking at {folder.name}")  # fmt: skip
        self.editor.changed.emit()

    def _train(self, network: Path, folder: Path) -> None:
        try:
            run = self._trainings.continue_training(network, folder)
        except InputError as error:
            self._end_check(str(error))
            return
        self._end_check()
        self._notices.tell(f"training {run.name}, beginning with {network.name}")
        self._navigator.show(Place.TRAIN)

    def _end_check(self, problem: str = "") -> None:
        self._is_checking = False
        self.editor.fail(problem)
        self.editor.changed.emit()
