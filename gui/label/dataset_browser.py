"""The frames of a data set one after the other, in an order, and of one origin."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.dataset.frame_marks import Mark
from core.dataset.label_queue import Answers, Hardness, Ranking, network_key
from core.dataset.store import DataSet
from core.errors import InputError, RunError
from core.runs.run_folder import RunFolder
from gui.game.segmenters import make_predictor
from gui.kit.background import BackgroundJobs, Job
from gui.kit.notices import Notices
from gui.kit.preferences import Preferences
from gui.label.editor import LabelEditor
from gui.label.frame_list import FrameList
from gui.label.sources import LabelSources
from gui.label.target import LabelTarget, target_of_record
from gui.live.preview import Preview

STORED_ORDER = "stored"
ORDERS: dict[str, str] = {
    STORED_ORDER: "as stored",
    "disagreement": "disagreement",
    "wrong pixels": "wrong pixels",
    "uncertainty": "uncertainty",
}
"""Orders of the frames, with words for people; all but the first are ``core.dataset.label_queue.Hardness``."""


class DatasetBrowser(QObject):
    """Which data set is open and which of its frames the editor has; the window's thread only.

    Signals:
        list_changed: another data set, filter, order or place in it; what a person has labelled.

    Attributes:
        list: the open data set, None without one.
    """

    list_changed = Signal()

    def __init__(
        self,
        editor: LabelEditor,
        sources: LabelSources,
        preview: Preview,
        notices: Notices,
        preferences: Preferences,
        jobs: BackgroundJobs,
        bulk: BackgroundJobs,
    ) -> None:
        """``jobs`` open data sets, ``bulk`` asks networks about all frames of one."""
        super().__init__()
        self._editor, self._sources, self._preview = editor, sources, preview
        self._notices, self._preferences, self._jobs, self._bulk = notices, preferences, jobs, bulk
        self.list: FrameList | None = None
        self._number: int | None = None  # of a frame that cannot be shown
        self._answers: Answers = {}
        editor.saved.connect(self._note_saved)

    # Opening

    def open_data(self, folder: Path, *, shows_frame: bool = True) -> None:
        """Go through the frames of a data set, and label its first one unless a frozen frame is being labelled."""

        def show(opened: FrameList) -> None:
            self.use_list(opened)
            if shows_frame and not self._editor.is_bound:
                number = opened.next_unlabelled(None) if opened.origin == "all" else None
                number = opened.step(None, 1) if number is None else number
                if number is None and self._editor.leave():  # nothing to show of it, nor of another one
                    self._editor.begin_target(None)
                    self._number = None
                self.show(number)

        self._jobs.start(lambda job: FrameList(DataSet.open(folder)), show, self._editor.fail, f"opening {folder.name}")

    def use_list(self, opened: FrameList) -> None:
        """Go on with a data set that was opened (again)."""
        if not self.has_open(opened.data.folder):
            self._answers = {}  # they are about frames by number
        self.list = opened
        self._preferences.set("label_data", str(opened.data.folder.resolve()))
        self.list_changed.emit()

    def has_open(self, folder: Path) -> bool:
        """Whether the data set that is open lies in this folder."""
        return self.list is not None and self.list.data.folder.resolve() == folder.resolve()

    def use_again(self, opened: FrameList) -> None:
        """Go on with the data set as another program, or an import, has left it; strokes that are not saved stay."""
        self.use_list(opened)
        number, target = self.number, self._editor.target
        if number is not None and not self._editor.is_bound and (target is None or not target.annotation.is_dirty):
            self.show(number if number < len(opened.data) else opened.step(None, -1))

    def reload_if_changed(self) -> None:
        """Open the data set again if another program has changed it."""
        if self.list is not None and self.list.is_outdated and not self._jobs.is_busy:
            self.read_again("another program has changed the data set; it was read again")

    def read_again(self, notice: str) -> None:
        """Open the data set again, and say why then."""
        if self.list is None:
            return
        folder, origin = self.list.data.folder, self.list.origin

        def show(opened: FrameList) -> None:
            self.use_again(opened)
            self._notices.tell(notice)

        self._jobs.start(lambda job: FrameList(DataSet.open(folder), origin), show, self._forget_data)

    def _forget_data(self, problem: str) -> None:
        self.list = None
        self.list_changed.emit()
        self._editor.fail(problem)

    # One frame after the other

    @property
    def number(self) -> int | None:
        """Of the frame within the data set that is open, None when it belongs to none, or to another."""
        target = self._editor.target
        if target is None:
            return self._number
        return target.record.number if target.record is not None and self._is_of_list(target) else None

    def _is_of_list(self, target: LabelTarget) -> bool:
        return target.data is not None and self.has_open(target.data.folder)

    def forget_number(self) -> None:
        """What is labelled next belongs to no data set."""
        self._number = None

    def show(self, number: int | None) -> bool:
        """Label a frame of the data set; False when the one before cannot be left, or when there is none."""
        editor = self._editor
        if number is None or self.list is None or not editor.leave():
            return False
        try:
            target = target_of_record(self.list.data, self.list.record(number), editor.journals)
        except InputError as error:
            editor.begin_target(None)
            self._number = number
            editor.fail(f"frame {number} cannot be labelled: {error}")
            self.list_changed.emit()
            return True
        editor.begin_target(target)
        self._number = number
        self.list_changed.emit()
        self._sources.apply()
        return True

    def step(self, by: int) -> None:
        """The next or previous frame of those shown."""
        if self.list is None:
            self._notices.tell("open a data set first, or freeze a frame of the game")
        elif not self.show(self.list.step(self.number, by)):
            self._notices.tell("this is the last frame" if by > 0 else "this is the first frame")

    def next_unlabelled(self) -> None:
        """The next frame that no person has labelled."""
        if self.list is None:
            self._notices.tell("open a data set first, or freeze a frame of the game")
        elif not self.show(self.list.next_unlabelled(self.number)):
            self._notices.tell("a person has labelled all frames that are shown")

    # Marks

    @property
    def mark(self) -> Mark | None:
        """Of the frame that is labelled."""
        number = self.number
        return None if self.list is None or number is None else self.list.marks.get(number)

    def set_mark(self, mark: Mark, on: bool) -> None:
        """Mark the frame, or take this mark away; into the trash with it, the next frame comes."""
        shown, number = self.list, self.number
        if shown is None or number is None:
            return
        goes = mark == "trash" and on
        if goes and not self._editor.is_safe():
            self.list_changed.emit()
            return
        try:
            shown.mark(number, mark if on else None)
        except (InputError, RunError) as error:
            self._editor.fail(str(error))
        else:
            if goes:
                self._notices.tell("the frame is in the trash and not trained on; Show > in the trash has it")
                after = shown.step(number, 1)
                if not self.show(shown.step(number, -1) if after is None else after) and self._editor.leave():
                    self._editor.begin_target(None)
                    self._number = None
            elif mark == "trash":
                self._notices.tell("the frame is out of the trash")
        self.list_changed.emit()

    def load_theirs(self) -> None:
        """Take what another program wrote in place of the strokes here."""
        target = self._editor.target
        if target is not None and target.data is not None and target.record is not None:
            target.annotation.mark_saved()  # given up on purpose
            if self._is_of_list(target):
                self.show(target.record.number)
            elif self._editor.leave():
                try:
                    again = target_of_record(target.data, target.record, self._editor.journals)
                except InputError as error:
                    self._editor.fail(str(error))
                else:
                    self._editor.begin_target(again)

    # Which frames, in which order

    def choose_origin(self, origin: str) -> None:
        """Show the frames of one origin only."""
        if self.list is not None:
            self.list.choose(origin=origin)
            if self.list.place(self.number) is None:
                self.show(self.list.step(None, 1))
            self.list_changed.emit()

    def choose_order(self, order: str) -> None:
        """Show the frames as they are stored, or those first that the chosen network finds hard."""
        shown, network = self.list, self._preview.network
        if shown is None:
            return
        if order == STORED_ORDER:
            self._use_order(shown.data.folder, STORED_ORDER, [])
        elif network is None:
            self._editor.fail(f"{order} needs a network, and there is none yet: train one first")
            self.list_changed.emit()
        else:
            by: Hardness = order  # type: ignore[assignment]  # the other keys of ORDERS
            answers = self._answers  # when the job begins, another data set may be open
            self._bulk.start(
                lambda job: _rank(job, shown.data, network, by, answers),
                lambda queue: self._use_order(shown.data.folder, order, queue),
                self._order_failed,
                f"asking {network.name} about {len(shown.data):,} frames",
            )

    def _use_order(self, folder: Path, order: str, queue: Sequence[int]) -> None:
        shown = self.list
        if shown is not None and self.has_open(folder):  # read again, it may be: frames that were added come last
            shown.choose(order=order, queue=queue)
            if order != STORED_ORDER and not self._editor.is_bound:
                self.show(shown.step(None, 1))
            self.list_changed.emit()

    def _order_failed(self, problem: str) -> None:
        self._editor.fail(problem)
        self.list_changed.emit()

    def _note_saved(self, target: LabelTarget) -> None:
        if self.list is not None and self._is_of_list(target) and target.record is not None:
            if target.by_person:
                self.list.by_person.add(target.record.number)
            else:
                self.list.by_person.discard(target.record.number)
            self.list_changed.emit()


def _rank(job: Job, data: DataSet, network: Path, by: Hardness, answers: Answers) -> list[int]:
    key = network_key(RunFolder.open(network))
    ranking = Ranking(data, make_predictor(network), key, by=by, answers=answers)
    for done, total in ranking.measure():
        job.report(done / total)
    return [record.number for record in ranking.order()]
