"""Tabs whose pages scroll where the screen is too small for them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QTabWidget, QWidget


class ScrollingTabs(QTabWidget):
    """Knows its pages as they were added; each lies in a scroll area, which shows only where it must.

    Without these the largest page would decide how small the window can be, and on a small screen, or at 200%, it would
    reach beyond the edge.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        self._areas: dict[QWidget, QScrollArea] = {}

    def add_page(self, page: QWidget, title: str) -> None:
        """One more tab."""
        area = QScrollArea()
        area.setWidget(page)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._areas[page] = area
        self.addTab(area, title)

    def show_page(self, page: QWidget) -> None:
        """Bring a page up."""
        self.setCurrentWidget(self._areas[page])

    @property
    def page(self) -> QWidget:
        """The one that is seen."""
        area = self.currentWidget()
        return next(page for page, its_area in self._areas.items() if its_area is area)
