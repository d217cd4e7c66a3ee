"""How the window looks: two calm palettes, one style sheet, icons in the text's colour, and digits of equal width."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QWidget

ASSETS = Path(__file__).resolve().parents[2] / "assets"
APPEARANCES: tuple[str, ...] = ("system", "light", "dark")
ACTION_COLOURS: tuple[str, ...] = ("#8d97aa", "#3a9bd8", "#e69f00", "#009e73", "#cc79a7")
"""Of the agent's five actions in bars and curves; told apart by the colour-blind too (after Okabe and Ito 2008)."""
CURVE_COLOURS: tuple[str, ...] = (
    "#3a9bd8", "#e69f00", "#009e73", "#cc79a7", "#7a6ff0", "#8d97aa", "#a3a500", "#c8403a",
)  # fmt: skip
"""Of runs in plots, for light and dark; the first four after Okabe and Ito 2008, the others as far from them as can be:
their vermillion looks like their orange in a thin line on dark."""

_ROLE = QPalette.ColorRole
_LIGHT = {
    _ROLE.Window: "#f4f5f7",
    _ROLE.WindowText: "#1d2330",
    _ROLE.Base: "#ffffff",
    _ROLE.AlternateBase: "#eceef2",
    _ROLE.Text: "#1d2330",
    _ROLE.Button: "#ffffff",
    _ROLE.ButtonText: "#1d2330",
    _ROLE.Mid: "#c9ced8",
    _ROLE.Midlight: "#e3e6eb",
    _ROLE.Dark: "#9aa2b1",
    _ROLE.PlaceholderText: "#687184",
    _ROLE.Highlight: "#2f6fde",
    _ROLE.HighlightedText: "#ffffff",
    _ROLE.ToolTipBase: "#ffffff",
    _ROLE.ToolTipText: "#1d2330",
    _ROLE.Link: "#2f6fde",
}
_DARK = {
    _ROLE.Window: "#1b1e26",
    _ROLE.WindowText: "#dfe3ec",
    _ROLE.Base: "#14161c",
    _ROLE.AlternateBase: "#20242d",
    _ROLE.Text: "#dfe3ec",
    _ROLE.Button: "#272c37",
    _ROLE.ButtonText: "#dfe3ec",
    _ROLE.Mid: "#3a414f",
    _ROLE.Midlight: "#2e3440",
    _ROLE.Dark: "#0d0f13",
    _ROLE.PlaceholderText: "#8d97aa",
    _ROLE.Highlight: "#3476e6",
    _ROLE.HighlightedText: "#ffffff",
    _ROLE.ToolTipBase: "#272c37",
    _ROLE.ToolTipText: "#dfe3ec",
    _ROLE.Link: "#7fb0ff",
}
_TEXT_CONTRAST = 4.5
_PROBLEM = {True: "#ff8a80", False: "#b3261e"}
_FADED = {True: "#737d8e", False: "#a3aab7"}


def is_dashed(colour: int) -> bool:
    """Whether lines with the curves' colour of this number are dashed: those of every second round of the colours."""
    return colour // len(CURVE_COLOURS) % 2 == 1


def contrast(one: QColor, other: QColor) -> float:
    """Of two colours, 1 to 21 (WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)."""

    def luminance(colour: QColor) -> float:
        shares = colour.redF(), colour.greenF(), colour.blueF()
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable(colour: str, behind: QColor) -> QColor:
    """A colour of plots for text: as far from its background in lightness as WCAG asks of small letters."""
    result = QColor(colour)
    while contrast(result, behind) < _TEXT_CONTRAST:
        result = result.darker(104) if behind.lightness() > 127 else result.lighter(104)
    return result


def palette(dark: bool) -> QPalette:
    """The window's colours."""
    colours = _DARK if dark else _LIGHT
    result = QPalette()
    for role, colour in colours.items():
        result.setColor(role, QColor(colour))
    for role in (_ROLE.WindowText, _ROLE.Text, _ROLE.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, role, QColor(_FADED[dark]))
    return result


def problem_colour() -> QColor:
    """Of text that tells a problem, as it is drawn now."""
    return QColor(_PROBLEM[QApplication.palette().color(_ROLE.Window).lightness() < 128])


def is_dark(appearance: str) -> bool:
    """Whether to draw dark: as chosen, or as the system does."""
    if appearance not in ("light", "dark"):
        return QApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return appearance == "dark"


def apply_style(app: QApplication, appearance: str) -> None:
    """Dress the whole application."""
    apply_colours(app, appearance)
    apply_sheet(app, appearance)


def apply_colours(app: QApplication, appearance: str) -> None:
    """The part that icons are drawn with."""
    app.setStyle("Fusion")
    app.setPalette(palette(is_dark(appearance)))
    icon.cache_clear()


def apply_sheet(app: QApplication, appearance: str) -> None:
    """The part that is best done once all widgets are there: Qt works it out anew for each that gets a parent."""
    sheet = (ASSETS / "style.qss").read_text(encoding="utf-8")
    app.setStyleSheet(sheet.replace("$assets", ASSETS.as_posix()).replace("$problem", _PROBLEM[is_dark(appearance)]))


def number_font(widget: QWidget) -> QFont:
    """The widget's font with digits of equal width, so that changing numbers stand still."""
    font = QFont(widget.font())
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


@cache
def icon(name: str) -> QIcon:
    """An icon of ``assets/icons`` in the text's colour."""
    source = (ASSETS / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    colours = QApplication.palette()
    result = QIcon()
    for mode, group in (
        (QIcon.Mode.Normal, QPalette.ColorGroup.Active),
        (QIcon.Mode.Disabled, QPalette.ColorGroup.Disabled),
    ):
        colour = colours.color(group, _ROLE.ButtonText).name()
        renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
        for side in (18, 36, 54):
            pixmap = QPixmap(side, side)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            renderer.render(painter)
            painter.end()
            result.addPixmap(pixmap, mode)
    return result
