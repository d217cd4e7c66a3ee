"""What the keys of the Label tab do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QInputDialog, QMessageBox

from core.classes import CLASS_COUNT
from core.errors import InputError
from gui.keys.qactions import Handler
from gui.kit.file_dialogs import FileDialogs
from gui.kit.locations import data_sets
from gui.label.canvas import LabelCanvas
from gui.label.model import LabelModel
from gui.label.tools import TOOLS


def label_handlers(model: LabelModel, canvas: LabelCanvas, files: FileDialogs) -> dict[str, Handler]:
    """Handlers by the ids in the table of keys."""
    editor, browser, tools = model.editor, model.browser, model.editor.tools
    handlers: dict[str, Handler] = {
        "freeze": model.freeze,
        "open": partial(_open, model, canvas, files),
        "smaller": partial(tools.change_size, False),
        "larger": partial(tools.change_size, True),
        "square": tools.set_square,
        "swap": tools.swap,
        "keep": tools.set_keeps_others,
        "undo": editor.undo,
        "redo": editor.redo,
        "clear": editor.clear,
        "again": editor.begin_again,
        "previous": partial(browser.step, -1),
        "next": partial(browser.step, 1),
        "unlabelled": browser.next_unlabelled,
        "done": partial(browser.set_mark, "done"),
        "doubtful": partial(browser.set_mark, "doubtful"),
        "delete": partial(browser.set_mark, "trash"),
        "save": partial(_named, model, canvas, model.save),
        "add": partial(_named, model, canvas, model.add),
        "add-to": partial(_named, model, canvas, model.add, is_another=True),
        "overlay": tools.set_shows_classes,
        "outlines": tools.set_shows_outlines,
        "grid": tools.set_shows_grid,
        "thumbnails": tools.set_shows_thumbnails,
        "in": partial(canvas.zoom_by, 1),
        "out": partial(canvas.zoom_by, -1),
        "fit": canvas.fit,
        "finish": editor.finish,
        "release": partial(_release, model, canvas),
    }
    handlers |= {name: partial(tools.choose, name) for name in TOOLS}
    handlers |= {f"class-{id}": partial(tools.choose_class, id) for id in range(CLASS_COUNT)}
    return {f"label-{name}": handler for name, handler in handlers.items()}


def _release(model: LabelModel, canvas: LabelCanvas) -> None:
    if not model.editor.cancel():
        canvas.clearFocus()


def _named(model: LabelModel, canvas: LabelCanvas, go_on: Callable[[], object], is_another: bool = False) -> None:
    """Ask once what the data set of a person's frozen frames is called, and again for another; the button says it."""
    target = model.editor.target
    asks = target is not None and target.frozen is not None and (is_another or model.needs_name)
    while asks:
        question = (
            f"Frames from the game go to a data set of your own, in {model.own_folder}.\nIts name, a new one too:"
        )
        there = sorted(Path(folder).name for folder in data_sets([model.own_folder]))
        first = [] if model.data_folder.name in there else [model.data_folder.name]
        names = first + there
        place = names.index(model.data_folder.name)
        name, is_given = QInputDialog.getItem(canvas, "A data set of your own", question, names, place, editable=True)
        if not is_given:
            return
        try:
            model.name_data(name.strip())
            asks = False
        except InputError as error:
            QMessageBox.warning(canvas, "A data set of your own", str(error))
    go_on()


def _open(model: LabelModel, canvas: LabelCanvas, files: FileDialogs) -> None:
    folder = files.folder(canvas, "Open a data set", model.data_folder.parent)
    if folder is not None:
        model.open_folder(folder)
