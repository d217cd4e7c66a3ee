"""Writing files: whole or not at all, and in one sentence when it cannot be."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from core.config.fcn import FcnConfig
from core.errors import InputError, RunError
from core.files import append_whole, is_free, is_leaving, new_folder, replace_file, write_bytes, write_json
from core.runs.checkpoint_files import save_checkpoint
from core.runs.run_folder import RunFolder


def _full(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "kept.json"
    path.write_bytes(b"old")
    return path


def _alone(path: Path) -> bool:
    return [item.name for item in path.parent.iterdir()] == [path.name]


def test_a_file_is_replaced_and_nothing_else_stays(path: Path) -> None:
    write_json(path, {"name": "Köln"})
    assert path.read_text(encoding="utf-8") == '{\n  "name": "Köln"\n}\n' and _alone(path)


@pytest.mark.parametrize("name", [".DS_Store", "._frames", "Thumbs.db", "Desktop.ini", "__MACOSX", ".directory"])
def test_a_folder_with_what_a_desktop_left_is_free(tmp_path: Path, name: str) -> None:
    assert is_free(tmp_path / "new") and is_free(tmp_path)
    (tmp_path / name).write_bytes(b"")
    assert is_leaving(name) and is_free(tmp_path)
    RunFolder.create(tmp_path, FcnConfig())
    assert not is_free(tmp_path) and not is_free(tmp_path / name)


@pytest.mark.parametrize("mask", [0o002, 0o022, 0o077])
def test_a_file_has_the_mode_that_open_gives(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write_json(tmp_path / "a.json", {})
        save_checkpoint(tmp_path / "a.safetensors", {"a": np.zeros(3)}, {})
    finally:
        os.umask(before)
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
        "a.json": 0o666 & ~mask,
        "a.safetensors": 0o666 & ~mask,
    }


def test_what_cannot_be_written_is_known_before_the_work(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "touch", refuse)
    with pytest.raises(RunError, match=r"kept\.json: cannot be written \(Permission denied\)"):
        replace_file(path, lambda temporary: pytest.fail("it was begun"))


@pytest.mark.parametrize("broken", ["write_bytes", "replace"])
def test_a_full_disk_keeps_what_was_there(path: Path, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, broken, _full)
    with pytest.raises(RunError, match=r"kept\.json: cannot be written \(No space left on device\); what was there"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old" and _alone(path)


def test_what_must_last_is_brought_to_the_disk_before_it_gets_its_name(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []
    monkeypatch.setattr(os, "fsync", lambda handle: seen.append(path.read_bytes()))
    write_bytes(path, b"quick", is_durable=False)
    assert seen == []
    write_bytes(path, b"lasting")
    assert seen[0] == b"quick"


def test_whatever_ends_the_writing_leaves_no_half_file(path: Path) -> None:
    def interrupted(temporary: Path) -> None:
        temporary.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace_file(path, interrupted)
    assert path.read_bytes() == b"old" and _alone(path)


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in ("missing", "file"):
        with pytest.raises(RunError, match=r"a\.json: cannot be written"):
            write_bytes(tmp_path / folder / "a.json", b"")


def test_the_temporary_name_ends_as_the_writer_needs(path: Path) -> None:
    ends: list[str] = []
    replace_file(path, lambda temporary: (ends.append(temporary.suffix), temporary.touch()), suffix=".webm")
    assert ends == [".webm"]


def test_a_failed_addition_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with path.open("r+b", buffering=0) as file:
        append_whole(file, b" and new")
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", _full)
            with pytest.raises(OSError, match="No space left"):
                append_whole(file, b" and lost")
            append_whole(file, b", not waited for", is_durable=False)
        append_whole(file, b".")
    assert path.read_bytes() == b"old and new, not waited for."


def test_a_folder_appears_whole_or_not(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="No space left"), new_folder(tmp_path / "a"):
        _full()
    assert list(tmp_path.iterdir()) == []
    with new_folder(tmp_path / "a") as folder:
        (folder / "file").touch()
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["file"]
    with pytest.raises(InputError, match="exists already"), new_folder(tmp_path / "a"):
        raise AssertionError("it was begun")


@pytest.mark.parametrize("times", [3, None])
def test_where_readers_block_writers_it_is_tried_again(
    path: Path, monkeypatch: pytest.MonkeyPatch, times: int | None
) -> None:
    """As on Windows: the window reads the status in the moment in which a training replaces it."""
    monkeypatch.setattr("core.files._READERS_BLOCK", times is not None)
    real, refused = Path.replace, []

    def replace(self: Path, target: Path) -> Path:
        if len(refused) < (times or 1):
            refused.append(target)
            raise PermissionError(errno.EACCES, "Access is denied")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    if times:
        write_bytes(path, b"new")
        assert path.read_bytes() == b"new" and len(refused) == times
    else:
        with pytest.raises(RunError, match="Access is denied"):
            write_bytes(path, b"new")
        assert path.read_bytes() == b"old" and len(refused) == 1
    assert _alone(path)
