"""A moment of a play as a stack of a data set, and as JSON in an autosave journal."""

from __future__ import annotations

import errno
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.dataset.complete import open_complete, split_warning
from core.dataset.frozen_frame import FrozenFrame, add_frozen_frame, from_json, pick_split, to_json
from core.dataset.record import make_records
from core.dataset.store import DataSet
from core.errors import InputError, RunError
from core.frame import ClassMap, Snapshot
from tests.core.dataset.conftest import MakeStack, random_stack


@pytest.fixture
def moment() -> tuple[FrozenFrame, ClassMap]:
    """A stack at frame 77 of a play of 4-2, with its class maps."""
    frames, masks, _ = random_stack(3)
    buttons = bytes(range(77))
    return FrozenFrame(tuple(map(Snapshot, frames)), (40, 44, 48, 52), 77, "4-2", "nes-py", buttons), masks


def test_a_moment_becomes_a_stack(tmp_path: Path, moment: tuple[FrozenFrame, ClassMap]) -> None:
    person = np.full((224, 240), 3, np.uint8)
    with DataSet.create(tmp_path / "set", {"config": {}}) as data:
        record = add_frozen_frame(data, *moment, "fcn tiny", person)
    read = DataSet.open(tmp_path / "set")
    records = read.records()
    assert [(r.step, r.x, r.episode, r.split) for r in records] == [
        (step, x, 0, "train") for step, x in ((16, 40), (17, 44), (18, 48), (19, 52))
    ]
    assert (record.number, record.level, record.engine, record.labelled_by) == (3, "4-2", "nes-py", "fcn tiny")
    assert (read.folder / record.action_log).read_bytes() == moment[0].buttons
    for place, row in enumerate(records):
        frame, mask = read.read(row)
        assert np.array_equal(frame, moment[0].snapshots[place].frame)
        assert np.array_equal(mask, moment[1][place])
    assert np.array_equal(read.read(record, person=True)[1], person)


def test_a_play_that_did_not_begin_at_the_start_has_no_log(
    tmp_path: Path, moment: tuple[FrozenFrame, ClassMap]
) -> None:
    with DataSet.create(tmp_path / "set", {"config": {}}) as data:
        record = add_frozen_frame(data, replace(moment[0], buttons=None), moment[1], "exact", moment[1][-1])
    assert record.action_log == ""


def test_every_split_gets_a_stack_before_training_gets_the_rest(
    tmp_path: Path, moment: tuple[FrozenFrame, ClassMap]
) -> None:
    with DataSet.create(tmp_path / "set", {"config": {}}) as data:
        splits = [add_frozen_frame(data, *moment, "exact", moment[1][-1]).split for _ in range(5)]
        assert len({record.episode for record in data.records()}) == 5
    assert splits == ["train", "validation", "test", "train", "train"]
    assert "figures on its validation and test frames are too good" in split_warning(open_complete(tmp_path / "set"))


def test_what_a_hand_made_set_lacks_comes_with_the_next_frame(
    tmp_path: Path, moment: tuple[FrozenFrame, ClassMap]
) -> None:
    with DataSet.create(tmp_path / "set", {"config": {}}) as data:
        for _ in range(2):
            add_frozen_frame(data, *moment, "exact", moment[1][-1])
    with pytest.raises(InputError, match="no frames in its test split; the next frame that is added from the game"):
        open_complete(tmp_path / "set")


def test_a_whole_data_set_gets_training_frames(small_set: Path) -> None:
    assert pick_split(DataSet.open(small_set)) == "train"
    assert split_warning(DataSet.open(small_set)) == "", "each play of a collection is in one split"


def test_a_collection_that_is_not_finished_is_refused(
    tmp_path: Path, make_stack: MakeStack, moment: tuple[FrozenFrame, ClassMap]
) -> None:
    with DataSet.create(tmp_path / "set", {"config": {"stacks": 2}}) as data:
        for stacks in range(1, 3):  # a stack for validation comes on top
            data.append_stack(*make_stack(stacks))
            with pytest.raises(InputError, match="its collection is not finished"):
                add_frozen_frame(data, *moment, "exact", moment[1][-1])
            assert len(data) == 4 * stacks
        data.append_stack(*make_stack(3))
        assert add_frozen_frame(data, *moment, "exact", moment[1][-1]).number == 15


@pytest.mark.parametrize("full", ["masks_person", "masks", "index.jsonl"])
def test_a_frame_that_cannot_be_added_leaves_nothing(
    small_set: Path, moment: tuple[FrozenFrame, ClassMap], monkeypatch: pytest.MonkeyPatch, full: str
) -> None:
    """Else a second try would put the same frames into another split."""

    def no_space(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    write = Path.write_bytes
    with DataSet.open(small_set, writable=True) as data:
        before = len(data)
        with monkeypatch.context() as patch:
            if full == "index.jsonl":
                patch.setattr("core.dataset.store.append_whole", no_space)
            else:
                patch.setattr(
                    Path,
                    "write_bytes",
                    lambda path, data: (no_space if path.parent.name == full else write)(path, data),
                )
            with pytest.raises(RunError, match="No space left"):
                add_frozen_frame(data, *moment, "exact", moment[1][-1])
        assert len(data) == before and not list((small_set / "masks_person").glob("*"))
        assert add_frozen_frame(data, *moment, "exact", moment[1][-1]).number == before + 3


@pytest.mark.parametrize("has_buttons", [True, False])
def test_json_brings_a_moment_back(moment: tuple[FrozenFrame, ClassMap], has_buttons: bool) -> None:
    before = moment[0] if has_buttons else replace(moment[0], buttons=None)
    after, masks = from_json(json.loads(json.dumps(to_json(before, moment[1]))))
    assert np.array_equal(masks, moment[1])
    for ours, theirs in zip(after.snapshots, before.snapshots, strict=True):
        assert np.array_equal(ours.frame, theirs.frame)
    assert (after.x, after.frame, after.level, after.engine, after.buttons) == (
        before.x, before.frame, before.level, before.engine, before.buttons,
    )  # fmt: skip
    assert not after.has_memory


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("frames", ["AAAA"] * 4),
        ("masks", []),
        ("x", ["a"]),
        ("level", "9-9"),
        ("buttons", "no base64!"),
        ("frame", None),
    ],
)
def test_damaged_json_is_refused(moment: tuple[FrozenFrame, ClassMap], field: str, value: object) -> None:
    with pytest.raises(InputError, match="the frozen frame in the autosave journal is damaged"):
        from_json({**to_json(*moment), field: value})


def test_a_label_of_somebody_elses_frame_is_not_touched(
    small_set: Path, make_stack: MakeStack, moment: tuple[FrozenFrame, ClassMap]
) -> None:
    """Another program, where there are no locks, has added the frame that would have been this one's number."""
    with DataSet.open(small_set, writable=True) as data:
        theirs = make_stack(9)
        rows = "".join(record.to_line() for record in make_records(theirs[2], theirs[1], stack=len(data) // 4))
        with (small_set / "index.jsonl").open("a", encoding="utf-8") as index:
            index.write(rows)
        data.write_person_mask(len(data) + 3, theirs[1][-1])
        before = data.mask_path(len(data) + 3, person=True).read_bytes()
        with pytest.raises(InputError, match="another program changed the data set"):
            add_frozen_frame(data, *moment, "exact", moment[1][-1])
        assert data.mask_path(len(data) + 3, person=True).read_bytes() == before
