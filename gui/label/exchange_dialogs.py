"""The menu of a data set: export for other programs, import of their masks, agreement of all labels."""

from __future__ import annotations

from math import isnan
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
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
from core.dataset.exchange.export import FORMATS
from core.errors import InputError
from gui.label.exchange import LabelExchange
from gui.label.model import LabelModel

_FORMAT_NAMES = {"coco": "COCO panoptic", "voc": "Pascal VOC"}


def add_exchange(menu: QMenu, model: LabelModel, page: QWidget) -> LabelExchange:
    """Fill the menu; what its entries do belongs to the returned object, which the menu owns.

    The dialogs belong to the window of ``page``: a menu is a window of its own, which closes under them.
    """
    exchange = LabelExchange(model, menu)
    for words, dialog in (("Export…", ExportDialog), ("Import masks…", ImportDialog)):
        menu.addAction(words).triggered.connect(lambda _=False, make=dialog: make(exchange, page.window()).open())
    menu.addAction("Agreement…").triggered.connect(exchange.compare)
    exchange.compared.connect(lambda result: AgreementDialog(result, page.window()).open())
    model.list_changed.connect(lambda: _enable(menu, model))
    _enable(menu, model)
    return exchange


def _enable(menu: QMenu, model: LabelModel) -> None:
    for action in menu.actions():
        action.setEnabled(model.list is not None)


class _Dialog(QDialog):
    """A form with an error line and two buttons; goes away when the work has begun."""

    def __init__(self, exchange: LabelExchange, parent: QWidget, title: str, go: str) -> None:
        super().__init__(parent)
        self.exchange = exchange
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.folder = QLineEdit()
        self.folder.setMinimumWidth(320)
        self.browse = QPushButton("Browse…")
        self.browse.clicked.connect(self._browse)
        self.problem = QLabel()
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.form = QFormLayout()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = self.buttons.addButton(go, QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(self.form)
        column.addWidget(self.problem)
        column.addWidget(self.buttons)

    def _browse(self) -> None:
        raise NotImplementedError

    def _begin(self) -> None:
        raise NotImplementedError

    def _accept(self) -> None:
        try:
            if not self.folder.text().strip():
                raise InputError("name a folder first")
            self._begin()
        except InputError as error:
            self.problem.setText(str(error))
            self.problem.show()
        else:
            self.accept()


class ExportDialog(_Dialog):
    """Format and folder."""

    def __init__(self, exchange: LabelExchange, parent: QWidget) -> None:
        super().__init__(exchange, parent, "Export the data set", "Export")
        self.format = QComboBox()
        for name in FORMATS:
            self.format.addItem(_FORMAT_NAMES[name], name)
        self.shown_only = QCheckBox("only the frames that are shown")
        self.form.addRow("Format", self.format)
        self.form.addRow("New folder", self.folder)
        self.form.addRow("", self.browse)
        self.form.addRow("", self.shown_only)
        self.format.currentIndexChanged.connect(self._suggest)
        self._suggest()

    def _suggest(self) -> None:
        self.folder.setText(str(exchange_folder(self.exchange.folder, self.format.currentData())))

    def _browse(self) -> None:
        parent = QFileDialog.getExistingDirectory(self, "Export into", str(Path(self.folder.text()).parent))
        if parent:
            self.folder.setText(str(Path(parent) / Path(self.folder.text()).name))

    def _begin(self) -> None:
        out = Path(self.folder.text().strip())
        self.exchange.export(out, self.format.currentData(), shown_only=self.shown_only.isChecked())


def exchange_folder(data: Path, kind: str) -> Path:
    """A name for an export beside its data set."""
    return data.with_name(f"{data.name}-{kind}")


class ImportDialog(_Dialog):
    """Folder of masks, and which class each of their values is."""

    def __init__(self, exchange: LabelExchange, parent: QWidget) -> None:
        super().__init__(exchange, parent, "Import masks", "Import")
        self.mapping = QPlainTextEdit()
        self.mapping.setMinimumHeight(150)
        self.mapping.setToolTip(
            "A line for each value: 7 = mario, or #ff0000 = enemy. Classes: " + ", ".join(CLASS_NAMES)
        )
        self.overwrite = QCheckBox("replace labels that a person has made already")
        note = QLabel("PNGs of 240 x 224 named as the frames they belong to, such as 000012.png")
        note.setObjectName("quiet")
        self.form.addRow("Folder", self.folder)
        self.form.addRow("", self.browse)
        self.form.addRow("", note)
        self.form.addRow("Value = class", self.mapping)
        self.form.addRow("", self.overwrite)
        self.folder.editingFinished.connect(self.look)

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Masks to import", self.folder.text())
        if folder:
            self.folder.setText(folder)
            self.look()

    def look(self) -> None:
        """Propose a mapping for the values that the masks use."""
        if self.folder.text().strip() and not self.mapping.toPlainText().strip():
            try:
                self.mapping.setPlainText(self.exchange.propose(Path(self.folder.text().strip())))
                self.problem.hide()
            except InputError as error:
                self.problem.setText(str(error))
                self.problem.show()

    def _begin(self) -> None:
        folder = Path(self.folder.text().strip())
        self.exchange.take_in(folder, self.mapping.toPlainText(), replace=self.overwrite.isChecked())


_AGREEMENT_TIPS = (
    "as in the legend",
    "intersection over union of persons' and automatic labels, 0 to 1",
    "pixels of all frames together that only one of the two gives this class",
)


class AgreementDialog(QDialog):
    """Persons' labels against automatic ones, over the whole data set."""

    def __init__(self, result: Agreement, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Agreement of persons and automatic labels")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        count = len(result.frames)
        words = "No frame of this data set is labelled by a person yet."
        if count:
            share, miou = result.scores.accuracy, result.scores.miou
            words = f"{count:,} frames labelled by a person; {share:.2%} of their pixels agree, mIoU {miou:.3f}"
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
        column_box.addWidget(QLabel(words))
        column_box.addWidget(self.table)
        column_box.addWidget(buttons)
        self.resize(460, 480)
