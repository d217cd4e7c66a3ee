"""The menu of a data set: export for other programs, import of their masks, agreement of all labels."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.classes import CLASS_NAMES, CLASSES
from core.dataset.agreement import Agreement
from core.dataset.exchange.export import FORMATS, Format
from core.errors import InputError
from core.wording import counted
from gui.kit.background import BackgroundJobs, Job
from gui.kit.file_dialogs import FileDialogs
from gui.kit.notices import Notices
from gui.kit.widgets import make_label
from gui.label.dataset_browser import DatasetBrowser
from gui.label.editor import LabelEditor
from gui.label.exchange import LabelExchange

_FORMAT_NAMES: dict[Format, str] = {
    "coco": "COCO panoptic",
    "coco-2017": "COCO panoptic, for Detectron2 and DETR",
    "datumaro": "COCO panoptic, for Datumaro",
    "voc": "Pascal VOC",
    "yolo": "YOLO segmentation",
    "masks": "plain masks",
}


def add_exchange(
    menu: QMenu,
    page: QWidget,
    editor: LabelEditor,
    browser: DatasetBrowser,
    notices: Notices,
    bulk: BackgroundJobs,
    files: FileDialogs,
) -> LabelExchange:
    """Fill the menu; what its entries do belongs to the returned object, which the menu owns.

    The dialogs belong to the window of ``page``: a menu is a window of its own, which closes under them.
    """
    exchange = LabelExchange(editor, browser, notices, bulk, menu)
    for words, dialog in (("Export…", ExportDialog), ("Import masks…", ImportDialog)):
        menu.addAction(words).triggered.connect(
            lambda _=False, make=dialog: make(exchange, files, page.window()).open()
        )
    menu.addAction("Agreement…").triggered.connect(exchange.compare)
    exchange.compared.connect(lambda result: AgreementDialog(result, page.window()).open())
    browser.list_changed.connect(lambda: _enable(menu, browser))
    _enable(menu, browser)
    return exchange


def _enable(menu: QMenu, browser: DatasetBrowser) -> None:
    for action in menu.actions():
        action.setEnabled(browser.list is not None)


class _FolderForm(QWidget):
    """Rows of a dialog that begins work on a folder: the folder first, below all an error line and two buttons.

    Attributes:
        folder: the folder's path.
        browse: asks for it.
        problem: why the work cannot begin.
        rows: for whatever else is asked.
        go: begins the work.
    """

    def __init__(self, dialog: QDialog, go: str, browse: Callable[[], None], begin: Callable[[], None]) -> None:
        """Fill a dialog.

        Args:
            dialog: it goes away when the work has begun.
            go: words on the button that begins it.
            browse: asks for the folder.
            begin: begins the work; InputError when it cannot.
        """
        super().__init__(dialog)
        self._dialog, self._begin = dialog, begin
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.folder = QLineEdit()
        self.folder.setMinimumWidth(320)
        self.browse = QPushButton("Browse…")
        self.browse.clicked.connect(lambda _=False: browse())
        self.problem = QLabel()
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.rows = QFormLayout()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = buttons.addButton(go, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(dialog.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self.rows)
        column.addWidget(self.problem)
        column.addWidget(buttons)
        QVBoxLayout(dialog).addWidget(self)

    @property
    def path(self) -> Path:
        """The folder that is written there."""
        return Path(self.folder.text().strip())

    def show_problem(self, problem: str) -> None:
        """Say what is wrong, or "" for nothing."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def _accept(self) -> None:
        try:
            if not self.folder.text().strip():
                raise InputError("name a folder first")
            self._begin()
        except InputError as error:
            self.show_problem(str(error))
        else:
            self._dialog.accept()


class ExportDialog(QDialog):
    """Format and folder."""

    def __init__(self, exchange: LabelExchange, files: FileDialogs, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export the data set")
        self._exchange, self._files = exchange, files
        self.form = _FolderForm(self, "Export", self._browse, self._begin)
        self.format = QComboBox()
        for name in FORMATS:
            self.format.addItem(_FORMAT_NAMES[name], name)
        self.shown_only = QCheckBox("only the frames that are shown")
        self.form.rows.addRow("Format", self.format)
        self.form.rows.addRow("New folder", self.form.folder)
        self.form.rows.addRow("", self.form.browse)
        self.form.rows.addRow("", self.shown_only)
        self.warning = make_label(exchange.warning, "quiet", wraps=True)
        if exchange.warning:
            self.form.rows.addRow("Note", self.warning)
        self.format.currentIndexChanged.connect(self._suggest)
        self._suggest()

    def _suggest(self) -> None:
        self.form.folder.setText(str(exchange_folder(self._exchange.folder, self.format.currentData())))

    def _browse(self) -> None:
        parent = self._files.into(self, "Export into", self.form.path.parent)
        if parent is not None:
            self.form.folder.setText(str(parent / self.form.path.name))

    def _begin(self) -> None:
        self._exchange.export(self.form.path, self.format.currentData(), shown_only=self.shown_only.isChecked())


def exchange_folder(data: Path, kind: str) -> Path:
    """A name for an export beside its data set."""
    return data.with_name(f"{data.name}-{kind}")


class ImportDialog(QDialog):
    """Folder of masks, and which class each of their values is."""

    def __init__(self, exchange: LabelExchange, files: FileDialogs, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import masks")
        self._exchange, self._files = exchange, files
        self.form = _FolderForm(self, "Import", self._browse, self._begin)
        self.mapping = QPlainTextEdit()
        self.mapping.setMinimumHeight(150)
        self.mapping.setToolTip(
            "A line for each value: 7 = mario, #ff0000 = enemy, or #00000000 = background for what is transparent. "
            "Classes: " + ", ".join(CLASS_NAMES)
        )
        self.overwrite = QCheckBox("replace labels that a person has made already")
        note = QLabel("PNGs of 240 x 224 named as the frames they belong to, such as 000012.png")
        note.setObjectName("quiet")
        self.form.rows.addRow("Folder", self.form.folder)
        self.form.rows.addRow("", self.form.browse)
        self.form.rows.addRow("", note)
        self.form.rows.addRow("Value = class", self.mapping)
        self.form.rows.addRow("", self.overwrite)
        self._reading: Job | None = None
        self.form.folder.editingFinished.connect(self.propose_mapping)
        self.finished.connect(self._stop_reading)

    def _browse(self) -> None:
        folder = self._files.folder(self, "Masks to import", self._exchange.folder.parent)
        if folder is not None:
            self.form.folder.setText(str(folder))
            self.propose_mapping()

    def propose_mapping(self) -> None:
        """Have the values written down that the masks use, with the classes that are known; the form waits for that."""
        is_wanted = self.form.folder.text().strip() and not self.mapping.toPlainText().strip()
        if is_wanted and self._reading is None:
            self._reading = self._exchange.propose(self.form.path, self._take_mapping)
            self._follow_reading()

    def _take_mapping(self, mapping: str, problem: str) -> None:
        if self._reading is None:
            return  # the dialog has gone
        self._reading = None
        self.mapping.setPlainText(mapping)
        self.form.show_problem(problem)
        self._follow_reading()
        (self.form.folder if problem else self.mapping).setFocus()

    def _follow_reading(self) -> None:
        is_reading = self._reading is not None
        self.mapping.setPlaceholderText("reading the masks …" if is_reading else "")
        for widget in (self.form.folder, self.form.browse, self.mapping, self.overwrite, self.form.go):
            widget.setEnabled(not is_reading)

    def _stop_reading(self) -> None:
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()

    def _begin(self) -> None:
        self._exchange.import_masks(self.form.path, self.mapping.toPlainText(), replace=self.overwrite.isChecked())


_AGREEMENT_TIPS = (
    "as in the legend",
    "intersection over union of persons' and automatic labels, 0 to 1",
    "pixels of all frames together that only one of the two gives this class",
)


class AgreementDialog(QDialog):
    """Persons' labels against automatic ones, over the whole data set."""

    def __init__(self, result: Agreement, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Agreement")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        count = len(result.frames)
        words = "No frame of this data set is labelled by a person yet."
        if count:
            share, miou = result.scores.accuracy, result.scores.miou
            words = (
                f"{counted(count, 'frame')} labelled by a person; {share:.2%} of their pixels agree, mIoU {miou:.3f}"
            )
        self.table = QTableWidget(0, 3)
        self.table.setHorizontalHeaderLabels(["class", "IoU", "pixels that differ"])
        for column, tip in enumerate(_AGREEMENT_TIPS):
            header = self.table.horizontalHeaderItem(column)
            if header is not None:
                header.setToolTip(tip)
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        confusion = result.scores.confusion
        for item in CLASSES if count else ():
            iou = float(result.scores.iou[item.id])
            if isnan(iou):
                continue
            differ = int(confusion[item.id].sum() + confusion[:, item.id].sum() - 2 * confusion[item.id, item.id])
            row = self.table.rowCount()
            self.table.insertRow(row)
            for column, text in enumerate((item.name, f"{iou:.3f}", f"{differ:,}")):
                self.table.setItem(row, column, QTableWidgetItem(text))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column_box = QVBoxLayout(self)
        column_box.addWidget(make_label(words, wraps=True))
        column_box.addWidget(self.table)
        column_box.addWidget(buttons)
        self.resize(460, 480)
