"""How the tools work, where the automatic labels come from, and how the classes are drawn."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QSlider, QVBoxLayout, QWidget

from core.dataset.editing.brush import MAX_SIZE
from gui.keys.keymap import Keymap
from gui.kit.style import number_font
from gui.label.editor import LabelEditor
from gui.label.sources import LabelSources

_WORDS = {"stored": "stored in the data set"}
_TIPS = (
    "Whose labels to begin with; pixels that you have drawn stay as they are. Exact labels of the map are whole tiles: "
    "the sky in a tile's corners has the tile's class too"
)


class LabelOptions(QWidget):
    """Start from, brush, opacity, and the check marks."""

    def __init__(self, editor: LabelEditor, sources: LabelSources, keys: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor, self._sources, self._keys = editor, sources, keys
        self.source = QComboBox()
        self.source.setToolTip(_TIPS)
        self.source.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.source.setMinimumContentsLength(12)
        self.brush = _slider(1, MAX_SIZE, "")
        self.opacity = _slider(1, 10, "How strongly the classes cover the frame, percent (Shift+wheel)")
        self.size_text, self.opacity_text = QLabel(), QLabel()
        self.square = QCheckBox("square brush")
        self.keep = QCheckBox("keep other classes")
        self.colour = QCheckBox("fill one colour only")
        self.colour.setToolTip("Fill stops where the colour of the frame changes")
        for box in (self.square, self.keep, self.colour):
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        keys.follow(self._explain)
        self._lay_out()
        tools = editor.tools
        self.source.activated.connect(lambda place: sources.choose(self.source.itemData(place)))
        self.brush.valueChanged.connect(tools.set_size)
        self.opacity.valueChanged.connect(lambda value: tools.set_opacity(value / 10))
        self.square.toggled.connect(tools.set_square)
        self.keep.toggled.connect(tools.set_keeps_others)
        self.colour.toggled.connect(tools.set_fills_colour)
        for signal in (editor.target_changed, editor.changed, sources.changed):
            signal.connect(self._follow_sources)
        tools.changed.connect(self._follow)
        self._follow()
        self._follow_sources()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(5)
        rows: tuple[tuple[str, QWidget, QLabel | None], ...] = (
            ("Start from", self.source, None),
            ("Brush", self.brush, self.size_text),
            ("Opacity", self.opacity, self.opacity_text),
        )
        for row, (text, widget, value) in enumerate(rows):
            label = QLabel(text)
            label.setObjectName("quiet")
            label.setBuddy(widget)
            grid.addWidget(label, row, 0)
            grid.addWidget(widget, row, 1, 1, 1 if value else 2)
            if value is not None:
                value.setFont(number_font(value))
                value.setFixedWidth(36)
                value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                grid.addWidget(value, row, 2)
        checks = QGridLayout()
        checks.setVerticalSpacing(4)
        checks.addWidget(self.keep, 0, 0)
        checks.addWidget(self.square, 0, 1)
        checks.addWidget(self.colour, 1, 0, 1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(7)
        column.addLayout(grid)
        column.addLayout(checks)

    def _explain(self) -> None:
        keys = self._keys
        sizes = (*keys.keys("label-smaller")[:1], *keys.keys("label-larger")[:1], "Ctrl+wheel")
        self.brush.setToolTip(f"Width of brush and eraser, pixels of the frame ({', '.join(sizes)})")
        for box, id in ((self.square, "label-square"), (self.keep, "label-keep")):
            box.setToolTip(keys.tooltip(id))

    def _follow(self) -> None:
        tools = self._editor.tools
        for slider, value in ((self.brush, tools.size), (self.opacity, round(10 * tools.opacity))):
            slider.blockSignals(True)
            slider.setValue(value)
            slider.blockSignals(False)
        self.size_text.setText(f"{tools.size} px")
        self.opacity_text.setText(f"{tools.opacity:.0%}")
        self.square.setChecked(tools.shape == "square")
        self.keep.setChecked(tools.keeps_others)
        self.colour.setChecked(tools.fills_colour)

    def _follow_sources(self) -> None:
        sources = self._sources.all
        items = [(source, problem) for source, problem in sources]
        present = [(self.source.itemData(i), self.source.itemData(i, Qt.ItemDataRole.ToolTipRole) or "")
                   for i in range(self.source.count())]  # fmt: skip
        if items != present:
            self.source.clear()
            for place, (source, problem) in enumerate(items):
                self.source.addItem(_WORDS.get(source.name, source.name), source)
                self.source.setItemData(place, problem, Qt.ItemDataRole.ToolTipRole)
                self.source.model().item(place).setEnabled(not problem)  # type: ignore[attr-defined]
        target = self._editor.target
        shown = self._sources.chosen.name if target is None else target.source
        names = [source.name for source, _ in sources]
        self.source.setCurrentIndex(names.index(shown) if shown in names else -1)


def _slider(low: int, high: int, tip: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(low, high)
    slider.setToolTip(tip)
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    slider.setMinimumSize(QSize(60, 18))
    return slider
