"""What went wrong, in one sentence."""

from __future__ import annotations

import pytest

from core.errors import InputError, sentence_of


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PermissionError(13, "Permission denied", "runs/a/status.json"), "runs/a/status.json: Permission denied"),
        (OSError(28, "No space left on device", b"caf\xe9"), "caf\udce9: No space left on device"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (OSError(9, "Bad file descriptor", 3), "Bad file descriptor"),
        (TimeoutError("queue.lock is held"), "queue.lock is held"),
        (InputError("--data: name a folder"), "--data: name a folder"),
        (KeyError(), "KeyError"),
    ],
)
def test_the_systems_refusals_name_the_file_and_no_number(error: BaseException, sentence: str) -> None:
    assert sentence_of(error) == sentence
