"""A person's labels: kept beside the automatic ones, preferred in training, and never written over another's work."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.classes import ENEMY, MARIO
from core.config.fcn import FcnConfig
from core.dataset.index_file import ChangedError
from core.dataset.person_labels import (
    counted_records,
    labelled_by,
    open_label,
    origins,
    person_numbers,
    remove_label,
    save_label,
)
from core.dataset.png_files import encode_mask
from core.dataset.store import DataSet
from core.errors import InputError, RunError
from core.fcn.training.batches import Batches, load_split
from core.frame import CLASS_MAP_SHAPE, ClassMap, shrink_class_map
from tests.core.dataset.conftest import MakeStack


def _corrected(class_map: ClassMap, class_id: int = MARIO) -> ClassMap:
    corrected = class_map.copy()
    corrected[100:120, 100:120] = class_id
    return corrected


def test_saved_opened_and_taken_back(small_set: Path) -> None:
    data = DataSet.open(small_set)
    label = open_label(data, data.records()[5])
    assert label.person is None and label.start is label.automatic and label.started_from == ""
    corrected = _corrected(label.automatic)
    saved = save_label(data, label, corrected, started_from="fcn paper native")
    again = open_label(DataSet.open(small_set), data.records()[5])
    for one in (saved, again):
        assert one.person is not None and one.started_from == "fcn paper native"
        np.testing.assert_array_equal(one.start, corrected)
        np.testing.assert_array_equal(one.automatic, label.automatic)
    assert saved.stamps == again.stamps
    second = save_label(data, saved, _corrected(corrected, ENEMY))
    assert second.started_from == "fcn paper native"
    removed = remove_label(data, second)
    assert removed.person is None and person_numbers(data) == set()
    assert open_label(data, data.records()[5]).person is None
    save_label(data, removed, corrected)
    assert person_numbers(data) == {5}


def test_whose_label_counts_can_be_asked_and_filtered(small_set: Path, make_stack: MakeStack) -> None:
    frames, masks, origin = make_stack(6)
    with DataSet.open(small_set, writable=True) as data:
        for name in ("sprites", "fcn", "fcn my network"):
            data.append_stack(frames, masks, replace(origin, labelled_by=name))
    data = DataSet.open(small_set)
    for number in (3, 30):
        save_label(data, open_label(data, data.records()[number]), np.zeros(CLASS_MAP_SHAPE, np.uint8))
    (small_set / "masks_person/notes.png").write_bytes(b"")
    (small_set / "masks_person/000999.png").write_bytes(b"")
    made = origins(data)
    assert made[3] == made[30] == "person" and made[2] == "exact" and made[24] == "sprites"
    names = ("person", "sprites", "fcn", "fcn my network")
    numbers = {name: [record.number for record in labelled_by(data, name)] for name in names}
    assert numbers["person"] == [3, 30] and numbers["sprites"] == [24, 25, 26, 27]
    assert numbers["fcn"] == [28, 29, 31, 32, 33, 34, 35] and numbers["fcn my network"] == [32, 33, 34, 35]
    counted = counted_records(data)[3]
    assert counted.labelled_by == "person" and counted.pixels == (224 * 240, *[0] * 15)
    assert counted_records(data)[2] == data.records()[2]


# ---- training takes them


@pytest.mark.parametrize("size", ["84", "native"])
@pytest.mark.parametrize("augmentation", ["none", "full"])
def test_training_prefers_a_persons_mask(small_set: Path, size: str, augmentation: str) -> None:
    data = DataSet.open(small_set)
    before = [record.pixels for record in data.records("train")]
    for record in data.records():
        if record.split in ("train", "validation"):
            save_label(data, open_label(data, record), np.full(CLASS_MAP_SHAPE, ENEMY, np.uint8))
    config = FcnConfig(data="", size=size, augmentation=augmentation, loss="balanced", batch_size=3)  # type: ignore[arg-type]
    for split in ("train", "validation"):
        assert (load_split(data, config, split)[1] == ENEMY).all()
    batches = Batches(config, data)
    for _, masks in batches.epoch(0):
        assert np.isin(masks, (0, ENEMY)).all() and (masks == ENEMY).any()  # a shift leaves background behind
    assert batches.pixels[ENEMY] == batches.frames * 224 * 240 and batches.pixels.sum() == batches.pixels[ENEMY]
    assert [record.pixels for record in DataSet.open(small_set).records("train")] == before
    expected = [shrink_class_map(mask) if size == "84" else mask for _, _, mask in data.iterate("test")]
    np.testing.assert_array_equal(load_split(data, config, "test")[1], expected)


# ---- changed meanwhile


def _others_mask(folder: Path, number: int) -> bytes:
    data = encode_mask(np.full(CLASS_MAP_SHAPE, ENEMY, np.uint8))
    path = folder / f"masks_person/{number:06d}.png"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return data


def test_another_windows_label_is_not_written_over(small_set: Path) -> None:
    data = DataSet.open(small_set)
    label = open_label(data, data.records()[5])
    theirs = _others_mask(small_set, 5)
    for change in (lambda: save_label(data, label, _corrected(label.automatic)), lambda: remove_label(data, label)):
        with pytest.raises(ChangedError, match=r"masks_person/000005\.png: another program changed it.*open the frame"):
            change()
        assert (small_set / "masks_person/000005.png").read_bytes() == theirs
    again = save_label(data, open_label(data, data.records()[5]), _corrected(label.automatic))
    assert again.person is not None and again.person[110, 110] == MARIO
    (small_set / "masks_person/000005.png").unlink()
    with pytest.raises(ChangedError):
        save_label(data, again, label.automatic)


@pytest.mark.parametrize("name", ["frames/000005.png", "masks/000005.png"])
def test_a_frame_or_automatic_mask_that_changed_is_noticed(small_set: Path, name: str) -> None:
    data = DataSet.open(small_set)
    label = open_label(data, data.records()[5])
    (small_set / name).write_bytes((small_set / name.replace("5", "6")).read_bytes())
    with pytest.raises(ChangedError, match=name):
        save_label(data, label, label.automatic)
    assert person_numbers(data) == set()


def test_a_changed_index_is_noticed_and_a_grown_one_does_no_harm(small_set: Path, make_stack: MakeStack) -> None:
    data = DataSet.open(small_set)
    label = open_label(data, data.records()[5])
    with DataSet.open(small_set, writable=True) as other:
        other.append_stack(*make_stack(6))
    label = save_label(data, label, _corrected(label.automatic))
    index = small_set / "index.jsonl"
    index.write_text(index.read_text().replace('"x":44', '"x":45', 1))
    with pytest.raises(ChangedError, match=r"index\.jsonl: another program changed the data set"):
        save_label(data, label, label.automatic)
    index.unlink()
    with pytest.raises(InputError, match="the file is missing"):
        save_label(data, label, label.automatic)
    np.testing.assert_array_equal(open_label(data, label.record).start, _corrected(label.automatic))


def test_a_writer_notices_rows_that_are_not_its_own(small_set: Path, make_stack: MakeStack) -> None:
    index = small_set / "index.jsonl"
    with DataSet.open(small_set, writable=True) as data:
        data.append_stack(*make_stack(6))
        data.append_stack(*make_stack(7))
        whole = index.read_bytes()
        for theirs in (whole.replace(b'"x":44', b'"x":45', 1), whole + b"{}\n", whole[:-9]):
            index.write_bytes(theirs)
            os.utime(index, ns=(1, 1))
            with pytest.raises(ChangedError):
                data.append_stack(*make_stack(8))
            assert index.read_bytes() == theirs
        index.write_bytes(whole)
        data.append_stack(*make_stack(8))
    assert len(DataSet.open(small_set)) == 36


def test_a_second_window_that_saves_is_waited_for(small_set: Path) -> None:
    from filelock import FileLock

    data = DataSet.open(small_set)
    label = save_label(data, open_label(data, data.records()[5]), np.zeros(CLASS_MAP_SHAPE, np.uint8))
    with (
        FileLock(small_set / "masks_person/.lock"),
        pytest.raises(InputError, match="another window saves labels here"),
    ):
        save_label(data, label, label.automatic, patience=0.01)


# ---- what cannot be used


def test_a_mask_of_another_tool_gives_one_sentence(small_set: Path) -> None:
    data = DataSet.open(small_set)
    path = small_set / "masks_person/000005.png"
    path.parent.mkdir()
    for image, message in (
        (Image.new("L", (256, 240)), "256 x 240; it must be 240 x 224"),
        (Image.new("L", (240, 224), 16), "class id 16 is unknown"),
        (Image.new("RGB", (240, 224)), "must be an indexed PNG"),
    ):
        image.save(path)
        with pytest.raises(InputError, match=rf"masks_person/000005\.png: .*{message}"):
            open_label(data, data.records()[5])
    path.write_bytes(b"hello")
    with pytest.raises(InputError, match="not a picture"):
        open_label(data, data.records()[5])


def test_what_is_no_class_map_is_refused(small_set: Path) -> None:
    data = DataSet.open(small_set)
    label = open_label(data, data.records()[5])
    zeros = np.zeros(CLASS_MAP_SHAPE, np.uint8)
    for wrong in (zeros[:84, :84], zeros.astype(np.int64), zeros + np.uint8(16)):
        with pytest.raises(ValueError, match="mask|class id"):
            save_label(data, label, wrong)
    assert person_numbers(data) == set()


def test_a_full_disk_keeps_what_was_there(small_set: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = DataSet.open(small_set)
    label = save_label(data, open_label(data, data.records()[5]), np.zeros(CLASS_MAP_SHAPE, np.uint8))

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(RunError, match=r"masks_person/000005\.png: cannot be written \(No space left"):
            save_label(data, label, _corrected(label.automatic))
    assert not open_label(data, label.record).start.any()
    assert [path.name for path in (small_set / "masks_person").glob("*.tmp")] == []
