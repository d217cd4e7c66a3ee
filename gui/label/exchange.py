"""Export, import and agreement of the open data set, in the background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.classes import CLASS_NAMES
from core.dataset.agreement import agreement
from core.dataset.complete import split_warning
from core.dataset.exchange.export import Format, export
from core.dataset.exchange.import_masks import default_mapping, import_masks, parse_mapping, values_in, written
from core.errors import InputError
from core.wording import counted
from gui.kit.background import BackgroundJobs, Job
from gui.kit.notices import Notices
from gui.label.dataset_browser import DatasetBrowser
from gui.label.editor import LabelEditor
from gui.label.frame_list import FrameList


class LabelExchange(QObject):
    """What the data set's menu does.

    Signals:
        compared: a ``core.dataset.agreement.Agreement``.
    """

    compared = Signal(object)

    def __init__(
        self,
        editor: LabelEditor,
        browser: DatasetBrowser,
        notices: Notices,
        bulk: BackgroundJobs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._editor, self._browser, self._notices, self._bulk = editor, browser, notices, bulk

    @property
    def folder(self) -> Path:
        """Of the open data set."""
        return self._list.data.folder

    @property
    def _list(self) -> FrameList:
        if self._browser.list is None:
            raise InputError("open a data set first")
        return self._browser.list

    @property
    def warning(self) -> str:
        """What to know of figures on the splits of the data set, "" for nothing."""
        return split_warning(self._list.data)

    def export(self, out: Path, kind: Format, *, shown_only: bool = False) -> None:
        """Write the data set (or the frames that are shown) in another format; InputError when the folder is taken."""
        if out.exists():
            raise InputError(f"{out}: something is there already; name a new folder")
        shown = self._list
        self._editor.write_open_strokes()
        records = [shown.record(number) for number in sorted(shown.numbers)] if shown_only else shown.data.records()

        def work(job: Job) -> int:
            return export(shown.data, out, kind, records=records, progress=lambda done, all_: job.report(done / all_))

        def tell(count: int) -> None:
            self._notices.tell(f"exported {counted(count, 'frame')} to {out}")

        self._bulk.start(work, tell, self._editor.fail, f"exporting to {out.name}")

    def propose(self, folder: Path, tell: Callable[[str, str], object]) -> Job:
        """Have told a mapping for the values in a folder of masks, or the problem; all masks are read for it.

        A line each, those that are not known left open.
        """

        def work(job: Job) -> str:
            known = default_mapping()
            values = values_in(folder, progress=lambda done, all_: job.report(done / all_))
            lines = (f"{written(value)} = {CLASS_NAMES[known[value]] if value in known else ''}" for value in values)
            return "\n".join(line.rstrip() for line in lines)

        return self._bulk.start(
            work, lambda mapping: tell(mapping, ""), lambda problem: tell("", problem), f"reading {folder.name}"
        )

    def import_masks(self, folder: Path, mapping: str, *, replace: bool) -> None:
        """Take masks as a person's labels; InputError when there is no folder or the mapping is not understood."""
        if not folder.is_dir():
            raise InputError(f"{folder}: there is no such folder; name one with PNG masks")
        classes = parse_mapping(mapping)
        data = self._list.data
        if not self._editor.write_open_strokes():
            raise InputError("the frame that is open cannot be saved; see to that first")

        def work(job: Job) -> int:
            return import_masks(
                data, folder, classes, replace=replace, progress=lambda done, all_: job.report(done / all_)
            )

        def show(count: int) -> None:
            told = f"imported {count:,} masks as a person's labels"
            if self._browser.has_open(data.folder):
                self._browser.read_again(told)
            else:
                self._notices.tell(told)

        self._bulk.start(work, show, self._editor.fail, f"importing {folder.name}")

    def compare(self) -> None:
        """How far persons' labels and automatic ones agree; ``compared`` tells."""
        data = self._list.data
        self._editor.write_open_strokes()
        self._bulk.start(
            lambda job: agreement(data, progress=lambda done, all_: job.report(done / all_)),
            self.compared.emit,
            self._editor.fail,
            "comparing labels",
        )
