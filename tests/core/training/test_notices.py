"""What libraries print stays off the terminal, unless it says why they failed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from core.training.notices import stderr_into

_LOAD = "from core.training.notices import load_keras; load_keras()"
_SETTINGS = "; from keras import config as c; print(c.backend(), c.floatx(), c.epsilon(), c.image_data_format())"


def _load(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _LOAD + _SETTINGS],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_keras_comes_without_a_word_and_without_a_users_settings(tmp_path: Path) -> None:
    settings = {"backend": "torch", "floatx": "float64", "epsilon": 0.1, "image_data_format": "channels_first"}
    for folder in (tmp_path, tmp_path / ".keras"):
        folder.mkdir(exist_ok=True)
        (folder / "keras.json").write_text(json.dumps(settings))
    done = _load(KERAS_HOME=str(tmp_path), HOME=str(tmp_path), KERAS_BACKEND="")
    assert (done.returncode, done.stdout, done.stderr) == (0, "tensorflow float32 1e-07 channels_last\n", "")
    assert json.loads((tmp_path / "keras.json").read_text()) == settings


def test_what_fails_is_shown() -> None:
    done = _load(KERAS_BACKEND="no-such-backend")
    assert done.returncode != 0
    assert "no-such-backend" in done.stderr


@pytest.mark.parametrize("divisor", [1, 0])
def test_stderr_comes_back(divisor: int) -> None:
    before = os.fstat(2)
    with tempfile.TemporaryFile() as file:
        with suppress(ZeroDivisionError), stderr_into(file):
            os.write(2, b"a notice")
            os.write(2, b"%d" % (1 // divisor))
        file.seek(0)
        assert file.read() == (b"a notice1" if divisor else b"a notice")
    after = os.fstat(2)
    assert (after.st_dev, after.st_ino) == (before.st_dev, before.st_ino)
