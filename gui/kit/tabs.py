"""Tabs whose pages scroll where the screen is too small for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QTabWidget, QWidget

_Page = TypeVar("_Page", bound=QWidget)


class ScrollingTabs(QTabWidget):
    """Knows its pages by their titles; each lies in a scroll area, which shows only where it must.

    Without these the largest page would decide how small the window can be, and on a small screen, or at 200%, it would
    reach beyond the edge. A page is made when it is first needed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        self._areas: dict[str, QScrollArea] = {}
        self._makers: dict[str, Callable[[], QWidget]] = {}
        self.currentChanged.connect(lambda: self._make(self._title))

    def add_page(self, title: str, make: Callable[[], QWidget]) -> None:
        """One more tab, whose page ``make`` gives to ``fill``."""
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._areas[title], self._makers[title] = area, make
        self.addTab(area, title)

    def fill(self, title: str, page: _Page) -> _Page:
        """Put a tab's page where it belongs, and give it back."""
        self._makers.pop(title, None)
        self._areas[title].setWidget(page)
        return page

    def make_next(self) -> bool:
        """Make one of the pages that are not made yet; False when all are."""
        for title in self._makers:
            self._make(title)
            return True
        return False

    def show_page(self, page: QWidget) -> None:
        """Bring a page up."""
        self.setCurrentWidget(next(area for area in self._areas.values() if area.widget() is page))

    @property
    def page(self) -> QWidget | None:
        """The one that is seen."""
        return self._areas[self._title].widget()

    @property
    def _title(self) -> str:
        return next(title for title, area in self._areas.items() if area is self.currentWidget())

    def _make(self, title: str) -> None:
        if title in self._makers:
            self._makers[title]()
