"""The data set on disk: round trips, splits, and what a crash or a careless hand leaves."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.classes import CLASS_COUNT
from core.dataset.record import SPLITS, Record, Split, StackOrigin
from core.dataset.store import DataSet
from core.errors import InputError, RunError
from core.frame import shrink_class_map, shrink_frame
from tests.core.dataset.conftest import MakeStack, random_stack


@settings(max_examples=10, deadline=None)
@given(
    colours=st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=4, max_size=4),
    ids=st.lists(st.integers(0, CLASS_COUNT - 1), min_size=4, max_size=4),
    split=st.sampled_from(SPLITS),
    steps=st.tuples(*[st.integers(0, 10_000)] * 4),
    log=st.text("abc/0", max_size=8),
)
def test_a_stack_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    colours: list[tuple[int, int, int]],
    ids: list[int],
    split: Split,
    steps: tuple[int, ...],
    log: str,
) -> None:
    frames, masks, _ = random_stack(0)
    for position in range(4):
        frames[position, 10:90, 30:31] = colours[position]
        masks[position, 10:90, 30:31] = ids[position]
    origin = StackOrigin("8-4", "nes-py", 3, 12, steps, (1, 2, 3, 4), split, "person", log)
    folder = tmp_path_factory.mktemp("round") / "set"
    with DataSet.create(folder, {}) as data:
        written = data.append_stack(frames, masks, origin)
    opened = DataSet.open(folder)
    assert opened.records() == written == opened.records(split)
    got_frames, got_masks = opened.load(split)
    np.testing.assert_array_equal(got_frames, frames)
    np.testing.assert_array_equal(got_masks, masks)
    assert [r.step for r in written] == list(steps) and {r.action_log for r in written} == {log}
    assert [list(r.pixels) for r in written] == [np.bincount(m.ravel(), minlength=16).tolist() for m in masks]


def test_splits_and_levels_are_chosen(small_set: Path) -> None:
    data = DataSet.open(small_set)
    assert len(data) == 24
    assert [r.stack for r in data.records("validation")] == [1] * 4 + [4] * 4
    frames, masks = data.load("train", levels=["1-2"])
    expected_frames, expected_masks, _ = random_stack(3)
    np.testing.assert_array_equal(frames, expected_frames)
    np.testing.assert_array_equal(masks, expected_masks)
    with pytest.raises(InputError, match="validation"):
        data.records("valid")  # type: ignore[arg-type]


def test_loading_small_shrinks_each_picture(small_set: Path) -> None:
    data = DataSet.open(small_set)
    frames, masks = data.load("test")
    small_frames, small_masks = data.load("test", size="84")
    np.testing.assert_array_equal(small_frames, [shrink_frame(frame) for frame in frames])
    np.testing.assert_array_equal(small_masks, [shrink_class_map(mask) for mask in masks])


def test_iterating_gives_what_loading_gives(small_set: Path) -> None:
    data = DataSet.open(small_set)
    frames, masks = data.load("train")
    for index, (record, frame, mask) in enumerate(data.iterate("train")):
        assert record == data.records("train")[index]
        np.testing.assert_array_equal(frame, frames[index])
        np.testing.assert_array_equal(mask, masks[index])
    assert index == len(frames) - 1


def test_a_persons_mask_lies_beside_the_automatic_one(small_set: Path) -> None:
    data = DataSet.open(small_set)
    record = data.records()[5]
    _, automatic = data.read(record)
    corrected = automatic.copy()
    corrected[100:110, 100:110] = 8
    data.write_person_mask(5, corrected)
    np.testing.assert_array_equal(data.read(record)[1], automatic)
    np.testing.assert_array_equal(data.read(record, person=True)[1], corrected)
    np.testing.assert_array_equal(DataSet.open(small_set).load(person=True)[1][5], corrected)


def test_a_data_set_grows_after_reopening(small_set: Path, make_stack: MakeStack) -> None:
    with DataSet.open(small_set, writable=True) as data:
        data.append_stack(*make_stack(6))
    again = DataSet.open(small_set)
    assert len(again) == 28 and again.about == {"config": {"seed": 7}}
    assert json.loads((small_set / "manifest.json").read_text())["stacks"] == 7


# ---- what cannot be opened


@pytest.mark.parametrize("change", [lambda rows: b"\xef\xbb\xbf" + rows, lambda rows: rows.replace(b"\n", b"\r\n")])
def test_an_index_that_was_saved_again_on_windows_is_read_and_grows(
    small_set: Path, make_stack: MakeStack, change: Callable[[bytes], bytes]
) -> None:
    records = DataSet.open(small_set).records()
    index = small_set / "index.jsonl"
    index.write_bytes(change(index.read_bytes()))
    with DataSet.open(small_set, writable=True) as data:
        assert data.records() == records
        data.append_stack(*make_stack(6))
    assert len(DataSet.open(small_set)) == len(records) + 4


def test_what_was_cut_short_before_its_manifest_is_begun_again(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    DataSet.create(folder, {"config": {}}).close()
    (folder / "manifest.json").unlink()
    with DataSet.create(folder, {"config": {}}) as data:
        assert len(data) == 0
    (folder / "manifest.json").unlink()
    (folder / "frames" / "000000.png").write_bytes(b"somebody's")
    with pytest.raises(InputError, match="something is there already"):
        DataSet.create(folder, {"config": {}})


def test_who_waited_for_the_lock_does_not_make_a_data_set_anew(
    tmp_path: Path, make_stack: MakeStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, take = tmp_path / "set", DataSet._take_lock

    def late(data: DataSet) -> None:
        monkeypatch.setattr(DataSet, "_take_lock", take)
        with DataSet.create(folder, {"config": {}}) as other:
            other.append_stack(*make_stack(0))
        take(data)

    monkeypatch.setattr(DataSet, "_take_lock", late)
    with pytest.raises(InputError, match="another process has just made a data set there"):
        DataSet.create(folder, {"config": {}})
    assert len(DataSet.open(folder, writable=True)) == 4


def test_something_that_exists_is_not_overwritten(tmp_path: Path, small_set: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for folder in (small_set, tmp_path, tmp_path / "file"):
        with pytest.raises(InputError, match="is there already"):
            DataSet.create(folder, {})
    assert (tmp_path / "file").read_text() == "mine" and len(DataSet.open(small_set)) == 24


def test_folders_without_a_data_set(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such data set"):
        DataSet.open(tmp_path / "nothing")
    with pytest.raises(InputError, match=r"no manifest\.json"):
        DataSet.open(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[1]", "not the manifest of a data set"),
        ('{"format": "data set", "version": 99}', "version 99 is not known"),
        ('{"format": "data set"}', "version None is not known"),
    ],
)
def test_a_damaged_or_future_manifest(small_set: Path, text: str, message: str) -> None:
    (small_set / "manifest.json").write_text(text)
    with pytest.raises(InputError, match=message):
        DataSet.open(small_set)


@pytest.mark.parametrize("name", ["frames/000013.png", "masks/000002.png", "index.jsonl"])
def test_a_missing_file_is_named(small_set: Path, name: str) -> None:
    (small_set / name).unlink()
    with pytest.raises(InputError, match=f"{name}: the file is missing"):
        DataSet.open(small_set)


def test_a_mask_of_another_size_is_named(small_set: Path) -> None:
    Image.new("P", (256, 240)).save(small_set / "masks/000003.png")
    with pytest.raises(InputError, match=r"masks/000003\.png: the picture is 256 x 240; it must be 240 x 224"):
        DataSet.open(small_set)


def test_a_file_that_is_no_picture_is_named(small_set: Path) -> None:
    path = small_set / "frames/000003.png"
    path.write_bytes(b"hello")
    with pytest.raises(InputError, match=r"frames/000003\.png: this is not a PNG"):
        DataSet.open(small_set)


def test_a_truncated_picture_is_named_when_read(small_set: Path) -> None:
    path = small_set / "masks/000003.png"
    path.write_bytes(path.read_bytes()[:60])
    data = DataSet.open(small_set)
    with pytest.raises(InputError, match=r"masks/000003\.png: this is not a picture"):
        data.load()


def test_an_unknown_class_id_is_named_when_read(small_set: Path) -> None:
    image = Image.new("P", (240, 224), 16)
    image.putpalette(range(256))
    image.save(small_set / "masks/000007.png")
    data = DataSet.open(small_set)
    with pytest.raises(InputError, match=r"masks/000007\.png: class id 16 is unknown"):
        data.load()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("number", 3, "not that of frame 1"),
        ("split", "holdout", "split is 'holdout'"),
        ("labelled_by", "me", "labelled_by is 'me'"),
        ("step", -1, "step is -1"),
        ("x", 2**63, "x is 9223372036854775808"),
        ("level", None, "level is None"),
        ("level", ["1-1"], "level is .'1-1'., which is not a text"),
        ("engine", "\ud800", "engine is"),
        ("pixels", [2**70] * 16, "16 counts"),
        ("pixels", [1, 2], "16 counts"),
        ("colour", "red", "does not have the fields"),
    ],
)
def test_a_damaged_row_is_named(small_set: Path, field: str, value: object, message: str) -> None:
    index = small_set / "index.jsonl"
    lines = index.read_text().splitlines()
    lines[1] = json.dumps({**json.loads(lines[1]), field: value})
    index.write_text("\n".join(lines) + "\n")
    with pytest.raises(InputError, match=rf"index\.jsonl, line 2: .*{message}"):
        DataSet.open(small_set)


def test_a_row_that_is_no_json_is_named(small_set: Path) -> None:
    index = small_set / "index.jsonl"
    index.write_text(index.read_text().replace('{"number":2,', '{"number":2', 1))
    with pytest.raises(InputError, match="line 3: this is not a row of JSON"):
        DataSet.open(small_set)


# ---- what a crash leaves


@settings(max_examples=8, deadline=None)
@given(lost=st.integers(1, 400))
def test_a_cut_index_loses_its_unfinished_stack_only(tmp_path_factory: pytest.TempPathFactory, lost: int) -> None:
    folder = tmp_path_factory.mktemp("cut") / "set"
    with DataSet.create(folder, {}) as data:
        for number in range(2):
            data.append_stack(*random_stack(number))
    index = folder / "index.jsonl"
    index.write_bytes(index.read_bytes()[:-lost])
    assert len(DataSet.open(folder)) == 4
    assert (folder / "frames/000007.png").exists(), "a reader removes nothing"
    with DataSet.open(folder, writable=True) as data:
        data.append_stack(*random_stack(1))
    again = DataSet.open(folder)
    assert len(again) == 8
    np.testing.assert_array_equal(again.load()[0][4:], random_stack(1)[0])


def test_half_files_are_removed_by_a_writer(small_set: Path) -> None:
    half = small_set / ".manifest.json.99999999.tmp"
    half.write_text("{")
    DataSet.open(small_set, writable=True).close()
    assert not half.exists()


def test_pictures_without_rows_are_removed_by_a_writer(small_set: Path) -> None:
    shutil.copy(small_set / "frames/000000.png", small_set / "frames/000024.png")
    (small_set / "masks/000024.png.tmp").write_bytes(b"half")
    (small_set / "masks_person").mkdir()
    for number in (3, 27):  # the rows of the second were lost; it would be the next frame's
        shutil.copy(small_set / "masks/000000.png", small_set / f"masks_person/{number:06d}.png")
    DataSet.open(small_set, writable=True).close()
    assert [path.name for path in (small_set / "masks_person").iterdir()] == ["000003.png"]
    half = small_set / "masks_person" / ".000005.png.99999.tmp"  # of a window that saves there without the lock
    half.write_bytes(b"half")
    DataSet.open(small_set, writable=True).close()
    assert half.exists()
    assert len(list((small_set / "frames").iterdir())) == len(list((small_set / "masks").iterdir())) == 24


def test_a_full_disk_leaves_the_data_set_as_it_was(
    small_set: Path, make_stack: MakeStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_bytes() for path in small_set.rglob("*") if path.is_file()}
    write = Path.write_bytes

    def fails_at_the_sixth(path: Path, data: bytes) -> int:
        if path.name.startswith(".000026"):
            write(path, data[:10])
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, data)

    data = DataSet.open(small_set, writable=True)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", fails_at_the_sixth)
        with pytest.raises(RunError, match=r"000026\.png: cannot be written \(No space left"):
            data.append_stack(*make_stack(6))
    assert len(data) == 24
    data.close()
    after = {path: path.read_bytes() for path in small_set.rglob("*") if path.is_file()}
    assert after == before


def test_two_writers_are_refused(small_set: Path) -> None:
    with DataSet.open(small_set, writable=True):
        with pytest.raises(InputError, match="another process"):
            DataSet.open(small_set, writable=True)
        assert len(DataSet.open(small_set)) == 24, "readers are welcome"
    DataSet.open(small_set, writable=True).close()


# ---- what cannot be written


def test_wrong_arrays_are_refused(small_set: Path, make_stack: MakeStack) -> None:
    frames, masks, origin = make_stack(0)
    with DataSet.open(small_set, writable=True) as data:
        for wrong in (
            (frames[:3], masks, origin),
            (frames.astype(np.float32), masks, origin),
            (frames, masks[:3], origin),
            (frames, masks[:, :200], origin),
            (frames, masks.astype(np.int64), origin),
            (frames, np.full_like(masks, 16), origin),
        ):
            with pytest.raises(ValueError, match="frames|mask|class id"):
                data.append_stack(*wrong)
        assert len(data) == 24
    with pytest.raises(ValueError, match="not open for writing"):
        DataSet.open(small_set).append_stack(frames, masks, origin)


def test_records_are_rows_of_json() -> None:
    record = Record(0, 0, 0, "1-1", "nes-py", 1, 2, 3, 4, "train", "exact", tuple(range(16)))
    row = json.loads(record.to_line())
    assert row["level"] == "1-1" and row["pixels"] == list(range(16)) and record.to_line().endswith("\n")
