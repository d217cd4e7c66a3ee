"""Decimal numbers are typed with a point or a comma, whatever the system's language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.config.ddqn import DdqnConfig
from core.errors import InputError
from gui.episodes.evaluate.fields import chance_box
from gui.kit.config_form import ConfigForm
from gui.kit.file_dialogs import FileDialogs
from gui.kit.number_box import DecimalBox
from gui.kit.preferences import Preferences


@pytest.fixture(params=["de_DE", "en_US"])
def locale(request: pytest.FixtureRequest) -> Iterator[str]:
    """The language of the system; widgets take it when they are made."""
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield request.param
    QLocale.setDefault(before)


@pytest.mark.parametrize("typed", ["0.5", "0,5"])
def test_the_sticky_field_takes_both(qtbot: QtBot, locale: str, settings: Preferences, typed: str) -> None:
    box = chance_box("sticky")
    qtbot.addWidget(box)
    box.selectAll()
    QTest.keyClicks(box, typed)
    assert box.value() == 0.5


def test_it_shows_a_point(qtbot: QtBot, locale: str) -> None:
    box = DecimalBox(0.0, 1.0, 0.05)
    qtbot.addWidget(box)
    box.setValue(0.25)
    assert box.text() == "0.25"


@pytest.mark.parametrize("typed", ["0.5", "0,5"])
def test_a_form_takes_both(qtbot: QtBot, locale: str, settings: Preferences, typed: str) -> None:
    form = ConfigForm(DdqnConfig, {}, FileDialogs(settings))
    qtbot.addWidget(form)
    form.rows["gamma"].editor.setText(typed)  # type: ignore[attr-defined]
    assert form.rows["gamma"].value() == 0.5


def test_a_form_refuses_what_two_countries_read_differently(qtbot: QtBot, settings: Preferences) -> None:
    form = ConfigForm(DdqnConfig, {}, FileDialogs(settings))
    qtbot.addWidget(form)
    form.rows["gamma"].editor.setText("1,000")  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="'1,000' is not a number"):
        form.rows["gamma"].value()
