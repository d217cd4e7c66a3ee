"""The tour of a first start: small notes, each beside the part of the window that it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QTabWidget, QVBoxLayout, QWidget

from gui.keys.keymap import Keymap
from gui.kit.preferences import Preferences
from gui.live.game_control import GameControl
from gui.live.navigator import Navigator, Place
from gui.live.pauses import ShortPause
from gui.live.preview import Preview
from gui.play.page import PlayPage

_WIDTH = 264  # logical pixels: fits beside the views, over the column of classes
_GAP = 8
_OWN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Tab)


@dataclass(frozen=True, slots=True)
class TourStep:
    """One note.

    Attributes:
        title: what it is about.
        text: makes the sentence, with the keys in force.
        place: the widget it stands beside, and the part of it that is meant.
    """

    title: str
    text: Callable[[], str]
    place: Callable[[], tuple[QWidget, QRect]]


def tour_steps(keys: Keymap, play: PlayPage, tabs: QTabWidget) -> tuple[TourStep, ...]:
    """The places to begin with."""

    def whole(widget: QWidget) -> Callable[[], tuple[QWidget, QRect]]:
        return lambda: (widget, widget.rect())

    def tab(name: str) -> Callable[[], tuple[QWidget, QRect]]:
        bar = tabs.tabBar()
        place = next(i for i in range(bar.count()) if bar.tabText(i).replace("&", "") == name)
        return lambda: (bar, bar.tabRect(place))

    return (
        TourStep(
            "Play",
            lambda: f"The game, its classes, and what a network sees. Click the game: {keys.first_keys}.",
            whole(play.stack),
        ),
        TourStep(
            "Label",
            lambda: f"Freeze a frame of any play{keys.hint('label-freeze')}, correct its labels, add it to a data set.",
            tab("Label"),
        ),
        TourStep(
            "Episodes",
            lambda: (
                f"What was played can be replayed{keys.hint('look-back')}, moment by moment; evaluate agents here, and "
                "watch two side by side."
            ),
            tab("Episodes"),
        ),
        TourStep(
            "Train",
            lambda: "Train a network on such frames, or an agent. It goes on while you play; Runs draws its curves.",
            tab("Train"),
        ),
        TourStep(
            "Watch",
            lambda: (
                f"The Agent page lets a trained agent play; take over at any time{keys.hint('swap')}. "
                "Help > Tour shows these notes again."
            ),
            whole(play.side),
        ),
    )


class Tour(QObject):
    """Shows one note after the other; the game waits until it ends, or until a key of the controller goes to it.

    Signals:
        ended: it was finished or skipped.
    """

    ended = Signal()

    def __init__(
        self,
        game: GameControl,
        preview: Preview,
        navigator: Navigator,
        preferences: Preferences,
        tabs: QTabWidget,
        view: QWidget,
        steps: Sequence[TourStep],
    ) -> None:
        """``view`` is the one that takes the controller's keys."""
        super().__init__(tabs)
        self._game, self._preview, self._navigator, self._preferences = game, preview, navigator, preferences
        self._tabs, self._view, self._steps = tabs, view, steps
        self._pause = ShortPause(game)
        self.place = -1
        self.ring: _Ring | None = None
        self.note: TourNote | None = None

    @property
    def is_on(self) -> bool:
        """Whether a note is shown."""
        return self.note is not None

    def offer(self) -> None:
        """Begin when the game is seen, unless it was finished or skipped once."""
        if not self._preferences.get("tour_done"):
            self._preview.shot_changed.connect(self._begin_once, Qt.ConnectionType.SingleShotConnection)

    def _begin_once(self) -> None:
        if not self.is_on:
            self.begin()

    def begin(self) -> None:
        """Show the first note."""
        window = self._tabs.window()
        if self.note is None:
            self._pause.begin()  # else its clock runs while one reads
            self.ring, self.note = _Ring(window), TourNote(self._game, window)
            self.note.next.clicked.connect(self.go_on)
            self.note.skip.clicked.connect(self.end)
            self.note.skipped.connect(self.end)
            self.note.game_key.connect(self._give_to_game)
            for watched in self._watched():
                watched.installEventFilter(self)
        self.place = -1
        self.go_on()

    def go_on(self) -> None:
        """Show the next note; after the last one, end."""
        self.place += 1
        if self.place == len(self._steps):
            self.end()
            return
        step = self._steps[self.place]
        widget, _ = step.place()
        if not widget.isVisible():
            self._tabs.setCurrentIndex(0)
        assert self.note is not None
        self.note.show_step(step.title, step.text(), self.place + 1, len(self._steps))
        self._put()
        self.note.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def end(self) -> None:
        """Put the notes away for good; Help > Tour brings them back."""
        if self.note is None or self.ring is None:
            return
        for watched in self._watched():
            watched.removeEventFilter(self)
        had_keys = self.note.isAncestorOf(QApplication.focusWidget() or self._tabs)
        for widget in (self.note, self.ring):
            widget.hide()
            widget.deleteLater()
        self.note = self.ring = None
        self._pause.end()
        self._preferences.set("tour_done", True)
        if had_keys and self._tabs.currentIndex() == 0:
            self._navigator.show(Place.GAME)
        self.ended.emit()

    def _watched(self) -> list[QWidget]:
        return [self._tabs.window(), *(step.place()[0] for step in self._steps)]

    def _give_to_game(self, event: QKeyEvent) -> None:
        if self._view.isVisible():
            self._pause.end()
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)
            QApplication.sendEvent(self._view, event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay beside the place when the window changes; an Esc that nobody wanted ends the tour."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.LayoutRequest):
            self._put()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self.end()
            return True
        return super().eventFilter(watched, event)

    def _put(self) -> None:
        if self.note is None or self.ring is None:
            return
        widget, part = self._steps[self.place].place()
        window = self._tabs.window()
        target = QRect(widget.mapTo(window, part.topLeft()), part.size())
        self.ring.setGeometry(target.adjusted(-3, -3, 3, 3) & window.rect())
        self.note.adjustSize()
        self.note.move(_beside(target, self.note.rect(), window.rect()))
        for shown in (self.ring, self.note):
            shown.show()
            shown.raise_()


def _beside(target: QRect, note: QRect, room: QRect) -> QPoint:
    """Where the note's corner goes: below its place, else at its right or left, else in its middle."""
    width, height = note.width(), note.height()
    middle = target.center().y() - height // 2
    for corner in (
        QPoint(target.left(), target.bottom() + _GAP),
        QPoint(target.right() + _GAP, middle),
        QPoint(target.left() - width - _GAP, middle),
    ):
        if room.contains(QRect(corner, note.size())):
            return corner
    return target.center() - QPoint(width // 2, height // 2)


class _Ring(QWidget):
    """A line around the place that is meant; the mouse does not notice it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it in the colour of what is chosen."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().highlight(), 3))
        painter.drawRoundedRect(self.rect().adjusted(2, 2, -2, -2), 5, 5)


class TourNote(QFrame):
    """Title, sentence, Skip and Next.

    Signals:
        skipped: Esc was pressed.
        game_key: a key of the controller was pressed; a ``QKeyEvent`` for the game.
    """

    skipped = Signal()
    game_key = Signal(object)

    def __init__(self, game: GameControl, parent: QWidget) -> None:
        super().__init__(parent)
        self._game = game
        self.setObjectName("tour")
        self.setFixedWidth(_WIDTH)
        self.title, self.text, self.count = QLabel(), QLabel(), QLabel()
        self.title.setObjectName("heading")
        self.count.setObjectName("quiet")
        self.text.setWordWrap(True)
        self.skip, self.next = QPushButton("Skip"), QPushButton()
        self.skip.setToolTip("End the tour (Esc)")
        self.next.setObjectName("primary")
        row = QHBoxLayout()
        row.addWidget(self.count, 1)
        row.addWidget(self.skip)
        row.addWidget(self.next)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addLayout(row)
        for button in (self.skip, self.next):
            button.setAutoDefault(False)
            button.installEventFilter(self)

    def show_step(self, title: str, text: str, number: int, total: int) -> None:
        """Show a note."""
        self.title.setText(title)
        self.text.setText(text)
        self.count.setText(f"{number} of {total}")
        self.next.setText("Next" if number < total else "Done")
        self.skip.setVisible(number < total)
        self.setAccessibleName(f"Tour, {number} of {total}: {title}. {text}")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc skips, Enter presses, and the controller's keys go to the game, with the keyboard."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            assert isinstance(watched, QPushButton)
            if event.key() == Qt.Key.Key_Escape:
                self.skipped.emit()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                watched.click()
                return True
            if event.key() not in _OWN_KEYS and self._game.controller.is_bound(event.key()):
                self.game_key.emit(event)
                return True
        return super().eventFilter(watched, event)
